//! `lab`: what goes over a lab's wire in a second, beside the same calls on loopback; what many labs cost at rest; and how soon
//! one is open.
//!
//! The bytes are made in the server: a call of `socket.send` says how many zeros, and a responder at the other end takes them.
//! Nothing of them passes the WebSocket, so that the network under the sockets is what differs between the rows.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use sockyard_client::protocol::answer::Sent;
use sockyard_client::protocol::call::{PayloadShare, SessionConfigure, SocketCreate, SocketSend};
use sockyard_client::protocol::event::EventKinds;
use sockyard_client::protocol::{Family, Payload, Responder, SocketId, SocketType, Wire};
use sockyard_client::{Client, Pending};

use crate::LabOptions;
use crate::report::{mebibytes, milliseconds, part, verdict};
use crate::server::Loaded;

/// The server's default limits: those of a class would bound the bytes.
const CONFIGURATION: &str = "";
/// Bytes of one call.
const CHUNK: u64 = 1 << 20;
/// Calls that wait at the same time, so that the kernel's buffer is never empty.
const IN_FLIGHT: usize = 4;
/// Longest wait for a connection between two sockets of one session.
const CONNECT: Duration = Duration::from_secs(10);
/// What a user may expect.
const RECORDED_MIN: f64 = 400.0;
const UNRECORDED_MIN: f64 = 900.0;
const MEMORY_MAX: u64 = 300 << 20;
const AT_REST_MAX: f64 = 0.01;
const OPEN_MAX: Duration = Duration::from_millis(10);

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    /// This machine's own, over 127.0.0.1.
    Loopback,
    /// A lab's wire, every packet on record.
    Recorded,
    /// A lab's wire that only counts what passes.
    Unrecorded,
}

const NETWORKS: [Network; 3] = [Network::Loopback, Network::Recorded, Network::Unrecorded];

/// What one round of bulk came to.
#[derive(Clone, Copy, Debug)]
struct Bulk {
    megabits: f64,
    packets_per_second: f64,
    /// Processors that the server kept busy.
    processors: f64,
    /// Segments sent again, and packets that a device lost before the wire had them.
    retransmits: u32,
    lost_in_device: u64,
}

pub(crate) async fn run(options: &LabOptions) -> Result<String> {
    let loaded = Loaded::start_with(CONFIGURATION).await?;
    let time = Duration::from_secs(options.seconds.into());
    let mut rounds: Vec<[Bulk; NETWORKS.len()]> = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("lab: round {round} of {}", options.rounds);
        let mut row = Vec::new();
        // By turns, so that a machine whose speed drifts does so for all.
        for network in NETWORKS {
            row.push(bulk(&loaded, network, time).await.with_context(|| format!("{network:?}"))?);
        }
        rounds.extend(<[Bulk; NETWORKS.len()]>::try_from(row));
    }
    let mut text = String::new();
    bulk_rows(&mut text, &rounds);
    eprintln!("lab: opening {} labs", options.labs);
    many(&mut text, options).await?;
    if let Some(errors) = loaded.errors() {
        bail!("the server wrote errors: {errors}");
    }
    Ok(text)
}

