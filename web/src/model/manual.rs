//! Which call an event belongs to, with its parameters, and where the manual describes it.

use serde_json::Value;
use sockyard_protocol::{EventKind, Family, ShutdownHow, SocketType};

use crate::model::summary::{family_name, type_name};

/// The call of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeCall {
    /// The system call's name; empty where no call made the event.
    pub name: &'static str,
    /// Parameters by name, as they were given.
    pub parameters: Vec<(String, String)>,
    /// Pages of the manual, the call's own first.
    pub pages: Vec<&'static str>,
}

/// The call that made an event of a socket of this kind, as far as the event tells.
pub fn made_by(kind: &EventKind, socket: Option<(Family, SocketType)>) -> MadeCall {
    let (name, parameters) = call(kind);
    let mut pages: Vec<&'static str> = page(name).into_iter().collect();
    if matches!(kind, EventKind::Failed { .. }) {
        pages.push("errno(3)");
    }
    if name == "setsockopt" || matches!(kind, EventKind::Closed { linger_s: Some(_), .. }) {
        pages.push("socket(7)");
    }
    if let Some((family, r#type)) = socket.filter(|_| !matches!(kind, EventKind::Note { .. })) {
        pages.push(match (family, r#type) {
            (Family::Unix, _) => "unix(7)",
            (_, SocketType::Stream) => "tcp(7)",
            (_, SocketType::Dgram) => "udp(7)",
        });
    }
    MadeCall { name, parameters, pages }
}

fn call(kind: &EventKind) -> (&'static str, Vec<(String, String)>) {
    let one = |name: &str, value: &dyn ToString| (name.to_owned(), value.to_string());
    match kind {
        EventKind::Created { family, r#type, .. } => {
            ("socket", vec![one("family", &family_name(*family)), one("type", &type_name(*r#type))])
        }
        EventKind::Bound { local, asked, .. } => {
            ("bind", vec![one("address", asked.as_ref().unwrap_or(local))])
        }
        EventKind::Listening { backlog, .. } => ("listen", vec![one("backlog", backlog)]),
        EventKind::Connected { peer, .. } => ("connect", vec![one("address", peer)]),
        EventKind::Accepted { .. } => ("accept", Vec::new()),
        EventKind::Sent { bytes, to, flags, .. } => {
            let mut parameters = vec![one("bytes", bytes)];
            parameters.extend(to.as_ref().map(|to| one("to", to)));
            parameters.extend(listed(flags));
            (if to.is_some() { "sendto" } else { "send" }, parameters)
        }
        EventKind::Received { from, flags, .. } => {
            (if from.is_some() { "recvfrom" } else { "recv" }, listed(flags).into_iter().collect())
        }
        EventKind::PeerClosed {} => ("recv", Vec::new()),
        EventKind::Shutdown { how } => ("shutdown", vec![one("how", &how_name(*how))]),
        EventKind::Option { name, value, asked } => {
            let mut parameters = vec![one("name", name), one("value", asked.as_ref().unwrap_or(value))];
            if asked.is_some() {
                parameters.push(one("in force", value));
            }
            ("setsockopt", parameters)
        }
        EventKind::Closed { linger_s, .. } => {
            ("close", linger_s.iter().map(|linger| one("linger_s", linger)).collect())
        }
        EventKind::Failed { call, params, .. } => {
            let parameters = params.iter().flatten().map(|(name, value)| (name.clone(), shown(value)));
            (known(call), parameters.collect())
        }
        // No call of the sockets API is their cause.
        EventKind::Reset {}
        | EventKind::Dropped { .. }
        | EventKind::Note { .. }
        | EventKind::HostAdded { .. }
        | EventKind::HostRemoved { .. }
        | EventKind::Wire { .. } => ("", Vec::new()),
    }
}

fn listed(flags: &[String]) -> Option<(String, String)> {
    (!flags.is_empty()).then(|| ("flags".to_owned(), flags.join(" ")))
}

fn how_name(how: ShutdownHow) -> &'static str {
    match how {
        ShutdownHow::Read => "read",
        ShutdownHow::Write => "write",
        ShutdownHow::Both => "both",
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

/// The system call of a name that failed events carry; empty for what is none.
fn known(call: &str) -> &'static str {
    const CALLS: [&str; 13] = [
        "socket",
        "bind",
        "listen",
        "accept",
        "connect",
        "send",
        "sendto",
        "recv",
        "shutdown",
        "close",
        "setsockopt",
        "getsockopt",
        "getaddrinfo",
    ];
    CALLS.into_iter().find(|name| *name == call).unwrap_or_default()
}

/// The page of the manual that describes a system call.
fn page(call: &str) -> Option<&'static str> {
    Some(match call {
        "socket" => "socket(2)",
        "bind" => "bind(2)",
        "listen" => "listen(2)",
        "accept" => "accept(2)",
        "connect" => "connect(2)",
        "send" | "sendto" => "send(2)",
        "recv" | "recvfrom" => "recv(2)",
        "shutdown" => "shutdown(2)",
        "close" => "close(2)",
        "setsockopt" | "getsockopt" => "getsockopt(2)",
        "getaddrinfo" => "getaddrinfo(3)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::Fault;

    const TCP: Option<(Family, SocketType)> = Some((Family::Inet, SocketType::Stream));
    const UDP: Option<(Family, SocketType)> = Some((Family::Inet6, SocketType::Dgram));

    #[test]
    fn a_datagram_that_was_sent_names_its_destination_and_its_pages() {
        let kind = EventKind::Sent {
            bytes: 5,
            count: None,
            data: None,
            data_cut: false,
            to: Some("127.0.0.1:9".to_owned()),
            flags: Vec::new(),
            began: None,
        };
        let made = made_by(&kind, UDP);
        assert_eq!(made.name, "sendto");
        assert_eq!(
            made.parameters,
            [("bytes".to_owned(), "5".to_owned()), ("to".to_owned(), "127.0.0.1:9".to_owned())]
        );
        assert_eq!(made.pages, ["send(2)", "udp(7)"]);
    }

    #[test]
    fn a_call_that_failed_has_the_parameters_that_it_was_made_with() {
        let params = serde_json::json!({"address": "127.0.0.1:9", "flags": ["oob"]});
        let kind = EventKind::Failed {
            call: "connect".to_owned(),
            params: params.as_object().cloned(),
            error: Fault::os("connect", "ECONNREFUSED", "connection refused"),
        };
        let made = made_by(&kind, TCP);
        assert_eq!(made.name, "connect");
        assert_eq!(made.parameters[0].1, "127.0.0.1:9");
        assert_eq!(made.parameters[1].1, "oob");
        assert_eq!(made.pages, ["connect(2)", "errno(3)", "tcp(7)"]);
    }

    #[test]
    fn what_no_call_made_has_no_call() {
        let made = made_by(&EventKind::Note { text: "here".to_owned() }, TCP);
        assert_eq!(made, MadeCall::default());
        assert_eq!(made_by(&EventKind::Reset {}, TCP).pages, ["tcp(7)"]);
    }
}
