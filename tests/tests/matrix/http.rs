//! H: HTTP against its rules, and what no browser would send.

use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, http, sockets, within};
use tokio::io::AsyncReadExt as _;

/// The status of a request with these lines.
async fn status(server: &TestServer, lines: &[&str]) -> u16 {
    http::raw(server, format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes()).await.status
}

fn own(server: &TestServer) -> String {
    format!("Host: {}", server.authority())
}

#[tokio::test]
async fn h03_a_request_names_one_host_and_the_same_everywhere() {
    let server = TestServer::start();
    let (own, authority) = (own(&server), server.authority());
    for (lines, expected) in [
        (vec!["GET /healthz HTTP/1.1".to_owned(), own.clone()], 200),
        (vec![format!("GET http://{authority}/healthz HTTP/1.1"), own.clone()], 200),
        (vec![format!("GET http://evil.example/healthz HTTP/1.1"), own.clone()], 421),
        (vec!["GET /healthz HTTP/1.1".to_owned()], 400),
        (vec!["GET /healthz HTTP/1.1".to_owned(), "Host:".to_owned()], 421),
        (vec!["GET /healthz HTTP/1.1".to_owned(), own.clone(), own.clone()], 400),
        (vec!["GET /healthz HTTP/1.1".to_owned(), format!("{own}, {authority}")], 421),
    ] {
        let shown: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(status(&server, &shown).await, expected, "{lines:?}");
    }
}

#[tokio::test]
async fn h05_h09_what_a_client_says_of_itself_opens_nothing() {
    let server = TestServer::start();
    let own = own(&server);
    let port = server.port;
    for line in ["X-Forwarded-Host: localhost", "Forwarded: host=localhost", "X-Original-Host: localhost"] {
        assert_eq!(status(&server, &["GET / HTTP/1.1", "Host: evil.example", line]).await, 421, "H05 {line}");
    }
    // A rebound name: its page's Host and Origin agree with each other, and with nothing here.
    let (host, origin) = (format!("Host: rebind.test:{port}"), format!("Origin: http://rebind.test:{port}"));
    assert_eq!(status(&server, &["GET /api/v1/ws HTTP/1.1", &host, &origin]).await, 421, "H09");
    assert_eq!(status(&server, &["GET /api/v1/ws HTTP/1.1", &own, &origin]).await, 403, "H09");
}

/// What another page could make a browser send, with the right token even: a form, a script's request, a request for a stream.
#[tokio::test]
async fn h07_h10_h19_another_page_opens_nothing_over_rest() {
    let server = TestServer::start();
    let session = RestClient::open(&server).await.hello;
    let (own, port) = (own(&server), server.port);
    let owner = format!("Authorization: Bearer {}", server.token.as_deref().unwrap());
    let token = format!("Authorization: Bearer {}", session.token);
    let within = format!("/api/v1/sessions/{}", session.session);
    let foreign = [
        "Origin: http://evil.example".to_owned(),
        "Origin: null".to_owned(),
        "Origin: ".to_owned(),
        format!("Origin: https://127.0.0.1:{port}"),
        format!("Origin: http://127.0.0.1:{}", port ^ 1),
        format!("Origin: http://127.0.0.1:{port}/"),
        "Sec-Fetch-Site: cross-site".to_owned(),
        // A page that a session's own socket serves on another port of this machine.
        "Sec-Fetch-Site: same-site".to_owned(),
    ];
    let json = "Content-Type: application/json";
    for line in &foreign {
        for (request, bearer) in [
            ("POST /api/v1/sessions HTTP/1.1".to_owned(), &owner),
            (format!("POST {within}/sockets HTTP/1.1"), &token),
            (format!("GET {within}/events HTTP/1.1"), &token),
            (format!("GET {within}/export?format=jsonl HTTP/1.1"), &token),
            (format!("DELETE {within} HTTP/1.1"), &token),
        ] {
            let lines = [&request, &own, bearer, json, line, "Content-Length: 0"];
            assert_eq!(status(&server, &lines).await, 403, "{request} {line}");
        }
    }
    let own_origin = format!("Origin: http://127.0.0.1:{port}");
    let lines = [&format!("GET {within} HTTP/1.1"), &own, &token, &own_origin, "Sec-Fetch-Site: same-origin"];
    assert_eq!(status(&server, &lines).await, 200, "the session is there still");
}

#[tokio::test]
async fn h11_no_other_origin_is_ever_let_in_by_a_preflight() {
    let server = TestServer::start();
    let own = own(&server);
    for origin in ["Origin: http://evil.example", "Origin: null"] {
        let lines =
            ["OPTIONS /api/v1/sessions HTTP/1.1", &own, origin, "Access-Control-Request-Method: POST"];
        let answer = http::raw(&server, format!("{}\r\n\r\n", lines.join("\r\n")).as_bytes()).await;
        assert_eq!(answer.status, 403);
        assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{answer:?}");
    }
}

