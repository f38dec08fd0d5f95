//! One example of each call: parameters, and what the call then returns. Tests hold them against the types.

use serde_json::{Value, json};

/// An example of a call.
pub(super) struct Example {
    pub(super) params: Value,
    pub(super) result: Value,
}

/// The example of a method.
pub(super) fn of(method: &str) -> Option<Example> {
    let (params, result) = match method {
        "socket.create" => (json!({"family": "inet", "type": "dgram"}), json!({"socket": 3})),
        "socket.bind" => {
            (json!({"socket": 3, "address": "127.0.0.1:0"}), json!({"local": "127.0.0.1:43210"}))
        }
        "socket.listen" => {
            (json!({"socket": 3, "backlog": 128}), json!({"local": "127.0.0.1:7788", "backlog": 128}))
        }
        "socket.accept" => (
            json!({"socket": 3, "timeout_ms": 1000}),
            json!({"connection": 5, "peer": "127.0.0.1:43210", "local": "127.0.0.1:7788"}),
        ),
        "socket.connect" => (
            json!({"socket": 3, "address": "127.0.0.1:7788", "timeout_ms": 1000}),
            json!({"local": "127.0.0.1:43210", "peer": "127.0.0.1:7788", "duration_us": 84}),
        ),
        "socket.send" => (
            json!({"socket": 3, "data": {"text": "漢字", "encoding": "gbk"}, "to": "127.0.0.1:7788", "timeout_ms": 1000}),
            json!({"bytes": 4}),
        ),
        "socket.recv" => (
            json!({"socket": 3, "max": 4096, "timeout_ms": 1000}),
            json!({"bytes": 2, "data": {"text": "hi"}, "from": "127.0.0.1:7788"}),
        ),
        "socket.shutdown" => (json!({"socket": 3, "how": "write"}), json!({})),
        "socket.close" => (json!({"socket": 3}), json!({})),
        "socket.set_option" => {
            (json!({"socket": 3, "name": "reuse_address", "value": true}), json!({"value": true}))
        }
        "socket.get_option" => (json!({"socket": 3, "name": "receive_buffer"}), json!({"value": 212_992})),
        "socket.info" => (json!({"socket": 3}), socket_info()),
        "socket.list" => (json!({}), json!({"sockets": [socket_info()]})),
        "socket.watch" => (json!({"socket": 3, "every_ms": 250}), json!({"every_ms": 250})),
        "socket.series" => (
            json!({"socket": 3, "after": 0, "limit": 100, "timeout_ms": 1000}),
            json!({"samples": [sample()], "oldest": 1, "newest": 1, "more": false, "every_ms": 250}),
        ),
        "socket.poll" => (
            json!({"sockets": [3, 4], "for": ["read"], "timeout_ms": 1000}),
            json!({"ready": [{"socket": 3, "read": true, "write": false, "hangup": false, "error": false}]}),
        ),
        "socket.configure" => (
            json!({"socket": 3, "receive": "stream", "responder": {"kind": "echo"}}),
            json!({"receive": "stream", "accept": "manual", "responder": {"kind": "echo"}}),
        ),
        "dns.resolve" => (
            json!({"name": "localhost"}),
            json!({"addresses": [{"address": "127.0.0.1", "allowed": true}, {"address": "::1", "allowed": true}]}),
        ),
        "call.cancel" => (json!({"id": 7}), json!({"cancelled": true})),
        "session.configure" => {
            let sockets = json!({"every_ms": 500});
            (
                json!({"payload": "preview", "sockets": sockets}),
                json!({"frames": "json", "data": "auto", "payload": "preview", "sockets": sockets}),
            )
        }
        "session.share" => (
            json!({"label": "the class of Monday"}),
            json!({"share": "sh_91be370d584f0c2a", "token": "VGhpc19vbmVfaXNfZm9yX2xvb2tpbmdfb25seV8hISE"}),
        ),
        "session.unshare" => (json!({"share": "sh_91be370d584f0c2a"}), json!({})),
        "session.info" => {
            let mut info = hello();
            info["shares"] = shares();
            info["used"] = json!({
                "sockets": 1, "log_events": 2, "log_bytes": 340, "waiting_calls": 0, "waiting_bytes": 0,
                "connections": 0, "readers": 2,
            });
            (json!({}), info)
        }
        "log.read" => (
            json!({"after": 0, "limit": 100}),
            json!({"events": [events()[0]], "oldest": 1, "newest": 1, "more": false}),
        ),
        "packets.read" => (
            json!({"after": 0, "changes_after": 0, "limit": 100, "timeout_ms": 1000}),
            json!({
                "packets": [packet()], "oldest": 1, "newest": 1, "more": false, "changes": [change()],
                "oldest_change": 1, "newest_change": 1,
            }),
        ),
        "host.add" => (json!({"name": "carol"}), host()),
        "host.remove" => (json!({"name": "carol"}), json!({})),
        "host.list" => (json!({}), json!({"hosts": [host()]})),
        "host.connections" => (
            json!({"host": "alice"}),
            json!({
                "connections": [{
                    "host": "alice", "local": "10.0.0.1:43210", "peer": "10.0.0.2:7788", "state": "TIME_WAIT", "socket": null,
                    "receive_queue": 0, "send_queue": 0, "backlog": null,
                    "timer": {"kind": "time_wait", "expires_ms": 59_984, "retransmits": 0},
                }],
                "more": false,
            }),
        ),
        "wire.configure" => {
            (json!({"from": "alice", "to": "bob", "loss_percent": 10.0, "delay_ms": 50, "seed": 7}), wire())
        }
        "wire.show" => (json!({}), wire()),
        "wire.cut" => (json!({"from": "alice"}), wire()),
        "wire.mend" => (json!({}), wire()),
        "wire.hold" => (json!({"from": "alice", "flags": ["SYN"], "count": 1}), wire()),
        "wire.release" => (json!({"action": "drop"}), json!({"released": [17]})),
        "wire.unhold" => (json!({}), json!({"released": [17]})),
        "log.note" => (json!({"text": "the server restarts here"}), json!({"seq": 15})),
        "session.close" => (json!({}), json!({})),
        _ => return None,
    };
    Some(Example { params, result })
}

