//! Measures the page in a real browser: how soon it is usable, its frames under load, a million lines, and its memory.
//! `cargo xtask bench-page` builds what it needs and starts it.
//!
//! The server is a program of its own, as users get it; the load is real datagrams to a real socket of the session that the
//! page shows. Each figure is checked to be about what it says: lines are counted in the page.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a program of the tests that cannot go on panics")]

mod figures;
mod load;
mod measured;
mod options;

use std::process::ExitCode;

use clap::Parser;
use sockyard_tests::{Page, Screen, TestServer};

use figures::Figure;
use measured::Measured;
use options::{Options, Row};

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let mut figures = Vec::new();
    if options.has(Row::Open) {
        let server = TestServer::start_program(&options.server, &[]);
        for round in 1..=options.rounds {
            eprintln!("bench-page: opening the page, {round} of {}", options.rounds);
            figures.push(open(&server).await);
        }
    }
    let mut figures = figures::of_opening(&figures);
    if options.rows().iter().any(|row| *row != Row::Open) {
        let server = TestServer::start_program(&options.server, &[]);
        let measured = Measured::start(&server).await;
        figures.extend(in_one_page(&measured, &options).await);
        measured.end().await;
    }
    let text = figures::render(&figures, &options);
    print!("{text}");
    if let Some(file) = &options.output {
        std::fs::write(file, &text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    if figures.iter().all(Figure::is_good) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Opens the page as a browser does that was never here.
async fn open(server: &TestServer) -> figures::Opening {
    let page = Page::start(Screen::Laptop).await;
    let probe = format!("{}\nwindow.bench.watchOpening();", measured::PROBE);
    page.tool("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({"source": probe})).await;
    page.go_to(&server.url()).await;
    page.one("@socket-card").await;
    page.drawn().await;
    let marks = page.script("return {...window.bench.marks, firstPaint: window.bench.firstPaint()}").await;
    page.close().await;
    serde_json::from_value(marks).expect("the marks of an opened page")
}

/// What is measured in one page: each row begins where the one before it has ended.
async fn in_one_page(measured: &Measured<'_>, options: &Options) -> Vec<Figure> {
    let mut figures = Vec::new();
    if options.has(Row::Rate) {
        eprintln!("bench-page: {} s at {} events a second", options.seconds.as_secs(), options.rate);
        figures.extend(measured.rate(options).await);
    }
    if options.has(Row::Lines) || options.has(Row::Memory) {
        eprintln!("bench-page: filling the page with {} lines", options.lines);
        measured.fill(options.lines).await;
    }
    if options.has(Row::Lines) {
        eprintln!("bench-page: scrolling and filtering");
        figures.extend(measured.lines().await);
    }
    if options.has(Row::Memory) {
        eprintln!("bench-page: memory for {} s", options.memory_seconds.as_secs());
        figures.extend(measured.memory(options).await);
    }
    figures
}
