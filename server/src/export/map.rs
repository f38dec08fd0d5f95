//! A program as JSON with its lines: `{"format": …, "text": …, "lines": [[seq, line], …]}`.
//!
//! The text is written as it is made, as that of a program alone is; only the pairs are kept for the end, 16 bytes an event.

use std::sync::Arc;

use serde_json::json;

use super::Format;
use super::program::{self, Piece};
use crate::log::Log;

/// The document, piece by piece.
pub(super) fn pieces(log: &Arc<Log>, format: Format, session: &str) -> impl Iterator<Item = String> + use<> {
    let mut program = program::pieces(log, format, session).fuse();
    let mut head = Some(format!(r#"{{"format":{},"text":""#, json!(format.name())));
    let mut all = Vec::new();
    let mut ended = false;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut out = head.take().unwrap_or_default();
        match program.next() {
            Some(Piece { text, lines }) => {
                all.extend(lines);
                let text = json!(text).to_string();
                // Between its quotes: the next piece goes on within the same string.
                out.push_str(text.get(1..text.len() - 1).unwrap_or_default());
            }
            None => {
                ended = true;
                let lines: Vec<String> = all.drain(..).map(|(seq, line)| format!("[{seq},{line}]")).collect();
                out.push_str(&format!(r#"","lines":[{}]}}"#, lines.join(",")));
            }
        }
        Some(out)
    })
}
