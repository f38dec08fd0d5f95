//! Who is measured: two baselines, Sockyard in both of its forms, and the others. One small file each says how the
//! peer is started and how a connection through it is opened.

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use crate::echo::Echo;
use crate::link::Link;
use crate::process::{Process, find};

mod bare;
mod raw;
mod sockyard;
mod sockyard_binary;
mod sockyard_json;
mod wasmnet;
mod websocat;
mod websockify;
mod wisp;
mod wisp_js;
mod wisp_python;

/// A peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Peer {
    /// No relay at all: the load speaks to the echo. The floor of the harness
    Raw,
    /// The bare relay: the same architecture without log, policy or sessions
    Bare,
    /// Sockyard, payloads in binary frames
    SockyardBinary,
    /// Sockyard, everything in JSON
    SockyardJson,
    /// wasmnet, which speaks JSON
    Wasmnet,
    /// websocat, which carries bytes to one target
    Websocat,
    /// websockify, which carries bytes to one target
    Websockify,
    /// wisp-python, which speaks Wisp
    WispPython,
    /// wisp-js, which speaks Wisp
    WispJs,
}

/// Whether a target is a stream or takes datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// A stream.
    Tcp,
    /// Datagrams.
    Udp,
}

impl Peer {
    /// Its name in tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Raw => "raw",
            Peer::Bare => "bare",
            Peer::SockyardBinary => "sockyard-binary",
            Peer::SockyardJson => "sockyard-json",
            Peer::Wasmnet => "wasmnet",
            Peer::Websocat => "websocat",
            Peer::Websockify => "websockify",
            Peer::WispPython => "wisp-python",
            Peer::WispJs => "wisp-js",
        }
    }

    /// Neither a baseline nor Sockyard.
    pub fn is_foreign(self) -> bool {
        !matches!(self, Peer::Raw | Peer::Bare | Peer::SockyardBinary | Peer::SockyardJson)
    }

    /// The program that must be there for it; none for the floor.
    pub fn program(self) -> Option<&'static str> {
        match self {
            Peer::Raw => None,
            Peer::Bare => Some("bare-relay"),
            Peer::SockyardBinary | Peer::SockyardJson => Some("sockyard"),
            Peer::Wasmnet => Some("wasmnet-server"),
            Peer::Websocat => Some("websocat"),
            Peer::Websockify => Some("websockify"),
            Peer::WispPython => Some("python3 with wisp-python"),
            Peer::WispJs => Some("wisp-js-server"),
        }
    }

    /// Whether it can be started here.
    pub fn is_installed(self) -> bool {
        match self {
            Peer::WispPython => wisp_python::is_installed(),
            _ => self.program().is_none_or(|program| find(program).is_some()),
        }
    }

    /// Why it cannot relay to such a target, if so.
    pub fn lacks(self, transport: Transport) -> Option<&'static str> {
        match (self, transport) {
            (Peer::Websockify, Transport::Udp) => Some("it relays to TCP alone"),
            _ => None,
        }
    }

    /// Starts it; none where no process is needed.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(self, transport: Transport, echo: Echo) -> Result<Option<Process>> {
        match self {
            Peer::Raw => Ok(None),
            Peer::Bare => bare::start(transport, echo).await.map(Some),
            Peer::SockyardBinary | Peer::SockyardJson => sockyard::start().await.map(Some),
            Peer::Wasmnet => wasmnet::start().await.map(Some),
            Peer::Websocat => websocat::start(transport, echo).await.map(Some),
            Peer::Websockify => websockify::start(echo).await.map(Some),
            Peer::WispPython => wisp_python::start().await.map(Some),
            Peer::WispJs => wisp_js::start().await.map(Some),
        }
    }

    /// Opens a connection through it, up to where messages can be sent.
    ///
    /// # Errors
    /// When it refuses, or answers what its protocol does not have.
    pub async fn open(self, process: Option<&Process>, transport: Transport, echo: Echo) -> Result<Link> {
        let Some(process) = process else { return raw::open(transport, echo).await };
        match self {
            Peer::Raw => raw::open(transport, echo).await,
            Peer::Bare | Peer::Websocat | Peer::Websockify => bare::open(process.address, transport).await,
            Peer::SockyardBinary => sockyard_binary::open(process.address, transport, echo).await,
            Peer::SockyardJson => sockyard_json::open(process.address, transport, echo).await,
            Peer::Wasmnet => wasmnet::open(process.address, transport, echo).await,
            Peer::WispPython | Peer::WispJs => wisp::open(process.address, transport, echo).await,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
