//! What was set for every host, so that one that is added later finds the wire as it was made for all.
//!
//! Only directions with a host that was not there yet ask here: a call sets those between the hosts that there are one by one.

use std::collections::BTreeMap;

use super::treat::Settings;

/// What a call is about: a sender and a receiver by their places, each of them every host where it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) from: Option<usize>,
    pub(super) to: Option<usize>,
}

/// Settings that outlast the hosts of the moment.
#[derive(Debug, Default)]
pub(super) struct Lasting {
    /// From every host to every host.
    every: Settings,
    /// From one to every host, and from every host to one, where that was set apart.
    from: BTreeMap<usize, Settings>,
    to: BTreeMap<usize, Settings>,
}

impl Lasting {
    /// Changes what these ends stand for. A call about two hosts that are there is about nobody who comes later.
    pub(super) fn change(&mut self, ends: Ends, change: impl Fn(&mut Settings)) {
        let every = self.every;
        match ends {
            Ends { from: Some(_), to: Some(_) } => {}
            Ends { from: Some(from), to: None } => change(self.from.entry(from).or_insert(every)),
            Ends { from: None, to: Some(to) } => change(self.to.entry(to).or_insert(every)),
            Ends { from: None, to: None } => {
                change(&mut self.every);
                self.from.values_mut().chain(self.to.values_mut()).for_each(change);
            }
        }
    }

    /// What is set for a direction that no call was about since both of its hosts are there.
    pub(super) fn settings(&self, from: usize, to: usize) -> Settings {
        self.from.get(&from).or_else(|| self.to.get(&to)).copied().unwrap_or(self.every)
    }

    /// A host is gone, and its place may be another's.
    pub(super) fn forget(&mut self, host: usize) {
        self.from.remove(&host);
        self.to.remove(&host);
    }

    /// Whether packets pass as if nothing was set.
    pub(super) fn do_nothing(&self) -> bool {
        let mut all = self.from.values().chain(self.to.values()).chain([&self.every]);
        all.all(Settings::do_nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_later_gets_what_was_set_for_every_host() {
        let mut lasting = Lasting::default();
        let cut = |settings: &mut Settings| settings.cut = true;
        let mend = |settings: &mut Settings| settings.cut = false;
        let is_cut = |lasting: &Lasting, from, to| lasting.settings(from, to).cut;
        lasting.change(Ends { from: Some(0), to: Some(1) }, cut);
        assert!(lasting.do_nothing() && !is_cut(&lasting, 0, 2));
        lasting.change(Ends { from: None, to: Some(1) }, cut);
        assert!(is_cut(&lasting, 2, 1) && !is_cut(&lasting, 1, 2) && !is_cut(&lasting, 2, 0));
        lasting.change(Ends { from: None, to: None }, cut);
        lasting.change(Ends { from: Some(0), to: None }, mend);
        assert!(is_cut(&lasting, 1, 2) && is_cut(&lasting, 2, 3) && !is_cut(&lasting, 0, 2));
        lasting.change(Ends { from: None, to: None }, mend);
        assert!(lasting.do_nothing());
        lasting.change(Ends { from: Some(2), to: None }, cut);
        lasting.forget(2);
        assert!(lasting.do_nothing());
    }
}
