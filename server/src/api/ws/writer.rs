//! The writing part: answers, events and frames out to the client.

use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Serialize;
use sockyard_protocol::call::Frames;
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::{Event, EventKind, Frame, SocketId, frame, rpc};
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::connection::{Closing, Settings, close_code};
use super::merge::Merger;
use super::outbox::{Inbox, Outgoing};
use super::output::Output;
use crate::log::{Batch, Entry, Happening, Reader};

/// How often a ping asks whether the client is still there.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Most answers that one write takes along, beside what is due: all that the outbox holds.
const ANSWERS_TOGETHER: usize = 64;

/// The writing part of a connection.
pub(super) struct Writer {
    pub(super) output: Output,
    pub(super) inbox: Inbox,
    pub(super) events: Reader,
    pub(super) settings: Arc<Mutex<Settings>>,
    /// Why the connection ends, for the close frame.
    pub(super) closing: Arc<OnceLock<Closing>>,
    /// Tells the reader that nothing can be written any more.
    pub(super) gone: CancellationToken,
    /// The client has said goodbye and reads nothing but the answer to that, or its share was taken back.
    pub(super) left: CancellationToken,
}

/// The client is gone, or as good as.
struct Gone;

enum Due {
    Outgoing(Outgoing),
    /// Nobody can answer any more: the connection is ending.
    LastAnswer,
    Events(Batch),
    /// The window in which sums of events were held back has passed.
    Sums,
    Ping,
    Goodbye,
}

#[derive(Serialize)]
struct Events<'a> {
    events: &'a [Event],
}

impl Writer {
    /// Writes until the connection ends. The greeting lies in the output.
    pub(super) async fn run(mut self) {
        // The reader must not wait for a client that cannot be reached.
        let _gone = self.gone.clone().drop_guard();
        if self.serve().await.is_ok() {
            self.say_goodbye().await;
        }
    }

    /// The greeting, and in one write with it what the upgrade's parameters have logged.
    async fn greet(&mut self, merger: &mut Merger) -> Result<(), Gone> {
        if let Some(batch) = self.events.take() {
            self.put_events(batch, merger).await?;
        }
        self.flush_events().await
    }

    async fn serve(&mut self) -> Result<(), Gone> {
        let mut merger = Merger::default();
        self.greet(&mut merger).await?;
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        pings.reset();
        let left = self.left.clone();
        let mut left = pin!(left.cancelled());
        let mut window = pin!(sleep_until(Instant::now()));
        loop {
            // Nothing more for who has left, and no event of the session for whose share was taken back.
            if self.left.is_cancelled() {
                return Ok(());
            }
            // A flood must not keep the thread's other tasks waiting.
            consume_budget().await;
            if let Some(until) = merger.window()
                && until != window.deadline()
            {
                window.as_mut().reset(until);
            }
            // Not `biased`: neither a flood of events nor one of answers may keep the other waiting.
            let due = tokio::select! {
                outgoing = self.inbox.recv() => {
                    outgoing.map_or(Due::LastAnswer, |(outgoing, _room)| Due::Outgoing(outgoing))
                }
                batch = self.events.next() => Due::Events(batch),
                () = window.as_mut(), if merger.window().is_some() => Due::Sums,
                _ = pings.tick() => Due::Ping,
                () = left.as_mut() => Due::Goodbye,
            };
            match due {
                Due::Outgoing(outgoing) => self.put(&outgoing),
                Due::Events(batch) => self.put_events(batch, &mut merger).await?,
                Due::Sums => self.put_sums(&mut merger).await?,
                Due::Ping => self.output.ping(),
                Due::Goodbye => return Ok(()),
                // Nobody is there for the rest, or has a right to it any more.
                Due::LastAnswer if self.left.is_cancelled() => return Ok(()),
                Due::LastAnswer => {
                    while let Some(batch) = self.events.take() {
                        self.put_events(batch, &mut merger).await?;
                        self.flush_events().await?;
                    }
                    let mut told = Vec::new();
                    merger.tell(&mut told);
                    self.put_told(&told)?;
                    return self.flush().await;
                }
            }
            // What else is there goes along.
            for _ in 0..ANSWERS_TOGETHER {
                let Ok((outgoing, _room)) = self.inbox.try_recv() else { break };
                self.put(&outgoing);
            }
            self.flush_events().await?;
        }
    }

