//! What stands around every request: how many are under way, how long one may take, what is measured and logged.
//!
//! Invariant: whatever happens inside, an answer goes out in time, and it is a problem+json where it is no success.

use super::fault::{Fault, ForTheLog, METHOD, NOT_FOUND, UNAVAILABLE};
use super::limits::Peer;
use super::site::Site;
use crate::trace;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;

/// How long a request may take.
const LONGEST: Duration = Duration::from_secs(30);
/// How long an export may take to be written.
const LONGEST_EXPORT: Duration = Duration::from_secs(600);

/// Lets a request in, measures it, and gives its answer the headers that all answers have.
pub async fn around(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    // Requests with a token are counted by their token, pages where a kind answer can be given.
    let is_page = route.as_ref().is_some_and(|route| route.as_str().starts_with("/l/"));
    let open = !is_page && !request.headers().contains_key(header::AUTHORIZATION);
    let peer = request.extensions().get::<Peer>().copied();
    let _under_way = match site.limits.begin() {
        Ok(guard) => guard,
        Err(fault) => return fault.into_response(),
    };
    let let_in = if open { site.limits.address(peer.as_ref()) } else { Ok(()) };
    let exports = route.as_ref().is_some_and(|route| route.as_str().starts_with("/v1/exports"));
    let longest = if exports { LONGEST_EXPORT } else { LONGEST };
    let traceparent = request.headers().get("traceparent").and_then(|header| header.to_str().ok());
    let named = route.as_ref().map_or("other", MatchedPath::as_str);
    let span = trace::request(method.as_str(), named, traceparent);
    let mut response = match let_in {
        Err(fault) => fault.into_response(),
        Ok(()) => match tokio::time::timeout(longest, next.run(request).instrument(span.clone())).await {
            Ok(response) => response,
            Err(_) => Fault::new(UNAVAILABLE, "the request took too long")
                .help("nothing is known of what it did; asking again is safe with an idempotency key")
                .retry_after(5)
                .into_response(),
        },
    };
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    span.record("http.response.status_code", response.status().as_u16());
    site.metrics.request(route, &method, response.status(), began.elapsed());
    if let Some(ForTheLog(what)) = response.extensions_mut().remove::<ForTheLog>() {
        (site.log)(&format!("{method} {route}: {what}"));
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
    response
}

/// The answer where there is nothing.
pub async fn no_such_address(uri: Uri) -> Fault {
    Fault::new(NOT_FOUND, format!("there is nothing at `{}`", uri.path()))
        .help("the description at /openapi.json lists all addresses")
}

/// The answer where another method is meant.
pub async fn no_such_method(method: Method) -> Fault {
    Fault::new(METHOD, format!("this address does not know the method {method}"))
        .help("the header `Allow` lists the methods it knows")
}
