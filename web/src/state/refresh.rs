//! Asks the kernel again: events tell what calls did, and only the kernel knows queues and TCP states.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::answer::Sockets;
use sockyard_protocol::call::{SocketInfoCall, SocketList};
use sockyard_protocol::{SocketId, SocketInfo};

use super::Page;
use crate::connection::{Link, now};
use crate::model::facts::Facts;

/// Wait after an event, so that a burst asks once; also the least time between two questions.
const AFTER_EVENT: Duration = Duration::from_millis(120);
/// How often the chosen socket is asked about while the page is looked at.
const CHOSEN_EVERY: Duration = Duration::from_millis(1000);
/// Looks that a question may go unanswered before the connection counts as dead. Looks are counted, not time:
/// a page that the browser froze must not take its own sleep for the server's.
const UNANSWERED_MAX: u32 = 15;
/// Silence without which an unanswered question tells nothing: a long replay goes before its answer.
const SILENT_MS: f64 = 5000.0;
/// How often running times are redrawn.
const CLOCK_EVERY: Duration = Duration::from_millis(100);

impl Page {
    /// Asks about every socket, a moment later.
    ///
    /// One event often changes several sockets: a connect fills a listener's backlog, a send a peer's queue.
    pub(super) fn refresh_soon(self) {
        let private = self.private.get_value();
        if !private.refresh_due.replace(true) {
            set_timeout(
                move || {
                    let private = self.private.get_value();
                    private.refresh_due.set(false);
                    if document().hidden() {
                        // Asked once the page is looked at.
                        private.list_again.set(true);
                    } else {
                        self.refresh_all();
                    }
                },
                AFTER_EVENT,
            );
        }
    }

    /// Asks about every socket; one question at a time.
    pub(super) fn refresh_all(self) {
        let private = self.private.get_value();
        if private.listing.replace(true) {
            return private.list_again.set(true);
        }
        spawn_local(async move {
            self.ask_all().await;
            private.listing.set(false);
            let open = self.connection.link.get_untracked() == Link::Open;
            if open && private.list_again.replace(false) {
                self.refresh_soon();
            }
        });
    }

    async fn ask_all(self) {
        let private = self.private.get_value();
        let known = self.sockets.with_untracked(|table| table.numbers());
        let chosen = self.selected.get_untracked();
        let Ok(answer) = self.connection.call(SocketList {}).await else { return };
        let Ok(Sockets { sockets }) = serde_json::from_value::<Sockets>(answer) else { return };
        if !self.is_live_now() {
            // Asked again once the session is shown.
            return;
        }
        let listed: Vec<_> = sockets.iter().map(|info| info.socket).collect();
        let before = self.sockets.get_untracked();
        self.sockets.update_untracked(|table| {
            table.set_list(sockets);
            table.drop_missing(&known, &listed);
        });
        if self.sockets.with_untracked(|table| *table != before) {
            self.sockets.notify();
        }
        if !private.listed.replace(true) && chosen.is_some_and(|chosen| !listed.contains(&chosen)) {
            // It was chosen before a reload and closed since; its last line may have left the log.
            self.selected.set(None);
        }
        self.choose_something();
    }

    /// Notes what the kernel says of the sockets, and after which line of the log.
    pub(super) fn keep_facts(self) {
        Effect::new(move || {
            self.epoch.track();
            self.facts.update_value(Facts::clear);
        });
        Effect::new(move || {
            let seq = self.connection.last_seq();
            self.sockets.with(|table| {
                self.facts.update_value(|facts| {
                    table.open().filter_map(|view| view.info.as_ref()).for_each(|info| facts.note(seq, info));
                });
            });
        });
    }

    pub(super) fn keep_fresh(self) {
        set_interval(
            move || {
                if !document().hidden() && matches!(self.connection.link.get_untracked(), Link::Open) {
                    self.look();
                }
            },
            CHOSEN_EVERY,
        );
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

    /// Asks one question, whose answer also shows that the server is alive.
    fn look(self) {
        let private = self.private.get_value();
        if private.list_again.replace(false) {
            self.refresh_all();
        }
        if !private.looking.replace(true) {
            private.unanswered.set(0);
            spawn_local(async move {
                match self.selected.get_untracked() {
                    Some(socket) => self.ask_chosen(socket).await,
                    None => self.ask_all().await,
                }
                private.looking.set(false);
            });
            return;
        }
        private.unanswered.set(private.unanswered.get() + 1);
        if private.unanswered.get() >= UNANSWERED_MAX && self.connection.silent_ms() >= SILENT_MS {
            self.connection.give_up();
        }
    }

    async fn ask_chosen(self, socket: SocketId) {
        let Ok(answer) = self.connection.call(SocketInfoCall { socket }).await else { return };
        let Ok(info) = serde_json::from_value::<SocketInfo>(answer) else { return };
        if !self.is_live_now() {
            return;
        }
        let same = self
            .sockets
            .with_untracked(|table| table.get(socket).is_some_and(|view| view.info.as_ref() == Some(&info)));
        if !same {
            self.sockets.update(|table| table.set_info(info));
        }
    }
}
