//! The examples of a Markdown page: its fenced blocks, and what each is said to print.

/// A fenced block that is a program.
#[derive(Debug)]
pub struct Example {
    /// The line of the page on which the block begins, counted from 1.
    pub line: usize,
    /// The first word behind the fence.
    pub language: String,
    /// The words after it.
    pub words: Vec<String>,
    /// The program.
    pub source: String,
    /// What it prints: the `text` block beneath it, where there is one.
    pub prints: Option<String>,
}

/// The blocks of a page, or of its part below a heading of the second level.
///
/// # Panics
/// When a fence is not closed, or a `text` block belongs to no program.
pub fn examples(page: &str, heading: Option<&str>) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut within = heading.is_none();
    // Whether nothing but blank lines stands between the last block and here.
    let mut beneath = false;
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if let (Some(heading), Some(found)) = (heading, line.strip_prefix("## ")) {
            within = found == heading;
        }
        let Some(info) = line.strip_prefix("```") else {
            beneath &= line.is_empty();
            continue;
        };
        let mut source = String::new();
        loop {
            match lines.next() {
                Some((_, "```")) => break,
                Some((_, line)) => source = source + line + "\n",
                None => panic!("line {}: the block is not closed", index + 1),
            }
        }
        let mut words = info.split_whitespace().map(str::to_owned);
        let language = words.next().unwrap_or_default();
        if !within {
            continue;
        }
        if language == "text" {
            match examples.last_mut().filter(|_| beneath) {
                Some(example) => example.prints = Some(source),
                None => panic!("line {}: this output belongs to no example", index + 1),
            }
            beneath = false;
            continue;
        }
        beneath = true;
        examples.push(Example { line: index + 1, language, words: words.collect(), source, prints: None });
    }
    examples
}
