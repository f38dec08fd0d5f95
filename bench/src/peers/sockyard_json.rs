//! Sockyard with everything in JSON, as a good client of that form uses it: sends are notifications, because the
//! failure of one shows as an event; payloads are base64, because a relay's bytes are no text; and what arrives is read
//! from `received` events. It asks for no `sent` events: it knows what it sends.

use std::borrow::Cow;
use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Transport, sockyard};
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Link, Wire};
use crate::websocket;

/// What is received, and what ends that or goes wrong.
const SETTINGS: &str = "data=base64&kinds=received,peer_closed,reset,dropped,failed,closed";

pub(super) async fn open(address: SocketAddr, transport: Transport, echo: Echo) -> Result<Link> {
    let (io, inbox) = sockyard::open(address, transport, echo, SETTINGS).await?;
    Ok(Link::new(io, inbox, Json::default()))
}

#[derive(Default)]
struct Json {
    decoded: Vec<u8>,
}

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(borrow)]
    method: Option<&'a str>,
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow, default)]
    events: Vec<Event<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    kind: &'a str,
    #[serde(borrow)]
    data: Option<Data<'a>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    base64: Option<Cow<'a, str>>,
}

impl Wire for Json {
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        let data = STANDARD.encode(payload);
        websocket::text(&format!(
            r#"{{"jsonrpc":"2.0","method":"socket.send","params":{{"socket":{},"data":{{"base64":"{data}"}}}}}}"#,
            sockyard::SOCKET
        ))
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        while let Some(message) = inbox.message()? {
            let notification: Notification<'_> =
                serde_json::from_slice(message).context("sockyard sent what this client does not read")?;
            let (Some("events"), Some(params)) = (notification.method, notification.params) else {
                bail!("sockyard sent {}", String::from_utf8_lossy(message));
            };
            for event in params.events {
                match (event.kind, event.data) {
                    ("received", Some(Data { base64: Some(base64) })) => {
                        self.decoded.clear();
                        STANDARD.decode_vec(base64.as_bytes(), &mut self.decoded)?;
                        echoed(&self.decoded);
                    }
                    ("received", _) => bail!("sockyard received something and did not tell what"),
                    ("failed", _) => bail!("a call failed: {}", event.error.unwrap_or_default()),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn farewell(&self) -> Vec<u8> {
        sockyard::farewell()
    }
}
