//! What a token is good for.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use sockyard_protocol::call::SocketCreate;
use sockyard_protocol::{Call, Family, SocketType};

/// One thing that a token may be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum Scope {
    /// Open sessions and make the calls that only look
    #[value(name = "sockets:read")]
    #[serde(rename = "sockets:read")]
    Read,
    /// Make every call; what it may make sockets of is said by the next three
    #[value(name = "sockets:write")]
    #[serde(rename = "sockets:write")]
    Write,
    /// Internet datagram sockets
    #[value(name = "proto:udp")]
    #[serde(rename = "proto:udp")]
    Udp,
    /// Internet stream sockets
    #[value(name = "proto:tcp")]
    #[serde(rename = "proto:tcp")]
    Tcp,
    /// Unix sockets
    #[value(name = "proto:unix")]
    #[serde(rename = "proto:unix")]
    Unix,
    /// What the operator's rules open beside loopback
    #[value(name = "egress")]
    #[serde(rename = "egress")]
    Egress,
    /// The metrics
    #[value(name = "admin")]
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// What a token has whose maker named none: sockets on loopback, as everybody has them.
    pub(crate) const USUAL: [Scope; 5] = [Scope::Read, Scope::Write, Scope::Udp, Scope::Tcp, Scope::Unix];

    /// Its name on the command line, in the file and in errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scope::Read => "sockets:read",
            Scope::Write => "sockets:write",
            Scope::Udp => "proto:udp",
            Scope::Tcp => "proto:tcp",
            Scope::Unix => "proto:unix",
            Scope::Egress => "egress",
            Scope::Admin => "admin",
        }
    }
}

/// A set of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(u8);

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Scopes {
        Scopes(scopes.into_iter().fold(0, |set, scope| set | 1 << scope as u8))
    }
}

impl Scopes {
    pub(crate) fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// The scopes in it.
    pub(crate) fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::value_variants().iter().copied().filter(move |scope| self.has(*scope))
    }

    /// Whether sessions may be opened with it.
    pub(crate) fn open_sessions(self) -> bool {
        self.has(Scope::Read) || self.has(Scope::Write)
    }

    /// The scope that a call in a session of this token lacks.
    pub(crate) fn lacking(self, call: &Call) -> Option<Scope> {
        let wanted = match call {
            // Whoever opened something may end it.
            Call::SessionClose(_) | Call::CallCancel(_) => return None,
            Call::SocketCreate(SocketCreate { family, r#type, host: _ }) if self.has(Scope::Write) => {
                match (family, r#type) {
                    (Family::Unix, _) => Scope::Unix,
                    (_, SocketType::Dgram) => Scope::Udp,
                    (_, SocketType::Stream) => Scope::Tcp,
                }
            }
            // Who may do everything may look as well.
            call if call.only_looks() && !self.has(Scope::Write) => Scope::Read,
            _ => Scope::Write,
        };
        (!self.has(wanted)).then_some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, params: &str) -> Call {
        let params = serde_json::value::RawValue::from_string(params.to_owned()).unwrap();
        Call::parse(method, Some(&params)).unwrap()
    }

    #[test]
    fn a_call_lacks_the_scope_that_it_needs_and_no_other() {
        let udp = call("socket.create", r#"{"family":"inet","type":"dgram"}"#);
        let tcp = call("socket.create", r#"{"family":"inet6","type":"stream"}"#);
        let unix = call("socket.create", r#"{"family":"unix","type":"dgram"}"#);
        let list = call("socket.list", "{}");
        let close = call("session.close", "{}");
        let set = |scopes: &[Scope]| scopes.iter().copied().collect::<Scopes>();
        let read = set(&[Scope::Read]);
        assert_eq!(read.lacking(&list), None);
        assert_eq!(read.lacking(&udp), Some(Scope::Write));
        assert_eq!(read.lacking(&close), None);
        let udp_only = set(&[Scope::Write, Scope::Udp]);
        assert_eq!(udp_only.lacking(&udp), None);
        assert_eq!(udp_only.lacking(&tcp), Some(Scope::Tcp));
        assert_eq!(udp_only.lacking(&unix), Some(Scope::Unix));
        assert_eq!(udp_only.lacking(&list), None, "who may write may look");
        let admin = set(&[Scope::Admin]);
        assert_eq!(admin.lacking(&list), Some(Scope::Read));
        assert!(!admin.open_sessions() && read.open_sessions() && udp_only.open_sessions());
        assert_eq!(set(&Scope::USUAL).iter().collect::<Vec<_>>(), Scope::USUAL);
    }

    #[test]
    fn a_scope_has_one_name_everywhere() {
        for scope in Scope::value_variants() {
            let name = scope.name();
            assert_eq!(scope.to_possible_value().unwrap().get_name(), name);
            assert_eq!(serde_json::to_value(scope).unwrap(), name);
        }
    }
}
