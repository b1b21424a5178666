//! Checkpoints made: the heads that moved, signed, kept in the store, put outside.
//!
//! Invariant: a checkpoint is in the store before it is outside, and noted as outside only after it is there; what a
//! crash leaves in between is put outside the next time.

use super::{Checkpoint, HEAD_LIMIT, Head, anchor, key};
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use ed25519_dalek::SigningKey;

/// Instances looked at in one go.
const STRETCH: i64 = 2_000;
/// Checkpoints put outside in one go.
const ANCHOR_BATCH: i64 = 8;

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// Checkpoints made: one, or more where many instances moved.
    pub checkpoints: usize,
    /// Instances that had moved.
    pub instances: usize,
    /// Checkpoints put outside, earlier ones included that were left over.
    pub anchored: usize,
    /// The newest checkpoint.
    pub newest: Option<(i64, String)>,
}

/// Makes a checkpoint when the configuration asks for them and the last one is old enough. For the worker: cheap when
/// nothing is due.
///
/// # Errors
/// When the key cannot be read, the store fails or the anchor does not take it.
pub async fn write_due(engine: &Engine) -> Result<Option<Written>> {
    let settings = &engine.config.audit;
    let Some(file) = &settings.key else { return Ok(None) };
    let newest = engine.store.newest_checkpoint().await?;
    let every_ms = i64::from(settings.every_minutes).saturating_mul(60_000);
    let due = newest.is_none_or(|newest| newest.at_ms.saturating_add(every_ms) <= engine.clock.now().0);
    if !due {
        return Ok(None);
    }
    let key = key::read(file)?;
    match write(engine, &key, settings.anchor.as_deref()).await {
        // Another node made the same checkpoint at the same moment: then it is made.
        Err(problem) if problem.class() == Class::Conflict => Ok(None),
        other => other.map(Some),
    }
}

/// Makes checkpoints until every head is in one, and puts outside what is not there yet. Where nothing moved, one
/// checkpoint without heads still says so, signed and with its time.
///
/// # Errors
/// When the store fails, another program made a checkpoint meanwhile, or the anchor does not take them.
pub async fn write(engine: &Engine, key: &SigningKey, anchor: Option<&str>) -> Result<Written> {
    let mut written = Written::default();
    let newest = engine.store.newest_checkpoint().await?;
    let mut newest = newest.map(|newest| (newest.number, newest.hash));
    let mut after = Some(String::new());
    while let Some(from) = after.take() {
        let (heads, end) = next_heads(engine, from).await?;
        after = end;
        // The one without heads is the last one, so that it is made only where nothing moved at all.
        if !heads.is_empty() || (after.is_none() && written.checkpoints == 0) {
            written.instances += heads.len();
            written.checkpoints += 1;
            let previous = newest.as_ref().map(|(number, hash)| (*number, hash.as_str()));
            let tenant = &engine.store.tenant().name;
            let made = Checkpoint::after(previous, tenant, engine.clock.now().0, heads, key);
            engine.store.put_checkpoint(&made).await?;
            newest = Some((made.number, made.hash));
        }
    }
    written.newest = newest;
    if let Some(anchor) = anchor {
        written.anchored = put_outside(engine, anchor).await?;
    }
    Ok(written)
}

/// Heads for one checkpoint, and the instance up to which all were looked at; `None`: all there are. A stretch at a time,
/// so that other questions have their turn in between.
async fn next_heads(engine: &Engine, from: String) -> Result<(Vec<Head>, Option<String>)> {
    let mut heads = Vec::new();
    let mut from = from;
    loop {
        let end = engine.store.end_of_stretch(&from, STRETCH).await?;
        let moved = engine.store.heads_moved(&from, end.as_deref()).await?;
        let full = heads.len() + moved.len() > HEAD_LIMIT;
        if full && !heads.is_empty() {
            return Ok((heads, Some(from)));
        }
        heads.extend(moved);
        match end {
            Some(end) => from = end,
            None => return Ok((heads, None)),
        }
    }
}

async fn put_outside(engine: &Engine, anchor: &str) -> Result<usize> {
    let mut anchored = 0;
    loop {
        let waiting = engine.store.checkpoints(0, true, ANCHOR_BATCH).await?;
        let Some(last) = waiting.last().map(|last| last.number) else { return Ok(anchored) };
        anchored += waiting.len();
        let anchor = anchor.to_owned();
        // A file or a network: nothing for the thread that serves everybody else.
        let done = tokio::task::spawn_blocking(move || anchor::append(&anchor, &waiting)).await;
        done.map_err(|cause| Problem::machine("writing the anchor broke off").because(cause))??;
        engine.store.checkpoints_were_anchored(last, engine.clock.now().0).await?;
    }
}
