//! A session as a Python program, with the standard library alone.

use sockyard_protocol::{Family, ShutdownHow, SocketId, SocketType};

use super::options::{Setting, constants, setting};
use super::program::{About, Language};
use super::step::{Bytes, Line, Place, Refused, Step};
use super::walk::Needs;

/// Bytes of a literal on one line.
const LINE_BYTES: usize = 64;

pub(super) struct Python;

impl Language for Python {
    fn head(&self, about: &About, needs: &Needs) -> String {
        let file = format!("python3 sockyard-{}.py", about.session);
        let mut head = "#!/usr/bin/env python3\n".to_owned();
        for line in about.lines(needs, &file) {
            head.push_str(format!("# {line}").trim_end());
            head.push('\n');
        }
        head + "\n" + include_str!("prelude/python.py") + "\n\n"
    }

    fn line(&self, out: &mut String, line: &Line) {
        if line.step == Step::KeepPort {
            if let Some(socket) = line.socket {
                out.push_str(&format!("port_{socket} = socket_{socket}.getsockname()[1]\n"));
            }
            return;
        }
        out.push_str(&format!("\nat({})  # {}\n", line.seq, line.remark));
        if let Some(call) = call(line) {
            out.push_str(&call);
            out.push('\n');
        }
    }

    fn lost(&self, out: &mut String) {
        out.push_str("\nstop(\"the log lost the events after this one while it was exported\")\n");
    }

    fn tail(&self, open: &[SocketId]) -> String {
        let sockets: Vec<String> = open.iter().map(|socket| format!("socket_{socket}")).collect();
        let note =
            if open.is_empty() { "" } else { "\n# These were still open; they close with the program." };
        format!("\n{note}\nend({})\n", sockets.join(", "))
    }
}

fn call(line: &Line) -> Option<String> {
    let s = line.socket.map(|socket| format!("socket_{socket}")).unwrap_or_default();
    let datagrams = line.r#type == SocketType::Dgram;
    if line.step.place().is_some_and(|place| place.is_foreign_to(line.family)) {
        return Some(
            "say(\"left out: Python refuses an address of another family before the kernel can\")".to_owned(),
        );
    }
    Some(match &line.step {
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
            format!("{s} = create(socket.{family}, socket.{kind})")
        }
        Step::Bind { at } => format!("bind({s}, {})", place(at)),
        Step::Listen { backlog } => format!("listen({s}, {backlog})"),
        Step::Accept { connection } => format!("socket_{connection} = accept({s})"),
        Step::Connect { to } => format!("connect({s}, {})", place(to)),
        Step::Send { bytes: data, oob } => {
            format!("send({s}, {}{})", bytes(data), if *oob { ", socket.MSG_OOB" } else { "" })
        }
        Step::SendDatagram { bytes: data, to: None } => format!("send_datagram({s}, {})", bytes(data)),
        Step::SendDatagram { bytes: data, to: Some(to) } => {
            format!("send_datagram({s}, {}, {})", bytes(data), place(to))
        }
        Step::Receive { count } => format!("receive({s}, {count})"),
        Step::Peek { count } => format!("peek({s}, {count})"),
        Step::ReceiveUrgent => format!("receive_urgent({s})"),
        Step::ReceiveEnd => format!("receive_end({s})"),
        Step::ReceiveDatagram { max, peek, keep } => {
            let keep = if *keep { format!("sender_{} = ", line.seq) } else { String::new() };
            let flags = if *peek { ", socket.MSG_PEEK" } else { "" };
            format!("{keep}receive_datagram({s}, {max}{flags})")
        }
        Step::Shutdown { how } => format!("shutdown({s}, {})", direction(*how)),
        Step::SetOption { name, value } => {
            let (level, option, value) = option(name, value, line.family)?;
            format!("{s}.setsockopt({level}, {option}, {value})")
        }
        Step::Close { linger_s, file } => {
            let linger = linger_s.map_or(String::new(), |seconds| format!(", linger={seconds}"));
            let file = file.as_ref().map_or(String::new(), |name| format!(", file=file(\"{name}\")"));
            format!("close({s}{linger}{file})")
        }
        Step::Fail { call, errno } => {
            format!("expect(\"{errno}\", {})", refused(call, &s, datagrams, line.family)?)
        }
        Step::KeepPort | Step::Nothing => return None,
    })
}

fn refused(call: &Refused, s: &str, datagrams: bool, family: Family) -> Option<String> {
    Some(match call {
        Refused::Bind { at } => format!("{s}.bind, {}", place(at)),
        Refused::Listen { backlog } => format!("{s}.listen, {backlog}"),
        Refused::Accept => format!("accept, {s}"),
        Refused::Connect { to } => format!("connect_quietly, {s}, {}", place(to)),
        Refused::Send { count, oob, late } => {
            let flags = if *oob { "socket.MSG_OOB" } else { "0" };
            format!("send_once, {s}, bytes({count}), {flags}, {}", if *late { "True" } else { "False" })
        }
        Refused::SendTo { count, to } => format!("{s}.sendto, bytes({count}), {}", place(to)),
        Refused::Receive { max, peek, oob } => match (peek, *oob && !datagrams) {
            (_, true) => format!("{s}.recv, {max}, socket.MSG_OOB"),
            (true, _) => format!("receive_once, {s}, {max}, socket.MSG_PEEK"),
            (false, _) => format!("receive_once, {s}, {max}"),
        },
        Refused::Shutdown { how } => format!("{s}.shutdown, {}", direction(*how)),
        Refused::SetOption { name, value } => {
            let (level, option, value) = option(name, value, family)?;
            format!("{s}.setsockopt, {level}, {option}, {value}")
        }
        Refused::GetOption { name } => {
            let constants = constants(name, family)?;
            format!("{s}.getsockopt, socket.{}, socket.{}, 8", constants.level, constants.option)
        }
    })
}

fn option(name: &str, value: &serde_json::Value, family: Family) -> Option<(String, String, String)> {
    let constants = constants(name, family)?;
    let value = match setting(name, value)? {
        Setting::Number(number) => number.to_string(),
        Setting::Linger(on, seconds) => format!("struct.pack(\"ii\", {}, {seconds})", u8::from(on)),
    };
    Some((format!("socket.{}", constants.level), format!("socket.{}", constants.option), value))
}

fn direction(how: ShutdownHow) -> &'static str {
    match how {
        ShutdownHow::Read => "socket.SHUT_RD",
        ShutdownHow::Write => "socket.SHUT_WR",
        ShutdownHow::Both => "socket.SHUT_RDWR",
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Inet { ip, port } => format!("(\"{ip}\", {port})"),
        Place::OwnPort { ip, socket } => format!("(\"{ip}\", port_{socket})"),
        Place::Sender(seq) => format!("sender_{seq}"),
        Place::File(name) => format!("file(\"{name}\")"),
        Place::Abstract(name) => format!("abstract(\"{name}\")"),
    }
}

/// An expression for bytes.
fn bytes(bytes: &Bytes) -> String {
    let Bytes { known, unknown } = bytes;
    let zeros = if *unknown > 0 { format!(" + bytes({unknown})") } else { String::new() };
    if let Some((byte, count)) = bytes.repeated() {
        return format!("{} * {count}{zeros}", literal(&[byte]));
    }
    if known.len() <= LINE_BYTES {
        return format!("{}{zeros}", literal(known));
    }
    let mut out = "(\n".to_owned();
    for part in bytes.lines(LINE_BYTES) {
        out.push_str(&format!("    {}\n", literal(part)));
    }
    out + ")" + &zeros
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
