//! Pictures of every view of the page, in each size, theme and language, each looked at for what is cut off, covered,
//! too wide or untranslated: `screenshots FOLDER [DOCS]`. `cargo xtask screenshots` builds what it needs and starts it.
//!
//! The pictures, and a page that shows them all, go into FOLDER; the best of them into DOCS as well.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a program of the tests that cannot go on panics")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sockyard_tests::{Page, Screen, TestServer};

/// A size of the window: its name, width and height, and whether it is a phone's.
const SIZES: &[(&str, u32, u32, bool)] =
    &[("desk", 1440, 900, false), ("tablet", 1024, 768, false), ("phone", 390, 844, true)];
const THEMES: &[&str] = &["light", "dark"];
const LANGUAGES: &[&str] = &["en", "zh-Hant", "zh-Hans"];

/// Something to see.
struct Scene {
    /// Its name in the files' names.
    name: &'static str,
    /// The arrangement that it begins with; empty for none.
    arrangement: &'static str,
    /// A row that is chosen: its socket and kind, and a part of its words.
    row: Option<(u64, &'static str, &'static str)>,
    /// The part that a phone shows.
    part: &'static str,
    /// What is clicked on after that; empty for nothing.
    click: &'static str,
}

const SCENES: &[Scene] = &[
    Scene { name: "start", arrangement: "", row: None, part: "sockets", click: "" },
    Scene { name: "sockets", arrangement: "tcp-pair", row: None, part: "sockets", click: "" },
    Scene { name: "call", arrangement: "tcp-pair", row: None, part: "call", click: "" },
    Scene {
        name: "inspector",
        arrangement: "stream",
        row: Some((5, "received", "漢")),
        part: "log",
        click: "",
    },
    Scene {
        name: "encodings",
        arrangement: "encodings",
        row: Some((3, "received", "c4 e3")),
        part: "log",
        click: "",
    },
    Scene {
        name: "failed",
        arrangement: "reset",
        row: Some((5, "failed", "ECONNRESET")),
        part: "log",
        click: "",
    },
    Scene { name: "waiting", arrangement: "backlog", row: None, part: "log", click: "" },
    Scene {
        name: "arrangements",
        arrangement: "udp-pair",
        row: None,
        part: "sockets",
        click: "@arrangements-fold",
    },
    Scene { name: "session", arrangement: "tcp-echo", row: None, part: "log", click: "@session-menu" },
    Scene { name: "help", arrangement: "tcp-pair", row: None, part: "log", click: "@help-open" },
];
/// What each view is shown with. The views themselves are found by their tabs, so one that is new is in the next pictures.
const VIEWS_ARRANGEMENT: &str = "half-close";

/// What is seen of a lab: the arrangement, and the way to look at it.
const LAB: &[(&str, &str)] =
    &[("handshake", "list"), ("lost-syn", "ladder"), ("handshake", "states"), ("lost-syn", "network")];

/// The pictures that documents show: the scene, size, theme and language, and the file's name there.
const DOCS: &[(&str, &str)] = &[
    ("inspector-desk-light-en", "page-light"),
    ("inspector-desk-dark-en", "page-dark"),
    ("inspector-phone-light-zh-Hant", "phone"),
    ("lab-ladder-desk-light-en", "lab-light"),
    ("lab-ladder-desk-dark-en", "lab-dark"),
];

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = arguments.next() else {
        eprintln!("screenshots FOLDER [DOCS]");
        return ExitCode::FAILURE;
    };
    std::fs::create_dir_all(&folder).unwrap();
    let (page, server, findings) = Shoot::new(&folder).await.all().await;
    if let Some(docs) = arguments.next() {
        for (picture, name) in DOCS {
            let from = folder.join(format!("{picture}.png"));
            if from.exists() {
                std::fs::copy(from, docs.join(format!("{name}.png"))).unwrap();
            }
        }
    }
    println!("{} findings; the pictures are in {}", findings.len(), folder.join("index.html").display());
    for finding in &findings {
        println!("{finding}");
    }
    // Last, for errors in the console end the program.
    page.close().await;
    drop(server);
    if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One run.
struct Shoot<'a> {
    folder: &'a Path,
    server: TestServer,
    page: Page,
    pictures: Vec<String>,
    findings: Vec<String>,
}

