//! The calls of labs: `host.…` and `wire.…`.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};
use sockyard_protocol::answer::Done;
use sockyard_protocol::call::{
    CONNECTIONS_MAX, Call, HostAdd, HostConnections, HostRemove, WireConfigure, WireCut, WireHold, WireMend,
    WireRelease, WireUnhold,
};
use sockyard_protocol::connection::{Connection, Connections, Timer, TimerKind};
use sockyard_protocol::info::Backlog;
use sockyard_protocol::wire::{HOSTS_MAX, Hosts, ReleaseAction, Released};
use sockyard_protocol::{Answer, EventKind, Fault, SocketId};

use crate::engine::{is_listen, tcp_state};
use crate::errno;
use crate::network::lab::Lab;
use crate::network::{Listed, Refusal, no_such_host};
use crate::session::Session;

/// The lab of a session.
///
/// # Errors
/// Code 2 where it lives in this machine's own network.
pub(in crate::session) fn of<'a>(session: &'a Session, method: &str) -> Result<&'a Lab, Fault> {
    session.network.lab().ok_or_else(|| {
        let why = "this session lives in this machine's own network";
        Fault::denied(method, "no_lab", why)
            .with_hint("hosts, a wire and packets are in a lab only; open a session with network=lab")
    })
}

pub(super) async fn add(session: &Arc<Session>, call: &HostAdd) -> Result<Answer, Fault> {
    const CALL: &str = "host.add";
    let lab = of(session, CALL)?;
    let host = lab.add(call.name.as_deref()).await.map_err(|why| refused(CALL, lab, why))?;
    session.policy.set_hosts(lab.names());
    let (name, addresses) = (host.name.clone(), host.addresses.clone());
    session.log.append(None, EventKind::HostAdded { host: name, addresses });
    Ok(Answer::Host(host))
}

pub(super) async fn remove(session: &Arc<Session>, call: &HostRemove) -> Result<Answer, Fault> {
    const CALL: &str = "host.remove";
    let lab = of(session, CALL)?;
    lab.remove(&call.name).await.map_err(|why| refused(CALL, lab, why))?;
    session.policy.set_hosts(lab.names());
    session.log.append(None, EventKind::HostRemoved { host: call.name.clone() });
    Ok(Done {}.into())
}

pub(super) fn list(session: &Arc<Session>) -> Result<Answer, Fault> {
    Ok(Answer::Hosts(Hosts { hosts: of(session, "host.list")?.told_hosts() }))
}

/// The connections of the lab's hosts, each with the session's socket that it is.
pub(super) fn connections(session: &Arc<Session>, call: &HostConnections) -> Result<Answer, Fault> {
    const CALL: &str = "host.connections";
    let lab = of(session, CALL)?;
    let (listed, more) =
        lab.connections(call.host.as_deref(), CONNECTIONS_MAX).map_err(|why| refused(CALL, lab, why))?;
    let slots = session.slots();
    let sockets: HashMap<u64, SocketId> =
        slots.iter().filter_map(|slot| Some((slot.socket.cookie().ok()?, slot.number))).collect();
    let connections =
        listed.into_iter().map(|(host, one)| told(host, &one, sockets.get(&one.cookie).copied()));
    Ok(Answer::Connections(Connections { connections: connections.collect(), more }))
}

fn told(host: String, one: &Listed, socket: Option<SocketId>) -> Connection {
    let Listed { local, peer, state, timer, retransmits, expires_ms, receive_queue, send_queue, .. } = *one;
    let listens = is_listen(state);
    // `idiag_timer` of linux/inet_diag.h.
    let kind = match timer {
        1 => Some(TimerKind::Retransmission),
        2 => Some(TimerKind::KeepAlive),
        3 => Some(TimerKind::TimeWait),
        4 => Some(TimerKind::ZeroWindowProbe),
        _ => None,
    };
    Connection {
        host,
        local: local.to_string(),
        peer: (!listens).then(|| peer.to_string()),
        state: tcp_state(state).to_owned(),
        socket,
        receive_queue: (!listens).then_some(receive_queue),
        send_queue: (!listens).then_some(send_queue),
        backlog: listens.then_some(Backlog { waiting: receive_queue, limit: send_queue }),
        timer: kind.map(|kind| Timer { kind, expires_ms, retransmits }),
    }
}

