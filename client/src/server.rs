//! Where a server is, and the ways into it.

use std::fmt;

use sockyard_protocol::Hello;
use tokio_tungstenite::tungstenite::http::Uri;

use crate::{Client, Error, Incoming, wire};

/// What leads to a session that is there already.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey {
    /// The session's id.
    pub session: String,
    /// The session's own token.
    pub token: String,
}

impl From<&Hello> for SessionKey {
    fn from(hello: &Hello) -> SessionKey {
        SessionKey { session: hello.session.clone(), token: hello.token.clone() }
    }
}

impl SessionKey {
    /// The key; none where the id or the token has a character that a server's own never have, so that neither can mean
    /// something else in a URL or to a shell.
    ///
    /// ```
    /// use sockyard_client::SessionKey;
    ///
    /// assert!(SessionKey::new("s_0123456789abcdef", "Ab-_9").is_some());
    /// assert!(SessionKey::new("s_1&after=0", "a").is_none() && SessionKey::new("s_1", "$(reboot)").is_none());
    /// ```
    pub fn new(session: &str, token: &str) -> Option<SessionKey> {
        let key = SessionKey { session: session.to_owned(), token: token.to_owned() };
        key.is_tame().then_some(key)
    }

    fn is_tame(&self) -> bool {
        [&self.session, &self.token]
            .into_iter()
            .all(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
    }
}

/// Without the token, which would otherwise end in a log.
impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKey").field("session", &self.session).finish_non_exhaustive()
    }
}

/// Where a server is, and the owner's token for it.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    authority: String,
    /// What stands before `/api`, behind a proxy; empty otherwise.
    prefix: String,
    token: Option<String>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("authority", &self.authority).finish_non_exhaustive()
    }
}

impl Server {
    /// Reads a server's URL: `http://host:port`, with or without the `#token=…` with which the server prints it.
    ///
    /// ```
    /// use sockyard_client::Server;
    ///
    /// let server = Server::parse("http://127.0.0.1:7410/#token=0123456789abcdef").unwrap();
    /// assert_eq!(server.authority(), "127.0.0.1:7410");
    /// assert_eq!(server.token(), Some("0123456789abcdef"));
    /// ```
    ///
    /// # Errors
    /// [`Error::Url`] that says what is wrong with it. There is no TLS: an `https://` URL is refused.
    pub fn parse(url: &str) -> Result<Server, Error> {
        let wrong =
            |problem: &str| Error::Url(format!("{problem}; a server's URL looks like http://127.0.0.1:7410"));
        let (address, fragment) = url.trim().split_once('#').unwrap_or((url.trim(), ""));
        let token = match fragment.strip_prefix("token=") {
            Some("") => return Err(wrong("nothing stands behind #token=")),
            Some(token) => Some(token.to_owned()),
            None if fragment.is_empty() => None,
            None => return Err(wrong("what stands behind # is not token=…")),
        };
        let uri: Uri = address.parse().map_err(|_| wrong("this is not a URL"))?;
        match uri.scheme_str() {
            Some("http" | "ws") => {}
            Some("https" | "wss") => {
                return Err(wrong(
                    "TLS is not spoken here: go to the server itself, or through a tunnel such as ssh -L",
                ));
            }
            _ => return Err(wrong("it does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| wrong("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it has a user's name"));
        }
        if uri.query().is_some() {
            return Err(wrong("it has a query"));
        }
        let port = authority.port_u16().unwrap_or(80);
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Server { authority: format!("{}:{port}", authority.host()), prefix, token })
    }

    /// With the owner's token, in place of the URL's.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Server {
        self.token = Some(token.into());
        self
    }

    /// `host:port`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The owner's token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A path of the server's, such as `/api/v1/exchange`, with what a proxy wants before it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Opens a session.
    ///
    /// # Errors
    /// [`Error::Unreachable`] where no server answers within 10 s, [`Error::Refused`] where the token is wrong or the
    /// server is full.
    pub async fn open(&self) -> Result<(Client, Incoming), Error> {
        let (socket, hello) = wire::open(&self.websocket_url(""), self.token()).await?;
        Ok(Client::start(self.clone(), socket, hello))
    }

    /// Opens a session in a lab: a network of its own (section 11).
    ///
    /// # Errors
    /// As [`Server::open`]; [`Error::Refused`] too where the server has no labs.
    pub async fn open_lab(&self) -> Result<(Client, Incoming), Error> {
        let (socket, hello) = wire::open(&self.websocket_url("?network=lab"), self.token()).await?;
        Ok(Client::start(self.clone(), socket, hello))
    }

    /// Goes back to a session: with the events after `after`, or with only those that are still to come.
    ///
    /// ```no_run
    /// # async fn example(server: sockyard_client::Server) -> Result<(), sockyard_client::Error> {
    /// let (client, incoming) = server.open().await?;
    /// let key = client.key();
    /// drop((client, incoming));
    /// // The sockets are still open, and nothing is missed.
    /// let (client, incoming) = server.resume(&key, Some(0)).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`Server::open`]; [`Error::Refused`] with code 7 where the session is gone.
    pub async fn resume(&self, key: &SessionKey, after: Option<u64>) -> Result<(Client, Incoming), Error> {
        let SessionKey { session, token } = key;
        if !key.is_tame() {
            return Err(Error::Url(
                "a session's id and token have letters, digits, \"-\" and \"_\" alone".to_owned(),
            ));
        }
        let after = after.map_or_else(String::new, |after| format!("&after={after}"));
        let query = format!("?session={session}&token={token}{after}");
        let (socket, hello) = wire::open(&self.websocket_url(&query), None).await?;
        Ok(Client::start(self.clone(), socket, hello))
    }

    fn websocket_url(&self, query: &str) -> String {
        format!("ws://{}{}{query}", self.authority, self.path("/api/v1/ws"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_with_and_without_its_token() {
        let check = |url: &str, websocket: &str, token: Option<&str>| {
            let server = Server::parse(url).unwrap();
            assert_eq!((server.websocket_url("").as_str(), server.token()), (websocket, token), "{url}");
            assert!(!format!("{server:?}").contains("secret"), "{server:?}");
        };
        check("http://127.0.0.1:7410", "ws://127.0.0.1:7410/api/v1/ws", None);
        check("http://[::1]:7410/#token=secret-1", "ws://[::1]:7410/api/v1/ws", Some("secret-1"));
        check(" ws://localhost/play/ ", "ws://localhost:80/play/api/v1/ws", None);
    }

    #[test]
    fn what_is_no_url_says_why() {
        let check = |url: &str, part: &str| {
            let error = Server::parse(url).unwrap_err().to_string();
            assert!(error.contains(part), "{url}: {error}");
        };
        check("127.0.0.1:7410", "http://");
        check("https://play.example.org", "TLS");
        check("ftp://a", "http://");
        check("http://", "URL");
        check("http://me@a", "user");
        check("http://a/?b", "query");
        check("http://a/#token=", "#token=");
        check("http://a/#b", "token=");
    }
}
