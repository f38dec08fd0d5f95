//! From events to steps: which sockets there are, and which addresses are the program's own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use serde_json::{Map, Value};
use sockyard_protocol::{
    Address, Event, EventKind, Family, Fault, FaultKind, Host, SocketId, SocketType, UnixName,
};

use super::options::{constants, setting};
use super::remark::remark;
use super::step::{Bytes, Line, Place, Refused, Step};

/// Largest datagram, and so enough for any that came whole.
const DATAGRAM_MAX: usize = 65_536;

/// What the steps of a program refer to. A first walk finds it out, so that a second one keeps no more in variables than
/// is needed.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Sockets whose own port another step needs.
    pub(super) ports: BTreeSet<SocketId>,
    /// Datagrams whose sender another step needs.
    pub(super) senders: BTreeSet<u64>,
    /// Sockets that the program makes, by number.
    pub(super) sockets: Vec<SocketId>,
    /// Sockets that are still open at its end.
    pub(super) open: Vec<SocketId>,
    /// Whether it uses Unix names.
    pub(super) unix: bool,
    /// Whether it sends zeros for bytes that the log did not keep.
    pub(super) unknown_bytes: bool,
}

/// A socket that the program has made.
#[derive(Debug)]
struct Known {
    family: Family,
    r#type: SocketType,
    /// It has an address, given by `bind` or by the kernel.
    bound: bool,
    /// It is shut down for sending.
    mute: bool,
    file: Option<String>,
}

/// Goes through the events in a program's order.
#[derive(Debug, Default)]
pub(super) struct Walk {
    sockets: BTreeMap<SocketId, Known>,
    /// Ports that the kernel chose for the program's own sockets, with their socket and its address.
    ports: HashMap<(SocketType, u16), (SocketId, IpAddr)>,
    /// Addresses that stand in the program as they are.
    literals: HashSet<String>,
    /// Where datagrams came from, with the first event that tells so.
    senders: HashMap<String, u64>,
    needs: Needs,
    /// From the first walk; empty in it.
    known_needs: Needs,
}

impl Walk {
    /// The second walk, with what the first one found out.
    pub(super) fn again(needs: Needs) -> Walk {
        Walk { known_needs: needs, ..Walk::default() }
    }

    /// What the program needs, after the last event.
    pub(super) fn into_needs(self) -> Needs {
        Needs { open: self.sockets.into_keys().collect(), ..self.needs }
    }

