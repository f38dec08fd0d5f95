//! A lab in the page: its packets, what one does to its wire, and the ends of its connections.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{card, form};

/// A server whose sessions are labs, with the page open.
pub(super) async fn lab(screen: Screen) -> (TestServer, Page) {
    let server = TestServer::start_with(&["--network", "lab"]);
    let page = Page::open_on(&server, screen).await;
    (server, page)
}

/// The selector of a packet's row in which these words stand.
pub(super) async fn packet(page: &Page, words: &str) -> String {
    let script = format!(
        "const row = [...document.querySelectorAll('[data-testid=packet-row]')]
            .find(row => row.checkVisibility() && row.textContent.includes({}));
        return row?.dataset.seq ?? null",
        serde_json::json!(words)
    );
    eventually(format!("a packet with {words}"), async || {
        let seq = page.script(&script).await.as_str()?.to_owned();
        Some(format!("@packet-row[data-seq='{seq}']"))
    })
    .await
}

#[tokio::test]
async fn the_packets_of_a_handshake_are_listed_filtered_and_taken_apart() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (server, page) = lab(screen).await;
        page.click("@arrangement-handshake").await;
        page.one("@arrangement-note").await;
        page.one("@stage[data-view='packets']").await;
        page.fill("@packets-query", "port:x").await;
        page.shows(".log-empty", "No packet passes").await;
        page.fill("@packets-query", "host:alice").await;
        page.choose("@packets-kind", "tcp").await;
        for words in ["[SYN]", "[SYN, ACK]", "[ACK]"] {
            packet(&page, words).await;
        }
        page.shows("@packets-count", "3 packets").await;
        page.fill("@packets-query", "syn host:alice -ack=1").await;
        page.shows("@packets-count", "1 of 3").await;
        page.no_overflow().await;
        let syn = packet(&page, "[SYN]").await;
        assert!(page.text(&syn).await.contains("alice → bob"));
        page.click(&syn).await;
        page.shows("@packet-detail @packet-fate", "delivered").await;
        page.shows("@packet-layer[aria-label='TCP']", "MSS = 1460").await;
        // What the keys choose among the fields is marked among the bytes: the first is the version, in the first byte.
        page.press("@packet-fields", Key::Down).await;
        page.one("@packet-hex .dump-byte.marked[data-from='0']").await;
        page.shows("@packet-caption", "Version 4").await;
        // And the other way round.
        page.press("@packet-hex", Key::Right).await;
        page.one("@packet-field.marked[data-from='1']").await;
        page.no_overflow().await;
        page.click("@packet-close").await;
        page.fill("@packets-query", "").await;
        let both = packet(&page, "[SYN, ACK]").await;
        page.click(&both).await;
        page.shows("@packet-layer[aria-label='TCP']", "SYN ACK").await;
        page.click("@packet-next").await;
        page.shows("@packet-detail h2", "Packet 3").await;
        page.click("@packet-close").await;
        page.one("@packets").await;
        page.close().await;
        drop(server);
    }
}

#[tokio::test]
async fn a_syn_that_is_dropped_by_hand_is_sent_again_and_connect_succeeds() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (server, page) = lab(screen).await;
        page.click("@arrangement-lost-syn").await;
        page.one("@held-packet").await;
        page.one("@stage[data-view='packets']").await;
        page.click("@packets-ladder").await;
        // It waits on its arrow, where it can be decided about as well.
        page.one("@ladder-step[data-fate='held']").await;
        page.no_overflow().await;
        page.click(".ladder-decide @held-drop").await;
        page.one("@ladder-step[data-fate='dropped']").await;
        // The kernel sends it again, which waits as well.
        page.shows(".ladder-row[data-repeat='true']", "retransmission").await;
        page.one(".ladder-tie").await;
        page.no_overflow().await;
        page.click("@held-pass-all").await;
        page.shows("@ladder-step[data-fate='passed']", "[SYN, ACK]").await;
        page.none("@held").await;
        page.click("@packets-list").await;
        page.choose("@packets-kind", "undelivered").await;
        let lost = packet(&page, "[SYN]").await;
        page.shows(&lost, "dropped by hand").await;
        page.choose("@packets-kind", "marked").await;
        let again = packet(&page, "retransmission").await;
        page.click(&again).await;
        page.click("@packet-original").await;
        page.shows("@packet-detail @packet-fate", "dropped by hand").await;
        page.click("@packet-close").await;
        page.click("@view-tab-log").await;
        page.one("@log-row[data-kind='connected']").await;
        page.close().await;
        drop(server);
    }
}

