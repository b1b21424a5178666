//! `wfrun replay`: the past, as a log tells it, played through a plan on a virtual clock.
//!
//! Flow: a [`log`] is read, each activity is given a deed ([`map`]), and rows and due timers happen in the order of their
//! moments over all cases ([`playing`]); what happened is counted ([`tally`]) and told ([`summary`]). Invariant: nothing is
//! sent to anybody, the store is one of its own, and the same log gives the same store.

pub mod deed;
mod event;
pub mod log;
pub mod map;
mod misfits;
mod playing;
pub mod summary;
mod tally;
pub mod written;
mod xes;

use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::loading;
use crate::plans::Ready;
use crate::store::RestorationRow;
use log::Log;
use map::Map;
pub use misfits::Misfit;
use playing::Playing;
use std::sync::Arc;
use summary::Summary;
use wf_plan::Moment;
use wf_plan::node::NodeKind;

/// What is played, and how.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The log.
    pub log: &'a Log,
    /// What its activities stand for.
    pub map: &'a Map,
    /// Values of fields that are the same in every case.
    pub constants: Vec<(String, String)>,
    /// Fields whose column has another name, with the column's.
    pub columns: Vec<(String, String)>,
    /// When it ends; `None`: with the last row.
    pub until: Option<Moment>,
}

/// Who put the rows there, as the store says it.
const BY: &str = "wfrun replay";

/// Plays a log through a plan, in an empty store. The others are plans of workflows that this one runs.
///
/// # Errors
/// When the store is not empty, a plan or value is missing, or the store fails.
pub async fn replay(
    mut engine: Engine,
    plan: (Ready, Vec<u8>),
    others: Vec<(Ready, Vec<u8>)>,
    wanted: &Wanted<'_>,
    told: &mut dyn FnMut(usize),
) -> Result<Summary> {
    engine.store.must_be_empty().await?;
    runs_what_is_there(&plan.0, &others)?;
    hold(&engine).await?;
    engine.store.hurry(true).await?;
    for (ready, bytes) in others {
        loading::load(&engine, &ready, bytes, BY, false).await?;
    }
    let (ready, bytes) = plan;
    loading::load(&engine, &ready, bytes, BY, false).await?;
    let ready = engine.plans.get(&engine.store, &ready.hash).await?;
    engine.watched = Some(Arc::default());
    let mut playing = Playing::new(engine.clone(), ready, wanted)?;
    let played = playing.play(told).await;
    // Also after a failure: what was asked for until then must not go out either.
    engine.store.leave_unsent("played from a log: nothing is sent").await?;
    played?;
    let summary = playing.summary().await?;
    engine.store.hurry(false).await?;
    Ok(summary)
}

/// Nothing in this store is ever to be sent: a worker that is started on it finds its letters held.
async fn hold(engine: &Engine) -> Result<()> {
    let now = engine.clock.now().0;
    let row = RestorationRow {
        number: 1,
        taken_at_ms: now,
        restored_at_ms: now,
        person: BY.to_owned(),
        reason: "the past was played here: nothing in this store is to be sent".to_owned(),
        ..RestorationRow::default()
    };
    engine.store.put_restoration(&row).await
}

/// Whether a row says that the past was played into the store, and not that it was put back from a backup.
#[must_use]
pub fn played_into(row: &RestorationRow) -> bool {
    row.person == BY && row.number == 1 && row.taken_at_ms == row.restored_at_ms
}

fn runs_what_is_there(ready: &Ready, others: &[(Ready, Vec<u8>)]) -> Result<()> {
    for node in &ready.program().nodes {
        let NodeKind::Run(run) = &node.kind else { continue };
        if !others.iter().any(|(other, _)| other.hash == run.plan.to_string()) {
            return Err(Problem::new(
                Class::Input,
                format!("`{}` runs `{}`, whose plan is missing", node.name, run.workflow),
            )
            .help(format!(
                "name it with `--runs {}@….wfp`; `wfc build` writes it beside this one",
                run.workflow
            )));
        }
    }
    Ok(())
}
