//! A session as a Rust program for Linux: the standard library and the system's calls, compiled by plain `rustc`.

use nix::errno::Errno;
use sockyard_protocol::{Family, ShutdownHow, SocketId, SocketType};

use super::options::{Setting, constants, setting};
use super::program::{About, Language};
use super::step::{Bytes, Line, Place, Refused, Step};
use super::walk::Needs;

/// Bytes of a literal on one line.
const LINE_BYTES: usize = 64;

pub(super) struct Rust;

impl Language for Rust {
    fn head(&self, about: &About, needs: &Needs) -> String {
        let file = format!("sockyard-{}.rs", about.session);
        let mut head = String::new();
        for line in about.lines(needs, &format!("rustc -o session {file} && ./session")) {
            head.push_str(format!("// {line}").trim_end());
            head.push('\n');
        }
        head + "\n" + include_str!("prelude/rust.rs") + "\nfn main() {"
    }

    fn line(&self, out: &mut String, line: &Line) {
        if line.step == Step::KeepPort {
            if let Some(socket) = line.socket {
                out.push_str(&format!("    let port_{socket} = own_port(socket_{socket});\n"));
            }
            return;
        }
        out.push_str(&format!("\n    at({}); // {}\n", line.seq, line.remark));
        for statement in statements(line) {
            out.push_str(&format!("    {statement};\n"));
        }
    }

    fn lost(&self, out: &mut String) {
        let why = "the log lost the events after this one while it was exported";
        out.push_str(&format!("\n    must(\"export\", Err::<(), _>(Error::other(\"{why}\")));\n"));
    }

    fn tail(&self, open: &[SocketId]) -> String {
        let mut tail = String::new();
        if !open.is_empty() {
            tail.push_str("\n    // These were still open; they close with the program.\n");
        }
        for socket in open {
            tail.push_str(&format!("    send_rest(socket_{socket});\n"));
        }
        tail + "\n    remove_directory();\n}\n"
    }
}

fn statements(line: &Line) -> Vec<String> {
    let s = line.socket.map(|socket| format!("socket_{socket}")).unwrap_or_default();
    let one = match &line.step {
        Step::Create { family, r#type } => {
            let family = match family {
                Family::Inet => "AF_INET",
                Family::Inet6 => "AF_INET6",
                Family::Unix => "AF_UNIX",
            };
            let kind = match r#type {
                SocketType::Stream => "SOCK_STREAM",
                SocketType::Dgram => "SOCK_DGRAM",
            };
            format!("let {s} = create({family}, {kind})")
        }
        Step::Bind { at } => format!("bind_to({s}, {})", place(at)),
        Step::Listen { backlog } => format!("listen_on({s}, {backlog})"),
        Step::Accept { connection } => format!("let socket_{connection} = accept({s})"),
        Step::Connect { to } => format!("connect_to({s}, {})", place(to)),
        Step::Send { bytes: data, oob: false } => format!("send({s}, {})", bytes(data)),
        Step::Send { bytes: data, oob: true } => format!("send_with({s}, {}, MSG_OOB)", bytes(data)),
        Step::SendDatagram { bytes: data, to } => {
            let to = to.as_ref().map_or("None".to_owned(), |to| format!("Some(&{})", place(to)));
            format!("send_datagram({s}, {}, {to})", bytes(data))
        }
        Step::Receive { count } => format!("receive({s}, {count})"),
        Step::Peek { count } => format!("peek({s}, {count})"),
        Step::ReceiveUrgent => format!("receive_urgent({s})"),
        Step::ReceiveEnd => format!("receive_end({s})"),
        Step::ReceiveDatagram { max, peek, keep } => {
            let keep = if *keep { format!("let sender_{} = ", line.seq) } else { String::new() };
            format!("{keep}receive_datagram({s}, {max}, {})", if *peek { "MSG_PEEK" } else { "0" })
        }
        Step::Shutdown { how } => format!("shut_down({s}, {})", direction(*how)),
        Step::SetOption { name, value } => match set_option(&s, name, value, line.family) {
            Some(call) => format!("must(\"setsockopt\", {call})"),
            None => return Vec::new(),
        },
        Step::Close { linger_s, file } => {
            let linger =
                linger_s.map(|seconds| format!("must(\"setsockopt\", try_set_linger({s}, 1, {seconds}))"));
            let rest = linger_s.map(|_| format!("send_rest({s})"));
            let file = file.as_ref().map(|name| format!("remove_file(\"{name}\")"));
            return rest.into_iter().chain(linger).chain([format!("close_it({s})")]).chain(file).collect();
        }
        Step::Fail { call, errno } => match (refused(call, &s, line), number(errno)) {
            (Some(call), Some(number)) => format!("expect({number}, \"{errno}\", {call})"),
            _ => return Vec::new(),
        },
        Step::KeepPort | Step::Nothing => return Vec::new(),
    };
    vec![one]
}