/// One look at a watched socket.
fn sample() -> Value {
    json!({
        "sample": 1, "time_us": 1_760_000_000_000_000_u64, "state": "ESTABLISHED", "rtt_us": 40_211, "rtt_var_us": 812,
        "retransmission_timeout_us": 244_000, "congestion_window": 24, "slow_start_threshold": 18, "mss": 1448,
        "send_window": 262_144, "receive_window": 65_483, "in_flight": 22, "lost": 1, "retransmits": 7,
        "bytes_sent": 812_328, "bytes_acknowledged": 779_024, "bytes_received": 0, "receive_queue": 0,
        "send_queue": 195_480,
    })
}

/// A packet of a lab.
fn packet() -> Value {
    json!({
        "seq": 1, "time_us": 1_760_000_000_000_000_u64, "from": "alice", "to": ["bob"], "fate": "passed",
        "summary": "10.0.0.1 → 10.0.0.2 TCP 43210 → 7788 [SYN] Seq=0 Win=64240 Len=0 MSS=1460",
        "bytes": 60,
        "ip": {
            "version": 4, "source": "10.0.0.1", "destination": "10.0.0.2", "ttl": 64, "protocol": 6,
            "header_bytes": 20,
        },
        "tcp": {
            "source_port": 43210, "destination_port": 7788, "flags": ["SYN"], "sequence": 2_718_281_828_u32,
            "relative_sequence": 0, "acknowledgement": 0, "relative_acknowledgement": 0, "window": 64240,
            "options": ["MSS=1460"], "payload_bytes": 0,
        },
    })
}

/// What has become of it.
fn change() -> Value {
    json!({"change": 1, "seq": 1, "fate": "passed", "delayed_us": 400_213, "copies": 2})
}

/// What goes over a lab's wire, pushed.
pub(super) fn packets_told() -> Value {
    json!({"packets": [packet()], "changes": [change()], "skipped": 0, "skipped_changes": 0, "newest": 1})
}

fn host() -> Value {
    json!({"name": "carol", "addresses": ["10.0.0.3", "fd00::3"]})
}

/// What a wire is like.
fn wire() -> Value {
    let device = |host| json!({"host": host, "mtu": 1500, "lost_in_device": 0});
    json!({
        "seed": 7, "cut": false,
        "directions": [
            {"from": "alice", "to": "bob", "cut": false, "loss_percent": 10.0, "delay_ms": 50},
            {"from": "bob", "to": "alice", "cut": false},
        ],
        "devices": [device("alice"), device("bob")],
        "hold": {"from": "alice", "flags": ["SYN"], "count": 1}, "held": [17], "under_way": 3, "record": true, "unrecorded": 0,
    })
}