#[tokio::test]
async fn the_wire_is_set_cut_and_mended_and_hosts_come_and_go() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (server, page) = lab(screen).await;
        page.choose("@new-socket-host", "bob").await;
        page.click("@new-socket-create").await;
        if matches!(screen, Screen::Phone) {
            page.click("@tab-log").await;
        } else {
            page.shows(&card(3, ".host-name"), "bob").await;
        }
        page.click("@view-tab-packets").await;
        page.click("@packets-network").await;
        page.one("@net-host[data-host='bob'] .net-socket").await;
        page.no_overflow().await;
        page.click("@preset-mobile").await;
        page.shows("@wire-words", "Loss 5 %").await;
        page.shows("@preset-look", "duplicate ACKs").await;
        page.choose("@wire-from", "alice").await;
        page.fill("@knob-delay", "120").await;
        page.press("@knob-delay", Key::Enter).await;
        page.shows("@net-direction", "alice → bob Loss 5 % · Delay 120 ms").await;
        page.click("@preset-perfect").await;
        page.none("@net-direction").await;
        page.click("@wire-cut").await;
        page.one("@wire[data-state='cut']").await;
        page.shows("@wire-words", "cut").await;
        page.click("@wire-cut").await;
        page.one("@wire[data-state='open']").await;
        page.fill("@host-name", "dora").await;
        page.click("@host-add").await;
        page.one("@net-host[data-host='dora']").await;
        page.no_overflow().await;
        page.click("@net-host[data-host='dora'] @host-remove").await;
        page.none("@net-host[data-host='dora']").await;
        // A host with a socket on it stays, and the kernel's own word says why.
        page.click("@net-host[data-host='bob'] @host-remove").await;
        page.shows("@wire-error", "EBUSY").await;
        page.choose("@hold-protocol", "UDP").await;
        page.fill("@hold-port", "7788").await;
        page.click("@hold-run").await;
        page.one("@wire[data-state='holds']").await;
        page.choose("@wire-hold", "nothing").await;
        page.one("@wire[data-state='open']").await;
        // All of it is in the log.
        page.click("@view-tab-log").await;
        page.one("@log-row[data-kind='host_added']").await;
        page.one("@log-row[data-kind='wire']").await;
        page.close().await;
        drop(server);
    }
}

#[tokio::test]
async fn a_wrong_setting_is_told_at_its_field_and_not_sent() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (server, page) = lab(screen).await;
        if matches!(screen, Screen::Phone) {
            page.click("@tab-log").await;
        }
        page.click("@view-tab-packets").await;
        page.click("@packets-network").await;
        let wrong = [
            ("loss", "101", "A number from 0 to 100"),
            ("delay", "-5", "A whole number from 0 to 60000"),
            ("mtu", "10", "0 or a whole number from 1280 to 9000"),
        ];
        for (name, typed, told) in wrong {
            enter(&page, name, typed).await;
            page.shows(&format!("@field-error[data-field='{name}']"), told).await;
        }
        // Each stays as it was typed and is marked, whatever the others are, and is said in every language.
        for (name, typed, _) in wrong {
            assert_eq!(entry(&page, name).await, typed);
            let knob = format!("@knob-{name}");
            assert_eq!(page.attribute(&knob, "aria-invalid").await.as_deref(), Some("true"));
            let note = format!("knob-{name}-note");
            assert_eq!(page.attribute(&knob, "aria-describedby").await, Some(note));
        }
        let mut found = Vec::new();
        for language in ["zh-Hant", "zh-Hans", "en"] {
            set(&page, "language-select", language).await;
            found.extend(look(&page, &format!("{screen:?} {language} network, wrong")).await);
        }
        assert!(found.is_empty(), "{found:#?}");
        page.none("@wire-error").await;
        page.none("@net-direction").await;
        // One that is mended is taken, and one that is emptied has what is in force; the third stays wrong.
        enter(&page, "delay", "10").await;
        page.shows("@net-direction", "Delay 10 ms").await;
        page.none("@field-error[data-field='delay']").await;
        page.fill("@knob-mtu", "").await;
        page.none("@field-error[data-field='mtu']").await;
        page.press("@knob-mtu", Key::Enter).await;
        eventually("the MTU in force", async || (entry(&page, "mtu").await == "1500").then_some(())).await;
        page.shows("@field-error[data-field='loss']", "from 0 to 100").await;
        // With another wire it is over.
        page.click("@preset-satellite").await;
        page.none("@field-error").await;
        eventually("the loss in force", async || (entry(&page, "loss").await == "0").then_some(())).await;
        // The longest seed there is can be read.
        enter(&page, "seed", "4294967295").await;
        let is_cut = "const field = document.querySelector('[data-testid=knob-seed]');
            return field.scrollWidth > field.clientWidth;";
        assert_eq!(page.script(is_cut).await, false);
        page.none("@wire-error").await;
        // Nothing of what was wrong was sent: the log has the delay, the MTU, the preset and the seed.
        page.click("@view-tab-log").await;
        let wire = "@log-row[data-kind='wire']";
        eventually("four changes of the wire", async || (page.count(wire).await == 4).then_some(())).await;
        page.close().await;
        drop(server);
    }
}

