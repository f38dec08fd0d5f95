//! `/metrics`: every figure under its name, in Prometheus' text format.

use prometheus::core::Collector as _;
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{TEXT_FORMAT, TextEncoder};
use sockyard_protocol::{Call, EventKind};

use crate::metrics::{self, Ending, LATENCY_BOUNDS_US, OUTCOMES, Opened, SOCKETS, STATUS_CLASSES};
use crate::session::{Load, Registry};

/// The media type of what [`render`] returns.
pub(super) const CONTENT_TYPE: &str = TEXT_FORMAT;

/// Everything there is to tell, at this moment.
pub(super) fn render(registry: &Registry, tasks: usize) -> Result<String, prometheus::Error> {
    let mut page = Page::default();
    page.gauge(
        "sockyard_build_info",
        "Always 1; the version is a label.",
        vec![(labels(&[("version", env!("CARGO_PKG_VERSION"))]), 1)],
    );
    page.gauge(
        "sockyard_tasks",
        "Tasks on the threads that serve connections: some for each connection, session and stream, fewer than ten without any.",
        alone(tasks as u64),
    );
    sessions(&mut page, &registry.load());
    connections(&mut page);
    sockets(&mut page);
    calls(&mut page);
    refusals(&mut page);
    // The figures that every program with Prometheus has, under their usual names.
    page.families.extend(ProcessCollector::for_self().collect());
    TextEncoder::new().encode_to_string(&page.families)
}

fn sessions(page: &mut Page, load: &Load) {
    let Load { sessions, waiting_calls, waiting_bytes, log_events, log_bytes } = *load;
    page.gauge("sockyard_sessions", "Open sessions.", alone(sessions));
    page.counter(
        "sockyard_sessions_opened_total",
        "Sessions opened, those of exchanges included.",
        alone(metrics::total(|shard| &shard.sessions_opened)),
    );
    page.counter(
        "sockyard_sessions_ended_total",
        "Sessions ended, and why: closed by a call, abandoned by everybody, in the shutdown, or because of their token or time.",
        each("reason", &Ending::NAMES, |index| metrics::total(|shard| &shard.sessions_ended[index])),
    );
    page.gauge(
        "sockyard_waiting_calls",
        "Calls that hold a place in their session's quota.",
        alone(waiting_calls),
    );
    page.gauge(
        "sockyard_waiting_bytes",
        "Bytes that waiting calls hold of their sessions' quotas.",
        alone(waiting_bytes),
    );
    page.gauge("sockyard_log_events", "Events in the rings of all sessions.", alone(log_events));
    page.gauge("sockyard_log_bytes", "Bytes in the rings of all sessions.", alone(log_bytes));
    page.counter(
        "sockyard_events_total",
        "Events logged, by kind.",
        each("kind", EventKind::NAMES, |index| metrics::total(|shard| &shard.events[index])),
    );
}

fn connections(page: &mut Page) {
    let http = metrics::http_connections();
    page.gauge(
        "sockyard_http_connections",
        "Open TCP connections to the server, WebSockets included.",
        alone(http.now),
    );
    page.counter(
        "sockyard_http_connections_opened_total",
        "TCP connections to the server that were accepted.",
        alone(http.total),
    );
    let websocket = metrics::websocket_connections();
    page.gauge("sockyard_websocket_connections", "Open WebSocket connections.", alone(websocket.now));
    page.counter(
        "sockyard_websocket_connections_opened_total",
        "WebSocket connections opened.",
        alone(websocket.total),
    );
    page.counter(
        "sockyard_http_responses_total",
        "HTTP requests answered, by the class of the status code.",
        each("class", &STATUS_CLASSES, |index| metrics::total(|shard| &shard.responses[index])),
    );
}

fn sockets(page: &mut Page) {
    let of_kind = |figure: fn(Opened) -> u64| {
        SOCKETS
            .iter()
            .enumerate()
            .map(|(index, (family, kind))| {
                (labels(&[("family", family), ("type", kind)]), figure(metrics::sockets(index)))
            })
            .collect()
    };
    page.gauge("sockyard_sockets", "Open sockets of all sessions, by kind.", of_kind(|sockets| sockets.now));
    page.counter(
        "sockyard_sockets_opened_total",
        "Sockets opened, by `create` or by `accept`.",
        of_kind(|sockets| sockets.total),
    );
    page.counter(
        "sockyard_sent_bytes_total",
        "Bytes that the kernel took from sessions.",
        alone(metrics::total(|shard| &shard.bytes_sent)),
    );
    page.counter(
        "sockyard_received_bytes_total",
        "Bytes that the kernel handed to sessions; a peek takes none.",
        alone(metrics::total(|shard| &shard.bytes_received)),
    );
    page.counter(
        "sockyard_dropped_datagrams_total",
        "Datagrams that `dropped` events tell of.",
        alone(metrics::total(|shard| &shard.dropped)),
    );
}