/// A session's shares.
pub(super) fn shares() -> Value {
    json!([{
        "share": "sh_91be370d584f0c2a", "label": "the class of Monday",
        "created_us": 1_760_000_000_000_000_u64, "connections": 2,
    }])
}

/// What opens a session.
pub(super) fn hello() -> Value {
    json!({
        "session": "s_4f0c2a91be370d58",
        "token": "T0tfd2lsbF9ub3RfdGVsbF95b3VfYW55dGhpbmdfaGU",
        "access": "full",
        "resumed": false,
        "oldest_seq": 0,
        "last_seq": 0,
        "server": {"name": "sockyard", "version": env!("CARGO_PKG_VERSION")},
        "network": {"kind": "host", "local_address": "127.0.0.1"},
        "limits": {
            "sockets": 64, "message_bytes": 1_048_576, "log_events": 100_000, "log_bytes": 16_777_216,
            "waiting_calls": 256, "waiting_bytes": 16_777_216, "connections": 16, "readers": 64, "shares": 16,
            "grace_s": 60,
        },
        "features": ["inet", "inet6", "unix"],
    })
}

/// One event of each kind, in the order of section 7.
pub(super) fn events() -> Vec<Value> {
    let (local, peer) = ("127.0.0.1:7788", "127.0.0.1:43210");
    let refused = json!({
        "code": 1, "message": "connection refused",
        "data": {"kind": "os", "errno": "ECONNREFUSED", "call": "connect", "hint": "nothing is listening on 127.0.0.1:9"},
    });
    let kinds = [
        json!({"socket": 3, "kind": "created", "family": "inet", "type": "stream"}),
        json!({"socket": 3, "kind": "bound", "local": local}),
        json!({"socket": 3, "kind": "listening", "local": local, "backlog": 128}),
        json!({"socket": 4, "kind": "connected", "local": peer, "peer": local, "duration_us": 84}),
        json!({"socket": 3, "kind": "accepted", "connection": 5, "peer": peer, "local": local}),
        json!({"socket": 4, "kind": "sent", "bytes": 2, "data": {"text": "hi"}}),
        json!({"socket": 5, "kind": "received", "bytes": 4, "data": {"base64": "nWjX1g=="}}),
        json!({"socket": 5, "kind": "peer_closed"}),
        json!({"socket": 5, "kind": "reset"}),
        json!({"socket": 4, "kind": "shutdown", "how": "write"}),
        json!({"socket": 3, "kind": "option", "name": "reuse_address", "value": true}),
        json!({"socket": 4, "kind": "closed", "by": "client"}),
        json!({"socket": 4, "kind": "failed", "call": "connect", "error": refused}),
        json!({"socket": 6, "kind": "dropped", "count": 12, "reason": "receive buffer full"}),
        json!({"kind": "note", "text": "the server restarts here"}),
        json!({"kind": "host_added", "host": "carol", "addresses": ["10.0.0.3", "fd00::3"]}),
        json!({"kind": "host_removed", "host": "carol"}),
        json!({"kind": "wire", "call": "configure", "params": {"from": "alice", "loss_percent": 10.0}}),
    ];
    let numbered = kinds.into_iter().zip(1_u64..).map(|(kind, seq)| {
        let mut event = json!({"seq": seq, "time_us": 1_760_000_000_000_000_u64 + seq * 1_000});
        if let (Some(event), Value::Object(kind)) = (event.as_object_mut(), kind) {
            event.extend(kind);
        }
        event
    });
    numbered.collect()
}

/// What has changed of the sockets' facts.
pub(super) fn sockets_changed() -> Value {
    json!({"sockets": [socket_info()], "closed": [4], "time_us": 1_760_000_000_000_000_u64})
}

fn socket_info() -> Value {
    json!({
        "socket": 3, "family": "inet", "type": "dgram", "local": "127.0.0.1:7788", "peer": null, "state": null,
        "receive_queue": 0, "send_queue": 0, "backlog": null, "tcp": null, "bytes_sent": 4, "bytes_received": 0,
        "drops": 0, "receive": "manual", "accept": "manual", "responder": null,
    })
}
