//! What the server and its helper say to each other: one datagram each way, with a descriptor beside it where one is due.

use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sockyard_protocol::{Family, SocketType};

/// Longest message, in bytes. The longest one closes every host of the largest lab.
const MESSAGE_MAX: usize = 4096;

/// What carries the packets between a host and the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Carrier {
    /// A TUN device, whose other end is a descriptor.
    Tun,
    /// A pair of Ethernet devices, the other one of which has a packet socket.
    Veth,
}

impl Carrier {
    /// Its name, as an option and as the helper's argument.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Carrier::Tun => "tun",
            Carrier::Veth => "veth",
        }
    }

    /// The one that an argument names.
    pub(super) fn of_argument(argument: &OsStr) -> Option<Carrier> {
        [Carrier::Tun, Carrier::Veth].into_iter().find(|carrier| argument == carrier.name())
    }
}

/// What the server asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// A host: a network namespace with its own loopback and a wire's end with these addresses.
    Host { v4: Ipv4Addr, v6: Ipv6Addr },
    /// `socket(2)` on a host. Unix sockets are not of a network, and none are made here.
    Socket { host: u32, family: Family, kind: SocketType },
    /// Sets the MTU of a host's device.
    Mtu { host: u32, mtu: u32 },
    /// How many packets the devices of hosts have lost before the wire got them.
    Lost { hosts: Vec<u32> },
    /// How the helper itself is.
    State,
    /// A socket that asks a host's kernel about its connections.
    Diagnose { host: u32 },
    /// Lets go of hosts. Each is gone when its last socket and its wire's end are closed.
    Close { hosts: Vec<u32> },
}

/// What the helper answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The host's number, the index of its device and what that is; its other end, the wire's, comes with it.
    Host {
        host: u32,
        device: u32,
        carrier: Carrier,
    },
    /// The socket comes with it.
    Socket,
    /// The MTU is set.
    Mtu,
    /// The socket comes with it.
    Diagnose,
    /// In the order in which they were asked for.
    Lost {
        packets: Vec<u64>,
    },
    State {
        /// With which errno the machine has refused a TUN device, so that there are veth pairs instead.
        without_tun: Option<i32>,
        /// With which errno the kernel refused to filter the helper's system calls; none where it does filter them.
        unfiltered: Option<i32>,
    },
    Closed,
    /// What failed, and with which errno.
    Failed {
        step: String,
        errno: i32,
    },
}

/// Sends a message, with a descriptor if there is one.
pub(super) fn send(
    link: &impl AsFd,
    message: &impl Serialize,
    descriptor: Option<&OwnedFd>,
) -> io::Result<()> {
    let bytes = serde_json::to_vec(message)?;
    let descriptors: Vec<_> = descriptor.iter().map(|descriptor| descriptor.as_fd()).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(&descriptors));
    }
    rustix::net::sendmsg(link, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits for a message. None is the other side's end.
pub(super) fn receive<T: DeserializeOwned>(link: &impl AsFd) -> io::Result<Option<(T, Option<OwnedFd>)>> {
    let mut bytes = [0; MESSAGE_MAX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let length = loop {
        match rustix::net::recvmsg(
            link,
            &mut [IoSliceMut::new(&mut bytes)],
            &mut control,
            RecvFlags::CMSG_CLOEXEC,
        ) {
            Ok(message) => break message.bytes,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    };
    let descriptor = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let Some(message) = bytes.get(..length).filter(|message| !message.is_empty()) else { return Ok(None) };
    Ok(Some((serde_json::from_slice(message)?, descriptor)))
}
