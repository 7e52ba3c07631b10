//! What the server counts of itself, in a recorder of its own: two servers in one process count apart.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::StatusCode;
use matchmaking_core::api::route::Surface;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// The upper bounds, in seconds, of the classes of request durations.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

static METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, None);

/// The counters of one server.
pub struct Telemetry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// Open connections.
    pub connections: Gauge,
    /// Open sockets.
    pub sockets: Gauge,
    /// Requests that were refused for their rate.
    pub rate_limited: Counter,
    /// Connections that were closed because there were too many.
    pub refused_connections: Counter,
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Telemetry {
    /// A recorder with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        // The only error is an empty list of buckets.
        let builder = PrometheusBuilder::new();
        let recorder = match builder.set_buckets(&BUCKETS) {
            Ok(builder) => builder.build_recorder(),
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        let counter = |name: &'static str, help: &'static str| {
            recorder.describe_counter(name.into(), None, help.into());
            recorder.register_counter(&Key::from_static_name(name), &METADATA)
        };
        let gauge = |name: &'static str, help: &'static str| {
            recorder.describe_gauge(name.into(), None, help.into());
            recorder.register_gauge(&Key::from_static_name(name), &METADATA)
        };
        let connections = gauge("http_connections", "Open HTTP connections.");
        let sockets = gauge("websocket_connections", "Open WebSockets.");
        let rate_limited = counter("http_rate_limited_total", "Requests refused for their rate.");
        let refused_connections =
            counter("http_refused_connections_total", "Connections closed because there were too many.");
        recorder.describe_counter("http_requests_total".into(), None, "Requests by route and status.".into());
        recorder.describe_histogram(
            "http_request_duration_seconds".into(),
            Some(metrics::Unit::Seconds),
            "Time from the head of a request to its answer.".into(),
        );
        let handle = recorder.handle();
        Self { recorder, handle, connections, sockets, rate_limited, refused_connections }
    }

    /// Everything counted, as Prometheus reads it.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Puts recorded durations into their classes. To be called every few seconds: until then each of them is
    /// kept.
    pub fn upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// The recorder, for whoever else counts something.
    pub fn recorder(&self) -> &PrometheusRecorder {
        &self.recorder
    }

    /// The meter of one route, or of all paths that no route matches.
    pub(super) fn route(&self, surface: Surface, method: &'static str, path: &str) -> RouteMeter {
        let labels = vec![
            Label::from_static_parts("surface", surface.name()),
            Label::from_static_parts("method", method),
            Label::new("route", path.to_owned()),
        ];
        let key = Key::from_parts("http_request_duration_seconds", labels.clone());
        let duration = self.recorder.register_histogram(&key, &METADATA);
        RouteMeter { path: path.to_owned(), labels, duration, statuses: RwLock::default() }
    }
}

/// Counts the requests of one route.
pub(super) struct RouteMeter {
    pub(super) path: String,
    labels: Vec<Label>,
    duration: Histogram,
    statuses: RwLock<Vec<(StatusCode, Counter)>>,
}

impl std::fmt::Debug for RouteMeter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RouteMeter").field(&self.path).finish()
    }
}

impl RouteMeter {
    /// Counts one answer.
    pub(super) fn count(&self, telemetry: &Telemetry, status: StatusCode, took: Duration) {
        self.duration.record(took.as_secs_f64());
        let known = self.statuses.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, counter)) = known.iter().find(|(known, _)| *known == status) {
            counter.increment(1);
            return;
        }
        drop(known);
        let mut labels = self.labels.clone();
        labels.push(Label::new("status", status.as_str().to_owned()));
        let key = Key::from_parts("http_requests_total", labels);
        // Registering the same key twice yields the same counter, so that a race here loses nothing.
        let counter = telemetry.recorder.register_counter(&key, &METADATA);
        counter.increment(1);
        self.statuses.write().unwrap_or_else(PoisonError::into_inner).push((status, counter));
    }
}
