//! Sockets by hand: made, bound, connected, and talking to programs outside.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, TestServer, eventually, sockets};

use super::{bind, card, create, form, local, row, run};

#[tokio::test]
async fn a_udp_pair_is_there_in_one_click_and_its_bytes_are_seen() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    page.one(&card(3, "")).await;
    page.one(&card(4, "")).await;
    page.shows(&row(3, "received"), "hello").await;
    page.click(&row(3, "received")).await;
    assert_eq!(page.text("@log-detail-text").await, "hello");
    page.shows("@log-detail-hex", "68 65 6c 6c 6f").await;
    page.close().await;
}

#[tokio::test]
async fn text_is_sent_in_gbk_and_shown_byte_by_byte() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (outside, address) = sockets::udp().await;
    create(&page, "inet", "dgram", 3).await;
    let local = bind(&page, 3).await;
    form(&page, 3, "send").await;
    page.fill("@field-to", &address).await;
    page.choose("@field-encoding", "gbk").await;
    page.fill("@field-data", "漢字").await;
    page.press("@field-data", Key::Enter).await;
    let (bytes, from) = sockets::receive(&outside).await;
    assert_eq!(bytes, b"\x9d\x68\xd7\xd6");
    assert_eq!(from.to_string(), local);
    page.click(&row(3, "sent")).await;
    page.shows("@log-detail-hex", "9d 68 d7 d6").await;
    page.shows("@log-detail-decoded", "漢字").await;

    // The answer comes in the same encoding.
    run(&page, 3, "recv").await;
    page.one("@waiting-call[data-call='recv'][data-socket='3']").await;
    outside.send_to(b"\xc4\xe3\xba\xc3", from).await.unwrap();
    page.shows("@result-hex", "c4 e3 ba c3").await;
    page.shows("@result-decoded", "你好").await;
    page.close().await;
}

#[tokio::test]
async fn a_tcp_server_made_by_hand_serves_a_program() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    let address = bind(&page, 3).await;
    form(&page, 3, "listen").await;
    page.fill("@field-backlog", "128").await;
    assert!(page.text("@python-line").await.contains("listen(128)"));
    page.click("@call-run").await;
    page.one(&row(3, "listening")).await;
    page.shows(&card(3, "@socket-state"), "LISTEN").await;

    run(&page, 3, "accept").await;
    page.one("@waiting-call[data-call='accept'][data-socket='3']").await;
    page.one(&card(3, "@card-waiting-call[data-call='accept']")).await;
    let mut program = sockets::connect(&address).await;
    page.one(&row(3, "accepted")).await;
    page.none("@waiting-call").await;
    page.shows(&card(4, "@socket-peer"), &program.local_addr().unwrap().to_string()).await;
    page.shows(&card(4, "@socket-state"), "ESTABLISHED").await;

    sockets::write(&mut program, "GET / HTTP/1.1\r\n\r\n".as_bytes()).await;
    run(&page, 4, "recv").await;
    page.shows("@result-text", "GET / HTTP/1.1").await;
    form(&page, 4, "send").await;
    page.choose("@field-data-form", "escaped").await;
    page.fill("@field-data", "HTTP/1.1 204 No Content\\r\\n\\r\\n").await;
    page.click("@call-run").await;
    assert_eq!(sockets::read(&mut program, 27).await, b"HTTP/1.1 204 No Content\r\n\r\n");

    drop(program);
    page.shows(&card(4, "@socket-state"), "CLOSE_WAIT").await;
    run(&page, 4, "recv").await;
    page.one("@call-eof").await;
    page.one(&row(4, "peer_closed")).await;
    page.click(&card(4, "@socket-close")).await;
    page.none(&card(4, "")).await;
    page.close().await;
}

#[tokio::test]
async fn a_call_that_waits_can_be_cancelled_in_the_log_and_in_the_card() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    bind(&page, 3).await;
    run(&page, 3, "listen").await;
    page.one(&row(3, "listening")).await;
    for cancel in ["@waiting-call[data-socket='3'] @waiting-cancel", "@card-waiting-cancel"] {
        run(&page, 3, "accept").await;
        page.click(cancel).await;
        page.none("@waiting-call").await;
        page.none("@card-waiting-call").await;
    }
    page.one(&row(3, "failed")).await;
    page.close().await;
}

#[tokio::test]
async fn a_time_limit_ends_the_wait() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    bind(&page, 3).await;
    form(&page, 3, "recv").await;
    page.fill("@field-timeout", "0.2").await;
    page.click("@call-run").await;
    page.one("@call-error").await;
    page.one(&row(3, "failed")).await;
    page.none("@waiting-call").await;
    page.close().await;
}

