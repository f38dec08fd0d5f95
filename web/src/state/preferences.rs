//! Language, colours and what else the browser keeps for the next visit.

use std::time::Duration;

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::{Page, View};
use crate::browser_storage::{local, read, remove, tab, write};
use crate::model::form::{CallKind, Drafts};
use crate::model::quick::QuickList;
use crate::text::Language;

const LANGUAGE: &str = "sockyard.language";
const THEME: &str = "sockyard.theme";
const SELECTED: &str = "sockyard.selected";
const CALL: &str = "sockyard.call";
const VIEW: &str = "sockyard.view";
const CALL_HEIGHT: &str = "sockyard.call-height";
const QUICK: &str = "sockyard.quick";
const DRAFTS: &str = "sockyard.drafts";
/// Pause in typing after which it is saved.
const SAVED_AFTER: Duration = Duration::from_millis(400);
/// Most bytes of earlier payloads that are stored.
const STORED_MAX: usize = 64 * 1024;

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
        Effect::new(move || write(tab(), VIEW, self.view.get().name()));
        Effect::new(move || match self.call_height.get() {
            Some(height) => write(local(), CALL_HEIGHT, &height.to_string()),
            None => remove(local(), CALL_HEIGHT),
        });
        Effect::new(move || {
            if let Ok(json) = self.quick.with(serde_json::to_string) {
                write(local(), QUICK, &json);
            }
        });
        self.keep_drafts();
    }

    /// Saves what is typed after a pause in typing: payloads may be long, and every key would write them all.
    fn keep_drafts(self) {
        let due = StoredValue::new(false);
        let save = move || {
            if due.get_value() {
                due.set_value(false);
                self.drafts.with_untracked(save_drafts);
            }
        };
        Effect::new(move |waiting: Option<Option<TimeoutHandle>>| {
            self.drafts.track();
            if let Some(handle) = waiting.flatten() {
                handle.clear();
            }
            due.set_value(true);
            set_timeout_with_handle(save, SAVED_AFTER).ok()
        });
        // A page that is left does not wait.
        window_event_listener_untyped("pagehide", move |_| save());
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

/// The payloads kept in an earlier visit.
pub(super) fn remembered_quick() -> QuickList {
    read(local(), QUICK).map(|json| QuickList::read(&json)).unwrap_or_default()
}

/// The height of the calls chosen in an earlier visit, in pixels.
pub(super) fn remembered_call_height() -> Option<u32> {
    read(local(), CALL_HEIGHT)?.parse().ok()
}

/// The view chosen before a reload.
pub(super) fn remembered_view() -> View {
    let name = read(tab(), VIEW);
    View::ALL.into_iter().find(|view| Some(view.name()) == name.as_deref()).unwrap_or_default()
}

/// What was typed before a reload.
pub(super) fn remembered_drafts() -> Drafts {
    read(tab(), DRAFTS).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

fn save_drafts(drafts: &Drafts) {
    if let Ok(json) = serde_json::to_string(&drafts.stored(STORED_MAX)) {
        write(tab(), DRAFTS, &json);
    }
}

fn browser_language() -> Language {
    let tags: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    Language::preferred(tags.iter().map(String::as_str))
}
