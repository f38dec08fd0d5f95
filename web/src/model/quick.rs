//! Payloads kept under a name, each a click or a key away.

use serde::{Deserialize, Serialize};

use crate::model::payload::Entered;

/// Most of them: each has a digit of its own.
pub const QUICK_MAX: usize = 9;
/// Most characters of one's data. They are kept in the browser's storage, which has some megabytes for everything.
pub const DATA_MAX: usize = 16 * 1024;

/// A kept payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quick {
    /// Its name.
    pub name: String,
    /// What it sends.
    pub payload: Entered,
}

/// Why a payload was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// There is nothing to keep.
    Empty,
    /// Every digit is taken.
    Full,
    /// It is too long.
    TooLong,
}

/// The kept payloads, in the order of their digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickList {
    kept: Vec<Quick>,
}

impl QuickList {
    /// What a browser kept; whatever it holds, there are never more than there are digits.
    pub fn read(json: &str) -> QuickList {
        let mut list: QuickList = serde_json::from_str(json).unwrap_or_default();
        list.kept.truncate(QUICK_MAX);
        list
    }

    /// All of them.
    pub fn all(&self) -> &[Quick] {
        &self.kept
    }

    /// The one with this digit.
    pub fn at_digit(&self, digit: u32) -> Option<&Quick> {
        self.kept.get((digit as usize).checked_sub(1)?)
    }

    /// Keeps a payload; without a name it is called by its beginning.
    ///
    /// # Errors
    /// Nothing to keep, no digit left, or too long.
    pub fn keep(&mut self, name: &str, payload: Entered) -> Result<(), NotKept> {
        if payload.data.is_empty() {
            return Err(NotKept::Empty);
        }
        if payload.data.len() > DATA_MAX {
            return Err(NotKept::TooLong);
        }
        if self.kept.len() == QUICK_MAX {
            return Err(NotKept::Full);
        }
        let name = match name.trim() {
            "" => payload.data.split_whitespace().collect::<Vec<_>>().join(" "),
            name => name.to_owned(),
        };
        self.kept.push(Quick { name: name.chars().take(NAME_MAX).collect(), payload });
        Ok(())
    }

    /// Gives one another name.
    pub fn rename(&mut self, index: usize, name: &str) {
        if let Some(quick) = self.kept.get_mut(index) {
            quick.name = name.chars().take(NAME_MAX).collect();
        }
    }

    /// Changes what one sends.
    pub fn change(&mut self, index: usize, data: String) {
        if let Some(quick) = self.kept.get_mut(index).filter(|_| data.len() <= DATA_MAX) {
            quick.payload.data = data;
        }
    }

    /// Forgets one.
    pub fn remove(&mut self, index: usize) {
        if index < self.kept.len() {
            self.kept.remove(index);
        }
    }
}

/// Most characters of a name: it stands on a button.
const NAME_MAX: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(data: &str) -> Entered {
        Entered { data: data.into(), form: "text".into(), encoding: "utf-8".into() }
    }

    #[test]
    fn a_payload_is_kept_under_its_name_or_its_beginning() {
        let mut list = QuickList::default();
        list.keep(" ping ", payload("PING\n")).unwrap();
        list.keep("", payload("GET / HTTP/1.1\nHost: a.very.long.name")).unwrap();
        assert_eq!(list.at_digit(1).unwrap().name, "ping");
        assert_eq!(list.at_digit(2).unwrap().name, "GET / HTTP/1.1 Host: a.v");
        assert!(list.at_digit(0).is_none() && list.at_digit(3).is_none());
        let again = QuickList::read(&serde_json::to_string(&list).unwrap());
        assert_eq!(again, list);
        list.change(0, "PONG".into());
        list.rename(0, "pong");
        assert_eq!((list.all()[0].name.as_str(), list.all()[0].payload.data.as_str()), ("pong", "PONG"));
        list.remove(0);
        list.remove(7);
        assert_eq!(list.all().len(), 1);
    }

    #[test]
    fn there_are_never_more_than_there_are_digits() {
        let mut list = QuickList::default();
        assert_eq!(list.keep("a", payload("")), Err(NotKept::Empty));
        assert_eq!(list.keep("a", payload(&"x".repeat(DATA_MAX + 1))), Err(NotKept::TooLong));
        for _ in 0..QUICK_MAX {
            list.keep("a", payload("x")).unwrap();
        }
        assert_eq!(list.keep("a", payload("x")), Err(NotKept::Full));
        assert_eq!(QuickList::read("nonsense"), QuickList::default());
    }
}
