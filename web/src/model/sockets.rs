//! The session's sockets as the page shows them: followed from events, corrected by what the kernel says.

use std::collections::{BTreeMap, BTreeSet};

use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Event, EventKind, Family, ShutdownHow, SocketId, SocketInfo, SocketType};

/// Most closed sockets that are remembered; a loop that opens and closes must not fill the page.
const CLOSED_MAX: usize = 100;
/// How many colours there are for sockets; the style sheet has as many.
pub const HUES: u32 = 10;

/// The colour of a socket, the same wherever it is named.
pub fn hue(socket: SocketId) -> u32 {
    socket.saturating_sub(sockyard_protocol::FIRST_SOCKET) % HUES
}

/// One socket.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketView {
    /// Its number.
    pub socket: SocketId,
    /// Its family.
    pub family: Family,
    /// Its type.
    pub r#type: SocketType,
    /// The lab's host that it is on.
    pub host: Option<String>,
    /// Its own address, as far as known.
    pub local: Option<String>,
    /// Its peer's address, as far as known.
    pub peer: Option<String>,
    /// Whether `listen` succeeded on it.
    pub listening: bool,
    /// Whether a `connect` on it failed: it is to be a client.
    pub connect_failed: bool,
    /// Whether its peer has closed.
    pub peer_closed: bool,
    /// Whether `shutdown` ended its reading: then `recv` finds the end of the data whatever the peer does.
    pub read_ended: bool,
    /// The options that this session set, as the kernel then reported them.
    pub options: BTreeMap<String, serde_json::Value>,
    /// Who sent the datagram that came last.
    pub last_sender: Option<String>,
    /// Bytes sent and received, as counted from events until the kernel's figures come.
    pub sent: u64,
    /// See `sent`.
    pub received: u64,
    /// What `socket.info` said last.
    pub info: Option<SocketInfo>,
}

/// A socket that is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedSocket {
    /// What was last known of it.
    pub view: SocketView,
    /// Who closed it.
    pub by: ClosedBy,
}

/// Every socket of the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SocketTable {
    open: BTreeMap<SocketId, SocketView>,
    closed: Vec<ClosedSocket>,
    /// Every number ever closed: an answer to `socket.list` that is older must not bring it back.
    gone: BTreeSet<SocketId>,
}

impl SocketView {
    fn new(socket: SocketId, family: Family, r#type: SocketType) -> SocketView {
        SocketView {
            socket,
            family,
            r#type,
            host: None,
            local: None,
            peer: None,
            listening: false,
            connect_failed: false,
            peer_closed: false,
            read_ended: false,
            options: BTreeMap::new(),
            last_sender: None,
            sent: 0,
            received: 0,
            info: None,
        }
    }

    /// Whether it is a datagram socket.
    pub fn is_datagram(&self) -> bool {
        self.r#type == SocketType::Dgram
    }

    /// The kernel's TCP state, where there is one.
    pub fn state(&self) -> Option<&str> {
        self.info.as_ref().and_then(|info| info.state.as_deref())
    }

    /// Whether it has an address that a peer could reach.
    pub fn is_bound(&self) -> bool {
        self.local.as_deref().is_some_and(|local| !local.is_empty() && !local.ends_with(":0"))
    }
}

/// How full a queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Bytes in it.
    pub bytes: u64,
    /// Bytes that it holds at most, as far as the kernel tells.
    pub most: u64,
}

impl Queue {
    /// How full it is, from 0 to 100. What is in it at all is seen.
    pub fn percent(self) -> u64 {
        match (self.bytes, self.most) {
            (0, _) => 0,
            (_, 0) => 100,
            (bytes, most) => (bytes.saturating_mul(100) / most).clamp(2, 100),
        }
    }
}

