//! Named API tokens: with which programs, or people, open sessions without the owner's token.
//!
//! The file in the data directory is the truth. `sockyard token` writes it, whether or not a server runs, and a running
//! server reads it again when it has changed. Only hashes are kept, so what is read from the disk opens nothing.

mod command;
mod live;
mod scope;
mod store;

pub(crate) use command::{TokenCommand, parse_network, run};
pub(crate) use live::{Grant, Tokens};
pub(crate) use scope::Scope;

use sha2::{Digest as _, Sha256};

/// What every API token begins with, so that one that was published by mistake can be found by a search.
const PREFIX: &str = "sockyard_";

/// A token's SHA-256. No slow hash is needed: it stands for 256 random bits, which nobody tries out.
type Hash = [u8; 32];

fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// The id in what looks like an API token: `sockyard_ID_SECRET`.
fn id_of(token: &str) -> Option<&str> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    (!secret.is_empty()).then_some(id)
}

/// Whether it looks like an API token, and not like the owner's.
pub(crate) fn is_one(token: &str) -> bool {
    id_of(token).is_some()
}

/// Seconds since the Unix epoch.
fn now_s() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
