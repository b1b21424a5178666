//! Acts on instances: each a small body, one event, and what followed from it.
//!
//! Names in the address that are not there are told as 404, names and values in the body as 422. Invariant: every act
//! goes through [`act`]: the table is asked, the person is the token's, a refusal is recorded.

use super::allowed::What;
use super::fault::{Answer, DOES_NOT_FIT, Fault};
use super::read::{Body, Named};
use super::reply::Told;
use super::site::Caller;
use crate::asked::{Asked, OnNode, Said};
use crate::engine::{Applied, Engine};
use crate::error::Class;
use crate::opened::Opened;
use crate::plans::Ready;
use crate::told::Followed;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// Defines bodies of acts: their own fields, and those that every act has.
macro_rules! bodies {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $kind:ty),* $(,)? })*) => {$(
        $(#[$about])*
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_about])* $field: $kind,)*
            /// Who does it; operators only, everybody else acts as the person of their token.
            by: Option<String>,
            /// Force it as an operator, for this reason; the trail marks it.
            force: Option<String>,
        }

        impl $name {
            fn acting(&mut self) -> Acting {
                Acting { by: self.by.take(), force: self.force.take() }
            }
        }
    )*};
}

bodies! {
    /// An act that needs nothing more.
    Plain {}
    /// What a step is completed with.
    Complete {
        /// Values of the form by name; texts are read by the type of the field.
        #[serde(default)]
        #[schema(value_type = Object, required = false, example = json!({"signed_on": "2026-03-04"}))]
        fields: Map<String, Json>
    }
    /// A comment; the trail keeps it.
    Comment {
        /// What is said.
        text: String
    }
    /// Why work cannot go on.
    Block {
        /// Why.
        reason: String,
        /// The role that is waited on.
        waiting_on: Option<String>
    }
    /// To whom work is handed.
    Reassign {
        /// The role that does it from now on.
        to: String
    }
    /// A choice.
    Choose {
        /// The option, by name or words.
        #[schema(example = "yes")]
        option: String,
        /// Why, where the option needs a reason.
        reason: Option<String>
    }
    /// An act that always needs a reason.
    WithReason {
        /// Why.
        reason: String
    }
    /// An answer to a question: an alternative or own words, not both.
    AnswerBody {
        /// The alternative or suggestion, by its number from 1 or its words.
        #[schema(example = "1")]
        alternative: Option<String>,
        /// Own words instead: they are recorded and told to the step's owner, and change nothing else.
        words: Option<String>
    }
    /// A correction: what was decided stays, later conditions see the new value.
    Correct {
        /// `FIELD` of the inputs, or `STEP.FIELD` of a form.
        #[schema(example = "contract.signed_on")]
        field: String,
        /// The right value; a text is read by the type of the field.
        #[schema(value_type = Value, example = "2026-03-05")]
        value: Json,
        /// Why.
        reason: String
    }
    /// An end in an outcome that is possible at any time.
    End {
        /// The outcome.
        outcome: String,
        /// Why.
        reason: String
    }
}

/// Who acts, and with what authority.
struct Acting {
    by: Option<String>,
    force: Option<String>,
}

/// Any JSON value.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
#[allow(dead_code)]
pub struct Value(Json);

async fn act(
    caller: &Caller,
    what: What,
    instance: &str,
    asked: Asked,
    acting: Acting,
) -> Answer<Told<Followed>> {
    let engine = caller.may(what)?;
    if let Some(ready) = engine.plans.of_instance(instance)
        && let Some(applied) = act_by_plan(caller, engine, &ready, instance, &asked, &acting).await?
    {
        return Ok(followed(caller, &applied));
    }
    let opened = Opened::of(engine, instance).await?;
    // What the address names must be there; the rest is the body's.
    match &asked {
        Asked::OnNode { node, .. } => drop(opened.place(node)?),
        Asked::Reopen { node, .. } => drop(opened.node(node)?),
        _ => {}
    }
    let by = caller.actor(&opened.ready, acting.by, acting.force)?;
    let kind = opened.event(asked, by).map_err(|problem| Fault::from(problem).in_body())?;
    let applied = opened.apply(kind).await?;
    Ok(followed(caller, &applied))
}

/// An act whose names the plan alone explains: the instance is not read to know what is meant. `None`: it must be.
async fn act_by_plan(
    caller: &Caller,
    engine: &Engine,
    ready: &Ready,
    instance: &str,
    asked: &Asked,
    acting: &Acting,
) -> Answer<Option<Applied>> {
    let Some(node) = asked.by_plan() else { return Ok(None) };
    ready.node(node)?;
    let by = caller.actor(ready, acting.by.clone(), acting.force.clone())?;
    let Some(kind) = asked.event_by_plan(ready, by) else { return Ok(None) };
    let kind = kind.map_err(|problem| Fault::from(problem).in_body())?;
    match engine.apply(instance, kind, None).await {
        // It has left the store meanwhile; where it is, is told by looking for it.
        Err(problem) if problem.class() == Class::NotFound => {
            engine.plans.forget(instance);
            Ok(None)
        }
        Ok(refused) if !refused.refused.is_empty() => {
            Ok(Some(Opened::of(engine, instance).await?.came(refused)?))
        }
        done => Ok(Some(done?)),
    }
}

fn followed(caller: &Caller, applied: &Applied) -> Told<Followed> {
    caller.site.metrics.transition();
    Told(StatusCode::OK, Followed::of(applied))
}

