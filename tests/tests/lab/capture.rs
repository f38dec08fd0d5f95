//! The packets as a file, as tshark reads it.

use std::process::Command;

use super::*;

/// What tshark says of a capture file.
fn tshark(file: &std::path::Path, arguments: &[&str]) -> Vec<String> {
    let output = Command::new("tshark").arg("-r").arg(file).args(arguments).output().expect("tshark runs");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_capture_opens_in_a_packet_analyser() {
    capture(&TestServer::start()).await;
}

/// Every packet in a file, and its checksums.
pub(super) async fn capture(server: &TestServer) {
    let client = lab(server).await;
    let rest = RestClient::of(server, &client.hello);
    let (_, socket, peer) = connected(&client, 7788).await;
    client.ok("socket.send", json!({"socket": socket, "data": "hello"})).await;
    client.ok("socket.recv", json!({"socket": peer})).await;
    client.ok("wire.configure", json!({"from": "alice", "loss_every": 1})).await;
    client.ok("socket.send", json!({"socket": socket, "data": "lost"})).await;
    until_packet(&client, "a lost packet said again", |packet| has_mark(packet, "retransmission")).await;
    client.ok("wire.configure", json!({"loss_every": 0, "delay_ms": 20})).await;
    client.ok("socket.recv", json!({"socket": peer, "timeout_ms": 20_000})).await;
    client.ok("host.add", json!({"name": "carol"})).await;
    for (host, family, to) in
        [("carol", "inet6", "[fd00::2]:9"), ("carol", "inet", "239.1.2.3:9"), ("bob", "inet", "10.0.0.99:9")]
    {
        let made = json!({"family": family, "type": "dgram", "host": host});
        let socket = client.ok("socket.create", made).await["socket"].clone();
        client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": to})).await;
    }
    until_packet(&client, "the packet to nobody", |packet| packet["fate"] == "no_host").await;
    let before = packets(&client).await.len();
    let response = rest.request("GET", "/export?format=pcapng", None).await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/x-pcapng")));
    assert_eq!(response.header("x-sockyard-oldest-seq"), Some("1"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lab.pcapng");
    let bytes = response.body_bytes();
    std::fs::write(&file, &bytes).unwrap();
    let all: Vec<Value> = packets(&client).await;
    let fields = [
        "-T",
        "fields",
        "-E",
        "separator=|",
        "-E",
        "occurrence=f",
        "-e",
        "frame.interface_name",
        "-e",
        "frame.comment",
        "-e",
        "_ws.malformed",
        "-e",
        "ip.src",
        "-e",
        "ipv6.src",
        "-e",
        "frame.time_epoch",
    ];
    let lines: Vec<Vec<String>> =
        tshark(&file, &fields).iter().map(|line| line.split('|').map(str::to_owned).collect()).collect();
    // TCP may have said something in between.
    assert!((before..=all.len()).contains(&lines.len()), "{before} {} {}", lines.len(), all.len());
    for (line, packet) in lines.iter().zip(&all) {
        assert_eq!(line[0], packet["from"].as_str().unwrap());
        assert_eq!(line[2], "", "malformed: {packet}");
        let source = packet["ip"]["source"].as_str().unwrap();
        assert!(line[3] == source || line[4] == source, "{line:?} {packet}");
        let seconds = format!("{}", packet["time_us"].as_u64().unwrap() / 1_000_000);
        assert!(line[5].starts_with(&seconds), "{line:?}");
        match packet["fate"].as_str().unwrap() {
            "lost" => assert!(line[1].contains("lost"), "{line:?}"),
            "no_host" => assert!(line[1].contains("no host has this address"), "{line:?}"),
            _ => {}
        }
        if let Some(original) = packet["tcp"]["original"].as_u64() {
            assert!(line[1].contains(&format!("retransmission of packet {original}")), "{line:?}");
        }
        if packet.get("delayed_us").is_some() {
            assert!(line[1].contains("delayed by 20.000 ms"), "{line:?}");
        }
    }
    assert_eq!(tshark(&file, &["-Y", "_ws.malformed"]), Vec::<String>::new());
    let bad =
        ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    let wrong = "ip.checksum.status==0 || tcp.checksum.status==0 || udp.checksum.status==0";
    assert_eq!(tshark(&file, &[&bad[..], &["-Y", wrong]].concat()), Vec::<String>::new());
    // A part of it, and what goes with the log only.
    let part = rest.request("GET", "/export?format=pcapng&after=5", None).await;
    assert!(part.body_bytes().len() < bytes.len());
    for field in ["socket=3", "kinds=sent", "data=base64", "map=true"] {
        let refused = rest.request("GET", &format!("/export?format=pcapng&{field}"), None).await;
        assert_eq!(refused.status, 422, "{field}");
    }
    let other = RestClient::open(server).await;
    assert_eq!(other.request("GET", "/export?format=pcapng", None).await.status, 403);
}
