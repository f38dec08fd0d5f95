//! The process that makes hosts: what it may do, and what is left behind.

use std::process::Command;

use super::*;

/// The server's one child.
fn helper(server: &TestServer) -> u32 {
    let [helper] = children(server)[..] else { panic!("the server has one helper") };
    helper
}

fn children(server: &TestServer) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", server.pid())).unwrap();
    let children = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children")).unwrap();
    let all: Vec<String> = tasks.map(|task| children(task.unwrap())).collect();
    all.iter().flat_map(|line| line.split_whitespace()).map(|child| child.parse().unwrap()).collect()
}

/// A line of a process's status (proc_pid_status(5)).
fn status(process: u32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("{name} in {status}")).trim().to_owned()
}

/// The devices of a process's network (proc_pid_net(5)): below two lines of titles a line each.
fn devices(process: u32) -> Vec<String> {
    let table = std::fs::read_to_string(format!("/proc/{process}/net/dev")).unwrap();
    table.lines().skip(2).map(|line| line.split(':').next().unwrap().trim().to_owned()).collect()
}

/// Waits until the kernel has taken away all devices of hosts that are gone: it does with their namespaces.
async fn no_pair_is_left(helper: u32) {
    let is_gone = || devices(helper).iter().all(|device| !device.starts_with("wire"));
    eventually("the end of the last veth pair", async || is_gone().then_some(())).await;
}

/// Lets the helper's user namespace have so many network namespaces, its own included (namespaces(7)).
fn allow_namespaces(helper: u32, count: u32) {
    let write = format!("echo {count} > /proc/sys/user/max_net_namespaces");
    let mut command = Command::new("nsenter");
    command.args(["--user", "--preserve-credentials", "--target", &helper.to_string(), "sh", "-c", &write]);
    assert!(command.status().expect("nsenter runs").success());
}

/// Opens a lab that is refused for as long as there are too many namespaces: they are freed a little after their lab.
async fn lab_within_the_quota(server: &TestServer) -> WsClient {
    eventually("a lab within the namespaces that there may be", async || {
        match WsClient::connect(server, "?network=lab", server.token.as_deref()).await {
            Ok(client) => Some(client),
            Err((_, problem)) => {
                assert_eq!(problem["error"]["data"]["errno"], "ENOSPC", "{problem}");
                None
            }
        }
    })
    .await
}

#[tokio::test]
async fn the_helper_is_kept_to_the_calls_that_it_needs() {
    let server = TestServer::start();
    let helper = helper(&server);
    assert_eq!(status(helper, "Seccomp"), "2", "the mode in which a filter decides");
    assert_eq!(status(helper, "NoNewPrivs"), "1");
    assert_eq!(status(helper, "Threads"), "1");
    // Which calls these are is tested beside the list. Here: with no others labs do all that they are there for.
    assert!(!server.stderr().contains("without a filter"), "{}", server.stderr());
    lab(&server).await.ok("wire.show", json!({})).await;
}

/// Replaces itself by the program in its arguments, which may then do anything but filter system calls.
const WITHOUT_SECCOMP: &str = r#"
import ctypes, os, platform, struct, sys
call = {"x86_64": 317, "aarch64": 277}[platform.machine()]
# Loads the call's number, jumps over the next one if it is another, returns EPERM, permits the call.
program = struct.pack("=" + "HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, call, 6, 0, 0, 0x50001, 6, 0, 0, 0x7fff0000)
program = ctypes.create_string_buffer(program)
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, struct.pack("=H6xQ", 4, ctypes.addressof(program))) == 0
os.execv(sys.argv[1], sys.argv[1:])
"#;

#[tokio::test]
async fn where_there_are_no_filters_labs_are_opened_all_the_same_and_the_log_says_so() {
    let server = TestServer::start_under(&["python3", "-c", WITHOUT_SECCOMP], &[]);
    let warning = "the labs' helper runs without a filter of its system calls";
    eventually("the warning", async || server.stderr().contains(warning).then_some(())).await;
    lab(&server).await.ok("wire.show", json!({})).await;
}