/// Defines an act on a node: its route and what it asks for.
macro_rules! on_node {
    ($name:ident, $path:literal, $summary:literal, $body:ident, $given:ident => $act:expr) => {
        #[doc = $summary]
        #[utoipa::path(
            post, path = $path, tag = "acts",
            params(
                ("instance" = String, Path, description = "The instance, by id or reference.", example = "onboarding-17"),
                ("node" = String, Path, description = "The node; a copy of a `for each` by its number or element: `review:2`, `review:Anna`.", example = "contract")
            ),
            request_body = $body,
            responses((status = 200, description = "What followed.", body = Followed))
        )]
        pub async fn $name(
            caller: Caller,
            Named((instance, node)): Named<(String, String)>,
            Body(mut $given): Body<$body>,
        ) -> Answer<Told<Followed>> {
            let acting = $given.acting();
            act(&caller, What::Act, &instance, Asked::OnNode { node, act: $act }, acting).await
        }
    };
}

on_node!(claim, "/v1/instances/{instance}/nodes/{node}/claim", "Take work on oneself", Plain, given => OnNode::Claim);
on_node!(release, "/v1/instances/{instance}/nodes/{node}/release", "Give work back to its role", Plain, given => OnNode::Release);
on_node!(complete, "/v1/instances/{instance}/nodes/{node}/complete", "Finish a step with the values of its form", Complete,
    given => OnNode::Complete(given.fields.into_iter().collect()));
on_node!(comment, "/v1/instances/{instance}/nodes/{node}/comment", "Say something about a node", Comment, given => OnNode::Comment(given.text));
on_node!(acknowledge, "/v1/instances/{instance}/nodes/{node}/acknowledge", "Say \"I have seen it\": the escalation waits once more", Plain,
    given => OnNode::Acknowledge);
on_node!(block, "/v1/instances/{instance}/nodes/{node}/block", "Say that work cannot go on", Block,
    given => OnNode::Block { reason: given.reason, waiting_on: given.waiting_on });
on_node!(unblock, "/v1/instances/{instance}/nodes/{node}/unblock", "Say that blocked work goes on", Plain, given => OnNode::Unblock);
on_node!(reassign, "/v1/instances/{instance}/nodes/{node}/reassign", "Hand work to another role", Reassign, given => OnNode::Reassign(given.to));
on_node!(choose, "/v1/instances/{instance}/nodes/{node}/choose", "Choose an option of a decision", Choose,
    given => OnNode::Choose { option: given.option, reason: given.reason });
on_node!(skip, "/v1/instances/{instance}/nodes/{node}/skip", "Skip an optional node", WithReason, given => OnNode::Skip { reason: given.reason });

/// Have a finished step done again, while nothing after it has settled
#[utoipa::path(
    post, path = "/v1/instances/{instance}/nodes/{node}/reopen", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference."), ("node" = String, Path, description = "The step.")),
    request_body = WithReason, responses((status = 200, description = "What followed.", body = Followed))
)]
pub async fn reopen(
    caller: Caller,
    Named((instance, node)): Named<(String, String)>,
    Body(mut body): Body<WithReason>,
) -> Answer<Told<Followed>> {
    let acting = body.acting();
    act(&caller, What::Act, &instance, Asked::Reopen { node, reason: body.reason }, acting).await
}

/// Answer a question of an escalation
///
/// A written alternative does what the workflow says it does; own words are recorded and told to the step's owner.
#[utoipa::path(
    post, path = "/v1/instances/{instance}/questions/{question}/answer", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference."),
           ("question" = String, Path, description = "The question's number: `1` or `q1`.", example = "q1")),
    request_body = AnswerBody, responses((status = 200, description = "What followed.", body = Followed))
)]
pub async fn answer(
    caller: Caller,
    Named((instance, question)): Named<(String, String)>,
    Body(mut body): Body<AnswerBody>,
) -> Answer<Told<Followed>> {
    let acting = body.acting();
    let said = match (body.alternative, body.words) {
        (Some(alternative), None) => Said::Alternative(alternative),
        (None, Some(words)) => Said::Words(words),
        _ => {
            return Err(Fault::new(DOES_NOT_FIT, "an answer is either an `alternative` or `words`")
                .help("send exactly one of them"));
        }
    };
    act(&caller, What::Act, &instance, Asked::Answer { question: Some(question), said }, acting).await
}

/// Correct a value
#[utoipa::path(
    post, path = "/v1/instances/{instance}/correct", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference.")),
    request_body = Correct, responses((status = 200, description = "What followed.", body = Followed))
)]
pub async fn correct(
    caller: Caller,
    Named(instance): Named<String>,
    Body(mut body): Body<Correct>,
) -> Answer<Told<Followed>> {
    let acting = body.acting();
    let Correct { field, value, reason, .. } = body;
    act(&caller, What::Act, &instance, Asked::Correct { field, value, reason }, acting).await
}

/// End an instance in an outcome that is possible at any time
#[utoipa::path(
    post, path = "/v1/instances/{instance}/end", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference.")),
    request_body = End, responses((status = 200, description = "What followed.", body = Followed))
)]
pub async fn end(
    caller: Caller,
    Named(instance): Named<String>,
    Body(mut body): Body<End>,
) -> Answer<Told<Followed>> {
    let acting = body.acting();
    let End { outcome, reason, .. } = body;
    act(&caller, What::Act, &instance, Asked::End { outcome, reason }, acting).await
}

/// Cancel an instance as an operator
///
/// It ends without an outcome, and so do its children.
#[utoipa::path(
    post, path = "/v1/instances/{instance}/cancel", tag = "acts",
    params(("instance" = String, Path, description = "The instance, by id or reference.")),
    request_body = WithReason, responses((status = 200, description = "What followed.", body = Followed))
)]
pub async fn cancel(
    caller: Caller,
    Named(instance): Named<String>,
    Body(mut body): Body<WithReason>,
) -> Answer<Told<Followed>> {
    let acting = body.acting();
    act(&caller, What::Cancel, &instance, Asked::Cancel { reason: body.reason }, acting).await
}
