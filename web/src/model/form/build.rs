//! From the entries of a form to the call.

use serde_json::Value;
use sockyard_protocol::call::{
    POLL_MAX, PollFor, RECV_MAX, RecvFlag, SendFlag, SocketAccept, SocketBind, SocketClose, SocketConfigure,
    SocketConnect, SocketInfoCall, SocketListen, SocketPoll, SocketRecv, SocketSend, SocketSetOption,
    SocketShutdown,
};
use sockyard_protocol::payload::PAYLOAD_MAX;
use sockyard_protocol::{Call, Mode, Payload, Responder, ShutdownHow};

use super::option::{self, OptionKind};
use super::{CallKind, Draft, Field, rules};
use crate::model::mistake::{self, Mistake};
use crate::model::payload::Entered;
use crate::model::sockets::SocketView;

/// A call ready to be made, or every mistake that stands against it.
pub type Built = Result<Call, Vec<(Field, Mistake)>>;

/// The same call with another payload in place of the one that stands in the form.
pub fn build_with(draft: &Draft, socket: &SocketView, payload: &Entered) -> Built {
    let mut draft = draft.clone();
    for (field, value) in
        [(Field::Data, &payload.data), (Field::DataForm, &payload.form), (Field::Encoding, &payload.encoding)]
    {
        draft.set(CallKind::Send, field, value.clone());
    }
    build(CallKind::Send, &draft, socket)
}

/// Reads a form.
pub fn build(kind: CallKind, draft: &Draft, socket: &SocketView) -> Built {
    let form = Form { kind, draft, socket };
    let number = socket.socket;
    let mut wrong = Vec::new();
    let call = match kind {
        CallKind::Bind => form
            .address(Field::Address, &mut wrong)
            .map(|address| SocketBind { socket: number, address }.into()),
        CallKind::Listen => {
            let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
            form.number(Field::Backlog, least, most, &mut wrong)
                .map(|backlog| SocketListen { socket: number, backlog: backlog as i32 }.into())
        }
        CallKind::Accept => {
            form.timeout(&mut wrong).map(|timeout_ms| SocketAccept { socket: number, timeout_ms }.into())
        }
        CallKind::Connect => {
            let address = form.address(Field::Address, &mut wrong);
            let timeout = form.timeout(&mut wrong);
            address
                .zip(timeout)
                .map(|(address, timeout_ms)| SocketConnect { socket: number, address, timeout_ms }.into())
        }
        CallKind::Send => form.send(&mut wrong),
        CallKind::Recv => {
            let max = form.number(Field::Max, 1, RECV_MAX as i64, &mut wrong);
            let timeout = form.timeout(&mut wrong);
            let mut flags = Vec::new();
            for (field, flag) in [
                (Field::FlagPeek, RecvFlag::Peek),
                (Field::FlagOob, RecvFlag::Oob),
                (Field::FlagWaitall, RecvFlag::Waitall),
            ] {
                if form.is_set(field) {
                    flags.push(flag);
                }
            }
            max.zip(timeout).map(|(max, timeout_ms)| {
                SocketRecv { socket: number, max: max as usize, flags, timeout_ms }.into()
            })
        }
        CallKind::Shutdown => {
            let how = match form.entry(Field::How).as_str() {
                "read" => ShutdownHow::Read,
                "both" => ShutdownHow::Both,
                _ => ShutdownHow::Write,
            };
            Some(SocketShutdown { socket: number, how }.into())
        }
        CallKind::Close => match form.entry(Field::Linger).trim() {
            "" => Some(SocketClose { socket: number, linger_s: None }.into()),
            _ => form
                .number(Field::Linger, 0, i64::from(u16::MAX), &mut wrong)
                .map(|linger| SocketClose { socket: number, linger_s: Some(linger as u16) }.into()),
        },
        CallKind::Options => form
            .option_value(&mut wrong)
            .map(|value| SocketSetOption { socket: number, name: form.entry(Field::Option), value }.into()),
        CallKind::Configure => form.configure(&mut wrong),
        CallKind::Poll => form.poll(&mut wrong),
        CallKind::Info => Some(SocketInfoCall { socket: number }.into()),
    };
    match call {
        Some(call) if wrong.is_empty() => Ok(call),
        _ => Err(wrong),
    }
}

/// The payload that the entries of a `send` stand for.
pub fn payload_of(draft: &Draft, socket: &SocketView) -> Result<Payload, Mistake> {
    let entry = |field| draft.get(CallKind::Send, field, socket);
    let data = entry(Field::Data);
    let payload = match entry(Field::DataForm).as_str() {
        "hex" => Payload::Hex { hex: data },
        "escaped" => Payload::Escaped { escaped: data },
        "zeros" if data.trim().is_empty() => return Err(Mistake::Empty),
        "zeros" => Payload::Zeros {
            zeros: data.trim().parse().map_err(|_| Mistake::NotInRange(0, PAYLOAD_MAX as i64))?,
        },
        _ => {
            let encoding = entry(Field::Encoding);
            let encoding = (encoding != "utf-8").then_some(encoding);
            Payload::Text { text: data, encoding }
        }
    };
    // Only the server has the tables of the legacy encodings; it names a character that one of them lacks.
    if !matches!(payload, Payload::Text { encoding: Some(_), .. }) {
        mistake::payload(&payload)?;
    }
    Ok(payload)
}

