//! Opens a saved log: from the file dialog, or dropped onto the page.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use crate::model::saved::{FILE_BYTES_MAX, Reading, Saved};
use crate::state::{Import, ImportError, Page};

/// Lines between two frames: few enough that the page goes on while it reads.
const STEP_LINES: usize = 2000;

impl Page {
    /// Reads a file and shows it.
    pub(crate) fn import(self, file: web_sys::File) {
        let name = file.name();
        spawn_local(async move {
            match self.read(&file, &name).await {
                Ok(Some(saved)) => {
                    self.keep.import.set(None);
                    self.open_saved(name, saved);
                }
                Ok(None) => {}
                Err(error) => self.keep.import.set(Some(Import::Failed(name, error))),
            }
        });
    }

    /// Goes back to the session; the saved log can be had back.
    pub(crate) fn close_saved(self) {
        if let Some((name, saved)) = self.leave_saved() {
            let saved = Rc::new(RefCell::new(Some(saved)));
            self.keep.can_undo(
                |text| text.keep.saved_closed,
                move || {
                    if let Some(saved) = saved.take() {
                        self.open_saved(name.clone(), saved);
                    }
                },
            );
        }
    }

    /// Reads a file; nothing where another one was chosen, or this one given up, meanwhile.
    async fn read(self, file: &web_sys::File, name: &str) -> Result<Option<Saved>, ImportError> {
        if file.size() > FILE_BYTES_MAX as f64 {
            return Err(ImportError::TooLarge(file.size() as u64));
        }
        let progress = |percent| Some(Import::Reading { name: name.to_owned(), percent });
        self.keep.import.set(progress(0));
        let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| ImportError::Unreadable)?;
        if self.keep.import.get_untracked() != progress(0) {
            return Ok(None);
        }
        let bytes = Uint8Array::new(&buffer).to_vec();
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(ImportError::Empty);
        }
        let mut reading = Reading::new(bytes);
        let mut shown = progress(0);
        while reading.step(STEP_LINES) {
            if self.keep.import.get_untracked() != shown {
                return Ok(None);
            }
            shown = progress((reading.share() * 100.0) as u32);
            self.keep.import.set(shown.clone());
            next_turn().await;
        }
        if self.keep.import.get_untracked() != shown {
            return Ok(None);
        }
        let saved = reading.finish();
        if saved.log.is_empty() { Err(ImportError::NoEvents) } else { Ok(Some(saved)) }
    }
}

/// Lets the browser draw and listen.
async fn next_turn() {
    let (sender, receiver) = oneshot::channel::<()>();
    let wake = move || {
        // Nobody waits any more where the page has ended.
        sender.send(()).ok();
    };
    set_timeout(wake, Duration::ZERO);
    receiver.await.ok();
}
