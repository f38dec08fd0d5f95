//! What a connection is told first (section 2), and `session.info`.

use serde::{Deserialize, Serialize};

use crate::answer::Connected;
use crate::{Fault, SocketId};

/// The parameters of `session.hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Hello {
    /// The session's id.
    pub session: String,
    /// The session's own token; on a connection that came with a share's token, that one.
    pub token: String,
    /// What the connection may do.
    #[serde(default)]
    pub access: Access,
    /// Whether the connection came back to a session that was there.
    pub resumed: bool,
    /// The oldest `seq` that the log still holds; 0 while it is empty. After a resume, what lies between `after` and it
    /// is lost.
    pub oldest_seq: u64,
    /// The newest `seq` of the log at this moment.
    pub last_seq: u64,
    /// The server's name and version.
    pub server: Server,
    /// Where the session's sockets live.
    pub network: Network,
    /// What the session may use.
    pub limits: Limits,
    /// What this server can do beyond version 1's base: `inet`, `inet6`, `unix`, …
    pub features: Vec<String>,
    /// What came of the socket that the upgrade's `create` asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opened>,
}

/// A session's first socket, made by the parameters of an upgrade.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Opened {
    /// The socket's number; none where it could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<SocketId>,
    /// The result of its connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connected: Option<Connected>,
    /// What failed. The session is there all the same, and so is the socket where it has a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
}

/// What a connection may do in its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everything.
    #[default]
    Full,
    /// Look: it came with a share's token.
    Read,
}

/// The server's name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Server {
    /// `sockyard`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Where a session's sockets live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Network {
    /// `host`: the sockets are this machine's own. `lab`: they are those of the lab's hosts, which reach each other and
    /// nothing else.
    pub kind: String,
    /// The address under which the session's own sockets reach each other.
    pub local_address: String,
    /// The directory of the session's Unix sockets, for programs on the same machine. Told to the owner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unix_directory: Option<String>,
    /// The hosts of a lab; the first is where sockets are made that name none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<LabHost>,
}

/// A host of a lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct LabHost {
    /// Its name, which every host of the lab resolves.
    pub name: String,
    /// Its addresses on the wire: IPv4, then IPv6.
    pub addresses: Vec<String>,
}

/// In which kind of network a session is to live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// The machine's own, of which the policy opens loopback and what the operator's rules add.
    Host,
    /// A network of the session's own: hosts with a wire between them, and no way out.
    Lab,
}

/// What a session may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Open sockets.
    pub sockets: u32,
    /// Bytes of one message to the server; a longer one ends the connection with close code 1009.
    pub message_bytes: usize,
    /// Events that the log keeps.
    pub log_events: usize,
    /// Bytes that those events may take.
    pub log_bytes: usize,
    /// Calls of a session that may wait at once.
    pub waiting_calls: usize,
    /// Bytes that waiting `send` calls of a session may hold.
    pub waiting_bytes: usize,
    /// Connections attached to one session, without those that only look.
    pub connections: usize,
    /// Connections attached to one session that only look.
    #[serde(default)]
    pub readers: usize,
    /// Shares of one session.
    #[serde(default)]
    pub shares: usize,
    /// Seconds that a session without a connection lives on.
    pub grace_s: u64,
    /// Seconds after which the session ends, whoever is there; without a limit where it is left out, as the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u64>,
    /// Seconds without a call or a frame after which the session ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_s: Option<u64>,
    /// Calls and binary frames in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_per_second: Option<u64>,
    /// Bytes that the session's sockets send and receive in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<u64>,
}

/// The result of `session.info`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct SessionInfo {
    /// What `session.hello` says.
    #[serde(flatten)]
    pub hello: Hello,
    /// How much of the limits is used.
    pub used: Used,
    /// The session's shares, oldest first; not told to whoever only looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Vec<ShareInfo>>,
}

/// A token with which others look at the session. The token itself is told once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct ShareInfo {
    /// Its id.
    pub share: String,
    /// What was said of it when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When it was made, in microseconds since the Unix epoch.
    pub created_us: u64,
    /// Connections that look with it at this moment.
    pub connections: usize,
}

/// Every share of a session (section 10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Shares {
    /// The shares, oldest first.
    pub shares: Vec<ShareInfo>,
}

