//! What a server does when the machine lets it down: no descriptors, no disk, a wall clock that jumps, connections that are reset by the thousand, and the
//! order to end in the middle of all its work. Throughout it answers whether it is well, and nothing that it has acknowledged is lost.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sockyard_tests::metrics::Metrics;
use sockyard_tests::rest::{RestClient, request};
use sockyard_tests::{TestServer, WsClient, command, eventually, http, server, sockets, tools, within};
use tokio::net::TcpStream;

/// Descriptors of a server that is to run out of them; hyper, Tokio and labs take some twenty.
const FEW: u64 = 96;

async fn is_well(server: &TestServer) {
    let answer = within("an answer from /healthz", http::get(server, "/healthz", &[])).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"ok"[..]));
}

/// Connections that are held open, until the server takes no more of them for what they are.
async fn until_no_descriptor_is_left(server: &TestServer) -> Vec<TcpStream> {
    let mut held = Vec::new();
    within("the last descriptor", async {
        loop {
            held.push(sockets::connect(&server.authority()).await);
            // Whoever comes once all are gone is told so, and not left waiting.
            let answer = http::get(server, "/api/v1/openapi.json", &[]).await;
            if answer.status == 429 {
                assert_eq!(answer.problem()["error"]["data"]["quota"], "descriptors");
                return;
            }
            assert_eq!(answer.status, 200);
            assert!(held.len() < FEW as usize, "{} connections, {} files", held.len(), server.open_files());
        }
    })
    .await;
    held
}

#[tokio::test]
async fn x04_without_descriptors_health_is_answered_calls_fail_and_all_comes_back() {
    let limit = format!("--nofile={FEW}:{FEW}");
    let server = TestServer::start_under(&["prlimit", &limit], &[]);
    let client = WsClient::open(&server).await;
    let (listener, address) = client.listener().await;
    let before = server.open_files();
    let held = until_no_descriptor_is_left(&server).await;
    // The session is there, and its calls say what lacks; a connection that was just answered may still have given one back.
    let mut made = Vec::new();
    let fault = loop {
        match client.call("socket.create", json!({"family": "inet", "type": "stream"})).await {
            Ok(answer) => made.push(answer["socket"].clone()),
            Err(fault) => break fault,
        }
        assert!(made.len() < FEW as usize, "never refused");
    };
    assert_eq!(fault.data.errno.as_deref(), Some("EMFILE"), "{fault:?}");
    let peer = sockets::connect(&address).await;
    let fault = client.fault("socket.accept", json!({"socket": listener})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EMFILE"), "{fault:?}");
    // Many ask at once, and again and again; some send half a request and stay.
    let halves = futures_util::future::join_all((0..4).map(async |_| {
        let mut half = sockets::connect(&server.authority()).await;
        sockets::write(&mut half, b"GET /healthz HTTP/1.1\r\n").await;
        half
    }))
    .await;
    for _ in 0..5 {
        futures_util::future::join_all((0..10).map(|_| is_well(&server))).await;
    }
    let token = format!("Authorization: Bearer {}", server.token.as_deref().unwrap());
    let metrics = http::get(&server, "/metrics", &[&token]).await;
    assert_eq!(metrics.status, 200, "{}", metrics.text());
    // One that comes just as another gives its descriptor back is let in, so it is held as well.
    let mut admitted = Vec::new();
    let (status, problem) = loop {
        match WsClient::connect(&server, "", server.token.as_deref()).await {
            Ok(client) => admitted.push(client),
            Err(refusal) => break refusal,
        }
        assert!(admitted.len() < FEW as usize, "never refused");
    };
    assert_eq!((status, &problem["error"]["data"]["quota"]), (429, &json!("descriptors")));
    drop(admitted);
    for socket in made {
        client.ok("socket.close", json!({"socket": socket})).await;
    }
    // They close, and everything is as before: the connection that could not be accepted still waits.
    drop((held, halves));
    eventually("the descriptors to come back", async || (server.open_files() <= before + 2).then_some(()))
        .await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    client.ok("socket.close", json!({"socket": accepted["connection"]})).await;
    drop(peer);
    WsClient::open(&server).await.tcp().await;
    let metrics = Metrics::of(&server).await;
    assert!(metrics.value("sockyard_quota_refusals_total{quota=\"descriptors\"}") >= 2.0);
}

/// A server whose data directory is a file system of its own, of so many bytes, and the directory as this process sees it.
fn on_a_small_disk(bytes: u32) -> (TestServer, PathBuf, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().to_str().unwrap().to_owned();
    let mount = format!("mount -t tmpfs -o size={bytes},mode=0700 none '{shown}' && exec \"$@\"");
    let program = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &mount, "sh"];
    let server = TestServer::start_under(&program, &["--data-dir", &shown]);
    let inside = PathBuf::from(format!("/proc/{}/root{shown}", server.pid()));
    (server, inside, folder)
}

