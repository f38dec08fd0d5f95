//! The page's files in memory, and how they get into a folder: each with its compressed forms, none left over.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Ends of the names of what is worth compressing; images and fonts are compressed already.
const COMPRESSIBLE: &[&str] = &[
    "css",
    "csv",
    "html",
    "ico",
    "js",
    "json",
    "map",
    "md",
    "mjs",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// The page's files by their paths, which have `/` in them on every system.
#[derive(Default)]
pub(crate) struct Page {
    files: BTreeMap<String, Vec<u8>>,
}

impl Page {
    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.insert(path.to_owned(), bytes);
    }

    /// Adds every file below a folder, which may be missing.
    pub(crate) fn add_folder(&mut self, folder: &Path) -> Result<()> {
        for file in files_below(folder)? {
            let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            self.add(&relative(folder, &file), bytes);
        }
        Ok(())
    }

    /// The files, by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Makes the folder hold these files, their `.br` and `.gz`, and nothing else. What is there already stays
    /// untouched, its times included. `quality` is brotli's, up to 11.
    pub(crate) fn write(&self, folder: &Path, quality: u8) -> Result<()> {
        let mut wanted = BTreeSet::new();
        for (path, bytes) in self.files() {
            let file = folder.join(path);
            let compressed = compressed_names(path);
            let current = std::fs::read(&file).is_ok_and(|there| there == *bytes)
                && compressed.iter().all(|name| folder.join(name).is_file());
            if !current {
                write_file(&file, bytes)?;
                if let Some([br, gz]) = &compressed.first_chunk() {
                    write_file(&folder.join(br), &brotli(bytes, quality)?)?;
                    write_file(&folder.join(gz), &gzip(bytes)?)?;
                }
            }
            wanted.insert(file);
            wanted.extend(compressed.iter().map(|name| folder.join(name)));
        }
        for file in files_below(folder)? {
            if !wanted.contains(&file) {
                std::fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
            }
        }
        Ok(())
    }
}

/// Every file below a folder, in the order of their paths; none where there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A file's path below a folder.
pub(crate) fn relative(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// The names of a file's compressed forms, brotli and gzip; none for what does not compress.
fn compressed_names(path: &str) -> Vec<String> {
    let end = path.rsplit_once('.').map_or("", |(_, end)| end);
    match COMPRESSIBLE.contains(&end) {
        true => vec![format!("{path}.br"), format!("{path}.gz")],
        false => Vec::new(),
    }
}

fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    std::fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

fn brotli(bytes: &[u8], quality: u8) -> Result<Vec<u8>> {
    /// 4 MiB, more than the whole page.
    const WINDOW_BITS: i32 = 22;
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: quality.into(),
        lgwin: WINDOW_BITS,
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).context("brotli")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).context("gzip")?;
    encoder.finish().context("gzip")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        files_below(folder).unwrap().iter().map(|file| relative(folder, file)).collect()
    }

    #[test]
    fn a_folder_ends_up_with_the_files_their_compressed_forms_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("stale.js"), "old").unwrap();
        let mut page = Page::default();
        page.add("index.html", b"<p>".repeat(100));
        page.add("icons/a.png", b"png".to_vec());
        page.write(folder.path(), 1).unwrap();
        assert_eq!(names(folder.path()), ["icons/a.png", "index.html", "index.html.br", "index.html.gz"]);

        let mut restored = Vec::new();
        let compressed = std::fs::read(folder.path().join("index.html.br")).unwrap();
        brotli::BrotliDecompress(&mut &compressed[..], &mut restored).unwrap();
        assert_eq!(restored, b"<p>".repeat(100));
    }

    #[test]
    fn what_has_not_changed_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut page = Page::default();
        page.add("a.css", b"a{}".to_vec());
        page.add("b.css", b"b{}".to_vec());
        page.write(folder.path(), 1).unwrap();
        let times = |name: &str| {
            ["", ".br", ".gz"].map(|end| {
                std::fs::metadata(folder.path().join(format!("{name}{end}"))).unwrap().modified().unwrap()
            })
        };
        let (a, b) = (times("a.css"), times("b.css"));
        page.add("b.css", b"c{}".to_vec());
        page.write(folder.path(), 1).unwrap();
        assert_eq!(times("a.css"), a);
        assert_ne!(times("b.css"), b);
    }
}
