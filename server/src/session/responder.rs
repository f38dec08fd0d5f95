//! Responders, made ready: payloads as bytes and regular expressions compiled.

use std::time::{Duration, Instant};

use bytes::Bytes;
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use sockyard_protocol::responder::{Rule, When};
use sockyard_protocol::{Fault, Payload, Responder};
use tokio::task::{spawn_blocking, yield_now};

/// Largest compiled regular expression, in bytes: room for a handful of `\w`, each of which is all of Unicode's letters. A
/// match takes steps by this times the length of what came.
const REGEX_BYTES: usize = 256 * 1024;
/// More bytes than this are matched on a thread of their own: the worst expression would hold up every connection of
/// its own thread for half a second.
const MATCHED_HERE: usize = 2 * 1024;
/// Rules that took this long together let others go first.
const LONG: Duration = Duration::from_millis(1);

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
    pub(super) async fn reply(&self, came: &Bytes) -> Option<Reply> {
        match self {
            ReadyResponder::Echo => {
                Some(Reply { delay: Duration::ZERO, bytes: Some(came.clone()), close: false })
            }
            ReadyResponder::Discard => None,
            ReadyResponder::Rules(rules) => {
                let ReadyRule { when: _, send, delay, close } = first_that_fits(rules, came).await?;
                Some(Reply { delay: *delay, bytes: send.clone(), close: *close })
            }
        }
    }
}

async fn first_that_fits<'a>(rules: &'a [ReadyRule], came: &Bytes) -> Option<&'a ReadyRule> {
    let mut since = Instant::now();
    for rule in rules {
        let fits = match &rule.when {
            Condition::Matches(regex) if came.len() > MATCHED_HERE => {
                let (regex, came) = (regex.clone(), came.clone());
                spawn_blocking(move || regex.is_match(&came))
                    .await
                    .unwrap_or(false /* the server is going down */)
            }
            when => when.fits(came),
        };
        if fits {
            return Some(rule);
        }
        if since.elapsed() >= LONG {
            yield_now().await;
            since = Instant::now();
        }
    }
    None
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

    #[tokio::test]
    async fn the_first_rule_that_fits_answers() {
        let responder = ready(
            r#"{"kind":"rules","rules":[{"when":{"equals":"quit"},"close":true},{"when":{"contains":"PING"},"send":"PONG"},
                {"when":{"regex":"^\\d+$"},"send":{"hex":"00"},"delay_ms":7},{"when":{"contains":{"text":"漢","encoding":"gbk"}},"send":"gbk"}]}"#,
        )
        .unwrap();
        let check = async |came: &[u8], expected: Option<(Option<&[u8]>, u64, bool)>| {
            let reply = responder.reply(&Bytes::copy_from_slice(came)).await;
            let reply = reply.as_ref().map(|reply| {
                (reply.bytes.as_deref(), u64::try_from(reply.delay.as_millis()).unwrap(), reply.close)
            });
            assert_eq!(reply, expected, "{came:?}");
        };
        check(b"quit", Some((None, 0, true))).await;
        check(b"a PING b", Some((Some(b"PONG"), 0, false))).await;
        check(b"123", Some((Some(b"\0"), 7, false))).await;
        check(&[b'1'; 10_000], Some((Some(b"\0"), 7, false))).await;
        check(b"x\x9dh", Some((Some(b"gbk"), 0, false))).await;
        check(b"nothing", None).await;
        check(&[b'x'; 10_000], None).await;
    }

    #[test]
    fn a_costly_expression_leaves_others_their_turn() {
        // The one thread for such work is taken: whoever matched on the session's own would be done at once all the same.
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (release, released) = std::sync::mpsc::channel::<()>();
            let taken = spawn_blocking(move || released.recv());
            let responder = ready(r#"{"kind":"rules","rules":[{"when":{"regex":"(?:a?){400}b"}}]}"#).unwrap();
            let came = Bytes::from(vec![b'a'; 60_000]);
            let mut reply = std::pin::pin!(responder.reply(&came));
            assert!(futures_util::poll!(reply.as_mut()).is_pending());
            release.send(()).unwrap();
            assert!(reply.await.is_none());
            taken.await.unwrap().unwrap();
        });
    }

    #[test]
    fn usual_expressions_are_small_enough_and_huge_ones_are_refused() {
        let regex =
            |regex: &str| ready(&format!(r#"{{"kind":"rules","rules":[{{"when":{{"regex":"{regex}"}}}}]}}"#));
        regex(r"^[\\w.]+@[\\w.]+\\.\\w+$").unwrap();
        let hint = regex("(?:a?){100000}b").unwrap_err().data.hint.unwrap();
        assert!(hint.starts_with("responder.rules[0].when.regex: "), "{hint}");
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
