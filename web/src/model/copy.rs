//! Rows of the log as text that goes elsewhere: a table, bytes, JSON, and the calls that made them.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Call, Data, Event, EventKind, Family, SocketId, SocketType};

use crate::model::format::clock;
use crate::model::hexdump::hex_line;
use crate::model::python;
use crate::model::summary;
use crate::text::Text;

/// Most rows that are copied at once.
pub const ROWS_MAX: usize = 20_000;
/// Most bytes of what is copied; the rows that are over it are left out.
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// How rows are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyAs {
    /// A line each, its columns divided by tabs.
    Text,
    /// The bytes of each row in hexadecimal.
    Hex,
    /// The calls in Python.
    Python,
    /// The calls over REST.
    Curl,
    /// The events as the server tells them.
    Json,
}

impl CopyAs {
    /// All of them, in the order of the menu.
    pub const ALL: [CopyAs; 5] = [CopyAs::Text, CopyAs::Hex, CopyAs::Python, CopyAs::Curl, CopyAs::Json];

    /// Its name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            CopyAs::Text => "text",
            CopyAs::Hex => "hex",
            CopyAs::Python => "python",
            CopyAs::Curl => "curl",
            CopyAs::Json => "json",
        }
    }
}

/// What rows need beside themselves to be copied.
pub struct Context<'a> {
    /// The page's texts.
    pub text: &'static Text,
    /// The clock's distance from UTC in minutes.
    pub offset_minutes: i32,
    /// The session's place over REST: `http://…/api/v1/sessions/ID`.
    pub session_url: &'a str,
    /// What kind of socket a number is, where it is known.
    pub kind_of: &'a dyn Fn(SocketId) -> Option<(Family, SocketType)>,
}

/// The rows as one text, and how many rows there were that had something to copy.
pub fn copy(events: impl Iterator<Item = Event>, how: CopyAs, context: &Context<'_>) -> (String, usize) {
    let mut out = String::new();
    let mut rows = 0;
    for event in events {
        let piece = match how {
            CopyAs::Text => Some(text_line(&event, context)),
            CopyAs::Hex => event.kind.bytes().map(|bytes| hex_line(&bytes, usize::MAX)),
            CopyAs::Json => serde_json::to_string(&event).ok(),
            CopyAs::Python => python_line(&event, context),
            CopyAs::Curl => curl_line(&event, context),
        };
        let Some(piece) = piece else { continue };
        if out.len() + piece.len() > BYTES_MAX {
            break;
        }
        out.push_str(match (how, rows) {
            (CopyAs::Json, 0) => "[\n",
            (CopyAs::Json, _) => ",\n",
            _ => "",
        });
        out.push_str(&piece);
        if how != CopyAs::Json {
            out.push('\n');
        }
        rows += 1;
    }
    if how == CopyAs::Json && rows > 0 {
        out.push_str("\n]\n");
    }
    (out, rows)
}

fn text_line(event: &Event, context: &Context<'_>) -> String {
    let line = summary::line(event, context.text);
    let socket = event.socket.map(|socket| format!("s{socket}")).unwrap_or_default();
    let time = clock(event.time_us, context.offset_minutes);
    format!("{}\t{time}\t{socket}\t{}\t{}\t{}", event.seq, line.kind, line.detail, line.data)
        .trim_end()
        .to_owned()
}

