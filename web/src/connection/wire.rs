//! One WebSocket and its callbacks, which end with it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// What a WebSocket reports.
pub(super) enum Signal {
    /// A text message.
    Message(String),
    /// It is closed, or never came to be.
    Closed {
        /// The close code; 1006 where none came.
        code: u16,
    },
}

/// An open WebSocket. Dropping it closes it and silences its callbacks.
pub(super) struct Wire {
    socket: WebSocket,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl Wire {
    /// Opens a WebSocket, or returns nothing where the browser refuses the address or a subprotocol.
    pub(super) fn open(url: &str, protocols: &[String], handler: impl Fn(Signal) + 'static) -> Option<Wire> {
        let offered: Array =
            protocols.iter().map(|protocol| wasm_bindgen::JsValue::from_str(protocol)).collect();
        let socket = WebSocket::new_with_str_sequence(url, &offered).ok()?;
        let handler = Rc::new(handler);
        let on_message = {
            let handler = handler.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    handler(Signal::Message(text));
                }
            })
        };
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            handler(Signal::Closed { code: event.code() });
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Wire { socket, _on_message: on_message, _on_close: on_close })
    }

    /// Sends a message; false where the socket is not open.
    pub(super) fn send(&self, message: &str) -> bool {
        self.socket.ready_state() == WebSocket::OPEN && self.socket.send_with_str(message).is_ok()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing a closed socket is no error; the code is a valid one.
        self.socket.close().ok();
    }
}
