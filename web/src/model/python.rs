//! A call as the line of Python that does the same, so that the page and a tutorial read alike.
//!
//! Each line stands alone: a time limit that it sets is gone after it. The modules that lines use are `socket`,
//! `select`, `struct` and `base64`.

use serde_json::Value;
use sockyard_protocol::call::{
    PollFor, RecvFlag, SendFlag, SocketConfigure, SocketGetOption, SocketPoll, SocketRecv, SocketSend,
    SocketSetOption,
};
use sockyard_protocol::{
    Address, Call, Family, Host, Mode, Payload, Responder, ShutdownHow, SocketType, UnixName,
};

use crate::model::format::acts;

/// The line, or nothing for calls that Python has no line for. `socket_family` and `is_datagram` are of the
/// socket that the call is made on.
pub fn line(call: &Call, socket_family: Family, is_datagram: bool) -> String {
    match call {
        Call::SocketCreate(call) => {
            format!("s = socket.socket({}, {})", family(call.family), r#type(call.r#type))
        }
        Call::SocketBind(call) => format!("s{}.bind({})", call.socket, address(&call.address)),
        Call::SocketListen(call) => format!("s{}.listen({})", call.socket, call.backlog),
        Call::SocketAccept(call) => {
            let s = call.socket;
            with_timeout(s, call.timeout_ms, format!("connection, peer = s{s}.accept()"))
        }
        Call::SocketConnect(call) => {
            let line = format!("s{}.connect({})", call.socket, address(&call.address));
            with_timeout(call.socket, call.timeout_ms, line)
        }
        Call::SocketSend(call) => send(call, is_datagram),
        Call::SocketRecv(call) => receive(call, is_datagram),
        Call::SocketShutdown(call) => {
            let how = match call.how {
                ShutdownHow::Read => "SHUT_RD",
                ShutdownHow::Write => "SHUT_WR",
                ShutdownHow::Both => "SHUT_RDWR",
            };
            format!("s{}.shutdown(socket.{how})", call.socket)
        }
        Call::SocketClose(call) => {
            let s = call.socket;
            match call.linger_s {
                None => format!("s{s}.close()"),
                Some(linger) => format!(
                    "s{s}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(\"ii\", 1, {linger})); \
                     s{s}.close()"
                ),
            }
        }
        Call::SocketSetOption(call) => set_option(call, socket_family),
        Call::SocketGetOption(call) => get_option(call, socket_family),
        Call::SocketConfigure(call) => configure(call, is_datagram),
        Call::SocketPoll(call) => poll(call),
        Call::DnsResolve(call) => format!("socket.getaddrinfo(\"{}\", None)", host(&call.name)),
        _ => String::new(),
    }
}

fn poll(call: &SocketPoll) -> String {
    let sockets: Vec<_> = call.sockets.iter().map(|socket| format!("s{socket}")).collect();
    let sockets = format!("[{}]", sockets.join(", "));
    let list = |wanted| if call.r#for.contains(&wanted) { sockets.as_str() } else { "[]" };
    let timeout = call.timeout_ms.map(|ms| format!(", {}", ms as f64 / 1000.0)).unwrap_or_default();
    let (read, write) = (list(PollFor::Read), list(PollFor::Write));
    format!("readable, writable, _ = select.select({read}, {write}, []{timeout})")
}

fn host(host: &Host) -> String {
    match host {
        Host::Any => String::new(),
        Host::Ip(ip) => ip.to_string(),
        Host::Name(name) => name.to_string(),
    }
}

fn with_timeout(socket: u32, timeout_ms: Option<u64>, line: String) -> String {
    match timeout_ms {
        None => line,
        Some(ms) => {
            format!("s{socket}.settimeout({}); {line}; s{socket}.settimeout(None)", ms as f64 / 1000.0)
        }
    }
}

fn receive(call: &SocketRecv, is_datagram: bool) -> String {
    let s = call.socket;
    let mut flags: Vec<&str> = call
        .flags
        .iter()
        .map(|flag| match flag {
            RecvFlag::Peek => "socket.MSG_PEEK",
            RecvFlag::Oob => "socket.MSG_OOB",
            RecvFlag::Waitall => "socket.MSG_WAITALL",
        })
        .collect();
    let waits_for_all = !is_datagram && call.flags.contains(&RecvFlag::Waitall);
    if waits_for_all && call.timeout_ms == Some(0) {
        flags.push("socket.MSG_DONTWAIT");
    }
    let flags = if flags.is_empty() { String::new() } else { format!(", {}", flags.join(" | ")) };
    let line = match is_datagram {
        true => format!("data, peer = s{s}.recvfrom({}{flags})", call.max),
        false => format!("data = s{s}.recv({}{flags})", call.max),
    };
    // The kernel does not wait for urgent data, and Python would wait for other data instead.
    if !is_datagram && call.flags.contains(&RecvFlag::Oob) {
        return line;
    }
    match call.timeout_ms {
        // settimeout makes the descriptor non-blocking, and then MSG_WAITALL waits for nothing.
        Some(ms) if waits_for_all && ms > 0 => kernels_timeout(s, ms, &line),
        Some(_) if waits_for_all => line,
        timeout_ms => with_timeout(s, timeout_ms, line),
    }
}

/// A line with the time limit that the kernel keeps itself; its zero is none.
fn kernels_timeout(socket: u32, ms: u64, line: &str) -> String {
    let limit = |seconds, micros| {
        format!(
            "s{socket}.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack(\"ll\", {seconds}, {micros}))"
        )
    };
    format!("{}; {line}; {}", limit(ms / 1000, ms % 1000 * 1000), limit(0, 0))
}

fn family(family: Family) -> &'static str {
    match family {
        Family::Inet => "socket.AF_INET",
        Family::Inet6 => "socket.AF_INET6",
        Family::Unix => "socket.AF_UNIX",
    }
}