    fn put(&mut self, outgoing: &Outgoing) {
        match outgoing {
            Outgoing::Answer(text) => self.output.text(text),
            Outgoing::Pong(payload) => self.output.pong(payload),
        }
    }

    async fn put_events(&mut self, batch: Batch, merger: &mut Merger) -> Result<(), Gone> {
        let entries = match batch {
            Batch::Events(entries) => entries,
            Batch::Overrun => {
                self.closing.set((close_code::AGAIN, "too slow: the log has moved on")).ok(/* ending already */);
                self.say_goodbye().await;
                return Err(Gone);
            }
        };
        let settings = *self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let Settings { frames, form, share, kinds, sockets: _, packets: _ } = settings;
        let mut told = Vec::new();
        if frames == Frames::Json {
            merger.tell(&mut told);
            self.put_told(&told)?;
            self.events.set_merging(is_told_no_sends(kinds));
            return self.put_lines(&entries, settings);
        }
        for entry in &entries {
            self.put_frame(entry);
            if entry.is_of(kinds) {
                merger.add(entry, form, share, &mut told);
            }
        }
        merger.tell_if_due(Instant::now(), &mut told);
        self.events.set_merging(merger.window().is_some() || is_told_no_sends(kinds));
        self.put_told(&told)
    }

    fn put_lines(&mut self, entries: &[Arc<Entry>], settings: Settings) -> Result<(), Gone> {
        let mut wanted = entries.iter().filter(|entry| entry.is_of(settings.kinds)).peekable();
        if wanted.peek().is_none() {
            return Ok(());
        }
        let written = self.output.text_with(|out| {
            out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"events","params":{"events":["#);
            while let Some(entry) = wanted.next() {
                entry.write_json(settings.form, settings.share, out)?;
                out.push(if wanted.peek().is_some() { b',' } else { b']' });
            }
            out.extend_from_slice(b"}}");
            Ok::<_, serde_json::Error>(())
        });
        written.map_err(|_| Gone)
    }

    async fn put_sums(&mut self, merger: &mut Merger) -> Result<(), Gone> {
        // With the window closed every event wakes this connection again; what came without is looked for after that.
        self.events.set_merging(false);
        if let Some(batch) = self.events.take() {
            return self.put_events(batch, merger).await;
        }
        let mut told = Vec::new();
        merger.tell_if_due(Instant::now(), &mut told);
        let kinds = self.settings.lock().unwrap_or_else(PoisonError::into_inner).kinds;
        self.events.set_merging(merger.window().is_some() || is_told_no_sends(kinds));
        self.put_told(&told)
    }

    fn put_told(&mut self, told: &[Event]) -> Result<(), Gone> {
        if !told.is_empty() {
            let text = rpc::request(None, "events", &Events { events: told }).map_err(|_| Gone)?;
            self.output.text(&text);
        }
        Ok(())
    }

    /// What a streaming socket received goes out as a frame.
    fn put_frame(&mut self, entry: &Entry) {
        let (Happening::Received { kept, from, streamed: true, .. }, Some(socket)) =
            (&entry.what, entry.socket)
        else {
            return;
        };
        match from {
            None => self.output.binary(&frame::stream_header(socket), kept.bytes()),
            Some(from) => self.output.binary(&datagram_head(socket, from), kept.bytes()),
        }
    }

    async fn say_goodbye(&mut self) {
        let (code, reason) = self.closing.get().copied().unwrap_or((close_code::NORMAL, ""));
        self.output.close(code, reason);
        self.flush().await.ok(/* the client may have left first */);
    }

    async fn flush_events(&mut self) -> Result<(), Gone> {
        self.flush().await?;
        self.events.delivered();
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.output.flush().await.map_err(|_| Gone)
    }
}

/// Whoever is not told of sends need not be woken by them.
fn is_told_no_sends(kinds: Option<EventKinds>) -> bool {
    kinds.is_some_and(|kinds| !kinds.contains(EventKind::SENT))
}

fn datagram_head(socket: SocketId, from: &str) -> Vec<u8> {
    Frame { socket, address: Some(from), bytes: &[] }.to_message()
}
