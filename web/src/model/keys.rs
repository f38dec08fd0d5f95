//! Every key of the page as one table: the help sheet shows it.

use crate::text::Help;

/// Opens the help sheet.
pub const HELP: &str = "?";

/// A key, or several that belong together, and what they do.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// The keys as they are printed on keyboards, with blanks between them.
    pub keys: &'static str,
    /// What they do.
    pub does: fn(&'static Help) -> &'static str,
}

/// Keys that work in the same place.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where they work.
    pub name: fn(&'static Help) -> &'static str,
    /// The keys.
    pub shortcuts: &'static [Shortcut],
}

/// All of them.
pub const PLACES: &[Place] = &[
    Place {
        name: |texts| texts.everywhere,
        shortcuts: &[
            Shortcut { keys: HELP, does: |texts| texts.this_sheet },
            Shortcut { keys: "Ctrl+K", does: |texts| texts.palette },
            Shortcut { keys: "Esc", does: |texts| texts.escape },
            Shortcut { keys: "Tab", does: |texts| texts.tab },
        ],
    },
    Place {
        name: |texts| texts.tabs,
        shortcuts: &[
            Shortcut { keys: "← →", does: |texts| texts.neighbour },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
        ],
    },
    Place {
        name: |texts| texts.form,
        shortcuts: &[
            Shortcut { keys: "Enter", does: |texts| texts.perform },
            Shortcut { keys: "↑ ↓", does: |texts| texts.recall },
        ],
    },
    Place {
        name: |texts| texts.log,
        shortcuts: &[
            Shortcut { keys: "↑ ↓", does: |texts| texts.line },
            Shortcut { keys: "PageUp PageDown", does: |texts| texts.screen },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
            Shortcut { keys: "Esc", does: |texts| texts.no_line },
        ],
    },
    Place {
        name: |texts| texts.dump,
        shortcuts: &[
            Shortcut { keys: "← →", does: |texts| texts.character },
            Shortcut { keys: "↑ ↓", does: |texts| texts.row },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
        ],
    },
    Place {
        name: |texts| texts.splitter,
        shortcuts: &[Shortcut { keys: "↑ ↓", does: |texts| texts.resize }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn no_place_has_a_key_twice_and_every_key_says_what_it_does() {
        for language in Language::ALL {
            let texts = &language.text().help;
            for place in PLACES {
                let mut keys: Vec<&str> =
                    place.shortcuts.iter().flat_map(|shortcut| shortcut.keys.split(' ')).collect();
                let count = keys.len();
                keys.sort_unstable();
                keys.dedup();
                assert_eq!(keys.len(), count, "{}", (place.name)(texts));
                assert!(place.shortcuts.iter().all(|shortcut| !(shortcut.does)(texts).is_empty()));
            }
        }
    }
}
