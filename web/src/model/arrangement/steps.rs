//! The calls of each arrangement.

use sockyard_protocol::Family::{Inet, Unix};
use sockyard_protocol::ShutdownHow;
use sockyard_protocol::SocketType::{Dgram, Stream};

use super::Role::{Client, Connection, Second, Server, Third};
use super::Step::{self, *};
use super::Words::{In, Text};

/// Loopback, and a port of the kernel's choice.
const ANY_PORT: &str = "127.0.0.1:0";
/// Everybody on loopback's network, at a port of the kernel's choice. Datagrams to it come only to sockets that are bound
/// to it, or to the wildcard, which the server narrows to 127.0.0.1.
const EVERYBODY: &str = "127.255.255.255:0";
/// The tutorial's backlog.
const BACKLOG_USUAL: i32 = 128;
/// The tutorial's buffer.
const BUFFER: usize = 1024;

pub(super) const UDP_PAIR: &[Step] = &[
    Create(Server, Inet, Dgram),
    Bind(Server, ANY_PORT),
    Create(Client, Inet, Dgram),
    Bind(Client, ANY_PORT),
    SendTo(Client, Server, Text("hello")),
    Recv(Server, BUFFER),
];

pub(super) const UDP_BROADCAST: &[Step] = &[
    Create(Server, Inet, Dgram),
    Allow(Server, "reuse_address"),
    Bind(Server, EVERYBODY),
    Create(Second, Inet, Dgram),
    Allow(Second, "reuse_address"),
    BindBeside(Second, Server),
    Create(Client, Inet, Dgram),
    Bind(Client, ANY_PORT),
    Fails(&SendTo(Client, Server, Text("hello, everybody")), "EACCES"),
    Allow(Client, "broadcast"),
    SendTo(Client, Server, Text("hello, everybody")),
    Recv(Server, BUFFER),
    Recv(Second, BUFFER),
];

pub(super) const TRUNCATION: &[Step] = &[
    Create(Server, Inet, Dgram),
    Bind(Server, ANY_PORT),
    Create(Client, Inet, Dgram),
    Bind(Client, ANY_PORT),
    SendTo(Client, Server, Text("a message of 27 characters\n")),
    SendTo(Client, Server, Text("the next message\n")),
    Recv(Server, 9),
    Recv(Server, BUFFER),
];

pub(super) const ENCODINGS: &[Step] = &[
    Create(Server, Inet, Dgram),
    Bind(Server, ANY_PORT),
    Create(Client, Inet, Dgram),
    Bind(Client, ANY_PORT),
    SendTo(Client, Server, In("你好", "utf-8")),
    Recv(Server, BUFFER),
    SendTo(Client, Server, In("你好", "gbk")),
    Recv(Server, BUFFER),
];

pub(super) const CHAT: &[Step] = &[
    Create(Client, Inet, Dgram),
    Bind(Client, ANY_PORT),
    Create(Second, Inet, Dgram),
    Bind(Second, ANY_PORT),
    Create(Third, Inet, Dgram),
    Bind(Third, ANY_PORT),
    SendTo(Client, Second, Text("Ann: is anybody there?")),
    SendTo(Client, Third, Text("Ann: is anybody there?")),
    Recv(Second, BUFFER),
    Recv(Third, BUFFER),
    SendTo(Second, Client, Text("Ben: I am!")),
    SendTo(Second, Third, Text("Ben: I am!")),
    Recv(Client, BUFFER),
    Recv(Third, BUFFER),
    SendTo(Third, Client, Text("Cho: so am I.")),
    SendTo(Third, Second, Text("Cho: so am I.")),
    Recv(Client, BUFFER),
    Recv(Second, BUFFER),
];

pub(super) const TCP_PAIR: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, BACKLOG_USUAL),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Accept(Server, Connection),
    Send(Client, Text("hello, server\n")),
    Recv(Connection, BUFFER),
    Send(Connection, Text("hello, client\n")),
    Recv(Client, BUFFER),
];

pub(super) const TCP_ECHO: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, BACKLOG_USUAL),
    Echo(Server),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Send(Client, Text("is anybody there?\n")),
    Recv(Client, BUFFER),
];

/// Two sends come out of one `recv`; one send comes out of two, and the first of them ends within a character.
pub(super) const STREAM: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, BACKLOG_USUAL),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Accept(Server, Connection),
    Send(Client, Text("one, ")),
    Send(Client, Text("two")),
    Recv(Connection, BUFFER),
    Send(Client, Text("漢字")),
    Recv(Connection, 5),
    Recv(Connection, BUFFER),
];

pub(super) const HALF_CLOSE: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, BACKLOG_USUAL),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Accept(Server, Connection),
    Send(Client, Text("that was all I have to say\n")),
    Shutdown(Client, ShutdownHow::Write),
    Recv(Connection, BUFFER),
    Recv(Connection, BUFFER),
    Send(Connection, Text("but I still have an answer\n")),
    Recv(Client, BUFFER),
];

pub(super) const RESET: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, BACKLOG_USUAL),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Accept(Server, Connection),
    Abort(Client),
    Fails(&Recv(Connection, BUFFER), "ECONNRESET"),
    Fails(&Send(Connection, Text("are you still there?\n")), "EPIPE"),
];

/// Linux lets one connection more wait than the backlog says (`sk_acceptq_is_full`).
pub(super) const BACKLOG: &[Step] = &[
    Create(Server, Inet, Stream),
    Bind(Server, ANY_PORT),
    Listen(Server, 1),
    Create(Client, Inet, Stream),
    Connect(Client, Server),
    Create(Second, Inet, Stream),
    Connect(Second, Server),
    Create(Third, Inet, Stream),
    Waits(&Connect(Third, Server)),
];

/// Between two hosts, so that its packets are on the wire.
pub(super) const HANDSHAKE: &[Step] = &[
    CreateAt(Server, Inet, Stream, 1),
    BindAt(Server, 1),
    Listen(Server, BACKLOG_USUAL),
    CreateAt(Client, Inet, Stream, 0),
    Connect(Client, Server),
    Accept(Server, Connection),
];

/// The SYN waits for the reader, and connect with it; so does each that the kernel sends again, or it would be over before it is read.
pub(super) const LOST_SYN: &[Step] = &[
    CreateAt(Server, Inet, Stream, 1),
    BindAt(Server, 1),
    Listen(Server, BACKLOG_USUAL),
    HoldSyn(0),
    CreateAt(Client, Inet, Stream, 0),
    Waits(&Connect(Client, Server)),
];

pub(super) const UNIX_PAIR: &[Step] = &[
    Create(Server, Unix, Dgram),
    BindUnix(Server),
    Create(Client, Unix, Dgram),
    BindUnix(Client),
    SendTo(Client, Server, Text("hello")),
    Recv(Server, BUFFER),
];
