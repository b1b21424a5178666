//! What is measured, as Prometheus reads it: requests by route and status, their time, transitions, what waits.
//!
//! Counters are atomics found by the route's pattern, so that a request costs two additions and no allocation.
//! Invariant: no label holds a name of a person, an instance or a token; the number of series is bounded by the routes.

use super::gauges::Counted;
use crate::outbox::Measured;
use axum::http::{Method, StatusCode};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Statuses that have a series of their own; the last one stands for all others.
const STATUSES: [u16; 19] =
    [200, 201, 303, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503, 507, 0];
/// Upper bounds of the times, in microseconds.
const BOUNDS_US: [u64; 11] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// Everything measured.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: RwLock<HashMap<String, Route>>,
    transitions: AtomicU64,
    /// Deliveries of the workers beside the API.
    pub deliveries: Arc<Measured>,
    /// What was counted for the scrapes before.
    pub(super) counted: Counted,
}

#[derive(Debug, Default)]
struct Route {
    gets: Statuses,
    posts: Statuses,
    times: [AtomicU64; BOUNDS_US.len()],
    slow: AtomicU64,
    total_us: AtomicU64,
}

type Statuses = [AtomicU64; STATUSES.len()];

impl Route {
    fn add(&self, method: &Method, status: StatusCode, took: Duration) {
        let statuses = if *method == Method::POST { &self.posts } else { &self.gets };
        let known = STATUSES.iter().position(|known| *known == status.as_u16());
        if let Some(count) = statuses.get(known.unwrap_or(STATUSES.len() - 1)) {
            count.fetch_add(1, Relaxed);
        }
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.iter().position(|bound| us <= *bound).and_then(|at| self.times.get(at));
        bucket.unwrap_or(&self.slow).fetch_add(1, Relaxed);
        self.total_us.fetch_add(us, Relaxed);
    }
}

impl Metrics {
    /// Nothing measured yet but what these deliveries measure.
    #[must_use]
    pub fn of(deliveries: Arc<Measured>) -> Self {
        Self { deliveries, ..Self::default() }
    }

    /// Counts a request. `route` is the pattern, not the address.
    pub fn request(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = routes.get(route) {
                return found.add(method, status, took);
            }
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        routes.entry(route.to_owned()).or_default().add(method, status, took);
    }

    /// Counts a transition that a request brought about.
    pub fn transition(&self) {
        self.transitions.fetch_add(1, Relaxed);
    }

    /// Everything as text, in the exposition format 0.0.4.
    #[must_use]
    pub fn text(&self, under_way: usize) -> String {
        let mut text = String::with_capacity(8_192);
        self.requests(&mut text);
        for (name, kind, help, value) in [
            (
                "wfrun_api_transitions_total",
                "counter",
                "Transitions that requests brought about.",
                self.transitions.load(Relaxed).to_string(),
            ),
            ("wfrun_requests_under_way", "gauge", "Requests under way now.", under_way.to_string()),
        ] {
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        }
        text.push_str(&self.deliveries.text());
        text
    }

    fn requests(&self, text: &mut String) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = routes.iter().collect();
        sorted.sort_by_key(|(name, _)| name.as_str());
        text.push_str("# HELP wfrun_requests_total Requests answered, by route and status.\n# TYPE wfrun_requests_total counter\n");
        for (name, route) in &sorted {
            for (method, statuses) in [("GET", &route.gets), ("POST", &route.posts)] {
                for (status, count) in STATUSES.iter().zip(statuses) {
                    let count = count.load(Relaxed);
                    let status = if *status == 0 { "other".to_owned() } else { status.to_string() };
                    if count > 0 {
                        let _ = writeln!(
                            text,
                            "wfrun_requests_total{{route=\"{name}\",method=\"{method}\",status=\"{status}\"}} {count}"
                        );
                    }
                }
            }
        }
        text.push_str(
            "# HELP wfrun_request_seconds How long requests took.\n# TYPE wfrun_request_seconds histogram\n",
        );
        for (name, route) in &sorted {
            times(text, name, route);
        }
    }
}

fn times(text: &mut String, name: &str, route: &Route) {
    let mut sum = 0;
    for (bound, count) in BOUNDS_US.iter().zip(&route.times) {
        sum += count.load(Relaxed);
        let _ = writeln!(
            text,
            "wfrun_request_seconds_bucket{{route=\"{name}\",le=\"{}\"}} {sum}",
            seconds(*bound)
        );
    }
    sum += route.slow.load(Relaxed);
    let _ = writeln!(text, "wfrun_request_seconds_bucket{{route=\"{name}\",le=\"+Inf\"}} {sum}");
    let _ = writeln!(
        text,
        "wfrun_request_seconds_sum{{route=\"{name}\"}} {}",
        seconds(route.total_us.load(Relaxed))
    );
    let _ = writeln!(text, "wfrun_request_seconds_count{{route=\"{name}\"}} {sum}");
}

/// Microseconds as seconds, exactly.
fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_status() {
        let metrics = Metrics::default();
        let route = "/v1/instances/{instance}";
        metrics.request(route, &Method::GET, StatusCode::OK, Duration::from_micros(700));
        metrics.request(route, &Method::GET, StatusCode::OK, Duration::from_secs(9));
        metrics.request(route, &Method::GET, StatusCode::IM_A_TEAPOT, Duration::from_micros(10));
        metrics.transition();
        let text = metrics.text(3);
        for line in [
            "wfrun_requests_total{route=\"/v1/instances/{instance}\",method=\"GET\",status=\"200\"} 2",
            "wfrun_requests_total{route=\"/v1/instances/{instance}\",method=\"GET\",status=\"other\"} 1",
            "wfrun_request_seconds_bucket{route=\"/v1/instances/{instance}\",le=\"0.000500\"} 1",
            "wfrun_request_seconds_bucket{route=\"/v1/instances/{instance}\",le=\"0.001000\"} 2",
            "wfrun_request_seconds_bucket{route=\"/v1/instances/{instance}\",le=\"+Inf\"} 3",
            "wfrun_request_seconds_sum{route=\"/v1/instances/{instance}\"} 9.000710",
            "wfrun_api_transitions_total 1",
            "wfrun_requests_under_way 3",
            "wfrun_deliveries_total{result=\"sent\"} 0",
            "wfrun_breaker_opened_total 0",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}\n{text}");
        }
    }
}
