//! Takes the session's log away as a file.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Blob, HtmlAnchorElement, Url};

use crate::model::export::Format;
use crate::state::{Export, Page};

/// How long the browser may take to begin a download before its address is withdrawn.
const ADDRESS_FOR: Duration = Duration::from_secs(60);

impl Page {
    /// Downloads the session's log in a form.
    pub(crate) fn export(self, format: Format) {
        let hello = self.connection.hello.get_untracked();
        let session = hello.map(|hello| hello.session).unwrap_or_default();
        self.keep.export.set(Some(Export::Running));
        spawn_local(async move {
            let ended = match self.connection.export(format.name()).await {
                Ok(body) => {
                    save(&body, &format.file_name(&session));
                    None
                }
                Err(error) => Some(Export::Failed(error)),
            };
            self.keep.export.set(ended);
        });
    }
}

/// Hands a file to the browser's downloads. A page may download what it has made itself; a browser that is set to refuse
/// that says so on its own.
pub(crate) fn save(body: &Blob, name: &str) -> Option<()> {
    let url = Url::create_object_url_with_blob(body).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    set_timeout(
        move || {
            // What it names may be gone; the browser says so where it minds.
            Url::revoke_object_url(&url).ok();
        },
        ADDRESS_FOR,
    );
    Some(())
}
