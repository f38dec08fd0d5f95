//! The calls of a socket: the panel that makes them, what is entered, and what sends by itself.

use serde_json::json;
use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer, sockets};

use super::{bind, card, create, form, local, row, run};

/// What stands in the field of the payload.
async fn data(page: &Page) -> String {
    let value = page.script("return document.querySelector('#field-data').value").await;
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_button_of_every_call_is_in_sight_beside_an_open_line() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-tcp-pair").await;
    page.shows("@log-row[data-kind='received']", "hello, client").await;
    page.click("@log-row[data-kind='received']").await;
    page.one("@log-detail").await;
    for call in ["bind", "connect", "send", "recv", "options", "configure", "poll", "info"] {
        page.click(&format!("@call-tab-{call}")).await;
        page.one(&format!("@call-form[data-call='{call}']")).await;
        let seen = "const box = document.querySelector('[data-testid=call-run]').getBoundingClientRect();
            const at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return at && at.closest('[data-testid=call-run]') !== null;";
        assert_eq!(page.script(seen).await, json!(true), "the button of {call}");
    }
    page.no_overflow().await;
    page.close().await;
}

#[tokio::test]
async fn the_edge_below_the_calls_is_moved_with_keys_and_remembered() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    let height = "return document.querySelector('#calls').getBoundingClientRect().height";
    let fitted = page.script(height).await.as_f64().unwrap();
    for _ in 0..3 {
        page.press("@splitter", Key::Down).await;
    }
    let moved = page.script(height).await.as_f64().unwrap();
    assert!(moved > fitted + 60.0, "{fitted} {moved}");
    page.reload().await;
    page.one(&card(3, "")).await;
    assert_eq!(page.script(height).await.as_f64().unwrap(), moved);
    page.press("@splitter", Key::Enter).await;
    assert!(page.script(height).await.as_f64().unwrap() < moved);
    page.close().await;
}

#[tokio::test]
async fn a_payload_is_turned_from_form_to_form_byte_for_byte() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    form(&page, 3, "send").await;
    page.fill("@field-data", "漢字").await;
    for (encoding, bytes) in [("gbk", "9d 68 d7 d6"), ("big5", "ba 7e a6 72"), ("shift_jis", "8a bf 8e 9a")] {
        page.choose("@field-encoding", encoding).await;
        page.shows("@payload-preview", bytes).await;
        page.choose("@field-data-form", "hex").await;
        assert_eq!(data(&page).await, bytes);
        page.choose("@field-data-form", "text").await;
        assert_eq!(data(&page).await, "漢字");
    }
    // What cannot be said as a count stays what it was, and the reason is given.
    page.choose("@field-data-form", "hex").await;
    page.choose("@field-data-form", "zeros").await;
    page.shows("@payload-kept", "Byte 1 is 8a").await;
    assert_eq!(data(&page).await, "8a bf 8e 9a");
    assert_eq!(page.script("return document.querySelector('#field-data-form').value").await, "hex");
    page.close().await;
}

#[tokio::test]
async fn a_kept_payload_is_one_key_away_after_a_reload() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (outside, address) = sockets::udp().await;
    create(&page, "inet", "dgram", 3).await;
    bind(&page, 3).await;
    form(&page, 3, "send").await;
    page.fill("@field-to", &address).await;
    page.fill("@field-data", "PING").await;
    page.click("@quick-keep").await;
    page.shows("@quick-send[data-index='0']", "PING").await;
    page.fill("@field-data", "").await;
    page.click("@quick-send[data-index='0']").await;
    assert_eq!(sockets::receive(&outside).await.0, b"PING");
    page.reload().await;
    page.one("@quick-send[data-index='0']").await;
    page.one("@field-data").await.send_keys(Key::Alt + "1").await.unwrap();
    assert_eq!(sockets::receive(&outside).await.0, b"PING");
    // Enter in the editor ends the editing, and sends nothing: what comes next is what is sent next.
    page.fill("@field-data", "by mistake").await;
    page.click("@quick-edit").await;
    page.fill("@quick-name", "hello").await;
    page.press("@quick-name", sockyard_tests::page::Key::Enter).await;
    page.shows("@quick-send[data-index='0']", "hello").await;
    page.one("@field-data").await.send_keys(Key::Alt + "1").await.unwrap();
    assert_eq!(sockets::receive(&outside).await.0, b"PING");
    page.close().await;
}

#[tokio::test]
async fn a_payload_is_repeated_until_a_call_fails() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (outside, address) = sockets::udp().await;
    create(&page, "inet", "dgram", 3).await;
    bind(&page, 3).await;
    form(&page, 3, "send").await;
    page.fill("@field-to", &address).await;
    page.fill("@field-data", "again").await;
    page.click("@send-more").await;
    page.fill("@repeat-times", "3").await;
    page.fill("@repeat-every", "5").await;
    page.click("@repeat-start").await;
    page.shows("@sending-words", "3 of 3 sent · done").await;
    for _ in 0..3 {
        assert_eq!(sockets::receive(&outside).await.0, b"again");
    }
    page.fill("@field-to", "").await;
    page.click("@repeat-start").await;
    page.shows("@sending-words", "0 of 3 sent · send 1 failed").await;
    assert_eq!(page.attribute("@sending-error", "data-errno").await.as_deref(), Some("EDESTADDRREQ"));
    page.close().await;
}

