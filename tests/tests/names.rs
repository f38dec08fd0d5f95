//! Names that a name server tells, one that says what a test wants said. What is dialled and let through is tried in a network of
//! its own (`egress`); here nothing may leave the machine, so every destination is one that must be denied.

use std::net::IpAddr;

use serde_json::json;
use sockyard_protocol::Fault;
use sockyard_protocol::frame::Frame;
use sockyard_tests::command::{self, Ended};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{NameServer, TestServer, Told, WsClient, within};
use tokio_tungstenite::tungstenite::Message;

/// An address of the Internet that is nobody's business here: every rule of these tests is about what it may not be beside.
const PUBLIC: &str = "93.184.216.34";

fn ips(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn told(texts: &[&str]) -> Told {
    Told::Addresses(ips(texts))
}

/// A server whose rules open the Internet's web ports, and which asks that name server.
struct Hosted {
    server: TestServer,
    config: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

fn hosted(name_server: &NameServer, rules: &str) -> Hosted {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("sockyard.toml");
    let resolver = format!("[policy.resolver]\nservers = [\"{}\"]\n", name_server.address());
    std::fs::write(&config, format!("{rules}\n{resolver}")).unwrap();
    let server = TestServer::start_with(&["--config", config.to_str().unwrap()]);
    Hosted { server, config, _folder: folder }
}

const WEB: &str = "[[policy.allow]]\nname = \"web\"\nnetworks = [\"public\"]\nports = [80]\n";

/// How `connect` to port 80 of a name fails.
async fn connect(client: &WsClient, name: &str) -> Fault {
    let socket = client.tcp().await;
    let fault =
        client.fault("socket.connect", json!({"socket": socket, "address": format!("{name}:80")})).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    fault
}

/// The rule that denied it, or the kernel's or the resolver's word.
fn why(fault: &Fault) -> &str {
    fault.data.rule.as_deref().or(fault.data.errno.as_deref()).unwrap_or("neither")
}

/// What `dns.resolve` says: the addresses, with a sign for whether they may be reached.
async fn resolved(client: &WsClient, name: &str) -> Vec<String> {
    let answer = client.ok("dns.resolve", json!({"name": name})).await;
    let sign = |allowed: bool| if allowed { "+" } else { "-" };
    let shown = |one: &serde_json::Value| {
        format!("{}{}", sign(one["allowed"].as_bool().unwrap()), one["address"].as_str().unwrap())
    };
    answer["addresses"].as_array().unwrap().iter().map(shown).collect()
}

#[tokio::test]
async fn b02_b16_a_name_that_changes_is_decided_on_each_time_anew() {
    let turns = Told::InTurn(vec![ips(&[PUBLIC]), ips(&["127.0.0.1"]), ips(&["10.0.0.5"])]);
    let names = NameServer::start(&[("rebind.example.org", turns)]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    // An IPv4 address alone; of IPv6 it has none each time.
    assert_eq!(resolved(&client, "rebind.example.org").await, [format!("+{PUBLIC}")]);
    assert_eq!(names.asked("rebind.example.org"), (1, 1), "one question a family for one call");
    let fault = connect(&client, "rebind.example.org").await;
    assert_eq!(why(&fault), "loopback_by_name", "{fault:?}");
    assert!(fault.data.hint.as_deref().unwrap().contains("of rebind.example.org: 127.0.0.1"), "{fault:?}");
    assert_eq!(why(&connect(&client, "rebind.example.org").await), "private");
    assert_eq!(
        names.asked("rebind.example.org"),
        (3, 3),
        "nobody is asked again between the check and the dial"
    );
}

#[tokio::test]
async fn b03_b04_b08_every_answer_must_pass_whatever_its_place_and_family() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("first.example.org", &["10.0.0.5", PUBLIC], "private"),
        ("last.example.org", &[PUBLIC, "10.0.0.5"], "private"),
        ("loopback.example.org", &[PUBLIC, "127.0.0.1"], "loopback_by_name"),
        ("six.example.org", &[PUBLIC, "::1"], "loopback_by_name"),
        ("mapped.example.org", &[PUBLIC, "::ffff:10.0.0.1"], "private"),
        ("translated.example.org", &[PUBLIC, "64:ff9b::7f00:1"], "nat64"),
        ("metadata.example.org", &["169.254.169.254"], "cloud_metadata"),
        ("nothing.example.org", &["0.0.0.0"], "unspecified"),
        ("group.example.org", &["239.1.2.3"], "loopback_by_name"),
    ];
    let zone: Vec<_> = cases.iter().map(|(name, addresses, _)| (*name, told(addresses))).collect();
    let names = NameServer::start(&zone);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    let rest = RestClient::open(&hosted.server).await;
    let made = rest.ok("POST", "/sockets", Some(json!({"family": "inet", "type": "stream"}))).await;
    let of_rest = made["socket"].as_u64().unwrap();
    for (name, _, rule) in cases {
        let fault = connect(&client, name).await;
        assert_eq!((fault.code, why(&fault)), (2, *rule), "{name}: {fault:?}");
        let datagrams = client.udp().await;
        let to = format!("{name}:80");
        let fault = client.fault("socket.send", json!({"socket": datagrams, "data": "x", "to": to})).await;
        assert_eq!((fault.code, why(&fault)), (2, *rule), "{name}: {fault:?}");
        client.ok("socket.close", json!({"socket": datagrams})).await;
        let path = format!("/sockets/{of_rest}/connect");
        let answer = rest.request("POST", &path, Some(json!({"address": to}))).await;
        assert_eq!(
            (answer.status, &answer.problem()["error"]["data"]["rule"]),
            (403, &json!(rule)),
            "{name}"
        );
    }
}

#[tokio::test]
async fn b05_aliases_lead_to_what_is_checked_and_not_for_ever() {
    let names = NameServer::start(&[
        ("inside.example.org", Told::Alias("router.example.net")),
        ("router.example.net", told(&["192.168.0.1"])),
        ("self.example.org", Told::Alias("localhost")),
        ("meta.example.org", Told::Alias("metadata.google.internal")),
        ("metadata.google.internal", told(&["169.254.169.254"])),
        ("one.example.org", Told::Alias("two.example.org")),
        ("two.example.org", Told::Alias("one.example.org")),
    ]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    assert_eq!(why(&connect(&client, "inside.example.org").await), "private");
    assert_eq!(why(&connect(&client, "self.example.org").await), "loopback_by_name");
    assert_eq!(why(&connect(&client, "meta.example.org").await), "cloud_metadata");
    let fault = within("the end of a loop of aliases", connect(&client, "one.example.org")).await;
    assert!(["EAI_AGAIN", "EAI_NONAME"].contains(&why(&fault)), "{fault:?}");
}

#[tokio::test]
async fn b06_a_rule_about_a_name_holds_for_every_spelling_of_it() {
    let names = NameServer::start(&[
        ("evil.example.org", told(&[PUBLIC])),
        ("a.evil.example.org", told(&[PUBLIC])),
        ("good.example.org", told(&[PUBLIC])),
    ]);
    let rules = format!(
        "{WEB}[[policy.deny]]\nname = \"not that one\"\nnames = [\"evil.example.org\", \"*.evil.example.org\"]\n"
    );
    let hosted = hosted(&names, &rules);
    let client = WsClient::open(&hosted.server).await;
    for name in ["evil.example.org", "evil.example.org.", "EVIL.Example.ORG", "a.evil.example.org"] {
        assert_eq!(why(&connect(&client, name).await), "not that one", "{name}");
    }
    assert_eq!(resolved(&client, "good.example.org").await, [format!("+{PUBLIC}")]);
}

#[tokio::test]
async fn b01_b07_b09_b11_b13_nobody_is_asked_for_names_that_are_nobodys() {
    let names = NameServer::start(&[]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    for name in
        ["intranet", "metadata", "metadata.google.internal", "printer.local", "nas.home.arpa", "x.onion"]
    {
        let fault = connect(&client, name).await;
        assert_eq!(why(&fault), "EAI_NONAME", "{fault:?}");
    }
    assert_eq!(resolved(&client, "a.localhost").await, ["+127.0.0.1", "+::1"]);
    for name in ["a..b", "-a.example.org", "a_b.example.org", "127.1", "ⅼocalhost"] {
        assert_eq!(connect(&client, name).await.code, -32602, "{name}");
    }
    assert_eq!(names.asked_at_all(), 0);
}

#[tokio::test]
async fn names_that_no_rule_opens_are_not_asked_for() {
    let names = NameServer::start(&[
        ("printer.corp.internal", told(&[PUBLIC])),
        ("play.example.org", told(&[PUBLIC, "10.0.0.5"])),
        ("other.example.org", told(&[PUBLIC])),
    ]);
    let rules = "[[policy.allow]]\nnames = [\"*.corp.internal\", \"play.example.org\"]\nports = [80]\n";
    let hosted = hosted(&names, rules);
    let client = WsClient::open(&hosted.server).await;
    assert_eq!(why(&connect(&client, "other.example.org").await), "EAI_NONAME");
    assert_eq!(names.asked_at_all(), 0);
    // Named, a special name is asked for; and the rule is about the name, not about its address.
    assert_eq!(resolved(&client, "printer.corp.internal").await, [format!("+{PUBLIC}")]);
    assert_eq!(why(&connect(&client, PUBLIC).await), "no_rule");
    assert_eq!(why(&connect(&client, "play.example.org").await), "private");
}

#[tokio::test]
async fn b14_b15_x10_trouble_with_names_is_told_and_hinders_nothing_else() {
    let many: Vec<String> = (1..=200).map(|last| format!("93.184.216.{last}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let names = NameServer::start(&[
        ("trouble.example.org", Told::Trouble),
        ("silent.example.org", Told::Silence),
        ("forged.example.org", Told::Forged(PUBLIC.parse().unwrap())),
        ("empty.example.org", told(&[])),
        ("many.example.org", told(&many)),
    ]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    let waiting = client.tcp().await;
    let address = json!({"socket": waiting, "address": "silent.example.org:80"});
    let slow = client.start("socket.connect", address.clone()).await;
    assert_eq!(why(&connect(&client, "trouble.example.org").await), "EAI_AGAIN");
    assert_eq!(why(&connect(&client, "empty.example.org").await), "EAI_NONAME");
    assert_eq!(why(&connect(&client, "unknown.example.org").await), "EAI_NONAME");
    assert_eq!(resolved(&client, "many.example.org").await.len(), 200, "they do not fit into a datagram");
    // All the while the other waited, and now it is told that nobody answers.
    let fault = slow.fault().await;
    assert_eq!((fault.code, why(&fault)), (1, "EAI_AGAIN"), "{fault:?}");
    assert_eq!(why(&connect(&client, "forged.example.org").await), "EAI_AGAIN");
    // A limit of the call's own ends the wait before, and so does the socket's end.
    let limited = json!({"socket": waiting, "address": "silent.example.org:80", "timeout_ms": 50});
    assert_eq!(client.fault("socket.connect", limited).await.code, 4);
    let closed = client.start("socket.connect", address).await;
    client.ok("socket.close", json!({"socket": waiting})).await;
    assert_eq!(closed.fault().await.code, 5);
}

#[tokio::test]
async fn a_frame_to_a_name_is_checked_as_a_call_is() {
    let names = NameServer::start(&[("inside.example.org", told(&["10.0.0.5"]))]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    let socket = client.udp().await;
    let number = u32::try_from(socket).unwrap();
    let frame = Frame { socket: number, address: Some("inside.example.org:80"), bytes: b"abc" };
    client.send(Message::binary(frame.to_message())).await;
    let event = client.event_of(socket, "failed").await;
    assert_eq!(event["error"]["data"]["rule"], "private", "{event}");
    assert_eq!(event["call"], "sendto");
}

#[tokio::test]
async fn b12_names_of_this_machine_and_bind_need_no_name_server() {
    let names = NameServer::start(&[("here.example.org", told(&["127.0.0.1"]))]);
    let hosted = hosted(&names, WEB);
    let client = WsClient::open(&hosted.server).await;
    let socket = client.tcp().await;
    let fault = client.fault("socket.bind", json!({"socket": socket, "address": "here.example.org:0"})).await;
    assert_eq!(why(&fault), "EAI_NONAME");
    client.ok("socket.bind", json!({"socket": socket, "address": "localhost:0"})).await;
    assert_eq!(names.asked_at_all(), 0);
}

#[tokio::test]
async fn without_rules_no_name_server_is_asked() {
    let names = NameServer::start(&[("play.example.org", told(&[PUBLIC]))]);
    let hosted = hosted(&names, "");
    let client = WsClient::open(&hosted.server).await;
    assert_eq!(why(&connect(&client, "play.example.org").await), "EAI_NONAME");
    assert_eq!(names.asked_at_all(), 0);
}

#[tokio::test]
async fn a_verdict_on_a_name_is_explained() {
    let names = NameServer::start(&[("play.example.org", told(&[PUBLIC, "10.0.0.5"]))]);
    let hosted = hosted(&names, WEB);
    let config = hosted.config.to_str().unwrap();
    let check = ["policy", "check", "play.example.org:80", "--for", "connect", "--config", config];
    let Ended { code, .. } = &command::run(command::sockyard(&hosted.server, &check)).await;
    assert_eq!(*code, Some(1));
    let ended = command::run(command::sockyard(&hosted.server, &check)).await;
    assert!(ended.text().contains("2 addresses"), "{ended:?}");
    assert!(ended.text().contains("denied by rule \"private\""), "{ended:?}");
    assert!(ended.text().contains("allowed by rule \"web\""), "{ended:?}");
}
