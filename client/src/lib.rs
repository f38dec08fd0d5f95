//! A typed client of a Sockyard server: real socket calls on its machine, over one WebSocket.
//!
//! [`Server`] says where the server is. [`Server::open`] makes a session there and gives two things: a [`Client`],
//! which makes calls and can be cloned, and [`Incoming`], the stream of what happens in the session.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use sockyard_client::{Server, protocol::{Family, SocketType}};
//!
//! # async fn example() -> Result<(), sockyard_client::Error> {
//! // The URL that the server printed at its start.
//! let server = Server::parse("http://127.0.0.1:7410/#token=0123456789abcdef")?;
//! let (client, _incoming) = server.open().await?;
//! let socket = client.create(Family::Inet, SocketType::Dgram).await?;
//! client.send_to(socket, "ping", "127.0.0.1:7788").await?;
//! let received = client.recv(socket, Some(Duration::from_secs(1))).await?;
//! println!("{:?} from {:?}", received.data, received.from);
//! client.close_session().await
//! # }
//! ```
//!
//! Calls and their answers are the types of [`protocol`]; each call of [`protocol::call`] goes through
//! [`Client::call`], and the usual ones have a short method. A failed call is [`Error::Call`] and leaves the session
//! as usable as before.
//!
//! **Pressure.** [`Incoming`] holds a few messages. While it is full nothing more is read, answers included, and the
//! server holds the peers back. So read it in a task of its own, or drop it: then events are thrown away.
//!
//! **Time.** A call takes as long as its own time limit says, and without one for ever; when the connection is lost every
//! waiting call ends. A server that says nothing for longer than three of its pings is taken for lost.

mod calls;
mod client;
mod error;
mod incoming;
mod pending;
mod reader;
mod server;
mod waiting;
pub mod wire;
mod writer;

pub use client::Client;
pub use error::{Closed, Error, Refused};
pub use incoming::{Arrival, Incoming, ReceivedFrame};
pub use pending::Pending;
pub use server::{Server, SessionKey};
pub use sockyard_protocol as protocol;
pub use waiting::{Outcome, Waiting};
