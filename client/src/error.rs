//! What can go wrong, by what a caller can do about it.

use std::fmt;
use std::io;

use serde_json::Value;
use sockyard_protocol::Fault;

/// Why something could not be had from a server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not a server's URL; it says what one looks like.
    #[error("{0}")]
    Url(String),
    /// Nobody answers there: the server does not run, or it is another address.
    #[error("no server answers at {authority}: {source}")]
    Unreachable {
        /// Where, as `host:port`.
        authority: String,
        /// What the connection failed with; `TimedOut` where it took too long.
        source: io::Error,
    },
    /// The server answered, and did not let the connection in.
    #[error("{0}")]
    Refused(Box<Refused>),
    /// The call failed; the session goes on.
    #[error("{0}")]
    Call(Fault),
    /// The connection is over. The session may still be there: [`crate::Client::resume`] goes back to it.
    #[error("the connection is closed{0}")]
    Closed(Closed),
    /// The server said something that the protocol does not have.
    #[error("not as the protocol has it: {0}")]
    Protocol(String),
}

impl Error {
    /// The server's own error, where that is what it is.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Error::Call(fault) => Some(fault),
            Error::Refused(refused) => refused.fault.as_ref(),
            Error::Url(_) | Error::Unreachable { .. } | Error::Closed(_) | Error::Protocol(_) => None,
        }
    }
}

/// An answer over HTTP in place of a WebSocket.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// Section 8's error, where the body had one. A proxy's answer has none.
    pub fault: Option<Fault>,
    /// The body, where it was JSON (RFC 9457); otherwise null.
    pub problem: Value,
}

impl Refused {
    /// Reads an answer's body.
    pub fn new(status: u16, body: &[u8]) -> Refused {
        let problem: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let fault = problem.get("error").and_then(|error| serde_json::from_value(error.clone()).ok());
        Refused { status, fault, problem }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.fault, self.problem["detail"].as_str()) {
            (Some(fault), _) => fault.fmt(f),
            (None, Some(detail)) => write!(f, "HTTP status {}: {detail}", self.status),
            (None, None) => write!(f, "HTTP status {} and no word of Sockyard's", self.status),
        }
    }
}

/// How a connection ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// The code of the server's close frame (section 2 lists them); none where the connection was lost without one.
    pub code: Option<u16>,
    /// Its reason, or what the connection was lost with.
    pub reason: String,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        match self.code {
            Some(code) => write!(f, " (code {code})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_server() {
        let body = br#"{"detail":"x","error":{"code":8,"message":"this server wants a token","data":{"kind":"unauthorized"}}}"#;
        assert_eq!(Refused::new(401, body).to_string(), "this server wants a token");
        assert_eq!(
            Refused::new(403, br#"{"detail":"not from there"}"#).to_string(),
            "HTTP status 403: not from there"
        );
        assert!(Refused::new(502, b"<html>").to_string().starts_with("HTTP status 502"));
    }
}
