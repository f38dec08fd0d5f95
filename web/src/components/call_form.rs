//! The form of one call on one socket.

use leptos::prelude::*;
use sockyard_protocol::{Call, SocketId};

use super::field::{Flags, Menu, TextInput};
use super::focus;
use super::option_fields::OptionFields;
use super::payload_field::PayloadText;
use super::poll_fields::PollFields;
use super::rules_field::RulesField;
use super::send_more::SendMore;
use crate::model::form::{Built, CallKind, Drafts, Field, build};
use crate::model::mistake::Mistake;
use crate::model::python;
use crate::model::sockets::SocketView;
use crate::state::Page;
use crate::text::CallBar;

/// What the fields of a form share. It lives as long as its socket is chosen, and follows the chosen call.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The page.
    pub(super) page: Page,
    /// The socket.
    pub(super) socket: SocketId,
    /// Whether it is a datagram socket, which never changes.
    pub(super) is_datagram: bool,
    /// The call.
    pub(super) kind: Memo<CallKind>,
    /// The socket as it stands.
    pub(super) view: Memo<Option<SocketView>>,
    /// The call that the entries make, or what is wrong with them.
    pub(super) built: Memo<Built>,
    /// The call that was tried: only then is an empty field a mistake to show.
    tried: RwSignal<Option<CallKind>>,
}

impl Form {
    /// The form of the chosen call on a socket.
    pub(super) fn new(page: Page, socket: SocketId, kind: Memo<CallKind>) -> Form {
        let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
        let built = Memo::new(move |_| match view.get() {
            Some(view) => build(kind.get(), &page.drafts.with(|drafts| drafts.of(socket)), &view),
            None => Err(Vec::new()),
        });
        let is_datagram =
            page.sockets.with_untracked(|table| table.get(socket).is_some_and(SocketView::is_datagram));
        Form { page, socket, is_datagram, kind, view, built, tried: RwSignal::new(None) }
    }

    /// What stands in a field.
    pub(super) fn entry(self, field: Field) -> String {
        let kind = self.kind.get();
        self.view.with(|view| match view {
            Some(view) => self.page.drafts.with(|drafts| drafts.of(self.socket).get(kind, field, view)),
            None => String::new(),
        })
    }

    /// Takes what was typed.
    pub(super) fn set(self, field: Field, value: String) {
        let kind = self.kind.get_untracked();
        self.page.drafts.update(|drafts| drafts.set(self.socket, kind, field, value));
    }

    /// The mistake to show at a field.
    pub(super) fn mistake(self, field: Field) -> Option<Mistake> {
        let tried = self.tried.get() == Some(self.kind.get());
        self.built.with(|built| {
            let wrong = built.as_ref().err()?;
            let (_, mistake) = wrong.iter().find(|(wrong, _)| *wrong == field)?;
            (*mistake != Mistake::Empty || tried).then(|| mistake.clone())
        })
    }

    /// The socket as it stands.
    pub(super) fn view(self) -> Option<SocketView> {
        self.view.get()
    }

    /// A call as a line of Python.
    pub(super) fn python(self, call: &Call) -> String {
        self.view.with(|view| {
            view.as_ref().map(|view| python::line(call, view.family, view.is_datagram())).unwrap_or_default()
        })
    }

    /// Sends; the field is emptied once the kernel has the bytes, unless something else stands there by then.
    fn send(self, call: Call) {
        let Form { page, socket, tried, .. } = self;
        let typed =
            move |drafts: &Drafts| drafts.of(socket).typed(CallKind::Send, Field::Data).unwrap_or_default();
        let sent = page.drafts.with_untracked(typed);
        page.drafts.update(|drafts| drafts.remember(&sent));
        page.perform_then(socket, call, move || {
            if page.drafts.with_untracked(typed) == sent {
                page.drafts.update(|drafts| drafts.set(socket, CallKind::Send, Field::Data, String::new()));
                // Nobody may look at this form any more, and then its signals are gone.
                tried.try_set(None);
            }
        });
    }

    /// Runs the call, or leads to the first mistake.
    pub(super) fn run(self) {
        let kind = self.kind.get_untracked();
        self.tried.set(Some(kind));
        match self.built.get_untracked() {
            Ok(call) => {
                if kind == CallKind::Send {
                    self.send(call);
                } else {
                    self.page.perform(self.socket, call);
                }
            }
            Err(wrong) => {
                let Some((field, _)) = wrong.first() else { return };
                focus::take(format!("#field-{}", field.name()));
            }
        }
    }
}

/// The fields of the chosen call. What runs it stands in the panel's foot.
#[component]
pub(super) fn CallForm(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    on_cleanup(|| hand_focus_on(&[RUN, CREATE]));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        form.run();
    };
    view! {
        <form
            class="call-form"
            id=FORM_ID
            data-testid="call-form"
            data-call=move || form.kind.get().name()
            data-socket=form.socket
            on:submit=submit
        >
            <p class="about">{move || about(form.kind.get(), form.is_datagram, &page.text().call)}</p>
            <div class="fields">
                {move || {
                    let kind = form.kind.get();
                    on_cleanup(|| hand_focus_on(&[FIRST_FIELD, RUN, CREATE]));
                    untrack(|| fields(form, kind))
                }}
            </div>
        </form>
    }
}

/// Where its button in the foot finds the form.
pub(super) const FORM_ID: &str = "call-form";
const FIRST_FIELD: &str = ".call-form :is(input, textarea, select)";
const RUN: &str = "[data-testid=call-run]";
const CREATE: &str = "[data-testid=new-socket-create]";

/// Fields that go hand the focus to what takes their place.
fn hand_focus_on(places: &[&str]) {
    if focus::is_within(".call-form, .call-foot") {
        focus::rescue(places.iter().map(|place| (*place).to_owned()).collect());
    }
}

fn fields(form: Form, kind: CallKind) -> AnyView {
    match kind {
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
                .is_datagram
                .then(|| {
                    view! {
                        <TextInput form field=Field::To label=|labels| labels.to hint=|labels| labels.to_hint blank=true known=true/>
                    }
                })}
            <Timeout form/>
            <FlagsOf form kind/>
            <SendMore form/>
        }
        .into_any(),
        CallKind::Recv => view! {
            <TextInput form field=Field::Max label=|labels| labels.max hint=|labels| labels.receive_hint/>
            <Timeout form/>
            <FlagsOf form kind/>
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
            <TextInput form field=Field::Linger label=|labels| labels.linger hint=|labels| labels.linger_hint blank=true/>
        }
        .into_any(),
        CallKind::Options => view! { <OptionFields form/> }.into_any(),
        CallKind::Poll => view! {
            <PollFields form/>
            <Timeout form/>
        }
        .into_any(),
        CallKind::Info => ().into_any(),
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
                ("rules", |labels| labels.responder_rules),
            ]/>
            <RulesField form/>
        }
        .into_any(),
    }
}

/// The flags that the call has on this type of socket.
#[component]
fn FlagsOf(form: Form, kind: CallKind) -> impl IntoView {
    let fields = kind.flags(form.is_datagram);
    (!fields.is_empty()).then(|| view! { <Flags form fields/> })
}

#[component]
fn Timeout(form: Form) -> impl IntoView {
    view! {
        <TextInput form field=Field::Timeout label=|labels| labels.timeout hint=|labels| labels.timeout_hint blank=true/>
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
        CallKind::Poll => texts.about_poll,
        CallKind::Info => texts.about_info,
    }
}
