//! JSON schemas of every type on the wire, for the descriptions that a server serves of itself (section 10).
//!
//! Most are derived beside the types and repeat what serde reads. The types that read themselves have schemas of their
//! own below; tests hold them against the parsers.

mod options;
mod strings;

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::call::{Method, WATCH_MS_MAX, WATCH_MS_MIN};
use crate::event::{EventKind, EventKinds};
use crate::payload::{PAYLOAD_MAX, Payload};
use crate::rpc::{ID_MAX, Id};
use crate::wire::{MTU_MAX, MTU_MIN};

pub(crate) use options::{name as option_name, set as set_option, settable as settable_option};

/// Where both kinds of documents keep the schemas that others refer to.
const COMPONENTS: &str = "/components/schemas";

/// Every code of section 8.
const CODES: &[i32] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -32700, -32600, -32601, -32602, -32603];

/// The version of JSON Schema that a document speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// That of OpenAPI 3.1.
    Draft202012,
    /// That of AsyncAPI 3.0.
    Draft07,
}

/// Collects schemas for one document.
///
/// What a client writes and what a server writes are described apart: a field that may be left out in a request stands
/// in every answer.
#[derive(Debug)]
pub struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

/// The schemas of one method.
#[derive(Clone, Debug)]
pub struct MethodSchemas {
    /// The method's name.
    pub method: &'static str,
    /// What the method does: its doc comment.
    pub description: String,
    /// A reference to the schema of its parameters.
    pub params_ref: Schema,
    /// A reference to the schema of its result.
    pub result_ref: Schema,
}

impl Schemas {
    /// An empty collection.
    pub fn new(dialect: Dialect) -> Schemas {
        let generator = |settings: SchemaSettings| {
            let settings = settings.with(|settings| {
                settings.definitions_path = COMPONENTS.into();
                settings.meta_schema = None;
            });
            settings.with_transform(Bounded)
        };
        let settings = match dialect {
            Dialect::Draft202012 => SchemaSettings::draft2020_12,
            Dialect::Draft07 => SchemaSettings::draft07,
        };
        Schemas {
            requests: generator(settings()).into_generator(),
            answers: generator(settings().for_serialize()).into_generator(),
        }
    }

    /// A reference to the schema of something that clients write.
    pub fn request<T: JsonSchema>(&mut self) -> Schema {
        self.requests.subschema_for::<T>()
    }

    /// A reference to the schema of something that the server writes.
    pub fn answer<T: JsonSchema>(&mut self) -> Schema {
        self.answers.subschema_for::<T>()
    }

    /// The schemas of one method.
    pub(crate) fn method<M>(&mut self) -> MethodSchemas
    where
        M: Method<Answer: JsonSchema> + JsonSchema,
    {
        let params_ref = self.request::<M>();
        let described = M::json_schema(&mut self.requests);
        let description = described.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        MethodSchemas { method: M::NAME, description, params_ref, result_ref: self.answer::<M::Answer>() }
    }

    /// Every schema that was referred to, by name.
    pub fn into_components(mut self) -> Map<String, Value> {
        let mut components = self.answers.take_definitions(true);
        // Of a type that is in both, the schema for reading stays: it takes whatever is written, too.
        components.extend(self.requests.take_definitions(true));
        components
    }
}

/// Gives the whole numbers of Rust's wider types their bounds, which schemars leaves to `format`.
#[derive(Clone, Debug)]
pub struct Bounded;

impl Transform for Bounded {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let bounds = match schema.get("format").and_then(Value::as_str) {
            Some("uint32") => (json!(0), json!(u32::MAX)),
            Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
            Some("uint64" | "uint") => (json!(0), json!(u64::MAX)),
            _ => return,
        };
        if schema.get("minimum").is_none() {
            schema.insert("minimum".to_owned(), bounds.0);
        }
        if schema.get("maximum").is_none() {
            schema.insert("maximum".to_owned(), bounds.1);
        }
    }
}

/// Of [`crate::Fault::code`].
pub(crate) fn fault_code(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "enum": CODES})
}

/// Of the MTU in `wire.configure`.
pub(crate) fn mtu(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": ["integer", "null"],
        "anyOf": [{"const": 0}, {"minimum": MTU_MIN, "maximum": MTU_MAX}, {"type": "null"}],
    })
}

/// Of the time between two looks in `socket.watch`.
pub(crate) fn watch_ms(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "integer",
        "anyOf": [{"const": 0}, {"minimum": WATCH_MS_MIN, "maximum": WATCH_MS_MAX}],
    })
}

impl JsonSchema for Id {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": format!(
                "A request's `id`, returned as it came: a whole number, a string of at most {ID_MAX} bytes, or null."
            ),
            "anyOf": [
                {"type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX},
                {"type": "string", "maxLength": ID_MAX},
                {"type": "null"},
            ],
        })
    }
}

impl JsonSchema for EventKinds {
    fn schema_name() -> Cow<'static, str> {
        "EventKinds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A set of kinds of events, by name.",
            "type": "array",
            "items": {"type": "string", "enum": EventKind::NAMES},
        })
    }
}

impl JsonSchema for Payload {
    fn schema_name() -> Cow<'static, str> {
        "Payload".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let form = |title: &str, properties: Value, required: &[&str]| {
            json!({
                "title": title,
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        };
        let count = json!({
            "description": "How many.", "type": "integer", "minimum": 0, "maximum": PAYLOAD_MAX,
        });
        let text = json!({"description": "The text.", "type": "string", "maxLength": PAYLOAD_MAX});
        let encoding = json!({
            "description": "A label of the WHATWG Encoding Standard, such as `gbk` or `big5`; `utf-8` if left out.",
            "type": "string",
        });
        let hex = json!({
            "description": "Hexadecimal digits, two for each byte; white space is ignored.",
            "type": "string", "pattern": strings::hex(),
        });
        let base64 = json!({
            "description": "Base64 in the standard alphabet with padding (RFC 4648 section 4).",
            "type": "string", "pattern": strings::base64(),
        });
        let escaped = json!({
            "description":
                "Text with the escapes `\\r` `\\n` `\\t` `\\0` `\\\\`, `\\xHH` for one byte, `\\u{H…}` for one character.",
            "type": "string", "pattern": strings::escaped(),
        });
        let byte = json!({
            "description": "The byte as two hexadecimal digits.", "type": "string", "pattern": strings::hex_byte(),
        });
        json_schema!({
            "description": format!("Bytes in one of six forms, at most {PAYLOAD_MAX} of them (section 3)."),
            "anyOf": [
                {"title": "Text in UTF-8", "type": "string", "maxLength": PAYLOAD_MAX},
                form("Text in an encoding", json!({"text": text, "encoding": encoding}), &["text"]),
                form("Hexadecimal", json!({"hex": hex}), &["hex"]),
                form("Base64", json!({"base64": base64}), &["base64"]),
                form("Text with escapes", json!({"escaped": escaped}), &["escaped"]),
                form("Zero bytes", json!({"zeros": count}), &["zeros"]),
                form("One byte over and over", json!({"repeat": byte, "count": count}), &["repeat", "count"]),
            ],
        })
    }
}

#[cfg(test)]
mod tests;
