//! Which requests are looked at at all: exact `Host` and `Origin`, on every route, upgrades included.
//!
//! A token does not make these checks needless. Any page that somebody visits can send requests to this machine
//! (and a WebSocket handshake is a plain GET), and a name of the attacker's can be made to resolve to 127.0.0.1.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue, ORIGIN, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use sockyard_protocol::Fault;
use tokio::sync::OwnedSemaphorePermit;

use super::{App, problem, reserve};
use crate::metrics;
use crate::quotas::{Client, ClientKey, Permit};
use crate::workers::Load;

/// Where a connection arrived. Put into every request by the accept loop.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) local: SocketAddr,
    /// The address at the other end, which may be a proxy's.
    pub(super) peer: IpAddr,
    /// That address's account, where it speaks for itself.
    pub(super) own: Option<Arc<Client>>,
    /// It has as many connections as it may, or the server has no descriptors left: each request on this one is refused.
    pub(super) refused: Option<Fault>,
    /// The connection is out of the reserve of descriptors, and ends with its first answer.
    pub(super) is_spare: bool,
    /// The connection's place among those that the server takes at once; an upgraded connection keeps it.
    pub(super) place: Arc<Place>,
}

impl Arrival {
    /// Whose request it is, and that one's account.
    pub(super) fn client(&self, app: &App, headers: &HeaderMap) -> (IpAddr, Arc<Client>) {
        if let Some(own) = &self.own {
            return (self.peer, Arc::clone(own));
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let forwarded: Vec<&str> = forwarded.collect();
        let address = app.proxies.client(self.peer, forwarded.into_iter());
        (address, app.quotas.client(ClientKey::of(address)))
    }
}

/// One of the connections that the server takes at once.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    /// Its place among those of its address.
    _of_client: Option<Permit>,
    /// What it counts on its thread.
    _load: Load,
    _open: metrics::Open,
    /// What is to be written is kept back from now on.
    held: AtomicBool,
}

impl Place {
    pub(super) fn new(permit: OwnedSemaphorePermit, of_client: Option<Permit>, load: Load) -> Place {
        let (open, held) = (metrics::Open::http(), AtomicBool::new(false));
        Place { _permit: permit, _of_client: of_client, _load: load, _open: open, held }
    }

    /// Keeps an upgrade's answer back ([`super::held`]): whoever takes the connection over writes it.
    pub(super) fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }
}

/// Under which names the server may be addressed.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    port: u16,
    /// Origins (`scheme://host[:port]`) that the operator named.
    public: Vec<String>,
}

impl Origins {
    /// The server's own port, and what a proxy in front of it is reached at.
    pub(crate) fn new(port: u16, public: Vec<String>) -> Origins {
        Origins { port, public }
    }

    /// Whether `authority` is one of ours: loopback by address or as `localhost`, the very address that the
    /// connection came to (which no foreign name can be made to equal), or one that the operator named.
    fn is_own_host(&self, authority: &str, local: SocketAddr) -> bool {
        let loopback = ["127.0.0.1", "localhost", "[::1]"].map(|host| http_authority(host, self.port));
        let local = SocketAddr::new(local.ip().to_canonical(), self.port);
        let host = match local {
            SocketAddr::V4(local) => local.ip().to_string(),
            SocketAddr::V6(local) => format!("[{}]", local.ip()),
        };
        loopback
            .iter()
            .chain([&http_authority(&host, self.port)])
            .any(|own| own.eq_ignore_ascii_case(authority))
            || self.public.iter().any(|origin| {
                origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(authority))
            })
    }

    /// A browser writes an origin in lower case, so it is compared letter by letter.
    fn is_own_origin(&self, origin: &str, local: SocketAddr) -> bool {
        let plain = origin.strip_prefix("http://").is_some_and(|authority| {
            !authority.bytes().any(|byte| byte.is_ascii_uppercase())
                && self.is_own_host(authority, local)
                && !self.public.iter().any(|public| public.ends_with(&format!("://{authority}")))
        });
        plain || self.public.iter().any(|public| public == origin)
    }
}

fn http_authority(host: &str, port: u16) -> String {
    // Port 80 is never written in a Host or Origin header.
    if port == 80 { host.to_owned() } else { format!("{host}:{port}") }
}

