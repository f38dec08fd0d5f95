//! How a call ended, as the form below it tells.

use serde::de::DeserializeOwned;
use serde_json::Value;
use sockyard_protocol::answer::{
    Accepted, Bound, Connected, Listening, OptionValue, Polled, Ready, Received, Sent,
};
use sockyard_protocol::call::RecvFlag;
use sockyard_protocol::{Call, Fault, SocketId, SocketInfo};

use crate::model::format::duration_us;
use crate::text::{count, fill, later};

/// Why a call has no answer of the server's.
#[derive(Clone, Debug, PartialEq)]
pub enum CallError {
    /// The server or the kernel refused.
    Fault(Fault),
    /// The connection was lost while the call waited; it may still have been made.
    ConnectionLost,
    /// There was no connection to make the call over.
    NotOpen,
    /// The message would be longer than the server takes, and would end the connection.
    TooLarge(usize),
}

/// The end of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The call's name.
    pub call: &'static str,
    /// What came of it.
    pub end: End,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It waits for the kernel.
    Running,
    /// It succeeded.
    Done(Success),
    /// It failed.
    Failed(CallError),
}

/// A success.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Success {
    /// In words.
    pub words: Vec<Words>,
    /// The bytes that came.
    pub bytes: Option<Vec<u8>>,
    /// Whether the peer has closed.
    pub eof: bool,
    /// A socket that the call made.
    pub socket: Option<SocketId>,
    /// What the kernel said of the socket.
    pub info: Option<Box<SocketInfo>>,
}

/// One sentence, kept apart from its language so that switching it turns old results, too.
#[derive(Clone, Debug, PartialEq)]
pub enum Words {
    /// See the text of the same name.
    Bound(String),
    /// See the text of the same name.
    Narrowed,
    /// Address and backlog.
    Listening(String, u32),
    /// Asked for and in force.
    BacklogCapped(i64, u32),
    /// Number and peer.
    Accepted(SocketId, String),
    /// Own address, peer, microseconds.
    Connected(String, String, u64),
    /// Bytes.
    Sent(u64),
    /// Bytes and sender.
    Received(u64, Option<String>),
    /// A datagram without bytes.
    EmptyDatagram,
    /// The length before the cut.
    Truncated(u64),
    /// The same, of a datagram that was only looked at.
    TruncatedPeek(u64),
    /// An option's value.
    Value(String),
    /// Of `shutdown`.
    Shutdown,
    /// Of `close`.
    Closed,
    /// Of `configure`.
    Configured,
    /// A socket that `poll` found ready.
    Ready(Ready),
    /// `poll` found none within its time limit.
    NoneReady,
    /// Of `info`.
    Info,
}

impl Words {
    /// The sentence.
    pub fn say(&self, text: &later::Text) -> String {
        let texts = &text.outcome;
        match self {
            Words::Bound(local) => fill(texts.bound, &[("local", local)]),
            Words::Narrowed => texts.narrowed.to_owned(),
            Words::Listening(local, backlog) => {
                fill(texts.listening, &[("local", local), ("backlog", &backlog.to_string())])
            }
            Words::BacklogCapped(asked, backlog) => fill(
                texts.backlog_capped,
                &[("asked", &asked.to_string()), ("backlog", &backlog.to_string())],
            ),
            Words::Accepted(number, peer) => {
                fill(texts.accepted, &[("n", &number.to_string()), ("peer", peer)])
            }
            Words::Connected(local, peer, took) => {
                fill(texts.connected, &[("local", local), ("peer", peer), ("time", &duration_us(*took))])
            }
            Words::Sent(bytes) => count(*bytes, texts.sent_one, texts.sent_many),
            Words::Received(bytes, from) => {
                let mut words = count(*bytes, texts.received_one, texts.received_many);
                if let Some(from) = from.as_deref().filter(|from| !from.is_empty()) {
                    words.push(' ');
                    words.push_str(&fill(texts.received_from, &[("from", from)]));
                }
                words
            }
            Words::EmptyDatagram => texts.empty_datagram.to_owned(),
            Words::Truncated(bytes) => fill(texts.truncated, &[("n", &bytes.to_string())]),
            Words::TruncatedPeek(bytes) => fill(texts.truncated_peek, &[("n", &bytes.to_string())]),
            Words::Value(value) => fill(texts.value, &[("value", value)]),
            Words::Shutdown => texts.shutdown.to_owned(),
            Words::Closed => texts.closed.to_owned(),
            Words::Configured => texts.configured.to_owned(),
            Words::Ready(Ready { socket, read, write, hangup, error }) => {
                let signs = [(read, "read"), (write, "write"), (hangup, "hangup"), (error, "error")];
                let signs: Vec<_> = signs.into_iter().filter(|(is, _)| **is).map(|(_, sign)| sign).collect();
                fill(texts.ready, &[("n", &socket.to_string()), ("signs", &signs.join(", "))])
            }
            Words::NoneReady => texts.none_ready.to_owned(),
            Words::Info => texts.info.to_owned(),
        }
    }
}

