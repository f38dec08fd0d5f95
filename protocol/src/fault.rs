//! Errors (section 8).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::wording;

/// Longest hint, in bytes.
const HINT_MAX: usize = 500;

/// The error of a call, as its caller gets it and as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Fault {
    /// A code of section 8.
    #[cfg_attr(feature = "schemas", schemars(schema_with = "crate::schema::fault_code"))]
    pub code: i32,
    /// One clause in lower case: what failed.
    pub message: String,
    /// The rest, for programs.
    pub data: Box<FaultData>,
}

/// What a program can act on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct FaultData {
    /// The class of the error.
    pub kind: FaultKind,
    /// The kernel's errno by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errno: Option<String>,
    /// The call that failed, by its BSD name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// The policy's rule that forbade it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The quota that is used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<String>,
    /// How much that quota allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// After how many milliseconds it is worth trying again, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// How many bytes a `send` handed to the kernel before it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// What was wrong and where, or what to try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Classes of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The kernel refused.
    Os,
    /// The policy forbids it.
    Denied,
    /// The session has no socket of that number.
    NoSuchSocket,
    /// `timeout_ms` passed.
    Timeout,
    /// By `call.cancel`, or the socket was closed meanwhile.
    Cancelled,
    /// A quota is used up.
    Quota,
    /// Unknown, expired, or the token is wrong.
    NoSuchSession,
    /// This server wants a token.
    Unauthorized,
    /// The payload cannot be turned into bytes.
    Payload,
    /// The session has no share of that id.
    NoSuchShare,
    /// JSON-RPC's own errors.
    Protocol,
}

/// In words: what failed, the kernel's name for it, and what to try.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(call) = &self.data.call {
            write!(f, "{call}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(errno) = &self.data.errno {
            write!(f, " ({errno})")?;
        }
        match &self.data.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

impl Fault {
    fn new(code: i32, kind: FaultKind, message: impl Into<String>) -> Fault {
        let data = FaultData {
            kind,
            errno: None,
            call: None,
            rule: None,
            quota: None,
            limit: None,
            retry_after_ms: None,
            bytes: None,
            hint: None,
        };
        Fault { code, message: message.into(), data: Box::new(data) }
    }

    /// Code 1: the kernel refused `call` with `errno`; `message` is the errno in words.
    pub fn os(call: &str, errno: &str, message: impl Into<String>) -> Fault {
        let mut fault = Fault::new(1, FaultKind::Os, message);
        fault.data.errno = Some(errno.to_owned());
        fault.with_call(call)
    }

    /// Code 2: the policy's `rule` forbids it.
    pub fn denied(call: &str, rule: &str, message: impl Into<String>) -> Fault {
        let mut fault = Fault::new(2, FaultKind::Denied, message);
        fault.data.rule = Some(rule.to_owned());
        fault.with_call(call)
    }

    /// Code 3: the session has no such socket.
    pub fn no_such_socket(socket: crate::SocketId) -> Fault {
        Fault::new(3, FaultKind::NoSuchSocket, format!("no socket {socket} in this session"))
    }

    /// Code 4: `timeout_ms` passed.
    pub fn timeout(call: &str) -> Fault {
        Fault::new(4, FaultKind::Timeout, "timed out").with_call(call)
    }

    /// Code 5: cancelled, or the socket was closed meanwhile.
    pub fn cancelled(call: &str) -> Fault {
        Fault::new(5, FaultKind::Cancelled, "cancelled").with_call(call)
    }

    /// Code 6: the quota of that name allows no more than `limit`.
    pub fn quota(quota: &str, limit: u64) -> Fault {
        let mut fault =
            Fault::new(6, FaultKind::Quota, format!("no more than {limit} {}", quota.replace('_', " ")));
        fault.data.quota = Some(quota.to_owned());
        fault.data.limit = Some(limit);
        fault
    }

    /// Code 7: unknown, expired, or the token is wrong; the answer does not tell which.
    pub fn no_such_session() -> Fault {
        Fault::new(7, FaultKind::NoSuchSession, "no such session")
    }

    /// Code 8: this server wants a token.
    pub fn unauthorized() -> Fault {
        Fault::new(8, FaultKind::Unauthorized, "this server wants a token")
            .with_hint("open the address that the server printed at its start")
    }

    /// Code 9: the payload cannot be turned into bytes; `hint` says where.
    pub fn payload(hint: impl Into<String>) -> Fault {
        Fault::new(9, FaultKind::Payload, "payload cannot be turned into bytes").with_hint(hint)
    }

    /// Code 10: the session has no such share.
    pub fn no_such_share() -> Fault {
        Fault::new(10, FaultKind::NoSuchShare, "no such share in this session")
            .with_hint("session.info lists the shares that there are")
    }

    /// `-32700`: not JSON.
    pub fn not_json(hint: impl Into<String>) -> Fault {
        Fault::new(-32700, FaultKind::Protocol, "not JSON").with_hint(hint)
    }

    /// `-32600`: JSON, but not a request.
    pub fn not_a_request(hint: impl Into<String>) -> Fault {
        Fault::new(-32600, FaultKind::Protocol, "not a request").with_hint(hint)
    }

    /// `-32601`: no such method.
    pub fn no_such_method(method: &str) -> Fault {
        let shown: String = method.chars().take(64).collect();
        Fault::new(-32601, FaultKind::Protocol, "no such method")
            .with_hint(format!("{shown:?} is not a method"))
    }

    /// `-32602`: the parameter `field` is wrong; `problem` reads on after the name.
    pub fn bad_params(field: &str, problem: &str) -> Fault {
        Fault::new(-32602, FaultKind::Protocol, "bad params")
            .with_hint(format!("{field}: {}", wording::plain(problem)))
    }

