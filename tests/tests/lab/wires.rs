//! The same over every kind of wire, for root and for somebody without any privilege.

use std::os::unix::fs::{MetadataExt as _, chown};

use tempfile::TempDir;

use super::*;

/// Who has nothing: "nobody".
const NOBODY: u32 = 65_534;

/// Whether these tests run as root, who can become somebody else.
fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// A server, and the directory that it keeps its things in where that cannot be its own.
struct Started {
    server: TestServer,
    _directory: Option<TempDir>,
}

/// A server of this user's.
fn as_oneself(wire: &str) -> Started {
    Started { server: TestServer::start_with(&["--lab-wire", wire]), _directory: None }
}

/// A server of somebody's who has no capability and cannot get one.
fn without_privileges(wire: &str) -> Started {
    if !is_root() {
        eprintln!(
            "SKIPPED IN PART: only root can become somebody else, so the server runs as whoever runs this test"
        );
        return as_oneself(wire);
    }
    let directory = owned_by_nobody();
    let data = directory.path().join("data");
    let options = ["--lab-wire", wire, "--data-dir", data.to_str().unwrap()];
    let server = TestServer::start_under(&AS_NOBODY, &options);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    for line in [
        "Uid:\t65534\t65534\t65534\t65534",
        "CapEff:\t0000000000000000",
        "CapBnd:\t0000000000000000",
        "NoNewPrivs:\t1",
    ] {
        assert!(status.lines().any(|one| one == line), "{line}: {status}");
    }
    Started { server, _directory: Some(directory) }
}

const AS_NOBODY: [&str; 7] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--bounding-set=-all",
    "--inh-caps=-all",
    "--no-new-privs",
];

fn owned_by_nobody() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    chown(directory.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    directory
}

/// Which kind of wire a server says that it has.
async fn wire_of(server: &TestServer) -> Vec<String> {
    let client = lab(server).await;
    client.hello.features.iter().filter(|feature| feature.starts_with("lab")).cloned().collect()
}

macro_rules! checks {
    ($start:ident, $wire:literal) => {
        checks!(
            $start, $wire,
            connection: crate::lab::connection,
            names_and_ipv6: crate::lab::names_and_ipv6,
            broadcast_and_multicast: crate::lab::broadcast_and_multicast,
            refusal: crate::lab::refusal,
            isolation: crate::lab::isolation,
            capture: capture::capture,
            flipped_bit: impair::flipped_bit,
            mtu: impair::mtu,
            loss: impair::loss,
            coming_and_going: hosts::coming_and_going,
        );
    };
    ($start:ident, $wire:literal, $($name:ident: $check:path,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let started = $start($wire);
                let wire = format!("lab-{}", $wire);
                assert_eq!(wire_of(&started.server).await, ["lab".to_owned(), wire]);
                $check(&started.server).await;
            }
        )*
    };
}

mod veth {
    use super::*;

    checks!(as_oneself, "veth");
}

mod tun_without_privileges {
    use super::*;

    checks!(without_privileges, "tun");
}

mod veth_without_privileges {
    use super::*;

    checks!(without_privileges, "veth");
}

/// Starts a server with another `/dev/net`, after these commands of a shell. None where these tests are not root's.
fn with_other_devices(commands: &str, options: &[&str]) -> Option<Started> {
    if !is_root() {
        eprintln!("SKIPPED: only root can take /dev/net/tun away from a server");
        return None;
    }
    let directory = owned_by_nobody();
    let data = directory.path().join("data");
    let script = format!("mount -t tmpfs -o mode=755 none /dev/net && {commands} \"$0\" \"$@\"");
    let program = ["unshare", "--mount", "sh", "-c", &script];
    let options = [options, &["--data-dir", data.to_str().unwrap()]].concat();
    Some(Started { server: TestServer::start_under(&program, &options), _directory: Some(directory) })
}

#[tokio::test]
async fn without_a_tun_device_labs_have_veth_pairs() {
    let as_nobody = AS_NOBODY.join(" ");
    let missing = ("exec".to_owned(), "no such file or directory");
    let closed = (format!("mknod -m 600 /dev/net/tun c 10 200 && exec {as_nobody}"), "permission denied");
    for (commands, why) in [missing, closed] {
        let Some(started) = with_other_devices(&commands, &[]) else { return };
        let server = &started.server;
        assert_eq!(wire_of(server).await, ["lab", "lab-veth"]);
        let log = server.stderr();
        let line = log.lines().find(|line| line.contains("labs can be opened")).expect("a line about labs");
        assert!(line.contains("over veth pairs") && line.contains(why), "{line}");
        connection(server).await;
    }
    assert_eq!(wire_of(&TestServer::start()).await, ["lab", "lab-tun"], "with the device it is taken");
}

#[tokio::test]
async fn a_wire_that_was_asked_for_is_not_replaced_by_another() {
    let Some(started) = with_other_devices("exec", &["--lab-wire", "tun"]) else { return };
    let client = WsClient::open(&started.server).await;
    assert!(!client.hello.features.iter().any(|feature| feature.starts_with("lab")));
    let query = "?network=lab";
    let (status, problem) =
        WsClient::connect(&started.server, query, started.server.token.as_deref()).await.err().unwrap();
    let hint = problem["error"]["data"]["hint"].as_str().unwrap().to_owned();
    assert_eq!(status, 422);
    assert!(hint.contains("open /dev/net/tun: no such file or directory"), "{hint}");
    let log = started.server.stderr();
    assert!(log.lines().any(|line| line.contains("no labs") && line.contains("/dev/net/tun")), "{log}");
}
