//! The AsyncAPI 3.0 document of the WebSocket, from the table of calls and the wire types.
//!
//! It speaks for the server: what a client sends the server "receives".

use serde_json::{Map, Value, json};
use sockyard_protocol::info::SocketsChanged;
use sockyard_protocol::rpc::{BATCH_MAX, Id};
use sockyard_protocol::schema::{Dialect, MethodSchemas, Schemas};
use sockyard_protocol::wire::PacketsTold;
use sockyard_protocol::{Call, Event, Fault, Hello, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX};

use super::examples;
use crate::api::ws::{CLOSE_CODES, Parameters};

const ABOUT: &str = "\
The sockets API of a machine over one WebSocket: JSON-RPC 2.0 in text messages, one request for each call. The kernel \
answers: what it refuses comes back as its errno. The same sessions can be used over REST, which `/api/v1/openapi.json` \
describes.\n\n\
A request without `id` is a notification: it gets no answer, and its failure shows only as a `failed` event. Several \
requests may be sent as one array; their answers come as one array, too. Calls that wait hold up no other call.";

const CHANNEL_ABOUT: &str = "\
The first message is `session.hello`. From then on every line of the session's log is pushed as `events`. A session \
outlives its connection by the grace time, and a client that comes back with `session`, `token` and `after` misses nothing.\n\n\
The server wants its owner's token to open a session: as `Authorization: Bearer TOKEN`, or from a browser, which can set no \
header, as a second offered subprotocol. To resume a session its own token in the query is enough. With the token of one of \
its shares the connection may only look; `access` in `session.hello` says so.";

/// The document's messages, as they are put together.
#[derive(Default)]
struct Messages(Map<String, Value>);

impl Messages {
    /// Adds one and returns its name.
    fn add(&mut self, name: &str, title: &str, payload: Value, examples: Vec<Value>) -> String {
        let examples: Vec<Value> = examples.into_iter().map(|payload| json!({"payload": payload})).collect();
        let message = json!({
            "name": name, "title": title, "contentType": "application/json", "payload": payload, "examples": examples,
        });
        self.0.insert(name.to_owned(), message);
        name.to_owned()
    }
}

/// The document.
pub(super) fn document() -> Value {
    let mut schemas = Schemas::new(Dialect::Draft07);
    let methods = Call::schemas(&mut schemas);
    let id = schemas.request::<Id>().to_value();
    let mut messages = Messages::default();
    let mut operations = Map::new();

    let failure = envelope(&[("id", id.clone()), ("error", schemas.answer::<Fault>().to_value())]);
    let failed = json!({"jsonrpc": "2.0", "id": 7, "error": Fault::no_such_socket(9)});
    let error = messages.add("error", "A call has failed", failure, vec![failed]);
    for method in &methods {
        let (request, result) = call(&mut messages, method, &id);
        let (summary, description) =
            method.description.split_once("\n\n").unwrap_or((&method.description, &method.description));
        operations.insert(
            method.method.to_owned(),
            json!({
                "action": "receive",
                "channel": channel(),
                "title": method.method,
                "summary": summary.trim_end_matches('.'),
                "description": description,
                "messages": [in_channel(&request)],
                "reply": {"channel": channel(), "messages": [in_channel(&result), in_channel(&error)]},
            }),
        );
    }
    batches(&mut messages, &mut operations, &methods);
    notifications(&mut messages, &mut operations, &mut schemas);
    frames(&mut messages, &mut operations);
    let in_channel: Map<String, Value> = messages
        .0
        .keys()
        .map(|name| (name.clone(), json!({"$ref": format!("#/components/messages/{name}")})))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sockyard",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"this": {
            "host": "{authority}",
            "protocol": "ws",
            "description": "This server",
            "variables": {"authority": {
                "description": "Where the server listens.", "default": "127.0.0.1:7410",
            }},
            "security": [
                {"$ref": "#/components/securitySchemes/ownersToken"},
                {"$ref": "#/components/securitySchemes/ownersSubprotocol"},
                {"$ref": "#/components/securitySchemes/sessionsToken"},
            ],
        }},
        "channels": {"session": session_channel(in_channel)},
        "operations": operations,
        "components": {
            "messages": messages.0,
            "schemas": schemas.into_components(),
            "securitySchemes": {
                "ownersToken": {
                    "type": "http", "scheme": "bearer",
                    "description": "The server's token: what stands behind `#token=` in the address that it prints.",
                },
                "ownersSubprotocol": {
                    "type": "httpApiKey", "in": "header", "name": "Sec-WebSocket-Protocol",
                    "description": format!("The same behind `{TOKEN_SUBPROTOCOL_PREFIX}`, as a second offered subprotocol."),
                },
                "sessionsToken": {
                    "type": "httpApiKey", "in": "query", "name": "token",
                    "description": "A session's own token, with its id in `session`: comes back to that session.",
                },
            },
        },
    })
}