#[tokio::test]
async fn a_hosts_name_that_is_taken_stays_to_be_mended() {
    let (_server, page) = lab(Screen::Laptop).await;
    page.click("@view-tab-packets").await;
    page.click("@packets-network").await;
    let typed = "return document.querySelector('[data-testid=host-name]').value";
    for (name, told) in [("bob", "There is a host “bob” already"), ("Bob", "not a name for a host")] {
        page.fill("@host-name", name).await;
        page.click("@host-add").await;
        page.shows("@field-error[data-field='host-name']", told).await;
        assert_eq!(page.script(typed).await, name);
        assert_eq!(page.attribute("@host-name", "aria-invalid").await.as_deref(), Some("true"));
        page.none("@wire-error").await;
    }
    page.fill("@host-name", "bobby").await;
    page.none("@field-error").await;
    page.click("@host-add").await;
    page.one("@net-host[data-host='bobby']").await;
    eventually("the field to be free", async || (page.script(typed).await == "").then_some(())).await;
    page.close().await;
}

#[tokio::test]
async fn packets_that_are_only_counted_are_told_of_and_the_record_goes_on() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (server, page) = lab(screen).await;
        if matches!(screen, Screen::Phone) {
            page.click("@tab-log").await;
        }
        page.click("@view-tab-packets").await;
        page.click("@packets-network").await;
        page.click("@wire-record").await;
        page.shows("@packets-unrecorded", "The record is off").await;
        page.no_overflow().await;
        page.click("@packets-list").await;
        page.shows("@packets-empty", "only counted").await;
        if matches!(screen, Screen::Phone) {
            page.click("@tab-sockets").await;
        }
        page.click("@arrangement-handshake").await;
        page.one("@arrangement-note").await;
        // A handshake has three; the hosts may have said more to each other.
        page.shows("@packets-unrecorded", "packets were only counted").await;
        page.shows("@packets-count", "0 packets").await;
        let mut found = Vec::new();
        for language in ["zh-Hant", "zh-Hans", "en"] {
            set(&page, "language-select", language).await;
            for way in ["ladder", "network", "list"] {
                page.click(&format!("@packets-{way}")).await;
                found.extend(look(&page, &format!("{screen:?} {language} {way}, unrecorded")).await);
            }
        }
        assert!(found.is_empty(), "{found:#?}");
        page.click("@packets-record").await;
        page.none("@packets-unrecorded").await;
        if matches!(screen, Screen::Laptop) {
            form(&page, 4, "send").await;
            page.fill("@field-data", "on record").await;
            page.click("@call-run").await;
            packet(&page, "[PSH, ACK]").await;
        }
        page.click("@packets-network").await;
        page.shows("@wire-unrecorded", "only counted").await;
        assert_eq!(
            page.script("return document.querySelector('[data-testid=wire-record]').checked").await,
            true
        );
        page.close().await;
        drop(server);
    }
}

#[tokio::test]
async fn both_ends_of_a_connection_walk_through_the_diagram_of_states() {
    let (_server, page) = lab(Screen::Laptop).await;
    page.click("@view-tab-packets").await;
    page.click("@packets-states").await;
    page.one("@tcp-empty").await;
    page.click("@arrangement-handshake").await;
    page.one("@tcp-end[data-socket='4'][data-state='ESTABLISHED']").await;
    page.one("@tcp-end[data-socket='5'][data-state='ESTABLISHED']").await;
    form(&page, 4, "shutdown").await;
    page.choose("@field-how", "write").await;
    page.click("@call-run").await;
    page.one("@tcp-end[data-socket='4'][data-state='FIN_WAIT2']").await;
    page.one("@tcp-end[data-socket='5'][data-state='CLOSE_WAIT']").await;
    page.shows("@tcp-end[data-socket='5']", "ESTABLISHED → CLOSE_WAIT").await;
    page.close().await;
}

#[tokio::test]
async fn a_lab_is_opened_from_the_sessions_menu_and_left_again() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.none("@view-tab-packets").await;
    page.none("@arrangement-handshake").await;
    page.click("@session-menu").await;
    page.click("@session-new-lab").await;
    page.click("@confirm-yes").await;
    page.shows("@network-chip", "lab").await;
    page.connected().await;
    page.click("@view-tab-packets").await;
    page.shows("@packets-empty", "Every packet").await;
    page.choose("@new-socket-host", "bob").await;
    page.click("@new-socket-create").await;
    // Another one of its kind is on its host as well.
    page.click(&card(3, "@socket-menu")).await;
    page.click(&card(3, "@socket-menu-duplicate")).await;
    page.shows(&card(4, ".host-name"), "bob").await;
    page.click("@session-menu").await;
    page.click("@session-new").await;
    page.click("@confirm-yes").await;
    page.shows("@network-chip", "host").await;
    page.one("@stage[data-view='log']").await;
    page.none("@view-tab-packets").await;
    page.close().await;
}

