//! What to connect to: addresses and subprotocols, without a browser.

use sockyard_protocol::{SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX};

use crate::model::address::token_characters;

/// How many lines of a session's log come at first: more than most sessions have, and soon here. Older ones are fetched when
/// somebody wants to see them.
const LINES_AT_FIRST: u64 = 20_000;

/// A session to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SessionKey {
    /// Its id.
    pub(super) session: String,
    /// Its own token.
    pub(super) token: String,
}

/// The WebSocket's address. `origin` is the page's own, `http://…` or `https://…`; `after` is the newest line that the page
/// has, 0 for none. A new session is opened in a lab if `in_lab` says so.
pub(super) fn websocket_url(origin: &str, session: Option<&SessionKey>, after: u64, in_lab: bool) -> String {
    // "http" is replaced by "ws" in both.
    let base = origin.replacen("http", "ws", 1);
    match session {
        Some(key) if after == 0 => format!("{base}{}&last={LINES_AT_FIRST}", probe_url(Some(key))),
        Some(key) => format!("{base}{}&after={after}", probe_url(Some(key))),
        None if in_lab => format!("{base}{}?network=lab", probe_url(None)),
        None => format!("{base}{}", probe_url(None)),
    }
}

/// The same path for an ordinary request.
pub(super) fn probe_url(session: Option<&SessionKey>) -> String {
    match session {
        Some(SessionKey { session, token }) => {
            format!("/api/v1/ws?session={}&token={}", escaped(session), escaped(token))
        }
        None => "/api/v1/ws".to_owned(),
    }
}

/// The subprotocols to offer.
pub(super) fn protocols(owner_token: Option<&str>) -> Vec<String> {
    let mut protocols = vec![SUBPROTOCOL.to_owned()];
    if let Some(token) = owner_token {
        protocols.push(format!("{TOKEN_SUBPROTOCOL_PREFIX}{token}"));
    }
    protocols
}

/// The token in what a person pasted: the printed address, its fragment, or the token alone.
pub(super) fn token_of(entered: &str) -> String {
    let entered = entered.trim();
    let token = match entered.rsplit_once("token=") {
        Some((_, token)) => token,
        None => entered,
    };
    token_characters(token)
}

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_resumed_after_the_last_line_seen() {
        let key = SessionKey { session: "s_1".into(), token: "a+b".into() };
        assert_eq!(
            websocket_url("http://127.0.0.1:8080", Some(&key), 17, true),
            "ws://127.0.0.1:8080/api/v1/ws?session=s_1&token=a%2Bb&after=17"
        );
        assert_eq!(
            websocket_url("http://127.0.0.1:8080", Some(&key), 0, false),
            "ws://127.0.0.1:8080/api/v1/ws?session=s_1&token=a%2Bb&last=20000"
        );
        assert_eq!(websocket_url("https://x.test", None, 0, false), "wss://x.test/api/v1/ws");
        assert_eq!(websocket_url("https://x.test", None, 0, true), "wss://x.test/api/v1/ws?network=lab");
    }

    #[test]
    fn the_owner_token_is_offered_as_a_second_subprotocol() {
        assert_eq!(protocols(None), ["sockyard.v1"]);
        assert_eq!(protocols(Some("abc")), ["sockyard.v1", "sockyard.token.abc"]);
    }

    #[test]
    fn a_token_is_found_in_whatever_was_pasted() {
        assert_eq!(token_of(" abc "), "abc");
        assert_eq!(token_of("http://127.0.0.1:1/#token=abc\n"), "abc");
        assert_eq!(token_of("#token=a-b_c"), "a-b_c");
        assert_eq!(token_of("a b"), "a");
    }
}