fn session_channel(messages: Map<String, Value>) -> Value {
    let query = schemars::generate::SchemaSettings::draft07()
        .with(|settings| (settings.inline_subschemas, settings.meta_schema) = (true, None))
        .into_generator()
        .into_root_schema_for::<Parameters>();
    let offered = json!({
        "description": format!(
            "`{SUBPROTOCOL}` is selected when it is offered. A browser puts the owner's token behind it: \
             `{SUBPROTOCOL}, {TOKEN_SUBPROTOCOL_PREFIX}TOKEN`."
        ),
        "type": "string",
    });
    let headers = json!({"type": "object", "properties": {"Sec-WebSocket-Protocol": offered}});
    let codes: Map<String, Value> =
        CLOSE_CODES.iter().map(|(code, why)| (code.to_string(), Value::from(*why))).collect();
    json!({
        "address": "/api/v1/ws",
        "title": "One connection to one session",
        "description": CHANNEL_ABOUT,
        "messages": messages,
        "bindings": {"ws": {"method": "GET", "query": query, "headers": headers, "bindingVersion": "0.1.0"}},
        "x-close-codes": codes,
    })
}

/// The messages of one method: its request's name and its result's.
fn call(messages: &mut Messages, method: &MethodSchemas, id: &Value) -> (String, String) {
    let MethodSchemas { method, description: _, params_ref, result_ref } = method;
    let mut request = envelope(&[
        ("method", json!({"const": method})),
        ("id", id.clone()),
        ("params", params_ref.clone().to_value()),
    ]);
    let example = examples::of(method);
    let needs_params = example
        .as_ref()
        .is_some_and(|example| example.params.as_object().is_some_and(|params| !params.is_empty()));
    // Without an id it is a notification. Methods whose every parameter may be left out do without `params`.
    request["required"] =
        if needs_params { json!(["jsonrpc", "method", "params"]) } else { json!(["jsonrpc", "method"]) };
    let result = envelope(&[("id", id.clone()), ("result", result_ref.clone().to_value())]);
    let sent = example.as_ref().map(|example| request_example(7, method, &example.params));
    let answered = example.map(|example| json!({"jsonrpc": "2.0", "id": 7, "result": example.result}));
    let sent = messages.add(method, &format!("Request of {method}"), request, sent.into_iter().collect());
    let correlated =
        json!({"description": "An answer carries its request's id.", "location": "$message.payload#/id"});
    let name = format!("{method}.result");
    let result = messages.add(&name, &format!("Result of {method}"), result, answered.into_iter().collect());
    for name in [&sent, &result] {
        messages.0[name]["correlationId"] = correlated.clone();
    }
    (sent, result)
}

fn batches(messages: &mut Messages, operations: &mut Map<String, Value>, methods: &[MethodSchemas]) {
    let payload = |name: String| json!({"$ref": format!("#/components/messages/{name}/payload")});
    let requests: Vec<Value> = methods.iter().map(|method| payload(method.method.to_owned())).collect();
    let mut answers: Vec<Value> =
        methods.iter().map(|method| payload(format!("{}.result", method.method))).collect();
    answers.push(payload("error".to_owned()));
    let of = |items: Vec<Value>| json!({"type": "array", "minItems": 1, "maxItems": BATCH_MAX, "items": {"anyOf": items}});
    let example = ["socket.create", "socket.list"].into_iter().zip(1..).filter_map(|(method, id)| {
        let example = examples::of(method)?;
        let answer = json!({"jsonrpc": "2.0", "id": id, "result": example.result});
        Some((request_example(id, method, &example.params), answer))
    });
    let (sent, answered): (Vec<Value>, Vec<Value>) = example.unzip();
    let sent = messages.add("batch", "Several requests", of(requests), vec![sent.into()]);
    let answered = messages.add("batch.result", "The answers of a batch", of(answers), vec![answered.into()]);
    operations.insert(
        "batch".to_owned(),
        json!({
            "action": "receive",
            "channel": channel(),
            "title": "batch",
            "summary": "Several requests in one message",
            "description": "Their answers come as one array when the last of the calls has ended; notifications have none.",
            "messages": [in_channel(&sent)],
            "reply": {"channel": channel(), "messages": [in_channel(&answered)]},
        }),
    );
}

