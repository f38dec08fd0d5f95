//! `GET …/export`: a session's log to take away (section 10).
//!
//! Programs are compiled and run as their users would, against the peers that the session itself had talked to. What a
//! peer has seen is compared byte for byte.

mod inside;
mod language;
mod map;
mod outside;
mod peer;
mod tables;
mod texts;