    /// `-32603`: a fault of the server's own.
    pub fn internal() -> Fault {
        Fault::new(-32603, FaultKind::Protocol, "internal error")
    }

    /// With the time after which it is worth trying again.
    #[must_use]
    pub fn with_retry_after(mut self, time: std::time::Duration) -> Fault {
        // Rounded up: whoever comes a moment early is refused once more.
        let ms = time.as_nanos().div_ceil(1_000_000);
        self.data.retry_after_ms = Some(u64::try_from(ms).unwrap_or(u64::MAX));
        self
    }

    /// With the name of the call that failed.
    #[must_use]
    pub fn with_call(mut self, call: &str) -> Fault {
        self.data.call = Some(call.to_owned());
        self
    }

    /// With a hint, cut where it is long: hints quote what a client sent, and the log keeps them.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Fault {
        let mut hint = hint.into();
        if hint.len() > HINT_MAX {
            hint.truncate(hint.floor_char_boundary(HINT_MAX));
            hint.push('…');
        }
        self.data.hint = Some(hint);
        self
    }

    /// With the number of bytes that a `send` handed over before it failed.
    #[must_use]
    pub fn with_bytes(mut self, bytes: usize) -> Fault {
        self.data.bytes = Some(bytes);
        self
    }

    /// The HTTP status that section 8 gives this error.
    pub fn http_status(&self) -> u16 {
        match self.code {
            2 => 403,
            3 | 7 | 10 | -32601 => 404,
            4 => 408,
            5 => 409,
            6 => 429,
            8 => 401,
            -32700 | -32600 => 400,
            1 | 9 | -32602 => 422,
            _ => 500,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_that_quotes_much_is_cut_between_characters() {
        let hint = Fault::payload("漢".repeat(1_000)).data.hint.unwrap();
        assert_eq!(hint, format!("{}…", "漢".repeat(166)));
    }

    #[test]
    fn an_error_can_be_said_in_one_line() {
        let fault =
            Fault::os("connect", "ECONNREFUSED", "connection refused").with_hint("nothing listens there");
        assert_eq!(fault.to_string(), "connect: connection refused (ECONNREFUSED); nothing listens there");
        assert_eq!(Fault::no_such_session().to_string(), "no such session");
    }

    #[test]
    fn every_error_is_pinned_with_its_status() {
        let check = |fault: Fault, status: u16, json: &str| {
            assert_eq!(serde_json::to_string(&fault).unwrap(), json);
            assert_eq!(fault.http_status(), status, "{json}");
            assert_eq!(serde_json::from_str::<Fault>(json).unwrap(), fault);
        };
        check(
            Fault::os("connect", "ECONNREFUSED", "connection refused")
                .with_hint("nothing is listening on 127.0.0.1:9"),
            422,
            r#"{"code":1,"message":"connection refused","data":{"kind":"os","errno":"ECONNREFUSED","call":"connect","hint":"nothing is listening on 127.0.0.1:9"}}"#,
        );
        check(
            Fault::denied("connect", "loopback_only", "only loopback can be reached"),
            403,
            r#"{"code":2,"message":"only loopback can be reached","data":{"kind":"denied","call":"connect","rule":"loopback_only"}}"#,
        );
        check(
            Fault::no_such_socket(9),
            404,
            r#"{"code":3,"message":"no socket 9 in this session","data":{"kind":"no_such_socket"}}"#,
        );
        check(
            Fault::timeout("send").with_bytes(7),
            408,
            r#"{"code":4,"message":"timed out","data":{"kind":"timeout","call":"send","bytes":7}}"#,
        );
        check(
            Fault::cancelled("recv"),
            409,
            r#"{"code":5,"message":"cancelled","data":{"kind":"cancelled","call":"recv"}}"#,
        );
        check(
            Fault::quota("sockets", 64),
            429,
            r#"{"code":6,"message":"no more than 64 sockets","data":{"kind":"quota","quota":"sockets","limit":64}}"#,
        );
        check(
            Fault::no_such_session(),
            404,
            r#"{"code":7,"message":"no such session","data":{"kind":"no_such_session"}}"#,
        );
        check(
            Fault::unauthorized(),
            401,
            r#"{"code":8,"message":"this server wants a token","data":{"kind":"unauthorized","hint":"open the address that the server printed at its start"}}"#,
        );
        check(
            Fault::payload("here"),
            422,
            r#"{"code":9,"message":"payload cannot be turned into bytes","data":{"kind":"payload","hint":"here"}}"#,
        );
        check(
            Fault::no_such_share(),
            404,
            r#"{"code":10,"message":"no such share in this session","data":{"kind":"no_such_share","hint":"session.info lists the shares that there are"}}"#,
        );
        check(
            Fault::not_json("here"),
            400,
            r#"{"code":-32700,"message":"not JSON","data":{"kind":"protocol","hint":"here"}}"#,
        );
        check(
            Fault::not_a_request("here"),
            400,
            r#"{"code":-32600,"message":"not a request","data":{"kind":"protocol","hint":"here"}}"#,
        );
        check(
            Fault::no_such_method("x"),
            404,
            r#"{"code":-32601,"message":"no such method","data":{"kind":"protocol","hint":"\"x\" is not a method"}}"#,
        );
        check(
            Fault::bad_params("max", "0 is not from 1 to 9"),
            422,
            r#"{"code":-32602,"message":"bad params","data":{"kind":"protocol","hint":"max: 0 is not from 1 to 9"}}"#,
        );
        check(
            Fault::internal(),
            500,
            r#"{"code":-32603,"message":"internal error","data":{"kind":"protocol"}}"#,
        );
    }
}
