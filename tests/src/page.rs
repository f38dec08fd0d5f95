//! The page in a real browser: headless Chromium through chromedriver, with a fresh profile.
//!
//! Elements are found by CSS in which `@name` stands for `[data-testid="name"]`.

mod browser;
mod picture;
mod review;

use serde_json::{Value, json};
pub use thirtyfour::Key;
use thirtyfour::WebDriver;
use thirtyfour::prelude::*;

use crate::deadline::{eventually, within};
use crate::server::TestServer;
use browser::Browser;

/// How large the window is.
#[derive(Clone, Copy, Debug)]
pub enum Screen {
    /// A laptop's.
    Laptop,
    /// A phone's, held upright, with touch.
    Phone,
}

/// A browser with the page open.
pub struct Page {
    // Dropped before the browser, which it asks to end.
    driver: WebDriver,
    /// Console errors that a test has caused on purpose contain one of these.
    expected_errors: Vec<String>,
    browser: Browser,
}

impl Page {
    /// Opens the address that the server printed, on a laptop, and waits until the page is connected.
    pub async fn open(server: &TestServer) -> Page {
        Page::open_on(server, Screen::Laptop).await
    }

    /// Opens the address that the server printed and waits until the page is connected.
    pub async fn open_on(server: &TestServer, screen: Screen) -> Page {
        let page = Page::start(screen).await;
        page.go_to(&server.url()).await;
        page.connected().await;
        page
    }

    /// A browser that shows nothing yet.
    pub async fn start(screen: Screen) -> Page {
        let (browser, driver) = Browser::start(screen).await;
        Page { driver, expected_errors: Vec::new(), browser }
    }

    /// Opens an address.
    pub async fn go_to(&self, url: &str) {
        within(format!("{url} to load"), self.driver.goto(url)).await.unwrap();
    }

    /// Waits until the page says that it is connected.
    pub async fn connected(&self) {
        self.one("@connection-state[data-state='open']").await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        within("the page to load again", self.driver.refresh()).await.unwrap();
    }

    /// Waits for an element that is shown, and returns the first.
    #[track_caller]
    pub fn one(&self, selector: &str) -> impl Future<Output = WebElement> {
        let css = css(selector);
        let driver = self.driver.clone();
        eventually(format!("{selector} to be shown"), async move || {
            for element in driver.find_all(By::Css(css.as_str())).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            None
        })
    }

