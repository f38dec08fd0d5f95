//! The reading part: from frames to requests.

use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sockyard_protocol::call::SocketSend;
use sockyard_protocol::event::DATA_KEPT;
use sockyard_protocol::rpc::{self, Id, Message, Request};
use sockyard_protocol::{Address, Call, Fault, Frame, SocketId};
use tokio::task::unconstrained;
use tokio::time::{Instant, sleep};

use super::connection::{Closing, Connection, Ending, close_code};
use super::input::{Incoming, Input, Kind, Violation};
use super::outbox::Reply;
use crate::metrics;
use crate::session::{Rights, Unsent};

/// A client that sends nothing for this long, not even an answer to our pings, is gone.
const SILENCE_MAX: Duration = Duration::from_secs(50);
/// Longest time from a message's first byte to its last. One that comes in drops holds a buffer for all of its length.
const MESSAGE_MAX: Duration = Duration::from_secs(60);
/// After so many messages the other tasks of the thread have their turn: above all those that take in what comes back, which
/// a flood of datagrams would otherwise lose.
const MESSAGES_IN_A_ROW: usize = 32;
/// Most frames that are sent as one, and places that a connection keeps for them.
const JOIN_FRAMES: usize = 1024;
/// Most bytes of frames that are sent as one: what an event keeps.
const JOIN_MAX: usize = DATA_KEPT;

const SEND: &str = "socket.send";

const NOT_UTF8: Closing = (close_code::INVALID, "a text message must be UTF-8");
const TOO_LONG: Closing = (close_code::SIZE, "the message is over the size limit");
const NOT_RFC_6455: Closing = (close_code::PROTOCOL, "not as RFC 6455 has it");
const TOO_SLOW: Closing = (close_code::POLICY, "a message took too long to come");
const SILENT: Closing = (close_code::POLICY, "nothing was heard for too long");

/// Reads until the client leaves, the session ends or the writer gives up.
pub(super) async fn run(connection: &Arc<Connection>, input: &mut Input) -> Ending {
    // All of these outlive many messages, so that a message costs no registration with any of them.
    let mut ended = pin!(connection.session.ended().cancelled());
    let mut gone = pin!(connection.gone.cancelled());
    let mut silence = pin!(sleep(SILENCE_MAX));
    let mut frames = Joined::default();
    // The message that is under way, and when the first look found it so.
    let mut begun: Option<(u64, Instant)> = None;
    loop {
        tokio::select! {
            biased;
            () = connection.pace.caught_up() => {}
            () = ended.as_mut() => return Ending::Silent,
            () = gone.as_mut() => return Ending::Silent,
        }
        if let Err(ending) = take(connection, input, &mut frames).await {
            return ending;
        }
        let heard = Instant::now();
        begun = match (input.unfinished(), begun) {
            (Some(number), Some((same, _))) if number != same => Some((number, heard)),
            (Some(_), Some((_, since))) if since + MESSAGE_MAX <= heard => {
                return Ending::Reason(TOO_SLOW);
            }
            (Some(number), None) => Some((number, heard)),
            (Some(_), begun) => begun,
            (None, _) => None,
        };
        loop {
            tokio::select! {
                biased;
                () = ended.as_mut() => return Ending::Silent,
                () = gone.as_mut() => return Ending::Silent,
                filled = input.fill() => match filled {
                    Ok(true) => break,
                    // A client that went without a goodbye; nobody is left to tell.
                    Ok(false) | Err(_) => return Ending::Silent,
                },
                () = silence.as_mut() => {
                    let quiet_until = heard + SILENCE_MAX;
                    if quiet_until <= Instant::now() {
                        return Ending::Reason(SILENT);
                    }
                    silence.as_mut().reset(quiet_until);
                }
            }
        }
    }
}

/// Takes every message of what was read. Waits where an answer or bytes to send have no room.
async fn take(connection: &Arc<Connection>, input: &mut Input, frames: &mut Joined) -> Result<(), Ending> {
    loop {
        let message = match input.next() {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(violation) => {
                frames.send(connection, input).await;
                return Err(Ending::Reason(match violation {
                    Violation::Protocol => NOT_RFC_6455,
                    Violation::TooLong => TOO_LONG,
                }));
            }
        };
        match message {
            Incoming::Frame(Kind::Binary, _) | Incoming::Joined(Kind::Binary, _)
                if connection.rights.only_look() =>
            {
                refuse_frame(connection, &Rights::denied("send")).await;
                frames.give_way(connection).await;
            }
            Incoming::Frame(Kind::Binary, place) => frames.add(connection, input, place).await,
            Incoming::Frame(Kind::Text, place) => {
                match std::str::from_utf8(input.bytes(place)) {
                    Ok(text) => frames.handle(connection, input, text).await,
                    Err(_) => {
                        frames.send(connection, input).await;
                        return Err(Ending::Reason(NOT_UTF8));
                    }
                }
                rest(connection).await;
                frames.give_way(connection).await;
            }
            Incoming::Joined(kind, bytes) => {
                frames.send(connection, input).await;
                match (kind, std::str::from_utf8(&bytes)) {
                    (Kind::Binary, _) => send_message(connection, &bytes).await,
                    (Kind::Text, Ok(text)) => connection.handle(rpc::parse(text)).await,
                    (Kind::Text, Err(_)) => return Err(Ending::Reason(NOT_UTF8)),
                }
                rest(connection).await;
            }
            Incoming::Ping(payload) => connection.outbox.pong(payload).await,
            Incoming::Pong => frames.give_way(connection).await,
            Incoming::Close(code) => {
                frames.send(connection, input).await;
                return Err(Ending::Goodbye(code));
            }
        }
    }
    frames.send(connection, input).await;
    Ok(())
}

