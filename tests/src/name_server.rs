//! A name server on loopback that tells what a test wants told, over UDP and TCP (RFC 1035).

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};

/// Record types (RFC 1035 section 3.2.2, RFC 3596).
const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;
/// What fits into a datagram of those who do not ask for more (RFC 1035 section 4.2.1).
const DATAGRAM_MAX: usize = 512;

/// What the server tells of a name.
#[derive(Clone, Debug)]
pub enum Told {
    /// These addresses, each to who asks for its family, to be kept for no time at all.
    Addresses(Vec<IpAddr>),
    /// The first addresses to the first who asks for their family, the next to the next, and so round.
    InTurn(Vec<Vec<IpAddr>>),
    /// That it is another name's alias.
    Alias(&'static str),
    /// That it does not exist.
    NoName,
    /// That the server has trouble (SERVFAIL).
    Trouble,
    /// Nothing.
    Silence,
    /// An address, in an answer to another question.
    Forged(IpAddr),
}

/// A running name server; it ends with the test's process.
pub struct NameServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
}

impl NameServer {
    /// A server that knows these names and no others.
    ///
    /// # Panics
    /// When there is no port for it.
    pub fn start(names: &[(&'static str, Told)]) -> NameServer {
        // One port number for both; another program may have the one of the two.
        let (udp, tcp) = (0..100)
            .find_map(|_| {
                let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
                let tcp = TcpListener::bind(udp.local_addr().ok()?).ok()?;
                Some((udp, tcp))
            })
            .expect("a port for a name server");
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let zone = Arc::new(Zone { names: names.iter().cloned().collect(), asked: Arc::clone(&asked) });
        let of_tcp = Arc::clone(&zone);
        std::thread::spawn(move || serve_datagrams(&udp, &zone));
        std::thread::spawn(move || serve_streams(&tcp, &of_tcp));
        NameServer { address, asked }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often it was asked for the addresses of a name: IPv4's, and IPv6's.
    pub fn asked(&self, name: &str) -> (usize, usize) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |kind| asked.iter().filter(|(other, asked)| other == name && *asked == kind).count();
        (count(A), count(AAAA))
    }

    /// How often it was asked for anything.
    pub fn asked_at_all(&self) -> usize {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

struct Zone {
    names: HashMap<&'static str, Told>,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
}

fn serve_datagrams(udp: &UdpSocket, zone: &Zone) {
    let mut buffer = [0; 4096];
    while let Ok((length, peer)) = udp.recv_from(&mut buffer) {
        let Some(mut answer) = zone.answer(&buffer[..length]) else { continue };
        if answer.len() > DATAGRAM_MAX {
            // TC: to be asked again over TCP. The question stays, the records go.
            answer[2] |= 2;
            answer[6..8].copy_from_slice(&[0, 0]);
            answer.truncate(question_end(&answer));
        }
        udp.send_to(&answer, peer).ok(/* whoever asked has gone */);
    }
}

fn serve_streams(tcp: &TcpListener, zone: &Arc<Zone>) {
    for stream in tcp.incoming() {
        let Ok(mut stream) = stream else { continue };
        let zone = Arc::clone(zone);
        std::thread::spawn(move || {
            let mut length = [0; 2];
            while stream.read_exact(&mut length).is_ok() {
                let mut query = vec![0; u16::from_be_bytes(length).into()];
                if stream.read_exact(&mut query).is_err() {
                    return;
                }
                let Some(answer) = zone.answer(&query) else { continue };
                let length = u16::try_from(answer.len()).expect("answers of tests are short");
                let whole = [&length.to_be_bytes(), answer.as_slice()].concat();
                if stream.write_all(&whole).is_err() {
                    return;
                }
            }
        });
    }
}

impl Zone {
    fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let end = question_end(query);
        let name = name_in(query)?;
        let kind = u16::from_be_bytes(query[end - 4..end - 2].try_into().ok()?);
        let turn = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.push((name.clone(), kind));
            asked.iter().filter(|(other, other_kind)| *other == name && *other_kind == kind).count() - 1
        };
        let told = self.names.get(name.as_str()).unwrap_or(&Told::NoName);
        let mut code = 0;
        let mut records = Vec::new();
        match told {
            Told::Silence => return None,
            Told::NoName => code = 3,
            Told::Trouble => code = 2,
            Told::Addresses(addresses) => records.extend(addresses.iter().filter_map(|ip| record(*ip, kind))),
            Told::InTurn(turns) => {
                records.extend(turns[turn % turns.len()].iter().filter_map(|ip| record(*ip, kind)));
            }
            Told::Alias(other) => records.push(entry(CNAME, &labels(other))),
            Told::Forged(ip) => records.extend(record(*ip, kind)),
        }
        let mut answer = query[..end].to_vec();
        // An answer to what was asked, with recursion as it was wanted and there.
        answer[2] = 0x80 | query[2] & 1;
        answer[3] = 0x80 | code;
        let count = u16::try_from(records.len()).expect("answers of tests are short");
        answer[4..12].copy_from_slice(&[0, 1, count.to_be_bytes()[0], count.to_be_bytes()[1], 0, 0, 0, 0]);
        if matches!(told, Told::Forged(_)) {
            // Another number, and another question: the name's first letter.
            answer[0] ^= 0xff;
            answer[13] ^= 1;
        }
        answer.extend(records.concat());
        Some(answer)
    }
}

/// Where the first question of a message ends.
fn question_end(message: &[u8]) -> usize {
    let mut at = 12;
    while message[at] != 0 {
        at += usize::from(message[at]) + 1;
    }
    at + 5
}

/// The name that a message asks for, in lower case.
fn name_in(message: &[u8]) -> Option<String> {
    let mut labels = Vec::new();
    let mut at = 12;
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(std::str::from_utf8(&message[at + 1..end]).ok()?.to_ascii_lowercase());
        at = end;
    }
    Some(labels.join("."))
}

fn labels(name: &str) -> Vec<u8> {
    let label =
        |label: &str| [&[u8::try_from(label.len()).expect("a short label")], label.as_bytes()].concat();
    [name.split('.').flat_map(label).collect(), vec![0]].concat()
}

fn record(ip: IpAddr, kind: u16) -> Option<Vec<u8>> {
    match (ip, kind) {
        (IpAddr::V4(ip), A) => Some(entry(A, &ip.octets())),
        (IpAddr::V6(ip), AAAA) => Some(entry(AAAA, &ip.octets())),
        _ => None,
    }
}

/// A record about the name that was asked for, of class IN, to be kept for no time.
fn entry(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("short data");
    [&[0xc0, 12], &kind.to_be_bytes()[..], &[0, 1, 0, 0, 0, 0], &length.to_be_bytes(), data].concat()
}
