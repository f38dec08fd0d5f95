//! What the components share: the models behind signals, and how events reach them.
//!
//! Thousands of events may come in a second. They go into plain structs at once, and the signals that
//! components watch are told at most once in [`NOTIFY_EVERY`].

mod keep;
mod lab;
mod line_link;
mod older;
mod preferences;
mod refresh;
mod sharing;
mod source;
mod tour;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use sockyard_protocol::{Event, EventKind, SocketId};

use crate::connection::{Connection, Incoming, Link, Refusal};
use crate::log_pane::LogPane;
use crate::model::arrangement;
use crate::model::facts::Facts;
use crate::model::form::{CallKind, Drafts};
use crate::model::log_store::LogStore;
use crate::model::outcome::{CallError, Outcome};
use crate::model::packets::PacketStore;
use crate::model::quick::QuickList;
use crate::model::sending::Sending;
use crate::model::sockets::SocketTable;
use crate::rest::Loading;
use crate::text::{Text, later};
pub(crate) use keep::{Ending, Export, Import, ImportError, Keep};
pub(crate) use lab::Lab;
pub(crate) use line_link::LostLine;
pub(crate) use older::Older;
pub(crate) use preferences::{Preferences, Theme};
pub(crate) use sharing::Sharing;
use source::Aside;
pub(crate) use source::{SavedFile, Source};

/// How often cards and counters are redrawn at most.
const NOTIFY_EVERY: Duration = Duration::from_millis(60);

/// The parts of the page that a phone shows one at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Part {
    /// The sockets.
    #[default]
    Sockets,
    /// The calls of the chosen socket.
    Call,
    /// The log.
    Log,
}

impl Part {
    /// Its name in test ids and in the style sheet.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Part::Sockets => "sockets",
            Part::Call => "call",
            Part::Log => "log",
        }
    }
}

/// What of the session is shown below the calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// The events, line by line.
    #[default]
    Log,
    /// Who sent what to whom, as a ladder.
    Sequence,
    /// The packets of a lab's wire, and what one does to it.
    Packets,
    /// The session as a program.
    Code,
    /// Its numbers over time.
    Charts,
}

impl View {
    /// All of them, in the order of their tabs.
    pub(crate) const ALL: [View; 5] = [View::Log, View::Sequence, View::Packets, View::Code, View::Charts];

    /// Its name in test ids, in the style sheet and in the browser's storage.
    pub(crate) fn name(self) -> &'static str {
        match self {
            View::Log => "log",
            View::Sequence => "sequence",
            View::Packets => "packets",
            View::Code => "code",
            View::Charts => "charts",
        }
    }
}

/// How many lines of the log there are, and where those are that are not held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LogCounts {
    /// Lines that the page holds.
    pub(crate) held: usize,
    /// Lines that the server's log had lost before they could be fetched.
    pub(crate) missing: u64,
    /// Lines before the oldest one held that the server may still give.
    pub(crate) older: u64,
}

/// How an arrangement stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Progress {
    /// Its calls are being made.
    Running(arrangement::Kind),
    /// All of them succeeded.
    Done(arrangement::Kind),
    /// This call did not.
    Stopped(arrangement::Kind, &'static str, CallError),
}

