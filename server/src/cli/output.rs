//! What a command prints: results on stdout for programs, words on stderr for people.

use std::io::{IsTerminal as _, Write as _};

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::io::{AsyncWriteExt as _, stdout};

use super::Failure;

/// One sentence on stderr.
pub(super) fn say(what: &str) {
    line_to_stderr(&format!("sockyard: {what}"));
}

/// A line on stderr as it is.
pub(super) fn line_to_stderr(line: &str) {
    // Where even stderr is gone, nobody is left to tell.
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}

/// Bytes on stdout as they are.
pub(crate) async fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let written = async {
        let mut stdout = stdout();
        stdout.write_all(bytes).await?;
        stdout.flush().await
    };
    written.await.map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::Answer(format!("write to stdout: {error}")),
    })
}

/// A line on stdout.
pub(super) async fn line(line: &str) -> Result<(), Failure> {
    bytes(format!("{line}\n").as_bytes()).await
}

/// A result: as it came where a program reads it, laid out on a terminal.
pub(super) async fn json(result: &RawValue) -> Result<(), Failure> {
    if std::io::stdout().is_terminal()
        && let Ok(value) = serde_json::from_str::<Value>(result.get())
    {
        return line(&format!("{value:#}")).await;
    }
    line(result.get()).await
}

/// One part of a result, named as in `data.text` or `sockets.0.local`: text as it is, anything else as JSON.
pub(super) async fn field(result: &RawValue, path: &str) -> Result<(), Failure> {
    let value: Value = serde_json::from_str(result.get())
        .map_err(|error| Failure::Answer(format!("the result is not JSON: {error}")))?;
    match value.pointer(&format!("/{}", path.replace('.', "/"))) {
        Some(Value::String(text)) => line(text).await,
        Some(value) => line(&value.to_string()).await,
        None => Err(Failure::Answer(format!("the result has no {path:?}: {result}"))),
    }
}
