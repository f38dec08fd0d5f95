//! The whole page.

use leptos::prelude::*;

use super::arrangements::ArrangementNote;
use super::call_bar::CallPanel;
use super::confirm::Confirm;
use super::connection_bar::ConnectionBar;
use super::help::HelpSheet;
use super::import_bar::{DropPlace, ExportBar, FailedBar, ImportBar, SavedBar};
use super::log_detail::LogDetail;
use super::palette::Palette;
use super::share_dialog::ShareDialog;
use super::shared_bar::{LostLineBar, SharedBar};
use super::sockets_panel::SocketsPanel;
use super::stage::Stage;
use super::tab_bar::TabBar;
use super::top_bar::TopBar;
use super::tour::Tour;
use super::undo_toast::UndoToast;
use crate::state::Page;

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
            class:with-detail=move || page.log_selected.get().is_some() && !page.detail_folded.get()
            data-part=move || page.part.get().name()
        >
            <a class="skip" href="#calls">{move || page.text().bar.skip}</a>
            <TopBar/>
            <div class="notices">
                <ConnectionBar/>
                <SharedBar/>
                <LostLineBar/>
                <ImportBar/>
                <ExportBar/>
                <FailedBar/>
                <SavedBar/>
                <ArrangementNote/>
            </div>
            <main class="parts">
                <SocketsPanel/>
                <CallPanel/>
                <Stage/>
                <LogDetail/>
            </main>
            <TabBar/>
            <DropPlace/>
            <UndoToast/>
            <Tour/>
            <Palette/>
            <HelpSheet/>
            <ShareDialog/>
            <Confirm/>
        </div>
    }
}
