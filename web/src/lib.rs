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
//! | `rest-failed`, `rest-retry` | where the second file of the program could not be loaded; tries again |
//! | `page-stopped` | after a panic of the page itself: what happened, with a link that reloads |
//! | `offline` | in `static/offline.html`, shown where the server cannot be reached |
//! | `connection-bar` | shown while not connected; in it `connection-retry`, `connection-new-session`, `connection-reload`, `token-input`, `token-submit` |
//! | `session-id`, `network-chip` | in the top bar |
//! | `session-menu` | opens `export-jsonl` `-csv` `-python` `-c` `-rust` `-node` and in a lab `-pcapng`, `import-open`, `session-share`, `session-new`, where there are labs `session-new-lab`, and `session-close`, in a shared session `session-leave` |
//! | `share`, `share-label`, `share-make`, `share-error`, `share-local`, `share-close` | the dialog that shares the session; for whom; makes a link; why not; said where only this machine reaches the page |
//! | `share-item`, `share-link`, `share-looking`, `share-revoke` | a link of it: the address, how many look (`data-looking`), takes it back |
//! | `share-line`, `lost-line` | the line that the dialog's links lead to; why the line that a link led to is not shown |
//! | `shared-bar`, `shared-badge`, `shared-leave` | shown over somebody's shared session, and what leaves it, also once it is over |
//! | `code-view`, `code-line`, `code-lines`, `code-cut`, `code-error`, `code-saved` | the session as a program; a line has `data-line` and, where it makes an event, `data-seq`; how many; why not all or none of it is shown |
//! | `code-language`, `code-download`, `log-detail-code` | values `python` `c` `rust` `node`; the file; from a line of the log to its code |
//! | `export-error`, `command-error` | why an export failed, or what was begun from the palette |
//! | `palette-open`, `palette`, `palette-input`, `palette-row` | the command palette; a row has `data-command`, such as `view-log`, `call-bind`, `socket-3`, `new-udp`, `go-to-line` |
//! | `import-file`, `import-reading`, `import-error` | the input of the file dialog; how far a saved log is read; why it could not be |
//! | `saved-bar`, `saved-mistakes`, `saved-close`, `no-calls` | shown over a saved log; its lines that could not be read; back to the session; in place of the calls |
//! | `confirm`, `confirm-yes`, `confirm-no` | asks before the session ends |
//! | `tour`, `tour-begin`, `tour-next`, `tour-back`, `tour-skip` | the tour for the first visit, with `data-step`: `make` `bind` `send` `see` `more` |
//! | `undo-toast`, `undo` | what was closed last; takes it back |
//! | `stage`, `view-tab-log`, `view-tab-sequence`, in a lab `view-tab-packets`, `view-tab-code`, `view-tab-charts` | the views below the calls, with `data-view`; their tabs |
//! | `sequence`, `sequence-step`, `sequence-lane` | the diagram; what stands in it, a step with `data-seq` |
//! | `sequence-folds`, `sequence-time`, `sequence-follow`, `sequence-zoom-in` `-out`, `sequence-fit`, `sequence-hide-lane`, `sequence-show-lane`, `sequence-svg`, `sequence-png` | how it is shown; the picture as a file |
//! | `packets-list` `-ladder` `-states` `-network` | the ways to look at a lab's wire |
//! | `packets`, `packet-row`, `packets-kind`, `packets-query`, `packets-count`, `packets-follow`, `packets-newest`, `packets-missed`, `packets-empty` | the packets; a visible row, with `data-seq`, `data-fate` and `data-marked`; values `all` `tcp` `udp` `icmp` `marked` `undelivered`; the filter; how many pass; follows the newest; counts what came meanwhile; how many never came; what to do where there is none |
//! | `packet-detail`, `packet-previous`, `packet-next`, `packet-close`, `packet-fate`, `packet-original`, `packet-gone` | the chosen packet; what became of it (`data-fate`); leads to what it repeats; its bytes are not kept any more |
//! | `packet-fields`, `packet-layer`, `packet-field`, `packet-hex`, `packet-caption` | its headers; one of them, named by `aria-label`; a field with `data-from` and `data-to`; its bytes; what is pointed at |
//! | `packet-ladder`, `ladder-step` | the packets as arrows; one of them, with `data-seq` and `data-fate` |
//! | `wire`, `wire-words`, `wire-hold`, `wire-cut`, `wire-error` | the wire, with `data-state`: `open` `holds` `cut`; what is set; values `nothing` `all` `next-syn` `syn` `fin` `data` `udp` `icmp` `own`; cuts and mends; why it was not changed |
//! | `held`, `held-packet`, `held-pass`, `held-drop`, `held-delay`, `held-duplicate`, `held-pass-all` | what waits at the wire; one of it (`data-seq`); what becomes of it, there and on its arrow |
//! | `network`, `net-host`, `net-direction`, `host-name`, `host-add`, `host-remove` | the hosts; one of them (`data-host`); what is set for a direction; makes and removes one |
//! | `preset-perfect` `-mobile` `-satellite` `-modem` `-chaos` `-noisy`, `preset-look` | wires to try; what to look for |
//! | `wire-from`, `wire-to`, `wire-cut-direction`, `knob-loss` `-delay` `-jitter` `-duplicate` `-reorder` `-corrupt` `-rate` `-queue` `-loss-every` `-mtu` `-seed`, `slider-loss` and so on | the direction, `*` for every host; what is set for it |
//! | `hold-from`, `hold-to`, `hold-protocol`, `hold-flag`, `hold-port`, `hold-count`, `hold-run`, `hold-end` | holds only what fits |
//! | `tcp-states`, `tcp-pair`, `tcp-end`, `tcp-empty` | both ends of a connection; which; an end, with `data-socket` and `data-state`; what to do where there is none |
//! | `charts`, `charts-span`, `charts-pause`, `charts-socket`, `charts-time`, `charts-empty`, `chart-sent` `-received` `-events` `-receive-queue` `-send-queue` `-rtt` `-congestion-window` `-receive-window` `-retransmits` | the charts; values `30` `120` `600` `all`; stands still; shows or hides the socket `data-socket`; the axis of time, which keys move along; what to do where there is nothing; each chart |
//! | `language-select`, `theme-select` | values `en` `zh-Hant` `zh-Hans`, and `system` `light` `dark` |
//! | `new-socket-family`, `new-socket-type`, `new-socket-create`, `new-socket-error` | values `inet` `inet6` `unix`, `stream` `dgram`; the button; why it failed |
//! | `new-socket-host` | in a lab: the host, by its name |
//! | `arrangements-fold`, `arrangement-udp-pair` `-udp-broadcast` `-truncation` `-encodings` `-chat` `-tcp-pair` `-tcp-echo` `-stream` `-half-close` `-reset` `-backlog` `-unix-pair`, in a lab `arrangement-handshake` `-lost-syn` | folds the list away; start in one click |
//! | `arrangement-note`, `arrangement-error`, `arrangement-fault` | what to look for; at which step it stopped, and why |
//! | `socket-card` | with `data-socket="3"`, `data-selected`; in it `socket-select`, `socket-local`, `socket-peer`, `socket-state`, `socket-queues`, `socket-backlog`, `socket-close` |
//! | `closed-toggle`, `closed-socket` | the sockets closed so far (`data-socket`) |
//! | `call-tab-bind` `-listen` `-accept` `-connect` `-send` `-recv` `-shutdown` `-close` `-options` `-configure` `-poll` `-info` | the calls of the selected socket; `data-natural="true"` on the natural next one |
//! | `splitter` | the edge between the calls and the view below |
//! | `call-form` | the form, with `data-call` and `data-socket` |
//! | `field-address`, `field-backlog`, `field-data`, `field-data-form`, `field-encoding`, `field-to`, `field-max`, `field-timeout` (seconds, blank waits for ever), `field-flag-peek` `-oob` `-waitall`, `field-how`, `field-linger`, `field-option`, `field-option-value`, `field-receive`, `field-accept`, `field-responder`, `field-poll-socket`, `field-poll-for`, `field-rules` | inputs and selects; `field-data-form` is `text` `hex` `escaped` `zeros` |
//! | `known-address` | fills in the address of the session's socket `data-socket`, in `connect` and `send` |
//! | `field-error` | a mistake in words, with `data-field` |
//! | `payload-bytes`, `payload-preview`, `payload-kept` | how many bytes the payload comes to; the first of them; why it cannot be written in the form that was chosen |
//! | `quick-send`, `quick-keep`, `quick-edit`, `quick-name`, `quick-data`, `quick-remove` | the kept payloads (`data-index`) and what edits them |
//! | `send-more`, `repeat-times`, `repeat-every`, `repeat-start`, `send-file` | what sends over and over, and files |
//! | `sending`, `sending-words`, `sending-stop`, `sending-error` | how far that is (`data-running`), what stops it, and why it failed |
//! | `rule` | of a responder, with `data-index`; in it `rule-when`, `rule-pattern`, `rule-send`, `rule-form`, `rule-delay`, `rule-close`, `rule-remove`; `rule-add` makes one |
//! | `session-calls` | opens `resolve-name`, `resolve-run`, `resolve-result`, `resolve-error`, `note-text`, `note-run`, `note-error` |
//! | `socket-menu` | in a card: opens `socket-menu-info`, `-options`, `-copy`, `-duplicate`, `-reset` |
//! | `python-line`, `python-line-get` | the line of Python about to be performed; in `options` also the one that reads |
//! | `call-run`, `call-get` | perform the call; read an option |
//! | `call-result`, `call-error`, `call-eof` | how the last call ended; `data-errno` on `call-error` |
//! | `result-text`, `result-hex`, `result-decoded`, `result-encoding`, `result-info` | the received bytes under the form |
//! | `waiting-call`, `waiting-cancel` | above the log, with `data-call` and `data-socket`; `card-waiting-call`, `card-waiting-cancel` in cards, `result-waiting-call`, `result-waiting-cancel` under the form |
//! | `log-row` | a visible row, with `data-seq`, `data-kind`, `data-socket`, and where it is so `data-chosen`, `data-marked`, `data-found`; `aria-selected` on every selected one |
//! | `log-older`, `log-older-fetch`, `log-older-error` | how many older rows only the server has; fetches them; why that failed |
//! | `log-follow`, `log-newest` | follow the newest rows; the button that counts what came meanwhile |
//! | `log-query`, `log-suggestion`, `log-chip`, `log-chip-wrong`, `log-chip-remove`, `log-count` | the filter; what its last term may become; its terms, with `data-wrong` where one filters nothing and why; how many rows pass it |
//! | `log-times` | values `absolute` `relative` `delta` |
//! | `log-find`, `log-found`, `log-find-previous`, `log-find-next`, `log-note`, `log-note-write`, `log-note-error`, `log-line-close` | the line above the rows in which one finds or writes a note |
//! | `log-menu` | opens `log-copy-text` `-hex` `-python` `-curl` `-json`, `log-copied`, `log-copy-link`, `log-share-link`, `log-errors`, `log-find-open`, `log-note-open`, `log-marker`, `log-marker-previous`, `log-marker-next`, `log-marker-row`, `log-zero` |
//! | `log-detail`, `log-detail-close`, `log-detail-previous`, `log-detail-next`, `log-detail-text`, `log-detail-hex`, `log-detail-decoded`, `log-detail-encoding`, `log-detail-error` | the chosen row's details |
//! | `log-detail-show`, `log-detail-call`, `log-detail-manual`, `log-detail-kernel`, `log-detail-cut` | shows the row in the log; its call with parameters, the manual's pages, what the kernel knew, a character whose other bytes are in another row |
//! | `log-detail-byte`, `log-detail-guess`, `log-detail-leaf-previous`, `log-detail-leaf-next` | the byte or character pointed at; an encoding in which the bytes make sense (`data-encoding`); turn over many bytes; under the form the same with `result-` |
//! | `help-open`, `help`, `help-close` | the sheet of keys |
//! | `tab-sockets`, `tab-call`, `tab-log` | the phone's bottom tabs |

