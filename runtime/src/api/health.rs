//! Whether the server lives, whether it can serve, and what it measures.

use super::allowed::What;
use super::fault::{Answer, Fault, KINDS, NOT_FOUND, UNAVAILABLE};
use super::metrics::Metrics;
use super::read::Named;
use super::site::{Caller, Site};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The process lives
#[utoipa::path(
    get, path = "/healthz", tag = "operation", security(()),
    responses((status = 200, description = "It lives.", body = String, content_type = "text/plain"))
)]
pub async fn alive() -> &'static str {
    "alive\n"
}

/// Requests can be served: the store answers, and the server is not stopping
#[utoipa::path(
    get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, description = "It can serve.", body = String, content_type = "text/plain"))
)]
pub async fn ready(State(site): State<Arc<Site>>) -> Answer<&'static str> {
    if site.stopping.load(Ordering::Acquire) {
        return Err(Fault::new(UNAVAILABLE, "the server is stopping").retry_after(5));
    }
    // One store stands behind all tenants.
    if let Some(tenant) = site.tenants.values().next() {
        tenant.engine.store.next_due().await?;
        if !tenant.engine.store.has_room().await? {
            return Err(Fault::new(UNAVAILABLE, "the store has no room left: nothing is written")
                .help("free space on its disk; the server goes on by itself then")
                .retry_after(5));
        }
    }
    Ok("ready\n")
}

/// Measurements for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "The exposition format 0.0.4.", body = String, content_type = "text/plain"))
)]
pub async fn metrics(caller: Caller) -> Answer<Response> {
    caller.may(What::ReadMetrics)?;
    measured(&caller.site).await
}

/// The same for whoever reaches the address that a worker keeps for its watchers.
pub async fn metrics_of_worker(State(site): State<Arc<Site>>) -> Answer<Response> {
    measured(&site).await
}

async fn measured(site: &Site) -> Answer<Response> {
    let mut text = site.metrics.text(site.limits.under_way());
    text.push_str(&Metrics::gauges(site).await?);
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// What a kind of problem means
#[utoipa::path(
    get, path = "/problems/{name}", tag = "operation", security(()),
    params(("name" = String, Path, description = "The last part of a problem's `type`.", example = "refused")),
    responses((status = 200, description = "What it means and what to do.", body = String, content_type = "text/plain"))
)]
pub async fn problem(Named(name): Named<String>) -> Answer<String> {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    kind.map(|kind| format!("{} ({})\n\n{}\n", kind.title, kind.status.as_u16(), kind.about)).ok_or_else(
        || {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            Fault::new(NOT_FOUND, format!("there is no kind of problem `{name}`"))
                .help(format!("there are {}", names.join(", ")))
        },
    )
}
