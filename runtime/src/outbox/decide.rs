//! An operator's word on a letter that nobody took: once more, or no more.
//!
//! Invariant: only a dead letter can be decided about, and who did it and why is in the trail.

use crate::audit::chain;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::privacy::fact as facts;
use crate::store::row::{Position, TrailRow};
use crate::store::{LetterRow, Verdict};

/// Decides about the letter `number` of an instance, by a person and for a reason.
///
/// # Errors
/// When there is no such letter, or it is not dead.
pub async fn decide(
    engine: &Engine,
    id: &str,
    number: i64,
    verdict: Verdict,
    by: &str,
    reason: &str,
) -> Result<LetterRow> {
    loop {
        let instance = engine.find(id).await?;
        let letter = engine.store.letter(&instance.id, number).await?.ok_or_else(|| {
            Problem::not_found(format!("`{}` has no letter {number}", instance.id))
                .help("`wfrun outbox list` shows those that wait or are dead")
        })?;
        let on_its_way = matches!(letter.status.as_str(), "waiting" | "sending");
        let held = on_its_way && verdict == Verdict::Drop && engine.store.is_held().await?;
        if letter.status != "dead" && !held {
            let what = format!("letter {number} of `{}` is not dead, it is {}", instance.id, letter.status);
            return Err(Problem::new(Class::Refused, what).help("only dead letters are decided about"));
        }
        let now = engine.clock.now().0;
        let fact = TrailRow {
            fact: match verdict {
                Verdict::Retry => "message tried again by an operator",
                Verdict::Drop => "message given up by an operator",
            }
            .to_owned(),
            person: Some(by.to_owned()),
            plan_hash: instance.plan_hash.clone(),
            forced_reason: Some(reason.to_owned()),
            at_ms: now,
            recorded_at_ms: now,
            detail: format!("letter {number} to {}: {reason}", letter.destination),
            ..TrailRow::default()
        };
        let before = Position { sequence: instance.sequence, trail_count: instance.trail_count };
        let (mut count, mut head) = (instance.trail_count, instance.trail_head.clone());
        let tenant = &engine.store.tenant().name;
        let note = fact.detail.clone();
        let fact = facts::sealed_outside(fact, &instance, tenant)?;
        let fact = chain::append_fact(tenant, &instance.id, &mut count, &mut head, fact);
        match engine.store.decide_letter(&letter, verdict, before, &fact, &note).await {
            Err(problem) if problem.class() == Class::Conflict => {}
            done => return done.map(|()| letter),
        }
    }
}
