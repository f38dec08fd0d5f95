//! Serde's complaints in words that do not take knowing Rust.

/// What serde expected, and what a client calls that.
const WORDS: [(&str, &str); 10] = [
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected u16", "expected a whole number from 0 to 65535"),
    ("expected u32", "expected a whole number from 0 to 4294967295"),
    ("expected u64", "expected a whole number, 0 or more"),
    ("expected usize", "expected a whole number, 0 or more"),
    ("expected i32", "expected a whole number from -2147483648 to 2147483647"),
    ("expected a sequence", "expected an array"),
    ("expected a boolean", "expected true or false"),
    ("invalid digit found in string", "is not a whole number, 0 or more"),
    ("number too large to fit in target type", "is too large a number"),
];

/// The text with its last words put plainly.
pub(crate) fn plain(text: &str) -> String {
    let found =
        WORDS.iter().find_map(|(rust, plain)| text.strip_suffix(rust).map(|rest| format!("{rest}{plain}")));
    found.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_type_of_rust_is_named() {
        assert_eq!(
            plain("invalid value: integer `-1`, expected u32"),
            "invalid value: integer `-1`, expected a whole number from 0 to 4294967295"
        );
        assert_eq!(plain("invalid digit found in string"), "is not a whole number, 0 or more");
        assert_eq!(plain("is not a host name"), "is not a host name");
    }
}
