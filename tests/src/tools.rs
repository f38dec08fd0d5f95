//! Tools of other languages that `cargo xtask test` installs below `target/`.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A program that a Python package brought.
///
/// # Panics
/// When it is not there.
pub fn python(name: &str) -> PathBuf {
    there(target().join("python/bin").join(name))
}

/// AsyncAPI's own schema of its version 3.0.0.
///
/// # Panics
/// When it is not there.
pub fn asyncapi_schema() -> Value {
    let file = there(target().join("node/node_modules/@asyncapi/specs/schemas/3.0.0.json"));
    serde_json::from_slice(&std::fs::read(file).expect("a file that can be read")).expect("a schema in JSON")
}

/// The program of axe-core, which looks at a page for what bars people from it.
///
/// # Panics
/// When it is not there.
pub fn axe() -> String {
    let file = there(target().join("node/node_modules/axe-core/axe.min.js"));
    std::fs::read_to_string(file).expect("a file that can be read")
}

/// A file below `tests/`.
pub fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn there(path: PathBuf) -> PathBuf {
    assert!(path.exists(), "{} is missing; `cargo xtask test` installs what is needed", path.display());
    path
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    profile().parent().expect("a profile in a target folder").to_owned()
}

/// …/target/PROFILE, of …/target/PROFILE/deps/main-0123 and of …/target/PROFILE/screenshots.
pub(crate) fn profile() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    let folder = program.parent().expect("a program in a folder");
    let profile = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    profile.expect("a program in a target folder").to_owned()
}