fn refused(call: &Refused, s: &str, line: &Line) -> Option<String> {
    Some(match call {
        Refused::Bind { at } => format!("try_bind({s}, {})", place(at)),
        Refused::Listen { backlog } => format!("try_listen({s}, {backlog})"),
        Refused::Accept => format!("try_accept({s})"),
        Refused::Connect { to } => format!("try_connect({s}, {})", place(to)),
        Refused::Send { count, oob, late } => {
            format!("send_once({s}, {count}, {}, {late})", if *oob { "MSG_OOB" } else { "0" })
        }
        Refused::SendTo { count, to } => format!("send_to_once({s}, {count}, {})", place(to)),
        Refused::Receive { max, peek, oob } => {
            let flags = match (peek, oob) {
                (_, true) if line.r#type == SocketType::Stream => "MSG_OOB",
                (true, _) => "MSG_PEEK",
                (false, _) => "0",
            };
            format!("receive_once({s}, {max}, {flags})")
        }
        Refused::Shutdown { how } => format!("try_shutdown({s}, {})", direction(*how)),
        Refused::SetOption { name, value } => set_option(s, name, value, line.family)?,
        Refused::GetOption { name } => {
            let constants = constants(name, line.family)?;
            let (level, option) = (constants.level_number, constants.option_number);
            format!(
                "try_get_option({s}, {level} /* {} */, {option} /* {} */)",
                constants.level, constants.option
            )
        }
    })
}

fn set_option(s: &str, name: &str, value: &serde_json::Value, family: Family) -> Option<String> {
    let constants = constants(name, family)?;
    let (level, option) = (constants.level_number, constants.option_number);
    Some(match setting(name, value)? {
        Setting::Number(number) => format!(
            "try_set_option({s}, {level} /* {} */, {option} /* {} */, {number})",
            constants.level, constants.option
        ),
        Setting::Linger(on, seconds) => format!("try_set_linger({s}, {}, {seconds})", u8::from(on)),
    })
}

/// The number of an error on Linux, by its name.
fn number(errno: &str) -> Option<i32> {
    // Linux has 133 of them.
    (1..=133).find(|number| format!("{:?}", Errno::from_raw(*number)) == errno)
}

fn direction(how: ShutdownHow) -> &'static str {
    match how {
        ShutdownHow::Read => "SHUT_RD",
        ShutdownHow::Write => "SHUT_WR",
        ShutdownHow::Both => "SHUT_RDWR",
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Inet { ip, port } => format!("inet(\"{ip}\", {port})"),
        Place::OwnPort { ip, socket } => format!("inet(\"{ip}\", port_{socket})"),
        Place::Sender(seq) => format!("sender_{seq}"),
        Place::File(name) => format!("file(\"{name}\")"),
        Place::Abstract(name) => format!("abstract_name(\"{name}\")"),
    }
}

/// An expression for a slice of bytes.
fn bytes(bytes: &Bytes) -> String {
    let known = known_bytes(bytes);
    match bytes.unknown {
        0 => known,
        unknown => format!("&padded({known}, {unknown})"),
    }
}

fn known_bytes(bytes: &Bytes) -> String {
    if let Some((byte, count)) = bytes.repeated() {
        return format!("&[{byte}; {count}]");
    }
    if bytes.known.len() <= LINE_BYTES {
        return literal(&bytes.known);
    }
    let lines = bytes.lines(LINE_BYTES).map(|part| format!("\n        &{}[..],", literal(part)));
    format!("&[{}\n    ].concat()", lines.collect::<String>())
}

fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}