impl<'a> Shoot<'a> {
    async fn new(folder: &'a Path) -> Shoot<'a> {
        let server = TestServer::start();
        let page = Page::start(Screen::Laptop).await;
        page.reduce_motion().await;
        page.go_to(&server.url()).await;
        page.connected().await;
        Shoot { folder, server, page, pictures: Vec::new(), findings: Vec::new() }
    }

    async fn all(mut self) -> (Page, TestServer, Vec<String>) {
        for size in SIZES {
            let (_, width, height, is_phone) = *size;
            self.page.resize(width, height, is_phone).await;
            for scene in SCENES {
                if scene.click == "@help-open" && self.page.count(scene.click).await == 0 {
                    continue;
                }
                self.begin(scene.arrangement, "@session-new").await;
                self.set_up(scene, is_phone).await;
                self.shoot(scene.name, size.0).await;
            }
            self.begin(VIEWS_ARRANGEMENT, "@session-new").await;
            for view in self.views().await {
                if is_phone {
                    self.page.click("@tab-log").await;
                }
                self.page.click(&format!("@view-tab-{view}")).await;
                self.shoot(&format!("view-{view}"), size.0).await;
            }
            // Not every machine can have labs.
            if self.page.count("@session-new-lab:not(.gone)").await > 0 {
                self.lab(size.0, is_phone).await;
            }
        }
        self.write_index();
        (self.page, self.server, self.findings)
    }

    /// The ways to look at a lab, and a packet.
    async fn lab(&mut self, size: &str, is_phone: bool) {
        for (arrangement, way) in LAB {
            self.begin(arrangement, "@session-new-lab").await;
            if is_phone {
                self.page.click("@tab-log").await;
            }
            self.page.click(&format!("@packets-{way}")).await;
            if *way == "ladder" {
                self.page.click(".ladder-decide @held-drop").await;
                self.page.one(".ladder-tie").await;
                self.page.click("@held-pass-all").await;
                self.page.one("@ladder-step[data-fate='passed']").await;
            }
            self.shoot(&format!("lab-{way}"), size).await;
            if *way == "list" {
                self.page.script("document.querySelector('.packet-row[data-seq]').click()").await;
                self.page.one("@packet-field").await;
                self.shoot("lab-packet", size).await;
            }
        }
    }

    /// A session of its own, opened from the menu, and an arrangement in it.
    async fn begin(&self, arrangement: &str, opened_by: &str) {
        let page = &self.page;
        page.go_to("about:blank").await;
        page.go_to(&self.server.url()).await;
        page.connected().await;
        page.click("@session-menu").await;
        page.click(opened_by).await;
        page.click("@confirm-yes").await;
        page.none("@confirm").await;
        page.connected().await;
        page.none("@log-row").await;
        page.script("document.querySelector('[data-testid=view-tab-log]').click()").await;
        if arrangement.is_empty() {
            return;
        }
        page.script("document.querySelector('[data-testid=tab-sockets]').click()").await;
        page.click(&format!("@arrangement-{arrangement}")).await;
        page.one("@arrangement-note").await;
    }

    async fn set_up(&self, scene: &Scene, is_phone: bool) {
        let page = &self.page;
        if is_phone {
            page.click(&format!("@tab-{}", scene.part)).await;
        }
        if let Some((socket, kind, words)) = scene.row {
            let rows = format!("@log-row[data-kind='{kind}'][data-socket='{socket}']");
            page.shows(&rows, words).await;
            let script = format!(
                "[...document.querySelectorAll('.log-row[data-kind={kind}]')]
                    .find(row => row.dataset.socket === '{socket}' && row.textContent.includes('{words}')).click()"
            );
            page.script(&script).await;
            page.one("@log-detail").await;
        }
        if !scene.click.is_empty() {
            page.click(scene.click).await;
        }
    }

    async fn views(&self) -> Vec<String> {
        let script = "return [...document.querySelectorAll('[data-testid^=view-tab-]:not(.gone)')].map(tab =>
            tab.dataset.testid.slice('view-tab-'.length));";
        let views = self.page.script(script).await;
        views.as_array().unwrap().iter().map(|view| view.as_str().unwrap().to_owned()).collect()
    }

    /// A picture in each theme and language, and what is wrong with it.
    async fn shoot(&mut self, scene: &str, size: &str) {
        for language in LANGUAGES {
            for theme in THEMES {
                self.set("language-select", language).await;
                self.set("theme-select", theme).await;
                self.page.drawn().await;
                let name = format!("{scene}-{size}-{theme}-{language}");
                self.page.picture(&self.folder.join(format!("{name}.png"))).await;
                self.pictures.push(name.clone());
                // What is wrong in one theme is so in the other.
                if *theme == "light" {
                    let found = self.page.review().await;
                    self.findings.extend(found.iter().map(|finding| format!("{name}: {finding}")));
                }
            }
        }
    }

    /// Chooses without a click, which would close an open menu.
    async fn set(&self, select: &str, value: &str) {
        let script = format!(
            "const select = document.querySelector('[data-testid={select}]');
            select.value = '{value}';
            select.dispatchEvent(new Event('change', {{bubbles: true}}));"
        );
        self.page.script(&script).await;
    }

    /// A page with all of the pictures.
    fn write_index(&self) {
        let mut html = String::from(
            "<!doctype html><meta charset=utf-8><title>Sockyard's views</title>
            <style>body{font:14px sans-serif;background:#888}figure{display:inline-block;margin:6px}img{max-width:460px;max-height:520px}</style>\n",
        );
        for name in &self.pictures {
            writeln!(
                html,
                "<figure><a href=\"{name}.png\"><img loading=lazy src=\"{name}.png\" alt=\"\"></a><figcaption>{name}</figcaption></figure>"
            )
            .unwrap();
        }
        std::fs::write(self.folder.join("index.html"), html).unwrap();
    }
}