/// How much of the limits is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Used {
    /// Open sockets.
    pub sockets: u32,
    /// Events in the log.
    pub log_events: usize,
    /// Bytes that they take.
    pub log_bytes: usize,
    /// Calls and binary frames that wait. The limit is for each of the two.
    pub waiting_calls: usize,
    /// Bytes that waiting calls and frames hold. The limit is for each of the two.
    pub waiting_bytes: usize,
    /// Attached connections, without those that only look.
    pub connections: usize,
    /// Attached connections that only look.
    #[serde(default)]
    pub readers: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_of_the_first_socket_is_pinned() {
        let connected =
            Connected { local: "127.0.0.1:8".into(), peer: "127.0.0.1:9".into(), duration_us: 52 };
        let opened = Opened { socket: Some(3), connected: Some(connected), error: None };
        let json =
            r#"{"socket":3,"connected":{"local":"127.0.0.1:8","peer":"127.0.0.1:9","duration_us":52}}"#;
        assert_eq!(serde_json::to_string(&opened).unwrap(), json);
        assert_eq!(serde_json::from_str::<Opened>(json).unwrap(), opened);
        let opened = Opened { socket: Some(3), connected: None, error: Some(Fault::timeout("connect")) };
        let json = r#"{"socket":3,"error":{"code":4,"message":"timed out","data":{"kind":"timeout","call":"connect"}}}"#;
        assert_eq!(serde_json::to_string(&opened).unwrap(), json);
        assert_eq!(serde_json::from_str::<Opened>(json).unwrap(), opened);
    }

    #[test]
    fn hello_and_session_info_are_pinned() {
        let hello = Hello {
            session: "s_4f0c".into(),
            token: "t".into(),
            access: Access::Full,
            resumed: false,
            oldest_seq: 0,
            last_seq: 0,
            server: Server { name: "sockyard".into(), version: "0.1.0".into() },
            network: Network {
                kind: "host".into(),
                local_address: "127.0.0.1".into(),
                unix_directory: None,
                hosts: Vec::new(),
            },
            limits: Limits {
                sockets: 64,
                message_bytes: 1_048_576,
                log_events: 100_000,
                log_bytes: 16_777_216,
                waiting_calls: 256,
                waiting_bytes: 16_777_216,
                connections: 16,
                readers: 64,
                shares: 16,
                grace_s: 60,
                lifetime_s: None,
                idle_s: None,
                calls_per_second: None,
                bytes_per_second: None,
            },
            features: vec!["inet".into(), "inet6".into(), "unix".into()],
            opened: None,
        };
        let json = r#""session":"s_4f0c","token":"t","access":"full","resumed":false,"oldest_seq":0,"last_seq":0,"server":{"name":"sockyard","version":"0.1.0"},"network":{"kind":"host","local_address":"127.0.0.1"},"limits":{"sockets":64,"message_bytes":1048576,"log_events":100000,"log_bytes":16777216,"waiting_calls":256,"waiting_bytes":16777216,"connections":16,"readers":64,"shares":16,"grace_s":60},"features":["inet","inet6","unix"]"#;
        assert_eq!(serde_json::to_string(&hello).unwrap(), format!("{{{json}}}"));
        let used = Used {
            sockets: 1,
            log_events: 2,
            log_bytes: 3,
            waiting_calls: 4,
            waiting_bytes: 5,
            connections: 6,
            readers: 7,
        };
        let used_json = r#""used":{"sockets":1,"log_events":2,"log_bytes":3,"waiting_calls":4,"waiting_bytes":5,"connections":6,"readers":7}"#;
        let check = |shares, shares_json: &str| {
            let info = SessionInfo { hello: hello.clone(), used, shares };
            let written = serde_json::to_string(&info).unwrap();
            assert_eq!(written, format!("{{{json},{used_json}{shares_json}}}"));
            assert_eq!(serde_json::from_str::<SessionInfo>(&written).unwrap(), info);
        };
        check(None, "");
        let share =
            ShareInfo { share: "sh_1".into(), label: Some("class".into()), created_us: 9, connections: 2 };
        check(
            Some(vec![share]),
            r#","shares":[{"share":"sh_1","label":"class","created_us":9,"connections":2}]"#,
        );
    }
}
