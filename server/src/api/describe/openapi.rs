//! The OpenAPI 3.1 document, from the table of routes.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sockyard_protocol::Call;
use sockyard_protocol::schema::{Dialect, MethodSchemas, Schemas};

use super::operation::{Body, Operation, Success, Tag, Token};
use super::{errors, examples};
use crate::api::problem::Problem;
use crate::api::routes::{self, Route};

const ABOUT: &str = "\
The sockets API of a machine over HTTP. A session is opened with `POST /api/v1/sessions`; its answer holds the session's \
id and token, and every request about the session carries that token. The same sessions can be used over WebSocket at the \
same time, which `/api/v1/asyncapi.json` describes.\n\n\
Errors are `application/problem+json` (RFC 9457) with the protocol's own error under `error`. Any path answers 405 to a \
method that is not listed here, and names in `Allow` those that are.\n\n\
Calls that wait (`accept`, `connect`, `recv`, `send`) take `timeout_ms`; left out they wait for ever. A client that \
goes away cancels its waiting call, and loses no data by it.";

type Methods = BTreeMap<&'static str, MethodSchemas>;

/// The schemas that operations refer to, while the document is put together.
struct Schemed {
    methods: Methods,
    components: Map<String, Value>,
}

/// The document.
pub(super) fn document() -> Value {
    let table = routes::table();
    let mut schemas = Schemas::new(Dialect::Draft202012);
    let methods: Methods =
        Call::schemas(&mut schemas).into_iter().map(|schemas| (schemas.method, schemas)).collect();
    schemas.answer::<Problem<'static>>();
    // Schemas are referred to by name, and a name can be taken only while they are collected.
    let bodies: Vec<Vec<Value>> =
        table.iter().map(|route| own_schemas(&route.operation, &methods, &mut schemas)).collect();
    let mut schemed = Schemed { methods, components: schemas.into_components() };

    let mut paths = Map::new();
    for (route, bodies) in table.iter().zip(bodies) {
        let path =
            paths.entry(&route.path).or_insert_with(|| json!({"parameters": path_parameters(&route.path)}));
        path[route.verb.name()] = operation(route, &bodies, &schemed);
    }
    let unused = unused(&paths, &schemed.components);
    schemed.components.retain(|name, _| !unused.contains(name));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sockyard",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Real sockets over HTTP",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "tags": Tag::ALL
            .iter()
            .map(|tag| json!({"name": tag.name(), "description": tag.description()}))
            .collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemed.components,
            "responses": errors::responses(),
            "securitySchemes": {
                "ownersToken": {
                    "type": "http", "scheme": "bearer",
                    "description": "The server's token: what stands behind `#token=` in the address that it prints. An API token \
                        (`sockyard token create`) does as well, within its scopes.",
                },
                "sessionsToken": {
                    "type": "http", "scheme": "bearer",
                    "description": "The session's own token, from the answer that opened it. With a share's token \
                        what only looks can be done, and the rest is denied (`read_only`).",
                },
            },
        },
    })
}

/// The schemas that an operation names by itself: of its body, then of each body of each answer.
fn own_schemas(operation: &Operation, methods: &Methods, schemas: &mut Schemas) -> Vec<Value> {
    let returned = operation.call.and_then(|call| methods.get(call));
    let returned = returned.map(|method| method.result_ref.clone().to_value()).unwrap_or_default();
    let mut own = Vec::new();
    if let Some(Body::Other(schema, _)) = &operation.body {
        own.push(schema(schemas));
    }
    for answer in &operation.answers {
        let bodies = answer.bodies.iter();
        own.extend(
            bodies.map(|(_, schema)| schema.map_or_else(|| returned.clone(), |schema| schema(schemas))),
        );
    }
    own
}

