//! The ends of a lab's wire: TUN devices, which hand IP packets to whoever holds their descriptor
//! (Documentation/networking/tuntap.rst of the kernel).
#![expect(
    unsafe_code,
    reason = "TUNSETIFF is an ioctl(2), and whoever lets tokio watch a descriptor vouches for it"
)]

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::end::End;

/// The device that makes them.
const DEVICE: &str = "/dev/net/tun";

/// `struct ifreq` of netdevice(7), as far as `TUNSETIFF` reads it.
#[repr(C)]
struct InterfaceRequest {
    name: [u8; libc::IFNAMSIZ],
    flags: libc::c_short,
    /// The rest of the union, which `TUNSETIFF` does not look at but copies.
    _rest: [u8; 22],
}

const _: () = assert!(size_of::<InterfaceRequest>() == size_of::<libc::ifreq>());

mod raw {
    // Declared with `int` as its argument's type in linux/if_tun.h, though it takes the address of a `struct ifreq`.
    nix::ioctl_write_ptr_bad!(
        set_interface,
        nix::request_code_write!(b'T', 202, size_of::<libc::c_int>()),
        super::InterfaceRequest
    );
}

/// Makes the device `name` in the network namespace of this thread, without a header before each packet.
///
/// # Errors
/// `ENOENT` or `EACCES` where the machine offers no such devices, `EPERM` without power over the namespace.
pub(super) fn open(name: &str) -> io::Result<OwnedFd> {
    let device = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(DEVICE)?;
    let mut request = InterfaceRequest {
        name: [0; libc::IFNAMSIZ],
        flags: (libc::IFF_TUN | libc::IFF_NO_PI) as _,
        _rest: [0; 22],
    };
    // The last byte stays zero, which ends the name.
    for (to, from) in request.name.iter_mut().take(libc::IFNAMSIZ - 1).zip(name.bytes()) {
        *to = from;
    }
    // SAFETY: the descriptor is open, and `request` is a whole `struct ifreq` that lives until the call returns.
    unsafe { raw::set_interface(device.as_raw_fd(), &request) }?;
    Ok(device.into())
}

/// Lets the runtime of this task watch for packets.
///
/// # Errors
/// The kernel's, where it cannot watch one more descriptor.
pub(super) fn watch(end: Arc<End>) -> io::Result<AsyncFd<Arc<End>>> {
    // SAFETY: the end holds one and the same open descriptor until it is dropped, which is after the `AsyncFd`.
    unsafe { AsyncFd::register_with_interest(end, Interest::READABLE) }.map_err(Into::into)
}
