//! The whole store held against its checkpoints, and against those outside.
//!
//! Flow: the checkpoints of the store are proved, those of the anchor too, the two are compared, and what is sound
//! marks the chains for verification. Invariant: where there is an anchor, its word counts, not the store's.

use super::{Proved, Prover, anchor};
use crate::audit::verify::{Finding, Verified, verify_against};
use crate::engine::Engine;
use crate::error::Result;
use std::collections::BTreeSet;
use std::path::Path;

/// Checkpoints read in one go.
const BATCH: i64 = 8;

/// What to hold the store against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Against<'a> {
    /// The anchor's file.
    pub anchor: Option<&'a Path>,
    /// Who may sign, in hexadecimal; empty: anybody.
    pub trusted: &'a [String],
}

/// What was compared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// The chains.
    pub verified: Verified,
    /// Sound checkpoints in the store.
    pub in_store: usize,
    /// Sound checkpoints in the anchor, where there is one.
    pub in_anchor: Option<usize>,
    /// Who signed them.
    pub keys: BTreeSet<String>,
}

/// Verifies one instance or all, with the checkpoints of the store and of the anchor.
///
/// # Errors
/// When the store fails or the anchor cannot be read.
pub async fn verify_with_checkpoints(
    engine: &Engine,
    only: Option<&str>,
    against: Against<'_>,
) -> Result<Compared> {
    let own = in_store(engine, against.trusted).await?;
    let outside = match against.anchor {
        Some(file) => Some(in_anchor(engine, file, against.trusted)?),
        None => None,
    };
    let mut findings = own.findings;
    let mut keys = own.keys;
    let mut in_anchor = None;
    let mut marks = own.marks;
    if let Some(outside) = outside {
        let differ = outside.sound.iter().find(|(number, hash)| own.sound.get(number) != Some(hash));
        if let Some((number, _)) = differ {
            let what = match own.sound.get(number) {
                Some(_) => "it is not the checkpoint of this number in the anchor",
                None => "it is missing: the anchor has it",
            };
            findings.push(Finding {
                instance: "checkpoints".to_owned(),
                table: "checkpoint",
                row: Some(*number),
                what: what.to_owned(),
            });
        }
        findings.extend(outside.findings);
        keys.extend(outside.keys);
        in_anchor = Some(outside.sound.len());
        marks = outside.marks;
    }
    let mut verified = verify_against(engine, only, marks).await?;
    verified.findings.extend(findings);
    Ok(Compared { verified, in_store: own.sound.len(), in_anchor, keys })
}

async fn in_store(engine: &Engine, trusted: &[String]) -> Result<Proved> {
    let tenant = &engine.store.tenant().name;
    let mut prover = Prover { tenant, trusted, place: "checkpoint", proved: Proved::default() };
    let mut after = 0;
    loop {
        let page = engine.store.checkpoints(after, false, BATCH).await?;
        let Some(last) = page.last().map(|last| last.number) else { return Ok(prover.proved) };
        after = last;
        if !page.into_iter().all(|checkpoint| prover.take(checkpoint)) {
            return Ok(prover.proved);
        }
    }
}

fn in_anchor(engine: &Engine, file: &Path, trusted: &[String]) -> Result<Proved> {
    let tenant = &engine.store.tenant().name;
    let mut prover = Prover { tenant, trusted, place: "anchor", proved: Proved::default() };
    for checkpoint in anchor::read(file)? {
        if !prover.take(checkpoint?) {
            break;
        }
    }
    Ok(prover.proved)
}
