//! Just enough of Rust's grammar to see which paths a source names.

/// The paths below the crate's root that a text names, each with its line: `crate::a::{b, c::d}` gives `a::b` and
/// `a::c::d`. A chain of `super` counts where it reaches the root from `depth` modules below it.
pub(crate) fn crate_paths(text: &str, depth: usize) -> Vec<(usize, String)> {
    let mut paths = paths_from(text, "crate");
    let climb = vec!["super"; depth].join("::");
    // `use super::*` stands in the modules of tests, which are one deeper than their file.
    paths.extend(paths_from(text, &climb).into_iter().filter(|(_, path)| path != "*"));
    paths.sort();
    paths
}

/// The paths that a text names after `start::`, each with its line.
pub(crate) fn paths_from(text: &str, start: &str) -> Vec<(usize, String)> {
    let tokens = tokens(text);
    let start: Vec<&str> = start.split("::").flat_map(|word| [word, "::"]).collect();
    let mut paths = Vec::new();
    for (index, window) in tokens.windows(start.len()).enumerate() {
        let begins = window.iter().map(|token| token.text).eq(start.iter().copied());
        // `a::super::b` begins elsewhere, and `self::super::b` is not written by anyone.
        let continues = index > 0 && tokens[index - 1].text == "::";
        if begins && !continues {
            tree(&tokens, index + start.len(), "", &mut paths);
        }
    }
    paths
}

/// A word, `::`, or any other single character.
struct Token<'a> {
    text: &'a str,
    line: usize,
}

/// Reads a use tree or a path from `index`; returns where it ends.
fn tree(tokens: &[Token<'_>], mut index: usize, before: &str, paths: &mut Vec<(usize, String)>) -> usize {
    let mut path = before.to_owned();
    while let Some(token) = tokens.get(index) {
        if token.text == "{" {
            index += 1;
            while tokens.get(index).is_some_and(|token| token.text != "}") {
                let next = tree(tokens, index, &path, paths);
                // Steps over commas, and over anything that a use tree does not have.
                index = if next > index { next } else { index + 1 };
            }
            return index + 1;
        }
        if !is_word(token.text) && token.text != "*" {
            // A path that goes on with type arguments.
            if path != before {
                paths.push((token.line, path));
            }
            return index;
        }
        if !path.is_empty() {
            path.push_str("::");
        }
        path.push_str(token.text);
        if tokens.get(index + 1).is_none_or(|token| token.text != "::") {
            paths.push((token.line, path));
            // The name after `as` is no path.
            let renamed = tokens.get(index + 1).is_some_and(|token| token.text == "as");
            return index + if renamed { 3 } else { 1 };
        }
        index += 2;
    }
    index
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

/// The tokens of a text without its comments and literals.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| literal(rest));
        let (length, kept) = match skipped {
            Some(length) => (length, false),
            None if is_word(rest) => {
                (rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()), true)
            }
            None if rest.starts_with("::") => (2, true),
            None => (first.len_utf8(), !first.is_whitespace()),
        };
        let (token, after) = rest.split_at(length);
        if kept {
            tokens.push(Token { text: token, line });
        }
        line += token.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of the comment that the text starts with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    // Rust's block comments nest.
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        match (rest.starts_with(b"/*"), rest.starts_with(b"*/")) {
            (true, _) => (depth, at) = (depth + 1, at + 2),
            (_, true) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(text.len())
}

/// The length of the string or character literal that the text starts with.
fn literal(text: &str) -> Option<usize> {
    let unprefixed = text.strip_prefix(['b', 'c']).unwrap_or(text);
    if let Some(raw) = unprefixed.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = text.len() - raw.len() + hashes + 1;
            return Some(text[start..].find(&end).map_or(text.len(), |at| start + at + end.len()));
        }
    }
    let quote = unprefixed.chars().next().filter(|first| ['"', '\''].contains(first))?;
    let start = text.len() - unprefixed.len() + 1;
    let mut characters = text[start..].char_indices();
    // A lifetime is a quote, too, and has no end.
    if quote == '\'' && !text[start..].starts_with('\\') && text[start..].chars().nth(1) != Some('\'') {
        return Some(start);
    }
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => _ = characters.next(),
            _ if character == quote => return Some(start + at + 1),
            _ => {}
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_are_read_into_paths_with_their_lines() {
        let check = |text: &str, expected: &[(usize, &str)]| {
            let paths = paths_from(text, "crate");
            let paths: Vec<(usize, &str)> = paths.iter().map(|(line, path)| (*line, path.as_str())).collect();
            assert_eq!(paths, expected, "{text}");
        };
        check("use crate::a;", &[(1, "a")]);
        check(
            "use crate::{a::B, c::{D as E, f::*},\n g};",
            &[(1, "a::B"), (1, "c::D"), (1, "c::f::*"), (2, "g")],
        );
        check("x(crate::a::b::<T>(1), 'c', crate::d)", &[(1, "a::b"), (1, "d")]);
        check("r#\"\" crate::no \"#; b'\\''; \"\\\" crate::no\"; '\"'; crate::yes", &[(1, "yes")]);
        check("/* a /* b */ crate::no */ crate::yes // crate::no", &[(1, "yes")]);
        check("fn f<'a>(x: &'a str) { crate::a::g(x) }", &[(1, "a::g")]);
    }
}
