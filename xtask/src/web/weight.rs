//! What a first visit of the page loads, compressed, and how much that may be.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::pages;

/// Most that a first visit may load: under a second at 400 KiB a second.
const LIMIT: u64 = 350 * 1024;

/// Where the page of the interfaces is, which loads by itself.
const DOCS: &str = "docs/";

/// The second file of the page's program, which is loaded when something first asks for it.
const LATER: &str = "split_";

/// The icons of an installed page: a browser loads one when somebody installs it.
const INSTALLED: &[&str] = &["apple-touch-icon.png", "icon-192.png", "icon-512.png", "icon-maskable-512.png"];

/// A stylesheet that only the page of the interfaces loads.
const DOCS_TOKENS: &str = "tokens.css";

/// The compressed bytes of the page, by what they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    wasm: u64,
    scripts: u64,
    styles: u64,
    /// HTML, icons, and what else there is.
    rest: u64,
    /// The second file of the program. A first look does not load it.
    later: u64,
}

impl Weight {
    /// Weighs the page in a folder: each file as it goes to a browser that takes brotli.
    pub(crate) fn of(folder: &Path) -> Result<Weight> {
        let mut weight = Weight::default();
        for file in pages::files_below(folder)? {
            let path = pages::relative(folder, &file);
            let twin = format!("{path}.br");
            let is_compressed = path.ends_with(".br") || path.ends_with(".gz");
            let is_elsewhere =
                path.starts_with(DOCS) || path == DOCS_TOKENS || INSTALLED.contains(&path.as_str());
            if is_compressed || is_elsewhere {
                continue;
            }
            let served = match folder.join(&twin) {
                twin if twin.is_file() => twin,
                _ => file,
            };
            let bytes =
                served.metadata().with_context(|| format!("cannot weigh {}", served.display()))?.len();
            if path.starts_with(LATER) {
                weight.later += bytes;
                continue;
            }
            match path.rsplit_once('.').map_or("", |(_, end)| end) {
                "wasm" => weight.wasm += bytes,
                "js" => weight.scripts += bytes,
                "css" => weight.styles += bytes,
                _ => weight.rest += bytes,
            }
        }
        Ok(weight)
    }

    /// What a first visit loads.
    fn all(&self) -> u64 {
        self.wasm + self.scripts + self.styles + self.rest
    }

    /// One line for people.
    pub(crate) fn words(&self) -> String {
        format!(
            "the page weighs {} of {} KiB in brotli: {} wasm, {} scripts, {} styles, {} the rest; \
             {} more of wasm come when first wanted",
            kib(self.all()),
            kib(LIMIT),
            kib(self.wasm),
            kib(self.scripts),
            kib(self.styles),
            kib(self.rest),
            kib(self.later)
        )
    }

    /// Fails where the page has become too heavy, or is not there to be weighed.
    pub(crate) fn check(&self) -> Result<()> {
        if self.wasm == 0 {
            bail!("there is no wasm in the page");
        }
        if self.all() > LIMIT {
            bail!("the page is too heavy by {} KiB; {}", kib(self.all() - LIMIT), self.words());
        }
        Ok(())
    }
}

fn kib(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_weighed_as_they_are_served_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: usize| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![b'x'; bytes]).unwrap();
        };
        write("a_bg.wasm", 1000);
        write("a_bg.wasm.br", 300);
        write("a_bg.wasm.gz", 400);
        write("split_rest.wasm", 800);
        write("split_rest.wasm.br", 200);
        write("a.js", 50);
        write("page.css", 60);
        write("page.css.br", 20);
        write("icon.svg", 7);
        write("icon-512.png", 4000);
        write("tokens.css", 90);
        write("docs/docs.js", 5000);
        let weight = Weight::of(folder.path()).unwrap();
        assert_eq!(weight, Weight { wasm: 300, scripts: 50, styles: 20, rest: 7, later: 200 });
        weight.check().unwrap();
    }

    #[test]
    fn a_page_that_is_too_heavy_or_empty_fails() {
        let weight = Weight { wasm: LIMIT, scripts: 0, styles: 0, rest: 0, later: LIMIT };
        weight.check().unwrap();
        let error = Weight { rest: 2048, ..weight }.check().unwrap_err().to_string();
        assert!(error.contains("too heavy by 2.0 KiB; the page weighs 352.0 of 350.0 KiB"), "{error}");
        assert!(Weight::default().check().is_err());
    }
}