#[tokio::test]
async fn h18_a_token_in_the_address_opens_nothing_and_is_not_logged() {
    let server = TestServer::start_in(&[], &[("SOCKYARD_LOG", "debug")]);
    let (own, token) = (own(&server), server.token.clone().unwrap());
    for path in [format!("/api/v1/sessions?token={token}"), format!("/api/v1/exchange?access_token={token}")]
    {
        let line = format!("POST {path} HTTP/1.1");
        assert_eq!(status(&server, &[&line, &own, "Content-Length: 0"]).await, 401, "{path}");
    }
    assert_eq!(status(&server, &[&format!("GET /api/v1/ws?token={token} HTTP/1.1"), &own]).await, 401);
    assert!(!server.stderr().contains(&token), "{}", server.stderr());
}

#[tokio::test]
async fn h34_half_a_request_is_not_waited_for() {
    let server = TestServer::start();
    let mut half = sockets::connect(&server.authority()).await;
    sockets::write(&mut half, b"GET /healthz HTTP/1.1\r\nHost: ").await;
    let mut idle = sockets::connect(&server.authority()).await;
    let whole = format!("GET /healthz HTTP/1.1\r\n{}\r\n\r\n", own(&server));
    sockets::write(&mut idle, whole.as_bytes()).await;
    let mut rest = Vec::new();
    // Longer than any other wait of these tests: the server gives them 10 s.
    tokio::time::timeout(std::time::Duration::from_secs(60), async {
        _ = half.read_to_end(&mut rest).await;
        _ = idle.read_to_end(&mut rest).await;
    })
    .await
    .expect("both are closed: half a request, and a connection that is kept for another");
}

#[tokio::test]
async fn h35_requests_that_could_be_read_in_two_ways_are_refused() {
    let server = TestServer::start();
    let (own, token) = (own(&server), format!("Authorization: Bearer {}", server.token.as_deref().unwrap()));
    let post = "POST /api/v1/sessions HTTP/1.1";
    let many: Vec<String> = (0..101).map(|number| format!("X-Header-{number}: x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = format!("X-Long: {}", "x".repeat(500_000));
    for (row, lines, expected) in [
        ("proper", vec!["Content-Length: 0"], 201),
        ("101 headers", many, 431),
        ("a header of 500 KB", vec![long.as_str()], 431),
        ("a sign", vec!["Content-Length: +5"], 400),
        ("two lengths", vec!["Content-Length: 5", "Content-Length: 6"], 400),
        ("a list of lengths", vec!["Content-Length: 5, 6"], 400),
        ("a space before the colon", vec!["Content-Length : 0"], 400),
        ("chunked and not last", vec!["Transfer-Encoding: chunked, gzip"], 400),
        ("a folded header", vec!["X-Folded: a\r\n b"], 400),
    ] {
        let lines = [vec![post, own.as_str(), token.as_str()], lines].concat();
        assert_eq!(status(&server, &lines).await, expected, "{row}");
    }
    // Chunks go before a length; what a proxy that went by the length let through behind them is no request here.
    let mut stream = sockets::connect(&server.authority()).await;
    let both = "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n";
    let hidden = format!("GET /healthz HTTP/1.1\r\n{own}\r\n\r\n");
    let bytes = format!("{post}\r\n{own}\r\n{token}\r\n{both}{hidden}");
    sockets::write(&mut stream, bytes.as_bytes()).await;
    let mut answers = Vec::new();
    within("the end of the connection", stream.read_to_end(&mut answers)).await.ok();
    let answers = String::from_utf8_lossy(&answers).to_lowercase();
    assert_eq!(answers.matches("http/1.1 ").count(), 1, "{answers}");
    assert!(answers.starts_with("http/1.1 201") && answers.contains("connection: close"), "{answers}");
}

#[tokio::test]
async fn h36_http_2_is_not_spoken() {
    let server = TestServer::start();
    let mut stream = sockets::connect(&server.authority()).await;
    sockets::write(&mut stream, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    let mut answer = Vec::new();
    within("the end", stream.read_to_end(&mut answer)).await.ok();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test]
async fn h37_no_path_leads_out_of_the_page() {
    let server = TestServer::start();
    let own = own(&server);
    for path in [
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/../../etc/passwd",
        "/assets/..\\..\\etc\\passwd",
        "/a%00.js",
        "/docs/../../Cargo.toml",
    ] {
        let answer = http::raw_get(&server, path, &[&own]).await;
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
}

#[tokio::test]
async fn h38_no_method_is_passed_on() {
    let server = TestServer::start();
    let own = own(&server);
    for (line, expected) in [
        ("TRACE / HTTP/1.1", &[404, 405][..]),
        ("TRACE /api/v1/sessions HTTP/1.1", &[405]),
        ("FOO /api/v1/sessions HTTP/1.1", &[405]),
        ("OPTIONS * HTTP/1.1", &[400, 404, 405]),
        ("CONNECT 127.0.0.1:22 HTTP/1.1", &[400, 404, 405, 421]),
        ("PUT /healthz HTTP/1.1", &[405]),
    ] {
        let got = status(&server, &[line, &own]).await;
        assert!(expected.contains(&got), "{line}: {got}");
    }
}

#[tokio::test]
async fn h39_nothing_of_the_operators_is_open() {
    let server = TestServer::start();
    for (path, expected) in [("/metrics", 401), ("/debug", 404), ("/debug/pprof", 404), ("/admin", 404)] {
        assert_eq!(http::get(&server, path, &[]).await.status, expected, "{path}");
    }
}
