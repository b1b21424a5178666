//! Instances: started, listed, looked at, and their trails.

use super::allowed::What;
use super::fault::{Answer, DOES_NOT_FIT, Fault, MALFORMED};
use super::read::{Body, Named, Parameters};
use super::reply::Told;
use super::site::Caller;
use crate::asked;
use crate::engine::{StartRequest, Started, Starter};
use crate::opened::Opened;
use crate::privacy::fact::{hidden, opened};
use crate::store::row::TrailRow;
use crate::store::{ListPlace, Search};
use crate::told::{InstanceTold, Listed, StartTold};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::{IntoParams, ToSchema};

/// Rows of a page where nothing is said.
const PAGE: u16 = 50;
/// Rows of a page at most.
const LONGEST_PAGE: u16 = 1_000;
/// Characters of a search.
const LONGEST_SEARCH: usize = 200;
/// Bytes of an idempotency key.
const LONGEST_KEY: usize = 255;
const STATUSES: [&str; 5] = ["running", "outcome", "finished", "ended without outcome", "cancelled"];

/// What a workflow is started with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Values of the inputs by name; texts are read by the type of the input.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({"customer_name": "Gamma SpA", "seats": 40, "signed_on": "2026-03-04"}))]
    inputs: Map<String, Json>,
    /// Who starts it; operators only, everybody else starts as the person of their token.
    by: Option<String>,
    /// Force the start as an operator, for this reason.
    force: Option<String>,
}

/// Start an instance
///
/// The newest version is used, or the one named after `@`. Where the workflow says `one per FIELD` and such an
/// instance runs already, that one is the answer (200). With an `Idempotency-Key`, the same request twice starts one
/// instance; the second answer is 200 with the same instance.
#[utoipa::path(
    post, path = "/v1/workflows/{workflow}/instances", operation_id = "start_instance", tag = "instances",
    params(
        ("workflow" = String, Path, description = "The workflow, or one version of it: `onboarding@2`.", example = "onboarding"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key never starts a second instance. 1 to 255 visible characters.", max_length = 255, min_length = 1, pattern = "^[!-~]+$")
    ),
    request_body = Start,
    responses((status = 201, description = "A new instance runs.", body = StartTold), (status = 200, description = "This instance stands for it already.", body = StartTold))
)]
pub async fn start(
    caller: Caller,
    Named(workflow): Named<String>,
    headers: HeaderMap,
    Body(body): Body<Start>,
) -> Answer<Response> {
    let tenant = caller.tenant(What::Start)?;
    let key = idempotency_key(&headers)?;
    let ready = tenant.newest(&workflow).await?;
    let starter = Starter::Person(caller.actor(&ready, body.by, body.force)?);
    let given = body.inputs.into_iter().collect();
    let inputs = asked::inputs(&ready, &given)?;
    let name = ready.program().workflow.clone();
    let request = StartRequest { ready, inputs, starter, key, settles: None, event: None };
    let started = tenant.engine.start(&request).await?;
    if started.instance().workflow != name {
        return Err(Fault::new(
            DOES_NOT_FIT,
            format!("the idempotency key started `{}` already", started.instance().id),
        )
        .help("send another key for another workflow"));
    }
    let status = match &started {
        Started::New(applied) => {
            tenant.engine.plans.remember(&applied.instance.id, &applied.ready);
            caller.site.metrics.transition();
            StatusCode::CREATED
        }
        Started::Running(_) => StatusCode::OK,
    };
    let place = HeaderValue::try_from(format!("/v1/instances/{}", started.instance().id));
    let mut response = Told(status, StartTold::of(&started)).into_response();
    if let Ok(place) = place {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

fn idempotency_key(headers: &HeaderMap) -> Answer<Option<String>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let fits = |key: &&str| {
        !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match key.to_str().ok().filter(fits) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Fault::new(MALFORMED, "the `Idempotency-Key` does not have 1 to 255 visible characters")
            .help("send a UUID, or your own number of the request")),
    }
}

/// Which instances are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Listing {
    /// Only instances of this workflow.
    workflow: Option<String>,
    /// Only instances of this status: `running`, `outcome`, `finished`, `ended without outcome` or `cancelled`.
    #[param(inline, value_type = Option<StatusName>)]
    status: Option<String>,
    /// Only instances with this text in their id, reference or title.
    #[param(max_length = 200)]
    search: Option<String>,
    /// Go on after the page whose `next` this is.
    #[param(min_length = 1, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u16>,
}

/// The status of an instance.
#[derive(Debug, ToSchema)]
#[allow(dead_code)]
enum StatusName {
    #[schema(rename = "running")]
    Running,
    #[schema(rename = "outcome")]
    Outcome,
    #[schema(rename = "finished")]
    Finished,
    #[schema(rename = "ended without outcome")]
    EndedWithoutOutcome,
    #[schema(rename = "cancelled")]
    Cancelled,
}

/// A page of instances.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instances {
    /// The newest first.
    pub instances: Vec<Listed>,
    /// Ask with this as `after` for the next page; nothing: there is none.
    pub next: Option<String>,
}

