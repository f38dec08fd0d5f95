//! The page, out of the binary (or, in a debug build, from where the build tool put it).

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH,
    VARY,
};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/page"]
#[allow_missing = true]
struct Page;

/// Everything that is no other route.
pub(super) async fn serve(request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return problem::nowhere(path);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allowed = [(ALLOW, "GET, HEAD")];
        return (allowed, problem::method_not_allowed().await).into_response();
    }
    let path = match path {
        "/" => "index.html",
        "/docs" | "/docs/" => "docs/index.html",
        path => path.trim_start_matches('/'),
    };
    // The compressed copies are for negotiation only.
    let known = !path.ends_with(".br") && !path.ends_with(".gz");
    match Page::get(path).filter(|_| known) {
        Some(file) => answer(path, &file, request.headers()),
        None if path.ends_with("index.html") => problem::plain(
            StatusCode::SERVICE_UNAVAILABLE,
            "this server was built without its page; build both with `cargo xtask run`",
        ),
        None => problem::plain(StatusCode::NOT_FOUND, "there is nothing under this address"),
    }
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag: String = file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    // Names carry no hash, so a browser asks each time and mostly hears "not modified".
    let common = [(ETAG, tag.as_str()), (CACHE_CONTROL, "no-cache"), (VARY, "Accept-Encoding")];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let kind = match mime.essence_str() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let (encoding, body) = encoded(path, headers).unwrap_or((None, file.data.clone()));
    let mut response = (common, [(CONTENT_TYPE, kind)], Body::from(body.into_owned())).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, axum::http::HeaderValue::from_static(encoding));
    }
    response
}

type Encoded = (Option<&'static str>, std::borrow::Cow<'static, [u8]>);

fn encoded(path: &str, headers: &HeaderMap) -> Option<Encoded> {
    let accepted = headers.get(ACCEPT_ENCODING)?.to_str().ok()?;
    let accepts = |wanted: &str| {
        accepted.split(',').any(|one| {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            name.trim() == wanted && weight.trim() != "q=0"
        })
    };
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| accepts(name))
        .find_map(|(name, ending)| Some((Some(name), Page::get(&format!("{path}.{ending}"))?.data)))
}
