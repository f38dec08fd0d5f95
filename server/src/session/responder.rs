//! Responders, made ready: payloads as bytes and regular expressions compiled.

use std::time::Duration;

use bytes::Bytes;
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use sockyard_protocol::responder::{Rule, When};
use sockyard_protocol::{Fault, Payload, Responder};

/// Largest compiled regular expression, in bytes.
const REGEX_BYTES: usize = 1 << 20;

/// A responder that can answer.
#[derive(Debug)]
pub(super) enum ReadyResponder {
    Echo,
    Discard,
    Rules(Vec<ReadyRule>),
}

#[derive(Debug)]
pub(super) struct ReadyRule {
    when: Condition,
    send: Option<Bytes>,
    delay: Duration,
    close: bool,
}

#[derive(Debug)]
enum Condition {
    Always,
    /// Searched for in steps that grow with the bytes alone, whatever peers and clients choose.
    Contains(Box<Finder<'static>>),
    Equals(Vec<u8>),
    Matches(Regex),
}

/// What is to be done about what came.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) delay: Duration,
    pub(super) bytes: Option<Bytes>,
    pub(super) close: bool,
}

impl ReadyResponder {
    /// # Errors
    /// Code 9 for a payload, `-32602` for a regular expression; both name the rule.
    pub(super) fn new(responder: &Responder) -> Result<ReadyResponder, Fault> {
        match responder {
            Responder::Echo {} => Ok(ReadyResponder::Echo),
            Responder::Discard {} => Ok(ReadyResponder::Discard),
            Responder::Rules { rules } => {
                let rules = rules.iter().enumerate().map(|(index, rule)| ready_rule(index, rule));
                rules.collect::<Result<_, _>>().map(ReadyResponder::Rules)
            }
        }
    }

    /// Whether it may send anything at all.
    pub(super) fn sends(&self) -> bool {
        !matches!(self, ReadyResponder::Discard)
    }

    /// What it does about these bytes; nothing where no rule fits.
    pub(super) fn reply(&self, came: &Bytes) -> Option<Reply> {
        match self {
            ReadyResponder::Echo => {
                Some(Reply { delay: Duration::ZERO, bytes: Some(came.clone()), close: false })
            }
            ReadyResponder::Discard => None,
            ReadyResponder::Rules(rules) => rules.iter().find(|rule| rule.when.fits(came)).map(|rule| {
                let ReadyRule { when: _, send, delay, close } = rule;
                Reply { delay: *delay, bytes: send.clone(), close: *close }
            }),
        }
    }
}

impl Condition {
    fn fits(&self, came: &[u8]) -> bool {
        match self {
            Condition::Always => true,
            Condition::Contains(part) => part.find(came).is_some(),
            Condition::Equals(whole) => came == whole.as_slice(),
            Condition::Matches(regex) => regex.is_match(came),
        }
    }
}

fn ready_rule(index: usize, rule: &Rule) -> Result<ReadyRule, Fault> {
    let Rule { when, send, delay_ms, close } = rule;
    let bytes = |field: &str, payload: &Payload| {
        payload
            .to_bytes()
            .map_err(|error| Fault::payload(format!("responder.rules[{index}].{field}: {error}")))
    };
    let when = match when {
        None => Condition::Always,
        Some(When::Contains(payload)) => {
            let part = bytes("when.contains", payload)?;
            Condition::Contains(Box::new(Finder::new(&part).into_owned()))
        }
        Some(When::Equals(payload)) => Condition::Equals(bytes("when.equals", payload)?),
        Some(When::Regex(text)) => {
            let regex = RegexBuilder::new(text).size_limit(REGEX_BYTES).build();
            Condition::Matches(regex.map_err(|error| {
                Fault::bad_params(&format!("responder.rules[{index}].when.regex"), &error.to_string())
            })?)
        }
    };
    let send = send.as_ref().map(|payload| bytes("send", payload)).transpose()?.map(Bytes::from);
    Ok(ReadyRule { when, send, delay: Duration::from_millis(*delay_ms), close: *close })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(json: &str) -> Result<ReadyResponder, Fault> {
        ReadyResponder::new(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let responder = ready(
            r#"{"kind":"rules","rules":[{"when":{"equals":"quit"},"close":true},{"when":{"contains":"PING"},"send":"PONG"},
                {"when":{"regex":"^\\d+$"},"send":{"hex":"00"},"delay_ms":7},{"when":{"contains":{"text":"漢","encoding":"gbk"}},"send":"gbk"}]}"#,
        )
        .unwrap();
        let check = |came: &[u8], expected: Option<(Option<&[u8]>, u64, bool)>| {
            let reply = responder.reply(&Bytes::copy_from_slice(came));
            let reply = reply.as_ref().map(|reply| {
                (reply.bytes.as_deref(), u64::try_from(reply.delay.as_millis()).unwrap(), reply.close)
            });
            assert_eq!(reply, expected, "{came:?}");
        };
        check(b"quit", Some((None, 0, true)));
        check(b"a PING b", Some((Some(b"PONG"), 0, false)));
        check(b"123", Some((Some(b"\0"), 7, false)));
        check(b"x\x9dh", Some((Some(b"gbk"), 0, false)));
        check(b"nothing", None);
    }

    #[test]
    fn a_part_is_found_soon_however_much_it_looks_like_the_rest() {
        let part = [&[b'a'; 30_000][..], b"b"].concat();
        let finder = Condition::Contains(Box::new(Finder::new(&part).into_owned()));
        let started = std::time::Instant::now();
        for _ in 0..20 {
            assert!(!finder.fits(&[b'a'; 65_536]));
        }
        assert!(finder.fits(&[&[b'a'; 35_000][..], b"b"].concat()));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert!(Condition::Contains(Box::new(Finder::new(b"").into_owned())).fits(b""));
    }

    #[test]
    fn what_cannot_be_made_ready_names_its_rule() {
        let check = |json: &str, code: i32, part: &str| {
            let fault = ready(json).unwrap_err();
            assert_eq!(fault.code, code);
            assert!(fault.data.hint.as_ref().unwrap().contains(part), "{:?}", fault.data.hint);
        };
        check(
            r#"{"kind":"rules","rules":[{},{"send":{"hex":"0"}}]}"#,
            9,
            "responder.rules[1].send: an odd number",
        );
        check(
            r#"{"kind":"rules","rules":[{"when":{"regex":"("}}]}"#,
            -32602,
            "responder.rules[0].when.regex",
        );
    }
}
