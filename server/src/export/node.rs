//! A session as a Node program, with its built-in modules alone. Node has no plain sockets, so a program causes the same
//! traffic with `net` and `dgram`, and says of each call that has no equal there that it is left out.

use sockyard_protocol::{Family, ShutdownHow, SocketId, SocketType};

use super::options::{Setting, setting};
use super::program::{About, Language};
use super::step::{Bytes, Line, Place, Refused, Step};
use super::walk::Needs;

/// Bytes of a literal on one line.
const LINE_BYTES: usize = 64;

pub(super) struct Node;

impl Language for Node {
    fn head(&self, about: &About, needs: &Needs) -> String {
        let mut head = String::new();
        for line in about.lines(needs, &format!("node sockyard-{}.js", about.session)) {
            head.push_str(format!("// {line}").trim_end());
            head.push('\n');
        }
        head + "\n" + include_str!("prelude/node.js") + "\nasync function main() {"
    }

    fn line(&self, out: &mut String, line: &Line) {
        // portOf() asks when it is needed: Node binds a stream later.
        if line.step == Step::KeepPort {
            return;
        }
        out.push_str(&format!("\n    at({}); // {}\n", line.seq, line.remark));
        if let Some(statement) = statement(line) {
            out.push_str(&format!("    {statement};\n"));
        }
    }

    fn lost(&self, out: &mut String) {
        out.push_str("\n    stop('the log lost the events after this one while it was exported');\n");
    }

    fn tail(&self, open: &[SocketId]) -> String {
        let sockets: Vec<String> = open.iter().map(|socket| format!("socket_{socket}")).collect();
        let note =
            if open.is_empty() { "" } else { "\n    // These were still open; they close with the program." };
        format!(
            "{note}\n    await end({});\n}}\n\nmain().catch((error) => stop(error.stack));\n",
            sockets.join(", ")
        )
    }
}

fn statement(line: &Line) -> Option<String> {
    let s = line.socket.map(|socket| format!("socket_{socket}")).unwrap_or_default();
    if line.family == Family::Unix && line.r#type == SocketType::Dgram && line.step != Step::Nothing {
        return match line.step {
            Step::Create { .. } => Some(format!("const {s} = null; lacks('Unix datagrams')")),
            _ => Some("lacks('Unix datagrams')".to_owned()),
        };
    }
    Some(match &line.step {
        Step::Create { family, r#type } => {
            let family = match family {
                Family::Inet => "inet",
                Family::Inet6 => "inet6",
                Family::Unix => "unix",
            };
            let kind = match r#type {
                SocketType::Stream => "stream",
                SocketType::Dgram => "dgram",
            };
            format!("const {s} = create('{family}', '{kind}')")
        }
        Step::Bind { at } => format!("await bind({s}, {})", place(at)),
        Step::Listen { backlog } => format!("await listen({s}, {backlog})"),
        Step::Accept { connection } => format!("const socket_{connection} = await accept({s})"),
        Step::Connect { to } => format!("await connect({s}, {})", place(to)),
        Step::Send { oob: true, .. } | Step::ReceiveUrgent => "lacks('urgent data')".to_owned(),
        Step::Send { bytes: data, oob: false } => format!("send({s}, {})", bytes(data)),
        Step::SendDatagram { bytes: data, to: None } => format!("await sendDatagram({s}, {})", bytes(data)),
        Step::SendDatagram { bytes: data, to: Some(to) } => {
            format!("await sendDatagram({s}, {}, {})", bytes(data), place(to))
        }
        Step::Receive { count } => format!("await receive({s}, {count})"),
        Step::Peek { count } => format!("await peek({s}, {count})"),
        Step::ReceiveEnd => format!("await receiveEnd({s})"),
        Step::ReceiveDatagram { max, peek, keep } => {
            let keep = if *keep { format!("const sender_{} = ", line.seq) } else { String::new() };
            format!("{keep}await receiveDatagram({s}, {max}, {peek})")
        }
        Step::Shutdown { how } => format!("await shutdown({s}, '{}')", direction(*how)),
        Step::SetOption { name, value } => match setting(name, value)? {
            Setting::Number(number) => format!("setOption({s}, '{name}', {number})"),
            Setting::Linger(..) => "lacks('the option linger_s')".to_owned(),
        },
        // Node removes a listener's file by itself.
        Step::Close { linger_s, file: _ } => match linger_s {
            None => format!("await close({s})"),
            Some(seconds) => format!("await close({s}, {seconds})"),
        },
        Step::Fail { call, errno } => refused(call, errno, &s, line.r#type),
        Step::KeepPort | Step::Nothing => return None,
    })
}

/// The calls that Node lets reach the kernel. It answers the others itself, with errors of its own.
fn refused(call: &Refused, errno: &str, s: &str, r#type: SocketType) -> String {
    let stream = r#type == SocketType::Stream;
    let call = match call {
        Refused::Connect { to } if stream && matches!(errno, "ECONNREFUSED" | "ENOENT") => {
            format!("connect({s}, {})", place(to))
        }
        Refused::Bind { at } if !stream && matches!(errno, "EADDRINUSE" | "EADDRNOTAVAIL" | "EACCES") => {
            format!("bind({s}, {})", place(at))
        }
        Refused::SendTo { count, to } if errno == "EMSGSIZE" => {
            format!("sendDatagram({s}, Buffer.alloc({count}), {})", place(to))
        }
        Refused::Receive { .. } if matches!(errno, "ECONNRESET" | "ECONNREFUSED") => {
            format!("receiveOnce({s})")
        }
        _ => return format!("lacks('a call that fails with {errno}')"),
    };
    format!("await expect('{errno}', () => {call})")
}

fn direction(how: ShutdownHow) -> &'static str {
    match how {
        ShutdownHow::Read => "read",
        ShutdownHow::Write => "write",
        ShutdownHow::Both => "both",
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Inet { ip, port } => format!("{{ host: '{ip}', port: {port} }}"),
        Place::OwnPort { ip, socket } => format!("{{ host: '{ip}', port: portOf(socket_{socket}) }}"),
        Place::Sender(seq) => format!("sender_{seq}"),
        Place::File(name) => format!("file('{name}')"),
        Place::Abstract(name) => format!("abstractName('{name}')"),
    }
}

/// An expression for bytes.
fn bytes(bytes: &Bytes) -> String {
    let known = known_bytes(bytes);
    match bytes.unknown {
        0 => known,
        unknown => format!("padded({known}, {unknown})"),
    }
}

fn known_bytes(bytes: &Bytes) -> String {
    if let Some((byte, count)) = bytes.repeated() {
        return format!("Buffer.alloc({count}, {byte})");
    }
    if bytes.known.len() <= LINE_BYTES {
        return format!("bytes({})", literal(&bytes.known));
    }
    let lines = bytes.lines(LINE_BYTES).map(|part| format!("\n        {},", literal(part)));
    format!("bytes({}\n    )", lines.collect::<String>())
}

fn literal(bytes: &[u8]) -> String {
    let mut out = String::from("'");
    for byte in bytes {
        match byte {
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('\'');
    out
}
