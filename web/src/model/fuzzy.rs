//! Finds names by a few of their letters, as a person in a hurry types them.

/// Points for a letter at the beginning of a word: initials are what people type first.
const WORD_START: i32 = 8;
/// Points for a letter right behind the one before: what is typed as it stands is most likely meant.
const NEXT_TO: i32 = 6;
/// Points off for each letter that is skipped between two that match, up to a limit.
const GAP: i32 = 1;
const GAP_MAX: i32 = 6;

/// How well `name` fits what was typed: nothing where a letter of it is missing. Blanks and case do not count.
/// The positions are those of the letters of `name` that match, counted in characters.
pub fn find(typed: &str, name: &str) -> Option<(i32, Vec<usize>)> {
    let typed: Vec<char> = typed.chars().filter(|c| !c.is_whitespace()).map(lower).collect();
    let name: Vec<char> = name.chars().collect();
    let lowered: Vec<char> = name.iter().copied().map(lower).collect();
    let first = *typed.first()?;
    // Each place where the first letter stands is tried; from there on each letter is taken as soon as it comes, but a
    // word's beginning goes before the inside of the word at hand.
    (0..lowered.len())
        .filter(|start| lowered.get(*start) == Some(&first))
        .filter_map(|start| from(&typed, &name, &lowered, start))
        // Of equals the first, so that the result does not depend on what follows.
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
}

fn from(typed: &[char], name: &[char], lowered: &[char], start: usize) -> Option<(i32, Vec<usize>)> {
    let mut positions: Vec<usize> = vec![start];
    let mut score = if starts_word(name, start) { WORD_START } else { 0 };
    for letter in typed.iter().skip(1) {
        let last = *positions.last()?;
        let next = last + 1;
        let here = (next..lowered.len()).find(|at| lowered.get(*at) == Some(letter))?;
        let at = if here == next {
            here
        } else {
            (here..lowered.len())
                .find(|at| lowered.get(*at) == Some(letter) && starts_word(name, *at))
                .unwrap_or(here)
        };
        score += match at - next {
            0 => NEXT_TO,
            gap => -(gap as i32 * GAP).min(GAP_MAX),
        };
        score += if starts_word(name, at) { WORD_START } else { 0 };
        positions.push(at);
    }
    // Of two names that fit equally, the shorter has more of what was typed.
    Some((score * 4 - name.len() as i32 / 4, positions))
}

fn starts_word(name: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| name.get(before));
    before.is_none_or(|before| !before.is_alphanumeric())
}

/// One character for one, so that positions stay what they are.
fn lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(typed: &str, names: &[&'a str]) -> &'a str {
        names
            .iter()
            .filter_map(|name| Some((find(typed, name)?.0, *name)))
            .max_by_key(|(score, _)| *score)
            .unwrap()
            .1
    }

    #[test]
    fn letters_must_all_be_there_and_in_order() {
        assert!(find("bnd", "bind").is_some());
        assert!(find("dnb", "bind").is_none());
        assert!(find("binds", "bind").is_none());
        assert!(find("", "bind").is_none());
        assert!(find("Go LINE", "go to line 5").is_some());
    }

    #[test]
    fn initials_and_what_stands_together_go_first() {
        assert_eq!(best("ns", &["Newest line", "New socket"]), "New socket");
        assert_eq!(best("code", &["Close the old session", "View: Code"]), "View: Code");
        assert_eq!(best("exp", &["Explain the pair", "Export as Python", "Exp"]), "Exp");
    }

    #[test]
    fn matches_are_told_by_position_in_characters() {
        assert_eq!(find("ns", "New socket").unwrap().1, [0, 4]);
        assert_eq!(find("匯出", "檔案：匯出 CSV").unwrap().1, [3, 4]);
        assert_eq!(find("cd", "abcd").unwrap().1, [2, 3]);
    }
}
