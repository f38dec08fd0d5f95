//! The rows of `docs/security-matrix.md` that no other module has, each under its number. Requests and frames are written byte by
//! byte, because no proper client would send them.

mod addresses;
mod bodies;
mod frames;
mod http;
mod messages;

use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|end| end == "rs") => found.push(path),
            false => {}
        }
    }
}

/// A row that names a test which is gone would promise what nobody looks at.
#[test]
fn the_matrix_names_only_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["tests/tests", "server/src"] {
        rust_files(&root.join(folder), &mut files);
    }
    let matrix = std::fs::read_to_string(root.join("docs/security-matrix.md")).unwrap();
    let named: Vec<(&str, &str)> =
        matrix.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")).collect();
    let named: Vec<_> = named.into_iter().filter(|(_, test)| test.starts_with(char::is_alphabetic)).collect();
    assert!(named.len() > 80, "{}", named.len());
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let missing: Vec<_> = named
        .iter()
        .filter(|(module, test)| {
            let module = module.trim_end_matches(".rs");
            let within = [format!("/{module}.rs"), format!("/{module}/")];
            let function = format!("fn {test}()");
            !texts
                .iter()
                .any(|(path, text)| within.iter().any(|part| path.contains(part)) && text.contains(&function))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
