//! Section 10's descriptions: they are valid, complete, and every example in them is what the types read and the server
//! answers.

use std::process::Command;

use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use sockyard_protocol::{Call, Event, EventKind, rpc};
use sockyard_tests::rest::{RestClient, json_of, request};
use sockyard_tests::{TestServer, http, sockets, tools};

const SESSION: &str = "/api/v1/sessions/{session}";

async fn document(server: &TestServer, name: &str) -> Value {
    let response = http::get(server, &format!("/api/v1/{name}.json"), &[]).await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
    json_of(&response)
}

/// Every operation of an OpenAPI document: path, method, and the operation.
fn operations(openapi: &Value) -> Vec<(&str, &str, &Value)> {
    let mut operations = Vec::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
        {
            operations.push((path.as_str(), method.as_str(), operation));
        }
    }
    operations
}

/// Every example in a place that has a schema: the schema and the value.
fn examples<'a>(media: &'a Value, found: &mut Vec<(&'a Value, &'a Value)>) {
    match media {
        Value::Object(object) => {
            if let (Some(schema), Some(examples)) = (object.get("schema"), object.get("examples")) {
                let values = examples.as_object().unwrap().values().map(|example| &example["value"]);
                found.extend(values.map(|value| (schema, value)));
            }
            object.values().for_each(|value| examples(value, found));
        }
        Value::Array(array) => array.iter().for_each(|value| examples(value, found)),
        _ => {}
    }
}

/// What of a value its schema in a document does not allow.
fn complaints(document: &Value, schema: &Value, value: &Value, draft: jsonschema::Draft) -> Vec<String> {
    let mut root = json!({"allOf": [schema], "components": document["components"]});
    // Not schemas, but in AsyncAPI something refers there.
    root["channels"] = document["channels"].clone();
    let validator = jsonschema::options().with_draft(draft).build(&root).unwrap();
    validator.iter_errors(value).map(|error| format!("{value}: {error}")).collect()
}

#[tokio::test]
async fn the_openapi_document_is_valid() {
    let server = TestServer::start();
    let openapi = document(&server, "openapi").await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), openapi.to_string()).unwrap();
    let checked = Command::new(tools::python("openapi-spec-validator")).arg(file.path()).output().unwrap();
    let said =
        String::from_utf8_lossy(&checked.stdout).into_owned() + &*String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}

#[tokio::test]
async fn the_asyncapi_document_is_valid() {
    let server = TestServer::start();
    let asyncapi = document(&server, "asyncapi").await;
    let validator = jsonschema::validator_for(&tools::asyncapi_schema()).unwrap();
    let errors: Vec<_> = validator.iter_errors(&asyncapi).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    // The schema lets a reference lead anywhere.
    let mut waiting = vec![&asyncapi];
    while let Some(value) = waiting.pop() {
        if let Some(reference) = value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(asyncapi.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        waiting.extend(value.as_object().into_iter().flatten().map(|(_, value)| value));
        waiting.extend(value.as_array().into_iter().flatten());
    }
}

#[tokio::test]
async fn every_example_of_the_openapi_document_fits_its_schema_and_its_call() {
    let server = TestServer::start();
    let openapi = document(&server, "openapi").await;
    let mut found = Vec::new();
    examples(&openapi, &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for (schema, value) in found {
        let complaints = complaints(&openapi, schema, value, jsonschema::Draft::Draft202012);
        assert_eq!(complaints, Vec::<String>::new());
    }
    let mut with_body = 0;
    for (path, _, operation) in operations(&openapi) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{id}");
        let examples = &operation["requestBody"]["content"]["application/json"]["examples"];
        for example in examples.as_object().into_iter().flatten().map(|(_, example)| &example["value"]) {
            with_body += 1;
            if Call::METHODS.contains(&id) {
                let mut params = example.clone();
                if path.contains("{socket}") {
                    params["socket"] = json!(3);
                }
                Call::parse(id, Some(&to_raw_value(&params).unwrap())).unwrap();
            }
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let shared = answer["$ref"].as_str().map(|name| openapi.pointer(&name[1..]).unwrap());
            let problem = &shared.unwrap_or(answer)["content"]["application/problem+json"]["examples"];
            if status.as_str() >= "400" {
                let examples: Vec<_> = problem.as_object().unwrap().values().collect();
                assert!(!examples.is_empty(), "{id} {status}");
                for example in examples {
                    assert_eq!(example["value"]["status"].to_string(), *status, "{id}");
                }
            }
        }
    }
    assert!(with_body >= 12, "{with_body}");
}

#[tokio::test]
async fn every_message_of_the_asyncapi_document_fits_its_schema_and_its_type() {
    let server = TestServer::start();
    let asyncapi = document(&server, "asyncapi").await;
    let messages = asyncapi["components"]["messages"].as_object().unwrap();
    for (name, message) in messages {
        let examples: Vec<&Value> =
            message["examples"].as_array().into_iter().flatten().map(|example| &example["payload"]).collect();
        assert!(!examples.is_empty() || name == "frame", "{name} has no example");
        for example in examples {
            let complaints = complaints(&asyncapi, &message["payload"], example, jsonschema::Draft::Draft7);
            assert_eq!(complaints, Vec::<String>::new(), "{name}");
        }
    }
    for method in Call::METHODS {
        assert_eq!(asyncapi["operations"][method]["action"], "receive", "{method}");
        let text = messages[*method]["examples"][0]["payload"].to_string();
        let rpc::Message::Single(Ok(request)) = rpc::parse(&text) else { panic!("{text}") };
        Call::parse(&request.method, request.params).unwrap();
    }
    let mut kinds = Vec::new();
    for example in messages["events"]["examples"].as_array().unwrap() {
        let json = &example["payload"]["params"]["events"][0];
        let event: Event = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&event).unwrap(), *json);
        kinds.push(event.kind.name());
    }
    assert_eq!(kinds, EventKind::NAMES);
    for code in ["1000", "1001", "1002", "1007", "1008", "1009", "1013", "4403"] {
        assert!(asyncapi["channels"]["session"]["x-close-codes"][code].is_string(), "{code}");
    }
}

