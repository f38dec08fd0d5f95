//! The schemas against the parsers: what one takes the other takes, too.

use serde_json::value::to_raw_value;

use super::*;
use crate::{Address, Call, Event, Fault, Host, Responder};

/// A validator of one type's schema with all that it refers to.
fn validator(schema: impl Fn(&mut Schemas) -> Schema, dialect: Dialect) -> jsonschema::Validator {
    let mut schemas = Schemas::new(dialect);
    let mut root = schema(&mut schemas).to_value();
    root["components"] = json!({"schemas": schemas.into_components()});
    if dialect == Dialect::Draft07 {
        // Siblings of a reference count for nothing there.
        root = json!({"allOf": [{"$ref": root["$ref"]}], "components": root["components"]});
        return jsonschema::draft7::new(&root).unwrap();
    }
    jsonschema::draft202012::new(&root).unwrap()
}

fn agree<T: JsonSchema + serde::de::DeserializeOwned>(cases: &[Value]) {
    for dialect in [Dialect::Draft202012, Dialect::Draft07] {
        let validator = validator(Schemas::request::<T>, dialect);
        for case in cases {
            let parsed = serde_json::from_value::<T>(case.clone()).map(drop);
            assert_eq!(validator.is_valid(case), parsed.is_ok(), "{case}: {parsed:?}");
        }
    }
}

#[test]
fn addresses_and_hosts_agree_with_their_parsers() {
    let long = [format!("{}.de", "a".repeat(63)), format!("{}.de", "a".repeat(64))];
    let longest = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "b".repeat(61));
    let mut hosts: Vec<String> = [
        "",
        "*",
        "127.0.0.1",
        "127.1",
        "0177.0.0.1",
        "256.0.0.1",
        "1.2.3.4.5",
        "127.0.0.1.",
        "0x7f.1",
        "0X7f",
        "7",
        "7a",
        "a7",
        "1.a",
        "a.1",
        "a.1.",
        "a.0x",
        "a.0xg-",
        "0xg",
        "localhost",
        "LOCALHOST.",
        "a..b",
        ".a",
        ".",
        "a.",
        "-a",
        "a-",
        "a-b",
        "a_b",
        "a b",
        "ä",
        "1:2:3:4:5:6:7:8",
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "1::2::3",
        "1:2:3:4:5:6:127.0.0.1",
        "::127.0.0.1",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1:2:3:4:5:1.2.3.4",
        "::1:2:3:4:5:6:1.2.3.4",
        "12345::",
        "fe80::1%2",
        "::g",
        ":::",
        ":1",
        "1:",
        "[::1]",
        "::01.2.3.4",
        "1:2:3:4:5:6::7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7",
    ]
    .map(str::to_owned)
    .to_vec();
    hosts.extend(long);
    hosts.extend([
        longest.clone(),
        format!("{longest}."),
        format!("{longest}c"),
        format!("{longest}c."),
        format!("{longest}.."),
    ]);
    let cases: Vec<Value> = hosts.iter().map(|host| json!(host)).chain([json!(1), json!(null)]).collect();
    agree::<Host>(&cases);
    let ports = [
        "0", "1", "65535", "65536", "080", "", "+1", "-1", "99999", "6553a", "10000", "60000", "65499",
        "65530", "٣",
    ];
    let mut cases = Vec::new();
    for host in &hosts {
        cases.extend([json!(format!("{host}:7788")), json!(format!("[{host}]:7788")), json!(host)]);
    }
    cases.extend(ports.iter().map(|port| json!(format!("127.0.0.1:{port}"))));
    for name in ["a", "@a", "", "@", "@@a", ".a", "a/b", "a_b-c.d", "-a", "ä"] {
        cases.push(json!(format!("unix:{name}")));
    }
    cases.extend([64, 65].map(|length| json!(format!("unix:@{}", "a".repeat(length)))));
    agree::<Address>(&cases);
}