/// Moves bytes from one socket of a session to another for so long.
async fn bulk(loaded: &Loaded, network: Network, time: Duration) -> Result<Bulk> {
    let server = &loaded.server;
    let (client, incoming) =
        if network == Network::Loopback { server.open().await? } else { server.open_lab().await? };
    drop(incoming);
    let quiet = SessionConfigure {
        frames: None,
        data: None,
        payload: Some(PayloadShare::None),
        kinds: Some(EventKinds::default()),
        sockets: None,
        packets: None,
    };
    client.call(quiet).await?;
    if network == Network::Unrecorded {
        wire(&client, "wire.configure", json!({"record": false})).await?;
    }
    let hosts = &client.hello().network.hosts;
    let (from, to) = (hosts.first(), hosts.get(1));
    ensure!(network == Network::Loopback || to.is_some(), "the lab has fewer than two hosts");
    let ip = to.and_then(|host| host.addresses.first()).map_or("127.0.0.1", String::as_str);
    let [from, to] = [from, to].map(|host| host.map(|host| host.name.clone()));
    let listener = create(&client, to).await?;
    let address = client.bind(listener, &format!("{ip}:0")).await?.local;
    client.listen(listener).await?;
    let sender = create(&client, from).await?;
    client.connect(sender, &address, Some(CONNECT)).await?;
    let sink = client.accept(listener, Some(CONNECT)).await?.connection;
    client.respond(sink, Some(Responder::Discard {})).await?;

    let mut sending = VecDeque::new();
    keep_sending(&client, sender, &mut sending, time / 4).await?;
    let (began, before) = (Instant::now(), client.info(sink).await?.bytes_received);
    let (processor, packets) = (loaded.processor_time(), packets(&client, network).await?);
    keep_sending(&client, sender, &mut sending, time).await?;
    let (after, took) = (client.info(sink).await?.bytes_received, began.elapsed().as_secs_f64());
    let processor = (loaded.processor_time() - processor).as_secs_f64();
    let packets = self::packets(&client, network).await? - packets;
    let retransmits = client.info(sender).await?.tcp.map_or(0, |tcp| tcp.retransmits);
    let lost_in_device = match network {
        Network::Loopback => 0,
        _ => wire(&client, "wire.show", json!({})).await?.devices.iter().map(|end| end.lost_in_device).sum(),
    };
    client.close_session().await?;
    Ok(Bulk {
        megabits: (after - before) as f64 * 8.0 / 1e6 / took,
        packets_per_second: packets as f64 / took,
        processors: processor / took,
        retransmits,
        lost_in_device,
    })
}