fn notifications(messages: &mut Messages, operations: &mut Map<String, Value>, schemas: &mut Schemas) {
    let notification =
        |method: &str, params: Value| envelope(&[("method", json!({"const": method})), ("params", params)]);
    let sent = |method: &str, params: Value| json!({"jsonrpc": "2.0", "method": method, "params": params});
    let hello = notification("session.hello", schemas.answer::<Hello>().to_value());
    let greeting = vec![sent("session.hello", examples::hello())];
    let hello = messages.add("session.hello", "The first message of a connection", hello, greeting);
    let event = schemas.answer::<Event>().to_value();
    let params = json!({
        "type": "object", "required": ["events"],
        "properties": {"events": {"type": "array", "minItems": 1, "items": event}},
    });
    let examples =
        examples::events().into_iter().map(|event| sent("events", json!({"events": [event]}))).collect();
    let events =
        messages.add("events", "Lines of the log, oldest first", notification("events", params), examples);
    let changed = notification("sockets", schemas.answer::<SocketsChanged>().to_value());
    let example = vec![sent("sockets", examples::sockets_changed())];
    let changed = messages.add("sockets", "What has changed of the sockets' facts", changed, example);
    let told = notification("packets", schemas.answer::<PacketsTold>().to_value());
    let example = vec![sent("packets", examples::packets_told())];
    let told = messages.add("packets", "What goes over a lab's wire", told, example);
    for (name, summary, description) in [
        (
            hello,
            "Greets a new connection",
            "It says which session the connection has, and what that may use.",
        ),
        (
            events,
            "Pushes what happened",
            "An event is sent at once while the connection is idle, and with others while earlier ones are being written.",
        ),
        (
            changed,
            "Pushes what has changed of the sockets' facts",
            "After `session.configure {\"sockets\":{\"every_ms\":500}}` the server looks at every socket in this interval. The \
             first message has all of them, a later one those that are new or have changed and the numbers of those that were \
             closed; where nothing has changed there is none.",
        ),
        (
            told,
            "Pushes packets of a lab, and what becomes of them",
            "After `session.configure {\"packets\":{\"data\":true}}`, at most ten times in a second. Where more packets come than the \
             connection has asked for, `skipped` counts those that are left out.",
        ),
    ] {
        operations.insert(name.clone(), send(&name, summary, description, json!([in_channel(&name)])));
    }
}

/// Section 9.
fn frames(messages: &mut Messages, operations: &mut Map<String, Value>) {
    let layout = "\
Byte 0 is 0 for stream data and 1 for a datagram with an address. Bytes 1 to 4 are the socket's number, big-endian. For a \
datagram one byte L follows, and L bytes of address as text. The rest are the payload's bytes.";
    let name = "frame";
    let frame = json!({
        "name": name,
        "title": "A binary frame",
        "summary": layout,
        "contentType": "application/octet-stream",
        "payload": {"type": "string", "format": "binary", "description": layout},
    });
    messages.0.insert(name.to_owned(), frame);
    let about = "After `session.configure {\"frames\":\"binary\"}` payload bytes travel as binary messages.";
    operations.insert(
        "frame.in".to_owned(),
        json!({
            "action": "receive", "channel": channel(), "title": "frame (to the server)",
            "summary": "Sends bytes, as a notification of `socket.send` would", "description": about,
            "messages": [in_channel(name)],
        }),
    );
    let summary = "Hands over what a streaming socket received";
    let mut out = send("frame (from the server)", summary, about, json!([in_channel(name)]));
    out["description"] = format!("{about} The `received` event is then pushed without its data.").into();
    operations.insert("frame.out".to_owned(), out);
}

fn send(title: &str, summary: &str, description: &str, messages: Value) -> Value {
    json!({
        "action": "send", "channel": channel(), "title": title, "summary": summary, "description": description,
        "messages": messages,
    })
}

/// A JSON-RPC message with these members, all of them required.
fn envelope(members: &[(&str, Value)]) -> Value {
    let mut properties = json!({"jsonrpc": {"const": "2.0"}});
    let mut required = vec!["jsonrpc"];
    for (name, schema) in members {
        properties[*name] = schema.clone();
        required.push(name);
    }
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

fn request_example(id: u32, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn channel() -> Value {
    json!({"$ref": "#/channels/session"})
}

fn in_channel(message: &str) -> Value {
    json!({"$ref": format!("#/channels/session/messages/{message}")})
}
