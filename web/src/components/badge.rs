//! A socket's number in its colour, the same wherever it is named.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use crate::model::sockets::hue;

/// A socket's number in its colour.
#[component]
pub(super) fn Badge(
    /// The socket.
    socket: SocketId,
) -> impl IntoView {
    view! { <span class=format!("badge hue-{}", hue(socket))>{socket}</span> }
}
