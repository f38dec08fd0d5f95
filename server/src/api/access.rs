//! Who may do what: the layer in front of every route, upgrades included.
//!
//! A route's description says which token it wants, and the layer finds out who shows it before the handler is run. So a route
//! without a description does not compile, and one that is described is behind this layer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Query, RawPathParams, Request, State};
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;
use sockyard_protocol::{Fault, TOKEN_SUBPROTOCOL_PREFIX};

use super::describe::Token;
use super::guard::Arrival;
use super::{App, problem};
use crate::metrics;
use crate::quotas::Client;
use crate::secret::is_same;
use crate::session::{Opener, Presence};
use crate::tokens::{self, Grant, Scope, Tokens};

const OWNER_MISSING: &str = "open the address that the server printed at its start, or send what stands there behind #token= as \
    `Authorization: Bearer`";
const OWNER_WRONG: &str = "this is not the owner's token, which stands behind #token= in the address that the server printed at \
    its start";
const NAMED_WRONG: &str =
    "this token is unknown here, was revoked or has expired; `sockyard token list` has those that there are";
const METRICS_WRONG: &str = "the metrics take `Authorization: Bearer` and the owner's token, that of --metrics-token or one with the \
    scope admin";
const METRICS_CLOSED: &str =
    "an open server shows its metrics once it has a --metrics-token, and to whoever sends that";

/// The server's answer to "who may open a session?".
#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// Anyone.
    Open,
    /// Whoever has the owner's token, or an API token.
    Token(String),
}

/// Every token that is good for more than one session.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) mode: Mode,
    /// Suffices for the metrics, and for nothing else.
    pub(crate) metrics_token: Option<String>,
    pub(crate) tokens: Arc<Tokens>,
}

/// What the layer of one route is made of.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) app: Arc<App>,
    pub(super) token: Token,
}

/// Who came in. Handlers get an [`Opener`] or a [`Presence`] where their route takes only the one.
#[derive(Clone, Debug)]
pub(super) enum Admitted {
    /// The route is for everybody.
    Anybody,
    /// Whoever may open sessions.
    Opener(Opener),
    /// Whoever came to a session.
    Present(Arc<Presence>),
}

/// What of an upgrade's query says who comes.
#[derive(Deserialize)]
struct Key {
    session: Option<String>,
    token: Option<String>,
}

/// The layer.
pub(super) async fn admit(
    State(door): State<Door>,
    parameters: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(parameters) = parameters else {
        return problem::plain(StatusCode::BAD_REQUEST, "the path is not UTF-8");
    };
    let admitted = match door.ask(&parameters, &request) {
        Ok(admitted) => admitted,
        Err(fault) => return problem::fault(&fault),
    };
    let extensions = request.extensions_mut();
    match &admitted {
        Admitted::Anybody => {}
        Admitted::Opener(opener) => _ = extensions.insert(opener.clone()),
        Admitted::Present(presence) => _ = extensions.insert(Arc::clone(presence)),
    }
    if door.token == Token::Either {
        extensions.insert(admitted);
    }
    next.run(request).await
}

impl Door {
    fn ask(&self, parameters: &RawPathParams, request: &Request) -> Result<Admitted, Fault> {
        let headers = request.headers();
        match self.token {
            Token::Nobodys => Ok(Admitted::Anybody),
            Token::Owners => self.asker(request).and_then(|asker| self.opener(headers, asker)),
            Token::Sessions => {
                let session = parameters.iter().find(|(name, _)| *name == "session");
                self.present(session.map(|(_, session)| session), bearer(headers))
            }
            Token::Either => {
                let Query(Key { session, token }) =
                    Query::try_from_uri(request.uri()).map_err(|error| problem::query_fault(&error))?;
                match session {
                    // The session's own token suffices for it, or a share's.
                    Some(session) => self.present(Some(&session), Some(token.as_deref().unwrap_or_default())),
                    None => self.asker(request).and_then(|asker| self.opener(headers, asker)),
                }
            }
            Token::Operators => self
                .asker(request)
                .and_then(|asker| self.app.access.check_operator(headers, &asker))
                .map(|()| Admitted::Anybody),
        }
    }