/// List and search instances
///
/// The newest first. Pages follow the last row told, so that nothing is lost or told twice while instances start.
#[utoipa::path(
    get, path = "/v1/instances", operation_id = "list_instances", tag = "instances", params(Listing),
    responses((status = 200, description = "A page of instances.", body = Instances))
)]
pub async fn list(caller: Caller, Parameters(asked): Parameters<Listing>) -> Answer<Told<Instances>> {
    let engine = caller.may(What::Look)?;
    let limit = page(asked.limit)?;
    if let Some(status) = &asked.status
        && !STATUSES.contains(&status.as_str())
    {
        return Err(Fault::new(MALFORMED, format!("there is no status `{status}`"))
            .help(format!("there are {}", STATUSES.join(", "))));
    }
    if asked.search.as_ref().is_some_and(|text| text.chars().count() > LONGEST_SEARCH) {
        return Err(Fault::new(MALFORMED, "`search` is too long")
            .help(format!("search for at most {LONGEST_SEARCH} characters")));
    }
    let after = asked.after.as_deref().map(place).transpose()?;
    let wanted = Search { workflow: asked.workflow, status: asked.status, text: asked.search, after };
    let mut rows = engine.store.instances_page(&wanted, i64::from(limit) + 1).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next = rows
        .last()
        .filter(|_| more)
        .map(|last| URL_SAFE_NO_PAD.encode(format!("{}:{}", last.started_at_ms, last.id)));
    Ok(Told(StatusCode::OK, Instances { instances: rows.iter().map(Listed::of).collect(), next }))
}

fn page(limit: Option<u16>) -> Answer<u16> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=LONGEST_PAGE).contains(&limit) {
        return Ok(limit);
    }
    Err(Fault::new(MALFORMED, format!("`limit` is {limit}"))
        .help(format!("ask for 1 to {LONGEST_PAGE} rows")))
}

/// The place in the list that a `next` stands for.
fn place(after: &str) -> Answer<ListPlace> {
    let text = URL_SAFE_NO_PAD.decode(after).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = text.as_deref().and_then(|text| text.split_once(':')).and_then(|(started, id)| {
        Some(ListPlace { started_at_ms: started.parse().ok()?, id: id.to_owned() })
    });
    place.filter(|place| !place.id.contains('\0')).ok_or_else(|| {
        Fault::new(DOES_NOT_FIT, "`after` is no place in the list").help("send the `next` of the page before")
    })
}

/// See where an instance stands
///
/// Its nodes with owners and due dates, what each waits for, what can be chosen and filled in, the open questions with
/// their alternatives, and what could not be delivered.
#[utoipa::path(
    get, path = "/v1/instances/{instance}", operation_id = "see_instance", tag = "instances",
    params(("instance" = String, Path, description = "The instance, by id or reference.", example = "onboarding-17")),
    responses((status = 200, description = "Where it stands.", body = InstanceTold))
)]
pub async fn status(caller: Caller, Named(instance): Named<String>) -> Answer<Told<InstanceTold>> {
    let opened = Opened::of(caller.may(What::Look)?, &instance).await?;
    let undelivered = opened.engine.store.dead_letters(Some(&opened.instance.id)).await?;
    Ok(Told(StatusCode::OK, InstanceTold::of(&opened, &undelivered)))
}

/// Which rows of a trail.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrailPage {
    /// Only rows after this sequence number.
    #[serde(default)]
    #[param(required = false, minimum = 0, default = 0)]
    after: i64,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: Option<u16>,
}

/// A page of a trail.
#[derive(Debug, Serialize, ToSchema)]
pub struct Trail {
    /// In the order in which it happened.
    pub rows: Vec<TrailEntry>,
    /// Ask with this as `after` for the next page; nothing: there is none.
    pub next: Option<i64>,
}

/// A row of the trail, every column as it is stored and hashed, but for personal values, which are stored sealed.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrailEntry {
    /// Whose it is.
    pub tenant: String,
    /// Which instance.
    pub instance: String,
    /// What happened, in the columns of `wfrun trail --json`: `sequence`, `fact`, `node`, `person`, `role`, `hash` and so on.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub row: TrailRow,
}

/// Read a trail
///
/// Everything that happened to an instance: who did what, when, and the line of the workflow that asked for it. Each
/// row carries its hash and the one before, so that the chain can be checked. Where a row holds personal values, its
/// hash is over their sealed form (`GET /v1/exports/jsonl` has it); an auditor reads `[personal]` in their place.
#[utoipa::path(
    get, path = "/v1/instances/{instance}/trail", operation_id = "read_trail", tag = "instances",
    params(("instance" = String, Path, description = "The instance, by id or reference."), TrailPage),
    responses((status = 200, description = "A page of the trail.", body = Trail))
)]
pub async fn trail(
    caller: Caller,
    Named(instance): Named<String>,
    Parameters(asked): Parameters<TrailPage>,
) -> Answer<Told<Trail>> {
    let engine = caller.may(What::ReadTrail)?;
    let limit = page(asked.limit)?;
    if asked.after < 0 {
        return Err(Fault::new(MALFORMED, "`after` is below 0").help("send the `next` of the page before"));
    }
    let instance = engine.find(&instance).await?;
    let mut rows = engine.store.trail_page(&instance.id, asked.after, i64::from(limit) + 1).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next = rows.last().filter(|_| more).map(|last| last.sequence);
    let tenant = engine.store.tenant().name.clone();
    let shown = |row| match engine.store.is_closed() {
        true => hidden(row),
        false => opened(row, instance.subject.as_ref(), &tenant, &instance.id),
    };
    let entry = |row| TrailEntry { tenant: tenant.clone(), instance: instance.id.clone(), row: shown(row) };
    Ok(Told(StatusCode::OK, Trail { rows: rows.into_iter().map(entry).collect(), next }))
}
