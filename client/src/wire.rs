//! The transport by itself: a WebSocket that has been greeted, and what its text messages are.
//!
//! [`crate::Client`] stands on this. Whoever wants to send what no proper client would, such as a test of a server,
//! can do it from here.

use std::borrow::Cow;
use std::io;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use sockyard_protocol::rpc::Id;
use sockyard_protocol::{Fault, Hello};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::{Closed, Error, Refused};

/// Longest wait for a connection, its upgrade and the server's first message together.
const OPEN_DEADLINE: Duration = Duration::from_secs(10);
/// The longest message that a server writes is a batch's answers, which it bounds at 12 MiB.
const MESSAGE_MAX: usize = 16 << 20;
/// Several small messages go to the kernel in one write.
const WRITE_BUFFER: usize = 64 << 10;

/// A WebSocket to a server.
pub type Socket = WebSocketStream<TcpStream>;

/// Connects to the WebSocket's URL and waits for `session.hello`, for at most 10 s.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Refused`], or [`Error::Protocol`] where something else than a Sockyard server answers.
pub async fn open(url: &str, token: Option<&str>) -> Result<(Socket, Hello), Error> {
    let mut request =
        url.into_client_request().map_err(|error| Error::Url(format!("{}: {error}", without_query(url))))?;
    if let Some(token) = token {
        let value = HeaderValue::try_from(format!("Bearer {token}"));
        let value =
            value.map_err(|_| Error::Url("the token has characters that no header can have".into()))?;
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let authority = request.uri().authority().map_or_else(String::new, ToString::to_string);
    let unreachable = |source| Error::Unreachable { authority: authority.clone(), source };
    let opening = async {
        let stream = TcpStream::connect(plain(&authority)).await.map_err(unreachable)?;
        // A call is a small message whose answer is waited for.
        stream.set_nodelay(true).map_err(unreachable)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE_MAX))
            .max_frame_size(Some(MESSAGE_MAX))
            .write_buffer_size(WRITE_BUFFER);
        match tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await {
            Ok((mut socket, _)) => first(&mut socket).await.map(|hello| (socket, hello)),
            Err(tungstenite::Error::Http(answer)) => {
                let body = answer.body().as_deref().unwrap_or_default();
                Err(Error::Refused(Box::new(Refused::new(answer.status().as_u16(), body))))
            }
            Err(tungstenite::Error::Io(error)) => Err(unreachable(error)),
            Err(error) => Err(Error::Protocol(format!("no WebSocket: {error}"))),
        }
    };
    match timeout(OPEN_DEADLINE, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(unreachable(io::ErrorKind::TimedOut.into())),
    }
}

/// A URL as errors may show it: its query can carry a session's token.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// What name look-ups take: no brackets are needed where the port stands apart.
fn plain(authority: &str) -> (&str, u16) {
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    (host.trim_start_matches('[').trim_end_matches(']'), port.parse().unwrap_or(80))
}

async fn first(socket: &mut Socket) -> Result<Hello, Error> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let Said::Notification { method, params } = read(&text)? else {
                    return Err(Error::Protocol(format!(
                        "a first message of {} bytes that is no greeting",
                        text.len()
                    )));
                };
                if method != "session.hello" {
                    return Err(Error::Protocol(format!("{method} before session.hello")));
                }
                return serde_json::from_str(params.get())
                    .map_err(|error| Error::Protocol(format!("session.hello: {error}")));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(frame))) => return Err(Error::Closed(closed(frame))),
            Some(Ok(other)) => {
                return Err(Error::Protocol(format!(
                    "a first message of {} bytes that is no text",
                    other.len()
                )));
            }
            Some(Err(error)) => return Err(Error::Closed(lost(&error))),
            None => return Err(Error::Closed(Closed::default())),
        }
    }
}

/// What the server's close frame says.
pub fn closed(frame: Option<tungstenite::protocol::CloseFrame>) -> Closed {
    match frame {
        Some(frame) => Closed { code: Some(frame.code.into()), reason: frame.reason.to_string() },
        None => Closed::default(),
    }
}

