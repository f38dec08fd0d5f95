//! Asks the kernel again: events tell what calls did, and only the kernel knows queues and TCP states.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::SocketInfo;
use sockyard_protocol::answer::Sockets;
use sockyard_protocol::call::{SocketInfoCall, SocketList};

use super::Page;
use crate::connection::{Link, now};

/// Wait after an event, so that a burst asks once; also the least time between two questions.
const AFTER_EVENT: Duration = Duration::from_millis(120);
/// How often the chosen socket is asked about while the page is looked at.
const CHOSEN_EVERY: Duration = Duration::from_millis(1000);
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
                    self.private.get_value().refresh_due.set(false);
                    self.refresh_all();
                },
                AFTER_EVENT,
            );
        }
    }

    /// Asks about every socket.
    pub(super) fn refresh_all(self) {
        spawn_local(async move {
            let known = self.sockets.with_untracked(|table| table.numbers());
            let Ok(answer) = self.connection.call(SocketList {}).await else { return };
            let Ok(Sockets { sockets }) = serde_json::from_value::<Sockets>(answer) else { return };
            let listed: Vec<_> = sockets.iter().map(|info| info.socket).collect();
            let before = self.sockets.get_untracked();
            self.sockets.update_untracked(|table| {
                table.set_list(sockets);
                table.drop_missing(&known, &listed);
            });
            if self.sockets.with_untracked(|table| *table != before) {
                self.sockets.notify();
                self.choose_something();
            }
        });
    }

    pub(super) fn keep_fresh(self) {
        set_interval(
            move || {
                if !document().hidden() && matches!(self.connection.link.get_untracked(), Link::Open) {
                    self.refresh_chosen();
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

    fn refresh_chosen(self) {
        let Some(socket) = self.selected.get_untracked() else { return };
        spawn_local(async move {
            let Ok(answer) = self.connection.call(SocketInfoCall { socket }).await else { return };
            let Ok(info) = serde_json::from_value::<SocketInfo>(answer) else { return };
            let same = self.sockets.with_untracked(|table| {
                table.get(socket).is_some_and(|view| view.info.as_ref() == Some(&info))
            });
            if !same {
                self.sockets.update(|table| table.set_info(info));
            }
        });
    }
}
