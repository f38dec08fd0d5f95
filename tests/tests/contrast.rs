//! The design's colours: whatever is read stands out enough from what it stands on, in both themes.
//!
//! The ratios are WCAG 2.2's: 4.5 for text (1.4.3, AA), 3 for the borders of controls and the mark of the focus (1.4.11).

use std::collections::BTreeMap;

use sockyard_tests::tools;

const TEXT: f64 = 4.5;
const BORDER: f64 = 3.0;

/// What is read, and on which grounds.
const READ: &[(&str, &[&str])] = &[
    ("ink", &["ground", "panel", "raised", "sunken", "accent-soft", "bad-soft", "warn-soft"]),
    ("ink-quiet", &["ground", "panel", "raised", "sunken", "accent-soft", "warn-soft"]),
    ("accent", &["panel", "raised", "sunken", "accent-soft"]),
    ("accent-ink", &["accent"]),
    ("bad", &["panel", "raised", "sunken", "bad-soft"]),
    ("warn", &["panel", "raised", "warn-soft"]),
    ("out", &["panel", "raised", "sunken"]),
    ("in", &["panel", "raised", "sunken"]),
];
const SEEN: &[(&str, &[&str])] =
    &[("line-strong", &["panel", "raised", "sunken"]), ("focus", &["ground", "panel", "raised", "sunken"])];
/// How many colours there are for sockets.
const SOCKETS: usize = 10;

#[test]
fn everything_that_is_read_stands_out_in_both_themes() {
    let css = std::fs::read_to_string(tools::source("../static/tokens.css")).unwrap();
    for theme in [":root {", ":root[data-theme=\"dark\"] {"] {
        let colours = colours(&css, theme);
        for (pairs, least) in [(READ, TEXT), (SEEN, BORDER)] {
            for (front, grounds) in pairs {
                for ground in *grounds {
                    check(&colours, front, ground, least, theme);
                }
            }
        }
        for socket in 0..SOCKETS {
            check(&colours, "badge-ink", &format!("socket-{socket}"), TEXT, theme);
        }
    }
}

#[test]
fn the_dark_theme_is_the_same_whether_it_is_chosen_or_the_systems() {
    let css = std::fs::read_to_string(tools::source("../static/tokens.css")).unwrap();
    let chosen = colours(&css, ":root[data-theme=\"dark\"] {");
    let system = colours(&css, ":root:not([data-theme=\"light\"], [data-theme=\"dark\"]) {");
    assert!(chosen.len() > 20);
    assert_eq!(chosen, system);
}

fn check(colours: &BTreeMap<String, [f64; 3]>, front: &str, ground: &str, least: f64, theme: &str) {
    let ratio = contrast(colours[front], colours[ground]);
    assert!(
        ratio >= least,
        "{theme} --{front} on --{ground} has a contrast of {ratio:.2}, less than {least}"
    );
}

/// The six-digit colours of the first block that begins like this.
fn colours(css: &str, begin: &str) -> BTreeMap<String, [f64; 3]> {
    let (_, block) = css.split_once(begin).unwrap_or_else(|| panic!("no block {begin}"));
    let (block, _) = block.split_once('}').expect("the end of a block");
    let declared = block.lines().filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    declared
        .map(|(name, digits)| {
            let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
            (name.to_owned(), [part(0), part(2), part(4)].map(|part| f64::from(part) / 255.0))
        })
        .collect()
}

/// WCAG 2.2's contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2's relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| match part {
        0.0..=0.04045 => part / 12.92,
        _ => ((part + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

#[test]
fn contrast_is_as_the_standard_has_it() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    // #777777 on white, the example that just fails.
    assert!((contrast([119.0 / 255.0; 3], [1.0; 3]) - 4.48).abs() < 0.01);
}
