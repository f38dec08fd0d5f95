//! Everything that the page can do, as one table. The command palette finds it by name.
//!
//! A part of the page that can do something new adds it here, in the group where one would look for it.

use leptos::prelude::*;
use sockyard_protocol::{Family, SocketType};

use super::arrangements;
use super::focus;
use super::stage;
use crate::model::command::{Entry, Group};
use crate::model::export::Format;
use crate::model::form::CallKind;
use crate::model::keys::HELP;
use crate::model::summary::socket_kind;
use crate::state::{Ending, Page, Part, Theme};
use crate::text::{Language, Text, fill};

/// Something that the page can do.
pub(super) struct Command {
    /// Its name for tests and styles, such as `view-log`.
    pub(super) id: String,
    /// How it is found.
    pub(super) entry: Entry,
    /// The keys that do it as well; empty for none.
    pub(super) keys: &'static str,
    /// Does it.
    pub(super) act: Box<dyn Fn()>,
}

/// What can be done now.
pub(super) fn commands(page: Page) -> Vec<Command> {
    let mut table = Table { page, text: page.text(), commands: Vec::new() };
    if page.may_call() {
        table.calls();
        table.sockets();
        table.making();
    } else {
        table.sockets();
    }
    table.views();
    table.keeping();
    table.session();
    table.looks();
    table.commands
}

/// The table while it is filled.
struct Table {
    page: Page,
    text: &'static Text,
    commands: Vec<Command>,
}

