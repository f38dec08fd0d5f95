//! Start in one click: arrangements as lists of ordinary calls.
//!
//! A step names its sockets by role; the runner learns from each answer which number and which address a role
//! has got, and makes the next call of it. The lists themselves are in `steps`.

mod steps;

use std::collections::BTreeMap;

use serde_json::Value;
use sockyard_protocol::call::{
    SocketAccept, SocketBind, SocketClose, SocketConfigure, SocketConnect, SocketCreate, SocketListen,
    SocketRecv, SocketSend, SocketSetOption, SocketShutdown, WireHold,
};
use sockyard_protocol::{Address, Call, Family, Mode, Payload, Responder, ShutdownHow, SocketId, SocketType};

use crate::model::packets::wire::Holding;

/// Longest wait of a step that could block, in milliseconds: on one machine everything is there at once.
const STEP_TIMEOUT_MS: u64 = 5000;

/// Who a socket is in an arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The server, or the one that receives.
    Server,
    /// The client, or the one that sends.
    Client,
    /// What the server's `accept` returned.
    Connection,
    /// The second of several alike.
    Second,
    /// The third.
    Third,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Words {
    /// A text in UTF-8.
    Text(&'static str),
    /// A text, and the encoding in which it goes out.
    In(&'static str, &'static str),
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Make a socket for a role.
    Create(Role, Family, SocketType),
    /// Make a socket for a role on the lab's host of this place, the first one being 0.
    CreateAt(Role, Family, SocketType, usize),
    /// Bind to the address of the lab's host of this place, with a port of the kernel's choice.
    BindAt(Role, usize),
    /// Let every SYN from the lab's host of this place wait at the wire.
    HoldSyn(usize),
    /// Switch an option on.
    Allow(Role, &'static str),
    /// Bind to an address, with port 0 for one of the kernel's choice.
    Bind(Role, &'static str),
    /// Bind the first to the very address that the second has got.
    BindBeside(Role, Role),
    /// Bind to a Unix name made of the socket's number.
    BindUnix(Role),
    /// Listen with this backlog.
    Listen(Role, i32),
    /// Let the server accept, receive and echo by itself.
    Echo(Role),
    /// Connect the first to the second.
    Connect(Role, Role),
    /// Accept on the first; the connection is the second.
    Accept(Role, Role),
    /// Send over a connection.
    Send(Role, Words),
    /// Send to the second's address.
    SendTo(Role, Role, Words),
    /// Receive at most this many bytes.
    Recv(Role, usize),
    /// End one direction of a connection, or both.
    Shutdown(Role, ShutdownHow),
    /// Close with RST instead of FIN.
    Abort(Role),
    /// A call that the kernel is to refuse with this errno: the refusal is what there is to see.
    Fails(&'static Step, &'static str),
    /// A call that stays waiting when the arrangement is done. Such steps come last.
    Waits(&'static Step),
}

/// The arrangements offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two UDP sockets.
    UdpPair,
    /// One datagram to everybody on the port.
    UdpBroadcast,
    /// A datagram longer than the buffer.
    Truncation,
    /// The same text in two encodings.
    Encodings,
    /// Three UDP sockets that all talk to each other.
    Chat,
    /// A TCP server, a client and their connection.
    TcpPair,
    /// A TCP server that echoes, and a client.
    TcpEcho,
    /// Sends and receives that do not match.
    Stream,
    /// One direction ends before the other.
    HalfClose,
    /// A connection that is broken off.
    Reset,
    /// More clients than a listener takes.
    Backlog,
    /// In a lab: the packets with which a connection begins.
    Handshake,
    /// In a lab: the first of them waits to be dropped.
    LostSyn,
    /// Two Unix datagram sockets.
    UnixPair,
}

impl Kind {
    /// All of them: datagrams first, then streams, the simplest of each before the others.
    pub const ALL: [Kind; 14] = [
        Kind::UdpPair,
        Kind::UdpBroadcast,
        Kind::Truncation,
        Kind::Encodings,
        Kind::Chat,
        Kind::TcpPair,
        Kind::TcpEcho,
        Kind::Stream,
        Kind::HalfClose,
        Kind::Reset,
        Kind::Backlog,
        Kind::Handshake,
        Kind::LostSyn,
        Kind::UnixPair,
    ];

    /// The name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            Kind::UdpPair => "udp-pair",
            Kind::UdpBroadcast => "udp-broadcast",
            Kind::Truncation => "truncation",
            Kind::Encodings => "encodings",
            Kind::Chat => "chat",
            Kind::TcpPair => "tcp-pair",
            Kind::TcpEcho => "tcp-echo",
            Kind::Stream => "stream",
            Kind::HalfClose => "half-close",
            Kind::Reset => "reset",
            Kind::Backlog => "backlog",
            Kind::Handshake => "handshake",
            Kind::LostSyn => "lost-syn",
            Kind::UnixPair => "unix-pair",
        }
    }

    /// The calls.
    pub fn steps(self) -> &'static [Step] {
        match self {
            Kind::UdpPair => steps::UDP_PAIR,
            Kind::UdpBroadcast => steps::UDP_BROADCAST,
            Kind::Truncation => steps::TRUNCATION,
            Kind::Encodings => steps::ENCODINGS,
            Kind::Chat => steps::CHAT,
            Kind::TcpPair => steps::TCP_PAIR,
            Kind::TcpEcho => steps::TCP_ECHO,
            Kind::Stream => steps::STREAM,
            Kind::HalfClose => steps::HALF_CLOSE,
            Kind::Reset => steps::RESET,
            Kind::Backlog => steps::BACKLOG,
            Kind::Handshake => steps::HANDSHAKE,
            Kind::LostSyn => steps::LOST_SYN,
            Kind::UnixPair => steps::UNIX_PAIR,
        }
    }

    /// Whether it is about the packets of a lab.
    pub fn is_of_lab(self) -> bool {
        matches!(self, Kind::Handshake | Kind::LostSyn)
    }

    /// Whether it goes over the wire in a lab. Others need that everything is there at once, or everybody on one host.
    fn crosses_the_wire(self) -> bool {
        !matches!(self, Kind::UdpBroadcast | Kind::Stream | Kind::UnixPair)
    }

    /// The place among a lab's hosts of whoever has that role.
    fn place(self, role: Role) -> usize {
        match (self, role) {
            (_, Role::Server | Role::Connection) | (Kind::Chat, Role::Second) => 1,
            (Kind::Chat, Role::Third) => 2,
            (_, Role::Client | Role::Second | Role::Third) => 0,
        }
    }

    /// The socket to look at when it is done.
    pub fn result(self) -> Role {
        match self {
            Kind::UdpPair
            | Kind::UdpBroadcast
            | Kind::Chat
            | Kind::UnixPair
            | Kind::TcpEcho
            | Kind::LostSyn => Role::Client,
            Kind::Truncation | Kind::Encodings | Kind::Backlog => Role::Server,
            Kind::TcpPair | Kind::Stream | Kind::HalfClose | Kind::Reset | Kind::Handshake => {
                Role::Connection
            }
        }
    }
}

