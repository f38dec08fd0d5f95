//! Single HTTP requests. There is no TLS: `Server::parse` refuses such a URL.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sockyard_client::{Error, Refused, Server};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Failure;

/// An exchange's reply is at most 1 MiB, which JSON can make six times as long.
const BODY_MAX: usize = 8 << 20;

/// A GET: its status and body.
pub(super) async fn get(
    server: &Server,
    path: &str,
    deadline: Duration,
) -> Result<(StatusCode, Bytes), Failure> {
    let request = Request::get(server.path(path)).body(Bytes::new());
    send(server, request, deadline).await
}

/// A POST of JSON with the owner's token: the body of an answer that is a success.
pub(super) async fn post(
    server: &Server,
    path: &str,
    body: &Value,
    deadline: Duration,
) -> Result<Bytes, Failure> {
    let mut request = Request::post(server.path(path)).header(CONTENT_TYPE, "application/json");
    if let Some(token) = server.token() {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let (status, body) = send(server, request.body(body.to_string().into()), deadline).await?;
    if status.is_success() {
        return Ok(body);
    }
    Err(Error::Refused(Box::new(Refused::new(status.as_u16(), &body))).into())
}

async fn send(
    server: &Server,
    request: hyper::http::Result<Request<Bytes>>,
    deadline: Duration,
) -> Result<(StatusCode, Bytes), Failure> {
    let (mut parts, body) = request
        .map_err(|error| Failure::Usage(format!("this cannot be asked over HTTP: {error}")))?
        .into_parts();
    let unreachable = |source| Error::Unreachable { authority: server.authority().to_owned(), source };
    if let Ok(host) = server.authority().parse() {
        parts.headers.insert(HOST, host);
    }
    let request = Request::from_parts(parts, Full::new(body));
    let exchange = async {
        let stream = TcpStream::connect(server.authority()).await.map_err(unreachable)?;
        let lost = |error: hyper::Error| Failure::NoServer(format!("{}: {error}", server.authority()));
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request).await.map_err(lost)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), BODY_MAX).collect().await;
        connection.abort();
        let body = body.map_err(|error| Failure::NoServer(format!("{}: {error}", server.authority())))?;
        Ok((status, body.to_bytes()))
    };
    match timeout(deadline, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(unreachable(io::ErrorKind::TimedOut.into()).into()),
    }
}
