//! The session's log as text, from the server's exporters, and its older lines.

use std::time::Duration;

use serde::Deserialize;
use sockyard_protocol::Fault;
use sockyard_protocol::call::LOG_READ_MAX;
use web_sys::Blob;

use super::target::{SessionKey, escaped};
use super::{CallError, Connection, http};

/// Longest wait for an export: a full log is some hundred megabytes at most, and the server is near.
const DEADLINE: Duration = Duration::from_secs(60);

impl Connection {
    /// The session's log as the server's exporter `format` writes it. The browser keeps it, however long it is.
    pub(crate) async fn export(self, format: &str) -> Result<Blob, CallError> {
        self.get(|key| url(key, format)).await
    }

    /// The newest lines before the one numbered `before`, as `log.read` answers.
    pub(crate) async fn older(self, before: u64) -> Result<Blob, CallError> {
        self.get(|key| older_url(key, before)).await
    }

    async fn get(self, url: impl FnOnce(&SessionKey) -> String) -> Result<Blob, CallError> {
        let key = self.inner().keys.session().ok_or(CallError::NotOpen)?;
        let answer = http::get(&url(&key), Some(&key.token), DEADLINE).await;
        let answer = answer.ok_or(CallError::ConnectionLost)?;
        match answer.status {
            200 => Ok(answer.body),
            _ => Err(refusal(&http::text(&answer.body).await.unwrap_or_default())),
        }
    }
}

fn url(key: &SessionKey, format: &str) -> String {
    format!("/api/v1/sessions/{}/export?format={format}", escaped(&key.session))
}

fn older_url(key: &SessionKey, before: u64) -> String {
    format!("/api/v1/sessions/{}/events?before={before}&limit={LOG_READ_MAX}", escaped(&key.session))
}

fn refusal(body: &str) -> CallError {
    #[derive(Deserialize)]
    struct Problem {
        error: Fault,
    }
    // What is no problem of the server's comes from a proxy between here and there.
    serde_json::from_str::<Problem>(body)
        .map_or(CallError::ConnectionLost, |problem| CallError::Fault(problem.error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_asked_for_by_session_and_format() {
        let key = SessionKey { session: "s_1".into(), token: "t".into() };
        assert_eq!(url(&key, "c"), "/api/v1/sessions/s_1/export?format=c");
        assert_eq!(older_url(&key, 9), "/api/v1/sessions/s_1/events?before=9&limit=1000");
    }

    #[test]
    fn a_refusal_says_why() {
        let fault = Fault::no_such_session();
        let body = format!(r#"{{"status":404,"error":{}}}"#, serde_json::to_string(&fault).unwrap());
        assert_eq!(refusal(&body), CallError::Fault(fault));
        assert_eq!(refusal("<html>"), CallError::ConnectionLost);
    }
}