fn operation(route: &Route, own: &[Value], schemed: &Schemed) -> Value {
    let operation = &route.operation;
    let mut own = own.iter();
    let method = operation.call.and_then(|call| schemed.methods.get(call));
    let text = method.map_or(operation.text, |method| &method.description);
    let (summary, description) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag.name()],
        "summary": summary.trim_end_matches('.'),
        "description": if description.is_empty() { summary } else { description },
        "security": security(operation.token),
    });
    let parameters = own_parameters(operation);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(body) = &operation.body {
        described["requestBody"] = match (body, method) {
            (Body::Other(_, examples), _) => {
                let schema = own.next().cloned().unwrap_or_default();
                let whole = component_name(&schema).and_then(|name| schemed.components.get(&name));
                let required = &whole.unwrap_or(&schema)["required"];
                let required = required.as_array().is_some_and(|required| !required.is_empty());
                request_body(schema, required, examples)
            }
            (Body::Call, method) => {
                let name = method.and_then(|method| component_name(&method.params_ref.clone().to_value()));
                let schema = name.and_then(|name| schemed.components.get(&name)).cloned().unwrap_or_default();
                let schema = without_socket(schema, &route.path);
                let required = schema["required"].as_array().is_some_and(|required| !required.is_empty());
                let examples = examples::of(operation.call.unwrap_or_default()).map(|example| {
                    let mut params = example.params;
                    if let (true, Some(params)) = (in_path(&route.path), params.as_object_mut()) {
                        params.shift_remove("socket");
                    }
                    params
                });
                request_body(
                    schema,
                    required,
                    &examples.map(|example| ("example", example)).into_iter().collect::<Vec<_>>(),
                )
            }
        };
    }
    described["responses"] = responses(route, own).into();
    described
}

fn request_body(schema: Value, required: bool, examples: &[(&str, Value)]) -> Value {
    let examples: Map<String, Value> =
        examples.iter().map(|(name, value)| ((*name).to_owned(), json!({"value": value}))).collect();
    json!({"required": required, "content": {"application/json": {"schema": schema, "examples": examples}}})
}

/// Where the socket's number stands in the path it does not stand in the body.
fn without_socket(mut schema: Value, path: &str) -> Value {
    if in_path(path)
        && let Some(schema) = schema.as_object_mut()
    {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.shift_remove("socket");
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name != "socket");
        }
        schema.shift_remove("description");
    }
    schema
}

fn in_path(path: &str) -> bool {
    path.contains("/{socket}")
}

fn responses<'a>(route: &Route, mut own: impl Iterator<Item = &'a Value>) -> Map<String, Value> {
    let operation = &route.operation;
    let mut responses = Map::new();
    for answer in &operation.answers {
        let bodies: Vec<_> = answer.bodies.iter().map(|(kind, _)| *kind).zip(own.by_ref()).collect();
        let example = answer.example.clone();
        let of_call = operation.call.filter(|_| !bodies.is_empty()).and_then(examples::of);
        let example = example.or_else(|| of_call.map(|example| example.result));
        responses.insert(answer.status.to_string(), response(answer, &bodies, example));
    }
    for status in statuses(route) {
        if let Some(reference) = errors::reference(status) {
            responses.insert(status.to_string(), reference);
        }
    }
    responses
}

fn response(answer: &Success, bodies: &[(&str, &Value)], example: Option<Value>) -> Value {
    let mut response = json!({"description": answer.description});
    let mut content = Map::new();
    for (kind, schema) in bodies {
        content.insert((*kind).to_owned(), json!({"schema": schema}));
    }
    if let (Some((_, first)), Some(example)) = (content.iter_mut().next(), example) {
        first["examples"] = json!({"example": {"value": example}});
    }
    if !content.is_empty() {
        response["content"] = content.into();
    }
    for (name, description) in &answer.headers {
        response["headers"][*name] =
            json!({"description": description, "required": true, "schema": {"type": "string"}});
    }
    if !answer.links.is_empty() {
        response["links"] = answer.links.clone().into();
    }
    response
}

