//! The packets as steps of a ladder between the hosts, and its picture for a file.

use sockyard_protocol::Packet;
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::packet::{Fate, Mark};

use super::PacketStore;
use super::filter::{Sign, signs};
use super::host_hue;
use super::wire::is_lost;
use super::words::{fate, sign, words};
use crate::model::picture::{El, arrow_path, cut, width};
use crate::model::row_time::TimeKind;
use crate::text::later::MarkTexts;

/// Most packets that are drawn: some thousand elements.
pub const DRAWN: usize = 300;

/// The height of a step in a picture.
const ROW: f64 = 40.0;
/// Where in its step an arrow is, and where its words stand.
const LINE: f64 = 27.0;
const BASE: f64 = 18.0;
/// The room for times on the left, and for ties outside of the lanes.
const GUTTER: f64 = 96.0;
const SIDE: f64 = 60.0;
/// From one lane to the next: two leave room for every word of an arrow, with more of them arrows often go further.
const SPACING_TWO: f64 = 520.0;
const SPACING: f64 = 280.0;
/// How far the arrow goes of a packet that is for nobody.
const STRAY: f64 = 90.0;

/// A packet in the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The packet.
    pub packet: Packet,
    /// From which lane.
    pub from: usize,
    /// To which lane; the same where nobody is there to get it.
    pub to: usize,
    /// The place of the step that it repeats.
    pub repeats: Option<usize>,
}

/// The newest packets that pass the filter, each with its lanes.
pub fn steps(packets: &PacketStore, hosts: &[LabHost]) -> Vec<Step> {
    let count = packets.shown_len();
    let lane = |name: &str| hosts.iter().position(|host| host.name == name);
    let by_address = |address: &String| hosts.iter().position(|host| host.addresses.contains(address));
    let mut drawn: Vec<Step> = Vec::new();
    for packet in (count.saturating_sub(DRAWN)..count).filter_map(|at| packets.shown(at)) {
        // A host that is removed has no lane any more.
        let Some(from) = lane(&packet.from) else { continue };
        // Where nobody got it, its address tells where it was going.
        let meant = packet.ip.as_ref().and_then(|ip| by_address(&ip.destination));
        let got = packet.to.iter().filter_map(|host| lane(host)).max_by_key(|to| to.abs_diff(from));
        let to = got.or(meant).unwrap_or(from);
        let original = packet.tcp.as_ref().and_then(|tcp| tcp.original);
        let repeats = original.and_then(|original| drawn.iter().position(|step| step.packet.seq == original));
        drawn.push(Step { packet: packet.clone(), from, to, repeats });
    }
    drawn
}

/// What is written at an arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What is in the packet.
    pub line: String,
    /// What is remarkable about it; empty for nothing.
    pub marks: String,
    /// What became of it where it was not delivered; empty where it was.
    pub ending: &'static str,
}

impl Words {
    /// Of a packet.
    pub fn of(packet: &Packet, texts: &'static MarkTexts) -> Words {
        let (protocol, info) = words(packet);
        // Ports are the same in a whole conversation; what changes comes first.
        let line = match &packet.tcp {
            Some(tcp) => {
                let from = info.find('[').unwrap_or(0);
                // The options stand in the list and in the packet's details.
                let length = format!("Len={}", tcp.payload_bytes);
                let to = info.find(&length).map_or(info.len(), |at| at + length.len());
                info.get(from..to).unwrap_or(info).to_owned()
            }
            None => format!("{protocol} {info}"),
        };
        let marks: Vec<String> = signs(packet).into_iter().map(|found| sign(found, texts).0).collect();
        let ending = match packet.fate {
            Fate::Passed => "",
            other => fate(other, texts).0,
        };
        Words { line, marks: marks.join(" · "), ending }
    }

    /// All of it in so much room. Where that is not enough, what became of the packet counts more than what is in it.
    fn within(&self, room: f64) -> String {
        let more: String = [self.marks.as_str(), self.ending]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| format!(" · {part}"))
            .collect();
        cut(&self.line, room - width(&more)) + &more
    }
}

/// Whether a packet repeats another.
pub fn is_repeat(packet: &Packet) -> bool {
    signs(packet).contains(&Sign::Mark(Mark::Retransmission))
}

