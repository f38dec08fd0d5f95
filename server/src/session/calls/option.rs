//! `socket.set_option` and `socket.get_option`.

use std::sync::Arc;

use serde_json::Value;
use sockyard_protocol::answer::OptionValue;
use sockyard_protocol::call::{OPTION_NAMES, SocketGetOption, SocketSetOption};
use sockyard_protocol::{Answer, EventKind, Fault};

use crate::engine::{OptionError, get_option, set_option};
use crate::errno;
use crate::policy::{Allowed, Group};
use crate::session::Session;

pub(super) fn set(session: &Arc<Session>, call: &SocketSetOption) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let value = match call.name.as_str() {
        "join_multicast" => membership(session, &call.value, |group| slot.socket.join(group))?,
        "leave_multicast" => membership(session, &call.value, |group| slot.socket.leave(group))?,
        name => {
            set_option(&slot.socket, name, &call.value).map_err(|error| fault("setsockopt", name, error))?
        }
    };
    let asked = (call.value != value).then(|| call.value.clone());
    session.log.append(
        Some(call.socket),
        EventKind::Option { name: call.name.clone(), value: value.clone(), asked },
    );
    Ok(OptionValue { value }.into())
}

pub(super) fn get(session: &Arc<Session>, call: &SocketGetOption) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let value =
        get_option(&slot.socket, &call.name).map_err(|error| fault("getsockopt", &call.name, error))?;
    Ok(OptionValue { value }.into())
}

/// Joins or leaves a group. The kernel tells nobody of which groups a socket is a member, so the group itself is the answer.
fn membership(
    session: &Session,
    value: &Value,
    change: impl FnOnce(&Allowed<Group>) -> std::io::Result<()>,
) -> Result<Value, Fault> {
    let text = value
        .as_str()
        .ok_or_else(|| Fault::bad_params("value", "a group is an IP address, as in \"239.1.2.3\""))?;
    let group = session.policy.group("setsockopt", text)?;
    change(&group).map_err(|error| errno::fault("setsockopt", &error))?;
    Ok(Value::String(group.get().to_string()))
}

fn fault(call: &str, name: &str, error: OptionError) -> Fault {
    match error {
        OptionError::Unknown => {
            let name: String = name.chars().take(64).collect();
            Fault::bad_params(
                "name",
                &format!("{name:?} is not an option; there are {}", OPTION_NAMES.join(", ")),
            )
        }
        OptionError::WriteOnly => Fault::bad_params("name", &format!("{name} can only be set")),
        OptionError::ReadOnly => Fault::bad_params("name", &format!("{name} can only be read")),
        OptionError::Value(wanted) => Fault::bad_params("value", &format!("{name} takes {wanted}")),
        OptionError::Os(error) => errno::fault(call, &error),
    }
}
