//! Follows the wire of the session's lab, while somebody looks at it.
//!
//! Packets are asked for and not pushed: a page that falls behind then reads on where it stood, sees what the server still has, and
//! knows how many it has missed. Each question waits at the server until there is something to tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::Call;
use sockyard_protocol::answer::PacketsPage;
use sockyard_protocol::call::{HostConnections, HostList, PacketsRead, WireShow};
use sockyard_protocol::connection::Connections;
use sockyard_protocol::wire::{Hosts, Wire};

use crate::connection::Link;
use crate::model::outcome::CallError;
use crate::state::Page;

/// Packets asked for at once: some 300 KiB of JSON.
const READ: usize = 500;
/// How long a question waits at the server for the first packet. The page may be left meanwhile, and the question with it.
const PATIENCE_MS: u64 = 5_000;
/// The pause between an answer and the next question, so that packets that come one by one are told of together.
const PAUSE: Duration = Duration::from_millis(100);
/// The pause between something that may have changed the wire and the question about it.
const WIRE_PAUSE: Duration = Duration::from_millis(250);
/// The pause between two looks at what only the kernel counts: its timers and its list, or packets that are not on record.
const LOOK_PAUSE: Duration = Duration::from_secs(1);
/// The pause while there is nobody to ask, and after an error.
const REST: Duration = Duration::from_millis(500);

impl Page {
    /// Follows the packets until the calling component is gone.
    pub(crate) fn follow_packets(self) {
        let is_wanted = until_cleanup();
        spawn_local(async move {
            while self.can_look_while(&is_wanted).await {
                match self.read_packets().await {
                    Ok(true) => {}
                    Ok(false) => pause(PAUSE).await,
                    Err(error) => {
                        self.lab.failed.set(Some(error));
                        pause(REST).await;
                    }
                }
            }
        });
    }

    /// The kernel's own list of the hosts' connections, or why it cannot be had; asked for again and again until the calling
    /// component is gone. Nothing tells of what the kernel does to a connection that has no socket.
    pub(crate) fn follow_connections(self) -> RwSignal<Option<Result<Connections, CallError>>> {
        let told = RwSignal::new(None);
        let is_wanted = until_cleanup();
        spawn_local(async move {
            while self.can_look_while(&is_wanted).await {
                let epoch = self.epoch.get_untracked();
                let answer = self.connection.call(HostConnections { host: None }).await;
                let list =
                    answer.and_then(|answer| serde_json::from_value(answer).map_err(|_| CallError::NotOpen));
                if self.epoch.get_untracked() == epoch {
                    told.try_set(Some(list));
                }
                pause(LOOK_PAUSE).await;
            }
        });
        told
    }

    /// Waits until somebody looks at a lab that can be asked; false once it is not wanted any more.
    async fn can_look_while(self, is_wanted: &AtomicBool) -> bool {
        while is_wanted.load(Ordering::Relaxed) {
            if self.can_look() {
                return true;
            }
            pause(REST).await;
        }
        false
    }

    /// Whether somebody looks at a lab that can be asked.
    fn can_look(self) -> bool {
        !document().hidden()
            && self.shows_lab_now()
            && self.connection.link.with_untracked(|link| *link == Link::Open)
    }

    /// Asks what the wire is like whenever something may have changed it, until the calling component is gone.
    pub(crate) fn follow_wire(self) {
        // Whoever else is connected may change it as well, which the log tells. A busy log must not mean a question for each line.
        let asks = StoredValue::new(false);
        Effect::new(move || {
            self.log_counts.track();
            self.lab.version.track();
            self.epoch.track();
            if !self.connection.hello.with(Option::is_some) || asks.get_value() {
                return;
            }
            asks.set_value(true);
            spawn_local(async move {
                pause(WIRE_PAUSE).await;
                if asks.try_set_value(false).is_some() {
                    // By then the view is gone.
                    return;
                }
                self.ask_wire().await;
            });
        });
        // What is not on record comes without a word: how many they are is asked.
        let is_wanted = until_cleanup();
        spawn_local(async move {
            while self.can_look_while(&is_wanted).await {
                if self.lab.wire.with_untracked(|wire| wire.as_ref().is_some_and(|wire| !wire.record)) {
                    self.ask_wire().await;
                }
                pause(LOOK_PAUSE).await;
            }
        });
    }

