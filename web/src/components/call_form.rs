//! The form of one call on one socket.

use leptos::prelude::*;
use sockyard_protocol::call::{OPTION_NAMES, SocketGetOption};
use sockyard_protocol::{Call, SocketId};
use wasm_bindgen::JsCast;

use super::field::{Flags, Menu, TextInput};
use super::focus;
use super::payload_field::{PayloadForm, PayloadText};
use crate::model::form::{Built, CallKind, Drafts, ENCODINGS, Field, build};
use crate::model::mistake::Mistake;
use crate::model::python;
use crate::model::sockets::SocketView;
use crate::state::Page;
use crate::text::{CallBar, fill};

/// What the fields of a form share.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The page.
    pub(super) page: Page,
    /// The socket.
    pub(super) socket: SocketId,
    /// The call.
    pub(super) kind: CallKind,
    /// The socket as it stands.
    view: Memo<Option<SocketView>>,
    /// The call that the entries make, or what is wrong with them.
    pub(super) built: Memo<Built>,
    /// Whether running it was tried: only then is an empty field a mistake to show.
    tried: RwSignal<bool>,
}

impl Form {
    fn new(socket: SocketId, kind: CallKind) -> Form {
        let page = Page::from_context();
        let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
        let built = Memo::new(move |_| match view.get() {
            Some(view) => build(kind, &page.drafts.with(|drafts| drafts.of(socket)), &view),
            None => Err(Vec::new()),
        });
        Form { page, socket, kind, view, built, tried: RwSignal::new(false) }
    }

    /// What stands in a field.
    pub(super) fn entry(self, field: Field) -> String {
        self.view.with(|view| match view {
            Some(view) => self.page.drafts.with(|drafts| drafts.of(self.socket).get(self.kind, field, view)),
            None => String::new(),
        })
    }

    /// Takes what was typed.
    pub(super) fn set(self, field: Field, value: String) {
        self.page.drafts.update(|drafts| drafts.set(self.socket, self.kind, field, value));
    }

    /// The mistake to show at a field.
    pub(super) fn mistake(self, field: Field) -> Option<Mistake> {
        self.built.with(|built| {
            let wrong = built.as_ref().err()?;
            let (_, mistake) = wrong.iter().find(|(wrong, _)| *wrong == field)?;
            (*mistake != Mistake::Empty || self.tried.get()).then(|| mistake.clone())
        })
    }

    /// The socket as it stands.
    pub(super) fn view(self) -> Option<SocketView> {
        self.view.get()
    }

    /// A call as a line of Python.
    fn python(self, call: &Call) -> String {
        self.view.with(|view| {
            view.as_ref().map(|view| python::line(call, view.family, view.is_datagram())).unwrap_or_default()
        })
    }

    fn is_datagram(self) -> bool {
        self.view.with(|view| view.as_ref().is_some_and(SocketView::is_datagram))
    }

    /// Sends; the field is emptied once the kernel has the bytes, unless something else stands there by then.
    fn send(self, call: Call) {
        let Form { page, socket, kind, tried, .. } = self;
        let typed = move |drafts: &Drafts| drafts.of(socket).typed(kind, Field::Data).unwrap_or_default();
        let sent = page.drafts.with_untracked(typed);
        page.drafts.update(|drafts| drafts.remember(&sent));
        page.perform_then(socket, call, move || {
            if page.drafts.with_untracked(typed) == sent {
                page.drafts.update(|drafts| drafts.set(socket, kind, Field::Data, String::new()));
                // Nobody may look at this form any more, and then its signals are gone.
                tried.try_set(false);
            }
        });
    }

    /// Runs the call, or leads to the first mistake.
    pub(super) fn run(self) {
        self.tried.set(true);
        match self.built.get_untracked() {
            Ok(call) => {
                if self.kind == CallKind::Send {
                    self.send(call);
                } else {
                    self.page.perform(self.socket, call);
                }
            }
            Err(wrong) => {
                let Some((field, _)) = wrong.first() else { return };
                let id = format!("field-{}", field.name());
                let element = document().get_element_by_id(&id);
                if let Some(element) =
                    element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
                {
                    element.focus().ok();
                }
            }
        }
    }
}

/// The form of one call.
#[component]
pub(super) fn CallForm(
    /// The socket.
    socket: SocketId,
    /// The call.
    kind: CallKind,
) -> impl IntoView {
    let form = Form::new(socket, kind);
    let page = form.page;
    let about = move || about(kind, form.is_datagram(), &page.text().call);
    on_cleanup(hand_focus_on);
    let get_call = move || Call::from(SocketGetOption { socket, name: form.entry(Field::Option) });
    let run_line = Signal::derive(move || {
        form.built.with(|built| built.as_ref().map(|call| form.python(call)).unwrap_or_default())
    });
    let get_line = Signal::derive(move || form.python(&get_call()));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.run();
    };
    view! {
        <form class="call-form" data-testid="call-form" data-call=kind.name() data-socket=socket on:submit=submit>
            <p class="about">{about}</p>
            <div class="fields">{fields(form)}</div>
            <div class="run-row">
                <PythonLine form line=run_line testid="python-line"/>
                <button type="submit" class="button primary run" data-testid="call-run">
                    {move || match kind {
                        CallKind::Options => page.text().call.set.to_owned(),
                        _ => fill(page.text().call.run, &[("call", kind.name())]),
                    }}
                </button>
            </div>
            {(kind == CallKind::Options)
                .then(|| {
                    let get = move |_| page.perform(socket, untrack(get_call));
                    view! {
                        <div class="run-row">
                            <PythonLine form line=get_line testid="python-line-get"/>
                            <button type="button" class="button run" data-testid="call-get" on:click=get>
                                {move || page.text().call.get}
                            </button>
                        </div>
                    }
                })}
        </form>
    }
}

