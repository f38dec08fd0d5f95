//! Several messages under way at once on one connection. What came back is counted in bytes, because a relay may
//! join or split what is a stream; each message's worth of echo lets the next message go.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{LARGE_BYTES, Outcome, SMALL_BYTES, Subject, payload};
use crate::link::Link;

const SMALL_WINDOW: usize = 64;
const LARGE_WINDOW: usize = 16;
/// Past the end of a round in which nothing came back.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// What is under way after a round is waited for so long; what comes later is lost to nobody.
const FINISH: Duration = Duration::from_secs(5);
const MIB: f64 = 1024.0 * 1024.0;

/// Short messages; gives messages a second.
pub(super) async fn small(subject: Subject<'_>) -> Result<Outcome> {
    run(subject, SMALL_BYTES, SMALL_WINDOW, SMALL_BYTES as f64).await
}

/// Long messages; gives MiB a second, counted one way.
pub(super) async fn stream(subject: Subject<'_>) -> Result<Outcome> {
    run(subject, LARGE_BYTES, LARGE_WINDOW, MIB).await
}

async fn run(subject: Subject<'_>, message_bytes: usize, window: usize, unit_bytes: f64) -> Result<Outcome> {
    let link = subject.open_checked(message_bytes).await?;
    let mut pump = Pump::new(link, message_bytes, window);
    pump.run(subject.warm_up()).await?;
    let before = pump.echoed_bytes;
    let clock = subject.start();
    pump.run(subject.time).await?;
    let outcome = clock.stop((pump.echoed_bytes - before) as f64 / unit_bytes);
    pump.finish().await?;
    pump.link.leave().await;
    Ok(outcome)
}

/// Keeps a number of messages under way.
struct Pump {
    link: Link,
    message_bytes: usize,
    window: usize,
    /// The message over and over as it goes over the wire, one more than the window, so that a write can begin
    /// within one.
    burst: Vec<u8>,
    /// Bytes of one of them.
    frame_bytes: usize,
    /// Where in the burst's first message the next write begins.
    position: usize,
    /// Bytes that may be written.
    owed_bytes: usize,
    /// Messages that were let go.
    released: usize,
    /// Bytes of payload that came back.
    echoed_bytes: usize,
}

impl Pump {
    fn new(link: Link, message_bytes: usize, window: usize) -> Pump {
        let frame = link.wire.encode(&payload(message_bytes));
        let burst = frame.repeat(window + 1);
        Pump {
            link,
            message_bytes,
            window,
            burst,
            frame_bytes: frame.len(),
            position: 0,
            owed_bytes: 0,
            released: 0,
            echoed_bytes: 0,
        }
    }

    /// Lasts so long, and until something has come back: a figure of nothing would say nothing.
    async fn run(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        let before = self.echoed_bytes;
        while Instant::now() < end || self.echoed_bytes == before {
            self.release();
            self.write()?;
            self.read_until(end.max(Instant::now() + LOOK_AGAIN)).await?;
        }
        Ok(())
    }

    /// Waits for everything that is under way.
    async fn finish(&mut self) -> Result<()> {
        let end = Instant::now() + FINISH;
        while self.echoed_bytes < self.released * self.message_bytes && Instant::now() < end {
            self.write()?;
            self.read_until(end).await?;
        }
        Ok(())
    }

    fn release(&mut self) {
        let under_way = self.released - self.echoed_bytes / self.message_bytes;
        let messages = (self.window - under_way).min(self.link.wire.allowance());
        self.link.wire.sent(messages);
        self.released += messages;
        self.owed_bytes += messages * self.frame_bytes;
    }

    fn write(&mut self) -> Result<()> {
        while self.owed_bytes > 0 {
            let end = (self.position + self.owed_bytes).min(self.burst.len());
            let written = self.link.io.try_write(&self.burst[self.position..end])?;
            if written == 0 {
                break;
            }
            self.position = (self.position + written) % self.frame_bytes;
            self.owed_bytes -= written;
        }
        Ok(())
    }

    async fn read_until(&mut self, end: Instant) -> Result<()> {
        tokio::select! {
            biased;
            ready = self.link.io.ready(self.owed_bytes > 0) => ready?,
            () = tokio::time::sleep_until(end.into()) => return Ok(()),
        }
        if self.link.io.try_read(&mut self.link.inbox)? > 0 {
            let echoed = &mut self.echoed_bytes;
            self.link.wire.decode(&mut self.link.inbox, &mut |bytes| *echoed += bytes.len())?;
        }
        Ok(())
    }
}
