//! Follows the kernel: events tell what calls did, and only the kernel knows queues and TCP states.
//!
//! The sockets are listed once for each connection; from then on the server tells what changes, as long as the page
//! is looked at.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::SocketInfo;
use sockyard_protocol::answer::Sockets;
use sockyard_protocol::call::{SessionConfigure, SessionInfoCall, SocketList, SocketsEvery};

use super::Page;
use crate::connection::{Link, now};

/// How often the server looks at the sockets for this page, in milliseconds: the least that it takes.
const LOOK_EVERY_MS: u32 = 250;
/// How often the page makes sure that the server is there.
const CHECK_EVERY: Duration = Duration::from_millis(1000);
/// Silence after which the server is asked for a sign of life.
const SILENT_MS: f64 = 5000.0;
/// Checks that this question may go unanswered before the connection counts as dead. Checks are counted, not time:
/// a page that the browser froze must not take its own sleep for the server's.
const UNANSWERED_MAX: u32 = 10;
/// How often running times are redrawn.
const CLOCK_EVERY: Duration = Duration::from_millis(100);

impl Page {
    /// Lists every socket, and follows them from here on.
    pub(super) fn refresh_all(self) {
        spawn_local(self.ask_all());
        self.follow();
    }

    /// Asks to be told what changes of the sockets. A page that nobody looks at is told nothing.
    fn follow(self) {
        let every = (!document().hidden()).then_some(SocketsEvery { every_ms: LOOK_EVERY_MS });
        spawn_local(async move {
            let sockets = Some(every);
            let call = SessionConfigure {
                frames: None,
                data: None,
                payload: None,
                kinds: None,
                sockets,
                packets: None,
            };
            // Without a connection it is asked again on the next one.
            self.connection.call(call).await.ok();
        });
    }

    /// Takes what has changed. Which sockets were closed, and by whom, the log tells as well.
    pub(super) fn take_facts(self, sockets: Vec<SocketInfo>, time_us: u64) {
        let private = self.private.get_value();
        match private.aside.borrow_mut().as_mut() {
            Some(session) => session.log().note(time_us, &sockets),
            None => private.log.borrow_mut().note(time_us, &sockets),
        }
        self.read_clock(time_us);
        if !self.is_live_now() || sockets.is_empty() {
            return;
        }
        self.sockets.update(|table| table.set_list(sockets));
    }

    /// What the server's clock showed when a message left it. Of all messages the one that came fastest is believed.
    pub(super) fn read_clock(self, time_us: u64) {
        let ahead = &self.private.get_value().server_ahead;
        ahead.set(ahead.get().max(time_us as f64 - now() * 1e3));
    }

    /// What the server's clock shows now, in microseconds since the Unix epoch; 0 while it was never heard.
    pub(crate) fn server_now_us(self) -> u64 {
        (now() * 1e3 + self.private.get_value().server_ahead.get()) as u64
    }

    async fn ask_all(self) {
        let private = self.private.get_value();
        let known = self.sockets.with_untracked(|table| table.numbers());
        let chosen = self.selected.get_untracked();
        let Ok(answer) = self.connection.call(SocketList {}).await else { return };
        // What reads these facts from text is in the page for what is pushed; from a value it would be there once more.
        let Ok(Sockets { sockets }) = serde_json::from_str::<Sockets>(&answer.to_string()) else { return };
        if !self.is_live_now() {
            // Asked again once the session is shown.
            return;
        }
        let listed: Vec<_> = sockets.iter().map(|info| info.socket).collect();
        self.sockets.update(|table| {
            table.set_list(sockets);
            table.drop_missing(&known, &listed);
        });
        if !private.listed.replace(true) && chosen.is_some_and(|chosen| !listed.contains(&chosen)) {
            // It was chosen before a reload and closed since; its last line may have left the log.
            self.selected.set(None);
        }
        self.choose_something();
    }

    /// Notes what the kernel says of the sockets, and after which line of the log.
    pub(super) fn keep_facts(self) {
        Effect::new(move || {
            // A saved log's sockets have the numbers of the session's, and no facts.
            if !self.is_live() {
                return;
            }
            let seq = self.connection.last_seq();
            self.sockets.with(|table| {
                self.facts.update_value(|facts| {
                    table.open().filter_map(|view| view.info.as_ref()).for_each(|info| facts.note(seq, info));
                });
            });
        });
    }

    pub(super) fn keep_fresh(self) {
        let is_open = move || matches!(self.connection.link.get_untracked(), Link::Open);
        set_interval(
            move || {
                if !document().hidden() && is_open() {
                    self.check();
                }
            },
            CHECK_EVERY,
        );
        window_event_listener_untyped("visibilitychange", move |_| {
            if is_open() {
                self.follow();
            }
        });
        set_interval(
            move || {
                let running = !self.connection.waiting.with_untracked(Vec::is_empty)
                    || matches!(self.connection.link.get_untracked(), Link::Lost { .. });
                if running {
                    self.clock.set(now());
                }
            },
            CLOCK_EVERY,
        );
    }

    /// Asks a silent server one question, whose answer shows that it is alive.
    fn check(self) {
        let private = self.private.get_value();
        if private.looking.get() {
            private.unanswered.set(private.unanswered.get() + 1);
            if private.unanswered.get() >= UNANSWERED_MAX && self.connection.silent_ms() >= SILENT_MS {
                self.connection.give_up();
            }
            return;
        }
        if self.connection.silent_ms() >= SILENT_MS {
            private.looking.set(true);
            private.unanswered.set(0);
            spawn_local(async move {
                self.connection.call(SessionInfoCall {}).await.ok(/* a fault is an answer, too */);
                private.looking.set(false);
            });
        }
    }
}