mod actions;
mod browser_storage;
mod components;
mod connection;
mod encodings;
mod export;
mod import;
mod lab;
mod log_pane;
pub mod model;
mod rest;
mod sending;
mod state;
pub mod text;

use wasm_bindgen::prelude::wasm_bindgen;

/// Where `boot.js` enters.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        say_that_it_stopped();
    }));
    leptos::mount::mount_to_body(components::App);
}

/// After a panic no signal works any more, so this is written into the document by hand. Reloading is a link,
/// because a button would call into the program that has stopped.
fn say_that_it_stopped() -> Option<()> {
    const NAME: &str = "page-stopped";
    let window = web_sys::window()?;
    let document = window.document()?;
    if document.get_element_by_id(NAME).is_some() {
        return None;
    }
    let tag = document.document_element()?.get_attribute("lang").unwrap_or_default();
    let text = &text::Language::from_tag(&tag).unwrap_or_default().text().link;
    let bar = document.create_element("div").ok()?;
    bar.set_id(NAME);
    bar.set_class_name("bar bar-bad");
    bar.set_attribute("role", "alert").ok()?;
    bar.set_attribute("data-testid", NAME).ok()?;
    let words = document.create_element("p").ok()?;
    words.set_class_name("bar-text");
    words.set_text_content(Some(text.stopped));
    let reload = document.create_element("a").ok()?;
    reload.set_class_name("button");
    reload.set_attribute("href", &window.location().pathname().ok()?).ok()?;
    reload.set_text_content(Some(text.reload));
    bar.append_child(&words).ok()?;
    bar.append_child(&reload).ok()?;
    let place = document.query_selector(".notices").ok().flatten();
    place.or_else(|| document.body().map(Into::into))?.append_child(&bar).ok()?;
    Some(())
}