/// The short name of a call: `socket.bind` is `bind`.
pub fn short_name(call: &Call) -> &'static str {
    let method = call.method();
    method.split_once('.').map_or(method, |(_, name)| name)
}

/// Reads the answer to a call.
pub fn success(call: &Call, answer: &Value) -> Success {
    match call {
        Call::SocketBind(_) => read(answer, |Bound { local, narrowed }| {
            let mut words = vec![Words::Bound(local)];
            if narrowed {
                words.push(Words::Narrowed);
            }
            said(words)
        }),
        Call::SocketListen(listen) => read(answer, |Listening { local, backlog }| {
            let mut words = vec![Words::Listening(local, backlog)];
            if i64::from(backlog) != i64::from(listen.backlog) {
                words.push(Words::BacklogCapped(i64::from(listen.backlog), backlog));
            }
            said(words)
        }),
        Call::SocketAccept(_) => read(answer, |Accepted { connection, peer, .. }| Success {
            socket: Some(connection),
            ..said(vec![Words::Accepted(connection, peer)])
        }),
        Call::SocketConnect(_) => read(answer, |Connected { local, peer, duration_us }| {
            said(vec![Words::Connected(local, peer, duration_us)])
        }),
        Call::SocketSend(_) => read(answer, |Sent { bytes }| said(vec![Words::Sent(bytes as u64)])),
        Call::SocketRecv(recv) => {
            let is_peek = recv.flags.contains(&RecvFlag::Peek);
            read(answer, move |answer| received(answer, is_peek))
        }
        Call::SocketShutdown(_) => said(vec![Words::Shutdown]),
        Call::SocketClose(_) => said(vec![Words::Closed]),
        Call::SocketSetOption(_) | Call::SocketGetOption(_) => {
            read(answer, |OptionValue { value }| said(vec![Words::Value(value.to_string())]))
        }
        Call::SocketConfigure(_) => said(vec![Words::Configured]),
        Call::SocketPoll(_) => read(answer, |Polled { ready }| {
            let mut words: Vec<_> = ready.into_iter().map(Words::Ready).collect();
            if words.is_empty() {
                words.push(Words::NoneReady);
            }
            said(words)
        }),
        Call::SocketInfoCall(_) => {
            read(answer, |info| Success { info: Some(Box::new(info)), ..said(vec![Words::Info]) })
        }
        _ => Success::default(),
    }
}

/// An answer's members as pairs, those of objects within it with their owner's name before them; null is left out.
pub fn facts(answer: &Value) -> Vec<(String, String)> {
    let Some(object) = answer.as_object() else { return Vec::new() };
    let mut all = Vec::new();
    for (name, value) in object {
        match value {
            Value::Null => {}
            Value::Object(_) => {
                all.extend(facts(value).into_iter().map(|(inner, value)| (format!("{name}.{inner}"), value)));
            }
            Value::String(text) => all.push((name.clone(), text.clone())),
            // Rules are read where they are edited; here it counts how many there are.
            Value::Array(items) => all.push((name.clone(), items.len().to_string())),
            value => all.push((name.clone(), value.to_string())),
        }
    }
    all.sort_unstable();
    all
}

