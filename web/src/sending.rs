//! Sends that the page makes by itself: each is an ordinary call, made when the one before has been answered.

use std::time::Duration;

use futures_channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::call::SocketSend;
use sockyard_protocol::{Address, Data, Payload, SocketId};
use wasm_bindgen_futures::JsFuture;

use crate::model::outcome::CallError;
use crate::model::sending::{Ended, Sending, What, pieces};
use crate::state::Page;

/// How long a pause goes on after it was stopped, at most.
const STOPS_WITHIN: Duration = Duration::from_millis(100);

impl Page {
    /// Makes a send over and over.
    pub(crate) fn repeat(self, call: SocketSend, times: u64, every: Duration) {
        let socket = call.socket;
        if !self.begin_sending(Sending::new(socket, What::Repeat, times)) {
            return;
        }
        spawn_local(async move {
            for number in 1..=times {
                if let Some(ended) = self.send_one(call.clone(), number).await {
                    return self.end_sending(ended);
                }
                self.advance(1);
                if number < times {
                    self.pause(every).await;
                }
            }
            self.end_sending(Ended::Done);
        });
    }

    /// Sends a file: on a stream piece by piece, on a datagram socket as one datagram. Only one piece is in memory.
    pub(crate) fn send_file(
        self,
        socket: SocketId,
        file: web_sys::File,
        to: Option<Address>,
        is_datagram: bool,
    ) {
        let total = file.size() as u64;
        if !self.begin_sending(Sending::new(socket, What::File(file.name()), total)) {
            return;
        }
        spawn_local(async move {
            for (index, (from, until)) in pieces(total, is_datagram).into_iter().enumerate() {
                let Some(base64) = read(&file, from, until).await else {
                    return self.end_sending(Ended::Unreadable);
                };
                let data = Payload::Base64 { base64 };
                let call = SocketSend { socket, data, to: to.clone(), flags: Vec::new(), timeout_ms: None };
                if let Some(ended) = self.send_one(call, index as u64 + 1).await {
                    return self.end_sending(ended);
                }
                self.advance(until - from);
            }
            self.end_sending(Ended::Done);
        });
    }

    /// Stops what is sent: the call that waits is cancelled, and no other follows.
    pub(crate) fn stop_sending(self) {
        let socket = self.sending.with_untracked(|sending| sending.as_ref().map(|sending| sending.socket));
        self.sending.update(|sending| {
            if let Some(sending) = sending {
                sending.stop = true;
            }
        });
        let waiting = self.connection.waiting.get_untracked();
        for call in waiting.into_iter().filter(|call| Some(call.socket) == socket && call.call == "send") {
            self.connection.cancel(call.id);
        }
    }

    /// Whether something is being sent: one row at a time, for two would mix their bytes on a stream.
    pub(crate) fn is_sending(self) -> bool {
        self.sending.with_untracked(|sending| sending.as_ref().is_some_and(|sending| sending.ended.is_none()))
    }

    fn begin_sending(self, sending: Sending) -> bool {
        let free = !self.is_sending();
        if free {
            self.sending.set(Some(sending));
        }
        free
    }

    /// Makes one send; tells how the row ends where it does.
    async fn send_one(self, call: SocketSend, number: u64) -> Option<Ended> {
        if self.is_stopped() {
            return Some(Ended::Stopped);
        }
        match self.connection.call(call).await {
            Ok(_) => None,
            // The call that was cancelled for it.
            Err(CallError::Fault(_)) if self.is_stopped() => Some(Ended::Stopped),
            Err(error) => Some(Ended::Failed(number, error)),
        }
    }

    /// Waits, but not for what was stopped meanwhile.
    async fn pause(self, time: Duration) {
        let mut left = time;
        while !left.is_zero() && !self.is_stopped() {
            let part = left.min(STOPS_WITHIN);
            wait(part).await;
            left -= part;
        }
    }

    fn is_stopped(self) -> bool {
        self.sending.with_untracked(|sending| sending.as_ref().is_none_or(|sending| sending.stop))
    }

    fn advance(self, by: u64) {
        self.sending.update(|sending| {
            if let Some(sending) = sending {
                sending.done += by;
            }
        });
    }

    fn end_sending(self, ended: Ended) {
        self.sending.update(|sending| {
            if let Some(sending) = sending {
                sending.ended = Some(ended);
            }
        });
    }
}

/// Waits without holding anything up.
async fn wait(time: Duration) {
    let (sender, receiver) = oneshot::channel::<()>();
    let wake = move || {
        sender.send(()).ok(/* nobody waits where the page goes */);
    };
    if set_timeout_with_handle(wake, time).is_ok() {
        receiver.await.ok();
    }
}

/// A piece of a file in base64; nothing where the browser cannot read it, as when it was moved meanwhile.
async fn read(file: &web_sys::File, from: u64, until: u64) -> Option<String> {
    let piece = file.slice_with_f64_and_f64(from as f64, until as f64).ok()?;
    let buffer = JsFuture::from(piece.array_buffer()).await.ok()?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    match Data::base64(&bytes) {
        Data::Base64(base64) => Some(base64),
        _ => None,
    }
}
