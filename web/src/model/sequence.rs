//! The session as a ladder: a lane for each socket and for each peer outside the session, and a step for each event.
//!
//! A step is drawn where the kernel acted. On one machine `send` puts bytes into the other end's queue before it returns,
//! so a `sent` is an arrow that arrives at once, and the `received` that takes them is a mark of its own, tied to the
//! arrows whose bytes it took. Those ties are found by counting: bytes in order for a stream, datagrams in order and by
//! size for the rest.

mod fold;
pub mod ladder;
pub mod picture;
pub mod words;

use std::collections::{BTreeMap, VecDeque};

use sockyard_protocol::{Event, EventKind, Family, ShutdownHow, SocketId, SocketType};

use crate::model::log_store::LogStore;

/// Most steps laid out, the newest: some 1 MB. What is older stays in the log.
pub const STEPS_MAX: usize = 5_000;
/// Most lanes; a server that meets more peers than this shows the rest on one lane.
pub const LANES_MAX: usize = 64;
/// Most pieces that wait on one socket to be received; older ones lose their tie, and nothing else.
const PENDING_MAX: usize = 4_096;

/// Whose lane it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A socket of the session.
    Socket(SocketId),
    /// Somebody else, by address.
    Outside(String),
    /// Peers for which there was no lane left.
    Others,
}

/// A lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Whose.
    pub who: Who,
    /// What the socket is, if that was seen.
    pub kind: Option<(Family, SocketType)>,
    /// The socket's own address as far as it is known.
    pub local: Option<String>,
    /// Whether it is closed.
    pub is_closed: bool,
}

/// How a step is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// The lane begins.
    Begin,
    /// The lane ends; towards the peer where that one will notice.
    End(Option<usize>),
    /// Something about this socket alone.
    Mark,
    /// From the socket to another lane.
    Out(usize),
    /// From another lane to the socket.
    In(usize),
    /// The socket takes what came earlier.
    Take(Taken),
    /// Across all lanes.
    Band,
}

/// What a `recv` took, told by the steps that brought it.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The event that brought the first of these bytes.
    pub first: u64,
    /// The event that brought the last of them.
    pub last: u64,
    /// Of a stream, which bytes of that direction these are, from 0: begin and end.
    pub range: Option<(u64, u64)>,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The event's number.
    pub seq: u64,
    /// When.
    pub time_us: u64,
    /// The lane of its socket; the first one for what has none.
    pub lane: usize,
    /// How it is drawn.
    pub shape: Shape,
    /// What makes two steps repeats of each other beside lane and shape: kind and size.
    pub repeats: (&'static str, u64),
}

/// What one socket does, as far as ties need it.
#[derive(Default)]
struct End {
    lane: usize,
    is_stream: bool,
    /// The peer's address, of a connected socket.
    peer_name: Option<String>,
    /// The peer, where it is a socket of the session.
    peer: Option<SocketId>,
    /// Pieces on their way to this socket: by which event, from whom, and how many bytes of them are left.
    pending: VecDeque<Piece>,
    /// Bytes of the stream that were received.
    received: u64,
}

struct Piece {
    seq: u64,
    from: SocketId,
    left: u64,
}

/// The ladder of a log.
#[derive(Default)]
pub struct Sequence {
    lanes: Vec<Lane>,
    steps: VecDeque<Step>,
    /// Steps that were left out at the front.
    left_out: u64,
    ends: BTreeMap<SocketId, End>,
    /// Sockets by their own address.
    by_local: BTreeMap<String, SocketId>,
    outside: BTreeMap<String, usize>,
    /// Connected sockets that no `accepted` has named yet, by the listener's address.
    unaccepted: Vec<(String, SocketId)>,
    last_seq: u64,
}

impl Sequence {
    /// The lanes, in the order in which they came.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The steps, in the order of the log.
    pub fn steps(&self) -> &VecDeque<Step> {
        &self.steps
    }