/// The whole ladder, with its width and height. Times count from `first_us`.
pub fn picture(
    steps: &[Step],
    hosts: &[LabHost],
    first_us: u64,
    texts: &'static MarkTexts,
) -> (Vec<El>, (f64, f64)) {
    let spacing = if hosts.len() > 2 { SPACING } else { SPACING_TWO };
    let x = |lane: usize| GUTTER + SIDE + lane as f64 * spacing;
    let wide = x(hosts.len().saturating_sub(1)) + SIDE.max(STRAY + 10.0);
    let height = steps.len() as f64 * ROW + ROW / 2.0;
    let hue = |lane: usize| {
        let address = hosts.get(lane).and_then(|host| host.addresses.first());
        address.and_then(|address| host_hue(address)).map(|hue| format!("hue-{hue}")).unwrap_or_default()
    };
    let mut els: Vec<El> = hosts
        .iter()
        .enumerate()
        .map(|(lane, host)| El::Group {
            class: format!("sq-lane {}", hue(lane)),
            seq: None,
            title: String::new(),
            els: vec![
                El::Path { class: "sq-life", d: format!("M{} 0V{height}", x(lane)) },
                El::Text { class: "sq-head", x: x(lane), y: -10.0, text: host.name.clone() },
            ],
        })
        .collect();
    els.extend(steps.iter().enumerate().map(|(index, step)| {
        let top = index as f64 * ROW;
        let (from, to) = (x(step.from), if step.from == step.to { x(step.from) + STRAY } else { x(step.to) });
        let words = Words::of(&step.packet, texts);
        let time = TimeKind::Relative.show(step.packet.time_us, first_us, 0);
        let mut els = vec![El::Text { class: "sq-time", x: 8.0, y: top + BASE, text: time.clone() }];
        els.extend(step.repeats.map(|before| {
            let up = index.saturating_sub(before) as f64 * ROW;
            // Outside of the lane, so that it crosses no arrow of its own.
            let side = if to < from { 14.0 } else { -14.0 };
            El::Path { class: "sq-tie", d: format!("M{from} {}h{side}v{}h{}", top + LINE, -up, -side) }
        }));
        els.extend(shaft(&step.packet, from, to, top + LINE));
        let text = words.within((to - from).abs().max(spacing - SIDE) - 16.0);
        els.push(match step.from == step.to {
            true => El::Text { class: "sq-label sq-left", x: from - 12.0, y: top + BASE, text },
            false => El::Text { class: "sq-label sq-middle", x: (from + to) / 2.0, y: top + BASE, text },
        });
        let tone = match step.packet.fate {
            Fate::Passed => "",
            Fate::Held => "tone-warn",
            _ => "tone-bad",
        };
        let title = format!("{}  {time}  {}", step.packet.seq, words.within(f64::INFINITY));
        El::Group {
            class: format!("sq-step sq-packet {tone} {}", hue(step.from)),
            seq: Some(step.packet.seq),
            title,
            els,
        }
    }));
    (els, (wide, height))
}