#[tokio::test]
async fn every_described_path_takes_the_described_methods_and_no_others() {
    let server = TestServer::start();
    let openapi = document(&server, "openapi").await;
    for (path, item) in openapi["paths"].as_object().unwrap() {
        let concrete = path
            .replace("{session}", "s_0000000000000000")
            .replace("{share}", "sh_0000000000000000")
            .replace("{socket}", "3");
        for method in ["GET", "POST", "DELETE", "PUT", "PATCH"] {
            let described = item.get(method.to_ascii_lowercase()).is_some();
            let response = request(&server, method, &concrete, None, None).await;
            assert_eq!(response.status != 405, described, "{method} {path}: {}", response.text());
            if described {
                let operation = &item[method.to_ascii_lowercase()];
                let status = response.status.to_string();
                assert!(operation["responses"].get(&status).is_some(), "{method} {path}: {status}");
            } else {
                let allowed = response.header("allow").unwrap_or_default();
                assert!(!allowed.is_empty() && !allowed.contains(method), "{method} {path}: {allowed}");
            }
        }
    }
    let nowhere = request(&server, "POST", "/api/v1/nowhere", None, None).await;
    assert_eq!(nowhere.problem()["status"], 404);
}

/// Sockets on which the examples of requests succeed.
struct Stage {
    stream: u64,
    listener: u64,
    listens_at: String,
    datagrams: u64,
    reads_at: String,
    connected: u64,
    share: String,
}

impl Stage {
    async fn new(client: &RestClient<'_>) -> Stage {
        let stream = |client| create(client, "stream");
        let (listener, spare, connected) = (stream(client).await, stream(client).await, stream(client).await);
        let at = |socket: u64, call: &str| format!("/sockets/{socket}/{call}");
        let any = Some(json!({"address": "127.0.0.1:0"}));
        let bound = client.ok("POST", &at(listener, "bind"), any).await;
        let listens_at = bound["local"].as_str().unwrap().to_owned();
        client.ok("POST", &at(listener, "listen"), None).await;
        client.ok("POST", &at(connected, "connect"), Some(json!({"address": listens_at}))).await;
        let (datagrams, reads_at) = client.bound_udp().await;
        client.ok("POST", &at(datagrams, "send"), Some(json!({"data": "hi", "to": reads_at}))).await;
        let share = client.ok("POST", "/shares", None).await["share"].as_str().unwrap().to_owned();
        Stage { stream: spare, listener, listens_at, datagrams, reads_at, connected, share }
    }

