//! All visible text: a file for each part of the page, with the three languages side by side. What only the second file of the
//! page's program shows is in [`later`].
//!
//! A text that a language lacks does not compile, and one that nothing shows fails a test.

#[macro_use]
mod table;

mod arrangement;
mod bar;
mod call_bar;
mod errors;
mod help;
mod intro;
mod keep;
mod kinds;
pub mod later;
mod link;
mod log;
mod palette;
mod share;
mod sockets;
mod tour;

pub use arrangement::Arrangement;
pub use bar::Bar;
pub use call_bar::CallBar;
pub use errors::Errors;
pub use help::Help;
pub use intro::Intro;
pub use keep::Keep;
pub use kinds::KindNames;
pub use link::Link;
pub use log::Log;
pub use palette::Palette;
pub use share::Share;
pub use sockets::Sockets;
pub use table::Explained;
pub use tour::Tour;

groups! {
    arrangement: Arrangement,
    bar: Bar,
    call: CallBar,
    errors: Errors,
    help: Help,
    intro: Intro,
    keep: Keep,
    kinds: KindNames,
    link: Link,
    log: Log,
    palette: Palette,
    share: Share,
    sockets: Sockets,
    tour: Tour,
}

/// The languages of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 繁體中文, with the terms of Taiwan's textbooks.
    TraditionalChinese,
    /// 简体中文, with the terms of the mainland's textbooks.
    SimplifiedChinese,
}

impl Language {
    /// All of them, in the order of the language menu.
    pub const ALL: [Language; 3] =
        [Language::English, Language::TraditionalChinese, Language::SimplifiedChinese];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::TraditionalChinese => "zh-Hant",
            Language::SimplifiedChinese => "zh-Hans",
        }
    }

    /// The language's own name.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::TraditionalChinese => "繁體中文",
            Language::SimplifiedChinese => "简体中文",
        }
    }

    /// The texts.
    pub fn text(self) -> &'static Text {
        match self {
            Language::English => &ENGLISH,
            Language::TraditionalChinese => &TRADITIONAL,
            Language::SimplifiedChinese => &SIMPLIFIED,
        }
    }

    /// The language of a tag that the page wrote, or that a browser prefers.
    ///
    /// Chinese without a script is taken for the one that most readers of its region use (RFC 5646, section 4.1).
    pub fn from_tag(tag: &str) -> Option<Language> {
        let tag = tag.to_ascii_lowercase();
        let mut parts = tag.split('-');
        match parts.next() {
            Some("en") => Some(Language::English),
            Some("zh") if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) => {
                Some(Language::TraditionalChinese)
            }
            Some("zh") => Some(Language::SimplifiedChinese),
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

    /// Every text of a language, in whichever of the two files it is shown.
    fn entries(language: Language) -> Vec<(&'static str, &'static str)> {
        let mut entries = language.text().entries();
        entries.extend(language.later().entries());
        entries
    }

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
            for (name, text) in entries(language) {
                assert!(!text.trim().is_empty(), "{} {name}", language.tag());
            }
        }
    }

    #[test]
    fn placeholders_agree_between_languages() {
        let english = entries(Language::English);
        for language in Language::ALL {
            for ((name, text), (_, original)) in entries(language).iter().zip(&english) {
                assert_eq!(placeholders(text), placeholders(original), "{} {name}", language.tag());
            }
        }
    }

    #[test]
    fn chinese_is_not_left_in_english() {
        for language in [Language::TraditionalChinese, Language::SimplifiedChinese] {
            let same: Vec<_> = entries(language)
                .into_iter()
                .zip(entries(Language::English))
                .filter(|((_, chinese), (_, english))| chinese == english)
                .map(|((name, _), _)| name)
                .filter(|name| !name.starts_with("kept_"))
                .collect();
            assert!(same.is_empty(), "{} {same:?}", language.tag());
        }
    }

    /// Every source file of the page but the texts themselves.
    fn sources(folder: &std::path::Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("text") {
                    sources(&path, into);
                }
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("text.rs") {
                into.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn no_text_is_left_that_nothing_shows() {
        let mut code = String::new();
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let words: std::collections::HashSet<&str> =
            code.split(|character: char| !(character.is_alphanumeric() || character == '_')).collect();
        let unused: Vec<_> = entries(Language::English)
            .into_iter()
            .map(|(name, _)| name)
            // Errors are found by the names that the kernel gives them.
            .filter(|name| !name.contains('.') && !words.contains(name.trim_start_matches("r#")))
            .collect();
        assert!(unused.is_empty(), "{unused:?}");
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
        assert_eq!(Language::preferred(["zh-Hant-HK"]), Language::TraditionalChinese);
        assert_eq!(Language::preferred(["zh", "en"]), Language::SimplifiedChinese);
        assert_eq!(Language::preferred(["zh-CN"]), Language::SimplifiedChinese);
        assert_eq!(Language::preferred(["en-GB", "zh"]), Language::English);
        assert_eq!(Language::preferred(["fr"]), Language::English);
    }
}
