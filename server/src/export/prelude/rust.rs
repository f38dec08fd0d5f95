#![allow(dead_code, unused_variables, reason = "few programs need all of this")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{Error, Result, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// How long one call may wait.
const TIME_LIMIT: Duration = Duration::from_secs(10);

// The standard library has no sockets that are not connected yet, so these are the system's own calls, on Linux.
mod system {
    use std::os::raw::{c_int, c_void};

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct PollFd {
        pub fd: c_int,
        pub events: i16,
        pub revents: i16,
    }

    unsafe extern "C" {
        pub fn socket(family: c_int, kind: c_int, protocol: c_int) -> c_int;
        pub fn bind(socket: c_int, address: *const c_void, length: u32) -> c_int;
        pub fn listen(socket: c_int, backlog: c_int) -> c_int;
        pub fn accept4(socket: c_int, address: *mut c_void, length: *mut u32, flags: c_int) -> c_int;
        pub fn connect(socket: c_int, address: *const c_void, length: u32) -> c_int;
        pub fn getsockname(socket: c_int, address: *mut c_void, length: *mut u32) -> c_int;
        pub fn sendto(
            socket: c_int,
            bytes: *const c_void,
            length: usize,
            flags: c_int,
            address: *const c_void,
            address_length: u32,
        ) -> isize;
        pub fn recvfrom(
            socket: c_int,
            bytes: *mut c_void,
            length: usize,
            flags: c_int,
            address: *mut c_void,
            address_length: *mut u32,
        ) -> isize;
        pub fn shutdown(socket: c_int, how: c_int) -> c_int;
        pub fn setsockopt(socket: c_int, level: c_int, option: c_int, value: *const c_void, length: u32) -> c_int;
        pub fn getsockopt(socket: c_int, level: c_int, option: c_int, value: *mut c_void, length: *mut u32) -> c_int;
        pub fn close(socket: c_int) -> c_int;
        pub fn poll(watched: *mut PollFd, count: usize, timeout_ms: c_int) -> c_int;
    }

    pub const MSG_OOB: c_int = 1;
    pub const MSG_PEEK: c_int = 2;
    pub const MSG_NOSIGNAL: c_int = 0x4000;
    pub const NON_BLOCKING: c_int = 0o4000;
    pub const POLLIN: i16 = 1;
    pub const POLLPRI: i16 = 2;
    pub const POLLOUT: i16 = 4;
    pub const EAGAIN: i32 = 11;
    pub const EINVAL: i32 = 22;
    pub const EISCONN: i32 = 106;
    pub const EALREADY: i32 = 114;
    pub const EINPROGRESS: i32 = 115;
}
use system::*;

const AF_UNIX: i32 = 1;
const AF_INET: i32 = 2;
const AF_INET6: i32 = 10;
const SOCK_STREAM: i32 = 1;
const SOCK_DGRAM: i32 = 2;
const SHUT_RD: i32 = 0;
const SHUT_WR: i32 = 1;
const SHUT_RDWR: i32 = 2;

type Socket = i32;

/// A `sockaddr` of any family.
#[derive(Clone, Copy)]
struct Address {
    bytes: [u8; 128],
    length: u32,
}

/// What the kernel has not taken yet.
struct Part {
    socket: Socket,
    flags: i32,
    bytes: Vec<u8>,
    taken: usize,
}

thread_local! {
    /// The number of the log's event that is made again.
    static EVENT: Cell<u64> = const { Cell::new(0) };
    static UNSENT: RefCell<VecDeque<Part>> = const { RefCell::new(VecDeque::new()) };
    /// Where the names of Unix sockets are.
    static DIRECTORY: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn at(event: u64) {
    EVENT.with(|current| current.set(event));
}

fn say(text: &str) {
    let mut out = std::io::stdout();
    // Nobody may be there to read it.
    let _ = writeln!(out, "[{}] {}", EVENT.with(Cell::get), text);
}

fn stop(text: &str) -> ! {
    say(text);
    remove_directory();
    std::process::exit(1)
}

/// Ends the program where a call fails that did not fail in the session.
fn must<T>(call: &str, outcome: Result<T>) -> T {
    outcome.unwrap_or_else(|error| stop(&format!("{call}: {error}")))
}

fn check(result: i32) -> Result<i32> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result) }
}

fn check_length(result: isize) -> Result<usize> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(result as usize) }
}

fn is(error: &Error, number: i32) -> bool {
    error.raw_os_error() == Some(number)
}

impl Address {
    fn empty() -> Address {
        Address { bytes: [0; 128], length: 128 }
    }

