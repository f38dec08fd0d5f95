//! `socket.poll`: `poll(2)` over several sockets.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sockyard_protocol::answer::{Polled, Ready};
use sockyard_protocol::call::{PollFor, SocketPoll};
use sockyard_protocol::{Answer, Fault};

use super::{Caller, unanswered};
use crate::engine::{Direction, Interrupted, Unanswered};
use crate::errno;
use crate::session::Session;
use crate::session::slot::InUse;

pub(super) async fn perform(
    session: &Arc<Session>,
    call: &SocketPoll,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slots = call.sockets.iter().map(|number| session.slot(*number)).collect::<Result<Vec<_>, _>>()?;
    let events = call.r#for.iter().fold(0, |events, wanted| {
        events
            | match wanted {
                PollFor::Read => libc::POLLIN,
                PollFor::Write => libc::POLLOUT,
            }
    });
    let patience = caller.patience(call.timeout_ms);
    // An error or a hang-up is told whatever was asked for, and both come with readability.
    let directions = if events & libc::POLLOUT != 0 {
        &[Direction::Read, Direction::Write][..]
    } else {
        &[Direction::Read]
    };
    let mut waits: FuturesUnordered<_> = slots
        .iter()
        .flat_map(|slot| directions.iter().map(move |direction| (slot, *direction)))
        .map(|(slot, direction)| {
            slot.socket.attempt(direction, &patience, || match slot.socket.poll(events) {
                Ok(0) => None,
                answer => Some(answer),
            })
        })
        .collect();
    match waits.next().await {
        // As poll(2) does, the end of the time limit is an answer: none is ready.
        Some(Err(Unanswered::Interrupted(Interrupted::TimedOut))) | None => {
            Ok(Polled { ready: Vec::new() }.into())
        }
        Some(Ok(_) | Err(Unanswered::HungUp)) => ready(&slots, events).map(Answer::from),
        Some(Err(why)) => Err(unanswered("poll", why)),
    }
}

fn ready(slots: &[InUse], events: i16) -> Result<Polled, Fault> {
    let mut ready = Vec::new();
    for slot in slots {
        let seen = slot.socket.poll(events).map_err(|error| errno::fault("poll", &error))?;
        if seen != 0 {
            ready.push(Ready {
                socket: slot.number,
                read: seen & libc::POLLIN != 0,
                write: seen & libc::POLLOUT != 0,
                hangup: seen & libc::POLLHUP != 0,
                error: seen & libc::POLLERR != 0,
            });
        }
    }
    Ok(Polled { ready })
}
