//! What is written in the picture of a ladder.

use super::ladder::Place;
use super::picture::Words;
use super::{Sequence, Shape, Step, Taken, Who};
use crate::model::format::{clock, grouped};
use crate::model::log_store::LogStore;
use crate::model::summary;
use crate::text::later::SequenceTexts;
use crate::text::{Text, fill};

/// The name of a lane.
pub fn lane_name(sequence: &Sequence, lane: usize, texts: &'static SequenceTexts) -> String {
    let Some(lane) = sequence.lanes().get(lane) else { return String::new() };
    match &lane.who {
        Who::Socket(socket) => {
            format!("s{socket} {}", lane.local.as_deref().unwrap_or_default()).trim_end().to_owned()
        }
        Who::Outside(address) => address.clone(),
        Who::Others => texts.sq_others.to_owned(),
    }
}

/// What is written at a step: what the log says of it, and which sends a `recv` took.
pub fn words(
    step: &Step,
    place: Place,
    log: &LogStore,
    text: &'static Text,
    texts: &'static SequenceTexts,
    offset_minutes: i32,
) -> Words {
    let event = log.index_of(step.seq).and_then(|index| log.event(index));
    let Some(event) = event else { return Words { tone: "plain", ..Words::default() } };
    let line = summary::line(&event, text);
    let label = format!("{} {}", line.kind, line.detail).trim_end().to_owned();
    let mut data = vec![line.data];
    if let Shape::Take(Taken { first, last, range }) = &step.shape {
        if let Some((begin, end)) = range.filter(|(begin, end)| begin < end) {
            let (begin, end) = (grouped(begin), grouped(end - 1));
            data.push(fill(texts.sq_range, &[("first", &begin), ("last", &end)]));
        }
        let (n, m) = (grouped(*first), grouped(*last));
        let template = if first == last { texts.sq_from_line } else { texts.sq_from_lines };
        data.push(fill(template, &[("n", &n), ("m", &m)]));
    }
    data.retain(|part| !part.is_empty());
    let data = data.join(" · ");
    let times = place.run.map_or_else(String::new, |(times, _)| format!("× {} ▸", grouped(times as u64)));
    Words { time: clock(event.time_us, offset_minutes), label, data, tone: line.tone.name(), times }
}
