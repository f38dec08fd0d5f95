//! The page's program in two files: what a first look needs, and the rest (`web/src/rest.rs`).

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use wasm_split_cli_support::Options;

use super::wasm;
use crate::tools;

/// The two parts.
pub(super) struct Parts {
    /// The wasm that is loaded first, before wasm-bindgen has seen it.
    pub(super) main: PathBuf,
    /// A folder with the rest, and the script that loads it.
    pub(super) rest: PathBuf,
}

/// Splits the compiled page.
///
/// The rest knows the places of the first part's functions, so the two must be of one build. A page that is still open
/// when the server is upgraded finds none of the name that it asks for.
pub(super) fn split(whole: &[u8]) -> Result<Parts> {
    /// What the splitter calls the rest.
    const NAME: &str = "split_rest.wasm";
    let folder = tools::target_dir().join("web/split");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let rest = folder.join("rest");
    let main = folder.join("sockyard_web.wasm");
    let loader = rest.join("sockyard_rest.js");
    std::fs::create_dir_all(&rest).with_context(|| format!("cannot make {}", rest.display()))?;
    let mut options = Options::new(whole);
    options.output_dir = &rest;
    options.main_out_path = &main;
    options.link_name = "./sockyard_rest.js";
    options.main_module = "./sockyard_web.js";
    wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("cannot split the page: {error:#}"))?;

    let named = rest.join(NAME);
    let bytes = std::fs::read(&named).with_context(|| format!("cannot read {}", named.display()))?;
    let bare = wasm::without_custom_sections(&bytes).context("the split page is no wasm")?;
    let stamped = format!("split_rest_{}.wasm", hash(whole));
    std::fs::write(rest.join(&stamped), bare).with_context(|| format!("cannot write {stamped}"))?;
    std::fs::remove_file(&named).with_context(|| format!("cannot remove {}", named.display()))?;
    let script =
        std::fs::read_to_string(&loader).with_context(|| format!("cannot read {}", loader.display()))?;
    if script.matches(NAME).count() != 1 {
        bail!("{} does not name {NAME} once", loader.display());
    }
    std::fs::write(&loader, script.replace(NAME, &stamped))
        .with_context(|| format!("cannot write {}", loader.display()))?;
    Ok(Parts { main, rest })
}

fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("{:016x}", hasher.finish())
}
