//! Orders that concern other instances: children to start, cancel or answer, workflows to start, the agent.
//!
//! The other instance's transition marks the order as carried out in its own transaction, so that a crash neither
//! loses nor doubles a child. Invariant: an order that cannot be carried out is tried again and then listed as dead,
//! never dropped in silence.

use super::backoff::pause_ms;
use super::{INSTANCE_ATTEMPTS, key_of};
use crate::engine::{Engine, StartRequest, Started, Starter};
use crate::error::{Class, Problem, Result};
use crate::letter::{ChildEndOrder, InstanceOrder, RunPlace};
use crate::plans::Ready;
use crate::store::row::{AfterAttempt, ClaimedRow, DeliveryRow};
use serde::de::DeserializeOwned;
use wf_plan::Value;
use wf_plan::node::NodeKind;
use wf_vm::EventKind;

/// What came of an order.
enum Carried {
    /// The other instance's transition settled the row.
    Committed,
    /// There was nothing to do (any more).
    Nothing(String),
}

/// Carries out an order.
pub(super) async fn carry_out(engine: &Engine, row: &ClaimedRow) -> Result<()> {
    let carried = match row.kind.as_str() {
        "child start" | "workflow start" => start(engine, row).await,
        "child cancel" => cancel(engine, row).await,
        "child end" => answer_parent(engine, row).await,
        _ => Ok(Carried::Nothing("no agent is configured, so the written words stand".to_owned())),
    };
    let after = match carried {
        Ok(Carried::Committed) => return Ok(()),
        Ok(Carried::Nothing(note)) => AfterAttempt::Dropped { note },
        Err(problem) if matches!(problem.class(), Class::Machine | Class::NoRoom) => return Err(problem),
        Err(problem) if row.attempts >= i64::from(INSTANCE_ATTEMPTS) => {
            AfterAttempt::Dead { note: told(&problem) }
        }
        Err(problem) => AfterAttempt::Again {
            route: 0,
            attempts: row.attempts,
            next_at_ms: engine.clock.now().0.saturating_add(pause_ms(&key_of(row), row.attempts)),
            note: told(&problem),
        },
    };
    settle(engine, row, after).await
}

async fn settle(engine: &Engine, row: &ClaimedRow, after: AfterAttempt) -> Result<()> {
    let (result, detail) = match &after {
        AfterAttempt::Again { note, .. } => ("try again", note.clone()),
        AfterAttempt::Dead { note } => ("refused", note.clone()),
        AfterAttempt::Dropped { note } => ("sent", note.clone()),
        AfterAttempt::Sent | AfterAttempt::Unknown { .. } => ("sent", String::new()),
    };
    let now = engine.clock.now().0;
    let delivery = DeliveryRow {
        attempt: row.tried + 1,
        channel: row.destination.clone(),
        adapter: "store".to_owned(),
        result: result.to_owned(),
        external_id: None,
        detail,
        started_at_ms: now,
        ended_at_ms: now,
    };
    engine.store.settle_attempt(row, &delivery, &after).await
}

fn told(problem: &Problem) -> String {
    match problem.advice() {
        Some(help) => format!("{problem}; {help}"),
        None => problem.to_string(),
    }
}

fn read<T: DeserializeOwned>(row: &ClaimedRow) -> Result<T> {
    serde_json::from_str(&row.body)
        .map_err(|cause| Problem::damaged(format!("order {} cannot be read", key_of(row))).because(cause))
}

fn settles(row: &ClaimedRow) -> Option<(String, i64)> {
    Some((row.instance.clone(), row.number))
}

async fn start(engine: &Engine, row: &ClaimedRow) -> Result<Carried> {
    let order: InstanceOrder = read(row)?;
    let ready = engine.plans.get(&engine.store, &order.plan).await?;
    let inputs = inputs(&ready, &order.with);
    let starter = match order.run {
        Some(run) => Starter::Parent { instance: row.instance.clone(), run },
        None => Starter::Nobody,
    };
    let request =
        StartRequest { ready, inputs, starter, key: Some(key_of(row)), settles: settles(row), event: None };
    match (engine.start(&request).await, order.run) {
        (Ok(Started::New(_)), _) => Ok(Carried::Committed),
        (Ok(Started::Running(instance)), _) => Ok(Carried::Nothing(format!("{} runs already", instance.id))),
        // A child that cannot start ends without an outcome, which blocks the run and shows why.
        (Err(problem), Some(run)) if problem.class() == Class::Refused => {
            end_run(engine, &row.instance, run, None, row).await
        }
        (Err(problem), _) => Err(problem),
    }
}

fn inputs(ready: &Ready, with: &[(String, Value)]) -> Vec<Value> {
    let given = |name: &str| with.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    ready.program().inputs.iter().map(|field| given(&field.name).unwrap_or_default()).collect()
}

async fn cancel(engine: &Engine, row: &ClaimedRow) -> Result<Carried> {
    let run: RunPlace = read(row)?;
    let place = serde_json::to_string(&run)
        .map_err(|cause| Problem::machine("a child cannot be named").because(cause))?;
    let child = engine.store.child(&row.instance, &place).await?;
    match child.filter(|child| child.status == "running") {
        Some(child) => {
            let kind = EventKind::Cancel { reason: format!("cancelled by {}", row.instance), by: None };
            engine.apply(&child.id, kind, settles(row)).await?;
            Ok(Carried::Committed)
        }
        None => Ok(Carried::Nothing("the child has ended already".to_owned())),
    }
}

async fn answer_parent(engine: &Engine, row: &ClaimedRow) -> Result<Carried> {
    let order: ChildEndOrder = read(row)?;
    end_run(engine, &order.parent, order.run, order.outcome, row).await
}

async fn end_run(
    engine: &Engine,
    parent: &str,
    run: RunPlace,
    outcome: Option<String>,
    row: &ClaimedRow,
) -> Result<Carried> {
    let Some(instance) = engine.store.instance(parent).await? else {
        return Ok(Carried::Nothing(format!("{parent} is gone")));
    };
    let ready = engine.plan_of(&instance).await?;
    let node = ready.program().nodes.get(run.place.node.index());
    let outcome = outcome.and_then(|name| match &node?.kind {
        NodeKind::Run(run) => run.outcomes.iter().position(|known| *known == name),
        _ => None,
    });
    let outcome = outcome.and_then(|at| u16::try_from(at).ok());
    let kind = EventKind::ChildEnded { place: run.place, round: run.round, outcome };
    engine.apply(parent, kind, settles(row)).await?;
    Ok(Carried::Committed)
}
