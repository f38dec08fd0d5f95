//! The tour for the first visit: from a socket to a message that arrives, on the real parts of the page.

use super::sockets::SocketTable;

/// Where a step points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Making a socket.
    Make,
    /// Giving it an address.
    Bind,
    /// Sending to it.
    Send,
    /// The log, where everything is seen.
    See,
    /// The palette, and what else there is.
    More,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Step; 5] = [Step::Make, Step::Bind, Step::Send, Step::See, Step::More];

    /// Its name for tests.
    pub fn name(self) -> &'static str {
        match self {
            Step::Make => "make",
            Step::Bind => "bind",
            Step::Send => "send",
            Step::See => "see",
            Step::More => "more",
        }
    }

    /// Its place in the order, from 1.
    pub fn number(self) -> usize {
        Step::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }

    /// The step after it.
    pub fn next(self) -> Option<Step> {
        Step::ALL.get(self.number()).copied()
    }

    /// The step before it.
    pub fn previous(self) -> Option<Step> {
        Step::ALL.get(self.number().checked_sub(2)?).copied()
    }

    /// What it points at, the best first: a part that is not there yet is stood in for by the one that will hold it.
    pub fn targets(self) -> &'static [&'static str] {
        match self {
            Step::Make => &[".new-socket-row", ".part-sockets"],
            // All of it: the words would otherwise stand on the form that is to be filled in.
            Step::Bind | Step::Send => &[".part-call"],
            Step::See => &[".part-stage"],
            Step::More => &["[data-testid=palette-open]"],
        }
    }

    /// Whether the reader has done what the step says.
    pub fn is_done(self, sockets: &SocketTable) -> bool {
        let mut open = sockets.open();
        match self {
            Step::Make => open.next().is_some(),
            Step::Bind => open.any(|socket| socket.is_bound()),
            Step::Send => open.any(|socket| socket.sent > 0),
            // What is looked at leaves no trace.
            Step::See | Step::More => false,
        }
    }
}

/// A box on the screen, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// From the left edge.
    pub left: f64,
    /// From the upper edge.
    pub top: f64,
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// Room between what is pointed at and the words, and between the words and the edge.
const ROOM: f64 = 12.0;

/// Where words of that size stand beside what they point at, so that they cover as little of it as can be: below it, above
/// it, right or left of it, and where none of that fits, at the lower edge.
pub fn place(target: Area, words: (f64, f64), screen: (f64, f64)) -> (f64, f64) {
    let (width, height) = words;
    let clamp = |value: f64, most: f64| value.min(most - ROOM).max(ROOM);
    let beside_x = clamp(target.left, screen.0 - width);
    let beside_y = clamp(target.top, screen.1 - height);
    let below = target.top + target.height + ROOM;
    let above = target.top - ROOM - height;
    let right = target.left + target.width + ROOM;
    let left = target.left - ROOM - width;
    if below + height + ROOM <= screen.1 {
        (beside_x, below)
    } else if above >= ROOM {
        (beside_x, above)
    } else if right + width + ROOM <= screen.0 {
        (right, beside_y)
    } else if left >= ROOM {
        (left, beside_y)
    } else {
        (clamp((screen.0 - width) / 2.0, screen.0 - width), (screen.1 - height - ROOM).max(ROOM))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::{Event, EventKind, Family, SocketType};

    #[test]
    fn steps_follow_each_other_and_end() {
        let mut step = Step::Make;
        let mut names = vec![step.name()];
        while let Some(next) = step.next() {
            assert_eq!(next.previous(), Some(step));
            step = next;
            names.push(step.name());
        }
        assert_eq!(names, ["make", "bind", "send", "see", "more"]);
        assert_eq!(Step::Make.previous(), None);
        assert_eq!(Step::More.number(), 5);
    }

    #[test]
    fn a_step_is_done_when_its_call_succeeded() {
        let mut table = SocketTable::default();
        let event = |seq, kind| Event { seq, time_us: 0, socket: Some(3), kind };
        assert!(!Step::Make.is_done(&table));
        table.apply(&event(
            1,
            EventKind::Created { family: Family::Inet, r#type: SocketType::Dgram, host: None },
        ));
        assert!(Step::Make.is_done(&table) && !Step::Bind.is_done(&table));
        table
            .apply(&event(2, EventKind::Bound { local: "127.0.0.1:7".into(), narrowed: false, asked: None }));
        assert!(Step::Bind.is_done(&table) && !Step::Send.is_done(&table));
    }

    #[test]
    fn words_stand_beside_what_they_point_at_and_on_the_screen() {
        let screen = (1440.0, 900.0);
        let words = (320.0, 160.0);
        let at = |left, top, width, height| place(Area { left, top, width, height }, words, screen);
        assert_eq!(at(20.0, 100.0, 80.0, 30.0), (20.0, 142.0));
        assert_eq!(at(20.0, 860.0, 80.0, 30.0), (20.0, 688.0));
        assert_eq!(at(1400.0, 100.0, 30.0, 30.0), (1108.0, 142.0));
        assert_eq!(at(0.0, 0.0, 300.0, 900.0), (312.0, 12.0));
        assert_eq!(at(360.0, 60.0, 1070.0, 830.0), (28.0, 60.0));
        assert_eq!(at(0.0, 0.0, 1440.0, 900.0), (560.0, 728.0));
    }
}
