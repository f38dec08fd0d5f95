//! Errors of the kernel by name, and what they mean for whoever made the call.

use std::io;

use nix::errno::Errno;
use sockyard_protocol::Fault;

/// The error of `call` with its errno's name and words.
pub(crate) fn fault(call: &str, error: &io::Error) -> Fault {
    let errno = error.raw_os_error().map_or(Errno::UnknownErrno, Errno::from_raw);
    Fault::os(call, &format!("{errno:?}"), lower_first(errno.desc()))
}

/// An error in words. std adds "(os error 98)", which helps nobody.
pub(crate) fn plain(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => Errno::from_raw(number).desc().to_lowercase(),
        None => error.to_string(),
    }
}

/// Messages chain ("connect: connection refused"), so they begin in lower case; acronyms keep theirs.
fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.as_str()) {
        (Some(first), rest) if !rest.starts_with(|next: char| next.is_uppercase()) => {
            first.to_lowercase().chain(rest.chars()).collect()
        }
        _ => text.to_owned(),
    }
}

/// What to try, where there is more to say than the errno's name; `address` is the one in the call.
pub(crate) fn hint(call: &str, errno: &str, address: Option<&str>) -> Option<String> {
    let address = address.unwrap_or("the address");
    let text = match (call, errno) {
        ("connect" | "send" | "sendto" | "recv", "ECONNREFUSED") => {
            let at =
                if call == "connect" || call == "sendto" { format!(" on {address}") } else { String::new() };
            format!("nothing is listening{at}")
        }
        ("connect", "ENOENT") => format!("no socket is bound to {address} in this session"),
        ("connect", "EISCONN") => {
            "this socket is connected already; a second connection takes a second socket".into()
        }
        ("connect", "EALREADY") => "an earlier connect on this socket is still under way".into(),
        ("connect" | "sendto", "EPROTOTYPE") => format!("{address} is of the other type: stream or dgram"),
        ("bind", "EADDRINUSE") => {
            format!("another socket has {address}; take another port, or 0 for any free one")
        }
        ("bind", "EINVAL") => "this socket is bound already, or the address is of another family".into(),
        ("bind", "EACCES") => "ports below 1024 need privileges; take one above".into(),
        ("bind", "EADDRNOTAVAIL") => format!("{address} is not an address of this machine"),
        ("bind", "EAFNOSUPPORT") | ("connect" | "sendto", "EAFNOSUPPORT" | "EINVAL") => {
            "the address is of another family than the socket".into()
        }
        ("listen", "EOPNOTSUPP") | ("accept", "EOPNOTSUPP") => "only stream sockets listen and accept".into(),
        ("accept", "EINVAL") => "call listen first".into(),
        ("send" | "recv" | "shutdown", "ENOTCONN") => "call connect first, or accept on a listener".into(),
        ("send", "EPIPE") => {
            "this end has been shut down for sending, or there is no connection any more".into()
        }
        ("send", "EDESTADDRREQ") | ("sendto", "EDESTADDRREQ") => {
            "a datagram needs a destination: give `to`, or connect first".into()
        }
        ("send" | "sendto", "EMSGSIZE") => {
            "the datagram is longer than the socket can send; UDP over IPv4 takes 65507 bytes".into()
        }
        ("send" | "recv", "ECONNRESET") => "the peer ended the connection with RST".into(),
        ("socket", "EMFILE" | "ENFILE") => {
            "the server has no file descriptors left; close some sockets".into()
        }
        ("setsockopt", "EINVAL") => "the kernel does not take this value for this option".into(),
        ("setsockopt" | "getsockopt", "ENOPROTOOPT" | "EOPNOTSUPP") => {
            "this kind of socket has no such option".into()
        }
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errnos_have_their_names_and_words() {
        let check = |number, name: &str, words: &str| {
            let fault = fault("connect", &io::Error::from_raw_os_error(number));
            assert_eq!((fault.data.errno.as_deref(), fault.message.as_str()), (Some(name), words));
        };
        check(libc::ECONNREFUSED, "ECONNREFUSED", "connection refused");
        check(libc::EOPNOTSUPP, "EOPNOTSUPP", "operation not supported on transport endpoint");
        check(libc::EAGAIN, "EAGAIN", "try again");
    }
}
