//! What the server answers by itself to what a streaming socket receives (section 5).

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};

use crate::Payload;

/// Most rules of one responder: each may be tried on every arrival.
pub const RULES_MAX: usize = 32;
/// Longest delay of an answer, in milliseconds.
pub const DELAY_MAX_MS: u64 = 60_000;

/// A responder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Responder {
    /// Sends back what came.
    Echo {},
    /// Takes what comes and answers nothing (RFC 863).
    Discard {},
    /// The first rule that fits answers.
    Rules {
        /// The rules, in the order in which they are tried.
        #[serde(deserialize_with = "rules")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = RULES_MAX)))]
        rules: Vec<Rule>,
    },
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// When it fits; left out always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// What it sends; left out nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Payload>,
    /// How long it waits first, in milliseconds. What comes meanwhile waits, too.
    #[serde(default, deserialize_with = "delay")]
    #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = DELAY_MAX_MS)))]
    pub delay_ms: u64,
    /// Whether it then closes the socket.
    #[serde(default)]
    pub close: bool,
}

/// When a rule fits, judged on what one `recv` returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// These bytes stand somewhere in it.
    Contains(Payload),
    /// It is these bytes.
    Equals(Payload),
    /// This regular expression matches somewhere in it, in the syntax of the `regex` crate over bytes.
    Regex(String),
}

/// From an array of objects: serde would take a rule from an array as well.
fn rules<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    let objects = Vec::<Map<String, Value>>::deserialize(deserializer)?;
    if objects.is_empty() || objects.len() > RULES_MAX {
        return Err(de::Error::custom(format_args!("{} rules are not from 1 to {RULES_MAX}", objects.len())));
    }
    let rule = |(index, object): (usize, Map<String, Value>)| {
        serde_json::from_value(object.into())
            .map_err(|error| de::Error::custom(format_args!("rules[{index}]: {error}")))
    };
    objects.into_iter().enumerate().map(rule).collect()
}

fn delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match u64::deserialize(deserializer)? {
        delay @ 0..=DELAY_MAX_MS => Ok(delay),
        delay => Err(de::Error::custom(format_args!("delay_ms: {delay} is over {DELAY_MAX_MS}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_responder_is_pinned() {
        let check = |json: &str, again: &str| {
            let responder: Responder =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(serde_json::to_string(&responder).unwrap(), again);
        };
        check(r#"{"kind":"echo"}"#, r#"{"kind":"echo"}"#);
        check(r#"{"kind":"discard"}"#, r#"{"kind":"discard"}"#);
        check(
            r#"{"kind":"rules","rules":[{"when":{"contains":"PING"},"send":"PONG","delay_ms":5,"close":true},{"when":{"equals":{"hex":"00"}}},{"when":{"regex":"^q"}},{}]}"#,
            r#"{"kind":"rules","rules":[{"when":{"contains":{"text":"PING"}},"send":{"text":"PONG"},"delay_ms":5,"close":true},{"when":{"equals":{"hex":"00"}},"delay_ms":0,"close":false},{"when":{"regex":"^q"},"delay_ms":0,"close":false},{"delay_ms":0,"close":false}]}"#,
        );
    }

    #[test]
    fn a_wrong_rule_is_named() {
        let check = |json: &str, part: &str| {
            let error = serde_json::from_str::<Responder>(json).expect_err(json).to_string();
            assert!(error.contains(part), "{json}: {error}");
        };
        check(r#"{"kind":"rules"}"#, "missing field `rules`");
        check(r#"{"kind":"rules","rules":[]}"#, "0 rules");
        check(r#"{"kind":"rules","rules":[{},["a"]]}"#, "invalid type");
        check(r#"{"kind":"rules","rules":[{"when":{"starts":"a"}}]}"#, "rules[0]: unknown variant");
        check(r#"{"kind":"rules","rules":[{},{"send":1}]}"#, "rules[1]");
        check(r#"{"kind":"rules","rules":[{"delay_ms":60001}]}"#, "60001 is over 60000");
        check(r#"{"kind":"echo","x":1}"#, "unknown field");
    }
}