    /// How many events came before the first step.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Takes what came to the log since the last time; whether anything did.
    pub fn catch_up(&mut self, log: &LogStore) -> bool {
        if log.last_seq() < self.last_seq {
            *self = Sequence::default();
        }
        let before = self.last_seq;
        // What would be dropped again at once is not looked at: a million lines would stall the page.
        let first = log.index_after(self.last_seq);
        let start = first.max(log.len().saturating_sub(STEPS_MAX));
        self.left_out += (start - first) as u64;
        for index in start..log.len() {
            if let Some(event) = log.event(index) {
                self.apply(&event);
            }
        }
        self.last_seq = log.last_seq();
        self.last_seq != before
    }

    /// Takes one event.
    pub fn apply(&mut self, event: &Event) {
        self.last_seq = event.seq;
        let Some(socket) = event.socket else {
            let is_band = matches!(
                event.kind,
                EventKind::Note { .. }
                    | EventKind::HostAdded { .. }
                    | EventKind::HostRemoved { .. }
                    | EventKind::Wire { .. }
            );
            return self.push(event, 0, if is_band { Shape::Band } else { Shape::Mark }, 0);
        };
        let lane = self.lane_of(socket);
        let mut size = 0;
        let shape = match &event.kind {
            EventKind::Created { family, r#type, .. } => {
                self.describe(socket, Some((*family, *r#type)));
                Shape::Begin
            }
            EventKind::Bound { local, .. } | EventKind::Listening { local, .. } => {
                self.know_local(socket, local);
                Shape::Mark
            }
            EventKind::Connected { local, peer, .. } => self.connected(socket, local, peer),
            EventKind::Accepted { connection, peer, local } => {
                self.accepted(socket, *connection, peer, local)
            }
            EventKind::Sent { bytes, to, .. } => {
                size = *bytes as u64;
                self.sent(event.seq, socket, size, to.as_deref())
            }
            EventKind::Received { bytes, from, flags, .. } => {
                size = *bytes as u64;
                let peeks = flags.iter().any(|flag| flag == "peek");
                self.received(socket, size, from.as_deref(), peeks)
            }
            EventKind::PeerClosed {} => Shape::Mark,
            EventKind::Reset {} => self.peer_lane(socket).map_or(Shape::Mark, Shape::In),
            EventKind::Shutdown { how: ShutdownHow::Write | ShutdownHow::Both } => {
                self.peer_lane(socket).map_or(Shape::Mark, Shape::Out)
            }
            EventKind::Closed { .. } => {
                let peer = self.peer_lane(socket).filter(|_| self.is_stream(socket));
                self.closed(socket, lane);
                Shape::End(peer)
            }
            EventKind::Shutdown { .. }
            | EventKind::Option { .. }
            | EventKind::Failed { .. }
            | EventKind::Dropped { .. } => Shape::Mark,
            EventKind::Note { .. }
            | EventKind::HostAdded { .. }
            | EventKind::HostRemoved { .. }
            | EventKind::Wire { .. } => Shape::Band,
        };
        self.push(event, lane, shape, size);
    }

    fn push(&mut self, event: &Event, lane: usize, shape: Shape, size: u64) {
        if self.steps.len() >= STEPS_MAX {
            self.steps.pop_front();
            self.left_out += 1;
        }
        self.steps.push_back(Step {
            seq: event.seq,
            time_us: event.time_us,
            lane,
            shape,
            repeats: (event.kind.name(), size),
        });
    }

    fn lane_of(&mut self, socket: SocketId) -> usize {
        if let Some(end) = self.ends.get(&socket) {
            return end.lane;
        }
        let lane = self.add_lane(Who::Socket(socket));
        self.ends.insert(socket, End { lane, ..End::default() });
        lane
    }

    fn add_lane(&mut self, who: Who) -> usize {
        let full = self.lanes.len() >= LANES_MAX;
        let who = if full { Who::Others } else { who };
        if full && let Some(others) = self.lanes.iter().position(|lane| lane.who == Who::Others) {
            return others;
        }
        self.lanes.push(Lane { who, kind: None, local: None, is_closed: false });
        self.lanes.len() - 1
    }

    fn outside(&mut self, address: &str) -> usize {
        if let Some(lane) = self.outside.get(address) {
            return *lane;
        }
        let lane = self.add_lane(Who::Outside(address.to_owned()));
        // Peers come without end where a server is asked all day; beyond the lanes they share one and need no memory.
        if self.lanes.get(lane).is_some_and(|lane| lane.who != Who::Others) {
            self.outside.insert(address.to_owned(), lane);
        }
        lane
    }

    fn describe(&mut self, socket: SocketId, kind: Option<(Family, SocketType)>) {
        if let Some(end) = self.ends.get_mut(&socket) {
            end.is_stream = kind.is_some_and(|(_, kind)| kind == SocketType::Stream);
            if let Some(lane) = self.lanes.get_mut(end.lane).filter(|lane| lane.who == Who::Socket(socket)) {
                lane.kind = kind;
            }
        }
    }

    fn know_local(&mut self, socket: SocketId, local: &str) {
        if local.is_empty() {
            return;
        }
        let lane = self.lane_of(socket);
        if let Some(lane) = self.lanes.get_mut(lane).filter(|lane| lane.who == Who::Socket(socket)) {
            lane.local = Some(local.to_owned());
        }
        // A listener and its connections have one address; who asks for it by name means the first.
        self.by_local.entry(local.to_owned()).or_insert(socket);
    }

    fn is_stream(&self, socket: SocketId) -> bool {
        self.ends.get(&socket).is_some_and(|end| end.is_stream)
    }

    fn peer_lane(&mut self, socket: SocketId) -> Option<usize> {
        let end = self.ends.get(&socket)?;
        if let Some(peer) = end.peer.and_then(|peer| self.ends.get(&peer)) {
            return Some(peer.lane);
        }
        let name = end.peer_name.clone().filter(|name| !name.is_empty())?;
        match self.by_local.get(&name).copied() {
            Some(holder) => Some(self.lane_of(holder)),
            None => Some(self.outside(&name)),
        }
    }

    fn connected(&mut self, socket: SocketId, local: &str, peer: &str) -> Shape {
        self.know_local(socket, local);
        if let Some(end) = self.ends.get_mut(&socket) {
            end.peer_name = Some(peer.to_owned());
            end.peer = None;
        }
        let holder = self.by_local.get(peer).copied();
        if self.is_stream(socket) {
            if holder.is_some() {
                self.unaccepted.push((peer.to_owned(), socket));
            }
        } else if let (Some(end), Some(holder)) = (self.ends.get_mut(&socket), holder) {
            end.peer = Some(holder);
        }
        self.peer_lane(socket).map_or(Shape::Mark, Shape::Out)
    }

    fn accepted(&mut self, listener: SocketId, connection: SocketId, peer: &str, local: &str) -> Shape {
        let lane = self.lane_of(connection);
        let kind = self.ends.get(&listener).map(|end| end.lane).and_then(|lane| self.lanes.get(lane)?.kind);
        self.describe(connection, kind);
        if let Some(lane) = self.lanes.get_mut(lane).filter(|lane| lane.who == Who::Socket(connection)) {
            lane.local = Some(local.to_owned()).filter(|local| !local.is_empty());
        }
        // Unix clients have no address: they are taken in the order in which they came.
        let client = self.unaccepted.iter().position(|(to, client)| {
            let name = self.ends.get(client).and_then(|end| self.lanes.get(end.lane)?.local.as_deref());
            match peer.is_empty() {
                true => to == local,
                false => name == Some(peer),
            }
        });
        let client = client.map(|index| self.unaccepted.remove(index).1);
        // What the client sent before waits at the listener until now.
        let waiting: VecDeque<Piece> = match (client, self.ends.get_mut(&listener)) {
            (Some(client), Some(end)) => {
                let (theirs, rest) =
                    std::mem::take(&mut end.pending).into_iter().partition(|piece| piece.from == client);
                end.pending = rest;
                theirs
            }
            _ => VecDeque::new(),
        };
        if let Some(end) = self.ends.get_mut(&connection) {
            end.is_stream = true;
            end.peer_name = Some(peer.to_owned());
            end.peer = client;
            end.pending = waiting;
        }
        if let Some(end) = client.and_then(|client| self.ends.get_mut(&client)) {
            end.peer = Some(connection);
        }
        Shape::Out(lane)
    }

    fn sent(&mut self, seq: u64, socket: SocketId, size: u64, to: Option<&str>) -> Shape {
        let peer = match to {
            Some(to) => self.by_local.get(to).copied(),
            None => {
                let end = self.ends.get(&socket);
                let name = end.and_then(|end| end.peer_name.as_deref());
                // Not accepted yet: it waits at the listener.
                end.and_then(|end| end.peer).or_else(|| self.by_local.get(name?).copied())
            }
        };
        let Some(peer) = peer else {
            return match to {
                Some(to) => Shape::Out(self.outside(to)),
                None => self.peer_lane(socket).map_or(Shape::Mark, Shape::Out),
            };
        };
        let lane = self.lane_of(peer);
        if let Some(end) = self.ends.get_mut(&peer) {
            if end.pending.len() >= PENDING_MAX {
                end.pending.pop_front();
            }
            end.pending.push_back(Piece { seq, from: socket, left: size });
        }
        Shape::Out(lane)
    }

    fn received(&mut self, socket: SocketId, size: u64, from: Option<&str>, peeks: bool) -> Shape {
        let taken = if self.is_stream(socket) {
            self.take_bytes(socket, size, peeks)
        } else {
            self.take_datagram(socket, size, from, peeks)
        };
        match (taken, from) {
            (Some(taken), _) => Shape::Take(taken),
            (None, Some(from)) if !from.is_empty() => match self.by_local.get(from).copied() {
                Some(sender) if sender != socket => Shape::In(self.lane_of(sender)),
                _ => Shape::In(self.outside(from)),
            },
            (None, _) => self.peer_lane(socket).map_or(Shape::Mark, Shape::In),
        }
    }

    /// The pieces of a stream that these bytes were in.
    fn take_bytes(&mut self, socket: SocketId, size: u64, peeks: bool) -> Option<Taken> {
        let end = self.ends.get_mut(&socket)?;
        let range = Some((end.received, end.received + size));
        if !peeks {
            end.received += size;
        }
        let (mut first, mut last, mut wanted) = (None, None, size);
        for piece in &mut end.pending {
            if wanted == 0 {
                break;
            }
            let bytes = piece.left.min(wanted);
            wanted -= bytes;
            first = first.or(Some(piece.seq));
            last = Some(piece.seq);
            if !peeks {
                piece.left -= bytes;
            }
        }
        if !peeks {
            while end.pending.front().is_some_and(|piece| piece.left == 0) {
                end.pending.pop_front();
            }
        }
        Some(Taken { first: first?, last: last?, range })
    }

    /// The datagram that this was.
    fn take_datagram(
        &mut self,
        socket: SocketId,
        size: u64,
        from: Option<&str>,
        peeks: bool,
    ) -> Option<Taken> {
        let sender = from.and_then(|from| self.by_local.get(from).copied());
        let lanes = &self.lanes;
        let ends = &self.ends;
        let end = ends.get(&socket)?;
        let nameless = |from: &SocketId| {
            ends.get(from).and_then(|end| lanes.get(end.lane)).is_some_and(|lane| lane.local.is_none())
        };
        let index = end.pending.iter().position(|piece| {
            // One that was cut is longer than what was received of it.
            piece.left >= size
                && match sender {
                    Some(sender) => piece.from == sender,
                    None => nameless(&piece.from),
                }
        })?;
        let piece = ends.get(&socket)?.pending.get(index)?;
        let (seq, by) = (piece.seq, piece.from);
        // A socket that sends without bind gets its address from the kernel, which only the receiver is told.
        if let (None, Some(from)) = (sender, from) {
            self.know_local(by, from);
        }
        if !peeks && let Some(end) = self.ends.get_mut(&socket) {
            end.pending.remove(index);
        }
        Some(Taken { first: seq, last: seq, range: None })
    }

    fn closed(&mut self, socket: SocketId, lane: usize) {
        if let Some(lane) = self.lanes.get_mut(lane).filter(|lane| lane.who == Who::Socket(socket)) {
            lane.is_closed = true;
        }
        self.by_local.retain(|_, holder| *holder != socket);
        self.unaccepted.retain(|(_, client)| *client != socket);
        // Beyond the lanes nothing has to be known of it any more, however many sockets a session opens and closes.
        if self.lanes.get(lane).is_some_and(|lane| lane.who == Who::Others) {
            self.ends.remove(&socket);
        } else if let Some(end) = self.ends.get_mut(&socket) {
            end.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests;
