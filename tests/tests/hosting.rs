//! What a server for strangers insists on, and the files in `packaging/` that run one.

use std::process::Stdio;

use serde_json::json;
use sockyard_tests::command::{Ended, run};
use sockyard_tests::{TestServer, WsClient, server, tools};
use tokio::process::Command;

/// Runs a program to its end.
async fn ended(mut command: std::process::Command) -> Ended {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    run(command).await
}

/// A file of `packaging/`.
fn packaged(name: &str) -> std::path::PathBuf {
    tools::source("../packaging").join(name)
}

#[tokio::test]
async fn open_access_insists_on_labs_or_on_a_word_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data, "--access", "open"];
    for more in [&[][..], &["--network", "host"], &["--open-host-network=false"]] {
        let ended = ended(server::command(&[&serve, more].concat())).await;
        assert_eq!(ended.code, Some(1), "{more:?}: {ended:?}");
        assert!(ended.stderr.contains("--network lab"), "{ended:?}");
        assert!(ended.stderr.contains("--open-host-network"), "{ended:?}");
        assert_eq!(ended.stdout, b"", "nothing is printed for anybody to open");
    }
    let open = TestServer::start_with(&["--access", "open", "--open-host-network"]);
    assert_eq!(WsClient::open(&open).await.hello.network.kind, "host");
}

#[tokio::test]
async fn strangers_are_in_networks_of_their_own() {
    let server = TestServer::start_with(&["--access", "open", "--network", "lab"]);
    let (one, two) = (WsClient::open(&server).await, WsClient::open(&server).await);
    assert_eq!(one.hello.network.kind, "lab");
    // The server's own address is nobody's in a lab; the kernel says so, not the policy.
    let socket = one.tcp().await;
    let address = server.authority();
    let fault = one.fault("socket.connect", json!({"socket": socket, "address": address})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("ECONNREFUSED"), "{fault:?}");
    let (status, _) = WsClient::connect(&server, "?network=host", None).await.err().expect("a refusal");
    assert_eq!(status, 422);
    // The same port of the same address, for each of them.
    for client in [&one, &two] {
        let socket = client.tcp().await;
        client.ok("socket.bind", json!({"socket": socket, "address": "0.0.0.0:7788"})).await;
    }
}

#[tokio::test]
async fn the_packaged_configuration_is_one_and_opens_labs_alone() {
    let file = packaged("sockyard.toml");
    let ended = ended(server::command(&["config", "--config", file.to_str().unwrap()])).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for line in ["access = \"open\"", "network = \"lab\"", "open_host_network = \"false\""] {
        assert!(ended.text().lines().any(|shown| shown.starts_with(line)), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn systemd_understands_the_unit_and_finds_little_left_open() {
    let folder = tempfile::tempdir().unwrap();
    // The unit names where the program will be installed; here it is where it was built.
    let text = std::fs::read_to_string(packaged("sockyard.service")).unwrap();
    let program = server::command(&[]).get_program().to_str().unwrap().to_owned();
    assert!(text.contains("ExecStart=/usr/local/bin/sockyard "), "{text}");
    let unit = folder.path().join("sockyard.service");
    std::fs::write(&unit, text.replace("/usr/local/bin/sockyard", &program)).unwrap();
    let unit = unit.to_str().unwrap();
    let analyze = |arguments: &[&str]| {
        let mut command = std::process::Command::new("systemd-analyze");
        command.args(arguments);
        ended(command)
    };
    let verified = analyze(&["verify", unit]).await;
    assert_eq!((verified.code, verified.stderr.as_str()), (Some(0), ""), "{verified:?}");
    // From 0, nothing left open, to 100. What is left: the host's network and /proc, user and network namespaces, the TUN device.
    let secure = analyze(&["security", "--offline=true", "--threshold=25", unit]).await;
    assert_eq!(secure.code, Some(0), "{secure:?}");
}
