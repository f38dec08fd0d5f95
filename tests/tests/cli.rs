//! The commands that ask a running server: what they print, and their exit codes, which scripts rely on: 0 done, 1 the
//! server answered with an error, 2 the command line is wrong, 3 no server answers.

use std::process::Stdio;

use serde_json::{Value, json};
use sockyard_tests::command::{self, Ended, end, run, run_with_input};
use sockyard_tests::{TestServer, WsClient, sockets, within};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

async fn sockyard(server: &TestServer, arguments: &[&str]) -> Ended {
    run(command::sockyard(server, arguments)).await
}

async fn ok(server: &TestServer, arguments: &[&str]) -> Ended {
    let ended = sockyard(server, arguments).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}: {ended:?}");
    ended
}

/// A command within a session of the test's own.
fn within_session(server: &TestServer, client: &WsClient, arguments: &[&str]) -> Command {
    let mut command = command::sockyard(server, arguments);
    command.env("SOCKYARD_SESSION", &client.hello.session);
    command.env("SOCKYARD_SESSION_TOKEN", &client.hello.token);
    command
}

#[tokio::test]
async fn one_call_has_a_session_of_its_own_which_ends_with_it() {
    let server = TestServer::start();
    let result = ok(&server, &["call", "dns.resolve", r#"{"name":"localhost"}"#]).await;
    assert!(result.json()["addresses"][0]["allowed"].as_bool().unwrap(), "{result:?}");
    assert_eq!(result.stdout.iter().filter(|byte| **byte == b'\n').count(), 1, "compact: {result:?}");
    let session = ok(&server, &["call", "session.info", "--field", "session"]).await;
    let events = sockyard(&server, &["events", "--session", session.text(), "--session-token", "x"]).await;
    assert_eq!((events.code, &events.error()["code"]), (Some(1), &json!(7)), "the session is gone");
    assert_eq!(ok(&server, &["call", "session.close"]).await.text(), "{}");
}

#[tokio::test]
async fn a_session_lives_on_between_the_commands_of_a_script() {
    let server = TestServer::start();
    let (peer, address) = sockets::udp().await;
    let script = format!(
        r#"set -e
        eval "$(sockyard session open)"
        socket=$(sockyard call socket.create '{{"family":"inet","type":"dgram"}}' --field socket)
        sockyard call socket.bind "{{\"socket\":$socket,\"address\":\"127.0.0.1:0\"}}" --field local
        sockyard call socket.send "{{\"socket\":$socket,\"data\":\"hi\",\"to\":\"{address}\"}}" --field bytes
        sockyard session close
        sockyard session close || echo "exit $?""#
    );
    let program = command::sockyard(&server, &[]).as_std().get_program().to_owned();
    let mut shell = Command::new("sh");
    let folder = std::path::Path::new(&program).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    shell.args(["-c", &script]).env("PATH", path).env("SOCKYARD_URL", server.url());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = run(shell).await;
    let lines: Vec<&str> = ended.text().lines().collect();
    assert!(lines[0].starts_with("127.0.0.1:"), "{ended:?}");
    assert_eq!(&lines[1..], ["2", "exit 1"], "{ended:?}");
    let (bytes, from) = sockets::receive(&peer).await;
    assert_eq!((bytes.as_slice(), from.to_string().as_str()), (b"hi".as_slice(), lines[0]));
}

#[tokio::test]
async fn a_kept_session_is_named_on_stderr() {
    let server = TestServer::start();
    let made =
        sockyard(&server, &["call", "socket.create", r#"{"family":"inet","type":"stream"}"#, "--keep"]).await;
    assert_eq!((made.code, made.text()), (Some(0), r#"{"socket":3}"#));
    let mut named = made.stderr.lines().map(|line| line.split_once('=').unwrap().1);
    let (session, token) = (named.next().unwrap(), named.next().unwrap());
    let arguments = ["call", "socket.list", "--field", "sockets.0.type"];
    let list =
        ok(&server, &[&arguments[..], &["--session", session, "--session-token", token]].concat()).await;
    assert_eq!(list.text(), "stream");
    let hello = ok(&server, &["session", "open", "--json"]).await.json();
    assert!(hello["limits"]["sockets"].is_u64(), "{hello}");
}

#[tokio::test]
async fn parameters_come_from_the_command_line_a_file_or_stdin() {
    let server = TestServer::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("params.json");
    std::fs::write(&file, r#"{"text":"from a file"}"#).unwrap();
    let named = format!("@{}", file.display());
    assert_eq!(ok(&server, &["call", "log.note", &named]).await.text(), r#"{"seq":1}"#);
    let piped = command::sockyard(&server, &["call", "log.note", "-"]);
    let noted = run_with_input(piped, br#"{"text":"from stdin"}"#).await;
    assert_eq!((noted.code, noted.text()), (Some(0), r#"{"seq":1}"#));
}

#[tokio::test]
async fn a_call_that_fails_gives_1_and_its_error_in_words_and_in_json() {
    let server = TestServer::start();
    let check = async |arguments: &[&str], code: i32, words: &str| {
        let ended = sockyard(&server, arguments).await;
        assert_eq!((ended.code, ended.text()), (Some(1), ""), "{arguments:?}: {ended:?}");
        assert_eq!(ended.error()["code"], code, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with("sockyard: ") && ended.stderr.contains(words), "{ended:?}");
    };
    check(&["call", "socket.teleport"], -32601, "no such method").await;
    check(&["call", "socket.close", r#"{"socket":9}"#], 3, "no socket 9").await;
    check(&["call", "socket.close", r#"{"socket":"x"}"#], -32602, "socket: ").await;
    let nobody = format!("127.0.0.1:{}", sockets::free_port().await);
    check(&["exchange", "tcp", &nobody, "--send", "x"], 1, "ECONNREFUSED").await;
    check(&["exchange", "tcp", "192.0.2.1:9", "--send", "x"], 2, "").await;
    check(&["exchange", "udp", &nobody, "--hex", "6"], 9, "odd number").await;
    check(&["exchange", "udp", &nobody, "--send", "x", "--until", "close"], -32602, "until").await;
    let missing = sockyard(&server, &["call", "socket.list", "--field", "nothing"]).await;
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains(r#"the result has no "nothing""#), "{missing:?}");
}

#[tokio::test]
async fn a_wrong_or_missing_token_gives_1_and_says_where_to_put_it() {
    let server = TestServer::start();
    for arguments in [
        &["call", "socket.list"][..],
        &["session", "open"],
        &["exchange", "udp", "127.0.0.1:9", "--send", "x"],
        &["call", "socket.list", "--token", "wrong-wrong-wrong"],
    ] {
        let mut command = command::sockyard(&server, arguments);
        command.env("SOCKYARD_URL", format!("http://{}", server.authority()));
        let ended = run(command).await;
        assert_eq!((ended.code, &ended.error()["code"]), (Some(1), &json!(8)), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("SOCKYARD_TOKEN"), "{ended:?}");
    }
    let mut command = command::sockyard(&server, &["call", "socket.list"]);
    command.env("SOCKYARD_URL", format!("http://{}", server.authority()));
    command.env("SOCKYARD_TOKEN", server.token.as_deref().unwrap());
    assert_eq!(run(command).await.code, Some(0));
}

#[tokio::test]
async fn a_wrong_command_line_gives_2_and_says_what_is_wrong() {
    let server = TestServer::start();
    let check = async |arguments: &[&str], words: &str| {
        let ended = sockyard(&server, arguments).await;
        assert_eq!((ended.code, ended.text()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(words), "{arguments:?}: {ended:?}");
    };
    check(&["call"], "METHOD").await;
    check(&["call", "socket.list", "{"], "PARAMS: not JSON").await;
    check(&["call", "socket.list", "[]"], "a JSON object").await;
    check(&["call", "socket.list", "@/nowhere"], "/nowhere").await;
    let long = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(long.path(), " ".repeat((1 << 20) + 1)).unwrap();
    check(&["call", "socket.list", &format!("@{}", long.path().display())], "more than 1048576 bytes").await;
    check(&["call", "socket.list", "--session", "s"], "--session-token").await;
    check(&["call", "socket.list", "--session", "s&x", "--session-token", "t"], "letters").await;
    check(&["call", "socket.list", "--url", "https://play.example.org"], "TLS").await;
    check(&["call", "socket.list", "--url", "127.0.0.1"], "http://").await;
    check(&["exchange", "sctp", "127.0.0.1:9"], "udp").await;
    check(&["exchange", "udp", "127.0.0.1"], "127.0.0.1").await;
    check(&["exchange", "udp", "127.0.0.1:9", "--send", "a", "--hex", "61"], "cannot be used with").await;
    check(&["events"], "sockyard session open").await;
    check(&["events", "--kinds", "sent,eaten"], "\"eaten\" is not a kind of event").await;
    check(&["session", "close"], "no session is named").await;
    check(&["health", "--url", "nonsense"], "http://").await;
}

#[tokio::test]
async fn no_server_gives_3() {
    let server = TestServer::start();
    let nobody = format!("http://127.0.0.1:{}", sockets::free_port().await);
    for arguments in [
        &["call", "socket.list"][..],
        &["exchange", "udp", "127.0.0.1:9", "--send", "x"],
        &["session", "open"],
        &["events", "--follow", "--session", "s", "--session-token", "t"],
        &["health"],
    ] {
        let mut command = command::sockyard(&server, arguments);
        let ended = run({
            command.env("SOCKYARD_URL", &nobody);
            command
        })
        .await;
        assert_eq!(ended.code, Some(3), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("sockyard serve"), "{ended:?}");
    }
}

#[tokio::test]
async fn what_is_no_sockyard_server_gives_3_as_well() {
    let server = TestServer::start();
    let (listener, address) = sockets::listener().await;
    let answering = tokio::spawn(async move {
        loop {
            let mut stream = BufReader::new(sockets::accept(&listener).await);
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).await.unwrap();
            }
            sockets::write(stream.get_mut(), b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno")
                .await;
        }
    });
    for arguments in [&["call", "socket.list"][..], &["exchange", "udp", "127.0.0.1:9", "--send", "x"]] {
        let mut command = command::sockyard(&server, arguments);
        let ended = run({
            command.env("SOCKYARD_URL", format!("http://{address}"));
            command
        })
        .await;
        assert_eq!(ended.code, Some(3), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("502"), "{ended:?}");
    }
    answering.abort();
}

#[tokio::test]
async fn health_waits_for_a_server_that_is_still_starting() {
    let mut before = TestServer::start();
    before.terminate();
    before.exit().await;
    let waiting = command::sockyard(&before, &["health", "--wait-seconds", "30"]).spawn().unwrap();
    let late = TestServer::start_again(&before);
    let ended = end(waiting).await;
    assert_eq!((ended.code, ended.text()), (Some(0), format!("{} is well", late.authority()).as_str()));
}

#[tokio::test]
async fn an_exchange_prints_the_replys_bytes_as_they_are() {
    let server = TestServer::start();
    let (peer, address) = sockets::udp().await;
    let answering = tokio::spawn(async move {
        loop {
            let (mut bytes, from) = sockets::receive(&peer).await;
            bytes.reverse();
            peer.send_to(&bytes, from).await.unwrap();
        }
    });
    let exchange =
        |rest: &[&str]| command::sockyard(&server, &[&["exchange", "udp", &address], rest].concat());
    assert_eq!(run(exchange(&["--send", "abc"])).await.stdout, b"cba");
    assert_eq!(run(exchange(&["--hex", "00 ff"])).await.stdout, [0xff, 0]);
    assert_eq!(run(exchange(&["--base64", "AP8="])).await.stdout, [0xff, 0]);
    assert_eq!(run_with_input(exchange(&[]), &[1, 0xfe, 2]).await.stdout, [2, 0xfe, 1]);
    let json = run(exchange(&["--send", "abc", "--json"])).await.json();
    assert_eq!((&json["reply"], &json["from"]), (&json!({"text": "cba"}), &json!(address)));
    let too_much = run_with_input(exchange(&[]), &vec![b'x'; (1 << 20) + 1]).await;
    assert_eq!(too_much.code, Some(2), "{too_much:?}");
    answering.abort();
}

#[tokio::test]
async fn an_exchange_over_tcp_ends_where_it_is_told_and_in_time() {
    let server = TestServer::start();
    let (listener, address) = sockets::listener().await;
    let answering = tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let mut stream = sockets::accept(&listener).await;
            sockets::write(&mut stream, b"220 ready\r\nmore").await;
            open.push(stream);
        }
    });
    let exchange =
        |rest: &[&str]| command::sockyard(&server, &[&["exchange", "tcp", &address], rest].concat());
    assert_eq!(run(exchange(&["--until", "bytes:3"])).await.stdout, b"220");
    assert_eq!(run(exchange(&["--send", "", "--until", "text:\r\n"])).await.stdout, b"220 ready\r\n");
    let late = run(exchange(&["--timeout-ms", "100"])).await;
    assert_eq!((late.code, &late.error()["code"]), (Some(1), &json!(4)), "{late:?}");
    let hint = late.error()["data"]["hint"].to_string();
    assert!(hint.contains("15 bytes came, and the peer has not closed"), "{hint}");
    answering.abort();
}

/// A command that goes on printing.
struct Following {
    child: Child,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
}

fn follow(mut command: Command) -> Following {
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Following { child, lines }
}

impl Following {
    async fn next(&mut self) -> Value {
        let line =
            within("an event", self.lines.next_line()).await.unwrap().expect("an event before the end");
        serde_json::from_str(&line).expect("an event in JSON")
    }

    async fn end(mut self) -> Ended {
        assert_eq!(within("the end of the events", self.lines.next_line()).await.unwrap(), None);
        end(self.child).await
    }
}

#[tokio::test]
async fn events_are_printed_once_and_filtered() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (first, _) = client.bound_udp().await;
    let (second, _) = client.bound_udp().await;
    let events = async |rest: &[&str]| {
        let ended = run(within_session(&server, &client, &[&["events"], rest].concat())).await;
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
        let lines = ended.text().lines();
        lines.map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(events(&[]).await, [1, 2, 3, 4]);
    assert_eq!(events(&["--after", "2"]).await, [3, 4]);
    assert_eq!(events(&["--kinds", "bound,closed"]).await, [2, 4]);
    assert_eq!(events(&["--socket", &second.to_string(), "--kinds", "created"]).await, [3]);
    assert_eq!(events(&["--socket", &first.to_string(), "--after", "9"]).await, [0_u64; 0]);
    for _ in 0..1100 {
        client.notify("log.note", json!({"text": "n"})).await;
    }
    client.ok("log.note", json!({"text": "last"})).await;
    assert_eq!(events(&[]).await.len(), 1105, "more than a page");
}

#[tokio::test]
async fn followed_events_go_on_until_the_session_is_closed() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.ok("log.note", json!({"text": "before"})).await;
    let mut following = follow(within_session(&server, &client, &["events", "--follow", "--kinds", "note"]));
    assert_eq!(following.next().await["text"], "before");
    client.udp().await;
    client.ok("log.note", json!({"text": "after"})).await;
    assert_eq!(following.next().await["text"], "after");
    client.ok("session.close", json!({})).await;
    let ended = following.end().await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn following_ends_with_ctrl_c_and_with_its_reader() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.ok("log.note", json!({"text": "one"})).await;
    let mut following = follow(within_session(&server, &client, &["events", "--follow"]));
    following.next().await;
    let pid = following.child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(following.end().await.code, Some(0));

    let mut unread = follow(within_session(&server, &client, &["events", "--follow"]));
    unread.next().await;
    drop(unread.lines);
    client.ok("log.note", json!({"text": "nobody reads this"})).await;
    let ended = end(unread.child).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "a broken pipe is no failure");
}

#[tokio::test]
async fn following_a_server_that_goes_gives_3() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.udp().await;
    let mut following = follow(within_session(&server, &client, &["events", "--follow"]));
    following.next().await;
    server.terminate();
    assert_eq!(following.next().await["kind"], "closed");
    let ended = following.end().await;
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.stderr.contains("shutting down"), "{ended:?}");
    server.exit().await;
}

#[tokio::test]
async fn following_goes_on_where_it_was_when_the_connection_is_lost() {
    let (listener, relay) = sockets::listener().await;
    let server = TestServer::start_with(&["--public-url", &format!("http://{relay}")]);
    let client = WsClient::open(&server).await;
    let authority = server.authority();
    let (cut, first_ends) = tokio::sync::oneshot::channel::<()>();
    let relaying = tokio::spawn(async move {
        let (mut near, mut far) = (sockets::accept(&listener).await, sockets::connect(&authority).await);
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            _ = first_ends => {}
        }
        drop((near, far));
        let (mut near, mut far) = (sockets::accept(&listener).await, sockets::connect(&authority).await);
        tokio::io::copy_bidirectional(&mut near, &mut far).await.unwrap();
    });
    client.ok("log.note", json!({"text": "one"})).await;
    let mut command = within_session(&server, &client, &["events", "--follow"]);
    command.env("SOCKYARD_URL", format!("http://{relay}"));
    let mut following = follow(command);
    assert_eq!(following.next().await["text"], "one");
    cut.send(()).unwrap();
    client.ok("log.note", json!({"text": "two"})).await;
    assert_eq!(following.next().await["text"], "two");
    client.ok("session.close", json!({})).await;
    let ended = following.end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("connecting again"), "{ended:?}");
    relaying.abort();
}

#[tokio::test]
async fn a_shell_can_complete_the_commands() {
    let server = TestServer::start();
    for shell in ["bash", "zsh", "fish"] {
        let script = ok(&server, &["completions", shell]).await;
        assert!(script.text().contains("exchange") && script.text().contains("timeout-ms"), "{shell}");
    }
    let program = command::sockyard(&server, &[]).as_std().get_program().to_owned();
    let mut shell = Command::new("bash");
    shell.arg("-c").arg("source <(\"$0\" completions bash) && complete -p sockyard").arg(program);
    let ended = run({
        shell.stdout(Stdio::piped()).stderr(Stdio::piped());
        shell
    })
    .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