#[tokio::test]
async fn whoever_only_looks_sees_the_packets_and_changes_nothing() {
    let (server, page) = lab(Screen::Laptop).await;
    page.click("@arrangement-lost-syn").await;
    page.one("@held-packet").await;
    page.click("@session-menu").await;
    page.click("@session-share").await;
    page.click("@share-make").await;
    let link = page.attribute("@share-link", "href").await;
    let link = match link {
        Some(link) => link,
        None => page
            .script("return document.querySelector('[data-testid=share-link]').value")
            .await
            .as_str()
            .unwrap()
            .to_owned(),
    };
    let reader = Page::start(Screen::Laptop).await;
    reader.go_to(&link).await;
    reader.connected().await;
    reader.click("@view-tab-packets").await;
    reader.one("@held-packet").await;
    reader.none("@held-drop").await;
    reader.none("@wire-cut").await;
    packet(&reader, "[SYN]").await;
    // What the owner decides is seen.
    page.click("@share-close").await;
    page.click("@held-pass-all").await;
    reader.none("@held-packet").await;
    reader.close().await;
    page.close().await;
    drop(server);
}

#[tokio::test]
async fn nothing_is_wrong_with_any_view_of_a_lab() {
    let (_server, page) = lab(Screen::Laptop).await;
    page.reduce_motion().await;
    page.click("@arrangement-lost-syn").await;
    page.one("@held-packet").await;
    page.click("@packets-network").await;
    page.click("@preset-mobile").await;
    page.shows("@wire-words", "Loss").await;
    page.click("@packets-states").await;
    page.one("@kernel-connection[data-state='SYN_SENT']").await;
    page.click("@packets-list").await;
    let syn = packet(&page, "[SYN]").await;
    page.click(&syn).await;
    page.one("@packet-field").await;
    // All of them together: one says where to look for the next.
    let mut found = Vec::new();
    for (width, height, phone) in [(1440, 900, false), (390, 844, true), (360, 640, true)] {
        page.resize(width, height, phone).await;
        if phone {
            // Whoever has read it closes it, and on the smallest screen needs the room.
            page.script("document.querySelector('.bar-look button')?.click()").await;
            page.drawn().await;
            page.script("document.querySelector('[data-testid=undo-toast] button:last-child')?.click()")
                .await;
        }
        for language in ["en", "zh-Hant", "zh-Hans"] {
            set(&page, "language-select", language).await;
            for way in ["list", "ladder", "states", "network"] {
                page.script(&format!(
                    "document.querySelector('[data-testid=tab-log]').click();
                    document.querySelector('[data-testid=packets-{way}]').click()"
                ))
                .await;
                found.extend(look(&page, &format!("{width} {language} {way}")).await);
                if phone && way == "list" {
                    // There the details have the list's place.
                    page.script("document.querySelector('[data-testid=packet-close]')?.click()").await;
                    found.extend(look(&page, &format!("{width} {language} list alone")).await);
                }
            }
            if phone {
                page.click("@packets-list").await;
                let syn = packet(&page, "[SYN]").await;
                page.click(&syn).await;
            }
        }
    }
    page.resize(1440, 900, false).await;
    for theme in ["light", "dark"] {
        set(&page, "theme-select", theme).await;
        for way in ["list", "ladder", "states", "network"] {
            page.script(&format!("document.querySelector('[data-testid=packets-{way}]').click()")).await;
            page.drawn().await;
            found.extend(page.axe().await.into_iter().map(|one| format!("{way}, {theme}: {one}")));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    page.close().await;
}

/// Types a number into the field of a setting of the wire.
async fn enter(page: &Page, setting: &str, typed: &str) {
    let field = format!("@knob-{setting}");
    page.fill(&field, typed).await;
    page.press(&field, Key::Enter).await;
}

/// What stands in the field of a setting of the wire.
async fn entry(page: &Page, setting: &str) -> String {
    let script = format!("return document.querySelector('[data-testid=knob-{setting}]').value");
    page.script(&script).await.as_str().unwrap().to_owned()
}

/// Chooses a value of a select, which need not be in view.
async fn set(page: &Page, select: &str, value: &str) {
    page.script(&format!(
        "const select = document.querySelector('[data-testid={select}]');
        select.value = '{value}';
        select.dispatchEvent(new Event('change', {{bubbles: true}}));"
    ))
    .await;
}

/// What of all that is seen is cut off, covered, too wide or untranslated.
async fn look(page: &Page, what: &str) -> Vec<String> {
    page.drawn().await;
    page.no_overflow().await;
    page.review().await.into_iter().map(|one| format!("{what}: {one}")).collect()
}