    fn with(family: i32, rest: &[u8]) -> Address {
        let mut address = Address { bytes: [0; 128], length: rest.len() as u32 + 2 };
        address.bytes[..2].copy_from_slice(&(family as u16).to_ne_bytes());
        address.bytes[2..2 + rest.len()].copy_from_slice(rest);
        address
    }

    fn family(&self) -> i32 {
        u16::from_ne_bytes([self.bytes[0], self.bytes[1]]) as i32
    }

    fn port(&self) -> u16 {
        u16::from_be_bytes([self.bytes[2], self.bytes[3]])
    }

    fn name(&self) -> String {
        let mut six = [0; 16];
        six.copy_from_slice(&self.bytes[8..24]);
        let four = [self.bytes[4], self.bytes[5], self.bytes[6], self.bytes[7]];
        match self.family() {
            AF_INET => SocketAddr::new(IpAddr::from(four), self.port()).to_string(),
            AF_INET6 => SocketAddr::new(IpAddr::from(six), self.port()).to_string(),
            _ => "a Unix socket".to_string(),
        }
    }
}

fn inet(ip: &str, port: u16) -> Address {
    match must("address", ip.parse().map_err(Error::other)) {
        IpAddr::V4(ip) => {
            Address::with(AF_INET, &[&port.to_be_bytes()[..], &ip.octets()[..], &[0; 8][..]].concat())
        }
        IpAddr::V6(ip) => Address::with(
            AF_INET6,
            &[&port.to_be_bytes()[..], &[0; 4][..], &ip.octets()[..], &[0; 4][..]].concat(),
        ),
    }
}

fn path(name: &str) -> String {
    DIRECTORY.with(|directory| {
        let mut directory = directory.borrow_mut();
        if directory.is_none() {
            let made = std::env::args().nth(1).unwrap_or_else(|| {
                let made = std::env::temp_dir().join(format!("sockyard-{}", std::process::id()));
                must("mkdir", std::fs::create_dir(&made));
                made.to_string_lossy().into_owned()
            });
            say(&format!("Unix sockets are in {made}"));
            *directory = Some(made);
        }
        format!("{}/{}", directory.as_deref().unwrap_or_default(), name)
    })
}

/// The path of a Unix socket.
fn file(name: &str) -> Address {
    let path = path(name);
    if path.len() > 107 {
        stop("the path is too long for a Unix socket");
    }
    Address::with(AF_UNIX, &[path.as_bytes(), &[0]].concat())
}

/// A name in the abstract namespace that no other program has.
fn abstract_name(name: &str) -> Address {
    Address::with(AF_UNIX, format!("\0sockyard-{}/{}", std::process::id(), name).as_bytes())
}

fn remove_directory() {
    let made = DIRECTORY.with(|directory| directory.borrow_mut().take());
    if let (Some(made), None) = (made, std::env::args().nth(1)) {
        // What is left behind is an empty folder.
        let _ = std::fs::remove_dir_all(made);
    }
}

fn own_address(socket: Socket) -> Address {
    let mut address = Address::empty();
    let place = address.bytes.as_mut_ptr().cast();
    must("getsockname", check(unsafe { getsockname(socket, place, &mut address.length) }));
    address
}

fn own_port(socket: Socket) -> u16 {
    own_address(socket).port()
}

/// Makes a call; while the kernel says "not yet", waits for `reason` and makes it again.
fn attempt<T>(socket: Socket, reason: i16, mut call: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + TIME_LIMIT;
    loop {
        match call() {
            Err(error) if is(&error, EAGAIN) || is(&error, EINPROGRESS) || is(&error, EALREADY) => {
                wait_for(socket, reason, deadline)?;
            }
            outcome => return outcome,
        }
    }
}

/// Waits until the kernel has news of a socket, and sends what others could not send before.
fn wait_for(socket: Socket, reason: i16, deadline: Instant) -> Result<()> {
    let mut watched = vec![PollFd { fd: socket, events: reason, revents: 0 }];
    UNSENT.with(|unsent| {
        for part in unsent.borrow().iter() {
            if watched[1..].iter().all(|known| known.fd != part.socket) {
                watched.push(PollFd { fd: part.socket, events: POLLOUT, revents: 0 });
            }
        }
    });
    let left = deadline.saturating_duration_since(Instant::now()).as_millis() as i32;
    if left == 0 || check(unsafe { poll(watched.as_mut_ptr(), watched.len(), left) })? == 0 {
        return Err(Error::other(format!("nothing happened for {} seconds", TIME_LIMIT.as_secs())));
    }
    send_more();
    Ok(())
}

