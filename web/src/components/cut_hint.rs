//! Characters that the border between two calls went through, with the way to their other bytes.

use leptos::prelude::*;
use sockyard_protocol::{Event, EventKind, SocketType};

use crate::model::cut::{Chunk, Cut, cuts};
use crate::model::format::grouped;
use crate::model::log_store::LogStore;
use crate::state::Page;
use crate::text::fill;
use crate::text::later::Detail;

/// Lines that are looked through for the socket's own, on each side.
const LOOKED_AT: usize = 2000;
/// Events whose bytes may belong to one character: one byte each.
const NEIGHBOURS: usize = 3;

/// The characters of which the event has only some bytes. A datagram arrives whole, so only a stream cuts.
pub(super) fn cuts_of(page: Page, log: &LogStore, event: &Event) -> Vec<Cut> {
    let Some((received, bytes)) = traffic(event) else { return Vec::new() };
    let kind = event.socket.and_then(|socket| page.sockets.with_untracked(|table| table.kind(socket)));
    if kind.is_some_and(|(_, r#type)| r#type == SocketType::Dgram) {
        return Vec::new();
    }
    let Some(index) = log.index_of(event.seq) else { return Vec::new() };
    let neighbour = |index: usize| {
        let meta = log.meta(index)?;
        if Some(meta.socket) != event.socket {
            return None;
        }
        let other = log.event(index)?;
        traffic(&other).filter(|(theirs, _)| *theirs == received).map(|(_, bytes)| (other.seq, bytes))
    };
    let first = index.saturating_sub(LOOKED_AT);
    let mut earlier: Vec<_> = (first..index).rev().filter_map(neighbour).take(NEIGHBOURS).collect();
    earlier.reverse();
    let last = (index + 1 + LOOKED_AT).min(log.len());
    let later: Vec<_> = (index + 1..last).filter_map(neighbour).take(NEIGHBOURS).collect();
    cuts(&chunks(&earlier), &bytes, &chunks(&later))
}

fn chunks(events: &[(u64, Vec<u8>)]) -> Vec<Chunk<'_>> {
    events.iter().map(|(seq, bytes)| Chunk { seq: *seq, bytes }).collect()
}

/// Whether bytes were received, and which. A look at the queue takes none, and urgent data stands beside the stream;
/// where the log has only the beginning, what follows it is not known.
fn traffic(event: &Event) -> Option<(bool, Vec<u8>)> {
    let (received, data, flags) = match &event.kind {
        EventKind::Sent { data, data_cut: false, flags, .. } => (false, data, flags),
        EventKind::Received { data, data_cut: false, flags, .. } => (true, data, flags),
        _ => return None,
    };
    if flags.iter().any(|flag| flag == "peek" || flag == "oob") {
        return None;
    }
    Some((received, data.as_ref()?.to_bytes()?))
}

/// A sentence for each cut character, with the lines that have its other bytes.
#[component]
pub(super) fn CutHints(
    /// The characters.
    cuts: Vec<Cut>,
) -> impl IntoView {
    let page = Page::from_context();
    cuts.into_iter()
        .map(|cut| {
            let lines = cut.elsewhere.clone();
            view! {
                <p class="cut-hint" data-testid="log-detail-cut">
                    {move || sentence(&cut, &page.later().detail)}
                    {lines
                        .into_iter()
                        .map(|seq| {
                            view! {
                                " "
                                <button
                                    type="button"
                                    class="line-link"
                                    on:click=move |_| page.open_line(seq)
                                >
                                    {grouped(seq)}
                                </button>
                            }
                        })
                        .collect_view()}
                </p>
            }
        })
        .collect_view()
}

fn sentence(cut: &Cut, texts: &Detail) -> String {
    let after = cut.total.saturating_sub(cut.before + cut.here);
    let template = match (cut.character, cut.before, after) {
        (None, ..) => texts.cut_open,
        (_, 0, _) => texts.cut_end,
        (_, _, 0) => texts.cut_begin,
        _ => texts.cut_middle,
    };
    let character = cut.character.map(String::from).unwrap_or_default();
    fill(
        template,
        &[("here", &cut.here.to_string()), ("total", &cut.total.to_string()), ("character", &character)],
    )
}
