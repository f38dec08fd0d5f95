//! What is being saved, opened or taken back.

use std::rc::Rc;

use leptos::prelude::*;

use super::{Page, Part, View};
use crate::browser_storage::{local, read, write};
use crate::model::export::Format;
use crate::model::outcome::CallError;
use crate::model::tour::Step;
use crate::text::Text;

/// The language of the programs that was chosen last.
const CODE: &str = "sockyard.code";

/// How the opening of a saved log stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Import {
    /// The file of this name is being read.
    Reading {
        /// Its name.
        name: String,
        /// How much is done, in percent.
        percent: u32,
    },
    /// The file of this name could not be opened.
    Failed(String, ImportError),
}

/// Why a file could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportError {
    /// It has so many bytes.
    TooLarge(u64),
    /// There is nothing in it.
    Empty,
    /// No line is an event.
    NoEvents,
    /// The browser gave an error.
    Unreadable,
}

/// How an export stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Export {
    /// The server writes it.
    Running,
    /// It failed.
    Failed(CallError),
}

/// What follows the end of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing.
    Close,
    /// A new session in this machine's own network, or what the server opens instead.
    New,
    /// A new session in a lab.
    NewLab,
}

/// Something that was closed, and can be had back.
#[derive(Clone)]
pub(crate) struct Undo {
    /// What was done, in the language of the moment.
    pub(crate) words: fn(&'static Text) -> &'static str,
    back: Rc<dyn Fn()>,
}

impl Undo {
    /// Takes it back.
    pub(crate) fn take_back(&self) {
        (self.back)();
    }
}

/// What is being saved, opened or taken back.
#[derive(Clone, Copy)]
pub(crate) struct Keep {
    /// The file that is being opened, or could not be.
    pub(crate) import: RwSignal<Option<Import>>,
    /// The export that runs, or failed.
    pub(crate) export: RwSignal<Option<Export>>,
    /// Why something that was begun from the command palette failed.
    pub(crate) failed: RwSignal<Option<CallError>>,
    /// Whether it is asked if the session may end, and if so, what follows.
    pub(crate) ending: RwSignal<Option<Ending>>,
    /// Where the tour stands.
    pub(crate) tour: RwSignal<Option<Step>>,
    /// The language of the programs.
    pub(crate) code: RwSignal<Format>,
    /// Whether the command palette is open.
    pub(crate) palette: RwSignal<bool>,
    /// What was closed last.
    pub(crate) undo: RwSignal<Option<Undo>, LocalStorage>,
}

impl Keep {
    pub(super) fn new() -> Keep {
        Keep {
            import: RwSignal::new(None),
            export: RwSignal::new(None),
            failed: RwSignal::new(None),
            ending: RwSignal::new(None),
            tour: RwSignal::new(None),
            code: RwSignal::new(remembered_code()),
            palette: RwSignal::new(false),
            undo: RwSignal::new_local(None),
        }
    }

    /// Offers to take back what was just done.
    pub(crate) fn can_undo(self, words: fn(&'static Text) -> &'static str, back: impl Fn() + 'static) {
        self.undo.set(Some(Undo { words, back: Rc::new(back) }));
    }
}

/// The least width, in pixels, at which a line's details stand beside the view, as the style sheet has it.
const BESIDE_FROM: f64 = 1280.0;

impl Page {
    /// Chooses a language for programs, for good.
    pub(crate) fn choose_code(self, name: &str) {
        if let Some(format) = Format::from_name(name) {
            write(local(), CODE, name);
            self.keep.code.set(format);
        }
    }

    /// Takes an arrangement's note away.
    pub(crate) fn dismiss_note(self) {
        let note = self.progress.get_untracked();
        self.progress.set(None);
        self.keep.can_undo(
            |text| text.keep.note_closed,
            move || {
                // Another arrangement may have begun meanwhile.
                if self.progress.with_untracked(Option::is_none) {
                    self.progress.set(note.clone());
                }
            },
        );
    }

    /// Chooses a line and shows its details.
    pub(crate) fn open_line(self, seq: u64) {
        self.detail_folded.set(false);
        self.log_selected.set(Some(seq));
    }

    /// Chooses a line on the way to others; its details must not take the place of what one walks in.
    pub(crate) fn walk_to(self, seq: u64) {
        self.detail_folded.set(is_narrow());
        self.log_selected.set(Some(seq));
    }

    /// Closes the details of the chosen line. Where they stood in place of the view it stays chosen there.
    pub(crate) fn close_details(self) {
        if is_narrow() {
            return self.detail_folded.set(true);
        }
        let chosen = self.log_selected.get_untracked();
        self.log_selected.set(None);
        self.keep.can_undo(|text| text.keep.details_closed, move || self.log_selected.set(chosen));
    }

    /// Shows which lines of the program make the chosen event.
    pub(crate) fn show_in_code(self) {
        self.view.set(View::Code);
        self.part.set(Part::Log);
        self.detail_folded.set(is_narrow());
    }

    /// Shows the chosen event in the log.
    pub(crate) fn show_in_log(self, seq: u64) {
        self.view.set(View::Log);
        self.part.set(Part::Log);
        self.detail_folded.set(is_narrow());
        self.with_pane(|pane| pane.choose(seq));
    }
}

/// Whether the details of a line and the view have one place (see `app.css`).
pub(super) fn is_narrow() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width < BESIDE_FROM)
}

fn remembered_code() -> Format {
    let format = read(local(), CODE).and_then(|name| Format::from_name(&name));
    format.filter(|format| Format::PROGRAMS.contains(format)).unwrap_or(Format::Python)
}