#[test]
fn payloads_agree_with_what_can_be_turned_into_bytes() {
    let validator = validator(Schemas::request::<Payload>, Dialect::Draft202012);
    let check = |case: Value| {
        let bytes = serde_json::from_value::<Payload>(case.clone())
            .map_err(|error| error.to_string())
            .and_then(|payload| payload.to_bytes().map_err(|error| error.to_string()));
        assert_eq!(validator.is_valid(&case), bytes.is_ok(), "{case}: {bytes:?}");
    };
    for case in [
        json!("a"),
        json!(1),
        json!(null),
        json!([]),
        json!({}),
        json!({"text": "a"}),
        json!({"text": 1}),
        json!({"text": "a", "encoding": "utf-8"}),
        json!({"text": "a", "encoding": null}),
        json!({"encoding": "utf-8"}),
        json!({"text": "a", "hex": "00"}),
        json!({"text": "a", "hex": null}),
        json!({"a": 1}),
        json!({"zeros": 0}),
        json!({"zeros": 1_048_576}),
        json!({"zeros": 1_048_577}),
        json!({"zeros": -1}),
        json!({"repeat": "41", "count": 2}),
        json!({"repeat": " 4 1 ", "count": 2}),
        json!({"repeat": "4", "count": 2}),
        json!({"repeat": "4142", "count": 2}),
        json!({"repeat": "", "count": 2}),
        json!({"repeat": "41"}),
        json!({"count": 1}),
        json!({"repeat": "41", "count": 1_048_577}),
    ] {
        check(case);
    }
    for hex in ["", " ", "00", "0", "0 0", "\u{a0}0\u{3000}0\n", "0g", "000", "\u{feff}00"] {
        check(json!({"hex": hex}));
    }
    for base64 in
        ["", "AA==", "AB==", "AAA=", "AAB=", "AAAA", "AAAAA", "A", "AA", "AA=", "-A==", "AAAA\n", "A==="]
    {
        check(json!({"base64": base64}));
    }
    for escaped in [
        "",
        "a\nb",
        r"\r\n\t\0\\",
        r"\q",
        r"\",
        r"\x4",
        r"\x41",
        r"\xfF",
        r"\x+1",
        r"\u41",
        r"\u{}",
        r"\u{41}",
        r"\u{000041}",
        r"\u{0000041}",
        r"\u{d7ff}",
        r"\u{d800}",
        r"\u{DFFF}",
        r"\u{00dfff}",
        r"\u{e000}",
        r"\u{10ffff}",
        r"\u{110000}",
        r"\u{0fffff}",
        r"\u{fffff}",
        r"\u{41",
        r"\u{ 41}",
    ] {
        check(json!({"escaped": escaped}));
    }
}

#[test]
fn ids_kinds_and_responders_agree_with_their_parsers() {
    let text = |length| json!("x".repeat(length));
    let whole = [json!(1), json!(i64::MIN), json!(u64::MAX), json!(1.5), json!(true), json!([1])];
    agree::<Id>(&[whole.to_vec(), vec![text(0), text(ID_MAX), text(ID_MAX + 1), json!(null)]].concat());
    agree::<EventKinds>(&[
        json!([]),
        json!(["sent", "note"]),
        json!(["sent", "sent"]),
        json!(["x"]),
        json!("sent"),
    ]);
    let rules = |rules: Value| json!({"kind": "rules", "rules": rules});
    agree::<Responder>(&[
        json!(null),
        json!({"kind": "echo"}),
        json!({"kind": "echo", "x": 1}),
        json!({"kind": "none"}),
        json!({"kind": "rules"}),
        rules(json!([])),
        rules(json!([{}])),
        rules(json!([[]])),
        rules(json!([{"x": 1}])),
        rules(json!(vec![json!({}); 32])),
        rules(json!(vec![json!({}); 33])),
        rules(json!([{"when": {"contains": "a"}, "send": {"hex": "00"}, "delay_ms": 60_000, "close": true}])),
        rules(json!([{"when": null, "send": null}])),
        rules(json!([{"delay_ms": 60_001}])),
        rules(json!([{"delay_ms": null}])),
        rules(json!([{"when": {"starts": "a"}}])),
        rules(json!([{"when": {"contains": "a", "equals": "a"}}])),
    ]);
}

