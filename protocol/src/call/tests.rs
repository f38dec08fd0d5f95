//! The parameters of every call, pinned, and what is said of wrong ones.

use super::*;

fn parse(method: &str, params: &str) -> Result<Call, Fault> {
    let raw: Box<RawValue> = serde_json::from_str(params).unwrap();
    Call::parse(method, Some(&raw))
}

#[test]
fn every_call_reads_and_writes_its_parameters() {
    // What a client sends, and the same call written again: defaults filled in, optional fields left out.
    let check = |method: &str, params: &str, again: &str| {
        let call = parse(method, params).unwrap_or_else(|fault| panic!("{method} {params}: {fault:?}"));
        assert_eq!(call.method(), method);
        assert_eq!(serde_json::to_string(&call).unwrap(), again);
        assert_eq!(parse(method, again).unwrap(), call);
    };
    let same = |method: &str, params: &str| check(method, params, params);
    same("socket.create", r#"{"family":"inet","type":"dgram"}"#);
    same("socket.bind", r#"{"socket":3,"address":"127.0.0.1:7788"}"#);
    check("socket.bind", r#"{"socket":3,"address":":7788"}"#, r#"{"socket":3,"address":"*:7788"}"#);
    check("socket.listen", r#"{"socket":3}"#, r#"{"socket":3,"backlog":128}"#);
    same("socket.listen", r#"{"socket":3,"backlog":-1}"#);
    same("socket.accept", r#"{"socket":3}"#);
    same("socket.accept", r#"{"socket":3,"timeout_ms":0}"#);
    same("socket.connect", r#"{"socket":3,"address":"[::1]:1","timeout_ms":1500}"#);
    check("socket.send", r#"{"socket":3,"data":"hi"}"#, r#"{"socket":3,"data":{"text":"hi"}}"#);
    same(
        "socket.send",
        r#"{"socket":3,"data":{"hex":"00"},"to":"unix:@chat","flags":["oob"],"timeout_ms":1}"#,
    );
    check("socket.recv", r#"{"socket":3}"#, r#"{"socket":3,"max":4096}"#);
    same("socket.recv", r#"{"socket":3,"max":1048576,"flags":["peek","oob","waitall"],"timeout_ms":1}"#);
    same("socket.shutdown", r#"{"socket":3,"how":"both"}"#);
    same("socket.close", r#"{"socket":3}"#);
    same("socket.close", r#"{"socket":3,"linger_s":0}"#);
    same("socket.set_option", r#"{"socket":3,"name":"linger_s","value":null}"#);
    same("socket.get_option", r#"{"socket":3,"name":"error"}"#);
    same("socket.info", r#"{"socket":3}"#);
    same("socket.list", "{}");
    same(
        "socket.configure",
        r#"{"socket":3,"receive":"stream","accept":"manual","responder":{"kind":"echo"}}"#,
    );
    same("socket.configure", r#"{"socket":3,"responder":null}"#);
    check("socket.poll", r#"{"sockets":[3]}"#, r#"{"sockets":[3],"for":["read","write"]}"#);
    same("socket.poll", r#"{"sockets":[3,4],"for":["read"],"timeout_ms":5}"#);
    check("dns.resolve", r#"{"name":"LOCALHOST."}"#, r#"{"name":"localhost"}"#);
    same("call.cancel", r#"{"id":"a"}"#);
    same("session.configure", r#"{"data":"base64","payload":"preview"}"#);
    same("session.configure", r#"{"frames":"binary"}"#);
    same("session.configure", r#"{"kinds":["received","failed"]}"#);
    same("session.configure", r#"{"sockets":{"every_ms":250}}"#);
    same("session.configure", r#"{"sockets":null}"#);
    check("session.configure", r#"{"packets":{}}"#, r#"{"packets":{"per_second":1000}}"#);
    same("session.configure", r#"{"packets":{"after":0,"data":true,"per_second":10}}"#);
    same("session.configure", r#"{"packets":null}"#);
    same("socket.watch", r#"{"socket":3,"every_ms":50}"#);
    same("socket.watch", r#"{"socket":3,"every_ms":0}"#);
    check("socket.series", r#"{"socket":3}"#, r#"{"socket":3,"after":0,"limit":100}"#);
    same("socket.series", r#"{"socket":3,"after":7,"limit":1200,"timeout_ms":1}"#);
    same("session.info", "{}");
    check("log.read", "{}", r#"{"after":0,"limit":100}"#);
    same("log.read", r#"{"after":7,"before":9,"limit":100}"#);
    same("log.read", r#"{"after":7,"limit":1000,"socket":3,"kinds":["sent"]}"#);
    same("log.note", r#"{"text":"here"}"#);
    check("packets.read", "{}", r#"{"after":0,"limit":100}"#);
    same("packets.read", r#"{"after":7,"changes_after":0,"limit":1000,"data":true,"timeout_ms":1}"#);
    same("host.add", "{}");
    same("host.add", r#"{"name":"a-0"}"#);
    same("host.remove", r#"{"name":"bob"}"#);
    same("host.list", "{}");
    same("host.connections", "{}");
    same("host.connections", r#"{"host":"bob"}"#);
    same("wire.configure", "{}");
    same(
        "wire.configure",
        r#"{"from":"alice","to":"bob","loss_percent":0.5,"loss_every":3,"delay_ms":60000,"jitter_ms":1,"duplicate_percent":100.0,"reorder_percent":1.0,"corrupt_percent":0.0,"rate_kbit":10000000,"queue_packets":4096,"mtu":1280,"seed":4294967295,"record":false}"#,
    );
    check("wire.configure", r#"{"loss_percent":10,"mtu":0}"#, r#"{"loss_percent":10.0,"mtu":0}"#);
    same("wire.show", "{}");
    same("wire.cut", r#"{"from":"alice"}"#);
    same("wire.mend", r#"{"to":"bob"}"#);
    same("wire.hold", "{}");
    same(
        "wire.hold",
        r#"{"from":"alice","to":"bob","protocol":"tcp","port":7788,"flags":["SYN","ACK"],"count":1}"#,
    );
    check("wire.release", "{}", r#"{"action":"pass"}"#);
    same("wire.release", r#"{"seq":7,"action":"delay","delay_ms":400}"#);
    same("wire.unhold", "{}");
    same("session.share", "{}");
    same("session.share", r#"{"label":"the class"}"#);
    same("session.unshare", r#"{"share":"sh_4f0c2a91be370d58"}"#);
    same("session.close", "{}");
}

#[test]
fn left_out_params_are_an_empty_object() {
    assert_eq!(Call::parse("socket.list", None).unwrap(), SocketList {}.into());
    assert_eq!(Call::parse("socket.info", None).unwrap_err().code, -32602);
}

#[test]
fn wrong_parameters_are_named() {
    let check = |method: &str, params: &str, field: &str, part: &str| {
        let fault = parse(method, params).expect_err(params);
        assert_eq!(fault.code, -32602, "{params}");
        let hint = fault.data.hint.unwrap();
        assert!(hint.starts_with(field) && hint.contains(part), "{method} {params}: {hint}");
    };
    check("socket.create", "[]", "params", "object");
    check("socket.create", "null", "params", "object");
    check("socket.create", "{}", "params", "missing field `family`");
    check("socket.create", r#"{"family":"inet"}"#, "params", "missing field `type`");
    check("socket.create", r#"{"family":"packet","type":"dgram"}"#, "family", "unknown variant `packet`");
    check("socket.create", r#"{"family":"inet","type":"dgram","x":1}"#, "x", "unknown field `x`");
    check(
        "socket.create",
        r#"{"family":"inet","family":"inet","type":"dgram"}"#,
        "params",
        "duplicate field",
    );
    check("socket.list", r#"{"x":1}"#, "x", "unknown field");
    check("socket.info", r#"{"socket":-1}"#, "socket", "invalid value");
    check("socket.info", r#"{"socket":"3"}"#, "socket", "invalid type");
    check("socket.info", r#"{"socket":3.0}"#, "socket", "invalid type");
    check("socket.bind", r#"{"socket":3,"address":"127.1:80"}"#, "address", "not an IPv4 address");
    check("socket.listen", r#"{"socket":3,"backlog":4294967296}"#, "backlog", "invalid value");
    check("socket.send", r#"{"socket":3,"data":{"hex":1}}"#, "data.hex", "invalid type");
    check("socket.send", r#"{"socket":3,"data":["a"]}"#, "data", "invalid type");
    check("socket.send", r#"{"socket":3,"data":"a","flags":["urgent"]}"#, "flags[0]", "unknown variant");
    check("socket.recv", r#"{"socket":3,"max":0}"#, "max", "0 is not from 1 to 1048576");
    check("socket.recv", r#"{"socket":3,"max":1048577}"#, "max", "1048577 is not from 1 to 1048576");
    check("socket.close", r#"{"socket":3,"linger_s":-1}"#, "linger_s", "invalid value");
    check(
        "socket.configure",
        r#"{"socket":3,"responder":{"kind":"parrot"}}"#,
        "responder",
        "unknown variant",
    );
    check("socket.configure", r#"{"socket":3,"responder":["echo"]}"#, "responder", "");
    check("socket.poll", r#"{"sockets":[]}"#, "sockets", "0 sockets are not from 1 to 64");
    check("socket.poll", r#"{"sockets":[3],"for":["urgent"]}"#, "for[0]", "unknown variant");
    check("dns.resolve", r#"{"name":"127.1"}"#, "name", "not an IPv4 address");
    check("dns.resolve", r#"{"name":""}"#, "name", "is empty");
    check("log.read", r#"{"limit":1001}"#, "limit", "1001 is not from 1 to 1000");
    check("log.read", r#"{"kinds":["sent","snet"]}"#, "kinds", "\"snet\" is not a kind of event");
    check("log.note", r#"{"text":""}"#, "text", "is empty");
    check("call.cancel", r#"{"id":true}"#, "id", "");
    let every = r#"{"packets":{"per_second":9}}"#;
    check("session.configure", every, "packets", "9 is not from 10 to 10000");
    for name in ["", "Alice", "1a", "a_b", "a-", "ä", "a.b"] {
        check("host.add", &format!("{{\"name\":\"{name}\"}}"), "name", "");
    }
    check("host.add", &format!("{{\"name\":\"{}\"}}", "a".repeat(33)), "name", "over the limit of 32");
    check("host.remove", "{}", "params", "missing field `name`");
    check("host.remove", r#"{"name":null}"#, "name", "is no name");
    for field in ["loss_percent", "duplicate_percent", "reorder_percent", "corrupt_percent"] {
        check("wire.configure", &format!("{{\"{field}\":100.5}}"), field, "0 to 100");
        check("wire.configure", &format!("{{\"{field}\":-1}}"), field, "0 to 100");
        check("wire.configure", &format!("{{\"{field}\":\"1\"}}"), field, "invalid type");
    }
    check("wire.configure", r#"{"loss_every":1000001}"#, "loss_every", "from 0 to 1000000");
    check("wire.configure", r#"{"delay_ms":60001}"#, "delay_ms", "60001 is not from 0 to 60000");
    check("wire.configure", r#"{"jitter_ms":-1}"#, "jitter_ms", "invalid value");
    check("wire.configure", r#"{"rate_kbit":10000001}"#, "rate_kbit", "from 0 to 10000000");
    check("wire.configure", r#"{"queue_packets":4097}"#, "queue_packets", "from 0 to 4096");
    check("wire.configure", r#"{"mtu":1279}"#, "mtu", "1279 is not 0 or from 1280 to 9000");
    check("wire.configure", r#"{"mtu":9001}"#, "mtu", "from 0 to 9000");
    check("wire.configure", r#"{"seed":-1}"#, "seed", "invalid value");
    check("socket.watch", r#"{"socket":3}"#, "params", "missing field `every_ms`");
    check("socket.watch", r#"{"socket":3,"every_ms":49}"#, "every_ms", "49 is not 0 or from 50 to 10000");
    check("socket.watch", r#"{"socket":3,"every_ms":10001}"#, "every_ms", "from 50 to 10000");
    check("socket.series", r#"{"socket":3,"limit":1201}"#, "limit", "1201 is not from 1 to 1200");
    check("wire.configure", r#"{"record":1}"#, "record", "invalid type");
    check("wire.configure", r#"{"from":""}"#, "from", "is empty");
    check("wire.hold", r#"{"protocol":"sctp"}"#, "protocol", "unknown variant");
    check("wire.hold", r#"{"port":65536}"#, "port", "invalid value");
    check("wire.hold", r#"{"flags":["syn"]}"#, "flags[0]", "unknown variant");
    check("wire.hold", r#"{"count":0}"#, "count", "0 is not from 1 to 4096");
    check("wire.release", r#"{"seq":-1}"#, "seq", "invalid value");
    check("wire.release", r#"{"action":"burn"}"#, "action", "unknown variant");
    check("wire.release", r#"{"action":"delay","delay_ms":0}"#, "delay_ms", "from 1 to 60000");
}

#[test]
fn an_unknown_method_is_named() {
    let fault = parse("socket.explode", "{}").unwrap_err();
    assert_eq!(fault.code, -32601);
    assert!(fault.data.hint.unwrap().contains("socket.explode"));
}