    /// Asks what the wire is like, and who is on it.
    async fn ask_wire(self) {
        if !self.shows_lab_now() {
            return;
        }
        let epoch = self.epoch.get_untracked();
        let wire = self.connection.call(WireShow {}).await;
        let hosts = self.connection.call(HostList {}).await;
        if self.epoch.get_untracked() != epoch {
            return;
        }
        let wire = wire.ok().and_then(|answer| serde_json::from_value::<Wire>(answer).ok());
        if wire.is_some() && self.lab.wire.with_untracked(|before| *before != wire) {
            self.lab.wire.set(wire);
        }
        let Some(Hosts { hosts }) = hosts.ok().and_then(|answer| serde_json::from_value(answer).ok()) else {
            return;
        };
        let is_new = self
            .connection
            .hello
            .with_untracked(|hello| hello.as_ref().is_some_and(|hello| hello.network.hosts != hosts));
        if is_new {
            self.connection.hello.update(|hello| {
                if let Some(hello) = hello {
                    hello.network.hosts = hosts;
                }
            });
        }
    }

    /// Changes the wire or its hosts, and shows what it is like then, or why it was not changed.
    pub(crate) fn change_wire(self, call: impl Into<Call>) {
        self.change_wire_then(call, move |ended| {
            if let Err(error) = ended {
                self.lab.refused.set(Some(error));
            }
        });
    }

    /// The same for whoever shows by itself why it was not changed. It is told once the page knows what the wire is like then, by
    /// which time its component may be gone.
    pub(crate) fn change_wire_then(
        self,
        call: impl Into<Call>,
        told: impl FnOnce(Result<(), CallError>) + 'static,
    ) {
        // What was said of an earlier change is not about this one.
        self.lab.refused.set(None);
        if !self.may_call_now() {
            return;
        }
        let call = call.into();
        if matches!(call, Call::WireHold(_) | Call::WireUnhold(_)) {
            self.lab.arranged_hold.set_value(false);
        }
        spawn_local(async move {
            let ended = self.connection.call(call).await.map(drop);
            self.ask_wire().await;
            told(ended);
        });
    }

    /// Asks once; whether the server has more at once.
    async fn read_packets(self) -> Result<bool, CallError> {
        let epoch = self.epoch.get_untracked();
        let (after, changes_after) = {
            let packets = self.packets();
            let packets = packets.borrow();
            (packets.newest(), packets.newest_change())
        };
        // The first answer tells where the changes stand, so it is not waited for.
        let timeout_ms = changes_after.map(|_| PATIENCE_MS);
        let call = PacketsRead { after, limit: READ, data: false, timeout_ms, changes_after };
        let answer = self.connection.call(call).await?;
        let page: PacketsPage = serde_json::from_value(answer).map_err(|_| CallError::NotOpen)?;
        if self.epoch.get_untracked() != epoch {
            // Of a session that is not shown any more.
            return Ok(false);
        }
        let more = page.more;
        let is_new = self.packets().borrow_mut().take(page);
        if is_new {
            self.lab.version.update(|version| *version += 1);
        }
        if self.lab.failed.with_untracked(Option::is_some) {
            self.lab.failed.set(None);
        }
        Ok(more)
    }
}

/// True until the calling component is gone.
fn until_cleanup() -> Arc<AtomicBool> {
    let is_wanted = Arc::new(AtomicBool::new(true));
    let wanted = Arc::clone(&is_wanted);
    on_cleanup(move || wanted.store(false, Ordering::Relaxed));
    is_wanted
}

/// Lets some time pass.
async fn pause(time: Duration) {
    let (done, passed) = oneshot::channel();
    set_timeout(
        move || {
            done.send(()).ok(/* whoever waited is gone */);
        },
        time,
    );
    passed.await.ok(/* the sender is kept by the browser until then */);
}
