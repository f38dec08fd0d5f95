//! Whether the page in its folder is what its inputs would give again.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::Hasher;
use std::path::Path;

use anyhow::{Context, Result};

use super::pages::{self, Page};

/// The steps between the inputs and the files are inputs, too.
const RECIPE: &[&[u8]] = &[
    include_bytes!("../web.rs"),
    include_bytes!("pages.rs"),
    include_bytes!("split.rs"),
    include_bytes!("wasm.rs"),
];

/// Stands for everything that the page is made from.
pub(crate) fn fingerprint(wasm: &[u8], page: &Page) -> String {
    let mut hasher = DefaultHasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.write_usize(bytes.len());
        hasher.write(bytes);
    };
    for part in RECIPE {
        add(part);
    }
    add(wasm);
    for (path, bytes) in page.files() {
        add(path.as_bytes());
        add(bytes);
    }
    format!("{:016x}", hasher.finish())
}

/// Whether the folder is as [`write()`] left it after the same inputs.
pub(crate) fn is_current(stamp: &Path, folder: &Path, fingerprint: &str) -> bool {
    let there = std::fs::read_to_string(stamp).unwrap_or_default();
    listing(folder).is_ok_and(|listing| there == format!("{fingerprint}\n{listing}"))
}

/// Whether the stamp's fingerprint begins so; false where there is no stamp.
pub(crate) fn begins_with(stamp: &Path, start: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|there| there.starts_with(start))
}

/// Notes what the folder was made from and what is in it.
pub(crate) fn write(stamp: &Path, folder: &Path, fingerprint: &str) -> Result<()> {
    std::fs::write(stamp, format!("{fingerprint}\n{}", listing(folder)?))
        .with_context(|| format!("cannot write {}", stamp.display()))
}

/// Every file with its length: a file that is missing, new or cut short shows.
fn listing(folder: &Path) -> Result<String> {
    let mut listing = String::new();
    for file in pages::files_below(folder)? {
        writeln!(listing, "{} {}", file.metadata()?.len(), pages::relative(folder, &file))?;
    }
    Ok(listing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_current_until_an_input_or_a_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (page_folder, stamp) = (folder.path().join("page"), folder.path().join("stamp"));
        let mut page = Page::default();
        page.add("a.css", b"a{}".to_vec());
        page.write(&page_folder, 1).unwrap();
        let first = fingerprint(b"wasm", &page);
        assert!(!is_current(&stamp, &page_folder, &first));
        write(&stamp, &page_folder, &first).unwrap();
        assert!(is_current(&stamp, &page_folder, &first));
        assert_ne!(fingerprint(b"other", &page), first);
        page.add("a.css", b"b{}".to_vec());
        assert_ne!(fingerprint(b"wasm", &page), first);
        std::fs::remove_file(page_folder.join("a.css.gz")).unwrap();
        assert!(!is_current(&stamp, &page_folder, &first));
    }
}
