//! A session taken away as a file, in each form.

use sockyard_tests::{Page, TestServer, eventually};

#[tokio::test]
async fn a_session_is_downloaded_in_every_form_and_its_log_opens_again() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let folder = tempfile::tempdir().unwrap();
    page.download_to(folder.path()).await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    let session = page.attribute("@session-id", "title").await.unwrap();
    let forms = [
        ("jsonl", "jsonl", "\"kind\":\"sent\""),
        ("csv", "csv", "seq,time_us,kind"),
        ("python", "py", "import socket"),
        ("c", "c", "int main("),
        ("rust", "rs", "fn main()"),
        ("node", "js", "async function main()"),
    ];
    for (form, end, part) in forms {
        page.click("@session-menu").await;
        page.click(&format!("@export-{form}")).await;
        let file = folder.path().join(format!("sockyard-{session}.{end}"));
        let text =
            eventually(format!("{}", file.display()), async || std::fs::read_to_string(&file).ok()).await;
        assert!(text.contains(part), "{form}: {text}");
    }
    page.put_file("@import-file", &folder.path().join(format!("sockyard-{session}.jsonl"))).await;
    page.one("@saved-bar").await;
    page.none("@saved-mistakes").await;
    page.close().await;
}
