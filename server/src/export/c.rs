//! A session as a C program: C11 and POSIX, with Linux's socket options.

use sockyard_protocol::{Family, ShutdownHow, SocketId, SocketType};

use super::options::{Setting, constants, setting};
use super::program::{About, Language};
use super::step::{Bytes, Line, Place, Refused, Step};
use super::walk::Needs;

/// Bytes of a literal on one line.
const LINE_BYTES: usize = 64;

pub(super) struct C;

impl Language for C {
    fn head(&self, about: &About, needs: &Needs) -> String {
        let file = format!("sockyard-{}.c", about.session);
        let mut head = String::new();
        for line in about.lines(needs, &format!("cc -o session {file} && ./session")) {
            head.push_str(format!("// {line}").trim_end());
            head.push('\n');
        }
        head.push('\n');
        head.push_str(include_str!("prelude/c.c"));
        head.push('\n');
        for socket in &needs.sockets {
            head.push_str(&format!("int socket_{socket} = -1;\n"));
        }
        for socket in &needs.ports {
            head.push_str(&format!("int port_{socket};\n"));
        }
        for seq in &needs.senders {
            head.push_str(&format!("struct address sender_{seq};\n"));
        }
        head + "\nint main(int argc, char **argv) {\n    (void)argc;\n    arguments = argv;\n"
    }

    fn line(&self, out: &mut String, line: &Line) {
        if line.step == Step::KeepPort {
            if let Some(socket) = line.socket {
                out.push_str(&format!("    port_{socket} = own_port(socket_{socket});\n"));
            }
            return;
        }
        out.push_str(&format!("\n    at({}); // {}\n", line.seq, line.remark));
        for statement in statements(line) {
            out.push_str(&format!("    {statement};\n"));
        }
    }

    fn lost(&self, out: &mut String) {
        out.push_str("\n    stop(\"the log lost the events after this one while it was exported\");\n");
    }

    fn tail(&self, open: &[SocketId]) -> String {
        let mut tail = String::new();
        if !open.is_empty() {
            tail.push_str("\n    // These were still open; they close with the program.\n");
        }
        for socket in open {
            tail.push_str(&format!("    end(socket_{socket});\n"));
        }
        tail + "\n    remove_directory();\n    return 0;\n}\n"
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
            format!("{s} = create({family}, {kind})")
        }
        Step::Bind { at } => format!("bind_to({s}, {})", place(at)),
        Step::Listen { backlog } => format!("listen_on({s}, {backlog})"),
        Step::Accept { connection } => format!("socket_{connection} = accept_one({s})"),
        Step::Connect { to } => format!("connect_to({s}, {})", place(to)),
        Step::Send { bytes: data, oob } => {
            let (expression, known) = bytes(data);
            match (oob, data.unknown) {
                (false, 0) => format!("send_bytes({s}, {expression}, {known})"),
                (oob, unknown) => {
                    let flags = if *oob { "MSG_OOB" } else { "0" };
                    format!("send_padded({s}, {expression}, {known}, {unknown}, {flags})")
                }
            }
        }
        Step::SendDatagram { bytes: data, to } => {
            let (expression, known) = bytes(data);
            let unknown = data.unknown;
            match to {
                None => format!("send_datagram({s}, {expression}, {known}, {unknown})"),
                Some(to) => format!("send_datagram_to({s}, {expression}, {known}, {unknown}, {})", place(to)),
            }
        }
        Step::Receive { count } => format!("receive({s}, {count})"),
        Step::Peek { count } => format!("peek({s}, {count})"),
        Step::ReceiveUrgent => format!("receive_urgent({s})"),
        Step::ReceiveEnd => format!("receive_end({s})"),
        Step::ReceiveDatagram { max, peek, keep } => {
            let keep = if *keep { format!("sender_{} = ", line.seq) } else { String::new() };
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
        Step::Fail { call, errno } => match refused(call, &s, line) {
            Some(call) => format!("expect({errno}, \"{errno}\", {call})"),
            None => return Vec::new(),
        },
        Step::KeepPort | Step::Nothing => return Vec::new(),
    };
    vec![one]
}

fn refused(call: &Refused, s: &str, line: &Line) -> Option<String> {
    Some(match call {
        Refused::Bind { at } => format!("try_bind({s}, {})", place(at)),
        Refused::Listen { backlog } => format!("listen({s}, {backlog})"),
        Refused::Accept => format!("try_accept({s})"),
        Refused::Connect { to } => format!("try_connect({s}, {})", place(to)),
        Refused::Send { count, oob, late } => {
            format!("send_once({s}, {count}, {}, {})", if *oob { "MSG_OOB" } else { "0" }, u8::from(*late))
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
        Refused::Shutdown { how } => format!("shutdown({s}, {})", direction(*how)),
        Refused::SetOption { name, value } => set_option(s, name, value, line.family)?,
        Refused::GetOption { name } => {
            let constants = constants(name, line.family)?;
            format!("try_get_option({s}, {}, {})", constants.level, constants.option)
        }
    })
}

fn set_option(s: &str, name: &str, value: &serde_json::Value, family: Family) -> Option<String> {
    let constants = constants(name, family)?;
    Some(match setting(name, value)? {
        Setting::Number(number) => {
            format!("try_set_option({s}, {}, {}, {number})", constants.level, constants.option)
        }
        Setting::Linger(on, seconds) => format!("try_set_linger({s}, {}, {seconds})", u8::from(on)),
    })
}

fn direction(how: ShutdownHow) -> &'static str {
    match how {
        ShutdownHow::Read => "SHUT_RD",
        ShutdownHow::Write => "SHUT_WR",
        ShutdownHow::Both => "SHUT_RDWR",
    }
}

fn place(place: &Place) -> String {
    let make = |ip: &std::net::IpAddr| if ip.is_ipv4() { "inet" } else { "inet6" };
    match place {
        Place::Inet { ip, port } => format!("{}(\"{ip}\", {port})", make(ip)),
        Place::OwnPort { ip, socket } => format!("{}(\"{ip}\", port_{socket})", make(ip)),
        Place::Sender(seq) => format!("sender_{seq}"),
        Place::File(name) => format!("file(\"{name}\")"),
        Place::Abstract(name) => format!("abstract(\"{name}\")"),
    }
}

/// An expression for the known bytes, and their number.
fn bytes(bytes: &Bytes) -> (String, usize) {
    let known = bytes.known.len();
    if let Some((byte, count)) = bytes.repeated() {
        return (format!("repeated('\\x{byte:02x}', {count})"), known);
    }
    if known <= LINE_BYTES {
        return (literal(&bytes.known), known);
    }
    let lines: Vec<String> =
        bytes.lines(LINE_BYTES).map(|part| format!("\n        {}", literal(part))).collect();
    (lines.concat(), known)
}

/// Octal escapes, because a hexadecimal one goes on for as long as digits follow.
fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Two in a row may begin a trigraph.
            b'?' if out.ends_with('?') => out.push_str("\\?"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}
