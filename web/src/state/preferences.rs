//! Language, colours and what else the browser keeps for the next visit.

use leptos::prelude::*;
use sockyard_protocol::SocketId;
use web_sys::Storage;

use super::Page;
use crate::model::form::{CallKind, Drafts};
use crate::text::Language;

const LANGUAGE: &str = "sockyard.language";
const THEME: &str = "sockyard.theme";
const SELECTED: &str = "sockyard.selected";
const CALL: &str = "sockyard.call";
const DRAFTS: &str = "sockyard.drafts";

/// The page's colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Its name in the storage, in the menu and in the style sheet.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that name.
    pub(crate) fn from_name(name: &str) -> Theme {
        match name {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }
    }
}

/// Language and colours.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    /// The language.
    pub(crate) language: RwSignal<Language>,
    /// The colours.
    pub(crate) theme: RwSignal<Theme>,
}

impl Preferences {
    /// What was chosen before, else what the browser prefers.
    pub(super) fn load() -> Preferences {
        let language =
            read(local(), LANGUAGE).and_then(|tag| Language::from_tag(&tag)).unwrap_or_else(browser_language);
        let theme = read(local(), THEME).map(|name| Theme::from_name(&name)).unwrap_or_default();
        Preferences { language: RwSignal::new(language), theme: RwSignal::new(theme) }
    }

    /// Chooses a language for good.
    pub(crate) fn choose_language(self, tag: &str) {
        if let Some(language) = Language::from_tag(tag) {
            write(local(), LANGUAGE, language.tag());
            self.language.set(language);
        }
    }

    /// Chooses colours for good.
    pub(crate) fn choose_theme(self, name: &str) {
        let theme = Theme::from_name(name);
        write(local(), THEME, theme.name());
        self.theme.set(theme);
    }
}

impl Page {
    /// Keeps document and storage as the signals are.
    pub(super) fn keep_remembering(self) {
        Effect::new(move || {
            let language = self.preferences.language.get();
            if let Some(root) = document().document_element() {
                root.set_attribute("lang", language.tag()).ok();
            }
            self.with_pane(|pane| pane.set_language(language));
        });
        Effect::new(move || {
            let theme = self.preferences.theme.get();
            if let Some(root) = document().document_element() {
                root.set_attribute("data-theme", theme.name()).ok();
            }
        });
        Effect::new(move || {
            if let Some(socket) = self.selected.get() {
                write(tab(), SELECTED, &socket.to_string());
            }
        });
        Effect::new(move || write(tab(), CALL, self.call.get().name()));
        Effect::new(move || {
            if let Ok(json) = self.drafts.with(serde_json::to_string) {
                write(tab(), DRAFTS, &json);
            }
        });
    }
}

/// The socket chosen before a reload.
pub(super) fn remembered_socket() -> Option<SocketId> {
    read(tab(), SELECTED)?.parse().ok()
}

/// The call chosen before a reload.
pub(super) fn remembered_call() -> CallKind {
    let name = read(tab(), CALL);
    CallKind::ALL.into_iter().find(|call| Some(call.name()) == name.as_deref()).unwrap_or(CallKind::Bind)
}

/// What was typed before a reload.
pub(super) fn remembered_drafts() -> Drafts {
    read(tab(), DRAFTS).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

fn browser_language() -> Language {
    let tags: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Language::preferred(tags.iter().map(String::as_str))
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

fn write(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        // A full storage costs the memory of a preference, and nothing else.
        storage.set_item(key, value).ok();
    }
}