fn received(answer: Received, is_peek: bool) -> Success {
    let Received { bytes, data, from, truncated, datagram_bytes, eof } = answer;
    if eof {
        return Success { eof: true, ..Success::default() };
    }
    let mut words = vec![Words::Received(bytes as u64, from)];
    if bytes == 0 {
        words.push(Words::EmptyDatagram);
    }
    if truncated {
        let all = datagram_bytes.unwrap_or(bytes) as u64;
        words.push(if is_peek { Words::TruncatedPeek(all) } else { Words::Truncated(all) });
    }
    Success { bytes: data.to_bytes(), ..said(words) }
}

fn said(words: Vec<Words>) -> Success {
    Success { words, ..Success::default() }
}

fn read<T: DeserializeOwned>(answer: &Value, tell: impl FnOnce(T) -> Success) -> Success {
    T::deserialize(answer).map(tell).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use serde_json::json;
    use sockyard_protocol::call::{PollFor, SocketListen, SocketPoll, SocketRecv};

    fn words(success: &Success) -> Vec<String> {
        success.words.iter().map(|words| words.say(Language::English.later())).collect()
    }

    #[test]
    fn a_capped_backlog_is_said() {
        let call = SocketListen { socket: 3, backlog: 99_999 }.into();
        let end = success(&call, &json!({"local": "127.0.0.1:1", "backlog": 4096}));
        assert_eq!(words(&end).len(), 2);
        assert!(words(&end)[1].contains("99999"));
    }

    #[test]
    fn the_end_of_a_stream_is_told_from_an_empty_datagram() {
        let call = SocketRecv { socket: 3, max: 1024, flags: Vec::new(), timeout_ms: None }.into();
        let eof = success(&call, &json!({"bytes": 0, "data": {"text": ""}, "eof": true}));
        assert!(eof.eof && eof.words.is_empty());
        let empty = success(&call, &json!({"bytes": 0, "data": {"text": ""}, "from": "127.0.0.1:1"}));
        assert!(!empty.eof);
        assert_eq!(words(&empty)[0], "0 bytes from 127.0.0.1:1");
    }

    #[test]
    fn a_peek_loses_nothing() {
        let said = |flags| {
            let call = SocketRecv { socket: 3, max: 1, flags, timeout_ms: None }.into();
            let answer = json!({"bytes": 1, "data": {"text": "a"}, "truncated": true, "datagram_bytes": 9});
            success(&call, &answer).words[1].clone()
        };
        assert_eq!(said(Vec::new()), Words::Truncated(9));
        assert_eq!(said(vec![RecvFlag::Peek]), Words::TruncatedPeek(9));
    }

    #[test]
    fn a_poll_names_each_ready_socket_and_says_so_where_there_is_none() {
        let call = SocketPoll { sockets: vec![3, 4], r#for: vec![PollFor::Read], timeout_ms: None }.into();
        let ready = json!({"socket": 4, "read": true, "write": false, "hangup": true, "error": false});
        assert_eq!(words(&success(&call, &json!({"ready": [ready]}))), ["socket 4: read, hangup"]);
        assert_eq!(success(&call, &json!({"ready": []})).words, [Words::NoneReady]);
    }

    /// The facts that `info` shows are those of the wire, by their names there.
    #[test]
    fn facts_are_listed_by_their_names() {
        let info = json!({"socket": 3, "local": "127.0.0.1:1", "peer": null, "tcp": {"rtt_us": 9}});
        assert_eq!(
            facts(&info),
            [("local", "127.0.0.1:1"), ("socket", "3"), ("tcp.rtt_us", "9")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn short_names_are_the_bsd_names() {
        assert_eq!(short_name(&SocketListen { socket: 3, backlog: 1 }.into()), "listen");
    }
}