/// A form that goes hands the focus to the next one: from its button to the button, or from a field to the first
/// field. Where no form follows, the page begins anew.
fn hand_focus_on() {
    if !focus::is_within(".call-form") {
        return;
    }
    let places: &[&str] = match focus::is_within(".call-form button") {
        true => &[".call-form .run", "[data-testid=new-socket-create]"],
        false => {
            &[".call-form :is(input, textarea, select)", ".call-form .run", "[data-testid=new-socket-create]"]
        }
    };
    focus::rescue(places.iter().map(|place| (*place).to_owned()).collect());
}

fn fields(form: Form) -> AnyView {
    match form.kind {
        CallKind::Bind => view! {
            <TextInput form field=Field::Address label=|labels| labels.address_bind hint=|labels| labels.address_bind_hint/>
        }
        .into_any(),
        CallKind::Listen => view! {
            <TextInput form field=Field::Backlog label=|labels| labels.backlog hint=|labels| labels.backlog_hint/>
        }
        .into_any(),
        CallKind::Accept => view! { <Timeout form/> }.into_any(),
        CallKind::Connect => view! {
            <TextInput form field=Field::Address label=|labels| labels.address_connect hint=|labels| labels.address_bind_hint known=true/>
            <Timeout form/>
        }
        .into_any(),
        CallKind::Send => view! {
            <PayloadText form/>
            {form
                .is_datagram()
                .then(|| {
                    view! {
                        <TextInput form field=Field::To label=|labels| labels.to hint=|labels| labels.to_hint known=true/>
                    }
                })}
            <PayloadForm form encodings=&ENCODINGS/>
            <Timeout form/>
            <FlagsOf form/>
        }
        .into_any(),
        CallKind::Recv => view! {
            <TextInput form field=Field::Max label=|labels| labels.max hint=|labels| labels.receive_hint/>
            <Timeout form/>
            <FlagsOf form/>
        }
        .into_any(),
        CallKind::Shutdown => view! {
            <Menu form field=Field::How label=|labels| labels.how options=&[
                ("read", |labels| labels.how_read),
                ("write", |labels| labels.how_write),
                ("both", |labels| labels.how_both),
            ]/>
        }
        .into_any(),
        CallKind::Close => view! {
            <TextInput form field=Field::Linger label=|labels| labels.linger hint=|labels| labels.linger_hint/>
        }
        .into_any(),
        CallKind::Options => view! {
            <Menu form field=Field::Option label=|labels| labels.option names=OPTION_NAMES/>
            <TextInput form field=Field::OptionValue label=|labels| labels.option_value hint=|labels| labels.option_value_hint/>
        }
        .into_any(),
        CallKind::Configure => view! {
            <Menu form field=Field::Receive label=|labels| labels.receive options=&[
                ("manual", |labels| labels.receive_manual),
                ("stream", |labels| labels.receive_stream),
            ]/>
            <Menu form field=Field::Accept label=|labels| labels.accept options=&[
                ("manual", |labels| labels.accept_manual),
                ("stream", |labels| labels.accept_stream),
            ]/>
            <Menu form field=Field::Responder label=|labels| labels.responder options=&[
                ("none", |labels| labels.responder_none),
                ("echo", |labels| labels.responder_echo),
                ("discard", |labels| labels.responder_discard),
            ]/>
        }
        .into_any(),
    }
}

/// The flags that the call has on this type of socket.
#[component]
fn FlagsOf(form: Form) -> impl IntoView {
    let fields = form.kind.flags(form.is_datagram());
    (!fields.is_empty()).then(|| view! { <Flags form fields/> })
}

#[component]
fn Timeout(form: Form) -> impl IntoView {
    view! {
        <TextInput form field=Field::Timeout label=|labels| labels.timeout hint=|labels| labels.timeout_hint/>
    }
}

/// The line of Python about to be performed. A name of its own would hide the line from a screen reader, so what it
/// is stands before it, unseen.
#[component]
fn PythonLine(form: Form, line: Signal<String>, testid: &'static str) -> impl IntoView {
    view! {
        <div class="python" title=move || form.page.text().call.python>
            <span class="python-prompt" aria-hidden="true">">>>"</span>
            <span class="visually-hidden">{move || form.page.text().call.python}</span>
            <code data-testid=testid>{move || line.get()}</code>
        </div>
    }
}

fn about(kind: CallKind, is_datagram: bool, texts: &'static CallBar) -> &'static str {
    match kind {
        CallKind::Bind => texts.about_bind,
        CallKind::Listen => texts.about_listen,
        CallKind::Accept => texts.about_accept,
        CallKind::Connect => texts.about_connect,
        CallKind::Send if is_datagram => texts.about_send_dgram,
        CallKind::Send => texts.about_send,
        CallKind::Recv if is_datagram => texts.about_recv_dgram,
        CallKind::Recv => texts.about_recv,
        CallKind::Shutdown => texts.about_shutdown,
        CallKind::Close => texts.about_close,
        CallKind::Options => texts.about_options,
        CallKind::Configure => texts.about_configure,
    }
}
