//! Starts by the calendar: `starts every D from DATE with { … }`.
//!
//! The newest version of each workflow counts; occurrences before it was loaded are not made up for. Each has its own
//! idempotency key, so that two workers start it once. Invariant: the n-th occurrence is counted from the first one,
//! not from the one before, so that months do not drift.

use crate::engine::{Engine, StartRequest, Starter};
use crate::error::{Class, Problem, Result};
use crate::plans::Ready;
use wf_plan::Moment;
use wf_plan::calendar::Duration;
use wf_plan::plan::StartEvery;

/// Occurrences looked at for one rule: every hour for ten years stays below it.
const OCCURRENCE_LIMIT: i64 = 100_000;

/// Starts what is due, and tells when the next start is. `refused` is told of starts that the workflow refuses, with
/// their keys.
///
/// # Errors
/// When the store fails.
pub async fn start_due(engine: &Engine, refused: &mut dyn FnMut(&str, &Problem)) -> Result<Option<Moment>> {
    let now = engine.clock.now();
    let mut next: Option<Moment> = None;
    let mut last = String::new();
    for plan in engine.store.plans().await? {
        if plan.workflow == last {
            continue;
        }
        last.clone_from(&plan.workflow);
        let ready = match engine.plans.get(&engine.store, &plan.hash).await {
            Err(problem) if problem.class() == Class::Damaged => {
                refused(&format!("{}@{}", plan.workflow, plan.version), &problem);
                continue;
            }
            other => other?,
        };
        for (at, rule) in ready.program().starts_every.iter().enumerate() {
            let (due, following) = occurrences(&ready, rule, Moment(plan.loaded_at_ms), now);
            next = next.into_iter().chain(following).min();
            for (number, _) in due {
                let request = StartRequest {
                    inputs: wf_vm::starts::on_schedule(&ready.prepared, rule),
                    ready: ready.clone(),
                    starter: Starter::Nobody,
                    key: Some(format!("every:{}:{at}:{number}", plan.workflow)),
                    settles: None,
                    event: None,
                };
                match engine.start(&request).await {
                    Err(problem) if problem.class() == Class::Refused => {
                        refused(request.key.as_deref().unwrap_or_default(), &problem);
                    }
                    done => drop(done?),
                }
            }
        }
    }
    Ok(next)
}

/// The occurrences after one moment up to another, with their numbers, and the first one after that.
fn occurrences(
    ready: &Ready,
    rule: &StartEvery,
    after: Moment,
    until: Moment,
) -> (Vec<(i64, Moment)>, Option<Moment>) {
    let mut due = Vec::new();
    let Some(calendar) = ready.prepared.workflow_calendar() else { return (due, None) };
    let Some(first) = calendar.from_local(rule.from, 0) else { return (due, None) };
    for number in 0..OCCURRENCE_LIMIT {
        let Some(amount) = rule.every.amount.checked_mul(number) else { break };
        let Some(at) = calendar.add(first, &Duration::new(amount, rule.every.unit)) else { break };
        if at > until {
            return (due, Some(at));
        }
        if at > after {
            due.push((number, at));
        }
    }
    (due, None)
}
