//! A host's end of the wire, whatever carries its packets.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read as _, Write as _};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::link::Carrier;
use super::veth;

/// What a host sends comes out of it, and what it is to receive goes in: IP packets, each as a whole.
#[derive(Debug)]
pub(super) struct End {
    file: File,
    carrier: Carrier,
}

impl End {
    pub(super) fn new(descriptor: OwnedFd, carrier: Carrier) -> End {
        End { file: descriptor.into(), carrier }
    }

    /// Takes the next packet out, and returns its length.
    ///
    /// # Errors
    /// `EAGAIN` while there is none, and another once the host's device is gone.
    pub(super) fn take(&self, packet: &mut [u8]) -> io::Result<usize> {
        match self.carrier {
            Carrier::Tun => (&self.file).read(packet),
            Carrier::Veth => {
                let mut header = [0; veth::HEADER];
                let frame = &mut [IoSliceMut::new(&mut header), IoSliceMut::new(packet)];
                (&self.file).read_vectored(frame).map(|length| length.saturating_sub(veth::HEADER))
            }
        }
    }

    /// Puts a packet in. A device takes it or loses it, as a cable would, and never blocks.
    pub(super) fn put(&self, packet: &[u8]) {
        let put = match self.carrier {
            Carrier::Tun => (&self.file).write(packet),
            Carrier::Veth => {
                (&self.file).write_vectored(&[IoSlice::new(&veth::header(packet)), IoSlice::new(packet)])
            }
        };
        put.ok(/* lost, see above */);
    }

    /// How many packets this end itself has lost because nobody took them out in time. A TUN device counts them as its own.
    pub(super) fn lost(&self) -> u64 {
        match self.carrier {
            Carrier::Tun => 0,
            Carrier::Veth => veth::lost(&self.file).unwrap_or(0),
        }
    }
}

impl AsRawFd for End {
    fn as_raw_fd(&self) -> RawFd {
        self.file.as_raw_fd()
    }
}
