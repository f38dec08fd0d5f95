//! What happens when the user runs something: calls, and what follows from their answers.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use sockyard_protocol::call::{SessionClose, SocketClose, SocketCreate, WireUnhold};
use sockyard_protocol::{Call, Family, SocketId, SocketType};

use crate::model::arrangement::{Kind, Runner, Step};
use crate::model::form::CallKind;
use crate::model::outcome::{CallError, End, Outcome, short_name, success};
use crate::state::{Ending, Page, Part, Progress, View};

impl Page {
    /// Makes a call on a socket and shows how it ends.
    pub(crate) fn perform(self, socket: SocketId, call: Call) {
        self.perform_then(socket, call, || {});
    }

    /// The same; `done` follows a success.
    pub(crate) fn perform_then(self, socket: SocketId, call: Call, done: impl FnOnce() + 'static) {
        // A saved log is only looked at, and its sockets have the numbers of the session's.
        if !self.may_call_now() {
            return;
        }
        let name = short_name(&call);
        let show = move |end| {
            self.outcomes.update(|outcomes| {
                outcomes.insert(socket, Outcome { call: name, end });
            });
        };
        show(End::Running);
        spawn_local(async move {
            match self.connection.call(call.clone()).await {
                Ok(answer) => {
                    let success = success(&call, &answer);
                    // A saved log that is shown by now has other sockets of these numbers.
                    if let Some(info) = success.info.as_ref().filter(|_| self.is_live_now()) {
                        self.sockets.update(|table| table.set_info((**info).clone()));
                    }
                    show(End::Done(success));
                    self.go_on(socket, name);
                    done();
                }
                Err(error) => show(End::Failed(error)),
            }
        });
    }

    /// Makes a socket, in a lab on that host, and chooses it; `failed` takes the error, for no card can show it.
    pub(crate) fn create(
        self,
        family: Family,
        r#type: SocketType,
        host: Option<String>,
        failed: impl Fn(Option<CallError>) + 'static,
    ) {
        if !self.may_call_now() {
            return;
        }
        failed(None);
        spawn_local(async move {
            match self.connection.call(SocketCreate { family, r#type, host }).await {
                Ok(answer) => {
                    let socket = answer.get("socket").and_then(Value::as_u64);
                    if let Some(socket) = socket.filter(|_| self.is_live_now()) {
                        self.selected.set(Some(socket as SocketId));
                        self.call.set(CallKind::Bind);
                        self.part.set(Part::Call);
                    }
                }
                Err(error) => failed(Some(error)),
            }
        });
    }

    /// Closes a socket from its card.
    pub(crate) fn close_socket(self, socket: SocketId) {
        self.perform(socket, SocketClose { socket, linger_s: None }.into());
    }

    /// Makes an arrangement's calls one after the other and stops at the first that ends in another way than it should.
    pub(crate) fn arrange(self, kind: Kind) {
        if !self.may_call_now() || matches!(self.progress.get_untracked(), Some(Progress::Running(_))) {
            return;
        }
        self.progress.set(Some(Progress::Running(kind)));
        spawn_local(async move {
            let hosts = untrack(|| self.lab_hosts()).into_iter().map(|host| host.name).collect();
            let mut runner = Runner::new(kind, hosts);
            // What an earlier one holds would hold this one, too. What the reader holds is held.
            if self.lab.arranged_hold.get_value() {
                self.lab.arranged_hold.set_value(false);
                self.connection.call(WireUnhold {}).await.ok(/* it goes on as it can */);
            }
            for step in kind.steps() {
                let Some(call) = runner.call(step) else { break };
                let name = short_name(&call);
                if let Some(waiting) = step.waiting() {
                    if let Some(socket) = runner.number(waiting) {
                        self.perform(socket, call);
                    }
                    continue;
                }
                match (self.connection.call(call).await, step.refusal()) {
                    (Ok(answer), _) => {
                        runner.learn(step, &answer);
                        if matches!(step, Step::HoldSyn(_)) {
                            self.lab.arranged_hold.set_value(true);
                        }
                    }
                    (Err(CallError::Fault(fault)), Some(errno))
                        if fault.data.errno.as_deref() == Some(errno) => {}
                    (Err(error), _) => {
                        self.progress.set(Some(Progress::Stopped(kind, name, error)));
                        return;
                    }
                }
            }
            if self.is_live_now() {
                if let Some(socket) = runner.number(kind.result()) {
                    self.selected.set(Some(socket));
                    self.call.set(if kind == Kind::Backlog { CallKind::Accept } else { CallKind::Send });
                }
                if kind.is_of_lab() {
                    self.view.set(View::Packets);
                }
                self.part.set(Part::Log);
            }
            self.progress.set(Some(Progress::Done(kind)));
        });
    }

    /// Closes the session, and opens a new one if wanted.
    pub(crate) fn end_session(self, ending: Ending) {
        if !self.may_call_now() {
            return;
        }
        spawn_local(async move {
            match self.connection.call(SessionClose {}).await {
                Ok(_) => self.connection.session_ends(),
                Err(error) if ending == Ending::Close => self.keep.failed.set(Some(error)),
                // A new one is opened all the same.
                Err(_) => {}
            }
            if ending != Ending::Close {
                self.start_new_session(ending == Ending::NewLab);
            }
        });
    }

    /// After a success the form moves on to the natural next call, but never away from sending and receiving.
    fn go_on(self, socket: SocketId, done: &'static str) {
        let moves_on = matches!(done, "bind" | "listen" | "connect");
        let still_there =
            self.selected.get_untracked() == Some(socket) && self.call.get_untracked().name() == done;
        if !moves_on || !still_there {
            return;
        }
        let next = match done {
            "listen" => CallKind::Accept,
            "connect" => CallKind::Send,
            _ => {
                match self.sockets.with_untracked(|table| table.get(socket).map(|view| view.is_datagram())) {
                    Some(true) => CallKind::Send,
                    _ => CallKind::Listen,
                }
            }
        };
        self.call.set(next);
    }
}
