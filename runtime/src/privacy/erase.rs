//! Erasing a person: their key is destroyed, and with it everything that was sealed under it.
//!
//! One transaction destroys the key, says so in the trail of every instance about the person, drops what waits to be sent,
//! and blanks what no hash holds. What cannot be changed (journal, trail, deliveries) stays as ciphertext that nothing
//! opens, and so every chain stays whole. Invariant: nobody is erased while an instance about them runs.

use crate::audit::chain;
use crate::audit::fact::SUBJECT_ERASED;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::store::Erasure;
use crate::store::row::{InstanceRow, Position, TrailRow};
use wf_vm::EventKind;

/// How often it is tried again when an instance moves on meanwhile.
const MAX_TRIES: u8 = 16;

/// Who erases a person, and why. Both stay readable in every trail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Random name of the person's key.
    pub subject: String,
    /// Who does it.
    pub by: String,
    /// Why; does not name the person.
    pub reason: String,
    /// Instances about the person that run are cancelled first.
    pub end: bool,
}

/// Who was erased.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Erased {
    /// The instances about the person.
    pub instances: Vec<String>,
    /// Those of them that were cancelled for it.
    pub cancelled: Vec<String>,
}

/// Erases a person.
///
/// # Errors
/// When an instance about them runs and may not be ended, or the store fails.
pub async fn erase(engine: &Engine, request: &Request) -> Result<Erased> {
    let mut erased = Erased::default();
    for _ in 0..MAX_TRIES {
        let instances = engine.store.instances_about(&request.subject).await?;
        let running: Vec<&InstanceRow> = instances.iter().filter(|row| row.status == "running").collect();
        if !running.is_empty() && !request.end {
            return Err(still_running(&running));
        }
        for row in &running {
            cancel(engine, row, request).await?;
            erased.cancelled.push(row.id.clone());
        }
        if !running.is_empty() {
            continue;
        }
        if engine.store.erase(&erasure(engine, request, &instances)).await? {
            erased.instances = instances.into_iter().map(|row| row.id).collect();
            return Ok(erased);
        }
    }
    Err(Problem::new(Class::Conflict, "instances about this person move on faster than they can be erased")
        .help("try again; nothing was erased"))
}

fn still_running(running: &[&InstanceRow]) -> Problem {
    let names: Vec<&str> = running.iter().map(|row| row.id.as_str()).collect();
    let (verb, them) = if names.len() == 1 { ("runs", "it") } else { ("run", "them") };
    Problem::new(
        Class::Refused,
        format!("{} still {verb}, and could not go on without the person", names.join(", ")),
    )
    .help(format!(
        "finish {them} first, or cancel {them} in the same breath with `--end`; nothing was erased"
    ))
}

async fn cancel(engine: &Engine, row: &InstanceRow, request: &Request) -> Result<()> {
    let ready = engine.plan_of(row).await?;
    let by = Some(engine.actor(&ready, &request.by, None));
    let applied =
        engine.apply(&row.id, EventKind::Cancel { reason: request.reason.clone(), by }, None).await?;
    if applied.instance.status == "running" {
        return Err(Problem::new(Class::Refused, format!("`{}` could not be cancelled", row.id))
            .help("see `wfrun trail` for why; nothing was erased"));
    }
    Ok(())
}

/// What one transaction writes: each instance's last fact, after the row its chain ends with now.
fn erasure(engine: &Engine, request: &Request, instances: &[InstanceRow]) -> Erasure {
    let at_ms = engine.clock.now().0;
    let tenant = &engine.store.tenant().name;
    let ends = instances.iter().map(|row| {
        let before = Position { sequence: row.sequence, trail_count: row.trail_count };
        let (mut count, mut head) = (row.trail_count, row.trail_head.clone());
        let fact = TrailRow {
            fact: SUBJECT_ERASED.to_owned(),
            person: Some(request.by.clone()),
            plan_hash: row.plan_hash.clone(),
            forced_reason: Some(request.reason.clone()),
            at_ms,
            recorded_at_ms: at_ms,
            detail: "the key to the personal data was destroyed".to_owned(),
            ..TrailRow::default()
        };
        (row.id.clone(), before, chain::append_fact(tenant, &row.id, &mut count, &mut head, fact))
    });
    Erasure {
        subject: request.subject.clone(),
        by: request.by.clone(),
        reason: request.reason.clone(),
        at_ms,
        instances: ends.collect(),
    }
}