#[test]
fn parameters_agree_with_what_call_parse_takes() {
    let mut schemas = Schemas::new(Dialect::Draft202012);
    let methods = Call::schemas(&mut schemas);
    let components = schemas.into_components();
    assert_eq!(methods.iter().map(|method| method.method).collect::<Vec<_>>(), Call::METHODS);
    let check = |method: &str, case: Value| {
        let schemas = methods.iter().find(|schemas| schemas.method == method).unwrap();
        let mut root = schemas.params_ref.clone().to_value();
        root["components"] = json!({"schemas": components});
        let parsed = Call::parse(method, Some(&to_raw_value(&case).unwrap())).map(drop);
        let valid = jsonschema::draft202012::new(&root).unwrap().is_valid(&case);
        assert_eq!(valid, parsed.is_ok(), "{method} {case}: {parsed:?}");
    };
    for method in Call::METHODS {
        for case in [
            json!({}),
            json!([]),
            json!({"socket": 3}),
            json!({"socket": 3, "x": 1}),
            json!({"socket": null}),
        ] {
            check(method, case);
        }
        for socket in [json!(-1), json!(0), json!(u32::MAX), json!(u64::from(u32::MAX) + 1), json!("3")] {
            check(method, json!({"socket": socket}));
        }
    }
    for backlog in [json!(i32::MIN), json!(i32::MAX), json!(i64::from(i32::MAX) + 1), json!(null)] {
        check("socket.listen", json!({"socket": 3, "backlog": backlog}));
    }
    for max in [json!(0), json!(1), json!(1_048_576), json!(1_048_577), json!(null)] {
        check("socket.recv", json!({"socket": 3, "max": max}));
    }
    for timeout in [json!(0), json!(u64::MAX), json!(-1), json!(null), json!(1.5)] {
        check("socket.accept", json!({"socket": 3, "timeout_ms": timeout}));
    }
    for linger in [json!(0), json!(65_535), json!(65_536), json!(null)] {
        check("socket.close", json!({"socket": 3, "linger_s": linger}));
    }
    for sockets in [json!([]), json!([3]), json!(vec![3; 64]), json!(vec![3; 65]), json!(3), json!([-1])] {
        check("socket.poll", json!({"sockets": sockets}));
    }
    for responder in [json!(null), json!({"kind": "echo"}), json!({"kind": "x"}), json!([])] {
        check("socket.configure", json!({"socket": 3, "responder": responder}));
    }
    // Characters are counted, however many bytes each has.
    for letter in ["a", "字"] {
        for length in [0, 1, 4096, 4097] {
            check("log.note", json!({"text": letter.repeat(length)}));
        }
        for length in [256, 257] {
            check("session.share", json!({"label": letter.repeat(length)}));
        }
        for length in [32, 33] {
            check("wire.cut", json!({"from": letter.repeat(length)}));
        }
    }
    for limit in [json!(0), json!(1), json!(1000), json!(1001)] {
        check("log.read", json!({"limit": limit}));
    }
    for name in ["", "a", "alice", "a-0", "a-", "-a", "0a", "A", "a_b", "a.b", "ä", "localhost"] {
        check("host.add", json!({"name": name}));
        check("host.remove", json!({"name": name}));
        check("wire.cut", json!({"from": name}));
    }
    for length in [32, 33] {
        check("host.add", json!({"name": "a".repeat(length)}));
    }
    for percent in [json!(0), json!(0.5), json!(100), json!(100.5), json!(-1), json!(null), json!("1")] {
        for field in ["loss_percent", "duplicate_percent", "reorder_percent", "corrupt_percent"] {
            check("wire.configure", json!({field: percent}));
        }
    }
    let numbers = [
        0, 1, 49, 50, 1200, 1201, 1279, 1280, 4096, 4097, 9000, 9001, 10_000, 10_001, 60_000, 60_001,
        1_000_000, 1_000_001, 10_000_001,
    ];
    for number in numbers.map(|number| json!(number)).into_iter().chain([json!(null), json!(-1), json!(1.5)])
    {
        for field in ["loss_every", "delay_ms", "jitter_ms", "rate_kbit", "queue_packets", "mtu", "seed"] {
            check("wire.configure", json!({field: number}));
        }
        check("wire.hold", json!({"count": number}));
        check("socket.watch", json!({"socket": 3, "every_ms": number}));
        check("socket.series", json!({"socket": 3, "limit": number}));
        check("wire.release", json!({"action": "delay", "delay_ms": number}));
        check("session.configure", json!({"packets": {"per_second": number}}));
    }
    for hold in [json!({"protocol": "icmp", "port": 65_535, "flags": ["SYN"]}), json!({"flags": ["syn"]})] {
        check("wire.hold", hold);
    }
    for packets in [json!(null), json!({}), json!([]), json!({"after": 0, "data": true}), json!({"x": 1})] {
        check("session.configure", json!({"packets": packets}));
    }
    check(
        "socket.send",
        json!({"socket": 3, "data": "a", "to": "127.0.0.1:1", "flags": ["oob"], "timeout_ms": 5}),
    );
    check("socket.send", json!({"socket": 3, "data": "a", "flags": ["peek"]}));
    check("socket.bind", json!({"socket": 3, "address": "127.0.0.1"}));
}

#[test]
fn answers_say_which_fields_are_always_there() {
    let event = validator(Schemas::answer::<Event>, Dialect::Draft07);
    let note = json!({"seq": 1, "time_us": 2, "kind": "note", "text": "a"});
    assert!(event.is_valid(&note));
    for missing in ["seq", "time_us", "kind", "text"] {
        let mut note = note.clone();
        note.as_object_mut().unwrap().remove(missing);
        assert!(!event.is_valid(&note), "{missing}");
    }
    let fault = validator(Schemas::answer::<Fault>, Dialect::Draft202012);
    assert!(fault.is_valid(&serde_json::to_value(Fault::internal()).unwrap()));
    assert!(!fault.is_valid(&json!({"code": 12, "message": "a", "data": {"kind": "os"}})));
    let info = validator(Schemas::answer::<crate::SocketInfo>, Dialect::Draft202012);
    assert!(!info.is_valid(&json!({"socket": 3})));
}