#[tokio::test]
async fn a_file_arrives_whole_on_a_stream_and_is_refused_as_a_datagram() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.bin");
    let bytes: Vec<u8> = (0..200_000u32).map(|number| number as u8).collect();
    std::fs::write(&path, &bytes).unwrap();
    page.click("@arrangement-tcp-pair").await;
    page.shows("@log-row[data-kind='received']", "hello, client").await;
    form(&page, 4, "configure").await;
    page.choose("@field-receive", "stream").await;
    page.click("@call-run").await;
    page.one("@call-result[data-call='configure']").await;
    form(&page, 5, "send").await;
    page.put_file("@send-file", &path).await;
    page.shows("@sending-words", "done").await;
    page.shows(&card(4, ".card-facts"), "received 195.3 KiB").await;

    create(&page, "inet", "dgram", 6).await;
    let address = bind(&page, 6).await;
    form(&page, 6, "send").await;
    page.fill("@field-to", &address).await;
    page.put_file("@send-file", &path).await;
    page.shows("@sending-words", "send 1 failed").await;
    assert_eq!(page.attribute("@sending-error", "data-errno").await.as_deref(), Some("EMSGSIZE"));
    page.close().await;
}

#[tokio::test]
async fn rules_answer_a_program() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (outside, _) = sockets::udp().await;
    create(&page, "inet", "dgram", 3).await;
    let address = bind(&page, 3).await;
    form(&page, 3, "configure").await;
    page.choose("@field-receive", "stream").await;
    page.choose("@field-responder", "rules").await;
    page.fill("@rule[data-index='0'] @rule-delay", "x").await;
    page.shows("@field-error", "Rule 1").await;
    page.fill("@rule[data-index='0'] @rule-delay", "0").await;
    page.fill("@rule[data-index='0'] @rule-send", "PONG\\x21").await;
    page.click("@call-run").await;
    page.one("@call-result[data-call='configure']").await;
    outside.send_to(b"a PING b", &address).await.unwrap();
    assert_eq!(sockets::receive(&outside).await.0, b"PONG!");
    page.close().await;
}

#[tokio::test]
async fn poll_info_and_names_are_asked_for() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    bind(&page, 3).await;
    run(&page, 3, "poll").await;
    page.shows("@call-result[data-call='poll']", "socket 3: write").await;
    run(&page, 3, "info").await;
    let address = local(&page, 3).await;
    page.shows("@result-info", &address).await;
    page.click("@session-calls").await;
    page.click("@resolve-run").await;
    page.shows("@resolve-result", "127.0.0.1 allowed").await;
    page.fill("@note-text", "here it begins").await;
    page.click("@note-run").await;
    page.shows("@log-row[data-kind='note']", "here it begins").await;
    page.close().await;
}

#[tokio::test]
async fn cards_are_chosen_with_the_arrows_and_closed_with_delete() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    for number in 3..=5 {
        create(&page, "inet", "dgram", number).await;
    }
    page.click(&card(3, "@socket-select")).await;
    page.press(&card(3, "@socket-select"), Key::End).await;
    page.one("@socket-card[data-socket='5'][data-selected='true']").await;
    page.press(&card(5, "@socket-select"), Key::Up).await;
    page.one("@socket-card[data-socket='4'][data-selected='true']").await;
    page.press(&card(4, "@socket-select"), Key::Delete).await;
    page.none(&card(4, "")).await;
    page.one(&row(4, "closed")).await;
    page.close().await;
}

#[tokio::test]
async fn the_last_sender_is_offered_and_an_emptied_field_shows_no_mistake() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (outside, outside_address) = sockets::udp().await;
    create(&page, "inet", "dgram", 3).await;
    let address = bind(&page, 3).await;
    outside.send_to(b"hello", &address).await.unwrap();
    run(&page, 3, "recv").await;
    page.one(&row(3, "received")).await;
    form(&page, 3, "send").await;
    page.click("@known-address").await;
    page.choose("@field-data-form", "zeros").await;
    page.fill("@field-data", "3").await;
    page.click("@call-run").await;
    let (bytes, from) = sockets::receive(&outside).await;
    assert_eq!((bytes.as_slice(), from.to_string()), (&[0, 0, 0][..], address));
    page.shows("@call-result[data-call='send']", "3 bytes").await;
    page.none("@field-error").await;
    assert_eq!(page.script("return document.querySelector('#field-to').value").await, outside_address);
    page.close().await;
}

#[tokio::test]
async fn on_a_phone_no_form_is_wider_than_the_screen() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    page.click("@tab-sockets").await;
    page.choose("@new-socket-type", "dgram").await;
    page.click("@new-socket-create").await;
    page.click("@call-tab-configure").await;
    page.choose("@field-responder", "rules").await;
    page.one("@rule").await;
    page.no_overflow().await;
    page.click("@call-tab-send").await;
    page.click("@send-more").await;
    page.no_overflow().await;
    page.click("@call-tab-poll").await;
    page.no_overflow().await;
    page.close().await;
}
