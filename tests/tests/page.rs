//! The page in a real browser, used as a person uses it. Every test ends by looking at the console: no errors, and
//! no violation of the content security policy.

mod access;
mod arrangements;
mod calls;
mod charts;
mod code;
mod connection;
mod docs;
mod export;
mod import;
mod inspector;
mod kernel_list;
mod line_links;
mod look;
mod older_lines;
mod packets;
mod palette;
mod phone;
mod pictures;
mod pwa;
mod rest;
mod sequence;
mod sharing;
mod sockets;
mod tour;

use sockyard_tests::{Page, eventually};

/// Makes a socket, whose number is expected.
async fn create(page: &Page, family: &str, kind: &str, number: u64) {
    page.choose("@new-socket-family", family).await;
    page.choose("@new-socket-type", kind).await;
    page.click("@new-socket-create").await;
    page.one(&card(number, "")).await;
}

/// The selector of something in a socket's card.
fn card(socket: u64, inner: &str) -> String {
    format!("@socket-card[data-socket='{socket}'] {inner}").trim_end().to_owned()
}

/// Opens the form of a call on a socket.
async fn form(page: &Page, socket: u64, call: &str) {
    page.click(&card(socket, "@socket-select")).await;
    page.click(&format!("@call-tab-{call}")).await;
    page.one(&format!("@call-form[data-call='{call}'][data-socket='{socket}']")).await;
}

/// Makes a call with what stands in its form.
async fn run(page: &Page, socket: u64, call: &str) {
    form(page, socket, call).await;
    page.click("@call-run").await;
}

/// The selector of the rows about a socket and a kind of event.
fn row(socket: u64, kind: &str) -> String {
    format!("@log-row[data-kind='{kind}'][data-socket='{socket}']")
}

/// Binds a socket to a free port of 127.0.0.1 and returns its address.
async fn bind(page: &Page, socket: u64) -> String {
    form(page, socket, "bind").await;
    page.fill("@field-address", "127.0.0.1:0").await;
    page.click("@call-run").await;
    page.one(&row(socket, "bound")).await;
    local(page, socket).await
}

/// The address in a socket's card, once the port is known.
async fn local(page: &Page, socket: u64) -> String {
    eventually("an address in the card", async || {
        let text = page.text(&card(socket, "@socket-local")).await;
        let port = text.strip_prefix("127.0.0.1:")?.parse::<u16>().ok()?;
        (port != 0).then_some(text)
    })
    .await
}