pub(super) fn show(session: &Arc<Session>, method: &str) -> Result<Answer, Fault> {
    let lab = of(session, method)?;
    let wire = lab.show().map_err(|why| refused(method, lab, why))?;
    Ok(Answer::Wire(Box::new(wire)))
}

pub(super) fn configure(session: &Arc<Session>, call: &WireConfigure) -> Result<Answer, Fault> {
    const CALL: &str = "wire.configure";
    let lab = of(session, CALL)?;
    if call.mtu.is_some() && call.to.is_some() {
        return Err(Fault::bad_params("mtu", "is of the sending host's device, so `to` does not go with it"));
    }
    lab.configure(call).map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, params(call));
    show(session, CALL)
}

pub(super) fn cut(session: &Arc<Session>, call: &WireCut) -> Result<Answer, Fault> {
    const CALL: &str = "wire.cut";
    let lab = of(session, CALL)?;
    lab.cut(call.from.as_deref(), call.to.as_deref(), true).map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, params(call));
    show(session, CALL)
}

pub(super) fn mend(session: &Arc<Session>, call: &WireMend) -> Result<Answer, Fault> {
    const CALL: &str = "wire.mend";
    let lab = of(session, CALL)?;
    lab.cut(call.from.as_deref(), call.to.as_deref(), false).map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, params(call));
    show(session, CALL)
}

pub(super) fn hold(session: &Arc<Session>, call: &WireHold) -> Result<Answer, Fault> {
    const CALL: &str = "wire.hold";
    let lab = of(session, CALL)?;
    lab.hold(call).map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, params(call));
    show(session, CALL)
}

pub(super) fn release(session: &Arc<Session>, call: &WireRelease) -> Result<Answer, Fault> {
    const CALL: &str = "wire.release";
    let lab = of(session, CALL)?;
    match (call.action, call.delay_ms) {
        (ReleaseAction::Delay, None) => {
            return Err(Fault::bad_params("delay_ms", "says how long, and `delay` needs it"));
        }
        (ReleaseAction::Delay, Some(_)) | (_, None) => {}
        (_, Some(_)) => return Err(Fault::bad_params("delay_ms", "goes with the action `delay` only")),
    }
    let released = lab.release(call).map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, with_released(params(call), &released));
    Ok(Answer::Released(Released { released }))
}

pub(super) fn unhold(session: &Arc<Session>, call: &WireUnhold) -> Result<Answer, Fault> {
    const CALL: &str = "wire.unhold";
    let lab = of(session, CALL)?;
    let released = lab.unhold().map_err(|why| refused(CALL, lab, why))?;
    note(session, CALL, with_released(params(call), &released));
    Ok(Answer::Released(Released { released }))
}

/// Puts what was done into the log.
fn note(session: &Session, method: &str, params: Map<String, Value>) {
    let call = method.trim_start_matches("wire.").to_owned();
    session.log.append(None, EventKind::Wire { call, params });
}

/// A call's parameters, those that were given.
fn params(call: &(impl Serialize + Clone + Into<Call>)) -> Map<String, Value> {
    match serde_json::to_value(call) {
        Ok(Value::Object(params)) => params,
        // Parameters are an object: their type says so.
        _ => Map::new(),
    }
}

fn with_released(mut params: Map<String, Value>, released: &[u64]) -> Map<String, Value> {
    params.insert("released".to_owned(), json!(released));
    params
}

fn refused(call: &str, lab: &Lab, why: Refusal) -> Fault {
    let os = |errno| errno::fault(call, &std::io::Error::from_raw_os_error(errno));
    match why {
        Refusal::Full => Fault::quota("lab_hosts", HOSTS_MAX as u64),
        Refusal::Taken(name) => {
            os(libc::EEXIST).with_hint(format!("name: {name:?} is taken; give another, or none"))
        }
        Refusal::NoHost { field, name } => no_such_host(call, field, &name, lab),
        Refusal::Busy(name, sockets) => os(libc::EBUSY)
            .with_hint(format!("name: {sockets} sockets are on {name} or being closed; close them first")),
        Refusal::Last(name) => {
            os(libc::EBUSY).with_hint(format!("name: {name} is the only host, and a lab has one"))
        }
        Refusal::NotHeld(seq) => Fault::bad_params("seq", &format!("the packet {seq} is not held")),
        Refusal::Os(error) => errno::fault(call, &error),
    }
}
