use super::*;
use serde_json::{Value, json};
use sockyard_protocol::{Family, Mode, SocketInfo, SocketType};

use crate::model::mistake::Mistake;
use crate::model::sockets::SocketTable;

pub(crate) fn socket(r#type: SocketType) -> SocketView {
    let mut table = SocketTable::default();
    table.set_info(SocketInfo {
        socket: 3,
        family: Family::Inet,
        r#type,
        local: None,
        peer: None,
        state: None,
        receive_queue: None,
        send_queue: None,
        backlog: None,
        tcp: None,
        bytes_sent: 0,
        bytes_received: 0,
        drops: None,
        receive: Mode::Manual,
        accept: Mode::Manual,
        responder: None,
    });
    table.get(3).unwrap().clone()
}

fn params(
    kind: CallKind,
    entries: &[(Field, &str)],
    r#type: SocketType,
) -> Result<Value, Vec<(Field, Mistake)>> {
    let mut draft = Draft::default();
    for (field, value) in entries {
        draft.set(kind, *field, (*value).to_owned());
    }
    build(kind, &draft, &socket(r#type)).map(|call| serde_json::to_value(call).unwrap())
}

#[test]
fn forms_left_as_they_are_make_the_tutorials_calls() {
    let check = |kind, expected| assert_eq!(params(kind, &[], SocketType::Stream), Ok(expected), "{kind:?}");
    check(CallKind::Bind, json!({"socket": 3, "address": "127.0.0.1:0"}));
    check(CallKind::Listen, json!({"socket": 3, "backlog": 128}));
    check(CallKind::Accept, json!({"socket": 3}));
    check(CallKind::Recv, json!({"socket": 3, "max": 1024}));
    check(CallKind::Shutdown, json!({"socket": 3, "how": "write"}));
    check(CallKind::Close, json!({"socket": 3}));
    check(CallKind::Options, json!({"socket": 3, "name": "reuse_address", "value": true}));
    check(
        CallKind::Configure,
        json!({"socket": 3, "receive": "manual", "accept": "manual", "responder": null}),
    );
}

#[test]
fn entries_end_up_in_the_call() {
    let check = |kind, entries: &[(Field, &str)], expected| {
        assert_eq!(params(kind, entries, SocketType::Dgram), Ok(expected), "{kind:?}");
    };
    check(
        CallKind::Send,
        &[(Field::Data, "漢字"), (Field::Encoding, "gbk"), (Field::To, "127.0.0.1:7788")],
        json!({"socket": 3, "data": {"text": "漢字", "encoding": "gbk"}, "to": "127.0.0.1:7788"}),
    );
    check(
        CallKind::Send,
        &[(Field::DataForm, "hex"), (Field::Data, "68 69")],
        json!({"socket": 3, "data": {"hex": "68 69"}}),
    );
    check(
        CallKind::Recv,
        &[(Field::Max, "5"), (Field::Timeout, "2.5"), (Field::FlagPeek, "true")],
        json!({"socket": 3, "max": 5, "flags": ["peek"], "timeout_ms": 2500}),
    );
    check(
        CallKind::Send,
        &[(Field::Data, "x"), (Field::FlagOob, "true")],
        json!({"socket": 3, "data": {"text": "x"}}),
    );
    check(CallKind::Listen, &[(Field::Backlog, "-1")], json!({"socket": 3, "backlog": -1}));
    check(CallKind::Close, &[(Field::Linger, "0")], json!({"socket": 3, "linger_s": 0}));
    check(
        CallKind::Options,
        &[(Field::Option, "linger_s"), (Field::OptionValue, "off")],
        json!({"socket": 3, "name": "linger_s", "value": null}),
    );
}

#[test]
fn every_mistake_of_a_form_is_named_at_its_field() {
    let check = |kind, entries: &[(Field, &str)], expected: Vec<(Field, Mistake)>| {
        assert_eq!(params(kind, entries, SocketType::Dgram), Err(expected), "{entries:?}");
    };
    check(CallKind::Bind, &[(Field::Address, "7788")], vec![(Field::Address, Mistake::NoPort)]);
    check(CallKind::Connect, &[], vec![(Field::Address, Mistake::Empty)]);
    check(
        CallKind::Recv,
        &[(Field::Max, "0"), (Field::Timeout, "soon")],
        vec![(Field::Max, Mistake::NotInRange(1, 1_048_576)), (Field::Timeout, Mistake::NotSeconds)],
    );
    check(
        CallKind::Send,
        &[(Field::DataForm, "hex"), (Field::Data, "6"), (Field::To, "x")],
        vec![(Field::Data, Mistake::OddHex), (Field::To, Mistake::NoPort)],
    );
    check(CallKind::Options, &[(Field::OptionValue, " ")], vec![(Field::OptionValue, Mistake::Empty)]);
}

#[test]
fn the_natural_next_call_follows_the_tutorial() {
    let mut udp = socket(SocketType::Dgram);
    assert_eq!(natural_next(&udp), CallKind::Bind);
    udp.local = Some("127.0.0.1:7788".into());
    assert_eq!(natural_next(&udp), CallKind::Send);
    let mut tcp = socket(SocketType::Stream);
    assert_eq!(natural_next(&tcp), CallKind::Bind);
    tcp.local = Some("127.0.0.1:7789".into());
    assert_eq!(natural_next(&tcp), CallKind::Listen);
    // A client whose connect failed has an address and is no server.
    tcp.connect_failed = true;
    assert_eq!(natural_next(&tcp), CallKind::Connect);
    tcp.listening = true;
    assert_eq!(natural_next(&tcp), CallKind::Accept);
}

#[test]
fn drafts_keep_what_was_typed_for_each_call_and_recall_payloads() {
    let mut drafts = Drafts::default();
    let socket = socket(SocketType::Stream);
    drafts.set(3, CallKind::Bind, Field::Address, "a".into());
    assert_eq!(drafts.of(3).get(CallKind::Bind, Field::Address, &socket), "a");
    assert_eq!(drafts.of(3).get(CallKind::Connect, Field::Address, &socket), "");
    drafts.remember("one");
    drafts.remember("two");
    drafts.remember("one");
    assert_eq!(drafts.recall(1), Some("one"));
    assert_eq!(drafts.recall(2), Some("two"));
    assert_eq!(drafts.recall(3), None);
    // What was not sent is not lost with its socket.
    drafts.set(4, CallKind::Send, Field::Data, "half a sentence".into());
    drafts.set(5, CallKind::Send, Field::Data, "another".into());
    drafts.forget(4);
    assert_eq!(drafts.recall(1), Some("half a sentence"));
    drafts.forget_all();
    assert_eq!(drafts.recall(1), Some("another"));
    assert_eq!(drafts.of(5).typed(CallKind::Send, Field::Data), None);
}
