//! A log as a table: one row an event, CRLF at the end of each (RFC 4180).
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and what a peer sends may be one. Such a
//! text gets an apostrophe before it, by which spreadsheets know a text. No byte is lost by that: `base64` is exact.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sockyard_protocol::Event;

/// The columns. Those after `kind` are empty where an event has no such field; `rest` is a JSON object with the fields
/// that have no column.
const COLUMNS: &[&str] = &[
    "seq",
    "time_us",
    "kind",
    "socket",
    "local",
    "peer",
    "to",
    "from",
    "connection",
    "bytes",
    "data_cut",
    "truncated",
    "flags",
    "text",
    "base64",
    "call",
    "errno",
    "message",
    "rest",
];

/// The first row.
pub(super) fn head() -> String {
    COLUMNS.join(",") + "\r\n"
}

/// Appends an event's row.
pub(super) fn row(out: &mut String, event: &Event) {
    // An event is an object: its type says so.
    let Ok(Value::Object(mut fields)) = serde_json::to_value(event) else { return };
    spread(&mut fields);
    for (index, column) in COLUMNS.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let text = match (*column, fields.remove(*column)) {
            ("rest", _) if fields.is_empty() => String::new(),
            ("rest", _) => {
                let mut rest = Value::Object(std::mem::take(&mut fields));
                rest.sort_all_objects();
                rest.to_string()
            }
            (_, None | Some(Value::Null)) => String::new(),
            (_, Some(Value::String(text))) => text,
            (_, Some(value)) => value.to_string(),
        };
        cell(out, column, &text);
    }
    out.push_str("\r\n");
}

/// Takes apart the fields that hold several columns' worth.
fn spread(fields: &mut Map<String, Value>) {
    let bytes = match (fields.remove("data"), fields.get("text")) {
        (Some(data), _) => {
            serde_json::from_value(data).ok().and_then(|data: sockyard_protocol::Data| data.to_bytes())
        }
        // A note's text.
        (None, Some(Value::String(text))) => Some(text.clone().into_bytes()),
        (None, _) => None,
    };
    if let Some(bytes) = bytes {
        // Many readers of tables end at a zero byte.
        if let Some(text) = String::from_utf8(bytes.clone()).ok().filter(|text| !text.contains('\0')) {
            fields.insert("text".to_owned(), text.into());
        } else {
            fields.remove("text");
        }
        fields.insert("base64".to_owned(), STANDARD.encode(bytes).into());
    }
    if let Some(Value::Array(flags)) = fields.remove("flags") {
        let flags: Vec<&str> = flags.iter().filter_map(Value::as_str).collect();
        fields.insert("flags".to_owned(), flags.join(" ").into());
    }
    if let Some(Value::Object(mut error)) = fields.remove("error") {
        // The event has it, too.
        error.get_mut("data").and_then(Value::as_object_mut).and_then(|data| data.remove("call"));
        let message = error.remove("message");
        let errno =
            error.get_mut("data").and_then(Value::as_object_mut).and_then(|data| data.remove("errno"));
        fields.extend(message.map(|message| ("message".to_owned(), message)));
        fields.extend(errno.map(|errno| ("errno".to_owned(), errno)));
        fields.insert("error".to_owned(), Value::Object(error));
    }
}

fn cell(out: &mut String, column: &str, text: &str) {
    let is_formula = column != "base64"
        && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        out.push('"');
    }
    if is_formula {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::{Data, EventKind, Fault};

    fn check(kind: EventKind, expected: &str) {
        let mut out = String::new();
        row(&mut out, &Event { seq: 17, time_us: 5, socket: Some(3), kind });
        assert_eq!(out, format!("17,5,{expected}\r\n"));
    }

    fn received(bytes: &[u8]) -> EventKind {
        EventKind::Received {
            bytes: bytes.len(),
            count: None,
            data: Some(Data::from_bytes(bytes)),
            data_cut: false,
            from: Some("127.0.0.1:9".into()),
            truncated: true,
            flags: vec!["peek".into(), "oob".into()],
        }
    }

    #[test]
    fn every_field_has_its_place() {
        check(received(b"hi"), "received,3,,,,127.0.0.1:9,,2,,true,peek oob,hi,aGk=,,,,");
        check(
            EventKind::Accepted { connection: 4, peer: "[::1]:8".into(), local: "[::1]:9".into() },
            "accepted,3,[::1]:9,[::1]:8,,,4,,,,,,,,,,",
        );
        check(
            EventKind::Failed {
                call: "bind".into(),
                params: None,
                error: Fault::os("bind", "EACCES", "no, never"),
            },
            r#"failed,3,,,,,,,,,,,,bind,EACCES,"no, never","{""error"":{""code"":1,""data"":{""kind"":""os""}}}""#,
        );
        check(
            EventKind::Option { name: "linger_s".into(), value: Value::Null, asked: None },
            r#"option,3,,,,,,,,,,,,,,,"{""name"":""linger_s"",""value"":null}""#,
        );
        check(EventKind::Note { text: "-1".into() }, "note,3,,,,,,,,,,'-1,LTE=,,,,");
    }

    #[test]
    fn texts_are_quoted_and_formulas_made_harmless_while_base64_is_exact() {
        let check_text = |bytes: &[u8], text: &str| {
            let base64 = STANDARD.encode(bytes);
            check(
                received(bytes),
                &format!("received,3,,,,127.0.0.1:9,,{},,true,peek oob,{text},{base64},,,,", bytes.len()),
            );
        };
        check_text(b"", "");
        check_text(b"a,b", "\"a,b\"");
        check_text(b"say \"hi\"\r\n", "\"say \"\"hi\"\"\r\n\"");
        check_text(b" a", "\" a\"");
        check_text(b"=1+1", "'=1+1");
        check_text(b"@SUM(A1,B1)", "\"'@SUM(A1,B1)\"");
        check_text(b"\t=1", "'\t=1");
        check_text("＝1".as_bytes(), "'＝1");
        check_text(b"1=1", "1=1");
        check_text(b"\xff", "");
        check_text(b"a\0b", "");
    }
}