    /// Waits until no such element is shown.
    #[track_caller]
    pub fn none(&self, selector: &str) -> impl Future<Output = ()> {
        let css = css(selector);
        let driver = self.driver.clone();
        eventually(format!("no {selector} to be shown"), async move || {
            for element in driver.find_all(By::Css(css.as_str())).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return None;
                }
            }
            Some(())
        })
    }

    /// How many such elements there are, shown or not.
    pub async fn count(&self, selector: &str) -> usize {
        self.driver.find_all(By::Css(css(selector))).await.unwrap().len()
    }

    /// Clicks on an element.
    #[track_caller]
    pub fn click(&self, selector: &str) -> impl Future<Output = ()> {
        let shown = selector.to_owned();
        let finding = self.one(selector);
        let again = css(selector);
        let driver = self.driver.clone();
        let clicking = eventually(format!("a click on {shown}"), async move || {
            // Drawn anew since it was found, or covered for a moment: the next try finds it. What lies below a head that sticks is
            // in view for the driver, and nobody could click on it there.
            let element = driver.find(By::Css(again.as_str())).await.ok()?;
            element.scroll_into_view().await.ok()?;
            element.click().await.ok()
        });
        async move {
            let element = finding.await;
            if element.click().await.is_err() {
                clicking.await;
            }
        }
    }

    /// Taps with a finger on the middle of an element, which is brought into view before; nothing may cover it.
    #[track_caller]
    pub fn tap(&self, selector: &str) -> impl Future<Output = ()> {
        let css = css(selector);
        let tools = self.driver.cdp();
        let driver = self.driver.clone();
        let script = format!(
            "const shown = [...document.querySelectorAll({})].find(element => element.checkVisibility());
            if (!shown) return null;
            shown.scrollIntoView({{block: 'nearest', inline: 'nearest'}});
            const box = shown.getBoundingClientRect();
            const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
            const hit = document.elementFromPoint(x, y);
            return hit && (shown.contains(hit) || hit.contains(shown)) ? [x, y] : null;",
            json!(css)
        );
        eventually(format!("a tap on {selector}"), async move || {
            let place = driver.execute(script.as_str(), Vec::new()).await.ok()?;
            let (x, y) = (place.json()[0].as_f64()?, place.json()[1].as_f64()?);
            for (kind, points) in [("touchStart", json!([{"x": x, "y": y}])), ("touchEnd", json!([]))] {
                let touch = json!({"type": kind, "touchPoints": points});
                tools.send_raw("Input.dispatchTouchEvent", touch).await.ok()?;
            }
            Some(())
        })
    }

    /// Moves a finger up over an element, so that what is below comes into view.
    pub async fn swipe_up(&self, selector: &str, pixels: u32) {
        let script = format!(
            "const box = document.querySelector({}).getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2]",
            json!(css(selector))
        );
        let place = self.script(&script).await;
        let tools = self.driver.cdp();
        let (x, y) = (&place[0], place[1].as_f64().unwrap_or_default());
        // The first move only tells the browser that this is no tap.
        let moves =
            [0.5, 1.0].map(|share| ("touchMove", json!([{"x": x, "y": y - share * f64::from(pixels)}])));
        let [first, last] = moves;
        for (kind, points) in
            [("touchStart", json!([{"x": x, "y": y}])), first, last, ("touchEnd", json!([]))]
        {
            let touch = json!({"type": kind, "touchPoints": points});
            let done = tools.send_raw("Input.dispatchTouchEvent", touch);
            within(format!("a finger's move over {selector}"), done).await.unwrap();
        }
    }

    /// Replaces what stands in a field.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) -> impl Future<Output = ()> {
        let finding = self.one(selector);
        let text = text.to_owned();
        async move {
            let field = finding.await;
            field.click().await.unwrap();
            field.send_keys(Key::Control + "a").await.unwrap();
            match text.as_str() {
                "" => field.send_keys(Key::Delete + "").await.unwrap(),
                text => field.send_keys(text).await.unwrap(),
            }
        }
    }

    /// Looks from the next address on as a browser does that no program drives.
    pub async fn as_a_person(&self) {
        let source = "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })";
        let tools = self.driver.cdp();
        let told = tools.send_raw("Page.addScriptToEvaluateOnNewDocument", json!({"source": source}));
        within("the script for new documents", told).await.unwrap();
    }

    /// Keeps what is downloaded in a folder.
    pub async fn download_to(&self, folder: &std::path::Path) {
        let behavior = json!({"behavior": "allow", "downloadPath": folder.to_str().unwrap()});
        let tools = self.driver.cdp();
        let told = tools.send_raw("Browser.setDownloadBehavior", behavior);
        within("the folder for downloads", told).await.unwrap();
    }

    /// Chooses a file in an input for files, shown or not.
    pub async fn put_file(&self, selector: &str, path: &std::path::Path) {
        let input = self.driver.find(By::Css(css(selector))).await.unwrap();
        input.send_keys(path.to_str().unwrap()).await.unwrap();
    }

    /// Presses a key in a field.
    pub async fn press(&self, selector: &str, key: Key) {
        self.one(selector).await.send_keys(key + "").await.unwrap();
    }

    /// Presses a key together with Control.
    pub async fn press_control(&self, selector: &str, key: &str) {
        self.one(selector).await.send_keys(Key::Control + key).await.unwrap();
    }

    /// Chooses a value of a select.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.one(selector).await;
        let option = format!("{selector} option[value='{value}']");
        let option = within(format!("{option} to be there"), self.driver.find(By::Css(css(&option)))).await;
        option.unwrap_or_else(|error| panic!("{selector} has no {value}: {error}")).click().await.unwrap();
    }

    /// The text of an element.
    pub async fn text(&self, selector: &str) -> String {
        self.one(selector).await.text().await.unwrap()
    }

    /// Waits until an element's text, each white space as one blank, contains a part, and returns the text.
    #[track_caller]
    pub fn shows(&self, selector: &str, part: &str) -> impl Future<Output = String> {
        let (css, part, driver) = (css(selector), part.to_owned(), self.driver.clone());
        eventually(format!("{part:?} in {selector}"), async move || {
            for element in driver.find_all(By::Css(css.as_str())).await.unwrap_or_default() {
                let text = element.text().await.unwrap_or_default();
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if text.contains(&part) {
                    return Some(text);
                }
            }
            None
        })
    }

    /// An attribute of an element.
    pub async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.one(selector).await.attr(name).await.unwrap()
    }

    /// What a script returns.
    pub async fn script(&self, script: &str) -> Value {
        within("a script", self.driver.execute(script, Vec::new())).await.unwrap().json().clone()
    }

    /// What a command of the browser's own tools (Chrome DevTools Protocol) returns.
    pub async fn tool(&self, command: &str, parameters: Value) -> Value {
        let tools = self.driver.cdp();
        within(command.to_owned(), tools.send_raw(command, parameters)).await.unwrap()
    }

    /// Console errors that contain this are expected from here on.
    pub fn expect_errors(&mut self, part: &str) {
        self.expected_errors.push(part.to_owned());
    }

    /// Asserts that nothing is wider than the screen.
    pub async fn no_overflow(&self) {
        let script = "const most = document.documentElement.clientWidth;
            return [...document.querySelectorAll('body *')].filter(element => {
                const box = element.getBoundingClientRect();
                if (box.width === 0 || box.right <= most + 1) return false;
                for (let outer = element.parentElement; outer; outer = outer.parentElement) {
                    if (getComputedStyle(outer).overflowX !== 'visible') return false;
                }
                return true;
            }).map(element => element.outerHTML.slice(0, 120))
            .concat(document.documentElement.scrollWidth > most ? ['the page scrolls sideways'] : []);";
        let wide = self.script(script).await;
        assert_eq!(wide, json!([]), "wider than the screen");
    }

    /// Ends the browser; the console must have shown no errors, and the content security policy no violations.
    pub async fn close(self) {
        let log = within("the console's log", self.driver.browser_log()).await.unwrap();
        let expected = |message: &str| self.expected_errors.iter().any(|part| message.contains(part));
        let errors: Vec<String> = log
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && !expected(&entry.message))
            .map(|entry| entry.message)
            .collect();
        assert!(errors.is_empty(), "errors in the console: {errors:#?}");
        within("the browser's end", self.driver.clone().quit()).await.unwrap();
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(path) = picture::take(&self.driver)
        {
            eprintln!("the page at that moment: {}", path.display());
        }
        // A test that failed does not wait for its browser to end in good order.
        _ = self.driver.clone().leak();
        self.browser.kill();
    }
}

/// `@name` to `[data-testid="name"]`.
pub fn css(selector: &str) -> String {
    let mut css = String::new();
    let mut rest = selector;
    while let Some((before, after)) = rest.split_once('@') {
        let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(after.len());
        css.push_str(&format!("{before}[data-testid=\"{}\"]", &after[..end]));
        rest = &after[end..];
    }
    css + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_tests_become_css() {
        assert_eq!(css("@log-row"), r#"[data-testid="log-row"]"#);
        assert_eq!(
            css("@socket-card[data-socket='3'] @socket-state.x"),
            r#"[data-testid="socket-card"][data-socket='3'] [data-testid="socket-state"].x"#
        );
        assert_eq!(css("body > p"), "body > p");
    }
}