fn python_line(event: &Event, context: &Context<'_>) -> Option<String> {
    let (name, mut params) = made_by(event)?;
    let socket = event.socket.or(match event.kind {
        EventKind::Accepted { connection, .. } => Some(connection),
        _ => None,
    })?;
    let (family, r#type) = (context.kind_of)(socket).unwrap_or((Family::Inet, SocketType::Stream));
    if name != "create" {
        params.insert("socket".into(), socket.into());
    }
    let raw = RawValue::from_string(Value::Object(params).to_string()).ok()?;
    let call = Call::parse(&format!("socket.{name}"), Some(&raw)).ok()?;
    let line = python::line(&call, family, r#type == SocketType::Dgram);
    // The lines of other rows know the socket by its number.
    let line = match &event.kind {
        EventKind::Created { .. } => line.replacen("s =", &format!("s{socket} ="), 1),
        EventKind::Accepted { connection, .. } => line.replacen("connection,", &format!("s{connection},"), 1),
        _ => line,
    };
    (!line.is_empty()).then_some(line)
}

fn curl_line(event: &Event, context: &Context<'_>) -> Option<String> {
    let (name, params) = made_by(event)?;
    let body = quoted(&Value::Object(params).to_string());
    let place = match (name, event.socket) {
        ("create", _) => format!("-X POST {}/sockets", context.session_url),
        ("close", Some(socket)) => format!("-X DELETE {}/sockets/{socket}", context.session_url),
        (call, Some(socket)) => format!("-X POST {}/sockets/{socket}/{call}", context.session_url),
        (_, None) => return None,
    };
    Some(format!(
        "curl --silent --show-error {place} -H \"Authorization: Bearer $TOKEN\" \
         -H 'Content-Type: application/json' --data {body}"
    ))
}

/// In single quotes, as a shell takes it whatever stands in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The call that makes an event again: its name, and its parameters without `socket`.
fn made_by(event: &Event) -> Option<(&'static str, Map<String, Value>)> {
    let (name, params) = match &event.kind {
        EventKind::Created { family, r#type, .. } => ("create", json!({ "family": family, "type": r#type })),
        EventKind::Bound { local, asked, .. } => {
            ("bind", json!({ "address": asked.as_ref().unwrap_or(local) }))
        }
        EventKind::Listening { backlog, .. } => ("listen", json!({ "backlog": backlog })),
        EventKind::Connected { peer, .. } => ("connect", json!({ "address": peer })),
        EventKind::Accepted { .. } => ("accept", json!({})),
        EventKind::Sent { data: Some(data), data_cut: false, to, flags, .. } => {
            let data = match data {
                Data::Text(text) => json!({ "text": text }),
                Data::Base64(base64) => json!({ "base64": base64 }),
            };
            let mut params = json!({ "data": data });
            if let Some(to) = to.as_ref().filter(|to| !to.is_empty()) {
                params["to"] = json!(to);
            }
            if !flags.is_empty() {
                params["flags"] = json!(flags);
            }
            ("send", params)
        }
        EventKind::Received { flags, .. } if flags.is_empty() => ("recv", json!({})),
        EventKind::Received { flags, .. } => ("recv", json!({ "flags": flags })),
        EventKind::PeerClosed {} => ("recv", json!({})),
        EventKind::Shutdown { how } => ("shutdown", json!({ "how": how })),
        EventKind::Option { name, value, asked } => {
            ("set_option", json!({ "name": name, "value": asked.as_ref().unwrap_or(value) }))
        }
        EventKind::Closed { by: ClosedBy::Client, linger_s: None } => ("close", json!({})),
        EventKind::Closed { by: ClosedBy::Client, linger_s } => ("close", json!({ "linger_s": linger_s })),
        EventKind::Failed { call, params: Some(params), .. } if !params.contains_key("bytes") => {
            // The log knows calls by their names in C.
            let name = match call.as_str() {
                "setsockopt" => "set_option",
                "getsockopt" => "get_option",
                call => ["bind", "listen", "accept", "connect", "recv", "shutdown"]
                    .into_iter()
                    .find(|name| *name == call)?,
            };
            (name, Value::Object(params.clone()))
        }
        _ => return None,
    };
    match params {
        Value::Object(params) => Some((name, params)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn copied(how: CopyAs, events: &[&str]) -> String {
        let events = events.iter().map(|json| serde_json::from_str(json).unwrap());
        let context = Context {
            text: Language::English.text(),
            offset_minutes: 0,
            session_url: "http://127.0.0.1:1/api/v1/sessions/abc",
            kind_of: &|_| Some((Family::Inet, SocketType::Dgram)),
        };
        copy(events, how, &context).0
    }

    const CREATED: &str =
        r#"{"seq":1,"time_us":0,"socket":3,"kind":"created","family":"inet","type":"dgram"}"#;
    const SENT: &str = r#"{"seq":2,"time_us":1000,"socket":3,"kind":"sent","bytes":4,"data":{"text":"it's"},"to":"127.0.0.1:9"}"#;

    #[test]
    fn rows_become_a_table_their_bytes_and_json() {
        assert_eq!(copied(CopyAs::Text, &[SENT]), "2\t00:00:00.001\ts3\tsent\t4 bytes → 127.0.0.1:9\tit's\n");
        assert_eq!(copied(CopyAs::Hex, &[CREATED, SENT]), "69 74 27 73\n");
        let json: Vec<Event> = serde_json::from_str(&copied(CopyAs::Json, &[CREATED, SENT])).unwrap();
        assert_eq!(json.len(), 2);
        assert_eq!(copied(CopyAs::Json, &[]), "");
    }

    #[test]
    fn rows_become_the_calls_that_made_them() {
        assert_eq!(
            copied(CopyAs::Python, &[CREATED, SENT]),
            "s3 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
             s3.sendto(b\"it's\", (\"127.0.0.1\", 9))\n"
        );
        let curl = copied(CopyAs::Curl, &[CREATED, SENT]);
        let lines: Vec<&str> = curl.lines().collect();
        assert!(lines[0].contains("-X POST http://127.0.0.1:1/api/v1/sessions/abc/sockets -H"), "{curl}");
        assert!(lines[0].contains("Bearer $TOKEN"), "{curl}");
        assert!(lines[1].contains(r#"/sockets/3/send "#), "{curl}");
        assert!(lines[1].ends_with(r#"--data '{"data":{"text":"it'\''s"},"to":"127.0.0.1:9"}'"#), "{curl}");
    }

    #[test]
    fn a_failed_call_is_made_again_and_a_note_is_no_call() {
        let failed = r#"{"seq":1,"time_us":0,"socket":3,"kind":"failed","call":"connect",
            "params":{"address":"127.0.0.1:9"},"error":{"code":1,"message":"x","data":{"kind":"os"}}}"#;
        assert_eq!(copied(CopyAs::Python, &[failed]), "s3.connect((\"127.0.0.1\", 9))\n");
        assert_eq!(copied(CopyAs::Python, &[r#"{"seq":1,"time_us":0,"kind":"note","text":"x"}"#]), "");
        let option = r#"{"seq":1,"time_us":0,"socket":3,"kind":"failed","call":"setsockopt",
            "params":{"name":"ttl","value":0},"error":{"code":1,"message":"m","data":{"kind":"os","errno":"EINVAL"}}}"#;
        assert!(copied(CopyAs::Curl, &[option]).contains("/sockets/3/set_option"));
    }
}
