//! Links made for people: what a letter carries, or an operator hands over.

use super::allowed::What;
use super::fault::{Answer, DOES_NOT_FIT, Fault, REFUSED};
use super::read::{Body, Named};
use super::reply::Told;
use super::site::Caller;
use crate::link::{About, Link};
use crate::moment::iso;
use crate::opened::{Opened, unknown};
use crate::transition::question_number;
use axum::http::StatusCode;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use wf_plan::Moment;

const HOUR_MS: i64 = 3_600_000;
/// Hours for which a link is good where nothing is said: a week.
const HOURS: u16 = 168;
/// At most: a year.
const MOST_HOURS: u16 = 8_760;

/// For whom and what a link is made: a node or a question, not both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkWanted {
    /// Who may use it, as the configuration names them.
    #[schema(example = "anna")]
    person: String,
    /// The step to do or the decision to take; a copy as `review:2`.
    #[schema(example = "contract")]
    node: Option<String>,
    /// The question to answer, by its number: `q1`.
    question: Option<String>,
    /// For how many hours it is good.
    #[schema(minimum = 1, maximum = 8760, default = 168, value_type = Option<u16>)]
    #[serde(default, deserialize_with = "whole")]
    hours: Option<u16>,
}

/// A whole number however JSON writes it: `24.0` is 24.
fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let Some(number) = Option::<serde_json::Number>::deserialize(from)? else { return Ok(None) };
    let text = number.to_string();
    let digits = text.strip_suffix(".0").unwrap_or(&text);
    digits
        .parse()
        .map(Some)
        .map_err(|_| D::Error::custom(format!("invalid value: `{text}`, expected 1 to {MOST_HOURS}")))
}

/// A link.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkMade {
    /// Where it leads. Whoever has it acts as the person: send it to nobody else.
    pub link: String,
    /// Until when it is good.
    pub expires: String,
}

/// Make a link with which a person does one task, decision or answer without a token
///
/// The page behind it works on a phone and without JavaScript, in the person's language. It is good for one act.
#[utoipa::path(
    post, path = "/v1/instances/{instance}/links", operation_id = "make_link", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference.")),
    request_body = LinkWanted, responses((status = 201, description = "The link.", body = LinkMade))
)]
pub async fn make(
    caller: Caller,
    Named(instance): Named<String>,
    Body(wanted): Body<LinkWanted>,
) -> Answer<Told<LinkMade>> {
    let tenant = caller.tenant(What::MakeLink)?;
    let opened = Opened::of(&tenant.engine, &instance).await?;
    let hours = wanted.hours.unwrap_or(HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(Fault::new(DOES_NOT_FIT, format!("`hours` is {hours}"))
            .help(format!("a link is good for 1 to {MOST_HOURS} hours")));
    }
    let about = match (&wanted.node, &wanted.question) {
        (Some(node), None) => node_of(&opened, node)?,
        (None, Some(question)) => question_of(&opened, question)?,
        _ => {
            return Err(Fault::new(DOES_NOT_FIT, "a link is for either a `node` or a `question`")
                .help("send exactly one of them"));
        }
    };
    let expires_at_ms = tenant.engine.clock.now().0.saturating_add(i64::from(hours) * HOUR_MS);
    let link = Link {
        tenant: tenant.engine.store.tenant().name.clone(),
        instance: opened.instance.id.clone(),
        about,
        person: wanted.person,
        expires_at_ms,
    };
    let link = format!("{}/l/{}", caller.site.public_url, link.signed(&tenant.link_key));
    Ok(Told(StatusCode::CREATED, LinkMade { link, expires: iso(Moment(expires_at_ms)) }))
}

fn node_of(opened: &Opened, named: &str) -> Answer<About> {
    let place = opened.place(named).map_err(|problem| Fault::from(problem).in_body())?;
    let seen = opened.view().nodes.iter().find(|node| node.place == place && node.state.is_live());
    seen.map(|node| About::Node { node: node.name.clone(), copy: place.copy, round: node.round }).ok_or_else(
        || {
            Fault::new(REFUSED, format!("`{named}` is not active: there is nothing to do"))
                .help("`GET /v1/instances/{instance}` shows where each node stands")
        },
    )
}

fn question_of(opened: &Opened, named: &str) -> Answer<About> {
    let number = named.strip_prefix('q').unwrap_or(named);
    let open: Vec<u32> = opened.view().questions.iter().map(|asked| question_number(asked.id)).collect();
    let found = open.iter().find(|open| open.to_string() == number);
    found.map(|number| About::Question(*number)).ok_or_else(|| {
        let names: Vec<String> = open.iter().map(|number| format!("q{number}")).collect();
        Fault::from(unknown("open question", named, names.iter().map(String::as_str))).in_body()
    })
}
