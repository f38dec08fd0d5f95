//! `socket.set_option` and `socket.get_option`.

use std::sync::Arc;

use sockyard_protocol::answer::OptionValue;
use sockyard_protocol::call::{OPTION_NAMES, SocketGetOption, SocketSetOption};
use sockyard_protocol::{Answer, EventKind, Fault};

use crate::engine::{OptionError, get_option, set_option};
use crate::errno;
use crate::session::Session;

pub(super) fn set(session: &Arc<Session>, call: &SocketSetOption) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let value = set_option(&slot.socket, &call.name, &call.value)
        .map_err(|error| fault("setsockopt", &call.name, error))?;
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

fn fault(call: &str, name: &str, error: OptionError) -> Fault {
    match error {
        OptionError::Unknown => {
            let name: String = name.chars().take(64).collect();
            Fault::bad_params(
                "name",
                &format!("{name:?} is not an option; there are {}", OPTION_NAMES.join(", ")),
            )
        }
        OptionError::ReadOnly => Fault::bad_params("name", &format!("{name} can only be read")),
        OptionError::Value(wanted) => Fault::bad_params("value", &format!("{name} takes {wanted}")),
        OptionError::Os(error) => errno::fault(call, &error),
    }
}
