//! Older lines than the page holds: fetched from the server when somebody wants to see them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::value::RawValue;
use sockyard_protocol::Event;

use super::Page;
use crate::connection::http;
use crate::model::outcome::CallError;

/// How the fetching of older lines stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Older {
    /// Nothing was asked for, or it is here.
    Idle,
    /// On their way.
    Coming,
    /// The last try failed. Scrolling does not try again; who asks for it does.
    Failed(CallError),
}

impl Page {
    /// Fetches the lines before the oldest one that the page holds, where there are any.
    pub(crate) fn fetch_older(self) {
        let before = self.log().borrow().wants_before();
        let Some(before) = before.filter(|_| self.is_live_now()) else { return };
        if self.older.get_untracked() == Older::Coming {
            return;
        }
        self.older.set(Older::Coming);
        let epoch = self.epoch.get_untracked();
        spawn_local(async move {
            let answer = match self.connection.older(before).await {
                Ok(body) => http::text(&body).await.ok_or(CallError::ConnectionLost),
                Err(error) => Err(error),
            };
            // Another session or a saved log is shown by now: these are not its lines.
            if self.epoch.get_untracked() != epoch {
                return self.older.set(Older::Idle);
            }
            let taken = answer.and_then(|text| self.take_older(&text).ok_or(CallError::ConnectionLost));
            self.older.set(match taken {
                Ok(()) => Older::Idle,
                Err(error) => Older::Failed(error),
            });
            self.notify_soon();
        });
    }

    /// Puts what the server answered before the lines that are here; nothing where it cannot be read.
    fn take_older(self, text: &str) -> Option<()> {
        #[derive(Deserialize)]
        struct Answer<'a> {
            #[serde(borrow)]
            events: Vec<&'a RawValue>,
            oldest: u64,
        }
        let answer: Answer<'_> = serde_json::from_str(text).ok()?;
        // A kind that a newer server adds is skipped, as among those that are pushed.
        let read = |raw: &&'_ RawValue| serde_json::from_str::<Event>(raw.get()).ok();
        let lines: Vec<(Event, &str)> =
            answer.events.iter().filter_map(|raw| Some((read(raw)?, raw.get()))).collect();
        self.log().borrow_mut().prepend(&lines, answer.oldest);
        Some(())
    }
}
