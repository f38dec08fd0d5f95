//! What the page knows and decides, as plain structs without a browser: everything here is tested natively.

pub mod arrangement;
pub mod cells;
pub mod command;
pub mod cut;
pub mod errno;
pub mod export;
pub mod facts;
pub mod filter;
pub mod form;
pub mod format;
pub mod fuzzy;
pub mod guess;
pub mod hexdump;
pub mod highlight;
pub mod keys;
pub mod log_store;
pub mod manual;
pub mod mistake;
pub mod outcome;
pub mod program;
pub mod python;
pub mod saved;
pub mod scroll;
pub mod sockets;
pub mod summary;
pub mod tour;
