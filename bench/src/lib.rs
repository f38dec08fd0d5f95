//! Measures Sockyard beside other relays from WebSocket to sockets, and beside two baselines.
//!
//! Every peer does the same work against the same echo, in turn and several times over. The harness is kept cheap,
//! because it shares the machine with what it measures: one thread for the load, one for the echo, messages that are
//! put together before the clock starts, and no library between them and the kernel but tokio.

pub mod echo;
pub mod inbox;
pub mod link;
pub mod measure;
pub mod numbers;
pub mod options;
pub mod peers;
pub mod process;
pub mod rows;
pub mod table;
pub mod websocket;
pub mod work;