/// Hands to the kernel what it could not take before.
fn send_more() {
    UNSENT.with(|unsent| {
        let mut unsent = unsent.borrow_mut();
        let mut blocked: Vec<Socket> = Vec::new();
        unsent.retain_mut(|part| {
            if blocked.contains(&part.socket) {
                return true;
            }
            match send_now(part.socket, &part.bytes[part.taken..], part.flags, None) {
                Ok(taken) => part.taken += taken,
                Err(error) if is(&error, EAGAIN) => {}
                Err(error) => stop(&format!("send: {error}")),
            }
            if part.taken < part.bytes.len() {
                blocked.push(part.socket);
            }
            part.taken < part.bytes.len()
        });
    });
}

/// Waits until the kernel has taken all that a socket sends.
fn send_rest(socket: Socket) {
    let deadline = Instant::now() + TIME_LIMIT;
    while UNSENT.with(|unsent| unsent.borrow().iter().any(|part| part.socket == socket)) {
        must("send", wait_for(socket, POLLOUT, deadline));
    }
}

fn send_now(socket: Socket, bytes: &[u8], flags: i32, to: Option<&Address>) -> Result<usize> {
    let (address, length) = match to {
        Some(to) => (to.bytes.as_ptr(), to.length),
        None => (std::ptr::null(), 0),
    };
    let flags = flags | MSG_NOSIGNAL;
    check_length(unsafe {
        sendto(socket, bytes.as_ptr().cast(), bytes.len(), flags, address.cast(), length)
    })
}

/// A socket whose calls return at once; the functions below do the waiting.
fn create(family: i32, kind: i32) -> Socket {
    must("socket", check(unsafe { socket(family, kind | NON_BLOCKING, 0) }))
}

fn try_bind(socket: Socket, address: Address) -> Result<i32> {
    check(unsafe { bind(socket, address.bytes.as_ptr().cast(), address.length) })
}

fn bind_to(socket: Socket, address: Address) {
    must("bind", try_bind(socket, address));
    say(&format!("bound to {}", own_address(socket).name()));
}

fn try_listen(socket: Socket, backlog: i32) -> Result<i32> {
    check(unsafe { listen(socket, backlog) })
}

fn listen_on(socket: Socket, backlog: i32) {
    must("listen", try_listen(socket, backlog));
    say(&format!("listens on {}", own_address(socket).name()));
}

fn try_accept(socket: Socket) -> Result<Socket> {
    let none = std::ptr::null_mut();
    attempt(socket, POLLIN, || {
        check(unsafe { accept4(socket, none, std::ptr::null_mut(), NON_BLOCKING) })
    })
}

fn accept(socket: Socket) -> Socket {
    let connection = must("accept", try_accept(socket));
    say("accepted a connection");
    connection
}

fn try_connect(socket: Socket, address: Address) -> Result<i32> {
    let mut begun = false;
    attempt(socket, POLLOUT, || {
        match check(unsafe { connect(socket, address.bytes.as_ptr().cast(), address.length) }) {
            // The connection that was begun before stands now.
            Err(error) if begun && is(&error, EISCONN) => Ok(0),
            outcome => {
                begun = true;
                outcome
            }
        }
    })
}

fn connect_to(socket: Socket, address: Address) {
    must("connect", try_connect(socket, address));
    say(&format!("connected to {}", address.name()));
}

/// Bytes, and after them zeros for those that the log did not keep.
fn padded(bytes: &[u8], unknown: usize) -> Vec<u8> {
    [bytes, &vec![0; unknown]].concat()
}

fn send_with(socket: Socket, bytes: &[u8], flags: i32) {
    UNSENT.with(|unsent| {
        unsent.borrow_mut().push_back(Part { socket, flags, bytes: bytes.to_vec(), taken: 0 });
    });
    send_more();
    say(&format!("sent {} bytes", bytes.len()));
}

fn send(socket: Socket, bytes: &[u8]) {
    send_with(socket, bytes, 0);
}

fn send_datagram(socket: Socket, bytes: &[u8], to: Option<&Address>) {
    must("send", attempt(socket, POLLOUT, || send_now(socket, bytes, 0, to)));
    say(&format!("sent {} bytes", bytes.len()));
}

fn receive_now(socket: Socket, size: usize, flags: i32) -> Result<(Vec<u8>, Address)> {
    let mut bytes = vec![0; size];
    let mut sender = Address::empty();
    let place = sender.bytes.as_mut_ptr().cast();
    let length = check_length(unsafe {
        recvfrom(socket, bytes.as_mut_ptr().cast(), size, flags, place, &mut sender.length)
    })?;
    bytes.truncate(length);
    Ok((bytes, sender))
}

fn shown(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(64)].escape_ascii().to_string()
}