struct Form<'a> {
    kind: CallKind,
    draft: &'a Draft,
    socket: &'a SocketView,
}

type Wrong = Vec<(Field, Mistake)>;

impl Form<'_> {
    fn entry(&self, field: Field) -> String {
        self.draft.get(self.kind, field, self.socket)
    }

    /// Whether a flag is set that the form shows.
    fn is_set(&self, field: Field) -> bool {
        self.kind.flags(self.socket.is_datagram()).contains(&field) && self.entry(field) == "true"
    }

    fn address(&self, field: Field, wrong: &mut Wrong) -> Option<sockyard_protocol::Address> {
        mistake::address(&self.entry(field)).map_err(|mistake| wrong.push((field, mistake))).ok()
    }

    fn number(&self, field: Field, least: i64, most: i64, wrong: &mut Wrong) -> Option<i64> {
        match self.entry(field).trim().parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Some(number),
            _ => {
                wrong.push((field, Mistake::NotInRange(least, most)));
                None
            }
        }
    }

    /// The outer option is about a mistake, the inner one about waiting for ever.
    fn timeout(&self, wrong: &mut Wrong) -> Option<Option<u64>> {
        let entry = self.entry(Field::Timeout);
        if entry.trim().is_empty() {
            return Some(None);
        }
        // A day is longer than anybody watches a call, and far from overflow.
        match entry.trim().parse::<f64>() {
            Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => {
                Some(Some((seconds * 1000.0).round() as u64))
            }
            _ => {
                wrong.push((Field::Timeout, Mistake::NotSeconds));
                None
            }
        }
    }

    fn send(&self, wrong: &mut Wrong) -> Option<Call> {
        let data =
            payload_of(self.draft, self.socket).map_err(|mistake| wrong.push((Field::Data, mistake))).ok();
        let to = match self.entry(Field::To).trim() {
            // A datagram socket that is connected needs no destination, and one that is not gets the
            // kernel's EDESTADDRREQ or ENOTCONN: that is its lesson.
            "" => Some(None),
            _ if !self.socket.is_datagram() => Some(None),
            _ => self.address(Field::To, wrong).map(Some),
        };
        let timeout = self.timeout(wrong);
        let flags = if self.is_set(Field::FlagOob) { vec![SendFlag::Oob] } else { Vec::new() };
        let ((data, to), timeout_ms) = data.zip(to).zip(timeout)?;
        Some(SocketSend { socket: self.socket.socket, data, to, flags, timeout_ms }.into())
    }

    fn option_value(&self, wrong: &mut Wrong) -> Option<Value> {
        let entry = self.entry(Field::OptionValue);
        let entry = entry.trim();
        if entry.is_empty() {
            wrong.push((Field::OptionValue, Mistake::Empty));
            return None;
        }
        let number = |wrong: &mut Wrong| {
            let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
            self.number(Field::OptionValue, least, most, wrong).map(Value::from)
        };
        match (option::kind(&self.entry(Field::Option)), entry) {
            (OptionKind::Flag, entry) => Some(Value::Bool(entry == "true")),
            (OptionKind::SecondsOrOff, "off") => Some(Value::Null),
            (OptionKind::Group | OptionKind::Congestion, entry) => Some(Value::String(entry.to_owned())),
            _ => number(wrong),
        }
    }

    fn poll(&self, wrong: &mut Wrong) -> Option<Call> {
        let sockets: Vec<_> = self
            .entry(Field::PollSockets)
            .split(',')
            .filter_map(|number| number.trim().parse().ok())
            .collect();
        if sockets.is_empty() {
            wrong.push((Field::PollSockets, Mistake::Empty));
        } else if sockets.len() > POLL_MAX {
            wrong.push((Field::PollSockets, Mistake::NotInRange(1, POLL_MAX as i64)));
        }
        let r#for = match self.entry(Field::PollFor).as_str() {
            "read" => vec![PollFor::Read],
            "write" => vec![PollFor::Write],
            _ => vec![PollFor::Read, PollFor::Write],
        };
        let timeout_ms = self.timeout(wrong)?;
        Some(SocketPoll { sockets, r#for, timeout_ms }.into())
    }

    fn configure(&self, wrong: &mut Wrong) -> Option<Call> {
        let mode = |field| if self.entry(field) == "stream" { Mode::Stream } else { Mode::Manual };
        let responder = match self.entry(Field::Responder).as_str() {
            "echo" => Some(Responder::Echo {}),
            "discard" => Some(Responder::Discard {}),
            "rules" => match rules::build(&self.entry(Field::Rules)) {
                Ok(rules) => Some(Responder::Rules { rules }),
                Err(mistake) => {
                    wrong.push((Field::Rules, mistake));
                    return None;
                }
            },
            _ => None,
        };
        let call = SocketConfigure {
            socket: self.socket.socket,
            receive: Some(mode(Field::Receive)),
            accept: Some(mode(Field::Accept)),
            responder: Some(responder),
        };
        Some(call.into())
    }
}
