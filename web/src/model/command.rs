//! What the command palette shows for what was typed.

use super::fuzzy;

/// What a command is about; the palette says it before the command's own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A socket to choose.
    Socket,
    /// A call on the chosen socket.
    Call,
    /// Something new.
    New,
    /// A ready arrangement.
    Arrangement,
    /// What is shown.
    View,
    /// The log.
    Log,
    /// Saving, opening and sharing.
    Keep,
    /// The session.
    Session,
    /// Language, colours and help.
    Page,
}

/// How a command is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its group in words.
    pub group: String,
    /// Its name.
    pub title: String,
    /// The same in English: calls and tools are known by their English names everywhere.
    pub english: String,
}

/// A command that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which of the entries.
    pub index: usize,
    /// The characters of its title that match.
    pub marked: Vec<usize>,
}

/// The entries that fit what was typed, the best first; all of them, in their own order, while nothing is typed.
pub fn search(typed: &str, entries: &[Entry]) -> Vec<Found> {
    if typed.trim().is_empty() {
        return (0..entries.len()).map(|index| Found { index, marked: Vec::new() }).collect();
    }
    let mut found: Vec<(i32, Found)> = entries
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            let own = fuzzy::find(typed, &entry.title);
            // A word of the group, or the English name, finds it as well, but its own name goes first.
            let other = [format!("{} {}", entry.group, entry.title), entry.english.clone()]
                .iter()
                .filter_map(|name| fuzzy::find(typed, name))
                .map(|(score, _)| score - 1)
                .max();
            let (score, marked) = match (own, other) {
                (Some((own, marked)), other) if other.is_none_or(|other| own >= other) => (own, marked),
                (own, Some(other)) => (other, own.map(|(_, marked)| marked).unwrap_or_default()),
                _ => return None,
            };
            Some((score, Found { index, marked }))
        })
        .collect();
    // Stable: equals stay in the order of the table.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, found)| found).collect()
}

/// The number of a line where one is typed: `17`, `:17` or `#17`.
pub fn line_number(typed: &str) -> Option<u64> {
    typed.trim().trim_start_matches([':', '#']).parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        [
            ("呼叫", "bind", "Call bind"),
            ("匯出", "Python 程式", "Export Python program"),
            ("檢視", "紀錄", "View Log"),
        ]
        .map(|(group, title, english)| Entry {
            group: group.into(),
            title: title.into(),
            english: english.into(),
        })
        .to_vec()
    }

    fn found(typed: &str) -> Vec<usize> {
        search(typed, &entries()).into_iter().map(|found| found.index).collect()
    }

    #[test]
    fn everything_is_listed_while_nothing_is_typed() {
        assert_eq!(found(" "), [0, 1, 2]);
    }

    #[test]
    fn a_command_is_found_in_the_language_of_the_page_and_in_english() {
        assert_eq!(found("紀錄"), [2]);
        assert_eq!(found("log"), [2]);
        assert_eq!(found("匯出 py"), [1]);
        assert_eq!(found("export"), [1]);
        assert_eq!(found("zz"), [] as [usize; 0]);
    }

    #[test]
    fn a_number_is_a_line() {
        assert_eq!(line_number(" #17"), Some(17));
        assert_eq!(line_number("17"), Some(17));
        assert_eq!(line_number("0"), None);
        assert_eq!(line_number("17a"), None);
    }
}