    fn asker(&self, request: &Request) -> Result<Asker, Fault> {
        let arrival = request.extensions().get::<Arrival>().ok_or_else(Fault::internal)?;
        let (address, client) = arrival.client(&self.app, request.headers());
        Ok(Asker { address, client })
    }

    fn opener(&self, headers: &HeaderMap, asker: Asker) -> Result<Admitted, Fault> {
        let grant = self.app.access.check(headers, &asker)?;
        Ok(Admitted::Opener(Opener { client: asker.client, grant }))
    }

    fn present(&self, session: Option<&str>, token: Option<&str>) -> Result<Admitted, Fault> {
        let token = token.ok_or_else(|| {
            Fault::unauthorized()
                .with_hint("a request about a session carries `Authorization: Bearer` and its token")
        })?;
        let presence = self.app.registry.enter(session.unwrap_or_default(), token)?;
        Ok(Admitted::Present(Arc::new(presence)))
    }
}

/// Whoever shows a token.
#[derive(Debug)]
struct Asker {
    address: IpAddr,
    client: Arc<Client>,
}

impl Asker {
    /// A wrong token was shown: code 8, or code 6 once there were too many.
    fn wrong(&self, hint: &str) -> Fault {
        metrics::wrong_token();
        match self.client.wrong_token() {
            Ok(()) => Fault::unauthorized().with_hint(hint),
            Err(fault) => {
                metrics::failed(&fault);
                if self.client.is_first_in_a_while() {
                    tracing::warn!("wrong tokens keep coming from one address; they are refused with 429");
                }
                fault.with_hint(hint)
            }
        }
    }
}

impl Access {
    /// Whether sessions may be opened, and within which limits.
    ///
    /// # Errors
    /// Code 8 whether the token is missing or wrong, code 6 where too many wrong ones came, code 2 where it is for something else.
    fn check(&self, headers: &HeaderMap, asker: &Asker) -> Result<Option<Arc<Grant>>, Fault> {
        let named = bearer(headers).filter(|shown| tokens::is_one(shown));
        // An API token comes from a program, which can set a header; a subprotocol shows in more places.
        let shown = bearer(headers).or_else(|| subprotocol(headers));
        match (&self.mode, shown) {
            (Mode::Token(owner), Some(shown)) if is_same(shown, owner) => return Ok(None),
            (Mode::Open, _) if named.is_none() => return Ok(None),
            (_, None) => return Err(Fault::unauthorized().with_hint(OWNER_MISSING)),
            _ => {}
        }
        let Some(named) = named else { return Err(asker.wrong(OWNER_WRONG)) };
        let grant = self.granted(named, asker)?;
        match grant.scopes().open_sessions() {
            true => Ok(Some(grant)),
            false => Err(lacks("open a session", Scope::Read)),
        }
    }

    fn granted(&self, shown: &str, asker: &Asker) -> Result<Arc<Grant>, Fault> {
        let grant = self.tokens.find(shown).ok_or_else(|| asker.wrong(NAMED_WRONG))?;
        if !grant.is_for(asker.address) {
            let fault = Fault::denied(
                "token",
                "token_address",
                "this token is not for the address that you come from",
            );
            metrics::failed(&fault);
            return Err(fault.with_hint("`sockyard token list` has the networks that it is for"));
        }
        Ok(grant)
    }

