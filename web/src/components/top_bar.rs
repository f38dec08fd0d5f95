//! The top bar: where one is, and how the page looks.

use leptos::prelude::*;

use super::choice::Choice;
use super::help::HelpButton;
use super::palette::PaletteButton;
use super::session_menu::SessionMenu;
use crate::connection::Link;
use crate::state::{Page, Theme};
use crate::text::{Language, fill};

/// The top bar.
#[component]
pub(super) fn TopBar() -> impl IntoView {
    let page = Page::from_context();
    let languages = Signal::derive(|| {
        Language::ALL
            .iter()
            .map(|language| (language.tag().to_owned(), language.name().to_owned()))
            .collect::<Vec<_>>()
    });
    let themes = Signal::derive(move || {
        let bar = &page.text().bar;
        [(Theme::System, bar.theme_system), (Theme::Light, bar.theme_light), (Theme::Dark, bar.theme_dark)]
            .map(|(theme, label)| (theme.name().to_owned(), label.to_owned()))
            .to_vec()
    });
    view! {
        <header class="top">
            <h1 class="brand" aria-label="Sockyard">
                <svg class="brand-mark" viewBox="0 0 24 24" aria-hidden="true">
                    <rect x="1.5" y="1.5" width="21" height="21" rx="6"></rect>
                    <path d="M8.5 8v4M15.5 8v4M9 16.2c1.8 1.5 4.2 1.5 6 0"></path>
                </svg>
                <span class="brand-name">"Sockyard"</span>
            </h1>
            <NetworkChip/>
            <span class="top-space"></span>
            <ConnectionState/>
            <PaletteButton/>
            <HelpButton/>
            <Choice
                testid="language-select"
                label=Signal::derive(move || page.text().bar.language.to_owned())
                options=languages
                value=Signal::derive(move || page.preferences.language.get().tag().to_owned())
                on_change=move |tag| page.preferences.choose_language(&tag)
            />
            <Choice
                testid="theme-select"
                label=Signal::derive(move || page.text().bar.theme.to_owned())
                options=themes
                value=Signal::derive(move || page.preferences.theme.get().name().to_owned())
                on_change=move |name| page.preferences.choose_theme(&name)
            />
            <SessionMenu/>
        </header>
    }
}

/// Where the session's sockets live.
#[component]
fn NetworkChip() -> impl IntoView {
    let page = Page::from_context();
    let network = Memo::new(move |_| {
        page.connection.hello.with(|hello| hello.as_ref().map(|hello| hello.network.clone()))
    });
    move || {
        network.get().map(|network| {
            let address = network.local_address.clone();
            let is_host = network.kind == "host";
            let title = move || {
                let bar = &page.text().bar;
                let template = if is_host { bar.network_host } else { bar.network_lab };
                fill(template, &[("address", &address)])
            };
            view! {
                <span class="chip" data-testid="network-chip" title=title>
                    {network.kind.clone()} <span class="chip-dot">"·"</span> <code>{network.local_address.clone()}</code>
                </span>
            }
        })
    }
}

/// The state of the connection in words.
#[component]
fn ConnectionState() -> impl IntoView {
    let page = Page::from_context();
    let name = move || match page.connection.link.get() {
        Link::Connecting => "connecting",
        Link::Open => "open",
        Link::Lost { .. } => "lost",
        Link::Refused(_) => "refused",
    };
    let words = move || {
        let link = &page.text().link;
        match page.connection.link.get() {
            Link::Connecting => link.connecting,
            Link::Open => link.open,
            Link::Lost { .. } => link.lost,
            Link::Refused(_) => link.refused,
        }
    };
    view! {
        <span class="state" data-testid="connection-state" data-state=name role="status" title=words>
            <span class="state-lamp" aria-hidden="true"></span>
            <span class="state-words">{words}</span>
        </span>
    }
}
