//! Text in other encodings, as bytes on the wire, seen by a socket outside.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, bytes, sockets};

#[tokio::test]
async fn text_leaves_in_the_encoding_that_was_asked_for() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let (outside, address) = sockets::udp().await;
    // Checked against Python's codecs of the same names.
    for (encoding, text, expected) in [
        ("utf-8", "漢字", b"\xe6\xbc\xa2\xe5\xad\x97".as_slice()),
        ("gbk", "漢字", b"\x9d\x68\xd7\xd6"),
        ("gbk", "你好，世界", b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7"),
        ("GB2312", "你好", b"\xc4\xe3\xba\xc3"),
        ("gb18030", "😀", b"\x94\x39\xfc\x36"),
        ("gb18030", "漢字", b"\x9d\x68\xd7\xd6"),
        ("big5", "漢字", b"\xba\x7e\xa6\x72"),
        ("shift_jis", "漢字", b"\x8a\xbf\x8e\x9a"),
        ("euc-jp", "漢字", b"\xb4\xc1\xbb\xfa"),
        ("euc-kr", "한글", b"\xc7\xd1\xb1\xdb"),
        ("iso-8859-1", "é", b"\xe9"),
        ("windows-1252", "€", b"\x80"),
        ("koi8-r", "Привет", b"\xf0\xd2\xc9\xd7\xc5\xd4"),
        (" UTF-8 ", "é", b"\xc3\xa9"),
    ] {
        let data = json!({"text": text, "encoding": encoding});
        let sent = client.ok("socket.send", json!({"socket": socket, "data": data, "to": address})).await;
        assert_eq!(sent["bytes"], expected.len(), "{encoding}");
        assert_eq!(sockets::receive(&outside).await.0, expected, "{encoding} {text}");
    }
}

#[tokio::test]
async fn the_log_keeps_the_bytes_and_not_the_text() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (one, local) = client.bound_udp().await;
    let two = client.udp().await;
    let data = json!({"text": "漢字", "encoding": "gbk"});
    client.ok("socket.send", json!({"socket": two, "data": data, "to": local})).await;
    let received = client.ok("socket.recv", json!({"socket": one})).await;
    assert_eq!(received["data"], json!({"base64": "nWjX1g=="}), "these bytes are not UTF-8");
    assert_eq!(bytes(&client.event_of(two, "sent").await), b"\x9d\x68\xd7\xd6");
    assert_eq!(bytes(&client.event_of(one, "received").await), b"\x9d\x68\xd7\xd6");
}

#[tokio::test]
async fn a_character_that_the_encoding_lacks_is_an_error_and_never_a_question_mark() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let (outside, address) = sockets::udp().await;
    for (encoding, text, character, position) in [
        ("gbk", "a😀", "😀", "2"),
        ("big5", "漢字😀", "😀", "3"),
        ("iso-8859-1", "漢", "漢", "1"),
        ("shift_jis", "한", "한", "1"),
        ("euc-kr", "ab😀", "😀", "3"),
    ] {
        let data = json!({"text": text, "encoding": encoding});
        let fault = client.fault("socket.send", json!({"socket": socket, "data": data, "to": address})).await;
        assert_eq!(fault.code, 9, "{encoding}: {fault:?}");
        let hint = fault.data.hint.unwrap_or_default();
        assert!(hint.contains(character) && hint.contains(position), "{encoding}: {hint}");
    }
    client.ok("socket.send", json!({"socket": socket, "data": "first", "to": address})).await;
    assert_eq!(sockets::receive(&outside).await.0, b"first", "nothing was sent before");
}
