//! Ladders saved as files: the packets of a lab, and the sequence of calls.

use std::path::Path;

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::packets::lab;

/// The bytes of a file once it is downloaded, which it is under its own name only when it is whole.
async fn downloaded(folder: &Path, name: &str) -> Vec<u8> {
    let file = folder.join(name);
    eventually(format!("{name} to be downloaded"), async || {
        std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())
    })
    .await
}

/// The width and height of a PNG, by its header.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert_eq!(bytes.get(..8), Some(b"\x89PNG\r\n\x1a\n".as_slice()));
    assert_eq!(bytes.get(12..16), Some(b"IHDR".as_slice()));
    assert_eq!(bytes.get(bytes.len() - 8..bytes.len() - 4), Some(b"IEND".as_slice()), "it is not whole");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// Saves both forms, opens the drawing as a browser opens a file, and returns the words of its steps. The page is left by that.
async fn saved(page: &Page, svg: &str, png: &str, name: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    page.download_to(folder.path()).await;
    page.click(png).await;
    let pixels = png_size(&downloaded(folder.path(), &format!("{name}.png")).await);
    page.click(svg).await;
    downloaded(folder.path(), &format!("{name}.svg")).await;
    page.go_to(&format!("file://{}/{name}.svg", folder.path().display())).await;
    // What is no XML is drawn as an error; what has no style is drawn in black.
    let script = "const root = document.documentElement;
        const arrow = root.querySelector('.sq-arrow');
        return [document.querySelector('parsererror')?.textContent ?? '', root.localName, getComputedStyle(arrow).fill,
            Number(root.getAttribute('width')), Number(root.getAttribute('height')),
            [...root.querySelectorAll('.sq-step > title')].map(title => title.textContent)]";
    let found = page.script(script).await;
    assert_eq!((&found[0], &found[1], &found[2]), (&json!(""), &json!("svg"), &json!("none")));
    // Twice as large as on the screen.
    let size = [&found[3], &found[4]].map(|side| (side.as_f64().unwrap() * 2.0) as u32);
    assert_eq!(pixels, (size[0], size[1]));
    serde_json::from_value(found[5].clone()).unwrap()
}

#[tokio::test]
async fn the_ladder_of_packets_is_saved_with_what_was_dropped_and_sent_again() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (_server, page) = lab(screen).await;
        page.click("@arrangement-lost-syn").await;
        page.one("@held-packet").await;
        page.one("@packets-list").await;
        page.none("@packets-svg").await;
        page.click("@packets-ladder").await;
        page.click(".ladder-decide @held-drop").await;
        page.shows(".ladder-row[data-repeat='true']", "retransmission").await;
        page.click("@held-pass-all").await;
        page.shows("@ladder-step[data-fate='passed']", "[SYN, ACK]").await;
        page.no_overflow().await;
        let steps = saved(&page, "@packets-svg", "@packets-png", "sockyard-packets").await;
        for part in ["dropped by hand", "retransmission", "[SYN, ACK]"] {
            assert!(steps.iter().any(|step| step.contains(part)), "{part} in {steps:#?}");
        }
        page.close().await;
    }
}

#[tokio::test]
async fn the_sequence_is_saved_with_every_step() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    page.click("@view-tab-sequence").await;
    page.one("@sequence").await;
    let steps = saved(&page, "@sequence-svg", "@sequence-png", "sockyard-sequence").await;
    assert!(steps.len() > 4, "{steps:#?}");
    page.close().await;
}
