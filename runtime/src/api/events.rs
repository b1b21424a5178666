//! Events that systems send.

use super::allowed::{Role, What};
use super::fault::{Answer, FORBIDDEN, Fault};
use super::read::{Body, Named};
use super::reply::Told;
use super::site::Caller;
use crate::sent::{Sent, take_in};
use crate::told::Taken;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// An event of a system.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBody {
    /// The record's key in that system.
    #[schema(example = "D-1")]
    key: String,
    /// What the event carries, by name.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({"region": "EU", "seats": 40}))]
    fields: Map<String, Json>,
    /// The sender's own number for it: the same one twice is one event.
    #[schema(example = "evt-99")]
    id: Option<String>,
}

/// Send an event of a system
///
/// It is kept under the system and the record's key, given to the running instances with that key, and may start a
/// workflow. What nobody waits for yet is kept for an instance to come. A token of the role `system` sends its own
/// system's events only.
#[utoipa::path(
    post, path = "/v1/systems/{system}/events/{event}", operation_id = "send_event", tag = "events",
    params(("system" = String, Path, description = "The system, as workflows name it.", example = "crm"),
           ("event" = String, Path, description = "The event's name.", example = "deal.won")),
    request_body = EventBody, responses((status = 200, description = "What came of it.", body = Taken))
)]
pub async fn send(
    caller: Caller,
    Named((system, name)): Named<(String, String)>,
    Body(body): Body<EventBody>,
) -> Answer<Told<Taken>> {
    let engine = caller.may(What::SendEvent)?;
    if caller.holder.role == Role::System && caller.holder.system.as_ref() != Some(&system) {
        return Err(Fault::new(FORBIDDEN, format!("this token does not belong to the system `{system}`"))
            .help("send events with the token of the system they come from"));
    }
    let EventBody { key, fields, id } = body;
    let (arrival, _) = take_in(engine, Sent { system, name, key, fields, external_id: id }).await?;
    Ok(Told(StatusCode::OK, Taken::of(&arrival)))
}
