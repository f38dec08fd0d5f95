//! Prometheus' text format, read as strictly as its description has it.

use std::collections::BTreeMap;

use crate::http;
use crate::server::TestServer;

/// What `/metrics` said at one moment.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Each family's type by its name.
    pub families: BTreeMap<String, String>,
    samples: BTreeMap<String, f64>,
}

impl Metrics {
    /// Asks with the owner's token.
    pub async fn of(server: &TestServer) -> Metrics {
        let token = format!("Authorization: Bearer {}", server.token.as_deref().expect("a token"));
        let answer = http::get(server, "/metrics", &[&token]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        Metrics::parse(&answer.text())
    }

    /// The value of a sample as it is written, labels included; 0 where there is none.
    pub fn value(&self, sample: &str) -> f64 {
        self.samples.get(sample).copied().unwrap_or(0.0)
    }

    /// Reads a page.
    ///
    /// # Panics
    /// When any line is not as the format has it.
    pub fn parse(text: &str) -> Metrics {
        assert!(text.ends_with('\n'), "the last line ends");
        let mut metrics = Metrics::default();
        let mut helped = String::new();
        let mut family = (String::new(), String::new());
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, words) = help.split_once(' ').expect("a name and a text");
                assert!(words.ends_with('.'), "a sentence: {line}");
                name.clone_into(&mut helped);
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect("a name and a type");
                assert_eq!(name, helped, "the help of the same family comes first");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                let before = metrics.families.insert(name.to_owned(), kind.to_owned());
                assert!(before.is_none(), "{name} comes twice");
                family = (name.to_owned(), kind.to_owned());
            } else {
                let (sample, value) = line.rsplit_once(' ').expect("a sample and its value");
                let name = name_of(sample);
                let (of, kind) = (&family.0, &family.1);
                let fits = match kind.as_str() {
                    "histogram" => {
                        ["_bucket", "_sum", "_count"].iter().any(|end| name == format!("{of}{end}"))
                    }
                    _ => name == of,
                };
                assert!(fits, "{line:?} stands below {of}");
                let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
                assert!(value >= 0.0, "{line}");
                assert!(metrics.samples.insert(sample.to_owned(), value).is_none(), "{sample} comes twice");
            }
        }
        metrics.check_histograms();
        metrics
    }

    /// Buckets only grow, and the last of them counts everything.
    fn check_histograms(&self) {
        for name in self.families.iter().filter(|(_, kind)| *kind == "histogram").map(|(name, _)| name) {
            let prefix = format!("{name}_bucket{{");
            let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
            for (sample, value) in
                self.samples.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix))
            {
                let (labels, bound) = sample.split_once(",le=\"").expect("le comes last");
                let bound = bound.trim_end_matches("\"}").replace("+Inf", "inf").parse().expect("a bound");
                series.entry(format!("{labels}}}").replace("_bucket", "")).or_default().push((bound, *value));
            }
            assert!(!series.is_empty(), "{name} has no buckets");
            for (of, mut buckets) in series {
                buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
                assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1), "{of}: {buckets:?}");
                let last = buckets.last().expect("a bucket");
                let count = of.replacen(name.as_str(), &format!("{name}_count"), 1);
                assert_eq!((last.0, last.1), (f64::INFINITY, self.value(&count)), "{of}");
            }
        }
    }
}

/// A sample's name, after a check of its labels.
fn name_of(sample: &str) -> &str {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let (name, labels) = match sample.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').expect("closed labels")),
        None => (sample, ""),
    };
    assert!(is_name(name), "{sample}");
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (key, value) = label.split_once("=\"").expect("a label and its value");
        assert!(is_name(key) && value.ends_with('"') && !value.contains('\\'), "{sample}");
    }
    name
}
