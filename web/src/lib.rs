//! The page of Sockyard: forms, socket cards and the live log, compiled to wasm.
//!
//! `model/` decides and is tested natively; `components/` only draw; `connection` alone owns the WebSocket;
//! `log_pane` draws the log's rows without the framework, because thousands of them change in a second.
//!
//! # Names for tests of the page
//!
//! Every element that a browser test touches carries a `data-testid`:
//!
//! | name | what it is |
//! | --- | --- |
//! | `connection-state` | the state in words; `data-state`: `connecting` `open` `lost` `refused` |
//! | `connection-bar` | shown while not connected; in it `connection-retry`, `connection-new-session`, `connection-reload`, `token-input`, `token-submit` |
//! | `session-id`, `network-chip` | in the top bar |
//! | `session-menu` | opens `session-new` and `session-close` |
//! | `language-select`, `theme-select` | values `en` `zh-Hant`, and `system` `light` `dark` |
//! | `new-socket-family`, `new-socket-type`, `new-socket-create`, `new-socket-error` | values `inet` `inet6` `unix`, `stream` `dgram`; the button; why it failed |
//! | `arrangement-udp-pair`, `arrangement-tcp-pair`, `arrangement-tcp-echo`, `arrangement-unix-pair` | start in one click |
//! | `arrangement-note`, `arrangement-error`, `arrangement-fault` | what to look for; at which step it stopped, and why |
//! | `socket-card` | with `data-socket="3"`, `data-selected`; in it `socket-select`, `socket-local`, `socket-peer`, `socket-state`, `socket-queues`, `socket-backlog`, `socket-close` |
//! | `closed-toggle`, `closed-socket` | the sockets closed so far (`data-socket`) |
//! | `call-tab-bind` `-listen` `-accept` `-connect` `-send` `-recv` `-shutdown` `-close` `-options` `-configure` | the calls of the selected socket; `data-natural="true"` on the natural next one |
//! | `call-form` | the form, with `data-call` and `data-socket` |
//! | `field-address`, `field-backlog`, `field-data`, `field-data-form`, `field-encoding`, `field-to`, `field-max`, `field-timeout` (seconds, blank waits for ever), `field-flag-peek` `-oob` `-waitall`, `field-how`, `field-linger`, `field-option`, `field-option-value`, `field-receive`, `field-accept`, `field-responder` | inputs and selects; `field-data-form` is `text` `hex` `escaped` `zeros` |
//! | `known-address` | fills in the address of the session's socket `data-socket`, in `connect` and `send` |
//! | `field-error` | a mistake in words, with `data-field` |
//! | `payload-bytes` | how many bytes the payload comes to |
//! | `python-line` | the line of Python about to be performed |
//! | `call-run`, `call-get` | perform the call; read an option |
//! | `call-result`, `call-error`, `call-eof` | how the last call ended; `data-errno` on `call-error` |
//! | `result-text`, `result-hex`, `result-decoded`, `result-encoding` | the received bytes under the form |
//! | `waiting-call`, `waiting-cancel` | above the log, with `data-call` and `data-socket`; `card-waiting-call`, `card-waiting-cancel` in cards |
//! | `log-row` | a visible row, with `data-seq`, `data-kind`, `data-socket` |
//! | `log-follow`, `log-newest` | follow the newest rows; the button that counts what came meanwhile |
//! | `log-filter-socket`, `log-filter-errors`, `log-filter-text`, `log-count` | the filter, and how many rows pass it |
//! | `log-detail`, `log-detail-close`, `log-detail-previous`, `log-detail-next`, `log-detail-text`, `log-detail-hex`, `log-detail-decoded`, `log-detail-encoding`, `log-detail-error` | the chosen row's details |
//! | `tab-sockets`, `tab-call`, `tab-log` | the phone's bottom tabs |

mod actions;
mod components;
mod connection;
mod log_pane;
pub mod model;
mod state;
pub mod text;

use wasm_bindgen::prelude::wasm_bindgen;

/// Where `boot.js` enters.
#[wasm_bindgen(start)]
pub fn start() {
    leptos::mount::mount_to_body(components::App);
}
