//! Plans: loaded and listed.

use super::allowed::What;
use super::fault::{Answer, DOES_NOT_FIT, Fault};
use super::read::{Parameters, PlanBytes};
use super::reply::Told;
use super::site::Caller;
use crate::loading;
use crate::moment::iso;
use crate::plans::Ready;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wf_plan::Moment;
use wf_plan::plan::MeaningHash;

/// The loaded plans.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plans {
    /// By workflow, the newest version first.
    pub plans: Vec<Plan>,
}

/// A loaded plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    /// `NAME@VERSION#HASH`: its name everywhere.
    #[schema(example = "onboarding@1#9f2c5ab31d04")]
    pub plan: String,
    /// Name of the workflow.
    #[schema(example = "onboarding")]
    pub workflow: String,
    /// Its version.
    #[schema(minimum = 0)]
    pub version: u32,
    /// Title for people.
    pub label: String,
    /// Hash of its meaning, in hexadecimal.
    pub hash: String,
    /// When it was loaded; nothing right after loading.
    pub loaded: Option<String>,
}

/// How a plan is loaded.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Loading {
    /// Load it although the same version is there with another meaning; new instances use this one.
    #[serde(default)]
    #[param(required = false)]
    replace: bool,
}

/// Load a plan
///
/// A plan is verified before it is kept. New instances start with the newest version; running instances keep the plan
/// they started with. Loading the same plan again changes nothing.
#[utoipa::path(
    post, path = "/v1/plans", operation_id = "load_plan", tag = "plans", params(Loading),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file that `wfc build` wrote."),
    responses((status = 201, description = "It is loaded now.", body = Plan), (status = 200, description = "It was loaded already.", body = Plan))
)]
pub async fn load(
    caller: Caller,
    Parameters(asked): Parameters<Loading>,
    PlanBytes(bytes): PlanBytes,
) -> Answer<Told<Plan>> {
    let tenant = caller.tenant(What::LoadPlan)?;
    let ready = Ready::from_bytes(&bytes).map_err(|cause| {
        Fault::new(DOES_NOT_FIT, format!("the plan is refused: {cause}"))
            .help("build it again with `wfc build`, and send the file as it is")
    })?;
    let by = caller.holder.person.as_deref().unwrap_or("operator");
    let is_new = loading::load(&tenant.engine, &ready, bytes, by, asked.replace).await?;
    tenant.forget_newest();
    let program = ready.program();
    let plan = Plan {
        plan: ready.plan.name(),
        workflow: program.workflow.clone(),
        version: program.version,
        label: program.label.clone(),
        hash: ready.hash.clone(),
        loaded: None,
    };
    Ok(Told(if is_new { StatusCode::CREATED } else { StatusCode::OK }, plan))
}

/// List the loaded plans
#[utoipa::path(
    get, path = "/v1/plans", operation_id = "list_plans", tag = "plans",
    responses((status = 200, description = "All plans of the tenant.", body = Plans))
)]
pub async fn list(caller: Caller) -> Answer<Told<Plans>> {
    let heads = caller.may(What::ReadPlans)?.store.plans().await?;
    let plans = heads.into_iter().map(|head| {
        let short = MeaningHash::from_hex(&head.hash).map_or_else(|| head.hash.clone(), |hash| hash.short());
        Plan {
            plan: format!("{}@{}#{short}", head.workflow, head.version),
            workflow: head.workflow,
            version: head.version,
            label: head.label,
            hash: head.hash,
            loaded: Some(iso(Moment(head.loaded_at_ms))),
        }
    });
    Ok(Told(StatusCode::OK, Plans { plans: plans.collect() }))
}
