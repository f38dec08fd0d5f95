//! Start in one click: arrangements as lists of ordinary calls.
//!
//! A step names its sockets by role; the runner learns from each answer which number and which address a role
//! has got, and makes the next call of it.

use std::collections::BTreeMap;

use serde_json::Value;
use sockyard_protocol::call::{
    SocketAccept, SocketBind, SocketConfigure, SocketConnect, SocketCreate, SocketListen, SocketRecv,
    SocketSend,
};
use sockyard_protocol::{Address, Call, Family, Mode, Responder, SocketId, SocketType};

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
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Make a socket for a role.
    Create(Role, Family, SocketType),
    /// Bind to 127.0.0.1 and a port of the kernel's choice.
    Bind(Role),
    /// Bind to a Unix name made of the socket's number.
    BindUnix(Role),
    /// Listen with the tutorial's backlog of 128.
    Listen(Role),
    /// Let the server accept, receive and echo by itself.
    Echo(Role),
    /// Connect the first to the second.
    Connect(Role, Role),
    /// Accept on the first; the connection is the second.
    Accept(Role, Role),
    /// Send a text.
    Send(Role, &'static str),
    /// Send a text to the second's address.
    SendTo(Role, Role, &'static str),
    /// Receive.
    Recv(Role),
}

/// The arrangements offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two UDP sockets.
    UdpPair,
    /// A TCP server, a client and their connection.
    TcpPair,
    /// A TCP server that echoes, and a client.
    TcpEcho,
    /// Two Unix datagram sockets.
    UnixPair,
}

impl Kind {
    /// All of them, the simplest first.
    pub const ALL: [Kind; 4] = [Kind::UdpPair, Kind::TcpPair, Kind::TcpEcho, Kind::UnixPair];

    /// The name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            Kind::UdpPair => "udp-pair",
            Kind::TcpPair => "tcp-pair",
            Kind::TcpEcho => "tcp-echo",
            Kind::UnixPair => "unix-pair",
        }
    }

    /// The calls.
    pub fn steps(self) -> &'static [Step] {
        use Family::{Inet, Unix};
        use Role::{Client, Connection, Server};
        use SocketType::{Dgram, Stream};
        use Step::*;
        match self {
            Kind::UdpPair => &[
                Create(Server, Inet, Dgram),
                Bind(Server),
                Create(Client, Inet, Dgram),
                Bind(Client),
                SendTo(Client, Server, "hello"),
                Recv(Server),
            ],
            Kind::TcpPair => &[
                Create(Server, Inet, Stream),
                Bind(Server),
                Listen(Server),
                Create(Client, Inet, Stream),
                Connect(Client, Server),
                Accept(Server, Connection),
                Send(Client, "hello, server\n"),
                Recv(Connection),
                Send(Connection, "hello, client\n"),
                Recv(Client),
            ],
            Kind::TcpEcho => &[
                Create(Server, Inet, Stream),
                Bind(Server),
                Listen(Server),
                Echo(Server),
                Create(Client, Inet, Stream),
                Connect(Client, Server),
                Send(Client, "is anybody there?\n"),
                Recv(Client),
            ],
            Kind::UnixPair => &[
                Create(Server, Unix, Dgram),
                BindUnix(Server),
                Create(Client, Unix, Dgram),
                BindUnix(Client),
                SendTo(Client, Server, "hello"),
                Recv(Server),
            ],
        }
    }

    /// The socket to look at when it is done.
    pub fn result(self) -> Role {
        match self {
            Kind::UdpPair | Kind::UnixPair | Kind::TcpEcho => Role::Client,
            Kind::TcpPair => Role::Connection,
        }
    }
}

/// What an arrangement has learnt while it runs.
#[derive(Debug, Default)]
pub struct Runner {
    numbers: BTreeMap<Role, SocketId>,
    addresses: BTreeMap<Role, Address>,
}

impl Runner {
    /// The call of a step, or nothing where an earlier step did not tell what it needs.
    pub fn call(&self, step: Step) -> Option<Call> {
        let number = |role| self.numbers.get(&role).copied();
        let address = |role| self.addresses.get(&role).cloned();
        let timeout_ms = Some(STEP_TIMEOUT_MS);
        Some(match step {
            Step::Create(_, family, r#type) => SocketCreate { family, r#type }.into(),
            Step::Bind(role) => {
                SocketBind { socket: number(role)?, address: "127.0.0.1:0".parse().ok()? }.into()
            }
            Step::BindUnix(role) => {
                let socket = number(role)?;
                SocketBind { socket, address: format!("unix:s{socket}.sock").parse().ok()? }.into()
            }
            Step::Listen(role) => SocketListen { socket: number(role)?, backlog: 128 }.into(),
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
            Step::Send(role, text) => {
                SocketSend { socket: number(role)?, data: text.into(), to: None, flags: vec![], timeout_ms }
                    .into()
            }
            Step::SendTo(role, to, text) => SocketSend {
                socket: number(role)?,
                data: text.into(),
                to: Some(address(to)?),
                flags: vec![],
                timeout_ms,
            }
            .into(),
            Step::Recv(role) => {
                SocketRecv { socket: number(role)?, max: 1024, flags: vec![], timeout_ms }.into()
            }
        })
    }

    /// Takes what the answer to a step tells.
    pub fn learn(&mut self, step: Step, answer: &Value) {
        let number = |field: &str| answer.get(field).and_then(Value::as_u64).map(|number| number as SocketId);
        match step {
            Step::Create(role, ..) => self.know_number(role, number("socket")),
            Step::Accept(_, role) => self.know_number(role, number("connection")),
            Step::Bind(role) | Step::BindUnix(role) | Step::Listen(role) => {
                let local = answer.get("local").and_then(Value::as_str);
                if let Some(address) = local.and_then(|local| local.parse().ok()) {
                    self.addresses.insert(role, address);
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Answers as a server would.
    fn run(kind: Kind) -> Vec<Value> {
        let mut runner = Runner::default();
        let mut next = 3;
        let mut calls = Vec::new();
        for step in kind.steps() {
            let call = runner.call(*step).unwrap_or_else(|| panic!("{kind:?} {step:?}"));
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
            runner.learn(*step, &answer);
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
}
