//! A call as the line of Python that does the same, so that the page and a tutorial read alike.

use serde_json::Value;
use sockyard_protocol::call::{
    RecvFlag, SendFlag, SocketConfigure, SocketGetOption, SocketSend, SocketSetOption,
};
use sockyard_protocol::{Address, Call, Family, Host, Mode, Payload, ShutdownHow, SocketType, UnixName};

/// The line, or nothing for calls that Python has no line for.
pub fn line(call: &Call, is_datagram: bool) -> String {
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
        Call::SocketRecv(call) => {
            let s = call.socket;
            let flags: Vec<&str> = call
                .flags
                .iter()
                .map(|flag| match flag {
                    RecvFlag::Peek => "socket.MSG_PEEK",
                    RecvFlag::Oob => "socket.MSG_OOB",
                    RecvFlag::Waitall => "socket.MSG_WAITALL",
                })
                .collect();
            let flags = if flags.is_empty() { String::new() } else { format!(", {}", flags.join(" | ")) };
            let line = match is_datagram {
                true => format!("data, peer = s{s}.recvfrom({}{flags})", call.max),
                false => format!("data = s{s}.recv({}{flags})", call.max),
            };
            with_timeout(s, call.timeout_ms, line)
        }
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
        Call::SocketSetOption(call) => set_option(call),
        Call::SocketGetOption(call) => get_option(call),
        Call::SocketConfigure(call) => configure(call, is_datagram),
        _ => String::new(),
    }
}

fn with_timeout(socket: u32, timeout_ms: Option<u64>, line: String) -> String {
    match timeout_ms {
        None => line,
        Some(ms) => format!("s{socket}.settimeout({}); {line}", ms as f64 / 1000.0),
    }
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
        Payload::Text { text, encoding } => {
            format!("{}.encode(\"{}\")", literal(text), encoding.as_deref().unwrap_or("utf-8"))
        }
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

fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if character.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(character))),
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
fn option_names(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
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
        "error" => ("SOL_SOCKET", "SO_ERROR"),
        _ => return None,
    })
}

fn set_option(call: &SocketSetOption) -> String {
    let Some((level, name)) = option_names(&call.name) else { return String::new() };
    let value = match (&call.value, call.name.as_str()) {
        (Value::Null, "linger_s") => "struct.pack(\"ii\", 0, 0)".to_owned(),
        (value, "linger_s") => format!("struct.pack(\"ii\", 1, {value})"),
        (Value::Bool(on), _) => u8::from(*on).to_string(),
        (Value::String(group), "join_multicast" | "leave_multicast") => {
            format!("socket.inet_aton({}) + socket.inet_aton(\"0.0.0.0\")", literal(group))
        }
        (value, _) => value.to_string(),
    };
    format!("s{}.setsockopt(socket.{level}, socket.{name}, {value})", call.socket)
}

fn get_option(call: &SocketGetOption) -> String {
    match option_names(&call.name) {
        Some((level, name)) => format!("s{}.getsockopt(socket.{level}, socket.{name})", call.socket),
        None => String::new(),
    }
}

/// What the server does by itself would be a loop in Python.
fn configure(call: &SocketConfigure, is_datagram: bool) -> String {
    let s = call.socket;
    let echo = matches!(call.responder, Some(Some(_)));
    let receive = match (is_datagram, echo) {
        (true, true) => "data, peer = s.recvfrom(65536); s.sendto(data, peer)",
        (true, false) => "data, peer = s.recvfrom(65536)",
        (false, true) => "data = s.recv(65536); s.sendall(data)",
        (false, false) => "data = s.recv(65536)",
    };
    match (call.accept, call.receive) {
        (Some(Mode::Stream), Some(Mode::Stream)) => {
            format!("while True: s, peer = s{s}.accept()  # and for each: {receive}, …")
        }
        (Some(Mode::Stream), _) => format!("while True: connection, peer = s{s}.accept()"),
        (_, Some(Mode::Stream)) => {
            let receive = receive.replace("s.", &format!("s{s}."));
            format!("while True: {receive}")
        }
        _ => format!("# s{s}: accept() and recv() only when called"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, params: &str, is_datagram: bool, expected: &str) {
        let raw = serde_json::value::RawValue::from_string(params.to_owned()).unwrap();
        let call = Call::parse(method, Some(&raw)).unwrap();
        assert_eq!(line(&call, is_datagram), expected, "{method} {params}");
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
            "s4.settimeout(1.5); s4.connect((\"127.0.0.1\", 7789))",
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
        for name in sockyard_protocol::call::OPTION_NAMES {
            assert!(option_names(name).is_some(), "{name}");
        }
    }
}
