//! How texts are declared: each with English, 繁體中文 and 简体中文 side by side.

/// Declares a group of texts. A text that lacks a language does not compile.
macro_rules! texts {
    (
        $(#[$doc:meta])*
        $group:ident { $($field:ident: $english:literal / $traditional:literal / $simplified:literal,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $group {
            $(#[doc = concat!("The text `", stringify!($field), "`.")] pub $field: &'static str,)*
        }

        impl $group {
            pub(super) const ENGLISH: $group = $group { $($field: $english,)* };
            pub(super) const TRADITIONAL: $group = $group { $($field: $traditional,)* };
            pub(super) const SIMPLIFIED: $group = $group { $($field: $simplified,)* };

            pub(super) fn walk(&self, entries: &mut Vec<(&'static str, &'static str)>) {
                $(entries.push((stringify!($field), self.$field));)*
            }
        }
    };
}

/// An error explained.
#[derive(Debug)]
pub struct Explained {
    /// What it means.
    pub means: &'static str,
    /// What to try.
    pub attempt: &'static str,
}

/// Declares the explained errors and how they are found by name.
macro_rules! errors {
    ($(
        $field:ident {
            title: $title_en:literal / $title_hant:literal / $title_hans:literal,
            means: $means_en:literal / $means_hant:literal / $means_hans:literal,
            attempt: $attempt_en:literal / $attempt_hant:literal / $attempt_hans:literal,
        }
    )*) => {
        /// Every error that the page knows, in a few words.
        #[derive(Debug)]
        pub struct Errors {
            $(#[doc = concat!("`", stringify!($field), "`.")] pub $field: &'static str,)*
        }

        impl Errors {
            pub(super) const ENGLISH: Errors = Errors { $($field: $title_en,)* };
            pub(super) const TRADITIONAL: Errors = Errors { $($field: $title_hant,)* };
            pub(super) const SIMPLIFIED: Errors = Errors { $($field: $title_hans,)* };

            /// An errno or a kind of error in a few words, whatever the name's case.
            pub fn get(&self, name: &str) -> Option<&'static str> {
                $(if name.eq_ignore_ascii_case(stringify!($field)) { return Some(self.$field); })*
                None
            }

            pub(super) fn walk(&self, entries: &mut Vec<(&'static str, &'static str)>) {
                $(entries.push((concat!(stringify!($field), ".title"), self.$field));)*
            }
        }

        /// Every error explained.
        #[derive(Debug)]
        pub struct Explanations {
            $(#[doc = concat!("`", stringify!($field), "`.")] pub $field: Explained,)*
        }

        impl Explanations {
            pub(super) const ENGLISH: Explanations = Explanations {
                $($field: Explained { means: $means_en, attempt: $attempt_en },)*
            };
            pub(super) const TRADITIONAL: Explanations = Explanations {
                $($field: Explained { means: $means_hant, attempt: $attempt_hant },)*
            };
            pub(super) const SIMPLIFIED: Explanations = Explanations {
                $($field: Explained { means: $means_hans, attempt: $attempt_hans },)*
            };

            /// The explanation of an errno or of a kind of error, whatever the name's case.
            pub fn get(&self, name: &str) -> Option<&Explained> {
                $(if name.eq_ignore_ascii_case(stringify!($field)) { return Some(&self.$field); })*
                None
            }

            pub(super) fn walk(&self, entries: &mut Vec<(&'static str, &'static str)>) {
                $(
                    entries.push((concat!(stringify!($field), ".means"), self.$field.means));
                    entries.push((concat!(stringify!($field), ".attempt"), self.$field.attempt));
                )*
            }
        }
    };
}

/// Puts the groups together into the texts of a language.
macro_rules! groups {
    ($($name:ident: $group:ident,)*) => {
        /// All the texts of a language.
        #[derive(Debug)]
        pub struct Text {
            $(#[doc = concat!("See [`", stringify!($group), "`].")] pub $name: $group,)*
        }

        static ENGLISH: Text = Text { $($name: $group::ENGLISH,)* };
        static TRADITIONAL: Text = Text { $($name: $group::TRADITIONAL,)* };
        static SIMPLIFIED: Text = Text { $($name: $group::SIMPLIFIED,)* };

        impl Text {
            /// Every text with its name.
            pub fn entries(&self) -> Vec<(&'static str, &'static str)> {
                let mut entries = Vec::new();
                $(self.$name.walk(&mut entries);)*
                entries
            }
        }
    };
}