/// Only of methods that were called, and outcomes that there were: most of the rest never comes.
fn calls(page: &mut Page) {
    let mut outcomes = Vec::new();
    let mut latencies = Vec::new();
    for (method, name) in Call::METHODS.iter().enumerate() {
        for (outcome, ended) in OUTCOMES.iter().enumerate() {
            let count = metrics::total(|shard| &shard.calls[method].outcomes[outcome]);
            if count > 0 {
                outcomes.push((labels(&[("method", name), ("outcome", ended)]), count));
            }
        }
        latencies.extend(latency(method).map(|histogram| {
            let mut metric = Metric::from_label(labels(&[("method", name)]));
            metric.set_histogram(histogram);
            metric
        }));
    }
    page.counter("sockyard_calls_total", "Calls that ended, by method and outcome.", outcomes);
    page.add(
        "sockyard_call_duration_seconds",
        "How long calls took, by method; their waiting is part of it.",
        MetricType::HISTOGRAM,
        latencies,
    );
}

fn latency(method: usize) -> Option<Histogram> {
    let mut count = 0;
    let mut up_to = |bucket: usize| {
        count += metrics::total(|shard| &shard.calls[method].latencies[bucket]);
        count
    };
    let buckets = LATENCY_BOUNDS_US.iter().enumerate().map(|(index, bound)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(seconds(*bound));
        bucket.set_cumulative_count(up_to(index));
        bucket
    });
    let buckets: Vec<_> = buckets.collect();
    let count = up_to(LATENCY_BOUNDS_US.len());
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets);
    histogram.set_sample_count(count);
    histogram.set_sample_sum(seconds(metrics::total(|shard| &shard.calls[method].latency_sum_us)));
    (count > 0).then_some(histogram)
}

fn refusals(page: &mut Page) {
    page.counter(
        "sockyard_wrong_tokens_total",
        "Tokens shown that open nothing.",
        alone(metrics::total(|shard| &shard.wrong_tokens)),
    );
    let refused = metrics::refused();
    let samples = |label, names: std::collections::BTreeMap<String, u64>| {
        names.into_iter().map(|(name, count)| (labels(&[(label, &name)]), count)).collect()
    };
    page.counter(
        "sockyard_denied_total",
        "What the policy denied, by its rule.",
        samples("rule", refused.by_rule),
    );
    page.counter(
        "sockyard_quota_refusals_total",
        "What was refused because a quota was used up, by the quota.",
        samples("quota", refused.by_quota),
    );
}

/// Families of metrics in the order in which they are shown.
#[derive(Default)]
struct Page {
    families: Vec<MetricFamily>,
}

type Samples = Vec<(Vec<LabelPair>, u64)>;

impl Page {
    fn counter(&mut self, name: &str, help: &str, samples: Samples) {
        let metrics = samples.into_iter().map(|(labels, value)| {
            let mut counter = Counter::default();
            counter.set_value(value as f64);
            let mut metric = Metric::from_label(labels);
            metric.set_counter(counter);
            metric
        });
        self.add(name, help, MetricType::COUNTER, metrics.collect());
    }

    fn gauge(&mut self, name: &str, help: &str, samples: Samples) {
        let metrics = samples.into_iter().map(|(labels, value)| {
            let mut gauge = Gauge::default();
            gauge.set_value(value as f64);
            let mut metric = Metric::from_label(labels);
            metric.set_gauge(gauge);
            metric
        });
        self.add(name, help, MetricType::GAUGE, metrics.collect());
    }

    fn add(&mut self, name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) {
        // The encoder takes a family without a sample for a mistake.
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.families.push(family);
    }
}

fn labels(pairs: &[(&str, &str)]) -> Vec<LabelPair> {
    let pair = |(name, value): &(&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    };
    pairs.iter().map(pair).collect()
}

/// One sample without labels.
fn alone(value: u64) -> Samples {
    vec![(Vec::new(), value)]
}

/// A sample for each value of a label.
fn each(label: &str, names: &[&str], value: impl Fn(usize) -> u64) -> Samples {
    names.iter().enumerate().map(|(index, name)| (labels(&[(label, name)]), value(index))).collect()
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}