/// An arrow: of what is lost it falls off on the way and ends in a cross, of what is held it waits in the middle.
fn shaft(packet: &Packet, from: f64, to: f64, y: f64) -> Vec<El> {
    let part = |share: f64| from + (to - from) * share;
    let class = if is_repeat(packet) { "sq-arrow sq-end" } else { "sq-arrow" };
    match packet.fate {
        Fate::Held => {
            let middle = part(0.5);
            let bars = format!("M{} {}v10m8 0v-10", middle - 4.0, y - 5.0);
            vec![
                El::Path { class, d: format!("M{from} {y}H{middle}") },
                El::Path { class: "sq-cross", d: bars },
            ]
        }
        other if is_lost(other) => {
            let (end, below) = (part(0.65), y + 5.0);
            let cross = format!("M{} {}l10 10m0-10l-10 10", end - 5.0, below - 5.0);
            vec![
                El::Path { class, d: format!("M{from} {y}L{end} {below}") },
                El::Path { class: "sq-cross", d: cross },
            ]
        }
        _ => vec![El::Path { class, d: arrow_path(from, to, y) }],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{page, segment};
    use super::*;
    use crate::model::picture::to_svg;
    use crate::text::Language;
    use serde_json::json;

    fn hosts() -> Vec<LabHost> {
        let host = |name: &str, address: &str| json!({"name": name, "addresses": [address]});
        serde_json::from_value(json!([host("alice", "10.0.0.1"), host("bob", "10.0.0.2")])).unwrap()
    }

    fn store(packets: Vec<Packet>) -> PacketStore {
        let mut store = PacketStore::default();
        store.take(page(packets, 1));
        store
    }

    /// A SYN that is lost, the same once more, its answer, and one that is held.
    fn conversation() -> Vec<Step> {
        let lost = Packet { fate: Fate::Lost, ..segment(1, "alice", &["bob"], &["SYN"]) };
        let mut again = segment(2, "alice", &["bob"], &["SYN"]);
        if let Some(tcp) = &mut again.tcp {
            tcp.original = Some(1);
            tcp.marks = vec![Mark::Retransmission];
        }
        let held = Packet { fate: Fate::Held, ..segment(4, "alice", &["bob"], &["ACK"]) };
        steps(&store(vec![lost, again, segment(3, "bob", &["alice"], &["SYN", "ACK"]), held]), &hosts())
    }

    #[test]
    fn each_packet_goes_from_lane_to_lane_and_knows_what_it_repeats() {
        let steps = conversation();
        let lanes: Vec<_> = steps.iter().map(|step| (step.from, step.to, step.repeats)).collect();
        assert_eq!(lanes, [(0, 1, None), (0, 1, Some(0)), (1, 0, None), (0, 1, None)]);
    }

    #[test]
    fn what_nobody_got_goes_where_its_address_is_and_what_a_removed_host_sent_is_left_out() {
        let to_bob = segment(1, "alice", &[], &["SYN"]);
        let mut to_nobody = segment(2, "alice", &[], &["SYN"]);
        if let Some(ip) = &mut to_nobody.ip {
            ip.destination = "10.0.0.9".to_owned();
        }
        let steps = steps(&store(vec![to_bob, to_nobody, segment(3, "carol", &["bob"], &["ACK"])]), &hosts());
        assert_eq!(steps.iter().map(|step| (step.from, step.to)).collect::<Vec<_>>(), [(0, 1), (0, 0)]);
    }

    #[test]
    fn only_the_newest_are_drawn() {
        let many = (1..=DRAWN as u64 + 5).map(|seq| segment(seq, "alice", &["bob"], &["ACK"])).collect();
        let steps = steps(&store(many), &hosts());
        assert_eq!((steps.len(), steps.first().map(|step| step.packet.seq)), (DRAWN, Some(6)));
    }

    #[test]
    fn the_picture_has_the_hosts_every_packet_and_what_became_of_it() {
        let texts = &Language::English.later().marks;
        let (els, size) = picture(&conversation(), &hosts(), 1_000_000, texts);
        let svg = to_svg(&els, size, 34.0, "");
        for part in [
            ">alice<",
            ">bob<",
            "tone-bad",
            "tone-warn",
            "sq-tie",
            "sq-arrow sq-end",
            "[SYN, ACK] Seq=0",
            "retransmission",
            "· lost",
            "· held",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
        assert_eq!(svg.matches("sq-packet").count(), 4);
        // One that answers goes to the left.
        assert!(
            svg.contains(&format!(
                "M{} {}H{}m7",
                GUTTER + SIDE + SPACING_TWO,
                2.0 * ROW + LINE,
                GUTTER + SIDE
            )),
            "{svg}"
        );
    }

    #[test]
    fn what_became_of_a_packet_is_said_however_long_its_line_is() {
        let words = Words {
            line: "[SYN, ACK] Seq=0 Ack=3363001108".to_owned(),
            marks: "retransmission".to_owned(),
            ending: "held",
        };
        assert_eq!(words.within(200.0), "[SYN… · retransmission · held");
        assert_eq!(words.within(f64::INFINITY), "[SYN, ACK] Seq=0 Ack=3363001108 · retransmission · held");
    }

    #[test]
    fn a_packet_to_nobody_stays_within_the_picture() {
        let mut stray = segment(1, "bob", &[], &["SYN"]);
        if let Some(ip) = &mut stray.ip {
            ip.destination = "10.0.0.9".to_owned();
        }
        let steps = steps(&store(vec![Packet { fate: Fate::NoHost, ..stray }]), &hosts());
        let (els, (width, _)) = picture(&steps, &hosts(), 0, &Language::English.later().marks);
        assert!(GUTTER + SIDE + SPACING_TWO + STRAY < width);
        assert!(to_svg(&els, (width, 40.0), 34.0, "").contains("no such host"));
    }
}
