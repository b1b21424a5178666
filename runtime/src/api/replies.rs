//! Replies to letters, handed over by a mail gateway.

use super::allowed::What;
use super::fault::Answer;
use super::read::Body;
use super::reply::Told;
use super::site::Caller;
use crate::replied::{Reply, take_in};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A reply to a letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyBody {
    /// Where it was sent, with the token: the letter's `Reply-To`.
    #[schema(example = "reply+onboarding-17.42.0a1b2c3d4e5f60718293@acme.example")]
    to: String,
    /// Who sent it: the address the letter went to.
    #[schema(example = "anna@acme.example")]
    from: String,
    /// What it says, as plain text. Quoted lines and signatures are left out.
    #[schema(example = "We wait for the signature until Friday.")]
    text: String,
    /// The mail's own Message-ID: the same one twice is one reply.
    #[schema(example = "<CAF1x9@mail.acme.example>")]
    id: String,
}

/// What came of a reply.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyTaken {
    /// The instance it is about.
    #[schema(example = "onboarding-17")]
    instance: String,
    /// It was known already, by its Message-ID; nothing was done.
    known: bool,
    /// It answered an open question in own words; else it is a comment.
    answered: bool,
}

/// Hand over a reply to a letter
///
/// A mail gateway sends on what arrives at the reply addresses of letters. The words are recorded as the person's answer to
/// the letter's question, or as a comment on its step; they decide nothing by themselves.
#[utoipa::path(
    post, path = "/v1/replies", operation_id = "take_reply", tag = "events",
    request_body = ReplyBody, responses((status = 200, description = "What came of it.", body = ReplyTaken))
)]
pub async fn take(caller: Caller, Body(body): Body<ReplyBody>) -> Answer<Told<ReplyTaken>> {
    let tenant = caller.tenant(What::SendEvent)?;
    let ReplyBody { to, from, text, id } = body;
    let reply = Reply { to, from, text, id };
    let taken = take_in(&tenant.engine, &tenant.link_key, &reply).await.map_err(super::fault::Fault::from);
    let taken = taken.map_err(super::fault::Fault::in_body)?;
    if !taken.known {
        caller.site.metrics.transition();
    }
    let crate::replied::Taken { instance, known, answered } = taken;
    Ok(Told(StatusCode::OK, ReplyTaken { instance, known, answered }))
}
