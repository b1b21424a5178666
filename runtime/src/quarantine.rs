//! Instances that cannot be stepped are set aside, so that the rest goes on.
//!
//! Flow: whatever lets an event happen and finds plan or state damaged, or the step broken off, sets the instance aside:
//! an incident, and a fact in its trail. Timers and events of systems pass it by from then on. An operator repairs the
//! cause and releases it: what is due is done, the events that passed it by are given to it, and only when all that
//! went well is the incident closed. Invariant: an instance that is aside is named by an open incident, and nothing
//! meant for it is lost.

use crate::audit::chain;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::store::row::{InstanceRow, Position, TrailRow};

/// The fact of an instance that is set aside.
pub const SET_ASIDE: &str = "set aside";
/// The fact of an instance that goes on.
pub const RELEASED: &str = "goes on";

/// Sets an instance aside. Tells whether it was not before.
///
/// # Errors
/// When the store fails.
pub async fn set_aside(engine: &Engine, id: &str, problem: &Problem) -> Result<bool> {
    let what = with_causes(problem);
    loop {
        let Some(instance) = engine.store.instance(id).await? else { return Ok(false) };
        if !engine.store.incidents(Some(id), false, 1).await?.is_empty() {
            return Ok(false);
        }
        let (before, fact) = fact(engine, &instance, SET_ASIDE, None, None, &what);
        if engine.store.open_incident(id, &what, before, &fact).await? {
            return Ok(true);
        }
    }
}

/// Tries an instance again, and lets it go on if nothing breaks any more.
///
/// # Errors
/// When it is not aside, the store fails, or it still cannot be stepped: then it stays aside.
pub async fn release(engine: &Engine, name: &str, by: &str, reason: &str) -> Result<String> {
    let instance = engine.find(name).await?;
    let id = instance.id;
    let open = engine.store.incidents(Some(&id), false, 1).await?;
    let Some(incident) = open.first() else {
        return Err(Problem::new(Class::Refused, format!("`{id}` is not set aside"))
            .help("`wfrun quarantine list` shows those that are"));
    };
    let tried = try_again(engine, &id, instance.status == "running", &incident.missed).await;
    if let Err(problem) = tried {
        return Err(match problem.class() {
            Class::Damaged => {
                Problem::damaged(format!("`{id}` still cannot be stepped: {}", with_causes(&problem))).help(
                    "it stays aside; repair the cause first: `wfrun audit verify` names what is damaged",
                )
            }
            _ => problem,
        });
    }
    loop {
        let Some(instance) = engine.store.instance(&id).await? else { return Ok(id) };
        let (before, fact) =
            fact(engine, &instance, RELEASED, Some(by), Some(reason), "released by an operator");
        if engine.store.close_incident(&id, by, reason, before, &fact).await? {
            return Ok(id);
        }
        if engine.store.incidents(Some(&id), false, 1).await?.is_empty() {
            return Ok(id);
        }
    }
}

async fn try_again(engine: &Engine, id: &str, running: bool, missed: &str) -> Result<()> {
    if !running {
        return Ok(());
    }
    engine.catch_up(id).await?;
    let missed: Vec<i64> = serde_json::from_str(missed).unwrap_or_default();
    for number in missed {
        engine.give_again(id, number).await?;
    }
    Ok(())
}

/// A row for the end of the trail.
fn fact(
    engine: &Engine,
    instance: &InstanceRow,
    what: &str,
    by: Option<&str>,
    reason: Option<&str>,
    detail: &str,
) -> (Position, TrailRow) {
    let now = engine.clock.now().0;
    let row = TrailRow {
        fact: what.to_owned(),
        person: by.map(str::to_owned),
        plan_hash: instance.plan_hash.clone(),
        forced_reason: reason.map(str::to_owned),
        at_ms: now,
        recorded_at_ms: now,
        detail: detail.to_owned(),
        ..TrailRow::default()
    };
    let before = Position { sequence: instance.sequence, trail_count: instance.trail_count };
    let (mut count, mut head) = (instance.trail_count, instance.trail_head.clone());
    let tenant = &engine.store.tenant().name;
    (before, chain::append_fact(tenant, &instance.id, &mut count, &mut head, row))
}

/// A problem with what lies below it, in one line.
fn with_causes(problem: &Problem) -> String {
    let mut line = problem.to_string();
    let mut below = std::error::Error::source(problem);
    while let Some(cause) = below {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        below = cause.source();
    }
    line
}

/// Runs a step that must not take anything else down with it: where it breaks off, its instance is damaged.
///
/// # Errors
/// What the step says, or that it broke off.
pub fn unbroken<T>(instance: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
    // What the step was working on is thrown away with it, so nothing half done is ever seen.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(step)).unwrap_or_else(|_| {
        Err(Problem::damaged(format!("the step of `{instance}` broke off"))
            .help("this is a fault of wfrun: please report it with the lines above"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_breaks_off_is_a_damaged_instance() {
        let broken: Result<()> = unbroken("order-1", || panic!("division by zero"));
        assert_eq!(broken.unwrap_err().class(), Class::Damaged);
        assert_eq!(unbroken("order-1", || Ok(7)).unwrap(), 7);
    }
}
