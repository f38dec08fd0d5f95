//! What must hold whatever bytes come, one function for each way in. A broken promise panics; `cargo xtask fuzz` tries them with libFuzzer.
//!
//! All of the protocol's parsers are here, which both transports of the server use. What a server does beyond parsing is tried from outside by
//! the tests (`robustness`, `frames`, `schemathesis`).

use std::ffi::CString;
use std::net::Ipv4Addr;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value, json};
use sockyard_protocol::payload::PAYLOAD_MAX;
use sockyard_protocol::rpc::{self, Message};
use sockyard_protocol::{Address, Call, Fault, Frame, Host, Payload};

/// Text as an address: what is taken is written as it is read, and reads to the C library as it does here. An address that the one takes
/// for a name and the other for a number is how policies are passed by.
pub fn address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(host) = text.parse::<Host>() {
        host_is_what_it_seems(&host);
    }
    let Ok(address) = text.parse::<Address>() else { return };
    let written = address.to_string();
    assert_eq!(written.parse().as_ref(), Ok(&address), "{text:?} is written as {written:?}");
    if let Address::Inet { host, .. } = &address {
        host_is_what_it_seems(host);
    }
}

fn host_is_what_it_seems(host: &Host) {
    let written = match host {
        Host::Any => return,
        // An IPv6 address has only one reading.
        Host::Ip(ip) if ip.is_ipv6() => return,
        Host::Ip(ip) => ip.to_string(),
        Host::Name(name) => {
            assert!(name.is_ascii() && !name.is_empty() && name.len() <= 253, "{name:?}");
            assert!(!name.bytes().any(|byte| byte.is_ascii_uppercase() || byte <= b' '), "{name:?}");
            name.clone()
        }
    };
    let read = inet_aton(&written);
    match host {
        Host::Ip(ip) => assert_eq!(read.map(Into::into), Some(*ip), "{written:?}"),
        _ => assert_eq!(read, None, "the C library takes the name {written:?} for an address"),
    }
}

/// inet_aton(3), which getaddrinfo(3) uses as well.
fn inet_aton(text: &str) -> Option<Ipv4Addr> {
    let text = CString::new(text).ok()?;
    let mut address = libc::in_addr { s_addr: 0 };
    // SAFETY: the text ends with a zero byte, and the address is ours to write.
    let taken = unsafe { libc_inet_aton(text.as_ptr(), &raw mut address) };
    (taken != 0).then(|| Ipv4Addr::from(u32::from_be(address.s_addr)))
}

unsafe extern "C" {
    #[link_name = "inet_aton"]
    fn libc_inet_aton(text: *const libc::c_char, address: *mut libc::in_addr) -> libc::c_int;
}

/// JSON as a payload: it becomes no more bytes than a message may have and than the quotas have reckoned, and the same each time.
pub fn payload(bytes: &[u8]) {
    let Ok(payload) = serde_json::from_slice::<Payload>(bytes) else { return };
    let Ok(data) = payload.to_bytes() else { return };
    assert!(data.len() <= PAYLOAD_MAX, "{} bytes", data.len());
    assert!(data.len() <= payload.size_hint(), "{} bytes, reckoned with {}", data.len(), payload.size_hint());
    let written = serde_json::to_vec(&payload).expect("a payload that was read can be written");
    let again: Payload = serde_json::from_slice(&written).expect("and read again");
    assert_eq!(again.to_bytes().as_deref(), Ok(data.as_slice()));
}

/// Text as JSON-RPC: every request is read, or answered with an error that can be written; a call is written as it is read.
pub fn rpc(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let parts = match rpc::parse(text) {
        Message::Single(part) => vec![part],
        Message::Batch(parts) => {
            assert!((1..=rpc::BATCH_MAX).contains(&parts.len()), "{} parts", parts.len());
            parts
        }
    };
    for part in parts {
        match part {
            Ok(request) => {
                call(&request.method, request.params);
                let id = request.id.as_ref();
                let again =
                    rpc::request(id, &request.method, &request.params).expect("a request can be written");
                assert!(matches!(rpc::parse(&again), Message::Single(Ok(_))), "{again}");
            }
            Err(bad) => {
                let answer = rpc::error(&bad.id, &bad.fault).expect("an error can be written");
                assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{answer}");
            }
        }
    }
}

/// Bytes as a binary frame: what is taken is written as it is read.
pub fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::parse(bytes) else { return };
    assert!(frame.bytes.len() <= bytes.len());
    frame.to().ok();
    let written = frame.to_message();
    assert_eq!(Frame::parse(&written).as_ref(), Ok(&frame), "{bytes:?}");
}

/// A request's body, the first byte choosing the call: the server puts the number of a path's socket into it and
/// reads the same calls.
pub fn rest(bytes: &[u8]) {
    let Some((choice, body)) = bytes.split_first() else { return };
    let method = Call::METHODS[usize::from(*choice) % Call::METHODS.len()];
    let Ok(mut params) = serde_json::from_slice::<Map<String, Value>>(body) else { return };
    let of_none = ["socket.create", "socket.list", "socket.poll"];
    if method.starts_with("socket.") && !of_none.contains(&method) {
        params.insert("socket".to_owned(), json!(3));
    }
    let params = to_raw_value(&params).expect("what was read can be written");
    call(method, Some(&params));
}

fn call(method: &str, params: Option<&RawValue>) {
    match Call::parse(method, params) {
        Ok(call) => {
            let written = to_raw_value(&call).expect("a call that was read can be written");
            let again = Call::parse(call.method(), Some(&written));
            assert_eq!(again.as_ref(), Ok(&call), "{written}");
        }
        Err(fault) => is_helpful(&fault),
    }
}

/// An error says something, and in bounds: it quotes what came, and what came may be long.
fn is_helpful(fault: &Fault) {
    assert!(!fault.message.is_empty());
    let length = serde_json::to_string(fault).expect("an error can be written").len();
    assert!(length <= 4096, "an error of {length} bytes");
}
