//! Where what is shown comes from: the session as it goes on, or a log that was saved.
//!
//! While a saved log is shown the session goes on beside it: its events are kept aside and nothing of it is lost.

use leptos::prelude::*;
use sockyard_protocol::{Event, SocketId};

use super::{Page, View};
use crate::log_pane::LogPane;
use crate::model::log_store::LogStore;
use crate::model::saved::{Mistake, Saved};
use crate::model::sockets::SocketTable;

/// Where what is shown comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Source {
    /// The session.
    #[default]
    Live,
    /// A saved log.
    Saved(SavedFile),
}

/// The file of a saved log.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedFile {
    /// Its name.
    pub(crate) name: String,
    /// Its lines that could not be read, as many as are named.
    pub(crate) mistakes: Vec<Mistake>,
    /// How many could not be read.
    pub(crate) mistakes_total: usize,
}

/// What is not shown: the session while a saved log is, and nothing otherwise.
#[derive(Default)]
pub(super) struct Aside {
    log: LogStore,
    sockets: SocketTable,
    selected: Option<SocketId>,
    log_selected: Option<u64>,
}

impl Aside {
    /// An event of the session, which is not shown.
    pub(super) fn take(&mut self, event: &Event, json: &str) {
        self.log.push(event, json);
        self.sockets.apply(event);
    }

    /// The log of the session.
    pub(super) fn log(&mut self) -> &mut LogStore {
        &mut self.log
    }

    /// The sockets of the session.
    pub(super) fn sockets(&mut self) -> &mut SocketTable {
        &mut self.sockets
    }

    /// Another session began.
    pub(super) fn start_over(&mut self) {
        *self = Aside::default();
    }
}

impl Page {
    /// Whether calls can be made on what is shown: a saved log and somebody's shared session are only looked at.
    pub(crate) fn may_call(self) -> bool {
        self.is_live() && !self.connection.only_looks.get()
    }

    /// The same, for what does not follow it.
    pub(crate) fn may_call_now(self) -> bool {
        self.is_live_now() && !self.connection.only_looks.get_untracked()
    }

    /// Whether the session is shown, and not a saved log.
    pub(crate) fn is_live(self) -> bool {
        self.source.with(|source| *source == Source::Live)
    }

    /// The same, for what does not follow it.
    pub(crate) fn is_live_now(self) -> bool {
        self.source.with_untracked(|source| *source == Source::Live)
    }

    /// Shows a saved log. The session stays as it is.
    pub(crate) fn open_saved(self, name: String, saved: Saved) {
        self.leave_saved();
        let Saved { log, sockets, mistakes, mistakes_total } = saved;
        let session = Aside {
            log: std::mem::replace(&mut *self.log().borrow_mut(), log),
            sockets: self.sockets.get_untracked(),
            selected: self.selected.get_untracked(),
            log_selected: self.log_selected.get_untracked(),
        };
        *self.private.get_value().aside.borrow_mut() = Some(session);
        self.source.set(Source::Saved(SavedFile { name, mistakes, mistakes_total }));
        self.sockets.set(sockets);
        self.selected.set(None);
        self.log_selected.set(None);
        self.view.set(View::Log);
        self.shown_anew();
    }

    /// Shows the session again, as it stands by now; the saved log is handed back.
    pub(crate) fn leave_saved(self) -> Option<(String, Saved)> {
        let session = self.private.get_value().aside.borrow_mut().take()?;
        let Source::Saved(SavedFile { name, mistakes, mistakes_total }) = self.source.get_untracked() else {
            return None;
        };
        let log = std::mem::replace(&mut *self.log().borrow_mut(), session.log);
        let saved = Saved { log, sockets: self.sockets.get_untracked(), mistakes, mistakes_total };
        self.source.set(Source::Live);
        self.sockets.set(session.sockets);
        self.selected.set(session.selected);
        self.log_selected.set(session.log_selected);
        self.shown_anew();
        self.refresh_all();
        Some((name, saved))
    }

    /// Whatever is drawn from the log starts over.
    fn shown_anew(self) {
        self.keep.undo.set(None);
        self.epoch.update(|epoch| *epoch += 1);
        self.with_pane(LogPane::start_over);
        self.notify();
    }
}
