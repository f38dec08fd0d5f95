//! The process that makes hosts: what it may do, and when it ends.

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