/// Everything shared.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    /// The connection.
    pub(crate) connection: Connection,
    /// Language and colours.
    pub(crate) preferences: Preferences,
    /// Where what is shown comes from.
    pub(crate) source: RwSignal<Source>,
    /// Saving, opening and taking back.
    pub(crate) keep: Keep,
    /// Sharing the session.
    pub(crate) sharing: Sharing,
    /// The session's lab.
    pub(crate) lab: Lab,
    /// The sockets.
    pub(crate) sockets: RwSignal<SocketTable>,
    /// Whether the sheet of keys is open.
    pub(crate) help: RwSignal<bool>,
    /// What the kernel said of them over time.
    pub(crate) facts: StoredValue<Facts>,
    /// The chosen socket.
    pub(crate) selected: RwSignal<Option<SocketId>>,
    /// The chosen call.
    pub(crate) call: RwSignal<CallKind>,
    /// What is typed into the forms.
    pub(crate) drafts: RwSignal<Drafts>,
    /// How the last call on each socket ended.
    pub(crate) outcomes: RwSignal<BTreeMap<SocketId, Outcome>>,
    /// The part that a phone shows.
    pub(crate) part: RwSignal<Part>,
    /// The view below the calls.
    pub(crate) view: RwSignal<View>,
    /// What is sent over and over, or piece by piece.
    pub(crate) sending: RwSignal<Option<Sending>>,
    /// The payloads kept for quick sending.
    pub(crate) quick: RwSignal<QuickList>,
    /// How high the calls are in pixels, once somebody chose it.
    pub(crate) call_height: RwSignal<Option<u32>>,
    /// The arrangement that runs or ran last.
    pub(crate) progress: RwSignal<Option<Progress>>,
    /// How many lines the log has.
    pub(crate) log_counts: RwSignal<LogCounts>,
    /// How the fetching of older lines stands.
    pub(crate) older: RwSignal<Older>,
    /// Counts the sessions and saved logs that were shown: whatever belongs to one starts over when it changes.
    pub(crate) epoch: RwSignal<u32>,
    /// The chosen line of the log.
    pub(crate) log_selected: RwSignal<Option<u64>>,
    /// Why the line that a link led to is not shown.
    pub(crate) lost_line: RwSignal<Option<LostLine>>,
    /// Counts the lines that links led to: what hides lines of the log lets go.
    pub(crate) arrivals: RwSignal<u32>,
    /// Its details are folded away: where they would stand in place of the view that chose it.
    pub(crate) detail_folded: RwSignal<bool>,
    /// Counts up about ten times a second while something shows a running time.
    pub(crate) clock: RwSignal<f64>,
    /// The part of the program that is loaded when it is first asked for.
    pub(crate) rest: RwSignal<Loading>,
    private: StoredValue<Rc<Private>, LocalStorage>,
}

/// What no component watches.
struct Private {
    log: Rc<RefCell<LogStore>>,
    packets: Rc<RefCell<PacketStore>>,
    /// The session while a saved log is shown.
    aside: RefCell<Option<Aside>>,
    pane: RefCell<Option<LogPane>>,
    session: RefCell<String>,
    notify_due: Cell<bool>,
    /// How far the server's clock is ahead of the page's own, in microseconds.
    server_ahead: Cell<f64>,
    /// Whether the session's sockets were listed since it was opened.
    listed: Cell<bool>,
    /// A silent server was asked for a sign of life, and for how many checks.
    looking: Cell<bool>,
    unanswered: Cell<u32>,
}

impl Page {
    /// The shared state of a page that just started.
    pub(crate) fn new() -> Page {
        let private = Private {
            log: Rc::default(),
            packets: Rc::default(),
            aside: RefCell::new(None),
            pane: RefCell::new(None),
            session: RefCell::new(String::new()),
            notify_due: Cell::new(false),
            server_ahead: Cell::new(f64::MIN),
            listed: Cell::new(false),
            looking: Cell::new(false),
            unanswered: Cell::new(0),
        };
        Page {
            connection: Connection::new(),
            preferences: Preferences::load(),
            source: RwSignal::new(Source::Live),
            keep: Keep::new(),
            sharing: Sharing::new(),
            lab: Lab::new(),
            sockets: RwSignal::new(SocketTable::default()),
            help: RwSignal::new(false),
            facts: StoredValue::new(Facts::default()),
            selected: RwSignal::new(preferences::remembered_socket()),
            call: RwSignal::new(preferences::remembered_call()),
            drafts: RwSignal::new(preferences::remembered_drafts()),
            outcomes: RwSignal::new(BTreeMap::new()),
            part: RwSignal::new(Part::default()),
            view: RwSignal::new(preferences::remembered_view()),
            sending: RwSignal::new(None),
            quick: RwSignal::new(preferences::remembered_quick()),
            call_height: RwSignal::new(preferences::remembered_call_height()),
            progress: RwSignal::new(None),
            log_counts: RwSignal::new(LogCounts::default()),
            older: RwSignal::new(Older::Idle),
            epoch: RwSignal::new(0),
            log_selected: RwSignal::new(None),
            lost_line: RwSignal::new(None),
            arrivals: RwSignal::new(0),
            detail_folded: RwSignal::new(false),
            clock: RwSignal::new(0.0),
            rest: RwSignal::new(Loading::Unasked),
            private: StoredValue::new_local(Rc::new(private)),
        }
    }

