//! Links to a line of the log: making them, and going where they lead.

use leptos::prelude::*;

use super::sharing::address_with;
use super::{Page, Part, View};
use crate::connection::{LineLink, Link};
use crate::model::address::Fragment;

/// Why a link's line is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LostLine {
    /// It has left the log, whose oldest line is the second.
    Gone(u64, u64),
    /// There is no such line yet; the newest is the second.
    NotYet(u64, u64),
    /// It is a line of another session, for which this page has no key.
    Elsewhere(u64),
}

impl Page {
    /// A link to a line. In one's own session it has no token, and leads only where that session is open; in a shared one it
    /// has the share's, as the link had with which this page was opened.
    pub(crate) fn line_address(self, seq: u64) -> Option<String> {
        let hello = self.connection.hello.get_untracked()?;
        let share = self.connection.share_token();
        let fragment =
            Fragment { session: Some(hello.session), share, line: Some(seq), ..Fragment::default() };
        Some(address_with(&fragment))
    }

    /// Goes where a link leads, as soon as what it leads to is there.
    pub(super) fn keep_line_link(self) {
        Effect::new(move || {
            self.log_counts.track();
            let (open, live) = (self.connection.link.get() == Link::Open, self.is_live());
            let wanted = self.connection.line_link.get();
            if let Some(wanted) = wanted.filter(|_| open) {
                if live {
                    self.follow_link(&wanted);
                } else {
                    self.leave_saved();
                }
            }
        });
    }

    fn follow_link(self, wanted: &LineLink) {
        let seq = wanted.seq;
        let Some(hello) = self.connection.hello.get_untracked() else { return };
        let lost = if hello.session != wanted.session {
            LostLine::Elsewhere(seq)
        } else {
            let (log, came) = (self.log(), self.connection.last_seq());
            let log = log.borrow();
            if log.index_of(seq).is_some() {
                drop(log);
                return self.arrive(seq);
            }
            if came < hello.last_seq {
                // What happened before is still coming.
                return;
            }
            if log.wants_before().is_some_and(|oldest| seq < oldest) {
                // It may be among those that the server still has; each answer comes back to here.
                drop(log);
                return self.with_rest(move |rest| (rest.fetch_older)(self));
            }
            match log.meta(0) {
                Some(oldest) if seq < oldest.seq => LostLine::Gone(seq, oldest.seq),
                _ => LostLine::NotYet(seq, came),
            }
        };
        self.connection.line_link.set(None);
        self.lost_line.set(Some(lost));
    }

    fn arrive(self, seq: u64) {
        self.connection.line_link.set(None);
        self.lost_line.set(None);
        self.view.set(View::Log);
        self.part.set(Part::Log);
        // A filter might hide it.
        self.arrivals.update(|arrivals| *arrivals += 1);
        self.open_line(seq);
        // Once the view is laid out; chosen before, it would be brought into a view without a height.
        request_animation_frame(move || self.with_pane(|pane| pane.choose(seq)));
    }
}
