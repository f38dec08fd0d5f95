//! The parts that are drawn once the second file of the page's program is here (`rest.rs`).

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::call_bar::Calls;
use super::charts_view::ChartsView;
use super::code_view::CodeView;
use super::confirm::Confirm;
use super::fault_view::FaultView;
use super::help::Places;
use super::import_bar::Bars;
use super::log_detail::LogDetail;
use super::log_line::{FindLine, NoteLine};
use super::log_menu::LogMenuPanel;
use super::log_older::OlderLines;
use super::log_view::{Line, LogView};
use super::packet_detail::PacketDetail;
use super::packets_view::PacketsView;
use super::palette::Finder;
use super::sequence_view::SequenceView;
use super::session_calls::{NoteForm, Resolve};
use super::share_dialog::ShareDialog;
use super::socket_card::SocketCard;
use super::sockets_panel::ClosedSockets;
use super::undo_toast::Offer;
use super::waiting::WaitingCalls;
use crate::model::form::CallKind;
use crate::model::outcome::CallError;
use crate::rest::Loading;
use crate::state::Page;

/// A part that the second file draws.
#[derive(Clone, Copy)]
pub(crate) enum Later {
    /// What is said across the page.
    Bars,
    /// The calls of a socket.
    Calls(SocketId, Memo<CallKind>),
    /// A socket's card; the signal takes the socket when its close button is pressed.
    Card(SocketId, RwSignal<Option<SocketId>>),
    /// The view of the charts.
    Charts,
    /// The sockets closed so far.
    Closed,
    /// The view of the code.
    Code,
    /// Asks before the session ends.
    Confirm,
    /// The chosen line of the log.
    Detail,
    /// What the palette finds.
    Finder,
    /// The keys.
    Keys,
    /// The line above the rows of the log.
    Line(LogView, Line),
    /// What opens from the log's menu.
    LogMenu(LogView, NodeRef<leptos::html::Details>),
    /// Why no socket was made.
    NewSocketError(RwSignal<Option<CallError>>),
    /// Older lines of the log.
    Older,
    /// The chosen packet.
    PacketDetail,
    /// The view of a lab's packets.
    Packets,
    /// The view of the sequence.
    Sequence,
    /// The calls that belong to no socket.
    SessionCalls,
    /// The dialog that shares the session.
    Share,
    /// What was closed last.
    Undo,
    /// The calls that wait.
    Waiting,
}

/// Draws a part; only the second file has this.
pub(crate) fn draw(part: Later) -> AnyView {
    match part {
        Later::Bars => view! { <Bars/> }.into_any(),
        Later::Calls(socket, call) => view! { <Calls socket call/> }.into_any(),
        Later::Card(socket, closing) => view! { <SocketCard socket closing/> }.into_any(),
        Later::Charts => view! { <ChartsView/> }.into_any(),
        Later::Closed => view! { <ClosedSockets/> }.into_any(),
        Later::Code => view! { <CodeView/> }.into_any(),
        Later::Confirm => view! { <Confirm/> }.into_any(),
        Later::Detail => view! { <LogDetail/> }.into_any(),
        Later::Finder => view! { <Finder/> }.into_any(),
        Later::Keys => view! { <Places/> }.into_any(),
        Later::Line(view, Line::Find) => view! { <FindLine view/> }.into_any(),
        Later::Line(view, Line::Note) => view! { <NoteLine view/> }.into_any(),
        Later::LogMenu(view, menu) => view! { <LogMenuPanel view menu/> }.into_any(),
        Later::NewSocketError(error) => view! {
            {move || error.get().map(|error| view! { <FaultView error testid="new-socket-error"/> })}
        }
        .into_any(),
        Later::Older => view! { <OlderLines/> }.into_any(),
        Later::PacketDetail => view! { <PacketDetail/> }.into_any(),
        Later::Packets => view! { <PacketsView/> }.into_any(),
        Later::Sequence => view! { <SequenceView/> }.into_any(),
        Later::SessionCalls => view! {
            <Resolve/>
            <NoteForm/>
        }
        .into_any(),
        Later::Share => view! { <ShareDialog/> }.into_any(),
        Later::Undo => view! { <Offer/> }.into_any(),
        Later::Waiting => view! { <WaitingCalls/> }.into_any(),
    }
}

/// A part that the second file draws once there is something to draw. Then it stays.
#[component]
pub(super) fn DrawnWhen(
    /// Whether there is something.
    wanted: impl Fn() -> bool + Send + Sync + 'static,
    /// The part.
    part: Later,
) -> impl IntoView {
    let wanted = Memo::new(move |before: Option<&bool>| before.is_some_and(|before| *before) || wanted());
    move || wanted.get().then(|| view! { <DrawnLater part/> })
}

/// A part that the second file draws; until it is here there is nothing, and where it cannot be had, why.
#[component]
pub(super) fn DrawnLater(
    /// The part.
    part: Later,
) -> impl IntoView {
    let page = Page::from_context();
    page.want_rest();
    move || {
        match page.rest.get() {
        Loading::Unasked | Loading::Coming => ().into_any(),
        Loading::Here(rest) => untrack(|| (rest.draw)(part)),
        Loading::Failed => view! {
            <p class="rest-failed" role="alert" data-testid="rest-failed">
                {move || page.text().link.rest_failed}
                " "
                <button type="button" class="link-button" data-testid="rest-retry" on:click=move |_| page.want_rest()>
                    {move || page.text().link.try_now}
                </button>
            </p>
        }
        .into_any(),
    }
    }
}