    /// Whether the metrics may be read: with the token for them, with the owner's, or with one for the operator. A server that is
    /// open to everybody tells nobody what the others do, and where they come from proves nothing: behind a proxy all come from
    /// loopback.
    ///
    /// # Errors
    /// As of `check`.
    fn check_operator(&self, headers: &HeaderMap, asker: &Asker) -> Result<(), Fault> {
        let owner = match &self.mode {
            Mode::Open => None,
            Mode::Token(token) => Some(token.as_str()),
        };
        let shown = bearer(headers);
        let mut right = self.metrics_token.as_deref().into_iter().chain(owner);
        match shown {
            Some(shown) if right.any(|token| is_same(shown, token)) => Ok(()),
            Some(shown) if tokens::is_one(shown) => {
                match self.granted(shown, asker)?.scopes().has(Scope::Admin) {
                    true => Ok(()),
                    false => Err(lacks("read the metrics", Scope::Admin)),
                }
            }
            Some(_) => Err(asker.wrong(METRICS_WRONG)),
            None if self.metrics_token.is_none() && owner.is_none() => {
                Err(Fault::unauthorized().with_hint(METRICS_CLOSED))
            }
            None => Err(Fault::unauthorized().with_hint(METRICS_WRONG)),
        }
    }
}

fn lacks(what: &str, scope: Scope) -> Fault {
    let why = format!("to {what} takes a token with the scope {}", scope.name());
    let fault = Fault::denied("token", "token_scope", why);
    metrics::failed(&fault);
    fault.with_hint("`sockyard token create NAME --scope …` makes a token with other scopes")
}

/// RFC 6750 section 2.1.
fn bearer(headers: &HeaderMap) -> Option<&str> {
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
    use crate::quotas::{ClientKey, QuotaConfig, Quotas};

    fn asker() -> Asker {
        let address = IpAddr::from([192, 0, 2, 1]);
        let client = Quotas::new(QuotaConfig::default()).client(ClientKey::of(address));
        Asker { address, client }
    }

    fn access(mode: Mode) -> Access {
        Access { mode, metrics_token: None, tokens: Tokens::new("/nonexistent".into()) }
    }

    fn headers(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_token_is_taken_from_either_header_and_only_the_right_one_passes() {
        let access = access(Mode::Token("secret".into()));
        let check = |name, value: &str| access.check(&headers(name, value), &asker()).is_ok();
        assert!(check(AUTHORIZATION, "Bearer secret"));
        assert!(check(AUTHORIZATION, "bearer secret"));
        assert!(check(SEC_WEBSOCKET_PROTOCOL, "sockyard.v1, sockyard.token.secret"));
        for wrong in ["Bearer secre", "Bearer secrets", "Basic secret", "secret", "Bearer"] {
            assert!(!check(AUTHORIZATION, wrong), "{wrong}");
        }
        assert!(!check(SEC_WEBSOCKET_PROTOCOL, "sockyard.v1"));
        assert!(access.check(&HeaderMap::new(), &asker()).is_err());
    }

    #[test]
    fn an_open_server_takes_nothing_and_no_wrong_api_token() {
        let access = access(Mode::Open);
        assert!(access.check(&HeaderMap::new(), &asker()).is_ok());
        assert!(access.check(&headers(AUTHORIZATION, "Bearer whatever"), &asker()).is_ok());
        assert!(access.check(&headers(AUTHORIZATION, "Bearer sockyard_0_x"), &asker()).is_err());
        assert!(access.check_operator(&HeaderMap::new(), &asker()).is_err());
    }

    #[test]
    fn wrong_tokens_use_up_a_budget_and_right_ones_pass_all_the_same() {
        let access = access(Mode::Token("secret".into()));
        let asker = asker();
        let code = |token: &str| {
            let shown = headers(AUTHORIZATION, &format!("Bearer {token}"));
            access.check(&shown, &asker).map_or_else(|fault| fault.code, |_| 0)
        };
        let codes: Vec<_> = (0..30).map(|_| code("wrong")).collect();
        assert_eq!(codes.iter().filter(|code| **code == 8).count(), 20, "{codes:?}");
        assert_eq!(codes.last(), Some(&6));
        assert_eq!(code("secret"), 0);
        assert_eq!(access.check(&HeaderMap::new(), &asker).unwrap_err().code, 8, "nothing shown is no guess");
    }
}
