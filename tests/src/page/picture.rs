//! A picture of the page at the moment in which its test failed.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use thirtyfour::WebDriver;

/// A failing test must not hang on its own picture.
const DEADLINE: Duration = Duration::from_secs(10);

/// Asks chromedriver for a picture and stores it in `target/pictures` under the test's name. This is for a panic:
/// the runtime that drives the connection so far is no longer to be had.
pub(super) fn take(driver: &WebDriver) -> Option<PathBuf> {
    let handle = driver.handle();
    let server = handle.server_url();
    let address = (server.host_str()?, server.port()?);
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(DEADLINE)).ok()?;
    let session = handle.session_id();
    write!(stream, "GET /session/{session}/screenshot HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").ok()?;
    // The driver keeps the connection open: the answer ends with its JSON.
    let mut answer = BufReader::new(stream);
    let mut line = String::new();
    while answer.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let answer = Value::deserialize(&mut serde_json::Deserializer::from_reader(answer)).ok()?;
    let picture = STANDARD.decode(answer["value"].as_str()?).ok()?;

    let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
    let folder = crate::tools::target().join("pictures");
    std::fs::create_dir_all(&folder).ok()?;
    let path = folder.join(format!("{test}.png"));
    std::fs::write(&path, picture).ok()?;
    Some(path)
}
