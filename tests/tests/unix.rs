//! Unix sockets: names inside the session, private to it, streams and datagrams.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, bytes, within};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn unix_streams_connect_by_name_and_by_abstract_name() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for name in ["unix:chat.sock", "unix:@chat"] {
        let listener = client.socket("unix", "stream").await;
        assert_eq!(client.bind(listener, name).await, name);
        client.ok("socket.listen", json!({"socket": listener})).await;
        let socket = client.socket("unix", "stream").await;
        let connected = client.ok("socket.connect", json!({"socket": socket, "address": name})).await;
        assert_eq!(connected["peer"], name);
        let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
        assert_eq!(accepted["local"], name);
        let connection = accepted["connection"].as_u64().unwrap();
        client.send_data(socket, "near").await;
        assert_eq!(client.recv(connection).await, b"near");
        client.ok("socket.close", json!({"socket": connection})).await;
        assert_eq!(client.ok("socket.recv", json!({"socket": socket})).await["eof"], true);
    }
}

#[tokio::test]
async fn unix_datagrams_tell_their_sender_by_name() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (one_name, two_name) in [("unix:one", "unix:two"), ("unix:@one", "unix:@two")] {
        let one = client.socket("unix", "dgram").await;
        client.bind(one, one_name).await;
        let two = client.socket("unix", "dgram").await;
        client.bind(two, two_name).await;
        client.ok("socket.send", json!({"socket": two, "data": "hello", "to": one_name})).await;
        let received = client.ok("socket.recv", json!({"socket": one})).await;
        assert_eq!(bytes(&received), b"hello");
        assert_eq!(received["from"], two_name);
    }
}

#[tokio::test]
async fn a_name_in_use_is_refused_by_the_kernel() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for name in ["unix:@chat", "unix:chat"] {
        let first = client.socket("unix", "stream").await;
        client.bind(first, name).await;
        let second = client.socket("unix", "stream").await;
        let fault = client.fault("socket.bind", json!({"socket": second, "address": name})).await;
        assert_eq!(fault.data.errno.as_deref(), Some("EADDRINUSE"), "{name}");
    }
}

#[tokio::test]
async fn a_name_that_nobody_bound_is_refused_by_the_kernel() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (name, errno) in [("unix:nobody", "ENOENT"), ("unix:@nobody", "ECONNREFUSED")] {
        let socket = client.socket("unix", "stream").await;
        let fault = client.fault("socket.connect", json!({"socket": socket, "address": name})).await;
        assert_eq!(fault.data.errno.as_deref(), Some(errno), "{name}");
    }
}

#[tokio::test]
async fn unix_names_are_private_to_their_session() {
    let server = TestServer::start();
    let one = WsClient::open(&server).await;
    let two = WsClient::open(&server).await;
    for (name, errno) in [("unix:mine", "ENOENT"), ("unix:@mine", "ECONNREFUSED")] {
        let listener = one.socket("unix", "stream").await;
        one.bind(listener, name).await;
        one.ok("socket.listen", json!({"socket": listener})).await;
        let stranger = two.socket("unix", "stream").await;
        let fault = two.fault("socket.connect", json!({"socket": stranger, "address": name})).await;
        assert_eq!(fault.data.errno.as_deref(), Some(errno), "{name}");
        // The same name is free there.
        two.bind(stranger, name).await;
    }
}

#[tokio::test]
async fn names_that_lead_out_of_the_session_are_refused() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for name in [
        "/etc/passwd",
        "../other",
        "..",
        ".",
        "",
        "a/b",
        "@",
        "@/run/x",
        "/var/run/docker.sock",
        "a\u{0}b",
        "~",
    ] {
        let socket = client.socket("unix", "stream").await;
        for method in ["socket.bind", "socket.connect"] {
            let fault =
                client.fault(method, json!({"socket": socket, "address": format!("unix:{name}")})).await;
            assert_eq!(fault.code, -32602, "{method} {name}: {fault:?}");
            assert!(fault.data.hint.unwrap_or_default().contains("address"), "{name}");
        }
        client.ok("socket.close", json!({"socket": socket})).await;
    }
}

#[tokio::test]
async fn a_program_on_the_same_machine_reaches_a_name_through_the_sessions_folder() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let folder = client.hello.network.unix_directory.clone().expect("the owner is told the folder");
    let listener = client.socket("unix", "stream").await;
    client.bind(listener, "unix:door").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    let path = std::path::Path::new(&folder).join("door");
    let mut outside = within("a connection", tokio::net::UnixStream::connect(&path)).await.unwrap();
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    client.send_data(accepted["connection"].as_u64().unwrap(), "welcome").await;
    let mut bytes = [0; 7];
    within("bytes", outside.read_exact(&mut bytes)).await.unwrap();
    assert_eq!(&bytes, b"welcome");
    client.ok("session.close", json!({})).await;
    client.closed().await;
    sockyard_tests::eventually("the session's folder to go", async || (!path.exists()).then_some(())).await;
}