fn r#type(r#type: SocketType) -> &'static str {
    match r#type {
        SocketType::Stream => "socket.SOCK_STREAM",
        SocketType::Dgram => "socket.SOCK_DGRAM",
    }
}

fn address(address: &Address) -> String {
    match address {
        Address::Inet { host: Host::Any, port } => format!("(\"\", {port})"),
        Address::Inet { host: Host::Ip(ip), port } => format!("(\"{ip}\", {port})"),
        Address::Inet { host: Host::Name(name), port } => format!("(\"{name}\", {port})"),
        Address::Unix(UnixName::File(name)) => format!("\"{name}\""),
        Address::Unix(UnixName::Abstract(name)) => format!("\"\\0{name}\""),
    }
}

fn send(call: &SocketSend, is_datagram: bool) -> String {
    let s = call.socket;
    let data = payload(&call.data);
    let flags = match call.flags.contains(&SendFlag::Oob) {
        true => ", socket.MSG_OOB",
        false => "",
    };
    let line = match &call.to {
        Some(to) => format!("s{s}.sendto({data}{flags}, {})", address(to)),
        // A stream's send must go on until all bytes are taken, as Sockyard's does.
        None if !is_datagram => format!("s{s}.sendall({data}{flags})"),
        None => format!("s{s}.send({data}{flags})"),
    };
    with_timeout(s, call.timeout_ms, line)
}

fn payload(payload: &Payload) -> String {
    match payload {
        Payload::Text { text, encoding: None } if text.is_ascii() => format!("b{}", literal(text)),
        Payload::Text { text, encoding } => encoded(text, encoding.as_deref().unwrap_or("utf-8")),
        Payload::Hex { hex } => format!("bytes.fromhex({})", literal(hex)),
        Payload::Base64 { base64 } => format!("base64.b64decode({})", literal(base64)),
        Payload::Escaped { .. } => match payload.to_bytes() {
            Ok(bytes) => bytes_literal(&bytes),
            Err(_) => "b\"\"".to_owned(),
        },
        Payload::Zeros { zeros } => format!("bytes({zeros})"),
        Payload::Repeat { repeat, count } => format!("b\"\\x{repeat}\" * {count}"),
    }
}

/// The web's GBK has the euro sign, and Python's lacks it.
const GBK_EURO: &str = "b\"\\x80\"";

fn encoded(text: &str, label: &str) -> String {
    let codec = codec(label);
    let encode = |text: &str| format!("{}.encode(\"{codec}\")", literal(text));
    if codec != "gbk" || !text.contains('€') {
        return encode(text);
    }
    let mut pieces = Vec::new();
    for (index, part) in text.split('€').enumerate() {
        if index > 0 {
            pieces.push(GBK_EURO.to_owned());
        }
        if !part.is_empty() {
            pieces.push(encode(part));
        }
    }
    pieces.join(" + ")
}

