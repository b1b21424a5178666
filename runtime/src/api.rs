//! The HTTP API: requests with tokens and links become what the command line does, too.
//!
//! Flow: a connection ([`listen`]) carries a request through [`around`] (limits, time, measurements) to its handler, which
//! asks who may ([`allowed`]), looks names up and lets events happen ([`crate::asked`], [`crate::engine`]). Faults are told
//! as problem+json ([`fault`]). Invariant: every request is bound to one tenant, and answered before its time is up.

mod acts;
pub mod allowed;
mod around;
mod description;
mod events;
#[allow(unused_qualifications)] // in what utoipa's macro writes
mod exports;
mod fault;
mod gauges;
mod health;
#[allow(unused_qualifications)] // the same
mod instances;
pub mod limits;
mod links;
pub mod listen;
mod metrics;
mod pages;
#[allow(unused_qualifications)] // the same
mod plans;
mod read;
mod replies;
mod reply;
mod site;
pub mod token;
mod words;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;

pub use metrics::Metrics;
pub use site::{Log, Site, TenantSite};

/// What a worker without an API answers: whether it lives, whether its store answers, and what it measures. No token is
/// asked for: whoever runs it chooses who reaches the address.
pub fn for_watchers(site: &Arc<Site>) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics_of_worker))
        .fallback(around::no_such_address)
        .method_not_allowed_fallback(around::no_such_method)
        .layer(from_fn_with_state(Arc::clone(site), around::around))
        .with_state(Arc::clone(site))
}

/// All routes of a site.
pub fn router(site: &Arc<Site>) -> Router {
    let of_node = Router::new()
        .route("/claim", post(acts::claim))
        .route("/release", post(acts::release))
        .route("/complete", post(acts::complete))
        .route("/comment", post(acts::comment))
        .route("/acknowledge", post(acts::acknowledge))
        .route("/block", post(acts::block))
        .route("/unblock", post(acts::unblock))
        .route("/reassign", post(acts::reassign))
        .route("/choose", post(acts::choose))
        .route("/skip", post(acts::skip))
        .route("/reopen", post(acts::reopen));
    let of_instance = Router::new()
        .route("/", get(instances::status))
        .route("/trail", get(instances::trail))
        .route("/questions/{question}/answer", post(acts::answer))
        .route("/correct", post(acts::correct))
        .route("/end", post(acts::end))
        .route("/cancel", post(acts::cancel))
        .route("/links", post(links::make))
        .nest("/nodes/{node}", of_node);
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(description::told))
        .route("/problems/{name}", get(health::problem))
        .route("/v1/plans", get(plans::list).post(plans::load))
        .route("/v1/workflows/{workflow}/instances", post(instances::start))
        .route("/v1/instances", get(instances::list))
        .nest("/v1/instances/{instance}", of_instance)
        .route("/v1/systems/{system}/events/{event}", post(events::send))
        .route("/v1/replies", post(replies::take))
        .route("/v1/exports/{format}", get(exports::take))
        .route("/l/{link}", get(pages::show).post(pages::act))
        .fallback(around::no_such_address)
        .method_not_allowed_fallback(around::no_such_method)
        .layer(from_fn_with_state(Arc::clone(site), around::around))
        .with_state(Arc::clone(site))
}