/// A session whose folder is there, and that folder.
async fn with_folder(server: &TestServer) -> (WsClient, std::path::PathBuf) {
    let client = WsClient::open(server).await;
    let socket = client.socket("unix", "dgram").await;
    client.bind(socket, "unix:first").await;
    let folder = client.hello.network.unix_directory.clone().expect("the owner is told the folder");
    (client, folder.into())
}

#[tokio::test]
async fn e04_a_link_in_the_folder_leads_nowhere() {
    let server = TestServer::start();
    let (client, folder) = with_folder(&server).await;
    let outside = tempfile::tempdir().unwrap();
    let stream = std::os::unix::net::UnixListener::bind(outside.path().join("stream")).unwrap();
    let datagrams = std::os::unix::net::UnixDatagram::bind(outside.path().join("dgram")).unwrap();
    stream.set_nonblocking(true).unwrap();
    datagrams.set_nonblocking(true).unwrap();
    for (kind, method) in
        [("stream", "socket.connect"), ("dgram", "socket.connect"), ("dgram", "socket.send")]
    {
        let name = format!("{kind}-link");
        _ = std::os::unix::fs::symlink(outside.path().join(kind), folder.join(&name));
        let socket = client.socket("unix", kind).await;
        let address = format!("unix:{name}");
        let params = match method {
            "socket.send" => json!({"socket": socket, "to": address, "data": "out"}),
            _ => json!({"socket": socket, "address": address}),
        };
        let fault = client.fault(method, params).await;
        assert_eq!(fault.data.errno.as_deref(), Some("ECONNREFUSED"), "{kind} {method}: {fault:?}");
    }
    let nobody = std::io::ErrorKind::WouldBlock;
    assert_eq!(stream.accept().unwrap_err().kind(), nobody);
    assert_eq!(datagrams.recv(&mut [0; 8]).unwrap_err().kind(), nobody);
}

#[tokio::test]
async fn e06_e07_files_and_links_in_the_way_are_left_alone() {
    let server = TestServer::start();
    let (client, folder) = with_folder(&server).await;
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(folder.join("file"), "mine").unwrap();
    std::os::unix::fs::symlink(outside.path().join("not-made"), folder.join("dangling")).unwrap();
    for name in ["file", "dangling"] {
        let socket = client.socket("unix", "stream").await;
        let address = json!({"socket": socket, "address": format!("unix:{name}")});
        let fault = client.fault("socket.bind", address.clone()).await;
        assert_eq!(fault.data.errno.as_deref(), Some("EADDRINUSE"), "{name}");
        let fault = client.fault("socket.connect", address).await;
        assert_eq!(fault.data.errno.as_deref(), Some("ECONNREFUSED"), "{name}");
        client.ok("socket.close", json!({"socket": socket})).await;
    }
    assert_eq!(std::fs::read_to_string(folder.join("file")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn e05_a_folder_that_is_swapped_again_and_again_lets_nothing_out() {
    let server = TestServer::start();
    let (client, folder) = with_folder(&server).await;
    let outside = tempfile::tempdir().unwrap();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (from, to, away) = (outside.path().to_owned(), folder.clone(), folder.with_extension("away"));
    let swapping = std::thread::spawn(move || {
        let mut swaps = 0_u32;
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            std::fs::rename(&to, &away).unwrap();
            std::os::unix::fs::symlink(&from, &to).unwrap();
            std::fs::remove_file(&to).unwrap();
            std::fs::rename(&away, &to).unwrap();
            swaps += 1;
        }
        swaps
    });
    for number in 0..300 {
        let name = format!("unix:name-{number}");
        let (server_end, client_end) =
            (client.socket("unix", "stream").await, client.socket("unix", "stream").await);
        client.bind(server_end, &name).await;
        client.ok("socket.listen", json!({"socket": server_end})).await;
        client.ok("socket.connect", json!({"socket": client_end, "address": name})).await;
        client.ok("socket.close", json!({"socket": client_end})).await;
        client.ok("socket.close", json!({"socket": server_end})).await;
    }
    drop(stop);
    assert!(swapping.join().unwrap() > 300);
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0, "nothing was ever made outside");
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["first"], "each name went with its socket");
}

#[tokio::test]
async fn e05_the_servers_own_folder_is_not_followed_elsewhere() {
    let server = TestServer::start();
    let outside = tempfile::tempdir().unwrap();
    let own = server.data_dir().join("unix");
    std::fs::rename(&own, server.data_dir().join("away")).unwrap();
    std::os::unix::fs::symlink(outside.path(), &own).unwrap();
    let (client, _) = with_folder(&server).await;
    assert_eq!(std::fs::read_dir(outside.path()).unwrap().count(), 0);
    let moved = server.data_dir().join("away").join(&client.hello.session);
    assert!(moved.join("first").exists(), "the name is where the server's folder is now");
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&moved).unwrap());
    assert_eq!(mode & 0o777, 0o700);
    client.ok("session.close", json!({})).await;
    client.closed().await;
    sockyard_tests::eventually("the session's folder to go", async || (!moved.exists()).then_some(())).await;
}