/// The call of a message that sends and wants no answer.
fn sending_notification(message: &Message<'_>) -> Option<SocketSend> {
    let Message::Single(Ok(Request { id: None, method, params })) = message else { return None };
    if method != SEND {
        return None;
    }
    match Call::parse(method, *params) {
        Ok(Call::SocketSend(call)) => Some(call),
        _ => None,
    }
}

/// Lets a client wait that goes on calling over its rate, so that refusing it does not take what others need. TCP tells it.
async fn rest(connection: &Connection) {
    let Some(time) = connection.refusals.rest() else { return };
    tokio::select! {
        biased;
        () = connection.session.ended().cancelled() => {}
        () = connection.gone.cancelled() => {}
        () = sleep(time) => {}
    }
}

/// Frames that came one after the other for one stream, or notifications of `socket.send`, and so can leave in one call: a stream
/// keeps no boundaries. It holds some of one kind only.
#[derive(Default)]
struct Joined {
    socket: SocketId,
    /// Where the frames' bytes lie.
    places: Vec<Range<usize>>,
    /// The notifications.
    calls: Vec<SocketSend>,
    bytes: usize,
    /// Messages since others had their turn.
    in_a_row: usize,
}

impl Joined {
    async fn add(&mut self, connection: &Arc<Connection>, input: &Input, place: Range<usize>) {
        self.send_calls(connection).await;
        let message = input.bytes(place.clone());
        let frame = match Frame::parse(message) {
            Ok(frame @ Frame { address: None, .. }) => frame,
            _ => {
                self.send(connection, input).await;
                send_message(connection, message).await;
                return self.give_way(connection).await;
            }
        };
        let full = self.bytes + frame.bytes.len() > JOIN_MAX || self.places.len() >= JOIN_FRAMES;
        if frame.socket != self.socket || full {
            self.send(connection, input).await;
        }
        self.socket = frame.socket;
        self.bytes += frame.bytes.len();
        self.places.push(place.end - frame.bytes.len()..place.end);
    }

    /// Makes what a text asks for, behind what came before it.
    async fn handle(&mut self, connection: &Arc<Connection>, input: &Input, text: &str) {
        self.send_frames(connection, input).await;
        let message = rpc::parse(text);
        let Some(call) = sending_notification(&message) else {
            // A call that follows bytes finds them sent.
            self.send_calls(connection).await;
            return connection.handle(message).await;
        };
        // With no wish of its own about how, and no answer, nobody is told more of it than of its bytes.
        let is_plain = call.to.is_none() && call.flags.is_empty() && call.timeout_ms.is_none();
        let joins = is_plain && connection.session.joins_frames(call.socket);
        let (socket, size) = (call.socket, call.data.size_hint());
        let is_full = self.bytes + size > JOIN_MAX || self.calls.len() >= JOIN_FRAMES;
        if !joins || socket != self.socket || is_full {
            self.send_calls(connection).await;
        }
        let call = Call::from(call);
        let allowed = connection.session.allow(&connection.rights, &call);
        connection.refusals.note(allowed.as_ref().err());
        match (allowed, call) {
            (Err(fault), call) => {
                // Before it in the log as they were before it on the wire.
                self.send_calls(connection).await;
                connection.session.refuse(&connection.rights, &call, &fault);
            }
            (Ok(()), Call::SocketSend(call)) if joins => {
                self.socket = socket;
                self.bytes += size;
                self.calls.push(call);
            }
            (Ok(()), call) => connection.make(None, call).await,
        }
    }

    /// Sends all that is held.
    async fn send(&mut self, connection: &Arc<Connection>, input: &Input) {
        self.send_frames(connection, input).await;
        self.send_calls(connection).await;
    }