    fn socket(&self, id: &str) -> u64 {
        match id {
            "socket.accept" => self.listener,
            "socket.send" | "socket.recv" | "socket.info" => self.datagrams,
            "socket.shutdown" | "socket.watch" | "socket.series" => self.connected,
            _ => self.stream,
        }
    }
}

async fn create(client: &RestClient<'_>, kind: &str) -> u64 {
    let created = client.ok("POST", "/sockets", Some(json!({"family": "inet", "type": kind}))).await;
    created["socket"].as_u64().unwrap()
}

#[tokio::test]
async fn every_example_request_gets_its_documented_answer() {
    let server = TestServer::start();
    let openapi = document(&server, "openapi").await;
    let (peer, peer_address) = sockets::udp().await;
    tokio::spawn(async move {
        loop {
            let (bytes, from) = sockets::receive(&peer).await;
            peer.send_to(&bytes, from).await.unwrap();
        }
    });
    for (path, method, operation) in operations(&openapi) {
        let id = operation["operationId"].as_str().unwrap();
        if id == "ws" || (id == "export") {
            // One wants an upgrade, of the other the parameters are tried below.
            continue;
        }
        let client = match id {
            // Hosts, packets and a wire are in a lab only.
            "packets.read" | "host.add" | "host.remove" | "host.list" | "host.connections" => {
                RestClient::open_with(&server, json!({"network": "lab"})).await
            }
            id if id.starts_with("wire.") => RestClient::open_with(&server, json!({"network": "lab"})).await,
            _ => RestClient::open(&server).await,
        };
        let stage = Stage::new(&client).await;
        let content = &operation["requestBody"]["content"]["application/json"]["examples"];
        let bodies: Vec<Option<Value>> = match content.as_object() {
            Some(examples) => examples.values().map(|example| Some(example["value"].clone())).collect(),
            None => vec![None],
        };
        for mut body in bodies {
            // Ports are free or taken as the machine has it.
            match (id, &mut body) {
                ("socket.connect", Some(body)) => body["address"] = json!(stage.listens_at),
                ("socket.send", Some(body)) => body["to"] = json!(stage.reads_at),
                ("exchange", Some(body)) if body["type"] == "dgram" => body["to"] = json!(peer_address),
                ("exchange", Some(_)) => continue,
                _ => {}
            }
            let concrete = path
                .replace("{session}", &client.hello.session)
                .replace("{share}", &stage.share)
                .replace("{host}", "bob")
                .replace("{socket}", &stage.socket(id).to_string());
            let token = match path.starts_with(SESSION) {
                true => Some(client.hello.token.as_str()),
                false => server.token.as_deref(),
            };
            let response = request(&server, &method.to_uppercase(), &concrete, token, body).await;
            let status = response.status.to_string();
            let described = &operation["responses"][&status];
            assert!(status.starts_with('2') && described.is_object(), "{id}: {status} {}", response.text());
            for header in described["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
                assert!(response.header(&header.to_ascii_lowercase()).is_some(), "{id} lacks {header}");
            }
            let Some(schema) = described["content"].get("application/json").map(|media| &media["schema"])
            else {
                continue;
            };
            let complaints =
                complaints(&openapi, schema, &json_of(&response), jsonschema::Draft::Draft202012);
            assert_eq!(complaints, Vec::<String>::new(), "{id}");
        }
    }
}

#[tokio::test]
async fn every_described_format_of_an_export_is_of_a_described_type() {
    let server = TestServer::start();
    let openapi = document(&server, "openapi").await;
    // There every format is.
    let client = RestClient::open_with(&server, json!({"network": "lab"})).await;
    client.bound_udp().await;
    let export = &openapi["paths"][format!("{SESSION}/export")]["get"];
    let format = export["parameters"].as_array().unwrap().iter().find(|one| one["name"] == "format").unwrap();
    for name in format["schema"]["enum"].as_array().unwrap() {
        let path = format!("/export?format={}", name.as_str().unwrap());
        let response = client.request("GET", &path, None).await;
        let kind = response.header("content-type").unwrap().split(';').next().unwrap();
        assert_eq!(response.status, 200);
        assert!(export["responses"]["200"]["content"].get(kind).is_some(), "{name}: {kind}");
    }
}