impl Table {
    /// Adds a command; `title` says its name in any language.
    fn add(
        &mut self,
        id: impl Into<String>,
        group: Group,
        keys: &'static str,
        title: impl Fn(&'static Text) -> String,
        act: impl Fn() + 'static,
    ) {
        let english = Language::English.text();
        let entry = Entry {
            group: group_name(group, self.text).to_owned(),
            title: title(self.text),
            english: format!("{} {}", group_name(group, english), title(english)),
        };
        self.commands.push(Command { id: id.into(), entry, keys, act: Box::new(act) });
    }

    fn calls(&mut self) {
        let page = self.page;
        let chosen = page.selected.get_untracked();
        if !chosen.is_some_and(|socket| page.sockets.with_untracked(|table| table.get(socket).is_some())) {
            return;
        }
        for call in CallKind::ALL {
            self.add(
                format!("call-{}", call.name()),
                Group::Call,
                "",
                |_| call.name().to_owned(),
                move || {
                    page.call.set(call);
                    page.part.set(Part::Call);
                    // The form's first field, or the button of a form without one.
                    focus::take(
                        ".call-form input, .call-form textarea, .call-form select, [data-testid=call-run]"
                            .to_owned(),
                    );
                },
            );
        }
    }

    fn sockets(&mut self) {
        let page = self.page;
        let sockets: Vec<_> = page.sockets.with_untracked(|table| table.open().cloned().collect());
        for socket in sockets {
            let number = socket.socket;
            let address = socket.local.clone().unwrap_or_default();
            self.add(
                format!("socket-{number}"),
                Group::Socket,
                "",
                |text| {
                    format!("{number} {} {address}", socket_kind(socket.family, socket.r#type, &text.sockets))
                },
                move || {
                    page.choose(number);
                    page.part.set(Part::Call);
                },
            );
        }
    }

    fn making(&mut self) {
        let page = self.page;
        let has_unix = page.has_feature("unix");
        for family in [Family::Inet, Family::Inet6, Family::Unix] {
            for r#type in [SocketType::Stream, SocketType::Dgram] {
                if family == Family::Unix && !has_unix {
                    continue;
                }
                let kind = socket_kind(family, r#type, &Language::English.text().sockets);
                let id = kind.to_lowercase().replace(" · ", "-").replace(' ', "-");
                self.add(
                    format!("new-{id}"),
                    Group::New,
                    "",
                    |text| socket_kind(family, r#type, &text.sockets),
                    move || page.create(family, r#type, None, move |error| page.keep.failed.set(error)),
                );
            }
        }
        for kind in arrangements::offered(page) {
            self.add(
                format!("arrangement-{}", kind.name()),
                Group::Arrangement,
                "",
                |text| arrangements::title(kind, &text.arrangement),
                move || page.arrange(kind),
            );
        }
    }

    fn views(&mut self) {
        let page = self.page;
        for view in stage::offered(page) {
            self.add(
                format!("view-{}", view.name()),
                Group::View,
                "",
                |text| stage::label(view, text).to_owned(),
                move || {
                    page.view.set(view);
                    page.part.set(Part::Log);
                },
            );
        }
    }

    fn keeping(&mut self) {
        let page = self.page;
        if page.log_selected.get_untracked().is_some() {
            self.add(
                "show-in-code",
                Group::Log,
                "",
                |text| text.log.show_in_code.to_owned(),
                move || page.show_in_code(),
            );
            if page.may_call() {
                self.add(
                    "line-share",
                    Group::Log,
                    "",
                    |text| text.log.link_share.to_owned(),
                    move || page.open_sharing_of(page.log_selected.get_untracked()),
                );
            }
        }
        for format in Format::PROGRAMS {
            self.add(
                format!("code-{}", format.name()),
                Group::View,
                "",
                |text| format!("{} · {}", text.bar.view_code, format.title()),
                move || {
                    page.choose_code(format.name());
                    page.show_in_code();
                },
            );
        }
        if page.is_live_now() {
            for format in Format::offered(page.connection.in_lab()) {
                self.add(
                    format!("export-{}", format.name()),
                    Group::Keep,
                    "",
                    |text| fill(text.keep.export_as, &[("format", format.title())]),
                    move || page.export(format),
                );
            }
        } else {
            self.add(
                "saved-close",
                Group::Keep,
                "",
                |text| text.keep.back.to_owned(),
                move || page.close_saved(),
            );
        }
        self.add(
            "import",
            Group::Keep,
            "",
            |text| text.keep.open.to_owned(),
            || {
                // The one place that the browser lets open its dialog is the input itself.
                let input = document().query_selector("[data-testid=import-file]").ok().flatten();
                if let Some(input) =
                    input.and_then(|input| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(input).ok())
                {
                    input.click();
                }
            },
        );
    }

    fn session(&mut self) {
        let page = self.page;
        if page.connection.only_looks.get_untracked() {
            self.add(
                "session-leave",
                Group::Session,
                "",
                |text| text.share.leave.to_owned(),
                move || page.leave_shared(),
            );
        }
        if !page.may_call() {
            return;
        }
        self.add(
            "session-share",
            Group::Session,
            "",
            |text| text.share.open.to_owned(),
            move || page.open_sharing(),
        );
        self.add(
            "session-new",
            Group::Session,
            "",
            |text| text.bar.session_new.to_owned(),
            move || {
                page.keep.ending.set(Some(Ending::New));
            },
        );
        if page.has_feature("lab") {
            self.add(
                "session-new-lab",
                Group::Session,
                "",
                |text| text.bar.session_new_lab.to_owned(),
                move || {
                    page.keep.ending.set(Some(Ending::NewLab));
                },
            );
        }
        self.add(
            "session-close",
            Group::Session,
            "",
            |text| text.bar.session_close.to_owned(),
            move || {
                page.keep.ending.set(Some(Ending::Close));
            },
        );
    }

    fn looks(&mut self) {
        let page = self.page;
        self.add("help", Group::Page, HELP, |text| text.help.open.to_owned(), move || page.help.set(true));
        for language in Language::ALL {
            self.add(
                format!("language-{}", language.tag()),
                Group::Page,
                "",
                // Who cannot read the page's language finds their own by its own name, and by the word for languages.
                |text| format!("{}: {}", text.bar.language, language.name()),
                move || page.preferences.choose_language(language.tag()),
            );
        }
        for theme in [Theme::System, Theme::Light, Theme::Dark] {
            self.add(
                format!("theme-{}", theme.name()),
                Group::Page,
                "",
                |text| {
                    let name = match theme {
                        Theme::System => text.bar.theme_system,
                        Theme::Light => text.bar.theme_light,
                        Theme::Dark => text.bar.theme_dark,
                    };
                    format!("{}: {name}", text.bar.theme)
                },
                move || page.preferences.choose_theme(theme.name()),
            );
        }
        if page.may_call() {
            self.add("tour", Group::Page, "", |text| text.tour.title.to_owned(), move || page.begin_tour());
        }
        self.add(
            "docs",
            Group::Page,
            "",
            |text| text.intro.interfaces.to_owned(),
            || {
                // A browser that blocks it says so.
                window().location().set_href("/docs").ok();
            },
        );
    }
}

fn group_name(group: Group, text: &'static Text) -> &'static str {
    let texts = &text.palette;
    match group {
        Group::Socket => texts.group_socket,
        Group::Call => texts.group_call,
        Group::New => texts.group_new,
        Group::Arrangement => texts.group_arrangement,
        Group::View => texts.group_view,
        Group::Log => texts.group_log,
        Group::Keep => texts.group_keep,
        Group::Session => texts.group_session,
        Group::Page => texts.group_page,
    }
}
