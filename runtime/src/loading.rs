//! Plans by the names people give them: the newest of a workflow, and new ones taken in.
//!
//! The command line and the HTTP API both load and start through here. Invariant: a version that is there already is
//! never replaced by another meaning unless somebody says so.

use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::opened::unknown;
use crate::plans::Ready;
use crate::store::row::PlanRow;
use std::sync::Arc;

/// The newest plan of `NAME` or `NAME@VERSION`.
///
/// # Errors
/// When none is loaded, or it is damaged.
pub async fn newest(engine: &Engine, named: &str) -> Result<Arc<Ready>> {
    let (workflow, version) = match named.split_once('@') {
        None => (named, None),
        Some((workflow, version)) => {
            let version = version.trim_start_matches('v').parse().map_err(|_| {
                Problem::input(format!("`{version}` is no version")).help(format!("write `{workflow}@3`"))
            })?;
            (workflow, Some(version))
        }
    };
    if let Some(row) = engine.store.newest_plan(workflow, version).await? {
        return engine.plans.keep(&row);
    }
    let plans = engine.store.plans().await?;
    if plans.is_empty() {
        return Err(Problem::not_found(format!("no plan of `{workflow}` is loaded"))
            .help("load one with `wfrun load FILE.wfp`"));
    }
    let names = plans.iter().map(|plan| format!("{}@{}", plan.workflow, plan.version)).collect::<Vec<_>>();
    if version.is_some() && plans.iter().any(|plan| plan.workflow == workflow) {
        return Err(Problem::not_found(format!("`{named}` is not loaded"))
            .help(format!("there are {}", names.join(", "))));
    }
    let mut known: Vec<&str> = plans.iter().map(|plan| plan.workflow.as_str()).collect();
    known.dedup();
    Err(unknown("workflow", workflow, known))
}

/// Keeps a verified plan. Tells whether it is new.
///
/// # Errors
/// When its version is there already with another meaning and `replace` is false, or the store fails.
pub async fn load(engine: &Engine, ready: &Ready, bytes: Vec<u8>, by: &str, replace: bool) -> Result<bool> {
    let program = ready.program();
    let there = engine.store.newest_plan(&program.workflow, Some(program.version)).await?;
    if there.is_some_and(|there| there.hash != ready.hash) && !replace {
        return Err(Problem::input(format!(
            "{} is loaded already with another meaning",
            program.name_and_version()
        ))
        .help("raise `version` in the workflow, or load it with `--replace`: running instances keep the plan they have"));
    }
    let row = PlanRow {
        hash: ready.hash.clone(),
        workflow: program.workflow.clone(),
        version: program.version,
        label: program.label.clone(),
        bytes,
        loaded_at_ms: engine.clock.now().0,
        loaded_by: by.to_owned(),
    };
    engine.store.put_plan(&row).await
}
