//! Ordinary requests to the server, beside the WebSocket.

use std::time::Duration;

use leptos::prelude::{set_timeout_with_handle, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Blob, Request, RequestInit, Response};

/// What the server answered.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: Blob,
}

/// Asks for something; nothing where nobody answers within the deadline, body and all.
pub(super) async fn get(url: &str, token: Option<&str>, deadline: Duration) -> Option<Answer> {
    let init = RequestInit::new();
    init.set_method("GET");
    let abort = AbortController::new().ok()?;
    init.set_signal(Some(&abort.signal()));
    let timer = set_timeout_with_handle(move || abort.abort(), deadline).ok()?;
    let answer = fetch(url, token, &init).await;
    timer.clear();
    answer
}

/// A body as text.
pub(crate) async fn text(body: &Blob) -> Option<String> {
    JsFuture::from(body.text()).await.ok()?.as_string()
}

async fn fetch(url: &str, token: Option<&str>, init: &RequestInit) -> Option<Answer> {
    let request = Request::new_with_str_and_init(url, init).ok()?;
    if let Some(token) = token {
        request.headers().set("Authorization", &format!("Bearer {token}")).ok()?;
    }
    let response = JsFuture::from(window().fetch_with_request(&request)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let body = JsFuture::from(response.blob().ok()?).await.ok()?.dyn_into().ok()?;
    Some(Answer { status: response.status(), body })
}
