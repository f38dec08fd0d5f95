//! JSON-RPC 2.0 envelopes (section 2).

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::Fault;

/// Longest `id` that is a string, in bytes: it is kept as long as its call waits.
pub const ID_MAX: usize = 128;

/// Most requests in one batch. Each costs at least an answer.
pub const BATCH_MAX: usize = 1000;

/// A request's `id`, returned as it came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Id {
    /// A number that is an integer; JavaScript keeps no other exactly.
    Number(i64),
    /// A string.
    Text(String),
    /// `null`, which the standard discourages and allows.
    Null,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Number(number) => write!(f, "{number}"),
            Id::Text(text) => write!(f, "{text:?}"),
            Id::Null => f.write_str("null"),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: an integer, a string or null")
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Id, E> {
                Ok(Id::Number(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Id, E> {
                i64::try_from(number).map(Id::Number).map_err(|_| E::custom("id is too large"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                match text.len() {
                    0..=ID_MAX => Ok(Id::Text(text.to_owned())),
                    _ => Err(E::custom(format_args!("id is longer than {ID_MAX} bytes"))),
                }
            }
            fn visit_unit<E: de::Error>(self) -> Result<Id, E> {
                Ok(Id::Null)
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// A request, borrowed from the message that it came in.
#[derive(Debug)]
pub struct Request<'a> {
    /// Names the answer; without one the request is a notification and gets none.
    pub id: Option<Id>,
    /// The method.
    pub method: Cow<'a, str>,
    /// The parameters, not read yet.
    pub params: Option<&'a RawValue>,
}

/// A request that is none: what is wrong, and the `id` to answer with as far as one could be read.
#[derive(Debug, PartialEq)]
pub struct BadRequest {
    /// The `id` for the error.
    pub id: Id,
    /// The error.
    pub fault: Fault,
}

/// A message from a client.
#[derive(Debug)]
pub enum Message<'a> {
    /// One request.
    Single(Result<Request<'a>, BadRequest>),
    /// Several, whose answers go back as one array.
    Batch(Vec<Result<Request<'a>, BadRequest>>),
}

/// Reads a client's message. Never fails: what cannot be read is answered in its place.
pub fn parse(text: &str) -> Message<'_> {
    if text.trim_ascii_start().starts_with('[') {
        return match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(parts) if parts.is_empty() => {
                Message::Single(Err(bad(Fault::not_a_request("an empty batch"))))
            }
            Ok(parts) if parts.len() > BATCH_MAX => Message::Single(Err(bad(Fault::not_a_request(format!(
                "a batch holds at most {BATCH_MAX} requests"
            ))))),
            Ok(parts) => Message::Batch(parts.into_iter().map(|part| parse_request(part.get())).collect()),
            Err(error) => Message::Single(Err(bad(Fault::not_json(error.to_string())))),
        };
    }
    Message::Single(parse_request(text))
}

/// A response with a result.
pub fn result(id: &Id, result: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&Response { jsonrpc: "2.0", id, result: Some(result), error: None })
}

/// A response with an error.
pub fn error(id: &Id, fault: &Fault) -> serde_json::Result<String> {
    serde_json::to_string(&Response::<()> { jsonrpc: "2.0", id, result: None, error: Some(fault) })
}

/// A notification, or with an `id` a request.
pub fn request(id: Option<&Id>, method: &str, params: &impl Serialize) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Out<'a, T> {
        jsonrpc: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Id>,
        method: &'a str,
        params: &'a T,
    }
    serde_json::to_string(&Out { jsonrpc: "2.0", id, method, params })
}

#[derive(Serialize)]
struct Response<'a, T> {
    jsonrpc: &'static str,
    id: &'a Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Fault>,
}

fn bad(fault: Fault) -> BadRequest {
    BadRequest { id: Id::Null, fault }
}

