//! `cargo xtask web`: the page, from Rust and CSS to the files that the server embeds.
//!
//! wasm-bindgen runs as a library, pinned to the version that the page itself uses: there is no
//! command-line tool to install and none that could be of another version.

pub(crate) mod pages;
mod split;
mod stamp;
mod wasm;
mod weight;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::tools;
use pages::Page;
use weight::Weight;

/// How the page is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast, as users get it: minutes.
    Release,
    /// For whoever works on the page: seconds after a change, and several times as large.
    Dev,
}

impl Profile {
    /// The profile of the arguments of `cargo xtask web`.
    ///
    /// # Errors
    ///
    /// Any other argument than `--dev`.
    pub(crate) fn from_arguments(arguments: &[String]) -> Result<Profile> {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [] => Ok(Profile::Release),
            ["--dev"] => Ok(Profile::Dev),
            _ => bail!("`cargo xtask web` takes `--dev` or nothing, but got {}", arguments.join(" ")),
        }
    }

    /// Its name in the workspace's Cargo.toml.
    fn name(self) -> &'static str {
        match self {
            Profile::Release => "wasm-release",
            Profile::Dev => "wasm-dev",
        }
    }

    /// How hard brotli tries: users' pages are compressed once and loaded often.
    fn quality(self) -> u8 {
        match self {
            Profile::Release => 11,
            Profile::Dev => 2,
        }
    }
}

/// Builds the page into `target/page`. When nothing has changed nothing is written, so that the server, which
/// embeds that folder, is not compiled again.
pub(crate) fn build(profile: Profile) -> Result<()> {
    tools::ensure_wasm_target()?;
    tools::say("building the page");
    let wasm = compile(profile)?;

    let mut page = Page::default();
    let static_dir = tools::root().join("static");
    page.add_folder(&static_dir)?;
    page.add("page.css", stylesheet(&static_dir, &tools::root().join("web/src"))?);

    let folder = tools::target_dir().join("page");
    let stamp = tools::target_dir().join("page.stamp");
    let wasm_bytes = std::fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let fingerprint = format!("{} {}", profile.name(), stamp::fingerprint(&wasm_bytes, &page));
    if stamp::is_current(&stamp, &folder, &fingerprint) {
        return say_weight(profile, &folder);
    }

    if profile == Profile::Release {
        let parts = split::split(&wasm_bytes)?;
        page.add_folder(&parts.rest)?;
        page.add_folder(&bind(&parts.main)?)?;
    } else {
        page.add_folder(&bind(&wasm)?)?;
    }
    tools::say("compressing the page");
    // Files that are the same in both profiles are compressed for the one at hand.
    if folder.exists() && !stamp::begins_with(&stamp, profile.name()) {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    page.write(&folder, profile.quality())?;
    stamp::write(&stamp, &folder, &fingerprint)?;
    say_weight(profile, &folder)
}

/// `cargo xtask weigh`: builds the page as users get it, and fails where a visitor would have to load too much.
pub(crate) fn weigh() -> Result<()> {
    build(Profile::Release)?;
    Weight::of(&tools::target_dir().join("page"))?.check()
}

/// A page for work on it may weigh what it likes.
fn say_weight(profile: Profile, folder: &Path) -> Result<()> {
    if profile == Profile::Release {
        tools::say(&Weight::of(folder)?.words());
    }
    Ok(())
}

/// Compiles the page's Rust to wasm and returns the file.
fn compile(profile: Profile) -> Result<PathBuf> {
    /// The first is a switch of Leptos, which with opt-level "z" took a seventh off the compressed wasm; the second keeps
    /// what tells which function needs which, without which it could not be split.
    const FLAGS: &str = "target.wasm32-unknown-unknown.rustflags = ['--cfg', 'erase_components', '-Clink-args=--emit-relocs']";
    // A folder of its own: the server's builds would otherwise wait for the page's.
    let target = tools::target_dir().join("web");
    let mut cargo = tools::cargo(&["build", "--package", "sockyard-web", "--lib"]);
    cargo.args(["--target", tools::WASM, "--profile", profile.name(), "--target-dir"]).arg(&target);
    if profile == Profile::Release {
        // Leptos then has code for one type of view, not for each; compiling it anew would make work on the page slow.
        cargo.args(["--config", FLAGS, "--features", "split"]);
    }
    tools::run(&mut cargo)?;
    Ok(target.join(tools::WASM).join(profile.name()).join("sockyard_web.wasm"))
}

/// Writes the JavaScript that loads the wasm, and the wasm fit for it, into a folder of their own.
fn bind(wasm: &Path) -> Result<PathBuf> {
    let folder = tools::target_dir().join("web/bindgen");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Bindgen::new()
        .input_path(wasm)
        .out_name("sockyard_web")
        .typescript(false)
        .web(true)?
        // The second file takes what it shares by these names.
        .keep_lld_exports(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .context("wasm-bindgen cannot read the compiled page")?;
    let (program, script) = (folder.join("sockyard_web_bg.wasm"), folder.join("sockyard_web.js"));
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let (bytes, text) =
        (read(&program)?, String::from_utf8(read(&script)?).context("the page's script is no text")?);
    let (bytes, text) = wasm::without_hashes(&bytes, &text).context("wasm-bindgen wrote no wasm")?;
    std::fs::write(&program, bytes).with_context(|| format!("cannot write {}", program.display()))?;
    std::fs::write(&script, text).with_context(|| format!("cannot write {}", script.display()))?;
    Ok(folder)
}

/// One stylesheet: the design's tokens first, then each component's, in the order of their paths.
fn stylesheet(static_dir: &Path, sources: &Path) -> Result<Vec<u8>> {
    let mut files = vec![static_dir.join("tokens.css")];
    files.extend(
        pages::files_below(sources)?
            .into_iter()
            .filter(|file| file.extension().is_some_and(|end| end == "css")),
    );
    let mut css = Vec::new();
    for file in files.iter().filter(|file| file.exists()) {
        css.extend(std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
        css.push(b'\n');
    }
    Ok(css)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_starts_with_the_tokens_and_follows_the_paths() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("static/tokens.css", "tokens");
        write("src/b.css", "b");
        write("src/a/z.css", "z");
        write("src/a/lib.rs", "rust");
        let css = stylesheet(&folder.path().join("static"), &folder.path().join("src")).unwrap();
        assert_eq!(String::from_utf8(css).unwrap(), "tokens\nz\nb\n");
    }
}
