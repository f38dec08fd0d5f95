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
            Shortcut { keys: "Alt+1…9", does: |texts| texts.quick },
        ],
    },
    Place {
        name: |texts| texts.log,
        shortcuts: &[
            Shortcut { keys: "↑ ↓", does: |texts| texts.line },
            Shortcut { keys: "PageUp PageDown", does: |texts| texts.screen },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
            Shortcut { keys: "Shift+↑ Shift+↓", does: |texts| texts.select_more },
            Shortcut { keys: "Ctrl+A", does: |texts| texts.select_all },
            Shortcut { keys: "Ctrl+C", does: |texts| texts.copy_lines },
            Shortcut { keys: "/ Ctrl+F", does: |texts| texts.find_line },
            Shortcut { keys: "F3 Shift+F3", does: |texts| texts.find_next_line },
            Shortcut { keys: "M", does: |texts| texts.mark_line },
            Shortcut { keys: "[ ]", does: |texts| texts.marked_line },
            Shortcut { keys: "N", does: |texts| texts.write_note },
            Shortcut { keys: "Z", does: |texts| texts.zero_line },
            Shortcut { keys: "Esc", does: |texts| texts.no_line },
        ],
    },
    Place {
        name: |texts| texts.sequence,
        shortcuts: &[
            Shortcut { keys: "↑ ↓", does: |texts| texts.sequence_step },
            Shortcut { keys: "PageUp PageDown", does: |texts| texts.ten_steps },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
            Shortcut { keys: "Enter", does: |texts| texts.unfold },
            Shortcut { keys: "+ -", does: |texts| texts.zoom },
            Shortcut { keys: "0", does: |texts| texts.fit_lanes },
            Shortcut { keys: "Esc", does: |texts| texts.no_line },
        ],
    },
    Place {
        name: |texts| texts.code, shortcuts: &[Shortcut { keys: "↑ ↓", does: |texts| texts.code_line }]
    },
    Place {
        name: |texts| texts.charts,
        shortcuts: &[
            Shortcut { keys: "← →", does: |texts| texts.charts_time },
            Shortcut { keys: "PageUp PageDown", does: |texts| texts.charts_ten },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
            Shortcut { keys: "Space", does: |texts| texts.charts_pause },
            Shortcut { keys: "Esc", does: |texts| texts.charts_newest },
        ],
    },
    Place {
        name: |texts| texts.cards,
        shortcuts: &[
            Shortcut { keys: "↑ ↓", does: |texts| texts.card },
            Shortcut { keys: "Home End", does: |texts| texts.ends },
            Shortcut { keys: "Delete", does: |texts| texts.close_card },
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
        shortcuts: &[
            Shortcut { keys: "↑ ↓", does: |texts| texts.resize },
            Shortcut { keys: "Home End", does: |texts| texts.resize_ends },
            Shortcut { keys: "Enter", does: |texts| texts.resize_fit },
        ],
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