/// The statuses of errors that can happen, in rising order.
fn statuses(route: &Route) -> Vec<u16> {
    let operation = &route.operation;
    let mut statuses = errors::ALWAYS.to_vec();
    statuses.extend(operation.fails);
    if operation.token != Token::Nobodys {
        statuses.push(401);
    }
    if route.path.contains("{session}") {
        statuses.push(404);
    }
    if in_path(&route.path) || operation.query.is_some() || !operation.headers.is_empty() {
        statuses.push(422);
    }
    if operation.body.is_some() {
        statuses.extend([408, 413, 415, 422]);
    }
    if let Some("socket.accept" | "socket.connect" | "socket.send" | "socket.recv" | "socket.poll") =
        operation.call
    {
        statuses.extend([408, 409, 429]);
    }
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn security(token: Token) -> Value {
    match token {
        Token::Nobodys => json!([]),
        Token::Owners | Token::Operators => json!([{"ownersToken": []}]),
        Token::Sessions => json!([{"sessionsToken": []}]),
        Token::Either => json!([{"ownersToken": []}, {}]),
    }
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters = names.map(|name| {
        let (description, schema, example) = match name {
            "socket" => (
                "The socket's number.",
                json!({"type": "integer", "minimum": 0, "maximum": u32::MAX}),
                json!(sockyard_protocol::FIRST_SOCKET),
            ),
            "share" => (
                "The share's id.",
                json!({"type": "string", "pattern": "^sh_[0-9a-f]{16}$"}),
                json!("sh_91be370d584f0c2a"),
            ),
            _ => (
                "The session's id.",
                json!({"type": "string", "pattern": "^s_[0-9a-f]{16}$"}),
                json!("s_4f0c2a91be370d58"),
            ),
        };
        json!({
            "name": name, "in": "path", "required": true,
            "description": description, "schema": schema, "example": example,
        })
    });
    parameters.collect()
}

/// Those of the query and the header.
fn own_parameters(operation: &Operation) -> Vec<Value> {
    let mut parameters = Vec::new();
    let query = operation.query.map(|schema| schema().to_value()).unwrap_or_default();
    let required =
        |name: &str| query["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
    for (name, schema) in query["properties"].as_object().into_iter().flatten() {
        let mut schema = schema.clone();
        // A query knows no null; a field that may be null there is one that may be left out.
        if let Some(kinds) = schema["type"].as_array() {
            schema["type"] = kinds.iter().find(|kind| *kind != "null").cloned().unwrap_or_default();
        }
        let description = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
        let mut parameter = json!({
            "name": name, "in": "query", "required": required(name),
            "description": description, "schema": schema,
        });
        if parameter["schema"]["type"] == "array" {
            parameter["style"] = "form".into();
            parameter["explode"] = false.into();
        }
        parameters.push(parameter);
    }
    for (name, schema, description) in &operation.headers {
        parameters.push(json!({
            "name": name, "in": "header", "required": false, "description": description, "schema": schema,
        }));
    }
    parameters
}

/// The name at the end of a reference.
fn component_name(reference: &Value) -> Option<String> {
    reference["$ref"].as_str()?.rsplit('/').next().map(str::to_owned)
}

/// Schemas that no operation needs: those of the calls that only the WebSocket has, and what only they refer to.
fn unused(paths: &Map<String, Value>, components: &Map<String, Value>) -> Vec<String> {
    let mut used = Vec::new();
    let mut waiting = vec![json!({"$ref": "#/components/schemas/Problem"})];
    waiting.extend(paths.values().cloned());
    while let Some(value) = waiting.pop() {
        if let Some(name) = component_name(&value).filter(|name| !used.contains(name)) {
            waiting.extend(components.get(&name).cloned());
            used.push(name);
        }
        match value {
            Value::Object(object) => waiting.extend(object.into_iter().map(|(_, value)| value)),
            Value::Array(array) => waiting.extend(array),
            _ => {}
        }
    }
    components.keys().filter(|name| !used.contains(name)).cloned().collect()
}
