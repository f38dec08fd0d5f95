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
    same("session.info", "{}");
    check("log.read", "{}", r#"{"after":0,"limit":100}"#);
    same("log.read", r#"{"after":7,"before":9,"limit":100}"#);
    same("log.read", r#"{"after":7,"limit":1000,"socket":3,"kinds":["sent"]}"#);
    same("log.note", r#"{"text":"here"}"#);
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
}

#[test]
fn an_unknown_method_is_named() {
    let fault = parse("socket.explode", "{}").unwrap_err();
    assert_eq!(fault.code, -32601);
    assert!(fault.data.hint.unwrap().contains("socket.explode"));
}
