//! What a browser needs of the server to install the page: types, caching and what its policy lets load.

use sockyard_tests::{TestServer, http};

#[tokio::test]
async fn the_manifest_and_the_worker_have_the_types_that_browsers_ask_for() {
    let server = TestServer::start();
    for (path, kind) in [
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/icon-192.png", "image/png"),
    ] {
        let answer = http::get(&server, path, &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn a_browser_asks_again_whether_there_is_a_newer_worker() {
    let server = TestServer::start();
    for path in ["/sw.js", "/manifest.webmanifest"] {
        let answer = http::get(&server, path, &[]).await;
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let known = format!("If-None-Match: {}", answer.header("etag").unwrap());
        let again = http::get(&server, path, &[&known]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        for encoding in ["br", "gzip"] {
            let packed = http::get(&server, path, &[&format!("Accept-Encoding: {encoding}")]).await;
            assert_eq!(packed.header("content-encoding"), Some(encoding), "{path}");
            assert_eq!(packed.header("content-type"), answer.header("content-type"), "{path}");
        }
    }
}

#[tokio::test]
async fn the_policy_lets_the_pages_own_worker_and_manifest_load_and_no_others() {
    let server = TestServer::start();
    for path in ["/", "/sw.js"] {
        let answer = http::get(&server, path, &[]).await;
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
        for directive in
            ["worker-src 'self'", "manifest-src 'self'", "connect-src 'self'", "default-src 'none'"]
        {
            assert!(directives.contains(&directive), "{path}: no {directive} in {policy}");
        }
    }
}
