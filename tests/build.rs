//! Makes a program of the Rust examples in docs/automation.md: a module each, and one that starts them by their lines.

use std::fmt::Write as _;
use std::path::Path;

#[allow(
    dead_code,
    unreachable_pub,
    clippy::panic,
    reason = "it is written for the tests, which use all of it"
)]
#[path = "src/markdown.rs"]
mod markdown;

const PAGE: &str = "../docs/automation.md";

fn main() {
    println!("cargo::rerun-if-changed={PAGE}");
    println!("cargo::rerun-if-changed=src/markdown.rs");
    let out = std::env::var_os("OUT_DIR").expect("cargo names a folder for what is built");
    let page = std::fs::read_to_string(PAGE).expect("docs/automation.md can be read");
    let (mut modules, mut arms) = (String::new(), String::new());
    for example in markdown::examples(&page, None).iter().filter(|example| example.language == "rust") {
        let line = example.line;
        let source = format!(
            "{}\npub(crate) fn run() -> ExitCode {{ main().report() }}\nuse std::process::{{ExitCode, Termination as _}};\n",
            example.source
        );
        let file = Path::new(&out).join(format!("line_{line}.rs"));
        std::fs::write(&file, source).expect("an example can be written");
        writeln!(modules, "mod line_{line} {{ include!({:?}); }}", file).expect("a String takes all");
        writeln!(arms, "\"{line}\" => line_{line}::run(),").expect("a String takes all");
    }
    let start = format!(
        "{modules}\nfn start(line: &str) -> std::process::ExitCode {{\n    match line {{\n{arms}        \
         other => panic!(\"no example on line {{other}}\"),\n    }}\n}}\n"
    );
    std::fs::write(Path::new(&out).join("examples.rs"), start).expect("the list of examples can be written");
}
