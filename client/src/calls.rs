//! The usual calls by short names. Every other goes through [`Client::call`].
//!
//! Addresses are text as in section 3: `127.0.0.1:7788`, `localhost:7788`, `unix:chat.sock`. One that is malformed
//! gives the error that the server would give. A time limit left out waits for ever.

use std::time::Duration;

use sockyard_protocol::answer::{Accepted, Bound, Connected, Listening, Received};
use sockyard_protocol::call::{
    Frames, LogNote, SessionClose, SessionConfigure, SessionInfoCall, SocketAccept, SocketBind, SocketClose,
    SocketConfigure, SocketConnect, SocketCreate, SocketInfoCall, SocketList, SocketListen, SocketRecv,
    SocketSend, SocketShutdown, SocketsEvery,
};
use sockyard_protocol::hello::SessionInfo;
use sockyard_protocol::{
    Address, Family, Fault, Mode, Payload, Responder, ShutdownHow, SocketId, SocketInfo, SocketType,
};

use crate::{Client, Error};

/// How many connections may wait for `accept`, where nothing else is said.
const BACKLOG: i32 = 128;
/// How much one `recv` takes.
const RECV_BYTES: usize = 65_536;

impl Client {
    /// `socket(2)`.
    ///
    /// # Errors
    /// Of this and every method here: [`Error::Call`] with the server's error, and [`Error::Closed`].
    pub async fn create(&self, family: Family, kind: SocketType) -> Result<SocketId, Error> {
        Ok(self.call(SocketCreate { family, r#type: kind, host: None }).await?.socket)
    }

    /// `bind(2)`; port 0 takes a free one, and the answer says which.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn bind(&self, socket: SocketId, address: &str) -> Result<Bound, Error> {
        self.call(SocketBind { socket, address: parse("address", address)? }).await
    }

    /// `listen(2)` with a backlog of 128.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn listen(&self, socket: SocketId) -> Result<Listening, Error> {
        self.call(SocketListen { socket, backlog: BACKLOG }).await
    }

    /// `accept(2)`.
    ///
    /// # Errors
    /// As [`Client::create`]; code 4 where the time limit passed.
    pub async fn accept(&self, socket: SocketId, limit: Option<Duration>) -> Result<Accepted, Error> {
        self.call(SocketAccept { socket, timeout_ms: limit.map(milliseconds) }).await
    }

    /// `connect(2)`.
    ///
    /// # Errors
    /// As [`Client::create`]; code 4 where the time limit passed.
    pub async fn connect(
        &self,
        socket: SocketId,
        address: &str,
        limit: Option<Duration>,
    ) -> Result<Connected, Error> {
        let address = parse("address", address)?;
        self.call(SocketConnect { socket, address, timeout_ms: limit.map(milliseconds) }).await
    }

    /// `send(2)`: all of the bytes. Waits for ever where the peer does not read; [`SocketSend`] takes a time limit.
    ///
    /// # Errors
    /// As [`Client::create`]; `data.bytes` of the error says how many bytes were taken before it.
    pub async fn send(&self, socket: SocketId, data: impl Into<Payload>) -> Result<(), Error> {
        let data = data.into();
        self.call(SocketSend { socket, data, to: None, flags: Vec::new(), timeout_ms: None }).await.map(drop)
    }

    /// `sendto(2)`: one datagram.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn send_to(&self, socket: SocketId, data: impl Into<Payload>, to: &str) -> Result<(), Error> {
        let (data, to) = (data.into(), Some(parse("to", to)?));
        self.call(SocketSend { socket, data, to, flags: Vec::new(), timeout_ms: None }).await.map(drop)
    }

    /// `recv(2)` of up to 64 KiB, which is any datagram. With `eof` in the answer a stream's peer has closed.
    ///
    /// # Errors
    /// As [`Client::create`]; code 4 where the time limit passed.
    pub async fn recv(&self, socket: SocketId, limit: Option<Duration>) -> Result<Received, Error> {
        let (max, flags, timeout_ms) = (RECV_BYTES, Vec::new(), limit.map(milliseconds));
        self.call(SocketRecv { socket, max, flags, timeout_ms }).await
    }

    /// `shutdown(2)`.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn shutdown(&self, socket: SocketId, how: ShutdownHow) -> Result<(), Error> {
        self.call(SocketShutdown { socket, how }).await.map(drop)
    }

    /// `close(2)`.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn close(&self, socket: SocketId) -> Result<(), Error> {
        self.call(SocketClose { socket, linger_s: None }).await.map(drop)
    }

    /// What the kernel knows of a socket.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn info(&self, socket: SocketId) -> Result<SocketInfo, Error> {
        self.call(SocketInfoCall { socket }).await
    }

    /// The same of every socket of the session.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn sockets(&self) -> Result<Vec<SocketInfo>, Error> {
        Ok(self.call(SocketList {}).await?.sockets)
    }

    /// Lets the server receive by itself (section 5): what comes shows up in [`crate::Incoming`].
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn stream(&self, socket: SocketId) -> Result<(), Error> {
        let receive = Some(Mode::Stream);
        self.call(SocketConfigure { socket, receive, accept: None, responder: None }).await.map(drop)
    }

    /// Lets the server answer by itself what it receives by itself (section 5); none for nothing.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn respond(&self, socket: SocketId, responder: Option<Responder>) -> Result<(), Error> {
        let (receive, responder) = (Some(Mode::Stream), Some(responder));
        self.call(SocketConfigure { socket, receive, accept: None, responder }).await.map(drop)
    }

    /// From now on bytes that streaming sockets receive come as [`crate::Arrival::Frame`] (section 9), and
    /// [`Client::send_frame`] may be used.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn binary_frames(&self) -> Result<(), Error> {
        let frames = Some(Frames::Binary);
        let call =
            SessionConfigure { frames, data: None, payload: None, kinds: None, sockets: None, packets: None };
        self.call(call).await.map(drop)
    }

    /// From now on what changes of the sockets' facts comes as [`crate::Arrival::Sockets`], looked at in this interval
    /// (250 ms to 60 s); none for no more.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn follow_sockets(&self, every: Option<Duration>) -> Result<(), Error> {
        let every = every
            .map(|every| SocketsEvery { every_ms: u32::try_from(every.as_millis()).unwrap_or(u32::MAX) });
        let (frames, data, payload, kinds) = (None, None, None, None);
        let call = SessionConfigure { frames, data, payload, kinds, sockets: Some(every), packets: None };
        self.call(call).await.map(drop)
    }

    /// Puts a note into the log; its number there.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn note(&self, text: impl Into<String>) -> Result<u64, Error> {
        Ok(self.call(LogNote { text: text.into() }).await?.seq)
    }

    /// What the greeting says, and how much of the session's quotas is used.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn session_info(&self) -> Result<SessionInfo, Error> {
        self.call(SessionInfoCall {}).await
    }

    /// Closes every socket, then the session and this connection.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn close_session(&self) -> Result<(), Error> {
        self.call(SessionClose {}).await.map(drop)
    }
}

fn parse(field: &str, address: &str) -> Result<Address, Error> {
    address.parse().map_err(|error| Error::Call(Fault::bad_params(field, &format!("{error}"))))
}

fn milliseconds(limit: Duration) -> u64 {
    u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)
}
