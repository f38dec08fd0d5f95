//! The whole page.

use leptos::prelude::*;

use super::call_bar::CallPanel;
use super::connection_bar::ConnectionBar;
use super::help::HelpSheet;
use super::import_bar::DropPlace;
use super::later::{DrawnWhen, Later};
use super::palette::Palette;
use super::sockets_panel::SocketsPanel;
use super::stage::Stage;
use super::tab_bar::TabBar;
use super::top_bar::TopBar;
use super::tour::Tour;
use super::undo_toast::UndoToast;
use crate::state::{Page, View};

/// The whole page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let page = Page::new();
    provide_context(page);
    page.start();
    view! {
        <div
            class="app"
            class:look-only=move || !page.may_call()
            class:with-detail=move || {
                let has_packet = page.lab.selected.get().is_some() && page.view.get() == View::Packets;
                (page.log_selected.get().is_some() || has_packet) && !page.detail_folded.get()
            }
            data-part=move || page.part.get().name()
        >
            <a class="skip" href="#calls">{move || page.text().bar.skip}</a>
            <TopBar/>
            <div class="notices">
                <ConnectionBar/>
                <DrawnWhen wanted=move || has_bar(page) part=Later::Bars/>
            </div>
            <main class="parts">
                <SocketsPanel/>
                <CallPanel/>
                <Stage/>
                <DrawnWhen wanted=move || page.log_selected.get().is_some() part=Later::Detail/>
                <DrawnWhen wanted=move || page.lab.selected.get().is_some() part=Later::PacketDetail/>
            </main>
            <TabBar/>
            <DropPlace/>
            <UndoToast/>
            <Tour/>
            <Palette/>
            <HelpSheet/>
            <DrawnWhen wanted=move || page.sharing.is_open.get() part=Later::Share/>
            <DrawnWhen wanted=move || page.keep.ending.get().is_some() part=Later::Confirm/>
        </div>
    }
}

/// Whether something is to be said across the page.
fn has_bar(page: Page) -> bool {
    page.keep.import.with(Option::is_some)
        || page.keep.export.with(Option::is_some)
        || page.keep.failed.with(Option::is_some)
        || page.progress.with(Option::is_some)
        || page.lost_line.with(Option::is_some)
        || page.connection.only_looks.get()
        || !page.is_live()
}