#[tokio::test]
async fn a_bad_address_names_the_mistake_before_any_call_is_made() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    form(&page, 3, "bind").await;
    for address in ["127.1:80", "127.0.0.1", "127.0.0.1:99999", "300.0.0.1:80"] {
        page.fill("@field-address", address).await;
        let mistake = page.text("@field-error[data-field='address']").await;
        assert!(mistake.len() > 10, "{address}: {mistake}");
        page.click("@call-run").await;
    }
    page.fill("@field-address", "127.0.0.1:0").await;
    page.none("@field-error").await;
    page.click("@call-run").await;
    page.one(&row(3, "bound")).await;
    assert_eq!(page.count("@log-row[data-kind='failed']").await, 0, "no call was made with a mistake in it");
    page.close().await;
}

#[tokio::test]
async fn the_kernels_answer_is_shown_with_its_name_and_what_to_try() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    let free = sockets::free_port().await;
    form(&page, 3, "connect").await;
    page.fill("@field-address", &format!("127.0.0.1:{free}")).await;
    page.click("@call-run").await;
    page.one("@call-error[data-errno='ECONNREFUSED']").await;
    page.shows("@call-error", "ECONNREFUSED").await;
    // Calls that make no sense are possible: the kernel's answer is the lesson.
    run(&page, 3, "accept").await;
    page.one("@call-error[data-errno='EINVAL']").await;
    form(&page, 3, "connect").await;
    page.fill("@field-address", "10.0.0.1:80").await;
    page.click("@call-run").await;
    page.one("@call-error[data-errno='denied']").await;
    page.close().await;
}

#[tokio::test]
async fn what_programs_send_is_shown_as_text_and_never_as_markup() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    let address = bind(&page, 3).await;
    let (outside, _) = sockets::udp().await;
    let hostile = "<img src=x onerror='document.title=1'><script>document.title=2</script>\u{202e}&amp;";
    outside.send_to(hostile.as_bytes(), &address).await.unwrap();
    run(&page, 3, "recv").await;
    page.shows("@result-text", "<img src=x").await;
    page.shows(&row(3, "received"), "<img src=x").await;
    page.click(&row(3, "received")).await;
    page.shows("@log-detail-text", "<script>").await;
    assert_eq!(page.count("main img").await, 0);
    assert_eq!(page.count("main script").await, 0);
    assert_eq!(page.script("return document.title").await, "Sockyard");
    page.close().await;
}

#[tokio::test]
async fn a_socket_that_receives_by_itself_fills_the_log_and_the_log_keeps_up() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    let address = bind(&page, 3).await;
    form(&page, 3, "configure").await;
    page.choose("@field-receive", "stream").await;
    page.click("@call-run").await;
    let (outside, _) = sockets::udp().await;
    for number in 0..5000 {
        outside.send_to(format!("line {number}").as_bytes(), &address).await.unwrap();
    }
    eventually("the last line in the log", async || {
        // The kernel may drop any of them, this one too.
        outside.send_to(b"the last line", &address).await.unwrap();
        let rows = page.script(&format!("return {}", texts_of("@log-row"))).await;
        rows.as_array()?
            .iter()
            .any(|row| row.as_str().is_some_and(|row| row.contains("the last line")))
            .then_some(())
    })
    .await;
    assert!(page.count("@log-row").await < 200, "rows out of sight are not drawn");
    page.close().await;
}

/// A script's expression for the texts of elements.
fn texts_of(selector: &str) -> String {
    let css = serde_json::Value::from(sockyard_tests::page::css(selector));
    format!("[...document.querySelectorAll({css})].map(element => element.textContent)")
}

#[tokio::test]
async fn a_client_made_by_hand_talks_to_a_server_outside() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let (listener, address) = sockets::listener().await;
    create(&page, "inet", "stream", 3).await;
    form(&page, 3, "connect").await;
    page.fill("@field-address", &address).await;
    page.click("@call-run").await;
    let mut peer = sockets::accept(&listener).await;
    assert_eq!(local(&page, 3).await, peer.peer_addr().unwrap().to_string());
    form(&page, 3, "send").await;
    page.choose("@field-data-form", "hex").await;
    page.fill("@field-data", "00 ff 7f").await;
    page.click("@call-run").await;
    assert_eq!(sockets::read(&mut peer, 3).await, [0, 255, 127]);
    run(&page, 3, "close").await;
    page.none(&card(3, "")).await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"");
    page.close().await;
}

#[tokio::test]
async fn in_a_lab_the_host_of_a_new_socket_is_chosen() {
    let server = TestServer::start_with(&["--network", "lab"]);
    let page = Page::open(&server).await;
    page.shows("@network-chip", "lab").await;
    page.choose("@new-socket-type", "dgram").await;
    page.choose("@new-socket-host", "bob").await;
    page.click("@new-socket-create").await;
    page.shows("@log-row[data-kind='created']", "on bob").await;
    // A Unix socket belongs to no host.
    page.choose("@new-socket-family", "unix").await;
    page.none("@new-socket-host").await;
    page.close().await;
}
