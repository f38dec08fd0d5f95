//! How parameters are read, and what is said of wrong ones.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Fault;

pub(super) fn parse_params<T: DeserializeOwned>(params: Option<&RawValue>) -> Result<T, Fault> {
    let json = params.map_or("{}", |raw| raw.get().trim_ascii_start());
    // serde reads a struct from an array as well; the contract says object.
    if !json.starts_with('{') {
        return Err(Fault::bad_params("params", "must be an object"));
    }
    // Where the path leads costs half of the reading, and only an error asks for it.
    serde_json::from_str(json).map_err(|error| why_not::<T>(json, &error))
}

/// Which field is wrong, and why.
#[cfg(feature = "paths")]
fn why_not<T: DeserializeOwned>(json: &str, _: &serde_json::Error) -> Fault {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(error) => {
            let path = error.path().to_string();
            Fault::bad_params(if path == "." { "params" } else { &path }, &describe(error.inner()))
        }
        // What was refused a moment ago is refused again.
        Ok(_) => Fault::bad_params("params", "cannot be read"),
    }
}

/// What is wrong, without the field.
#[cfg(not(feature = "paths"))]
#[expect(clippy::extra_unused_type_parameters, reason = "the same function with the paths needs it")]
fn why_not<T>(_: &str, error: &serde_json::Error) -> Fault {
    Fault::bad_params("params", &describe(error))
}

/// serde's text without the place in the JSON, which says nothing once the field is named.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}
