//! Who may open a session.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use sockyard_protocol::{Fault, TOKEN_SUBPROTOCOL_PREFIX};

use crate::secret::is_same;

/// The server's answer to "who may open a session?".
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// Anyone.
    Open,
    /// Whoever has the owner's token.
    Token(String),
}

impl Access {
    /// # Errors
    /// Code 8, whether the token is missing or wrong.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let Access::Token(token) = self else { return Ok(()) };
        let shown = bearer(headers).or_else(|| subprotocol(headers));
        match shown {
            Some(shown) if is_same(shown, token) => Ok(()),
            Some(_) => Err(Fault::unauthorized().with_hint(
                "this is not the owner's token, which stands behind #token= in the address that the server printed at \
                 its start",
            )),
            None => Err(Fault::unauthorized().with_hint(
                "open the address that the server printed at its start, or send what stands there behind #token= as \
                 `Authorization: Bearer`",
            )),
        }
    }

    /// Whether the metrics may be read: with the token for them, or with the owner's. A server that is open to everybody
    /// tells nobody what the others do, and where they come from proves nothing: behind a proxy all come from loopback.
    ///
    /// # Errors
    /// Code 8.
    pub(super) fn check_operator(
        &self,
        metrics_token: Option<&str>,
        headers: &HeaderMap,
    ) -> Result<(), Fault> {
        let owner = match self {
            Access::Open => None,
            Access::Token(token) => Some(token.as_str()),
        };
        let tokens: Vec<&str> = metrics_token.into_iter().chain(owner).collect();
        if tokens.is_empty() {
            return Err(Fault::unauthorized().with_hint(
                "an open server shows its metrics once it has a --metrics-token, and to whoever sends that",
            ));
        }
        match bearer(headers) {
            Some(shown) if tokens.iter().any(|token| is_same(shown, token)) => Ok(()),
            _ => Err(Fault::unauthorized().with_hint(
                "the metrics take `Authorization: Bearer` and the owner's token or that of --metrics-token",
            )),
        }
    }
}

/// RFC 6750 section 2.1.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// A browser can set no header on a WebSocket, but it can offer subprotocols.
fn subprotocol(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|offered| offered.trim().strip_prefix(TOKEN_SUBPROTOCOL_PREFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_taken_from_either_header_and_only_the_right_one_passes() {
        let access = Access::Token("secret".into());
        let check = |name, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            access.check(&headers).is_ok()
        };
        assert!(check(AUTHORIZATION, "Bearer secret"));
        assert!(check(AUTHORIZATION, "bearer secret"));
        assert!(check(SEC_WEBSOCKET_PROTOCOL, "sockyard.v1, sockyard.token.secret"));
        for wrong in ["Bearer secre", "Bearer secrets", "Basic secret", "secret", "Bearer"] {
            assert!(!check(AUTHORIZATION, wrong), "{wrong}");
        }
        assert!(!check(SEC_WEBSOCKET_PROTOCOL, "sockyard.v1"));
        assert!(access.check(&HeaderMap::new()).is_err());
        assert!(Access::Open.check(&HeaderMap::new()).is_ok());
    }
}