    /// The steps for an event: most have one.
    pub(super) fn lines(&mut self, event: &Event) -> Vec<Line> {
        let bytes = match &event.kind {
            EventKind::Sent { data: Some(data), .. } | EventKind::Received { data: Some(data), .. } => {
                data.to_bytes()
            }
            _ => None,
        };
        let remark = remark(event, bytes.as_deref());
        let line = |family, r#type, step, remark: &str| Line {
            seq: event.seq,
            socket: event.socket,
            family,
            r#type,
            step,
            remark: remark.to_owned(),
        };
        let nothing = |remark: &str| vec![line(Family::Inet, SocketType::Stream, Step::Nothing, remark)];
        if let EventKind::Created { family, r#type, .. } = event.kind
            && let Some(socket) = event.socket
        {
            self.add(socket, family, r#type, false);
            return vec![line(family, r#type, Step::Create { family, r#type }, &remark)];
        }
        let Some(socket) = event.socket else { return nothing(&remark) };
        let Some(known) = self.sockets.get(&socket) else {
            return nothing(&format!("{remark} (not made again: the log has no such socket open here)"));
        };
        let (family, r#type) = (known.family, known.r#type);
        let mut lines = Vec::new();
        if let Some(at) = self.implicit(socket, &event.kind) {
            let why = format!(
                "socket {socket}: bound to loopback, as Sockyard does before the kernel takes any address"
            );
            lines.push(line(family, r#type, Step::Bind { at }, &why));
        }
        let step = self.step(event, socket, family, r#type, bytes.unwrap_or_default());
        if let Some(place) = step.place() {
            self.note_place(place);
        }
        // Two of them take a group and not a number.
        if let Step::SetOption { name, value } = &step
            && (constants(name, family).is_none() || setting(name, value).is_none())
        {
            lines.push(line(family, r#type, Step::Nothing, &format!("{remark} (left out: not in programs)")));
            return lines;
        }
        lines.push(line(family, r#type, step, &remark));
        if self.keep_port(socket, &event.kind) {
            lines.push(line(family, r#type, Step::KeepPort, ""));
        }
        lines
    }

    fn add(&mut self, socket: SocketId, family: Family, r#type: SocketType, bound: bool) {
        self.needs.sockets.push(socket);
        self.sockets.insert(socket, Known { family, r#type, bound, mute: false, file: None });
    }

    fn note_place(&mut self, place: &Place) {
        match place {
            Place::OwnPort { socket, .. } => _ = self.needs.ports.insert(*socket),
            Place::Sender(seq) => _ = self.needs.senders.insert(*seq),
            Place::File(_) | Place::Abstract(_) => self.needs.unix = true,
            Place::Inet { .. } => {}
        }
    }

    /// The address that Sockyard bound the socket to before this event's call, where it did.
    fn implicit(&mut self, socket: SocketId, kind: &EventKind) -> Option<Place> {
        let known = self.sockets.get_mut(&socket)?;
        let datagrams = known.r#type == SocketType::Dgram;
        let target = match kind {
            EventKind::Listening { .. } => None,
            EventKind::Sent { to, .. } if datagrams => to.as_deref(),
            EventKind::Connected { peer, .. } if datagrams => Some(peer.as_str()),
            EventKind::Failed { call, params: Some(params), .. } => match call.as_str() {
                "listen" => None,
                "sendto" | "send" if datagrams => params.get("to").and_then(Value::as_str),
                "connect" if datagrams => params.get("address").and_then(Value::as_str),
                _ => return None,
            },
            _ => return None,
        };
        if known.bound || known.family == Family::Unix {
            return None;
        }
        known.bound = true;
        let mapped =
            matches!(target.and_then(inet), Some((IpAddr::V6(ip), _)) if ip.to_ipv4_mapped().is_some());
        let ip: IpAddr = match known.family {
            Family::Inet6 if mapped => Ipv4Addr::LOCALHOST.to_ipv6_mapped().into(),
            Family::Inet6 => Ipv6Addr::LOCALHOST.into(),
            Family::Inet | Family::Unix => Ipv4Addr::LOCALHOST.into(),
        };
        Some(Place::Inet { ip, port: 0 })
    }

    /// Whether the event tells of a port that the kernel chose and that a later step needs.
    fn keep_port(&mut self, socket: SocketId, kind: &EventKind) -> bool {
        let (local, chosen) = match kind {
            EventKind::Bound { local, asked, .. } => {
                let asked = asked.as_deref().and_then(|asked| asked.parse().ok());
                (local, matches!(asked, Some(Address::Inet { port: 0, .. })))
            }
            EventKind::Listening { local, .. } | EventKind::Connected { local, .. } => (local, true),
            _ => return false,
        };
        let Some((ip, port)) = inet(local) else { return false };
        let Some(known) = self.sockets.get_mut(&socket) else { return false };
        known.bound = true;
        let key = (known.r#type, port);
        // Known already, or shared; the kernel gives the port of a closed socket away again.
        let is_taken = self.ports.get(&key).is_some_and(|(owner, _)| self.sockets.contains_key(owner));
        if chosen && !is_taken && !self.literals.contains(local) {
            self.ports.insert(key, (socket, ip));
            return self.known_needs.ports.contains(&socket);
        }
        false
    }

    fn step(
        &mut self,
        event: &Event,
        socket: SocketId,
        family: Family,
        r#type: SocketType,
        data: Vec<u8>,
    ) -> Step {
        let stream = r#type == SocketType::Stream;
        match &event.kind {
            EventKind::Bound { local, asked, .. } => self.bind(socket, local, asked.as_deref()),
            EventKind::Listening { backlog, .. } => Step::Listen { backlog: *backlog },
            EventKind::Connected { peer, .. } => {
                self.place(peer, r#type).map_or(Step::Nothing, |to| Step::Connect { to })
            }
            EventKind::Accepted { connection, .. } => {
                self.add(*connection, family, r#type, true);
                Step::Accept { connection: *connection }
            }
            EventKind::Sent { bytes, to, flags, .. } => {
                let unknown = bytes.saturating_sub(data.len());
                self.needs.unknown_bytes |= unknown > 0;
                let bytes = Bytes { known: data, unknown };
                let to = to.as_deref().filter(|_| !stream);
                match (stream, to) {
                    (true, _) => Step::Send { bytes, oob: has(flags, "oob") },
                    (false, None) => Step::SendDatagram { bytes, to: None },
                    (false, Some(to)) => self
                        .place(to, r#type)
                        .map_or(Step::Nothing, |to| Step::SendDatagram { bytes, to: Some(to) }),
                }
            }
            EventKind::Received { bytes, flags, .. } if stream => match () {
                () if has(flags, "oob") => Step::ReceiveUrgent,
                () if has(flags, "peek") => Step::Peek { count: *bytes },
                () => Step::Receive { count: *bytes },
            },
            EventKind::Received { bytes, from: Some(from), truncated, flags, .. } => {
                self.senders.entry(from.clone()).or_insert(event.seq);
                Step::ReceiveDatagram {
                    max: if *truncated { *bytes } else { DATAGRAM_MAX },
                    peek: has(flags, "peek"),
                    keep: self.known_needs.senders.contains(&event.seq),
                }
            }
            EventKind::PeerClosed {} => Step::ReceiveEnd,
            EventKind::Shutdown { how } => {
                if let Some(known) = self.sockets.get_mut(&socket) {
                    known.mute |= *how != sockyard_protocol::ShutdownHow::Read;
                }
                Step::Shutdown { how: *how }
            }
            EventKind::Option { name, value, asked } => {
                Step::SetOption { name: name.clone(), value: asked.as_ref().unwrap_or(value).clone() }
            }
            EventKind::Closed { linger_s, .. } => {
                let file = self.sockets.remove(&socket).and_then(|known| known.file);
                Step::Close { linger_s: *linger_s, file }
            }
            EventKind::Failed { call, params, error } => {
                let none = Map::new();
                self.refused(socket, r#type, call, params.as_ref().unwrap_or(&none), error)
            }
            // What a datagram socket returns that is shut down for reading has no sender.
            EventKind::Received { .. }
            | EventKind::Created { .. }
            | EventKind::Reset {}
            | EventKind::Dropped { .. }
            | EventKind::Note { .. }
            | EventKind::HostAdded { .. }
            | EventKind::HostRemoved { .. }
            | EventKind::Wire { .. } => Step::Nothing,
        }
    }

    fn bind(&mut self, socket: SocketId, local: &str, asked: Option<&str>) -> Step {
        let chosen =
            matches!(asked.and_then(|asked| asked.parse().ok()), Some(Address::Inet { port: 0, .. }));
        let at = match inet(local) {
            Some((ip, _)) if chosen => Some(Place::Inet { ip, port: 0 }),
            _ => {
                self.literals.insert(local.to_owned());
                literal(local)
            }
        };
        if let (Some(Place::File(name)), Some(known)) = (&at, self.sockets.get_mut(&socket)) {
            known.file = Some(name.clone());
        }
        at.map_or(Step::Nothing, |at| Step::Bind { at })
    }

    /// An address that the program reaches, as it can be written in it.
    fn place(&mut self, address: &str, r#type: SocketType) -> Option<Place> {
        let Some((ip, port)) = inet(address) else { return literal(address) };
        let other = if r#type == SocketType::Stream { SocketType::Dgram } else { SocketType::Stream };
        let own = [r#type, other].into_iter().find_map(|r#type| self.ports.get(&(r#type, port)));
        if let Some((socket, own_ip)) = own
            && own_ip.to_canonical() == ip.to_canonical()
        {
            return Some(Place::OwnPort { ip, socket: *socket });
        }
        if r#type == SocketType::Dgram
            && !self.literals.contains(address)
            && let Some(seq) = self.senders.get(address)
        {
            return Some(Place::Sender(*seq));
        }
        self.literals.insert(address.to_owned());
        Some(Place::Inet { ip, port })
    }

    fn refused(
        &mut self,
        socket: SocketId,
        r#type: SocketType,
        call: &str,
        params: &Map<String, Value>,
        error: &Fault,
    ) -> Step {
        let errno = match (error.data.kind, &error.data.errno) {
            (FaultKind::Os, Some(errno)) if is_asked_again(errno) && error.data.bytes.is_none() => {
                errno.clone()
            }
            _ => return Step::Nothing,
        };
        let text = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
        let number = |name: &str| {
            params.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok())
        };
        let flag = |name: &str| {
            params
                .get("flags")
                .and_then(Value::as_array)
                .is_some_and(|flags| flags.iter().any(|flag| flag == name))
        };
        let how = || params.get("how").and_then(|how| serde_json::from_value(how.clone()).ok());
        let mute = self.sockets.get(&socket).is_some_and(|known| known.mute);
        let call = match call {
            "bind" => self.place(text("address"), r#type).map(|at| Refused::Bind { at }),
            "listen" => params
                .get("backlog")
                .and_then(Value::as_i64)
                .and_then(|backlog| i32::try_from(backlog).ok())
                .map(|backlog| Refused::Listen { backlog }),
            "accept" => Some(Refused::Accept),
            "connect" => self.place(text("address"), r#type).map(|to| Refused::Connect { to }),
            "send" => Some(Refused::Send {
                count: number("bytes").unwrap_or(1),
                oob: flag("oob"),
                late: !mute && matches!(errno.as_str(), "EPIPE" | "ECONNRESET" | "ECONNREFUSED"),
            }),
            "sendto" => {
                let count = number("bytes").unwrap_or(1);
                self.place(text("to"), r#type).map(|to| Refused::SendTo { count, to })
            }
            "recv" => Some(Refused::Receive {
                max: number("max").unwrap_or(DATAGRAM_MAX),
                peek: flag("peek"),
                oob: flag("oob"),
            }),
            "shutdown" => how().map(|how| Refused::Shutdown { how }),
            "setsockopt" => params
                .get("value")
                .map(|value| Refused::SetOption { name: text("name").to_owned(), value: value.clone() }),
            "getsockopt" => Some(Refused::GetOption { name: text("name").to_owned() }),
            _ => None,
        };
        call.map_or(Step::Nothing, |call| Step::Fail { call, errno })
    }
}

/// Whether the kernel would say the same to the same call: not where it was out of something then.
fn is_asked_again(errno: &str) -> bool {
    let is_name = errno.starts_with('E')
        && errno.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_name && !matches!(errno, "EMFILE" | "ENFILE" | "ENOBUFS" | "ENOMEM")
}

fn has(flags: &[String], name: &str) -> bool {
    flags.iter().any(|flag| flag == name)
}

/// The parts of an address of the kernel's.
fn inet(address: &str) -> Option<(IpAddr, u16)> {
    address.parse::<SocketAddr>().ok().map(|address| (address.ip(), address.port()))
}

/// An address as it stands. A name is what it was looked up as: only loopback has any.
fn literal(address: &str) -> Option<Place> {
    match address.parse().ok()? {
        Address::Inet { host: Host::Ip(ip), port } => Some(Place::Inet { ip, port }),
        Address::Inet { host: Host::Any | Host::Name(_), port } => {
            Some(Place::Inet { ip: Ipv4Addr::LOCALHOST.into(), port })
        }
        Address::Unix(UnixName::File(name)) => Some(Place::File(name)),
        Address::Unix(UnixName::Abstract(name)) => Some(Place::Abstract(name)),
    }
}
