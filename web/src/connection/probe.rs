//! Asks over HTTP what stands against a WebSocket: a browser tells a page nothing about a failed upgrade.

use std::time::Duration;

use serde::Deserialize;
use sockyard_protocol::Fault;

use super::http;

/// Longest wait for an answer: a server that takes a connection and says nothing is as good as none.
const DEADLINE: Duration = Duration::from_secs(5);

/// What stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probed {
    /// The server wants its owner token.
    TokenNeeded,
    /// The session is unknown or has expired.
    SessionGone,
    /// There are as many sessions or connections as the server takes.
    TooMany,
    /// The server is not to be reached under this name, or not from this origin.
    NotAllowed,
    /// Nothing: the server is there, so it is worth another try.
    Reachable,
    /// Nobody answers.
    Unreachable,
}

/// Asks.
pub(super) async fn probe(url: &str, token: Option<&str>) -> Probed {
    match http::get(url, token, DEADLINE).await {
        None => Probed::Unreachable,
        Some(answer) => read(answer.status, &http::text(&answer.body).await.unwrap_or_default()),
    }
}

fn read(status: u16, body: &str) -> Probed {
    #[derive(Deserialize)]
    struct Problem {
        error: Fault,
    }
    let code = serde_json::from_str::<Problem>(body).map(|problem| problem.error.code).ok();
    match (status, code) {
        (401, _) => Probed::TokenNeeded,
        (404, Some(7)) => Probed::SessionGone,
        (429, _) => Probed::TooMany,
        (403 | 421, _) => Probed::NotAllowed,
        // A proxy in front answers these where the server behind it is down.
        (502..=504, None) => Probed::Unreachable,
        _ => Probed::Reachable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let gone = format!(
            r#"{{"title":"no such session","status":404,"error":{}}}"#,
            serde_json::to_string(&Fault::no_such_session()).unwrap()
        );
        assert_eq!(read(404, &gone), Probed::SessionGone);
        assert_eq!(read(404, "not found"), Probed::Reachable);
        assert_eq!(read(401, ""), Probed::TokenNeeded);
        assert_eq!(read(426, ""), Probed::Reachable);
        assert_eq!(read(429, ""), Probed::TooMany);
        assert_eq!(read(403, ""), Probed::NotAllowed);
        assert_eq!(read(421, ""), Probed::NotAllowed);
        assert_eq!(read(502, "<html>"), Probed::Unreachable);
    }
}