    async fn send_calls(&mut self, connection: &Arc<Connection>) {
        if self.calls.is_empty() {
            return;
        }
        self.bytes = 0;
        let mut calls = std::mem::take(&mut self.calls);
        if calls.len() == 1 {
            for call in calls.drain(..) {
                connection.make(None, call.into()).await;
            }
            self.calls = calls;
            return;
        }
        let mut joined = Vec::new();
        let mut first = 0;
        for (index, call) in calls.iter().enumerate() {
            let bytes = call.data.to_bytes();
            if let Ok(bytes) = &bytes {
                joined.extend_from_slice(bytes);
            }
            if bytes.is_err() || index + 1 == calls.len() {
                let sent = &calls[first..index + usize::from(bytes.is_ok())];
                if !sent.is_empty() {
                    let bytes = std::mem::take(&mut joined).into();
                    let unsent = connection.session.send_joined(self.socket, bytes, sent);
                    wait_for_room(connection, unsent).await;
                }
                first = index + 1;
            }
            if bytes.is_err() {
                // It says what is wrong with the payload.
                connection.make(None, call.clone().into()).await;
            }
        }
        calls.clear();
        self.calls = calls;
    }

    async fn send_frames(&mut self, connection: &Arc<Connection>, input: &Input) {
        if self.places.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let places = std::mem::take(&mut self.places);
        if places.len() > 1 && connection.session.joins_frames(self.socket) {
            let mut joined = Vec::with_capacity(bytes);
            for place in &places {
                joined.extend_from_slice(input.bytes(place.clone()));
            }
            send(connection, self.socket, None, joined.into()).await;
            self.give_way(connection).await;
        } else {
            for place in &places {
                let bytes = Bytes::copy_from_slice(input.bytes(place.clone()));
                send(connection, self.socket, None, bytes).await;
                self.give_way(connection).await;
            }
        }
        self.places = places;
        self.places.clear();
    }

    /// Counts one message more, and after a row of them lets others go first: the other tasks of the thread, and the writer where
    /// it lags behind what these messages log.
    async fn give_way(&mut self, connection: &Arc<Connection>) {
        self.in_a_row += 1;
        if self.in_a_row < MESSAGES_IN_A_ROW {
            return;
        }
        self.in_a_row = 0;
        self.send_calls(connection).await;
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            () = connection.pace.caught_up() => {}
            () = connection.session.ended().cancelled() => {}
            () = connection.gone.cancelled() => {}
        }
    }
}

/// Sends what one binary message brought.
async fn send_message(connection: &Arc<Connection>, message: &[u8]) {
    let (frame, to) = match Frame::parse(message).and_then(|frame| Ok((frame, frame.to()?))) {
        Ok(parsed) => parsed,
        Err(fault) => return refuse_frame(connection, &fault).await,
    };
    send(connection, frame.socket, to.as_ref(), Bytes::copy_from_slice(frame.bytes)).await;
}

/// A frame has no id that its answer could carry.
async fn refuse_frame(connection: &Connection, fault: &Fault) {
    metrics::failed(fault);
    let text = rpc::error(&Id::Null, fault).unwrap_or_default();
    connection.outbox.send(Reply { text, reservation: None }).await;
}

/// Sends bytes. Where the kernel has no room for them they wait in a task of their own; where the session has no room for
/// them either, the client is held up, as a TCP peer would be.
async fn send(connection: &Arc<Connection>, socket: SocketId, to: Option<&Address>, bytes: Bytes) {
    if let Some(time) = connection.session.pay_for_frame(bytes.len()) {
        tokio::select! {
            biased;
            () = connection.session.ended().cancelled() => return,
            () = connection.gone.cancelled() => return,
            () = sleep(time) => {}
        }
    }
    let unsent = connection.session.send_frame(socket, to, bytes);
    wait_for_room(connection, unsent).await;
}

/// Lets what the kernel had no room for wait in a task of its own, once the session has room for it.
async fn wait_for_room(connection: &Arc<Connection>, unsent: Option<Unsent>) {
    let Some(unsent) = unsent else { return };
    let units = u32::try_from(unsent.bytes().div_ceil(1024)).unwrap_or(u32::MAX);
    let room = async {
        let own = Arc::clone(&connection.frame_room).acquire_many_owned(units).await.ok()?;
        Some((own, connection.session.reserve_frame(unsent.bytes()).await?))
    };
    let room = tokio::select! {
        biased;
        () = connection.session.ended().cancelled() => return,
        () = connection.gone.cancelled() => return,
        room = room => room,
    };
    let Some((own_room, room)) = room else { return };
    let session = Arc::clone(&connection.session);
    // Unconstrained: with tokio's budget used up the first poll would take no turn, and later frames would overtake.
    let cancel = connection.cancel.child_token();
    let mut waiting = Box::pin(unconstrained(async move {
        unsent.finish(session, cancel, room).await;
        drop(own_room);
    }));
    // Polled here once, in the order of the frames, which takes its turn.
    if futures_util::poll!(waiting.as_mut()).is_pending() {
        connection.calls.spawn(waiting);
    }
}
