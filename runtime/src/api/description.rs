//! The API's own description: OpenAPI, made from the handlers and completed with what all of them share.
//!
//! Invariant: it is made once; every operation that needs a token says so, and lists the problems it may answer with.

use super::allowed::{What, who_may};
use super::fault::ProblemBody;
use super::{acts, events, exports, health, instances, links, plans, replies};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Workflow Coordinator",
        description = "Runs compiled workflows: durable, on time, with a trail an auditor can read.\n\nEvery request carries `Authorization: Bearer TOKEN`; an operator makes tokens on the machine with `wfrun token add`. Faults are told as `application/problem+json`, with `help` that says what to do."
    ),
    paths(
        plans::load, plans::list,
        instances::start, instances::list, instances::status, instances::trail,
        acts::claim, acts::release, acts::complete, acts::comment, acts::acknowledge, acts::block, acts::unblock,
        acts::reassign, acts::choose, acts::skip, acts::reopen, acts::answer, acts::correct, acts::end, acts::cancel,
        links::make,
        events::send, replies::take,
        exports::take,
        health::alive, health::ready, health::metrics, health::problem
    ),
    components(schemas(ProblemBody)),
    security(("token" = [])),
    tags(
        (name = "plans", description = "What runs."),
        (name = "instances", description = "Where it stands, and what happened."),
        (name = "acts", description = "What people do."),
        (name = "events", description = "What systems tell."),
        (name = "operation", description = "For whoever runs the server.")
    )
)]
struct Described;

/// Problems that any request with a token may be answered with.
const ANYWHERE: &[(&str, &str)] = &[
    ("400", "The request cannot be read."),
    ("401", "A token is needed."),
    ("403", "This token may not do that."),
    ("429", "Too many requests; `Retry-After` says how long to wait."),
    ("500", "Stored data is damaged."),
    ("503", "The server cannot answer now."),
];
/// Problems of requests that name something.
const NAMED: (&str, &str) = ("404", "What the address names is not there.");
/// The problem of the one request that shows where an instance stands.
const STANDING: (&str, &str) =
    ("409", "The person it is about was erased: where it stood is not known any more.");
/// Problems of requests with a body.
const WITH_BODY: &[(&str, &str)] = &[
    ("409", "The process refused the act and recorded that, or somebody else was faster."),
    ("413", "The body is too large."),
    ("415", "The body is of another type."),
    ("422", "A name or value in the body does not fit."),
    ("507", "The store has no room left; nothing of this was written."),
];

/// What each operation with a token asks the table of roles.
const ASKS: &[(&str, What)] = &[
    ("load_plan", What::LoadPlan),
    ("list_plans", What::ReadPlans),
    ("start_instance", What::Start),
    ("list_instances", What::Look),
    ("see_instance", What::Look),
    ("read_trail", What::ReadTrail),
    ("cancel", What::Cancel),
    ("send_event", What::SendEvent),
    ("take_reply", What::SendEvent),
    ("make_link", What::MakeLink),
    ("export", What::Export),
    ("metrics", What::ReadMetrics),
];

static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| serde_json::to_vec(&described()).unwrap_or_default());

/// The description as JSON.
pub async fn told() -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], TEXT.as_slice()).into_response()
}

fn described() -> utoipa::openapi::OpenApi {
    let mut api = Described::openapi();
    let token =
        Http::builder().scheme(HttpAuthScheme::Bearer).description(Some("`wfrun token add` makes one."));
    if let Some(components) = &mut api.components {
        components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(token.build())));
    }
    for (path, item) in &mut api.paths.paths {
        let named = path.contains('{');
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            complete(operation, named);
        }
    }
    api
}

fn complete(operation: &mut Operation, named: bool) {
    let open = operation.security.is_some();
    if !open {
        let asks = ASKS.iter().find(|(name, _)| operation.operation_id.as_deref() == Some(name));
        let what = asks.map_or(What::Act, |(_, what)| *what);
        let roles = format!("Roles: {}.", who_may(what).join(", "));
        let told = operation.description.take().unwrap_or_default();
        operation.description = Some(if told.is_empty() { roles } else { format!("{told}\n\n{roles}") });
    }
    let mut problems: Vec<(&str, &str)> = Vec::new();
    if open {
        problems.extend(ANYWHERE.iter().filter(|(status, _)| matches!(*status, "429" | "503")));
        problems.extend(named.then_some(("400", "The address cannot be read.")));
    } else {
        problems.extend(ANYWHERE);
    }
    problems.extend(named.then_some(NAMED));
    problems.extend((operation.operation_id.as_deref() == Some("see_instance")).then_some(STANDING));
    if operation.request_body.is_some() {
        problems.extend(WITH_BODY);
    }
    let asks = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(one) if matches!(one.parameter_in, ParameterIn::Query));
    if operation.parameters.iter().flatten().any(asks) {
        problems.push(("422", "A parameter does not fit."));
    }
    for (status, what) in problems {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response =
            ResponseBuilder::new().description(what).content("application/problem+json", body).build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}
