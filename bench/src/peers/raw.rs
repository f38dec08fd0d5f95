//! No relay: what the harness and the echo reach by themselves.

use anyhow::Result;

use super::Transport;
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Io, Link, Wire};

pub(super) async fn open(transport: Transport, echo: Echo) -> Result<Link> {
    let io = match transport {
        Transport::Tcp => Io::tcp(echo.tcp).await?,
        Transport::Udp => Io::udp(echo.udp).await?,
    };
    Ok(Link::new(io, Inbox::default(), Raw))
}

struct Raw;

impl Wire for Raw {
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        payload.to_vec()
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        // Datagrams are decoded after each read, so that what is there is one of them.
        let bytes = inbox.take_all();
        if !bytes.is_empty() {
            echoed(bytes);
        }
        Ok(())
    }

    fn farewell(&self) -> Vec<u8> {
        Vec::new()
    }
}
