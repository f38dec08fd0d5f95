//! What can be done with a socket from its card.

use leptos::prelude::*;
use sockyard_protocol::SocketId;
use sockyard_protocol::call::SocketClose;
use wasm_bindgen::JsCast;

use crate::model::form::CallKind;
use crate::model::sockets::SocketView;
use crate::state::{Page, Part};
use crate::text::fill;

/// The menu's width and the most of its height, in pixels, as the style sheet has them.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 240.0;

/// The card's menu.
#[component]
pub(super) fn CardMenu(
    /// The socket.
    socket: SocketId,
    /// The socket as it stands.
    view: Memo<Option<SocketView>>,
    /// Takes the socket when it is closed from here.
    closing: RwSignal<Option<SocketId>>,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let menu = NodeRef::<leptos::html::Details>::new();
    let close_menu = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    // The list of cards scrolls and would cut the menu off, so it stands where the button is on the screen.
    let place = RwSignal::new((0.0, 0.0));
    let put = move |_| {
        let Some(menu) = menu.get_untracked().filter(|menu| menu.open()) else { return };
        let button = menu.get_bounding_client_rect();
        let most = |size: Result<wasm_bindgen::JsValue, _>, room: f64| {
            size.ok().and_then(|size| size.as_f64()).map_or(0.0, |size| (size - room).max(0.0))
        };
        let left = (button.right() - WIDTH).max(8.0).min(most(window().inner_width(), WIDTH));
        place.set((left, button.bottom().min(most(window().inner_height(), HEIGHT))));
    };
    let scrolled = window_event_listener(leptos::ev::wheel, move |_| close_menu());
    on_cleanup(move || scrolled.remove());
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let Some(menu) = menu.get_untracked()
            && !menu.contains(target.as_ref())
        {
            menu.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
    let form = move |call: CallKind| {
        close_menu();
        page.selected.set(Some(socket));
        page.call.set(call);
        page.part.set(Part::Call);
    };
    let reset = move |_| {
        close_menu();
        closing.set(Some(socket));
        page.perform(socket, SocketClose { socket, linger_s: Some(0) }.into());
    };
    let duplicate = move |_| {
        close_menu();
        let kind = view
            .with_untracked(|view| view.as_ref().map(|view| (view.family, view.r#type, view.host.clone())));
        if let Some((family, r#type, host)) = kind {
            page.create(family, r#type, host, move |error| page.keep.failed.set(error));
        }
    };
    let address = Memo::new(move |_| {
        view.with(|view| view.as_ref().and_then(|view| view.local.clone())).filter(|local| !local.is_empty())
    });
    let copy = move |_| {
        close_menu();
        if let Some(address) = address.get_untracked() {
            // Where the browser refuses, the address still stands on the card.
            drop(window().navigator().clipboard().write_text(&address));
        }
    };
    let can_copy = window().is_secure_context();
    let label = move || fill(texts().menu, &[("n", &socket.to_string())]);
    view! {
        <details
            class="menu card-menu"
            class:gone=move || !page.may_call()
            node_ref=menu
            on:toggle=put
            on:click=|event| event.stop_propagation()
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close_menu();
                }
            }
        >
            <summary class="menu-button" data-testid="socket-menu" aria-label=label title=label>"⋯"</summary>
            <div
                class="menu-panel"
                style:left=move || format!("{}px", place.get().0)
                style:top=move || format!("{}px", place.get().1)
            >
                <button type="button" class="menu-item" data-testid="socket-menu-info" on:click=move |_| form(CallKind::Info)>
                    {move || texts().menu_info}
                </button>
                <button type="button" class="menu-item" data-testid="socket-menu-options" on:click=move |_| form(CallKind::Options)>
                    {move || texts().menu_options}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    class:gone=move || !can_copy || address.with(Option::is_none)
                    data-testid="socket-menu-copy"
                    on:click=copy
                >
                    {move || texts().menu_copy}
                </button>
                <button type="button" class="menu-item" data-testid="socket-menu-duplicate" on:click=duplicate>
                    {move || texts().menu_duplicate}
                </button>
                <button type="button" class="menu-item" data-testid="socket-menu-reset" on:click=reset>
                    {move || texts().menu_reset}
                </button>
            </div>
        </details>
    }
}
