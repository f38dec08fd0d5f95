//! The first visit: what this is.

use leptos::prelude::*;

use crate::state::Page;

/// What this is and how one begins. Shown where no socket is chosen.
#[component]
pub(super) fn Intro() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().intro;
    let has_log = Memo::new(move |_| page.log_counts.get().held > 0);
    move || {
        if has_log.get() {
            let texts = move || &page.text().call;
            return view! {
                <div class="intro">
                    <h2>{move || texts().none_title}</h2>
                    <p class="intro-lead">{move || texts().none_text}</p>
                </div>
            }
            .into_any();
        }
        view! {
            <div class="intro">
                <h2>{move || texts().title}</h2>
                <p class="intro-lead">{move || texts().lead}</p>
                <ol class="steps">
                    <li><code>"socket()"</code><span>{move || texts().step_make}</span></li>
                    <li><code>"bind()"</code><span>{move || texts().step_bind}</span></li>
                    <li><code>"sendto()"</code><span>{move || texts().step_send}</span></li>
                    <li><code>"recvfrom()"</code><span>{move || texts().step_see}</span></li>
                </ol>
                <p class="intro-tour">
                    <button
                        type="button"
                        class="button"
                        data-testid="tour-begin"
                        on:click=move |_| page.begin_tour()
                    >
                        {move || page.text().tour.start}
                    </button>
                </p>
                <p class="hint">{move || texts().tutorial}</p>
                <p class="hint"><a href="/docs">{move || texts().interfaces}</a></p>
            </div>
        }
        .into_any()
    }
}