/// `sockyard token` in the server's own view of its files.
async fn token(server: &TestServer, folder: &Path, arguments: &[&str]) -> command::Ended {
    let target = server.pid().to_string();
    let own = server::command(&[]);
    let mut command = tokio::process::Command::new("nsenter");
    command.args(["--target", &target, "--user", "--mount", "--preserve-credentials"]);
    command.arg(own.get_program()).arg("token").args(arguments).arg("--data-dir").arg(folder);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).kill_on_drop(true);
    command::run(command).await
}

#[tokio::test]
async fn x03_a_full_disk_stops_what_needs_it_and_nothing_else() {
    let (server, inside, folder) = on_a_small_disk(65_536);
    let made = token(&server, folder.path(), &["create", "first"]).await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let first = made.text().to_owned();
    let client = WsClient::connect(&server, "", Some(&first)).await.expect("the token opens a session");
    // To the last byte.
    let mut fill = std::fs::File::create(inside.join("fill")).unwrap();
    let full = loop {
        if let Err(error) = fill.write_all(&[0; 512]) {
            break error;
        }
    };
    assert_eq!(full.raw_os_error(), Some(libc::ENOSPC));
    is_well(&server).await;
    let refused = token(&server, folder.path(), &["create", "second"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.to_lowercase().contains("no space left"), "{refused:?}");
    // What was there is whole: the old token opens sessions, and is listed alone.
    let listed = token(&server, folder.path(), &["list"]).await;
    assert!(listed.text().contains("first") && !listed.text().contains("second"), "{listed:?}");
    assert!(WsClient::connect(&server, "", Some(&first)).await.is_ok());
    // The network and the log are in memory alone.
    let (one, two) = client.pair().await;
    client.send_data(one, "as ever").await;
    assert_eq!(client.recv(two).await, b"as ever");
    let owner = WsClient::open(&server).await;
    let socket = owner.socket("unix", "dgram").await;
    let outcome = owner.call("socket.bind", json!({"socket": socket, "address": "unix:name"})).await;
    if let Err(fault) = outcome {
        assert_eq!(fault.data.errno.as_deref(), Some("ENOSPC"), "{fault:?}");
    }
    is_well(&server).await;
    drop(fill);
    std::fs::remove_file(inside.join("fill")).unwrap();
    let made = token(&server, folder.path(), &["create", "second"]).await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let second = made.text().to_owned();
    eventually("the new token to be known", async || {
        WsClient::connect(&server, "", Some(&second)).await.is_ok().then_some(())
    })
    .await;
}

#[tokio::test]
async fn x06_resets_by_the_thousand_leave_nothing_behind() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let before = server.open_files();
    // Those of a session's listener, which accepts by itself.
    let (listener, address) = client.listener().await;
    client.ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream"})).await;
    for round in 0..20 {
        for _ in 0..50 {
            sockets::reset(sockets::connect(&address).await);
            sockets::reset(sockets::connect(&server.authority()).await);
            sockets::reset(sockets::connect(&server.authority()).await);
        }
        is_well(&server).await;
        // Sockets of connections that were accepted stay until they are closed, as they do in any program.
        let accepted = eventually(format!("the connections of round {round}"), async || {
            let sockets = client.ok("socket.list", json!({})).await;
            let all = sockets["sockets"].as_array().unwrap().iter();
            let accepted =
                all.map(|one| one["socket"].as_u64().unwrap()).filter(|number| *number != listener);
            Some(accepted.collect::<Vec<u64>>()).filter(|accepted| accepted.len() == 50)
        })
        .await;
        for number in accepted {
            client.ok("socket.close", json!({"socket": number})).await;
        }
    }
    // In the middle of a handshake.
    for _ in 0..50 {
        let mut stream = sockets::connect(&server.authority()).await;
        sockets::write(&mut stream, b"GET /api/v1/ws HTTP/1.1\r\nHost: 127.0.0.1").await;
        sockets::reset(stream);
    }
    is_well(&server).await;
    eventually("the descriptors to come back", async || (server.open_files() <= before + 2).then_some(()))
        .await;
    let (one, two) = client.pair().await;
    client.send_data(one, "as ever").await;
    assert_eq!(client.recv(two).await, b"as ever");
}

/// A wall clock for one server.
struct Clock {
    folder: tempfile::TempDir,
}

impl Clock {
    fn new() -> Clock {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("clock.so");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(tools::source("c/clock.c"))
            .arg("-ldl")
            .status();
        assert!(compiled.unwrap().success(), "the clock compiles");
        let clock = Clock { folder };
        clock.set(0);
        clock
    }

