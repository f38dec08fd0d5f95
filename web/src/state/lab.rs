//! The session's lab: what of it the parts of the page share.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::wire::Wire;

use super::Page;
use super::keep::is_narrow;
use crate::model::outcome::CallError;
use crate::model::packets::{PacketStore, host_hue};

/// The session's lab.
#[derive(Clone, Copy)]
pub(crate) struct Lab {
    /// The chosen packet.
    pub(crate) selected: RwSignal<Option<u64>>,
    /// Counts up whenever packets came or changed.
    pub(crate) version: RwSignal<u32>,
    /// Why the packets could not be read last.
    pub(crate) failed: RwSignal<Option<CallError>>,
    /// What the wire is like, as far as it was asked for.
    pub(crate) wire: RwSignal<Option<Wire>>,
    /// It was an arrangement that made packets wait at the wire last, and not the reader.
    pub(crate) arranged_hold: StoredValue<bool>,
    /// Why the wire was not changed last.
    pub(crate) refused: RwSignal<Option<CallError>>,
}

impl Lab {
    pub(super) fn new() -> Lab {
        Lab {
            selected: RwSignal::new(None),
            version: RwSignal::new(0),
            failed: RwSignal::new(None),
            wire: RwSignal::new(None),
            arranged_hold: StoredValue::new(false),
            refused: RwSignal::new(None),
        }
    }
}

impl Page {
    /// The packets that came.
    pub(crate) fn packets(self) -> Rc<RefCell<PacketStore>> {
        self.private.get_value().packets.clone()
    }

    /// Whether what is shown is the session in a lab.
    pub(crate) fn shows_lab(self) -> bool {
        self.is_live() && self.connection.in_lab()
    }

    /// The same, for what does not follow it.
    pub(crate) fn shows_lab_now(self) -> bool {
        untrack(|| self.shows_lab())
    }

    /// The lab's hosts; none in another network. Followed.
    pub(crate) fn lab_hosts(self) -> Vec<LabHost> {
        self.connection
            .hello
            .with(|hello| hello.as_ref().map_or_else(Vec::new, |hello| hello.network.hosts.clone()))
    }

    /// The class of a lab's host's colour; none for a host that the lab does not have any more.
    pub(crate) fn host_class(self, name: &str) -> String {
        self.connection.hello.with(|hello| {
            let hosts = hello.as_ref().map(|hello| hello.network.hosts.as_slice()).unwrap_or_default();
            let host = hosts.iter().find(|host| host.name == name);
            let hue = host.and_then(|host| host_hue(host.addresses.first()?));
            hue.map(|hue| format!("hue-{hue}")).unwrap_or_default()
        })
    }

    /// Chooses a packet and shows it in full.
    pub(crate) fn open_packet(self, seq: u64) {
        self.log_selected.set(None);
        self.detail_folded.set(false);
        self.lab.selected.set(Some(seq));
    }

    /// Chooses a packet on the way to others; its details must not take the place of what one walks in.
    pub(crate) fn walk_to_packet(self, seq: u64) {
        self.log_selected.set(None);
        self.detail_folded.set(is_narrow());
        self.lab.selected.set(Some(seq));
    }

    /// Closes the details of the chosen packet. Where they stood in place of the view it stays chosen there.
    pub(crate) fn close_packet(self) {
        if is_narrow() {
            return self.detail_folded.set(true);
        }
        self.lab.selected.set(None);
    }

    /// Another session has another wire.
    pub(super) fn lab_starts_over(self) {
        self.packets().borrow_mut().clear();
        self.lab.selected.set(None);
        self.lab.failed.set(None);
        self.lab.wire.set(None);
        self.lab.arranged_hold.set_value(false);
        self.lab.refused.set(None);
        self.lab.version.update(|version| *version += 1);
    }
}
