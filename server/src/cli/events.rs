//! `sockyard events`: a session's log as JSON lines, once or for as long as the session lives.

use std::time::Duration;

use clap::Args;
use sockyard_client::{Arrival, Client, Closed, Error, Incoming, Server, SessionKey};
use sockyard_protocol::call::{LOG_READ_MAX, LogRead};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::{Event, EventKind, SocketId};
use tokio::time::{Instant, sleep};

use super::{EXIT_CODES, Failure, KeyOptions, ServerOptions, output};

/// How long a lost connection is tried again. A session lives on for some time without one; a server that is started
/// again has none of its sessions any more.
const TRY_AGAIN_FOR: Duration = Duration::from_secs(15);
/// Between the first two attempts; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct EventsOptions {
    /// Only events with a greater number
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,

    /// Only events of this socket
    #[arg(long, value_name = "NUMBER")]
    socket: Option<SocketId>,

    /// Only events of these kinds, divided by commas, such as sent,received
    #[arg(long, value_name = "KINDS", value_parser = parse_kinds)]
    kinds: Option<EventKinds>,

    /// Go on with those that are still to come, until the session is closed or Ctrl-C
    #[arg(long)]
    follow: bool,

    #[command(flatten)]
    server: ServerOptions,

    #[command(flatten)]
    key: KeyOptions,
}

/// Prints the log.
pub(crate) async fn run(options: &EventsOptions) -> Result<(), Failure> {
    let (server, key) = (options.server.server()?, options.key.wanted()?);
    if !options.follow {
        return print_log(options, &server, &key).await;
    }
    tokio::select! {
        ended = follow(options, &server, &key) => ended,
        // The usual way to end it.
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

/// The log as it is now, page by page.
async fn print_log(options: &EventsOptions, server: &Server, key: &SessionKey) -> Result<(), Failure> {
    let (client, _) = server.resume(key, None).await?;
    let (socket, kinds, limit) = (options.socket, options.kinds, LOG_READ_MAX);
    let mut after = options.after;
    loop {
        let page = client.call(LogRead { after, before: None, limit, socket, kinds }).await?;
        if page.oldest > after.saturating_add(1) {
            missed(after, page.oldest);
        }
        for event in &page.events {
            print(event).await?;
        }
        match page.events.last() {
            Some(last) if page.more => after = last.seq,
            _ => break,
        }
    }
    client.leave().await;
    Ok(())
}

/// Events as they come, over as many connections as it takes.
async fn follow(options: &EventsOptions, server: &Server, key: &SessionKey) -> Result<(), Failure> {
    let (mut client, mut incoming) = server.resume(key, Some(options.after)).await?;
    let mut after = options.after;
    loop {
        if client.hello().oldest_seq > after.saturating_add(1) {
            missed(after, client.hello().oldest_seq);
        }
        match print_arrivals(options, &mut incoming, &mut after).await? {
            Closed { code: Some(1000), .. } => return Ok(()),
            closed @ Closed { code: Some(1001 | 4403), .. } => return Err(Error::Closed(closed).into()),
            closed => output::say(&format!("the connection is closed{closed}; connecting again")),
        }
        (client, incoming) = again(server, key, after).await?;
    }
}

/// Prints what a connection brings, up to its end.
async fn print_arrivals(
    options: &EventsOptions,
    incoming: &mut Incoming,
    after: &mut u64,
) -> Result<Closed, Failure> {
    while let Some(arrival) = incoming.next().await {
        match arrival {
            Arrival::Event(event) => {
                let wanted = options.socket.is_none_or(|socket| event.socket == Some(socket))
                    && options.kinds.is_none_or(|kinds| kinds.contains(event.kind.index()));
                if wanted {
                    print(&event).await?;
                }
                *after = event.seq;
            }
            Arrival::Unknown { seq, json } => {
                if options.socket.is_none() && options.kinds.is_none() {
                    output::line(&json).await?;
                }
                *after = seq;
            }
            // This connection asked for none.
            Arrival::Frame(_) | Arrival::Sockets(_) => {}
        }
    }
    Ok(incoming.closed().await)
}

async fn again(server: &Server, key: &SessionKey, after: u64) -> Result<(Client, Incoming), Failure> {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    loop {
        match server.resume(key, Some(after)).await {
            Err(Error::Unreachable { .. } | Error::Closed(_)) if started.elapsed() < TRY_AGAIN_FOR => {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            resumed => return Ok(resumed?),
        }
    }
}

async fn print(event: &Event) -> Result<(), Failure> {
    let json = serde_json::to_string(event).map_err(|error| Failure::Answer(format!("an event: {error}")))?;
    output::line(&json).await
}

fn missed(after: u64, oldest: u64) {
    output::say(&format!("events {} to {} are no longer in the log", after.saturating_add(1), oldest - 1));
}

fn parse_kinds(text: &str) -> Result<EventKinds, String> {
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    serde_json::from_value(serde_json::json!(names))
        .map_err(|error| format!("{error}; these are: {}", EventKind::NAMES.join(", ")))
}