    fn library(&self) -> String {
        self.folder.path().join("clock.so").display().to_string()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// Sets it so many seconds off the true time. The file stays the same one, because the server has mapped it.
    fn set(&self, seconds: i64) {
        let mut file =
            std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(self.file()).unwrap();
        file.write_all(&seconds.to_ne_bytes()).unwrap();
    }
}

#[tokio::test]
async fn x08_a_wall_clock_that_jumps_moves_no_deadline_and_revives_no_token() {
    const HOUR: i64 = 3_600;
    const YEAR: i64 = 365 * 24 * HOUR;
    let clock = Clock::new();
    let (library, file) = (clock.library(), clock.file().display().to_string());
    let server = TestServer::start_in(&[], &[("LD_PRELOAD", &library), ("CLOCK_OFFSET", &file)]);
    let mut make = server::command(&["token", "create", "day", "--expires", "24h", "--data-dir"]);
    let made = command::run(tokio::process::Command::from({
        make.arg(server.data_dir()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        make
    }))
    .await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let day = made.text().to_owned();
    let owner = WsClient::open(&server).await;
    let socket = owner.udp().await;
    owner.bind(socket, "127.0.0.1:0").await;
    let waiting = owner.start("socket.recv", json!({"socket": socket, "timeout_ms": 20_000})).await;
    let mut seconds = Vec::new();
    for jump in
        [HOUR, -HOUR, 10 * YEAR, -(Metrics::of(&server).await.value("process_start_time_seconds") as i64)]
    {
        clock.set(jump);
        is_well(&server).await;
        let began = Instant::now();
        let other = owner.udp().await;
        owner.bind(other, "127.0.0.1:0").await;
        let fault = owner.fault("socket.recv", json!({"socket": other, "timeout_ms": 200})).await;
        assert_eq!(fault.code, 4, "{jump}: {fault:?}");
        assert!(began.elapsed() >= Duration::from_millis(200), "{jump}: {:?}", began.elapsed());
        owner.ok("log.note", json!({"text": format!("{jump} s")})).await;
        seconds.push(jump);
    }
    clock.set(0);
    // The long wait was neither cut short nor forgotten.
    let (sender, _) = sockets::udp().await;
    let info = owner.info(socket).await;
    sender.send_to(b"there", info["local"].as_str().unwrap()).await.unwrap();
    assert_eq!(waiting.ok().await["data"]["text"], "there");
    let page = owner.ok("log.read", json!({"limit": 1000})).await;
    let seqs: Vec<u64> =
        page["events"].as_array().unwrap().iter().map(|one| one["seq"].as_u64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
    // A token of a day: unknown at first, until the server has looked at the file.
    let session =
        eventually("the token to be known", async || WsClient::connect(&server, "", Some(&day)).await.ok())
            .await;
    clock.set(2 * 24 * HOUR);
    assert_eq!(within("its session's end", session.closed()).await.code, Some(4403));
    let (status, _) = WsClient::connect(&server, "", Some(&day)).await.err().expect("it has expired");
    assert_eq!(status, 401);
    clock.set(0);
    let (status, _) = WsClient::connect(&server, "", Some(&day)).await.err().expect("it stays so");
    assert_eq!(status, 401);
    owner.ok("socket.list", json!({})).await;
}

#[tokio::test]
async fn x11_an_end_under_load_comes_in_time_and_loses_nothing_acknowledged() {
    let mut server = TestServer::start();
    let mut working = Vec::new();
    for _ in 0..20 {
        let client = WsClient::open(&server).await;
        let (from, to) = client.pair().await;
        client.ok("socket.configure", json!({"socket": to, "receive": "stream"})).await;
        working.push(tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in 0_u32.. {
                let text = format!("{number:08}");
                let sending = client.start("socket.send", json!({"socket": from, "data": text})).await;
                let answer = tokio::select! {
                    biased;
                    answer = sending.answer_or_end() => answer,
                    _ = client.closed() => None,
                };
                match answer {
                    Some(Ok(_)) => acknowledged.push(text),
                    Some(Err(_)) | None => break,
                }
            }
            let closed = client.closed().await;
            (acknowledged, client.events(), from, closed)
        }));
    }
    eventually("some thousand sends", async || {
        let sent = Metrics::of(&server).await.value("sockyard_sent_bytes_total");
        (sent >= 16_000.0).then_some(())
    })
    .await;
    let began = Instant::now();
    server.terminate();
    assert_eq!(within("the server's end", server.exit()).await.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let mut all = 0;
    for worker in working {
        let (acknowledged, events, from, closed) = within("a worker's end", worker).await.unwrap();
        assert_eq!(closed.code, Some(1001));
        let sent = |event: &&Value| event["kind"] == "sent" && event["socket"] == from;
        let logged: HashSet<&str> =
            events.iter().filter(sent).filter_map(|event| event["data"]["text"].as_str()).collect();
        let lost: Vec<_> = acknowledged.iter().filter(|text| !logged.contains(text.as_str())).collect();
        assert!(
            lost.is_empty(),
            "of {} acknowledged sends these have no event: {lost:?}",
            acknowledged.len()
        );
        all += acknowledged.len();
    }
    assert!(all > 1_000, "{all} sends were acknowledged");
}

#[tokio::test]
async fn x11_readiness_goes_at_once_and_health_last() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    // It does not read, so the way down takes as long as it may.
    client.pause();
    let rest = RestClient::open(&server).await;
    rest.bound_udp().await;
    assert_eq!(http::get(&server, "/readyz", &[]).await.status, 200);
    server.terminate();
    eventually("readiness to go", async || {
        (http::get(&server, "/readyz", &[]).await.status == 503).then_some(())
    })
    .await;
    is_well(&server).await;
    let refused =
        request(&server, "POST", "/api/v1/sessions", server.token.as_deref(), Some(json!({}))).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(server.exit().await.code(), Some(0));
}
