//! Errors in words: which explanation of the table belongs to a fault.

use sockyard_protocol::{Fault, FaultKind};

use crate::text::{Explained, Text, later};

/// The name under which people look an error up: the errno, or the kind where the kernel was not asked.
pub fn name(fault: &Fault) -> &str {
    match (&fault.data.errno, fault.data.kind) {
        (Some(errno), _) => errno,
        (None, kind) => kind_name(kind),
    }
}

/// The explanation of a fault; an errno that nobody expected has none.
pub fn explain<'a>(fault: &Fault, text: &'a later::Text) -> Option<&'a Explained> {
    text.explanations.get(known_name(fault))
}

/// The error in a few words, in the reader's language as far as the table goes.
pub fn title(fault: &Fault, text: &Text) -> String {
    match text.errors.get(known_name(fault)) {
        // A quota's message carries its number, a protocol error's what was wrong.
        Some(title) if !matches!(fault.data.kind, FaultKind::Quota | FaultKind::Protocol) => title.to_owned(),
        _ => fault.message.clone(),
    }
}

/// The name that the tables have for a fault.
fn known_name(fault: &Fault) -> &str {
    match name(fault) {
        // The same number on Linux, and POSIX allows both names.
        "EWOULDBLOCK" => "EAGAIN",
        "ENOTSUP" => "EOPNOTSUPP",
        name => name,
    }
}

fn kind_name(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Os => "os",
        FaultKind::Denied => "denied",
        FaultKind::NoSuchSocket => "no_such_socket",
        FaultKind::Timeout => "timeout",
        FaultKind::Cancelled => "cancelled",
        FaultKind::Quota => "quota",
        FaultKind::NoSuchSession => "no_such_session",
        FaultKind::Unauthorized => "unauthorized",
        FaultKind::Payload => "payload",
        FaultKind::NoSuchShare => "no_such_share",
        FaultKind::Protocol => "protocol",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn every_kind_but_the_kernels_own_is_explained() {
        let faults = [
            Fault::denied("connect", "loopback", "not allowed"),
            Fault::no_such_socket(3),
            Fault::timeout("recv"),
            Fault::cancelled("recv"),
            Fault::quota("sockets", 64),
            Fault::no_such_session(),
            Fault::unauthorized(),
            Fault::payload("gbk has no '🙂'"),
            Fault::no_such_share(),
            Fault::internal(),
            Fault::os("bind", "EADDRINUSE", "address already in use"),
            Fault::os("send", "EWOULDBLOCK", "try again"),
        ];
        for language in Language::ALL {
            for fault in &faults {
                assert!(explain(fault, language.later()).is_some(), "{fault:?}");
            }
        }
    }

    #[test]
    fn an_errno_that_nobody_expected_keeps_the_servers_words() {
        let fault = Fault::os("bind", "EXDEV", "cross-device link");
        assert!(explain(&fault, Language::English.later()).is_none());
        assert_eq!(title(&fault, Language::English.text()), "cross-device link");
    }
}
