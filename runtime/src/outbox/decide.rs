//! An operator's word on a letter that nobody took, or may have taken: once more, or no more.
//!
//! Invariant: only a letter that is dead or unknown can be decided about, and who did it and why is in the trail.

use crate::audit::chain;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::privacy::fact as facts;
use crate::store::row::{Position, TrailRow};
use crate::store::{LetterRow, Verdict};

/// Decides about the letter `number` of an instance, by a person and for a reason.
///
/// # Errors
/// When there is no such letter, or nothing to decide about it.
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
                .help("`wfrun outbox list` shows those that are not delivered")
        })?;
        let on_its_way = matches!(letter.status.as_str(), "waiting" | "sending");
        let held = on_its_way && verdict == Verdict::Drop && engine.store.is_held().await?;
        if !matches!(letter.status.as_str(), "dead" | "unknown") && !held {
            let what = format!("letter {number} of `{}` is {}", instance.id, letter.status);
            return Err(Problem::new(Class::Refused, what)
                .help("only letters that are dead or unknown are decided about"));
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
            detail: format!("letter {number} to {}, {}: {reason}", letter.destination, was(&letter.status)),
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

/// What the letter was, as the trail says it.
fn was(status: &str) -> &'static str {
    match status {
        "unknown" => "which may have arrived",
        "dead" => "which nobody took",
        _ => "which was held",
    }
}