/// Python's codec for an encoding of the web. Where no codec is quite the same this is the nearest: those of
/// Big5, Shift_JIS and EUC-JP differ from the web's tables in some rare characters.
fn codec(label: &str) -> &str {
    match label {
        // The web reads Latin-1 as what Windows wrote under that name.
        "iso-8859-1" | "windows-1252" => "cp1252",
        "windows-1251" => "cp1251",
        "big5" => "big5hkscs",
        "shift_jis" => "cp932",
        "euc-kr" => "cp949",
        "utf-16le" => "utf-16-le",
        "utf-16be" => "utf-16-be",
        _ => label,
    }
}

fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if u32::from(character) < 0x100 && character.is_control() => {
                out.push_str(&format!("\\x{:02x}", u32::from(character)));
            }
            _ if acts(character) => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

fn bytes_literal(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..=0x7e => out.push(*byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// Level and name of an option in Python's `socket` module.
fn option_names(name: &str, family: Family) -> Option<(&'static str, &'static str)> {
    Some(match name {
        // IPv6 has a hop limit and a traffic class of its own.
        "ttl" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_UNICAST_HOPS"),
        "tos" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_TCLASS"),
        "multicast_ttl" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS"),
        "multicast_loop" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_MULTICAST_LOOP"),
        "join_multicast" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_JOIN_GROUP"),
        "leave_multicast" if family == Family::Inet6 => ("IPPROTO_IPV6", "IPV6_LEAVE_GROUP"),
        "reuse_address" => ("SOL_SOCKET", "SO_REUSEADDR"),
        "reuse_port" => ("SOL_SOCKET", "SO_REUSEPORT"),
        "broadcast" => ("SOL_SOCKET", "SO_BROADCAST"),
        "keepalive" => ("SOL_SOCKET", "SO_KEEPALIVE"),
        "keepalive_idle_s" => ("IPPROTO_TCP", "TCP_KEEPIDLE"),
        "keepalive_interval_s" => ("IPPROTO_TCP", "TCP_KEEPINTVL"),
        "keepalive_count" => ("IPPROTO_TCP", "TCP_KEEPCNT"),
        "linger_s" => ("SOL_SOCKET", "SO_LINGER"),
        "no_delay" => ("IPPROTO_TCP", "TCP_NODELAY"),
        "receive_buffer" => ("SOL_SOCKET", "SO_RCVBUF"),
        "send_buffer" => ("SOL_SOCKET", "SO_SNDBUF"),
        "ttl" => ("IPPROTO_IP", "IP_TTL"),
        "tos" => ("IPPROTO_IP", "IP_TOS"),
        "ipv6_only" => ("IPPROTO_IPV6", "IPV6_V6ONLY"),
        "oob_inline" => ("SOL_SOCKET", "SO_OOBINLINE"),
        "multicast_ttl" => ("IPPROTO_IP", "IP_MULTICAST_TTL"),
        "multicast_loop" => ("IPPROTO_IP", "IP_MULTICAST_LOOP"),
        "join_multicast" => ("IPPROTO_IP", "IP_ADD_MEMBERSHIP"),
        "leave_multicast" => ("IPPROTO_IP", "IP_DROP_MEMBERSHIP"),
        "user_timeout_ms" => ("IPPROTO_TCP", "TCP_USER_TIMEOUT"),
        "congestion" => ("IPPROTO_TCP", "TCP_CONGESTION"),
        "error" => ("SOL_SOCKET", "SO_ERROR"),
        _ => return None,
    })
}

fn set_option(call: &SocketSetOption, family: Family) -> String {
    let Some((level, name)) = option_names(&call.name, family) else { return String::new() };
    let value = match (&call.value, call.name.as_str()) {
        (Value::Null, "linger_s") => "struct.pack(\"ii\", 0, 0)".to_owned(),
        (value, "linger_s") => format!("struct.pack(\"ii\", 1, {})", constant(value)),
        (Value::String(group), "join_multicast" | "leave_multicast") => membership(group, family),
        (Value::String(name), "congestion") => bytes_literal(name.as_bytes()),
        (value, _) => constant(value),
    };
    format!("s{}.setsockopt(socket.{level}, socket.{name}, {value})", call.socket)
}

/// `struct ip_mreq` or `struct ipv6_mreq`: the group, and the loopback device.
fn membership(group: &str, family: Family) -> String {
    let group = literal(group.trim_start_matches('[').trim_end_matches(']'));
    match family {
        Family::Inet6 => format!(
            "socket.inet_pton(socket.AF_INET6, {group}) + struct.pack(\"@I\", socket.if_nametoindex(\"lo\"))"
        ),
        Family::Inet | Family::Unix => {
            format!("socket.inet_aton({group}) + socket.inet_aton(\"127.0.0.1\")")
        }
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(on) => u8::from(*on).to_string(),
        Value::String(text) => literal(text),
        value => value.to_string(),
    }
}

fn get_option(call: &SocketGetOption, family: Family) -> String {
    match option_names(&call.name, family) {
        // Two integers: whether it lingers, and for how many seconds.
        Some((level, name @ "SO_LINGER")) => {
            format!("struct.unpack(\"ii\", s{}.getsockopt(socket.{level}, socket.{name}, 8))", call.socket)
        }
        // A name, which has its room asked for.
        Some((level, name @ "TCP_CONGESTION")) => {
            format!("s{}.getsockopt(socket.{level}, socket.{name}, 16)", call.socket)
        }
        Some((level, name)) => format!("s{}.getsockopt(socket.{level}, socket.{name})", call.socket),
        None => String::new(),
    }
}

/// What the server does by itself would be a loop in Python. One over a stream ends with it.
fn configure(call: &SocketConfigure, is_datagram: bool) -> String {
    let s = call.socket;
    let echoes = matches!(call.responder, Some(Some(Responder::Echo {})));
    let receive = |socket: &str| match (is_datagram, echoes) {
        (true, true) => {
            format!("while True: data, peer = {socket}.recvfrom(65536); {socket}.sendto(data, peer)")
        }
        (true, false) => format!("while True: data, peer = {socket}.recvfrom(65536)"),
        (false, true) => format!("while data := {socket}.recv(65536): {socket}.sendall(data)"),
        (false, false) => format!("while data := {socket}.recv(65536): pass"),
    };
    match (call.accept, call.receive) {
        (Some(Mode::Stream), Some(Mode::Stream)) => {
            let receive = receive("s");
            format!("while True: s, peer = s{s}.accept()  # and for each, in a thread: {receive}")
        }
        (Some(Mode::Stream), _) => format!("while True: connection, peer = s{s}.accept()"),
        (_, Some(Mode::Stream)) => receive(&format!("s{s}")),
        _ => format!("# s{s}: accept() and recv() only when called"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, params: &str, is_datagram: bool, expected: &str) {
        let raw = serde_json::value::RawValue::from_string(params.to_owned()).unwrap();
        let call = Call::parse(method, Some(&raw)).unwrap();
        assert_eq!(line(&call, Family::Inet, is_datagram), expected, "{method} {params}");
    }

    #[test]
    fn calls_read_like_a_tutorial() {
        check(
            "socket.create",
            r#"{"family":"inet","type":"dgram"}"#,
            true,
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        );
        check("socket.bind", r#"{"socket":3,"address":":7788"}"#, true, "s3.bind((\"\", 7788))");
        check("socket.bind", r#"{"socket":3,"address":"unix:@a"}"#, true, "s3.bind(\"\\0a\")");
        check("socket.listen", r#"{"socket":3,"backlog":128}"#, false, "s3.listen(128)");
        check("socket.accept", r#"{"socket":3}"#, false, "connection, peer = s3.accept()");
        check(
            "socket.connect",
            r#"{"socket":4,"address":"127.0.0.1:7789","timeout_ms":1500}"#,
            false,
            "s4.settimeout(1.5); s4.connect((\"127.0.0.1\", 7789)); s4.settimeout(None)",
        );
        check("socket.recv", r#"{"socket":3,"max":1024}"#, false, "data = s3.recv(1024)");
        check(
            "socket.recv",
            r#"{"socket":3,"max":1024,"flags":["peek"]}"#,
            true,
            "data, peer = s3.recvfrom(1024, socket.MSG_PEEK)",
        );
        check("socket.shutdown", r#"{"socket":3,"how":"write"}"#, false, "s3.shutdown(socket.SHUT_WR)");
        check("socket.close", r#"{"socket":3}"#, false, "s3.close()");
    }

    #[test]
    fn payloads_read_like_a_tutorial() {
        check(
            "socket.send",
            r#"{"socket":3,"data":{"text":"漢字","encoding":"gbk"},"to":"127.0.0.1:7788"}"#,
            true,
            "s3.sendto(\"漢字\".encode(\"gbk\"), (\"127.0.0.1\", 7788))",
        );
        check("socket.send", r#"{"socket":4,"data":"hello"}"#, false, "s4.sendall(b\"hello\")");
        check("socket.send", r#"{"socket":4,"data":"哈"}"#, false, "s4.sendall(\"哈\".encode(\"utf-8\"))");
        check(
            "socket.send",
            r#"{"socket":4,"data":{"escaped":"a\\r\\n\\xff\\\""}}"#.replace("\\\\\\\"", "").as_str(),
            false,
            "s4.sendall(b\"a\\r\\n\\xff\")",
        );
        check(
            "socket.send",
            r#"{"socket":4,"data":{"hex":"68 69"}}"#,
            false,
            "s4.sendall(bytes.fromhex(\"68 69\"))",
        );
        check("socket.send", r#"{"socket":4,"data":{"zeros":9}}"#, false, "s4.sendall(bytes(9))");
    }

    #[test]
    fn options_use_pythons_names() {
        check(
            "socket.set_option",
            r#"{"socket":3,"name":"reuse_address","value":true}"#,
            false,
            "s3.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        );
        check(
            "socket.get_option",
            r#"{"socket":3,"name":"receive_buffer"}"#,
            false,
            "s3.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)",
        );
        check(
            "socket.set_option",
            r#"{"socket":3,"name":"congestion","value":"reno"}"#,
            false,
            "s3.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b\"reno\")",
        );
        check(
            "socket.get_option",
            r#"{"socket":3,"name":"congestion"}"#,
            false,
            "s3.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)",
        );
        for name in sockyard_protocol::call::OPTION_NAMES {
            assert!(option_names(name, Family::Inet).is_some(), "{name}");
        }
        check(
            "socket.get_option",
            r#"{"socket":3,"name":"linger_s"}"#,
            false,
            "struct.unpack(\"ii\", s3.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))",
        );
        check(
            "socket.set_option",
            r#"{"socket":3,"name":"keepalive","value":null}"#,
            false,
            "s3.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, None)",
        );
        check(
            "socket.set_option",
            r#"{"socket":3,"name":"join_multicast","value":"239.1.2.3"}"#,
            true,
            "s3.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, \
             socket.inet_aton(\"239.1.2.3\") + socket.inet_aton(\"127.0.0.1\"))",
        );
        assert_eq!(
            membership("[ff11::1]", Family::Inet6),
            "socket.inet_pton(socket.AF_INET6, \"ff11::1\") + struct.pack(\"@I\", socket.if_nametoindex(\"lo\"))"
        );
        assert_eq!(option_names("ttl", Family::Inet6), Some(("IPPROTO_IPV6", "IPV6_UNICAST_HOPS")));
        assert_eq!(option_names("tos", Family::Inet6), Some(("IPPROTO_IPV6", "IPV6_TCLASS")));
    }

    #[test]
    fn waiting_for_all_keeps_its_time_limit_in_the_kernel() {
        check(
            "socket.recv",
            r#"{"socket":3,"max":9,"flags":["waitall"],"timeout_ms":1500}"#,
            false,
            "s3.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack(\"ll\", 1, 500000)); \
             data = s3.recv(9, socket.MSG_WAITALL); \
             s3.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack(\"ll\", 0, 0))",
        );
        check(
            "socket.recv",
            r#"{"socket":3,"max":9,"flags":["waitall"],"timeout_ms":0}"#,
            false,
            "data = s3.recv(9, socket.MSG_WAITALL | socket.MSG_DONTWAIT)",
        );
    }

    #[test]
    fn encodings_are_pythons_codecs() {
        let send = |text: &str, encoding: &str| {
            payload(&Payload::Text { text: text.into(), encoding: Some(encoding.into()) })
        };
        assert_eq!(send("é", "iso-8859-1"), "\"é\".encode(\"cp1252\")");
        assert_eq!(
            send("a€€漢", "gbk"),
            "\"a\".encode(\"gbk\") + b\"\\x80\" + b\"\\x80\" + \"漢\".encode(\"gbk\")"
        );
        assert_eq!(send("a\u{202e}", "utf-8"), "\"a\\u202e\".encode(\"utf-8\")");
    }

    #[test]
    fn loops_over_a_stream_end_with_it() {
        check(
            "socket.configure",
            r#"{"socket":3,"receive":"stream","responder":{"kind":"echo"}}"#,
            false,
            "while data := s3.recv(65536): s3.sendall(data)",
        );
        check(
            "socket.configure",
            r#"{"socket":3,"receive":"stream","responder":{"kind":"discard"}}"#,
            true,
            "while True: data, peer = s3.recvfrom(65536)",
        );
    }
}