impl Step {
    /// The errno with which the kernel is to refuse it.
    pub fn refusal(&self) -> Option<&'static str> {
        match self {
            Step::Fails(_, errno) => Some(errno),
            _ => None,
        }
    }

    /// Whose call stays waiting when the arrangement is done.
    pub fn waiting(&self) -> Option<Role> {
        match self {
            Step::Waits(Step::Connect(role, _) | Step::Accept(role, _) | Step::Recv(role, _)) => Some(*role),
            _ => None,
        }
    }
}

impl Words {
    fn payload(self) -> Payload {
        match self {
            Words::Text(text) => text.into(),
            Words::In(text, encoding) => {
                Payload::Text { text: text.to_owned(), encoding: Some(encoding.to_owned()) }
            }
        }
    }
}

/// What an arrangement has learnt while it runs.
#[derive(Debug)]
pub struct Runner {
    /// Which arrangement.
    kind: Kind,
    /// The lab's hosts; none in this machine's own network.
    hosts: Vec<String>,
    numbers: BTreeMap<Role, SocketId>,
    addresses: BTreeMap<Role, Address>,
}

impl Runner {
    /// One that knows nothing yet but what it is to arrange, and the lab's hosts.
    pub fn new(kind: Kind, hosts: Vec<String>) -> Runner {
        Runner { kind, hosts, numbers: BTreeMap::new(), addresses: BTreeMap::new() }
    }

    /// The lab's host for a role, where the arrangement is spread over the hosts.
    fn host(&self, role: Role) -> Option<&String> {
        let last = self.hosts.len().checked_sub(1).filter(|_| self.kind.crosses_the_wire())?;
        self.hosts.get(self.kind.place(role).min(last))
    }