fn parse_request(text: &str) -> Result<Request<'_>, BadRequest> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Envelope<'a> {
        #[serde(borrow)]
        jsonrpc: Cow<'a, str>,
        #[serde(default, deserialize_with = "given")]
        id: Option<Id>,
        #[serde(borrow)]
        method: Cow<'a, str>,
        #[serde(default, borrow)]
        params: Option<&'a RawValue>,
    }
    let text = text.trim_ascii();
    // serde reads a struct from an array as well.
    if !text.starts_with('{') {
        let fault = match serde_json::from_str::<de::IgnoredAny>(text) {
            Ok(_) => Fault::not_a_request("a request is an object"),
            Err(error) => Fault::not_json(error.to_string()),
        };
        return Err(bad(fault));
    }
    match serde_json::from_str::<Envelope<'_>>(text) {
        Ok(Envelope { jsonrpc, id, method, params }) if jsonrpc == "2.0" => {
            Ok(Request { id, method, params })
        }
        Ok(Envelope { id, .. }) => Err(BadRequest {
            id: id.unwrap_or(Id::Null),
            fault: Fault::not_a_request("jsonrpc must be \"2.0\""),
        }),
        Err(error) if error.is_data() => {
            // The envelope is wrong, but the caller can be told which of its requests that was.
            #[derive(Deserialize)]
            struct OnlyId {
                id: Id,
            }
            let id = serde_json::from_str(text).map_or(Id::Null, |OnlyId { id }| id);
            Err(BadRequest { id, fault: Fault::not_a_request(error.to_string()) })
        }
        Err(error) => Err(bad(Fault::not_json(error.to_string()))),
    }
}

/// Tells `"id":null` from no `id` at all: only the latter is a notification.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Id>, D::Error> {
    Id::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn single(text: &str) -> Result<Request<'_>, BadRequest> {
        match parse(text) {
            Message::Single(request) => request,
            Message::Batch(_) => panic!("a batch: {text}"),
        }
    }

    #[test]
    fn requests_and_notifications_are_told_apart_by_the_id() {
        let id = |text| single(text).unwrap().id;
        assert_eq!(id(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#), Some(Id::Number(1)));
        assert_eq!(id(r#"{"jsonrpc":"2.0","id":"x","method":"a","params":{}}"#), Some(Id::Text("x".into())));
        assert_eq!(id(r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#), Some(Id::Null));
        assert_eq!(id(r#"{"jsonrpc":"2.0","method":"\u0061"}"#), None);
    }

    #[test]
    fn what_is_no_request_is_answered_with_the_right_code_and_id() {
        let check = |text: &str, code: i32, id: Id| {
            let bad = single(text).expect_err(text);
            assert_eq!((bad.fault.code, bad.id), (code, id), "{text}");
        };
        for text in
            ["", "nul", "{", "[1,2", "'{}'", "{id:1}", r#"{"jsonrpc":"2.0","method":"a"}x"#, "\u{feff}{}"]
        {
            check(text, -32700, Id::Null);
        }
        check(&format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000)), -32600, Id::Null);
        check("1", -32600, Id::Null);
        check("[]", -32600, Id::Null);
        check("{}", -32600, Id::Null);
        check(r#"{"id":7}"#, -32600, Id::Number(7));
        check(r#"{"jsonrpc":"1.0","id":7,"method":"a"}"#, -32600, Id::Number(7));
        check(r#"{"jsonrpc":"2.0","id":7,"method":1}"#, -32600, Id::Number(7));
        check(r#"{"jsonrpc":"2.0","id":7,"method":"a","x":1}"#, -32600, Id::Number(7));
        check(r#"{"jsonrpc":"2.0","id":[7],"method":"a"}"#, -32600, Id::Null);
        check(r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#, -32600, Id::Null);
        check(&format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"a"}}"#, "x".repeat(129)), -32600, Id::Null);
    }

    #[test]
    fn a_batch_keeps_good_and_bad_requests_apart() {
        let Message::Batch(parts) = parse(r#"[{"jsonrpc":"2.0","id":1,"method":"a"}, 1, ["2.0"], {"id":2}]"#)
        else {
            panic!("not a batch");
        };
        let ids: Vec<_> = parts
            .iter()
            .map(|part| part.as_ref().map_err(|bad| bad.id.clone()).map(|request| request.id.clone()))
            .collect();
        assert_eq!(ids, [Ok(Some(Id::Number(1))), Err(Id::Null), Err(Id::Null), Err(Id::Number(2))]);
    }

    #[test]
    fn envelopes_are_pinned() {
        assert_eq!(
            result(&Id::Number(1), &crate::answer::Done {}).unwrap(),
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#
        );
        assert_eq!(
            error(&Id::Null, &Fault::internal()).unwrap(),
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error","data":{"kind":"protocol"}}}"#
        );
        assert_eq!(
            request(None, "events", &serde_json::json!({"events":[]})).unwrap(),
            r#"{"jsonrpc":"2.0","method":"events","params":{"events":[]}}"#
        );
    }
}
