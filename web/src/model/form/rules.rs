//! The rules of a responder as they are edited: what stands in each field, and the rules that come of it.

use serde::{Deserialize, Serialize};
use sockyard_protocol::Payload;
use sockyard_protocol::responder::{DELAY_MAX_MS, Rule, When};

use crate::model::mistake::{self, Mistake};
use crate::model::payload::{escape, hex};

/// Most rules that a responder has.
pub use sockyard_protocol::responder::RULES_MAX;

/// A rule as it stands in the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleDraft {
    /// When it fits: `always`, `contains`, `equals` or `regex`.
    pub when: String,
    /// What is looked for.
    pub pattern: String,
    /// What it sends; blank nothing.
    pub send: String,
    /// How the bytes of both are entered: `escaped` or `hex`.
    pub form: String,
    /// How long it waits first, in milliseconds.
    pub delay_ms: String,
    /// Whether it then closes the socket.
    pub close: bool,
}

impl Default for RuleDraft {
    fn default() -> RuleDraft {
        RuleDraft {
            when: "contains".into(),
            pattern: "PING".into(),
            send: "PONG\\n".into(),
            form: "escaped".into(),
            delay_ms: "0".into(),
            close: false,
        }
    }
}

/// Reads the rules as the form keeps them.
pub fn read(entry: &str) -> Vec<RuleDraft> {
    serde_json::from_str(entry).unwrap_or_default()
}

/// What the form keeps.
pub fn write(rules: &[RuleDraft]) -> String {
    serde_json::to_string(rules).unwrap_or_default()
}

/// The rules of a responder that is in force, for the form.
pub fn drafts(rules: &[Rule]) -> Vec<RuleDraft> {
    rules.iter().map(draft).collect()
}

fn draft(rule: &Rule) -> RuleDraft {
    let (when, pattern) = match &rule.when {
        None => ("always", Entered::default()),
        Some(When::Contains(payload)) => ("contains", entered(payload)),
        Some(When::Equals(payload)) => ("equals", entered(payload)),
        Some(When::Regex(regex)) => ("regex", Entered { escaped: regex.clone(), ..Entered::default() }),
    };
    let send = rule.send.as_ref().map(entered).unwrap_or_default();
    // Both are shown in one form: as text where both are. A regular expression is text whatever is sent.
    let is_text = !pattern.is_binary && !send.is_binary;
    let show = |entered: Entered| if is_text { entered.escaped } else { hex(&entered.bytes) };
    RuleDraft {
        when: when.to_owned(),
        pattern: match when {
            "regex" => pattern.escaped,
            _ => show(pattern),
        },
        send: show(send),
        form: if is_text { "escaped" } else { "hex" }.to_owned(),
        delay_ms: rule.delay_ms.to_string(),
        close: rule.close,
    }
}

/// A payload for a field: as escaped text, and the bytes of it for hex.
#[derive(Default)]
struct Entered {
    escaped: String,
    bytes: Vec<u8>,
    /// It is no text, and can be shown in hex alone.
    is_binary: bool,
}

fn entered(payload: &Payload) -> Entered {
    let bytes = payload.to_bytes().unwrap_or_default();
    match payload {
        // As it was written.
        Payload::Escaped { escaped } => Entered { escaped: escaped.clone(), bytes, is_binary: false },
        _ => Entered { escaped: escape(&bytes), is_binary: std::str::from_utf8(&bytes).is_err(), bytes },
    }
}

/// The rules, or what is wrong with the first wrong one.
pub fn build(entry: &str) -> Result<Vec<Rule>, Mistake> {
    let drafts = read(entry);
    if drafts.is_empty() || drafts.len() > RULES_MAX {
        return Err(Mistake::NotInRange(1, RULES_MAX as i64));
    }
    let rule = |(index, draft): (usize, &RuleDraft)| {
        rule(draft).map_err(|mistake| Mistake::InRule(index + 1, Box::new(mistake)))
    };
    drafts.iter().enumerate().map(rule).collect()
}

