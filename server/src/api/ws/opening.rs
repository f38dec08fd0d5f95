//! What an upgrade's parameters ask for beside a session: the connection's settings, and the session's first socket.
//!
//! They are the calls that a client would make first. A program that only wants a tunnel says all of it at once and need
//! not wait for four answers.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, SeqDeserializer};
use sockyard_protocol::call::{SocketConfigure, SocketConnect, SocketCreate};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::hello::Opened;
use sockyard_protocol::{Address, Answer, Call, Fault, Mode, SocketId};
use tokio_util::sync::CancellationToken;

use super::Parameters;
use super::connection::Settings;
use crate::session::{Caller, Rights, Session};

/// Longest that the greeting waits for `connect`, in milliseconds. On loopback only a listener whose backlog is full takes
/// any time.
const CONNECT_MS: u64 = 5_000;

/// The calls that the parameters stand for.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) settings: Settings,
    first: Option<First>,
}

/// The session's first socket.
#[derive(Debug)]
struct First {
    create: SocketCreate,
    connect: Option<Address>,
    receive: Option<Mode>,
}

impl Opening {
    /// # Errors
    /// `-32602` that names the parameter.
    pub(super) fn new(parameters: &Parameters) -> Result<Opening, Fault> {
        let Parameters {
            session,
            network,
            create,
            connect,
            receive,
            frames,
            data,
            payload,
            kinds,
            token: _,
            after: _,
            last: _,
        } = parameters;
        let settings = Settings {
            frames: frames.unwrap_or_default(),
            form: data.unwrap_or_default(),
            share: payload.unwrap_or_default(),
            kinds: kinds.as_deref().map(parse_kinds).transpose()?,
            sockets: None,
            packets: None,
        };
        if session.is_some() && network.is_some() {
            return Err(Fault::bad_params("network", "is that of a new session, and this one is resumed"));
        }
        let Some(create) = create else {
            for (name, given) in [("connect", connect.is_some()), ("receive", receive.is_some())] {
                if given {
                    return Err(Fault::bad_params(
                        name,
                        "is about the socket that create makes, and there is no create",
                    ));
                }
            }
            return Ok(Opening { settings, first: None });
        };
        if session.is_some() {
            return Err(Fault::bad_params(
                "create",
                "makes a new session's first socket, and this one is resumed",
            ));
        }
        let connect = connect.as_deref().map(str::parse).transpose();
        let connect = connect.map_err(|error| Fault::bad_params("connect", &format!("{error}")))?;
        let first = First { create: parse_create(create)?, connect, receive: *receive };
        Ok(Opening { settings, first: Some(first) })
    }

    /// Makes the calls on the session's first socket, in the order in which a client would. What fails ends them, and is
    /// told; the session can be used all the same. None where no socket is asked for.
    pub(super) async fn perform(self, session: Arc<Session>) -> Option<Opened> {
        let First { create, connect, receive } = self.first?;
        // Only a new session has a first socket, and whoever opens one has all rights.
        let caller =
            Caller { cancel: CancellationToken::new(), form: self.settings.form, rights: Rights::Full };
        let mut opened = Opened::default();
        if let Err(fault) = open(&session, &caller, create, connect, receive, &mut opened).await {
            opened.error = Some(fault);
        }
        Some(opened)
    }
}

async fn open(
    session: &Arc<Session>,
    caller: &Caller,
    create: SocketCreate,
    connect: Option<Address>,
    receive: Option<Mode>,
    opened: &mut Opened,
) -> Result<(), Fault> {
    let Answer::Created(created) = make(session, caller, create).await? else {
        return Err(Fault::internal());
    };
    let socket: SocketId = *opened.socket.insert(created.socket);
    let connected = match connect {
        Some(address) => {
            make(session, caller, SocketConnect { socket, address, timeout_ms: Some(CONNECT_MS) })
                .await
                .map(Some)
        }
        None => Ok(None),
    };
    // Even where the connect failed: another one may follow, and the stream then begins by itself.
    if receive.is_some() {
        make(session, caller, SocketConfigure { socket, receive, accept: None, responder: None }).await?;
    }
    if let Some(Answer::Connected(connected)) = connected? {
        opened.connected = Some(connected);
    }
    Ok(())
}

async fn make(session: &Arc<Session>, caller: &Caller, call: impl Into<Call>) -> Result<Answer, Fault> {
    let call = call.into();
    session.permit(&caller.rights, &call)?;
    let _reservation = session.reserve(&call)?;
    session.perform(call, caller).await
}

/// `inet,stream`: the family and the type, as the call takes them.
fn parse_create(text: &str) -> Result<SocketCreate, Fault> {
    let wrong = |problem: &str| Fault::bad_params("create", problem);
    let Some((family, kind)) = text.split_once(',') else {
        return Err(wrong(&format!(
            "{text:?} is not a family and a type with a comma between, such as inet,stream"
        )));
    };
    Ok(SocketCreate {
        family: parse_word(family).map_err(|problem| wrong(&problem))?,
        r#type: parse_word(kind).map_err(|problem| wrong(&problem))?,
        host: None,
    })
}

fn parse_word<'a, T: Deserialize<'a>>(word: &'a str) -> Result<T, String> {
    T::deserialize(word.trim().into_deserializer()).map_err(|error: ValueError| error.to_string())
}

fn parse_kinds(text: &str) -> Result<EventKinds, Fault> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    EventKinds::deserialize(SeqDeserializer::<_, ValueError>::new(names))
        .map_err(|error| Fault::bad_params("kinds", &error.to_string()))
}