/// The end of a connection without a close frame.
pub(crate) fn lost(error: &tungstenite::Error) -> Closed {
    Closed { code: None, reason: error.to_string() }
}

/// What a server's text message is.
#[derive(Debug)]
pub enum Said<'a> {
    /// A notification: `session.hello`, `events`, and what later versions may add.
    Notification {
        /// Its method.
        method: Cow<'a, str>,
        /// Its parameters.
        params: &'a RawValue,
    },
    /// The answer to a call.
    Answer {
        /// The call's id; null where the server could not read one.
        id: Id,
        /// The result as it came, or the error.
        outcome: Result<&'a RawValue, Fault>,
    },
    /// The answers to a batch as they came.
    Batch(Vec<&'a RawValue>),
}

/// Reads a server's text message.
///
/// # Errors
/// [`Error::Protocol`] that says what is wrong with it and where, but not what it is: it may hold a session's token.
pub fn read(text: &str) -> Result<Said<'_>, Error> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(default, borrow)]
        method: Option<Cow<'a, str>>,
        #[serde(default, borrow)]
        params: Option<&'a RawValue>,
        id: Option<Id>,
        #[serde(default, borrow)]
        result: Option<&'a RawValue>,
        error: Option<Fault>,
    }
    let wrong =
        |error: serde_json::Error| Error::Protocol(format!("a message of {} bytes: {error}", text.len()));
    if text.starts_with('[') {
        return serde_json::from_str(text).map(Said::Batch).map_err(wrong);
    }
    match serde_json::from_str::<Envelope<'_>>(text).map_err(wrong)? {
        Envelope { method: Some(method), params: Some(params), .. } => {
            Ok(Said::Notification { method, params })
        }
        Envelope { id, result: Some(result), error: None, .. } => {
            Ok(Said::Answer { id: id.unwrap_or(Id::Null), outcome: Ok(result) })
        }
        Envelope { id, result: None, error: Some(fault), .. } => {
            Ok(Said::Answer { id: id.unwrap_or(Id::Null), outcome: Err(fault) })
        }
        _ => Err(Error::Protocol(format!(
            "a message of {} bytes that is no notification, and neither a result nor an error",
            text.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_errors_notifications_and_batches_are_told_apart() {
        let Said::Answer { id: Id::Number(7), outcome: Ok(result) } =
            read(r#"{"jsonrpc":"2.0","id":7,"result":{"socket":3}}"#).unwrap()
        else {
            panic!("no result");
        };
        assert_eq!(result.get(), r#"{"socket":3}"#);
        let error = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON","data":{"kind":"protocol"}}}"#;
        let Said::Answer { id: Id::Null, outcome: Err(fault) } = read(error).unwrap() else {
            panic!("no error")
        };
        assert_eq!(fault.code, -32700);
        let Said::Notification { method, params } =
            read(r#"{"method":"events","params":{"events":[]}}"#).unwrap()
        else {
            panic!("no notification");
        };
        assert_eq!((method.as_ref(), params.get()), ("events", r#"{"events":[]}"#));
        assert!(matches!(read(&format!("[{error}]")), Ok(Said::Batch(answers)) if answers.len() == 1));
        for wrong in ["", "1", "{}", r#"{"id":1,"result":{},"error":{}}"#, r#"{"id":1,"error":{"code":1}}"#] {
            assert!(matches!(read(wrong), Err(Error::Protocol(_))), "{wrong}");
        }
    }

    #[tokio::test]
    async fn no_error_shows_a_token() {
        for text in [
            r#"{"method":"session.hello","params":{"token":"secret"}"#,
            r#"{"method":"session.hello","parameters":{"token":"secret"}}"#,
            r#"{"session":"s_1","token":"secret"}"#,
            r#"["secret""#,
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(!error.contains("secret") && error.contains(&text.len().to_string()), "{error}");
        }
        let error = open("ws://[?session=s_1&token=secret", None).await.unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn an_authority_is_taken_apart() {
        assert_eq!(plain("[::1]:7410"), ("::1", 7410));
        assert_eq!(plain("localhost:80"), ("localhost", 80));
    }
}