impl SocketView {
    /// What waits to be received. A listener has connections there instead.
    ///
    /// TCP tells how much more it would take by its window; for others it is the buffer's size, which is the kernel's default
    /// until it is set.
    pub fn receive_queue(&self) -> Option<Queue> {
        let info = self.info.as_ref().filter(|info| info.backlog.is_none())?;
        let bytes = info.receive_queue.filter(|_| info.state.as_deref() != Some("CLOSE"))?;
        let most = match info.tcp.filter(|tcp| tcp.receive_window > 0) {
            Some(tcp) => bytes + u64::from(tcp.receive_window),
            None => self.buffer("receive_buffer"),
        };
        Some(Queue { bytes, most })
    }

    /// What was sent and has not arrived yet.
    pub fn send_queue(&self) -> Option<Queue> {
        let info = self.info.as_ref().filter(|info| info.backlog.is_none())?;
        // After a refused connect the kernel still counts the SYN that nobody acknowledged.
        let bytes = info.send_queue.filter(|_| info.state.as_deref() != Some("CLOSE"))?;
        Some(Queue { bytes, most: self.buffer("send_buffer") })
    }

    fn buffer(&self, option: &str) -> u64 {
        self.options.get(option).and_then(serde_json::Value::as_u64).unwrap_or(BUFFER_DEFAULT)
    }
}

/// `net.core.rmem_default` and `wmem_default` of Linux, in bytes.
const BUFFER_DEFAULT: u64 = 212_992;

impl SocketTable {
    /// The open sockets by rising number.
    pub fn open(&self) -> impl Iterator<Item = &SocketView> {
        self.open.values()
    }

    /// The closed sockets, the last closed first.
    pub fn closed(&self) -> impl Iterator<Item = &ClosedSocket> {
        self.closed.iter().rev()
    }

    /// One open socket.
    pub fn get(&self, socket: SocketId) -> Option<&SocketView> {
        self.open.get(&socket)
    }