    /// The call of a step, or nothing where an earlier step did not tell what it needs.
    pub fn call(&self, step: &Step) -> Option<Call> {
        let number = |role: &Role| self.numbers.get(role).copied();
        let address = |role: &Role| self.addresses.get(role).cloned();
        let timeout_ms = Some(STEP_TIMEOUT_MS);
        Some(match step {
            Step::Create(role, family, r#type) => {
                SocketCreate { family: *family, r#type: *r#type, host: self.host(*role).cloned() }.into()
            }
            Step::CreateAt(_, family, r#type, place) => {
                let host = Some(self.hosts.get(*place)?.clone());
                SocketCreate { family: *family, r#type: *r#type, host }.into()
            }
            Step::BindAt(role, place) => {
                let address = format!("{}:0", self.hosts.get(*place)?);
                SocketBind { socket: number(role)?, address: address.parse().ok()? }.into()
            }
            Step::HoldSyn(place) => {
                let from = Some(self.hosts.get(*place)?.clone());
                WireHold { from, ..Holding::Syn.call()? }.into()
            }
            Step::Allow(role, name) => {
                SocketSetOption { socket: number(role)?, name: (*name).to_owned(), value: Value::Bool(true) }
                    .into()
            }
            Step::Bind(role, address) => {
                let address = match self.host(*role) {
                    // Loopback is each host's own.
                    Some(host) => format!("{host}:0").parse(),
                    None => address.parse(),
                };
                SocketBind { socket: number(role)?, address: address.ok()? }.into()
            }
            Step::BindBeside(role, other) => {
                SocketBind { socket: number(role)?, address: address(other)? }.into()
            }
            Step::BindUnix(role) => {
                let socket = number(role)?;
                SocketBind { socket, address: format!("unix:s{socket}.sock").parse().ok()? }.into()
            }
            Step::Listen(role, backlog) => SocketListen { socket: number(role)?, backlog: *backlog }.into(),
            Step::Echo(role) => SocketConfigure {
                socket: number(role)?,
                receive: Some(Mode::Stream),
                accept: Some(Mode::Stream),
                responder: Some(Some(Responder::Echo {})),
            }
            .into(),
            Step::Connect(role, to) => {
                SocketConnect { socket: number(role)?, address: address(to)?, timeout_ms }.into()
            }
            Step::Accept(role, _) => SocketAccept { socket: number(role)?, timeout_ms }.into(),
            Step::Send(role, words) => send(number(role)?, *words, None),
            Step::SendTo(role, to, words) => send(number(role)?, *words, Some(address(to)?)),
            Step::Recv(role, max) => {
                SocketRecv { socket: number(role)?, max: *max, flags: vec![], timeout_ms }.into()
            }
            Step::Shutdown(role, how) => SocketShutdown { socket: number(role)?, how: *how }.into(),
            Step::Abort(role) => SocketClose { socket: number(role)?, linger_s: Some(0) }.into(),
            Step::Fails(step, _) => self.call(step)?,
            Step::Waits(step) => without_limit(self.call(step)?),
        })
    }

    /// Takes what the answer to a step tells.
    pub fn learn(&mut self, step: &Step, answer: &Value) {
        let number = |field: &str| answer.get(field).and_then(Value::as_u64).map(|number| number as SocketId);
        match step {
            Step::Create(role, ..) | Step::CreateAt(role, ..) => self.know_number(*role, number("socket")),
            Step::Accept(_, role) => self.know_number(*role, number("connection")),
            Step::Bind(role, _)
            | Step::BindAt(role, _)
            | Step::BindBeside(role, _)
            | Step::BindUnix(role)
            | Step::Listen(role, _) => {
                let local = answer.get("local").and_then(Value::as_str);
                if let Some(address) = local.and_then(|local| local.parse().ok()) {
                    self.addresses.insert(*role, address);
                }
            }
            _ => {}
        }
    }

    /// The number that a role has got.
    pub fn number(&self, role: Role) -> Option<SocketId> {
        self.numbers.get(&role).copied()
    }

    fn know_number(&mut self, role: Role, number: Option<SocketId>) {
        if let Some(number) = number {
            self.numbers.insert(role, number);
        }
    }
}

fn send(socket: SocketId, words: Words, to: Option<Address>) -> Call {
    SocketSend { socket, data: words.payload(), to, flags: vec![], timeout_ms: Some(STEP_TIMEOUT_MS) }.into()
}

/// Whoever waits for the reader's next move has all the time there is.
fn without_limit(mut call: Call) -> Call {
    match &mut call {
        Call::SocketAccept(call) => call.timeout_ms = None,
        Call::SocketConnect(call) => call.timeout_ms = None,
        Call::SocketRecv(call) => call.timeout_ms = None,
        _ => {}
    }
    call
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Answers as a server would.
    fn run(kind: Kind) -> Vec<Value> {
        run_on(kind, &["alice", "bob"])
    }

    fn run_on(kind: Kind, hosts: &[&str]) -> Vec<Value> {
        let mut runner = Runner::new(kind, hosts.iter().map(|&host| host.to_owned()).collect());
        let mut next = 3;
        let mut calls = Vec::new();
        for step in kind.steps() {
            let call = runner.call(step).unwrap_or_else(|| panic!("{kind:?} {step:?}"));
            let answer = match call {
                Call::SocketCreate(_) => json!({"socket": next}),
                Call::SocketBind(ref bind) => match bind.address {
                    Address::Unix(_) => json!({"local": bind.address}),
                    _ => json!({"local": format!("127.0.0.1:{}", 40_000 + bind.socket)}),
                },
                Call::SocketAccept(_) => json!({"connection": next, "peer": "x", "local": "y"}),
                _ => json!({}),
            };
            if matches!(call, Call::SocketCreate(_) | Call::SocketAccept(_)) {
                next += 1;
            }
            calls.push(serde_json::to_value(&call).unwrap());
            runner.learn(step, &answer);
        }
        assert!(runner.number(kind.result()).is_some(), "{kind:?}");
        calls
    }

    #[test]
    fn every_arrangement_has_what_each_of_its_steps_needs() {
        for kind in Kind::ALL {
            assert_eq!(run(kind).len(), kind.steps().len());
        }
    }

    #[test]
    fn no_two_arrangements_have_a_name_in_common() {
        let names: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn what_stays_waiting_comes_last_and_waits_for_ever() {
        for kind in Kind::ALL {
            let steps = kind.steps();
            let done = steps.iter().take_while(|step| step.waiting().is_none()).count();
            assert!(steps[done..].iter().all(|step| step.waiting().is_some()), "{kind:?}");
            for call in &run(kind)[done..] {
                assert_eq!(call.get("timeout_ms"), None, "{kind:?}");
            }
        }
    }

    #[test]
    fn an_arrangement_of_a_lab_is_on_its_hosts() {
        let calls = run(Kind::LostSyn);
        assert_eq!(calls[0]["host"], "bob");
        assert_eq!(calls[1]["address"], "bob:0");
        assert_eq!(calls[3], json!({"from": "alice", "flags": ["SYN"]}));
        assert_eq!(calls[4]["host"], "alice");
        // Without a lab it does not begin.
        assert!(Runner::new(Kind::LostSyn, vec![]).call(&Kind::LostSyn.steps()[0]).is_none());
    }

    #[test]
    fn in_a_lab_client_and_server_have_the_wire_between_them() {
        let calls = run(Kind::TcpPair);
        assert_eq!((&calls[0]["host"], &calls[1]["address"]), (&json!("bob"), &json!("bob:0")));
        assert_eq!(calls[3]["host"], "alice");
        let chat = run_on(Kind::Chat, &["alice", "bob", "carol"]);
        let hosts: Vec<_> = chat.iter().filter_map(|call| call["host"].as_str()).collect();
        assert_eq!(hosts, ["alice", "bob", "carol"]);
        // What needs everything there at once stays where it is.
        for kind in [Kind::Stream, Kind::UdpBroadcast, Kind::UnixPair] {
            assert!(run(kind).iter().all(|call| call["host"].is_null()), "{kind:?}");
        }
        for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_of_lab()) {
            assert!(run_on(kind, &[]).iter().all(|call| call["host"].is_null()), "{kind:?}");
        }
    }

    #[test]
    fn the_udp_pair_sends_to_the_address_that_the_kernel_chose() {
        let calls = run(Kind::UdpPair);
        assert_eq!(calls[4]["to"], "127.0.0.1:40003");
        assert_eq!(calls[4]["socket"], 4);
    }

    #[test]
    fn the_tcp_pair_talks_over_the_accepted_connection() {
        let calls = run(Kind::TcpPair);
        assert_eq!(calls[7]["socket"], 5);
        assert_eq!(calls[8]["socket"], 5);
    }

    #[test]
    fn a_refusal_is_a_call_like_any_other() {
        let step = Step::Fails(&Step::Recv(Role::Server, 9), "ECONNRESET");
        assert_eq!((step.refusal(), step.waiting()), (Some("ECONNRESET"), None));
        let mut runner = Runner::new(Kind::Reset, vec![]);
        assert!(runner.call(&step).is_none());
        runner.know_number(Role::Server, Some(3));
        assert!(matches!(runner.call(&step), Some(Call::SocketRecv(SocketRecv { socket: 3, max: 9, .. }))));
    }
}