    /// The page's shared state, from any component.
    pub(crate) fn from_context() -> Page {
        expect_context::<Page>()
    }

    /// Connects, and starts what runs beside the components.
    pub(crate) fn start(self) {
        self.connection.start(move |incoming| self.take(incoming));
        self.keep_remembering();
        self.keep_fresh();
        self.keep_facts();
        self.keep_line_link();
        if self.selected.get_untracked().is_some() {
            // Its calls are drawn as soon as the server has told of it.
            self.want_rest();
        }
        Effect::new(move || {
            let over = matches!(
                self.connection.link.get(),
                Link::Refused(Refusal::SessionClosed | Refusal::SessionGone)
            );
            if over {
                self.session_over();
            }
        });
    }

    /// The texts in the chosen language; whoever reads them follows a change.
    pub(crate) fn text(self) -> &'static Text {
        self.preferences.language.get().text()
    }

    /// The texts that are not needed at first. Only what is in the second file of the program may ask for them: they are there.
    pub(crate) fn later(self) -> &'static later::Text {
        self.preferences.language.get().later()
    }

    /// The log.
    pub(crate) fn log(self) -> Rc<RefCell<LogStore>> {
        self.private.get_value().log.clone()
    }

    /// Gives the log's rows a place; they are drawn without the framework.
    pub(crate) fn attach_pane(self, pane: LogPane) {
        *self.private.get_value().pane.borrow_mut() = Some(pane);
    }

    /// Does something with the log's rows, once they have a place.
    pub(crate) fn with_pane(self, act: impl FnOnce(&LogPane)) {
        let private = self.private.get_value();
        let pane = private.pane.borrow();
        if let Some(pane) = pane.as_ref() {
            act(pane);
        }
    }

    /// Whether the server can do something beyond the protocol's base.
    pub(crate) fn has_feature(self, name: &str) -> bool {
        self.connection.hello.with(|hello| {
            hello.as_ref().is_some_and(|hello| hello.features.iter().any(|feature| feature == name))
        })
    }

    /// Chooses a socket, and the call that would come next on it.
    pub(crate) fn choose(self, socket: SocketId) {
        self.selected.set(Some(socket));
        let next =
            self.sockets.with_untracked(|table| table.get(socket).map(crate::model::form::natural_next));
        if let Some(next) = next {
            self.call.set(next);
        }
    }

    /// Leaves a closed session behind and opens a new one, in a lab if that is wanted. The payloads that were sent stay to be
    /// recalled.
    pub(crate) fn start_new_session(self, in_lab: bool) {
        self.connection.start_new_session(in_lab);
    }

    /// Leaves somebody's shared session: back to this tab's own, or to a new one.
    pub(crate) fn leave_shared(self) {
        self.start_over();
        self.connection.leave_shared();
    }

    fn take(self, incoming: Incoming<'_>) {
        match incoming {
            Incoming::Opened { resumed } => self.opened(resumed),
            Incoming::Event(event, json) => self.event(event, json),
            Incoming::EventsEnd => self.notify_soon(),
            Incoming::Facts(sockets, time_us) => self.take_facts(sockets, time_us),
        }
    }

    fn session_over(self) {
        let private = self.private.get_value();
        if let Some(session) = private.aside.borrow_mut().as_mut() {
            return session.sockets().close_all();
        }
        self.sockets.update(SocketTable::close_all);
        self.selected.set(None);
    }

    fn opened(self, resumed: bool) {
        let session = self
            .connection
            .hello
            .with_untracked(|hello| hello.as_ref().map(|hello| hello.session.clone()).unwrap_or_default());
        let private = self.private.get_value();
        let earlier = private.session.replace(session.clone());
        let other = !earlier.is_empty() && earlier != session;
        if other || !resumed {
            self.outcomes.set(BTreeMap::new());
            self.progress.set(None);
            // A new session counts from 3 again, and its number 3 is not the one that was typed for.
            self.drafts.update(Drafts::forget_all);
            self.stop_sending();
            self.facts.update_value(Facts::clear);
            private.listed.set(false);
            self.start_over();
        }
        let oldest =
            self.connection.hello.with_untracked(|hello| hello.as_ref().map(|hello| hello.oldest_seq));
        if let Some(oldest) = oldest {
            self.expect_from(oldest);
        }
        self.refresh_all();
    }

    /// Tells the session's log which lines the server has.
    fn expect_from(self, oldest: u64) {
        let private = self.private.get_value();
        match private.aside.borrow_mut().as_mut() {
            Some(session) => session.log().expect_from(oldest),
            None => private.log.borrow_mut().expect_from(oldest),
        }
    }

    /// Nothing of an earlier session is shown any more.
    fn start_over(self) {
        let private = self.private.get_value();
        self.lab_starts_over();
        if let Some(session) = private.aside.borrow_mut().as_mut() {
            return session.start_over();
        }
        private.log.borrow_mut().clear();
        self.sockets.set(SocketTable::default());
        self.log_selected.set(None);
        self.lost_line.set(None);
        self.selected.set(None);
        // What was closed in another session would come back into this one.
        self.keep.undo.set(None);
        self.sharing.start_over();
        self.epoch.update(|epoch| *epoch += 1);
        self.with_pane(LogPane::start_over);
        self.notify_soon();
    }

    fn event(self, event: &Event, json: &str) {
        let private = self.private.get_value();
        match private.aside.borrow_mut().as_mut() {
            Some(session) => session.take(event, json),
            None => {
                private.log.borrow_mut().push(event, json);
                self.sockets.update_untracked(|table| table.apply(event));
            }
        }
        if let (EventKind::Closed { .. }, Some(socket)) = (&event.kind, event.socket) {
            self.drafts.update_untracked(|drafts| drafts.forget(socket));
            self.outcomes.update_untracked(|outcomes| {
                outcomes.remove(&socket);
            });
        }
    }

    fn notify_soon(self) {
        let private = self.private.get_value();
        self.with_pane(LogPane::changed);
        if !private.notify_due.replace(true) {
            set_timeout(move || self.notify(), NOTIFY_EVERY);
        }
    }

    fn notify(self) {
        let private = self.private.get_value();
        private.notify_due.set(false);
        let counts = {
            let log = private.log.borrow();
            if self.is_live_now() {
                self.read_clock(log.charts().last_us());
            }
            let older = log.wants_before().map_or(0, |_| log.older());
            LogCounts { held: log.len(), missing: log.missing(), older }
        };
        self.sockets.notify();
        if self.log_counts.get_untracked() != counts {
            self.log_counts.set(counts);
        }
        self.choose_something();
    }

    /// Something is chosen whenever there is something to choose, once all that there is has come.
    fn choose_something(self) {
        let seq = self.connection.last_seq();
        let behind = self
            .connection
            .hello
            .with_untracked(|hello| hello.as_ref().is_none_or(|hello| seq < hello.last_seq));
        if behind || !self.is_live_now() || !self.private.get_value().listed.get() {
            return;
        }
        let chosen = self.selected.get_untracked();
        let (gone, newest) = self.sockets.with_untracked(|table| {
            // A socket that was just made may be chosen before its line comes.
            let gone = chosen.is_none_or(|socket| table.is_gone(socket));
            (gone, table.numbers().last().copied())
        });
        match (gone, newest) {
            (true, Some(newest)) => self.choose(newest),
            (true, None) if chosen.is_some() => self.selected.set(None),
            _ => {}
        }
    }
}