fn rule(draft: &RuleDraft) -> Result<Rule, Mistake> {
    let payload = |entry: &str| {
        let payload = match draft.form.as_str() {
            "hex" => Payload::Hex { hex: entry.to_owned() },
            _ => Payload::Escaped { escaped: entry.to_owned() },
        };
        mistake::payload(&payload).map(|_| payload)
    };
    let pattern = || match draft.pattern.is_empty() {
        true => Err(Mistake::Empty),
        false => payload(&draft.pattern),
    };
    let when = match draft.when.as_str() {
        "contains" => Some(When::Contains(pattern()?)),
        "equals" => Some(When::Equals(pattern()?)),
        "regex" if draft.pattern.is_empty() => return Err(Mistake::Empty),
        // Whether it is a regular expression the server says, which runs it.
        "regex" => Some(When::Regex(draft.pattern.clone())),
        _ => None,
    };
    let send = if draft.send.is_empty() { None } else { Some(payload(&draft.send)?) };
    let delay_ms = match draft.delay_ms.trim() {
        "" => 0,
        delay => match delay.parse() {
            Ok(delay) if delay <= DELAY_MAX_MS => delay,
            _ => return Err(Mistake::NotInRange(0, DELAY_MAX_MS as i64)),
        },
    };
    Ok(Rule { when, send, delay_ms, close: draft.close })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_in_force_are_edited_and_come_out_as_they_were() {
        let rules = vec![
            Rule {
                when: Some(When::Contains(Payload::Escaped { escaped: "PING".into() })),
                send: Some(Payload::Escaped { escaped: "PONG\\r\\n".into() }),
                delay_ms: 5,
                close: true,
            },
            Rule {
                when: Some(When::Equals(Payload::Hex { hex: "ff 00".into() })),
                send: Some(Payload::Hex { hex: "68 69".into() }),
                delay_ms: 0,
                close: false,
            },
            Rule { when: Some(When::Regex("^q".into())), send: None, delay_ms: 0, close: true },
            Rule { when: None, send: None, delay_ms: 0, close: false },
        ];
        assert_eq!(build(&write(&drafts(&rules))).unwrap(), rules);
    }

    #[test]
    fn both_sides_keep_their_bytes_where_one_of_them_is_no_text() {
        let hex = |hex: &str| Payload::Hex { hex: hex.into() };
        for (pattern, send) in [
            (hex("0a"), hex("ff")),
            (Payload::Escaped { escaped: "PING\\n".into() }, hex("ff")),
            (hex("ff"), Payload::Escaped { escaped: "\\\\".into() }),
        ] {
            let rule = Rule {
                when: Some(When::Contains(pattern.clone())),
                send: Some(send.clone()),
                delay_ms: 0,
                close: false,
            };
            let again = build(&write(&drafts(&[rule]))).unwrap().remove(0);
            let Some(When::Contains(shown)) = again.when else { panic!("{again:?}") };
            assert_eq!(shown.to_bytes().unwrap(), pattern.to_bytes().unwrap());
            assert_eq!(again.send.unwrap().to_bytes().unwrap(), send.to_bytes().unwrap());
        }
    }

    #[test]
    fn a_wrong_rule_is_named_by_its_place() {
        let wrong = |change: fn(&mut RuleDraft)| {
            let mut rule = RuleDraft::default();
            change(&mut rule);
            build(&write(&[RuleDraft::default(), rule])).unwrap_err()
        };
        let second = |mistake| Mistake::InRule(2, Box::new(mistake));
        assert_eq!(wrong(|rule| rule.pattern.clear()), second(Mistake::Empty));
        assert_eq!(wrong(|rule| rule.send = "\\q".into()), second(Mistake::BadEscape(1)));
        assert_eq!(wrong(|rule| rule.delay_ms = "60001".into()), second(Mistake::NotInRange(0, 60_000)));
        assert_eq!(build("[]"), Err(Mistake::NotInRange(1, 32)));
    }
}