/// The layer.
pub(super) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let arrival = request.extensions().get::<Arrival>();
    let is_spare = arrival.is_some_and(|arrival| arrival.is_spare);
    let tells_health = is_spare && reserve::answers(request.uri().path());
    if let Some(fault) = arrival.and_then(|arrival| arrival.refused.as_ref()).filter(|_| !tells_health) {
        // One that its address refuses was counted when it came.
        if is_spare {
            metrics::failed(fault);
        }
        let mut response = problem::fault(fault);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return response;
    }
    // hyper goes by the chunks and takes away a Content-Length beside them, by which a proxy may have gone. So nothing that
    // follows such a request on its connection is read as another.
    let is_last = is_spare || request.headers().contains_key(TRANSFER_ENCODING);
    let mut response = match verdict(&app.origins, &request) {
        Ok(()) => next.run(request).await,
        Err((status, why)) => problem::plain(status, why),
    };
    if is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn verdict(origins: &Origins, request: &Request) -> Result<(), (StatusCode, &'static str)> {
    let headers = request.headers();
    let Some(local) = request.extensions().get::<Arrival>().map(|arrival| arrival.local) else {
        return Err((StatusCode::INTERNAL_SERVER_ERROR, "where the connection arrived is not known"));
    };
    for name in [HOST, ORIGIN, AUTHORIZATION] {
        if headers.get_all(&name).iter().nth(1).is_some() {
            return Err((
                StatusCode::BAD_REQUEST,
                "a header that may come once came twice: Host, Origin or Authorization",
            ));
        }
    }
    if headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH) {
        return Err((StatusCode::BAD_REQUEST, "both Transfer-Encoding and Content-Length"));
    }
    let Some(host) = text(headers, &HOST) else {
        return Err((StatusCode::BAD_REQUEST, "the Host header is missing"));
    };
    let authorities = [Some(host), request.uri().authority().map(|authority| authority.as_str())];
    if !authorities.into_iter().flatten().all(|authority| origins.is_own_host(authority, local)) {
        return Err((
            StatusCode::MISDIRECTED_REQUEST,
            "this server is not reached under that name; see --public-url",
        ));
    }
    if headers.contains_key(ORIGIN) {
        let own = text(headers, &ORIGIN).is_some_and(|origin| origins.is_own_origin(origin, local));
        if !own {
            return Err((StatusCode::FORBIDDEN, "requests from other origins are refused; see --public-url"));
        }
    }
    // A link to the page may stand anywhere; calls may come from the page alone.
    let sec_fetch_site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    if request.uri().path().starts_with("/api/")
        && sec_fetch_site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
    {
        return Err((StatusCode::FORBIDDEN, "requests from other sites are refused"));
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: SocketAddr =
        SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 5)), 7410);

    #[test]
    fn only_own_names_pass_as_host() {
        let origins = Origins::new(7410, vec!["https://play.example.org".into()]);
        for host in [
            "127.0.0.1:7410",
            "localhost:7410",
            "LOCALHOST:7410",
            "[::1]:7410",
            "192.168.1.5:7410",
            "play.example.org",
        ] {
            assert!(origins.is_own_host(host, LOCAL), "{host}");
        }
        for host in [
            "",
            "evil.com",
            "evil.com:7410",
            "127.0.0.1",
            "127.0.0.1:7411",
            "127.0.0.1.evil.com:7410",
            "0.0.0.0:7410",
            "2130706433:7410",
            "192.168.1.6:7410",
            "play.example.org:7410",
            "x.play.example.org",
        ] {
            assert!(!origins.is_own_host(host, LOCAL), "{host}");
        }
    }

    #[test]
    fn only_own_origins_pass() {
        let origins = Origins::new(7410, vec!["https://play.example.org".into()]);
        for origin in [
            "http://127.0.0.1:7410",
            "http://localhost:7410",
            "http://[::1]:7410",
            "https://play.example.org",
        ] {
            assert!(origins.is_own_origin(origin, LOCAL), "{origin}");
        }
        for origin in [
            "",
            "null",
            "file://",
            "http://evil",
            "https://127.0.0.1:7410",
            "http://127.0.0.1:7411",
            "http://127.0.0.1:7410/",
            "HTTP://127.0.0.1:7410",
            "http://LOCALHOST:7410",
            "http://127.0.0.1.evil.com:7410",
            "http://play.example.org",
        ] {
            assert!(!origins.is_own_origin(origin, LOCAL), "{origin}");
        }
    }

    #[test]
    fn port_80_is_left_out_of_names() {
        let origins = Origins::new(80, Vec::new());
        assert!(origins.is_own_host("localhost", LOCAL));
        assert!(origins.is_own_origin("http://localhost", LOCAL));
        assert!(!origins.is_own_host("localhost:80", LOCAL));
    }
}
