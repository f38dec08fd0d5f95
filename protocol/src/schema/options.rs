//! Socket options by name, with the values that each takes.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::strings;
use crate::call::{CONGESTIONS, OPTION_NAMES};

/// Options that can only be read.
const READ_ONLY: &[&str] = &["error"];
/// Options that can only be set.
const WRITE_ONLY: &[&str] = &["join_multicast", "leave_multicast"];

/// The values that an option takes; none for a name that is not known here.
fn value(name: &str) -> Option<Value> {
    let number = |most: i64| json!({"type": "integer", "minimum": 0, "maximum": most});
    let int = number(i32::MAX.into());
    Some(match name {
        "reuse_address" | "reuse_port" | "broadcast" | "keepalive" | "no_delay" | "ipv6_only"
        | "oob_inline" | "multicast_loop" => json!({"type": "boolean"}),
        "join_multicast" | "leave_multicast" => json!({
            "description": "A group's address without a port.",
            "type": "string", "pattern": strings::group(), "examples": ["239.1.2.3", "ff11::1"],
        }),
        "keepalive_idle_s" | "keepalive_interval_s" => number(65_535),
        "linger_s" => json!({"type": ["integer", "null"], "minimum": 0, "maximum": 65_535}),
        "congestion" => json!({
            "description": "How TCP reacts to loss: what the kernel has of these.", "enum": CONGESTIONS,
        }),
        "ttl" | "tos" | "multicast_ttl" => number(255),
        "keepalive_count" | "receive_buffer" | "send_buffer" | "user_timeout_ms" => int,
        _ => return None,
    })
}

/// Of the name in `socket.get_option`.
pub(crate) fn name(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = OPTION_NAMES.iter().filter(|name| !WRITE_ONLY.contains(name)).collect();
    json_schema!({"type": "string", "enum": names})
}

/// Of the name in `socket.set_option`.
pub(crate) fn settable(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": settable_names()})
}

/// Of `socket.set_option`: which values go with which names.
pub(crate) fn set(schema: &mut Schema) {
    let mut kinds: Vec<(Value, Vec<&str>)> = Vec::new();
    for name in settable_names() {
        let Some(value) = value(name) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == value) {
            Some((_, names)) => names.push(name),
            None => kinds.push((value, vec![name])),
        }
    }
    let forms: Vec<Value> = kinds
        .into_iter()
        .map(|(value, names)| json!({"properties": {"name": {"enum": names}, "value": value}}))
        .collect();
    schema.insert("anyOf".to_owned(), forms.into());
}

fn settable_names() -> Vec<&'static str> {
    OPTION_NAMES.iter().copied().filter(|name| !READ_ONLY.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_that_can_be_set_says_which_values_it_takes() {
        for name in settable_names() {
            assert!(value(name).is_some(), "{name}");
        }
        for name in READ_ONLY.iter().chain(WRITE_ONLY) {
            assert!(OPTION_NAMES.contains(name), "{name}");
        }
    }
}
