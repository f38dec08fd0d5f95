//! All visible text, in one table: a field for each text and a constant for each language.
//!
//! A text that a language lacks does not compile. Adding a language is a file beside `text/en.rs` and a line
//! in [`Language`].

mod en;
mod en_errors;
mod table;
mod zh_hant;
mod zh_hant_errors;

pub use table::{
    Arrangement, Bar, CallBar, Detail, Errors, Explained, Intro, KindNames, Labels, Link, Log, MistakeTexts,
    OutcomeTexts, Sockets, States, Text,
};

/// The languages of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 繁體中文, with the terms of Taiwan's textbooks.
    TraditionalChinese,
}

impl Language {
    /// All of them, in the order of the language menu.
    pub const ALL: [Language; 2] = [Language::English, Language::TraditionalChinese];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::TraditionalChinese => "zh-Hant",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::TraditionalChinese => "繁體中文",
        }
    }

    /// The texts.
    pub fn text(self) -> &'static Text {
        match self {
            Language::English => &en::TEXT,
            Language::TraditionalChinese => &zh_hant::TEXT,
        }
    }

    /// The language of a tag that the page wrote, or that a browser prefers.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let tag = tag.to_ascii_lowercase();
        match tag.split('-').next() {
            Some("en") => Some(Language::English),
            Some("zh") => Some(Language::TraditionalChinese),
            _ => None,
        }
    }

    /// The first of the browser's languages that the page has.
    pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
        tags.into_iter().find_map(Language::from_tag).unwrap_or_default()
    }
}

/// Puts values into the `{placeholders}` of a text.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => {
                out.push('{');
                out.push_str(name);
                out.push('}');
            }
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// A text with a count in it; English has a form of its own for one.
pub fn count(number: u64, one: &str, many: &str) -> String {
    let template = if number == 1 { one } else { many };
    fill(template, &[("n", &crate::model::format::grouped(number))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn every_text_is_filled_in_every_language() {
        for language in Language::ALL {
            for (name, text) in language.text().entries() {
                assert!(!text.trim().is_empty(), "{} {name}", language.tag());
            }
        }
    }

    #[test]
    fn placeholders_agree_between_languages() {
        let english = en::TEXT.entries();
        for language in Language::ALL {
            for ((name, text), (_, original)) in language.text().entries().iter().zip(&english) {
                assert_eq!(placeholders(text), placeholders(original), "{} {name}", language.tag());
            }
        }
    }

    #[test]
    fn chinese_is_not_left_in_english() {
        let same: Vec<_> = zh_hant::TEXT
            .entries()
            .into_iter()
            .zip(en::TEXT.entries())
            .filter(|((_, chinese), (_, english))| chinese == english)
            .map(|((name, _), _)| name)
            .filter(|name| !name.starts_with("kept_"))
            .collect();
        assert!(same.is_empty(), "{same:?}");
    }

    #[test]
    fn values_are_put_into_their_places() {
        assert_eq!(fill("{a} and {b}", &[("b", "2"), ("a", "1")]), "1 and 2");
        assert_eq!(fill("{x} stays", &[]), "{x} stays");
        assert_eq!(count(1, "{n} byte", "{n} bytes"), "1 byte");
        assert_eq!(count(0, "{n} byte", "{n} bytes"), "0 bytes");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_left_alone() {
        assert_eq!(fill("{a}{b}", &[("a", "{b}"), ("b", "2")]), "{b}2");
    }

    #[test]
    fn the_browsers_first_known_language_wins() {
        assert_eq!(Language::preferred(["fr", "zh-TW", "en"]), Language::TraditionalChinese);
        assert_eq!(Language::preferred(["en-GB", "zh"]), Language::English);
        assert_eq!(Language::preferred(["fr"]), Language::English);
    }
}
