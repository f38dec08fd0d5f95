//! `sockyard health`: a health check for containers, whose image has no other HTTP client.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::config::HealthOptions;

const DEADLINE: Duration = Duration::from_secs(5);

/// Asks once.
pub(crate) fn run(options: &HealthOptions) -> anyhow::Result<()> {
    let authority =
        options.url.strip_prefix("http://").context("--url begins with http://")?.trim_end_matches('/');
    let addresses =
        authority.to_socket_addrs().with_context(|| format!("--url: {authority:?} is not host:port"))?;
    let mut stream = Err(anyhow::anyhow!("--url: {authority:?} has no address"));
    for address in addresses {
        stream =
            TcpStream::connect_timeout(&address, DEADLINE).with_context(|| format!("connect to {address}"));
        if stream.is_ok() {
            break;
        }
    }
    let mut stream = stream?;
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.set_write_timeout(Some(DEADLINE))?;
    write!(stream, "GET /healthz HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).context("read the answer")?;
    let status = answer.lines().next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 200 ") {
        bail!("{authority} answered {status:?}");
    }
    println!("{authority} is well");
    Ok(())
}