/// Receives so many bytes of a stream, in however many pieces they come.
fn receive(socket: Socket, count: usize) {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let missing = count - bytes.len();
        let (part, _) = must("recv", attempt(socket, POLLIN, || receive_now(socket, missing, 0)));
        if part.is_empty() {
            stop(&format!("the peer has closed after {} of {count} bytes", bytes.len()));
        }
        bytes.extend(part);
    }
    say(&format!("received {count} bytes: {}", shown(&bytes)));
}

/// Receives the end of a stream.
fn receive_end(socket: Socket) {
    let mut more = 0;
    loop {
        let (part, _) = must("recv", attempt(socket, POLLIN, || receive_now(socket, 65_536, 0)));
        if part.is_empty() {
            break;
        }
        more += part.len();
    }
    if more > 0 {
        say(&format!("the peer has closed, after {more} bytes more"));
    } else {
        say("the peer has closed");
    }
}

fn receive_urgent(socket: Socket) {
    let deadline = Instant::now() + TIME_LIMIT;
    let (bytes, _) = loop {
        match receive_now(socket, 1, MSG_OOB) {
            // EINVAL: no urgent byte has been announced yet.
            Err(error) if is(&error, EINVAL) || is(&error, EAGAIN) => {
                must("recv", wait_for(socket, POLLPRI, deadline));
            }
            outcome => break must("recv", outcome),
        }
    };
    say(&format!("received urgent data: {}", shown(&bytes)));
}

fn peek(socket: Socket, count: usize) {
    let (bytes, _) = must("recv", attempt(socket, POLLIN, || receive_now(socket, count, MSG_PEEK)));
    say(&format!("peeked at {} bytes: {}", bytes.len(), shown(&bytes)));
}

fn receive_datagram(socket: Socket, size: usize, flags: i32) -> Address {
    let (bytes, sender) = must("recvfrom", attempt(socket, POLLIN, || receive_now(socket, size, flags)));
    say(&format!("received {} bytes from {}: {}", bytes.len(), sender.name(), shown(&bytes)));
    sender
}

fn try_shutdown(socket: Socket, how: i32) -> Result<i32> {
    check(unsafe { shutdown(socket, how) })
}

fn shut_down(socket: Socket, how: i32) {
    if how != SHUT_RD {
        send_rest(socket);
    }
    must("shutdown", try_shutdown(socket, how));
    say("shut down");
}

fn try_set_option(socket: Socket, level: i32, option: i32, value: i32) -> Result<i32> {
    let value: *const i32 = &value;
    check(unsafe { setsockopt(socket, level, option, value.cast(), 4) })
}

/// `struct linger` is two numbers: whether, and for how many seconds.
fn try_set_linger(socket: Socket, on: i32, seconds: i32) -> Result<i32> {
    let value = [on, seconds];
    check(unsafe { setsockopt(socket, 1, 13, value.as_ptr().cast(), 8) })
}

fn try_get_option(socket: Socket, level: i32, option: i32) -> Result<i32> {
    let mut value = [0u8; 8];
    let mut length = 8;
    check(unsafe { getsockopt(socket, level, option, value.as_mut_ptr().cast(), &mut length) })
}

fn close_it(socket: Socket) {
    send_rest(socket);
    must("close", check(unsafe { close(socket) }));
    say("closed");
}

/// The file of a Unix socket goes with the socket that was bound to it.
fn remove_file(name: &str) {
    must("unlink", std::fs::remove_file(path(name)));
}

/// Tells how a call has ended that failed in the session.
fn expect<T>(number: i32, name: &str, outcome: Result<T>) {
    match outcome {
        Ok(_) => say(&format!("no error; in the session it was {name}")),
        Err(error) if is(&error, number) => say(&format!("{name}, as in the session")),
        Err(error) => say(&format!("{error}; in the session it was {name}")),
    }
}

/// A send that is to fail; `late` waits a moment for the peer's part in that.
fn send_once(socket: Socket, count: usize, flags: i32, late: bool) -> Result<usize> {
    if late {
        let mut watched = PollFd { fd: socket, events: 0, revents: 0 };
        check(unsafe { poll(&mut watched, 1, 1_000) })?;
    }
    send_now(socket, &vec![0; count], flags, None)
}

fn send_to_once(socket: Socket, count: usize, to: Address) -> Result<usize> {
    send_now(socket, &vec![0; count], 0, Some(&to))
}

fn receive_once(socket: Socket, size: usize, flags: i32) -> Result<usize> {
    let receive = || receive_now(socket, size, flags).map(|(bytes, _)| bytes.len());
    if flags == MSG_OOB { receive() } else { attempt(socket, POLLIN, receive) }
}