    /// The family and type of a socket, open or remembered.
    pub fn kind(&self, socket: SocketId) -> Option<(Family, SocketType)> {
        let open = self.open.get(&socket);
        let closed = || self.closed.iter().map(|closed| &closed.view).find(|view| view.socket == socket);
        open.or_else(closed).map(|view| (view.family, view.r#type))
    }

    /// Whether a socket was closed; one that is not known may still come.
    pub fn is_gone(&self, socket: SocketId) -> bool {
        self.gone.contains(&socket)
    }

    /// Follows one line of the log.
    pub fn apply(&mut self, event: &Event) {
        let Some(socket) = event.socket else { return };
        if let EventKind::Created { family, r#type, host } = &event.kind {
            if !self.gone.contains(&socket) {
                let view =
                    self.open.entry(socket).or_insert_with(|| SocketView::new(socket, *family, *r#type));
                view.host.clone_from(host);
            }
            return;
        }
        if let EventKind::Closed { by, .. } = event.kind {
            self.close(socket, by);
            return;
        }
        let Some(view) = self.open.get_mut(&socket) else { return };
        match &event.kind {
            EventKind::Bound { local, .. } => view.local = Some(local.clone()),
            EventKind::Listening { local, .. } => {
                view.local = Some(local.clone());
                view.listening = true;
            }
            EventKind::Connected { local, peer, .. } => {
                view.local = Some(local.clone());
                view.peer = Some(peer.clone());
                // A datagram socket may turn to another peer.
                view.peer_closed = false;
            }
            EventKind::Accepted { connection, peer, local } => {
                let (family, r#type, host) = (view.family, view.r#type, view.host.clone());
                if self.gone.contains(connection) {
                    return;
                }
                let accepted = self
                    .open
                    .entry(*connection)
                    .or_insert_with(|| SocketView::new(*connection, family, r#type));
                accepted.host = host;
                accepted.local = Some(local.clone());
                accepted.peer = Some(peer.clone());
            }
            EventKind::Sent { bytes, .. } => view.sent += *bytes as u64,
            // A peek leaves the bytes in the queue.
            EventKind::Received { bytes, flags, from, .. } => {
                if !flags.iter().any(|flag| flag == "peek") {
                    view.received += *bytes as u64;
                }
                if let Some(from) = from.as_ref().filter(|from| !from.is_empty()) {
                    view.last_sender = Some(from.clone());
                }
            }
            // A group is joined and left; neither is a value that the socket has.
            EventKind::Option { name, value, .. } if !name.ends_with("_multicast") => {
                view.options.insert(name.clone(), value.clone());
            }
            EventKind::Shutdown { how: ShutdownHow::Read | ShutdownHow::Both } => view.read_ended = true,
            EventKind::Failed { call, .. } => view.connect_failed |= call == "connect",
            EventKind::PeerClosed {} => view.peer_closed |= !view.read_ended,
            EventKind::Reset {} => view.peer_closed = true,
            _ => {}
        }
    }

    /// Takes what the kernel says of one socket.
    pub fn set_info(&mut self, info: SocketInfo) {
        if self.gone.contains(&info.socket) {
            return;
        }
        let view = self
            .open
            .entry(info.socket)
            .or_insert_with(|| SocketView::new(info.socket, info.family, info.r#type));
        if info.local.is_some() {
            view.local.clone_from(&info.local);
        }
        if info.peer.is_some() {
            view.peer.clone_from(&info.peer);
        }
        view.listening = info.backlog.is_some() || info.state.as_deref() == Some("LISTEN");
        view.sent = info.bytes_sent;
        view.received = info.bytes_received;
        view.info = Some(info);
    }

    /// Takes the answer of `socket.list`: also finds sockets whose lines have left the log.
    pub fn set_list(&mut self, sockets: Vec<SocketInfo>) {
        for info in sockets {
            self.set_info(info);
        }
    }

    /// Drops open sockets that the answer of a `socket.list` asked for after `known` does not name.
    ///
    /// Only sockets that were there when the question was asked may go: one made since is not in the answer.
    pub fn drop_missing(&mut self, known: &[SocketId], listed: &[SocketId]) {
        for socket in known {
            if !listed.contains(socket) {
                self.close(*socket, ClosedBy::Session);
            }
        }
    }

    /// The session has ended, and every socket with it.
    pub fn close_all(&mut self) {
        for socket in self.numbers() {
            self.close(socket, ClosedBy::Session);
        }
    }

    /// The numbers of the open sockets.
    pub fn numbers(&self) -> Vec<SocketId> {
        self.open.keys().copied().collect()
    }

    fn close(&mut self, socket: SocketId, by: ClosedBy) {
        self.gone.insert(socket);
        if let Some(view) = self.open.remove(&socket) {
            if self.closed.len() == CLOSED_MAX {
                self.closed.remove(0);
            }
            self.closed.push(ClosedSocket { view, by });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, socket: SocketId, kind: EventKind) -> Event {
        Event { seq, time_us: 0, socket: Some(socket), kind }
    }

    #[test]
    fn a_connection_is_on_the_host_of_its_listener() {
        let mut table = SocketTable::default();
        let (family, r#type) = (Family::Inet, SocketType::Stream);
        table.apply(&event(1, 3, EventKind::Created { family, r#type, host: Some("bob".into()) }));
        let (peer, local) = ("10.0.0.1:2".into(), "10.0.0.2:1".into());
        table.apply(&event(2, 3, EventKind::Accepted { connection: 4, peer, local }));
        assert_eq!(table.get(4).unwrap().host.as_deref(), Some("bob"));
    }

    fn created(socket: SocketId, r#type: SocketType) -> Event {
        event(1, socket, EventKind::Created { family: Family::Inet, r#type, host: None })
    }

    #[test]
    fn a_socket_is_followed_from_its_making_to_its_close() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Dgram));
        table.apply(&event(
            2,
            3,
            EventKind::Bound { local: "127.0.0.1:7788".into(), narrowed: false, asked: None },
        ));
        let view = table.get(3).unwrap();
        assert!(view.is_datagram() && view.is_bound());
        table.apply(&event(3, 3, EventKind::Closed { by: ClosedBy::Client, linger_s: None }));
        assert!(table.get(3).is_none());
        assert_eq!(table.closed().next().unwrap().view.socket, 3);
    }

    #[test]
    fn an_accepted_connection_is_a_socket_of_its_own() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Stream));
        table.apply(&event(2, 3, EventKind::Listening { local: "127.0.0.1:1".into(), backlog: 5 }));
        let (peer, local) = ("127.0.0.1:2".into(), "127.0.0.1:1".into());
        table.apply(&event(3, 3, EventKind::Accepted { connection: 4, peer, local }));
        assert!(table.get(3).unwrap().listening);
        assert_eq!(table.get(4).unwrap().peer.as_deref(), Some("127.0.0.1:2"));
        assert_eq!(table.get(4).unwrap().r#type, SocketType::Stream);
    }

    #[test]
    fn a_late_answer_does_not_bring_a_closed_socket_back() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Stream));
        table.apply(&event(2, 3, EventKind::Closed { by: ClosedBy::Client, linger_s: None }));
        table.apply(&created(3, SocketType::Stream));
        assert!(table.get(3).is_none());
    }

    #[test]
    fn sockets_gone_while_nobody_looked_leave_the_list() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Stream));
        let known = table.numbers();
        table.apply(&created(4, SocketType::Stream));
        table.drop_missing(&known, &[]);
        assert_eq!(table.numbers(), [4]);
        table.close_all();
        assert_eq!(table.numbers(), [] as [SocketId; 0]);
    }

    #[test]
    fn the_end_that_ones_own_shutdown_makes_is_not_the_peers() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Stream));
        table.apply(&event(2, 3, EventKind::Shutdown { how: ShutdownHow::Read }));
        table.apply(&event(3, 3, EventKind::PeerClosed {}));
        let view = table.get(3).unwrap();
        assert!(view.read_ended && !view.peer_closed);
        table.apply(&event(4, 3, EventKind::Reset {}));
        assert!(table.get(3).unwrap().peer_closed);
    }

    #[test]
    fn a_queue_is_measured_by_the_buffer_that_was_set() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Dgram));
        table.apply(&event(
            2,
            3,
            EventKind::Option { name: "receive_buffer".into(), value: 4000.into(), asked: None },
        ));
        let mut view = table.get(3).unwrap().clone();
        assert_eq!(view.receive_queue(), None);
        let mut info = crate::model::form::tests::socket(SocketType::Dgram).info.unwrap();
        info.receive_queue = Some(1000);
        view.info = Some(info);
        assert_eq!(view.receive_queue(), Some(Queue { bytes: 1000, most: 4000 }));
        assert_eq!(view.receive_queue().unwrap().percent(), 25);
        assert_eq!(Queue { bytes: 1, most: BUFFER_DEFAULT }.percent(), 2);
        assert_eq!(Queue { bytes: 0, most: 0 }.percent(), 0);
    }

    #[test]
    fn the_last_sender_is_remembered() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Dgram));
        let received = |from: &str| EventKind::Received {
            bytes: 1,
            count: None,
            data: None,
            data_cut: false,
            from: Some(from.into()),
            truncated: false,
            flags: Vec::new(),
        };
        table.apply(&event(2, 3, received("127.0.0.1:9")));
        // An unnamed Unix socket has no address to answer to.
        table.apply(&event(3, 3, received("")));
        assert_eq!(table.get(3).unwrap().last_sender.as_deref(), Some("127.0.0.1:9"));
    }

    #[test]
    fn a_peek_takes_nothing_out() {
        let mut table = SocketTable::default();
        table.apply(&created(3, SocketType::Stream));
        let received = |flags: Vec<String>| EventKind::Received {
            bytes: 5,
            count: None,
            data: None,
            data_cut: false,
            from: None,
            truncated: false,
            flags,
        };
        table.apply(&event(2, 3, received(vec!["peek".into()])));
        table.apply(&event(3, 3, received(Vec::new())));
        assert_eq!(table.get(3).unwrap().received, 5);
    }
}