#[tokio::test]
async fn the_helper_ends_with_the_server_even_when_that_is_killed() {
    let mut server = TestServer::start();
    let helper = helper(&server);
    server.signal(9);
    server.exit().await;
    // A process that nobody has waited for yet is a zombie, which has no command line.
    let is_gone =
        move || std::fs::read(format!("/proc/{helper}/cmdline")).map_or(true, |command| command.is_empty());
    eventually("the helper's end", async || is_gone().then_some(())).await;
}

#[tokio::test]
async fn a_lab_that_is_half_made_is_taken_back() {
    for wire in ["tun", "veth"] {
        half_made(wire).await;
    }
}

async fn half_made(wire: &str) {
    let server = TestServer::start_in(&["--lab-wire", wire], &[("SOCKYARD_LOG", "debug")]);
    let helper = helper(&server);
    let held = move || std::fs::read_dir(format!("/proc/{helper}/fd")).unwrap().count();
    let refused = async || {
        let refused = WsClient::connect(&server, "?network=lab", server.token.as_deref()).await;
        let (status, problem) = refused.err().expect("the second host is one too many");
        assert_eq!((status, &problem["error"]["data"]["errno"]), (422, &json!("ENOSPC")));
    };
    // The helper's own, and one for a host.
    allow_namespaces(helper, 2);
    // What is made once is there afterwards.
    refused().await;
    let (files, namespaces) = (server.open_files(), held());
    // Where the namespace of the one before is still there, not even the first host can be made: so each of them has gone.
    eventually("five labs of which one host was there to be taken back", async || {
        refused().await;
        (server.stderr().matches("are taken back hosts=1").count() >= 5).then_some(())
    })
    .await;
    eventually("the helper holds no more than before", async || (held() <= namespaces).then_some(())).await;
    eventually("the server holds no more than before", async || (server.open_files() <= files).then_some(()))
        .await;
    no_pair_is_left(helper).await;
    allow_namespaces(helper, 20);
    lab_within_the_quota(&server).await;
}

#[tokio::test]
async fn five_hundred_labs_leave_nothing_behind() {
    leave_nothing_behind(&TestServer::start_with(&["--lab-wire", "tun"])).await;
}

#[tokio::test]
async fn nor_do_they_over_veth_pairs() {
    let server = TestServer::start_with(&["--lab-wire", "veth"]);
    leave_nothing_behind(&server).await;
}

async fn leave_nothing_behind(server: &TestServer) {
    const ROUNDS: usize = 500;
    const AT_ONCE: usize = 5;
    /// Room for these and for what the kernel has not freed yet, and a fifth of all that are made.
    const NAMESPACES: u32 = 200;
    let helper = helper(server);
    let held = move || std::fs::read_dir(format!("/proc/{helper}/fd")).unwrap().count();
    let round = async || {
        let client = lab_within_the_quota(server).await;
        let socket = socket_on(&client, "bob", "dgram").await;
        client.ok("socket.bind", json!({"socket": socket, "address": "0.0.0.0:7788"})).await;
        client.ok("session.close", json!({})).await;
    };
    let rounds = async |count: usize| {
        let row = async || {
            for _ in 0..count / AT_ONCE {
                round().await;
            }
        };
        tokio::join!(row(), row(), row(), row(), row());
    };
    allow_namespaces(helper, NAMESPACES);
    // What is made once is there afterwards.
    rounds(AT_ONCE).await;
    let (files, namespaces) = (server.open_files(), held());
    rounds(ROUNDS).await;
    eventually("the helper holds no more than before", async || (held() <= namespaces).then_some(())).await;
    eventually("the server holds no more than before", async || (server.open_files() <= files).then_some(()))
        .await;
    assert_eq!(children(server), [helper], "no process is left");
    no_pair_is_left(helper).await;
    // And no namespace: but for the helper's own, all that there may be can be in use again.
    let mut labs = Vec::new();
    for _ in 0..(NAMESPACES - 1) / 2 {
        labs.push(lab_within_the_quota(server).await);
    }
}
