//! Properties of single files: how long they are, and whether a silenced lint says why.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::web::pages;

/// Beyond this a file usually holds a second idea that waits for a name.
const LINES_MAX: usize = 600;

/// Folders that hold sources, from the root.
const FOLDERS: &[&str] = &["bench", "protocol", "server", "static", "tests", "web", "xtask"];

/// Ends of the names of sources.
const SOURCES: &[&str] = &["css", "js", "rs"];

/// Checks every source.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in sources(root)? {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = pages::relative(root, &file);
        findings.extend(check_text(&name, &text));
    }
    Ok(findings)
}

fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        files.extend(pages::files_below(&root.join(folder))?);
    }
    files.retain(|file| file.extension().is_some_and(|end| SOURCES.iter().any(|source| end == *source)));
    Ok(files)
}

fn check_text(name: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        findings.push(format!("{name}: {lines} lines are over the limit of {LINES_MAX}: split the file"));
    }
    if name.ends_with(".rs") {
        for (line, attribute) in silenced(text) {
            if !attribute.contains("reason") {
                findings.push(format!("{name}:{line}: a silenced lint says why: add reason = \"…\""));
            }
        }
    }
    findings
}

/// Every attribute that silences a lint, with its line.
fn silenced(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim_start().trim_start_matches("#![").trim_start_matches("#[");
        if line.trim_start().starts_with('#') && (start.starts_with("allow(") || start.starts_with("expect("))
        {
            let attribute = &text[at..];
            let end = attribute.find(")]").unwrap_or(attribute.len());
            found.push((text[..at].lines().count() + 1, &attribute[..end]));
        }
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silenced_lint_without_a_reason_is_found() {
        assert_eq!(check_text("a.rs", "fn a() {}\n#[allow(dead_code)]\nfn b() {}").len(), 1);
        assert_eq!(check_text("a.rs", "#![expect(dead_code)]").len(), 1);
        assert_eq!(check_text("a.rs", "#[expect(\n    dead_code,\n    reason = \"x\"\n)]").len(), 0);
        assert_eq!(check_text("a.rs", "let text = \"#[allow(dead_code)]\";").len(), 0);
    }

    #[test]
    fn a_long_file_is_found() {
        assert_eq!(check_text("a.css", &"a\n".repeat(LINES_MAX)), Vec::<String>::new());
        assert_eq!(check_text("a.css", &"a\n".repeat(LINES_MAX + 1)).len(), 1);
    }
}