async fn create(client: &Client, host: Option<String>) -> Result<SocketId> {
    Ok(client.call(SocketCreate { family: Family::Inet, r#type: SocketType::Stream, host }).await?.socket)
}

async fn wire(client: &Client, method: &str, params: Value) -> Result<Wire> {
    Ok(serde_json::from_str(client.call_json(method, &params).await?.get())?)
}

/// How many packets the wire has carried so far, on record or only counted.
async fn packets(client: &Client, network: Network) -> Result<u64> {
    if network == Network::Loopback {
        return Ok(0);
    }
    let page: Value =
        serde_json::from_str(client.call_json("packets.read", &json!({"limit": 1})).await?.get())?;
    let recorded = page.get("newest").and_then(Value::as_u64).unwrap_or(0);
    Ok(recorded + wire(client, "wire.show", json!({})).await?.unrecorded)
}

/// Has calls under way for so long. Those that are still under way then stay in `sending`.
async fn keep_sending(
    client: &Client,
    socket: SocketId,
    sending: &mut VecDeque<Pending<Sent>>,
    time: Duration,
) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < time {
        while sending.len() < IN_FLIGHT {
            let data = Payload::Zeros { zeros: CHUNK };
            let call = SocketSend { socket, data, to: None, flags: Vec::new(), timeout_ms: None };
            sending.push_back(client.start_call(call).await?);
        }
        if let Some(oldest) = sending.pop_front() {
            oldest.await?;
        }
    }
    Ok(())
}

fn bulk_rows(text: &mut String, rounds: &[[Bulk; NETWORKS.len()]]) {
    text.push_str(
        "| network | Mbit/s | to loopback | packets/s | processors | sent again, lost in a device |\n",
    );
    text.push_str("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    let mut medians = Vec::new();
    for (place, network) in NETWORKS.iter().enumerate() {
        let of = |value: fn(&Bulk) -> f64| {
            sorted(rounds.iter().filter_map(|round| Some(value(round.get(place)?))))
        };
        let rate = of(|bulk| bulk.megabits);
        let ratio = sorted(
            rounds.iter().filter_map(|round| Some(round.get(place)?.megabits / round.first()?.megabits)),
        );
        let name = match network {
            Network::Loopback => "loopback",
            Network::Recorded => "lab, every packet on record",
            Network::Unrecorded => "lab, packets only counted",
        };
        _ = writeln!(
            text,
            "| {name} | {:.0} ({:.0} to {:.0}) | {:.3} | {:.0} | {:.2} | {:.0}, {:.0} |",
            median(&rate),
            rate.first().copied().unwrap_or(0.0),
            rate.last().copied().unwrap_or(0.0),
            median(&ratio),
            median(&of(|bulk| bulk.packets_per_second)),
            median(&of(|bulk| bulk.processors)),
            median(&of(|bulk| bulk.retransmits.into())),
            median(&of(|bulk| bulk.lost_in_device as f64)),
        );
        medians.push(median(&rate));
    }
    text.push('\n');
    if let [_, recorded, unrecorded] = medians[..] {
        verdict(
            text,
            &format!("{RECORDED_MIN:.0} Mbit/s with every packet on record"),
            recorded >= RECORDED_MIN,
        );
        verdict(text, &format!("{UNRECORDED_MIN:.0} Mbit/s without"), unrecorded >= UNRECORDED_MIN);
    }
    text.push('\n');
}

/// Opens labs, looks at what they cost, and ends them.
async fn many(text: &mut String, options: &LabOptions) -> Result<()> {
    // The allocator keeps what the rounds before have used, so these labs have a server of their own.
    let own = Loaded::start_with(CONFIGURATION).await?;
    let (first, _) = own.server.open_lab().await?;
    first.close_session().await?;
    let (memory, kernel) = (own.memory_bytes()?, kernel_bytes()?);
    let mut labs = Vec::new();
    let mut times = Vec::new();
    for _ in 0..options.labs {
        let began = Instant::now();
        let opened = own.server.open_lab().await.context("open a lab")?;
        times.push(began.elapsed());
        ensure!(opened.0.hello().network.hosts.len() == 2, "a lab begins with two hosts");
        labs.push(opened);
    }
    times.sort_unstable();
    let (opened, kernel_opened) = (own.memory_bytes()?, kernel_bytes()?);
    eprintln!("lab: at rest for {} s", options.rest_seconds);
    let rest = Duration::from_secs(options.rest_seconds.into());
    let (processor, began) = (own.processor_time(), Instant::now());
    tokio::time::sleep(rest).await;
    let at_rest = (own.processor_time() - processor).as_secs_f64() / began.elapsed().as_secs_f64();
    for (client, _) in labs {
        client.close_session().await?;
    }
    if let Some(errors) = own.errors() {
        bail!("the server wrote errors: {errors}");
    }
    let mut row = |name: &str, value: String| _ = writeln!(text, "| {name} | {value} |");
    row("figure", "value".to_owned());
    row("---", "---:".to_owned());
    row("labs open at once, hosts in each", format!("{}, 2", options.labs));
    row("memory of the server and its helper before, with all of them", {
        format!("{}, {}", mebibytes(memory), mebibytes(opened))
    });
    row("the kernel's for them (slab, per processor, vmalloc; the whole machine's growth)", {
        mebibytes(kernel_opened.saturating_sub(kernel))
    });
    row(&format!("processor at rest, over {} s", options.rest_seconds), {
        format!("{:.2} % of one", at_rest * 100.0)
    });
    for (name, of) in [("median", 0.5), ("99 %", 0.99), ("longest", 1.0)] {
        row(&format!("a lab is open, {name}"), milliseconds(part(&times, of)));
    }
    text.push('\n');
    verdict(text, &format!("all of them within {}", mebibytes(MEMORY_MAX)), opened <= MEMORY_MAX);
    verdict(text, "less than 1 % of a processor at rest", at_rest < AT_REST_MAX);
    verdict(text, "a lab is open within 10 ms (median)", part(&times, 0.5) <= OPEN_MAX);
    Ok(())
}

/// What the kernel has taken for itself, as far as network namespaces and their devices are in it (proc_meminfo(5)).
fn kernel_bytes() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/meminfo")?;
    let kib = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let counts = ["Slab", "Percpu", "VmallocUsed"].contains(&name);
        counts.then(|| value.trim().trim_end_matches(" kB").parse::<u64>().ok()).flatten()
    });
    Ok(kib.sum::<u64>() * 1024)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
