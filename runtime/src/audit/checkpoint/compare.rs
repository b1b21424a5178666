//! The whole store held against its checkpoints, and against those outside.
//!
//! Flow: the checkpoints of the store are proved, those of the anchor too, the two are compared, and what is sound
//! marks the chains for verification. What a store forgot because it was put back from a backup is told as that, if
//! the restoration is believed. Invariant: where there is an anchor, its word counts, not the store's.

use super::{Gap, Proved, Prover, anchor};
use crate::audit::verify::{Finding, Verified, verify_against};
use crate::engine::Engine;
use crate::error::Result;
use crate::restoration::is_believed;
use crate::retention::{Archive, End, ends_hash};
use crate::store::RestorationRow;
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
    /// Times when the store was put back from a backup, and whether each is believed.
    pub restorations: Vec<(RestorationRow, bool)>,
    /// Checkpoints of the anchor from between a backup and its restoration: the store has forgotten them.
    pub lost: BTreeSet<i64>,
    /// Instances that left for archives; their chains are proved there.
    pub archived: usize,
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
    let restorations = restorations(engine, against.trusted).await?;
    let gaps: Vec<Gap> =
        restorations.iter().filter(|(_, believed)| *believed).map(|(row, _)| gap(row)).collect();
    let own = in_store(engine, against.trusted).await?;
    let outside = match against.anchor {
        Some(file) => Some(in_anchor(engine, file, against.trusted, &gaps)?),
        None => None,
    };
    let forgotten = outside.as_ref().and_then(|outside| first_forgotten(&own, outside, &gaps));
    let mut lost = BTreeSet::new();
    let mut findings = own.findings;
    let mut keys = own.keys;
    let mut in_anchor = None;
    let mut marks = own.marks;
    if let Some(mut outside) = outside {
        if let Some(first) = forgotten {
            outside.forget_from(first);
        }
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
        lost = outside.lost;
    }
    let mut verified = verify_against(engine, only, marks).await?;
    verified.findings.extend(findings);
    let mut archived = 0;
    if only.is_none() {
        for archive in engine.store.archives().await? {
            let ends = engine.store.ends_in(archive.number).await?;
            archived += ends.len();
            let fault = archive.fault(against.trusted).or_else(|| missing_ends(&archive, &ends));
            verified.findings.extend(fault.map(|what| Finding {
                instance: "archives".to_owned(),
                table: "archive",
                row: Some(archive.number),
                what,
            }));
        }
    }
    Ok(Compared { verified, in_store: own.sound.len(), in_anchor, keys, restorations, lost, archived })
}

/// Instances may still be on their way into an archive, when a crash came between; what has arrived is what was signed
/// only when all have.
fn missing_ends(archive: &Archive, ends: &[End]) -> Option<String> {
    let all = i64::try_from(ends.len()) == Ok(archive.instances);
    (all && ends_hash(ends) != archive.ends_hash)
        .then(|| "what is said of its instances is not what was signed".to_owned())
}

async fn restorations(engine: &Engine, trusted: &[String]) -> Result<Vec<(RestorationRow, bool)>> {
    let tenant = &engine.store.tenant().name;
    let rows = engine.store.restorations().await?.into_iter();
    Ok(rows
        .map(|row| {
            let believed = is_believed(&row, tenant, trusted);
            (row, believed)
        })
        .collect())
}

fn gap(row: &RestorationRow) -> Gap {
    Gap { taken_at_ms: row.taken_at_ms, restored_at_ms: row.restored_at_ms }
}

/// The first checkpoint of the anchor that the store has not, if all from there on were made within a gap.
fn first_forgotten(own: &Proved, outside: &Proved, gaps: &[Gap]) -> Option<i64> {
    let first = *outside.sound.iter().find(|(number, hash)| own.sound.get(number) != Some(hash))?.0;
    let mut rest = outside.times.range(first..);
    let swallowed = |gap: &Gap| rest.clone().all(|(_, at_ms)| gap.swallowed(*at_ms));
    let after = |gap: &&Gap| own.times.range(first..).all(|(_, at_ms)| *at_ms >= gap.restored_at_ms);
    let forgotten = gaps.iter().filter(after).any(swallowed);
    rest.next().filter(|_| forgotten).map(|(number, _)| *number)
}

async fn in_store(engine: &Engine, trusted: &[String]) -> Result<Proved> {
    let tenant = &engine.store.tenant().name;
    let mut prover = Prover { tenant, trusted, place: "checkpoint", gaps: &[], proved: Proved::default() };
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

fn in_anchor(engine: &Engine, file: &Path, trusted: &[String], gaps: &[Gap]) -> Result<Proved> {
    let tenant = &engine.store.tenant().name;
    let mut prover = Prover { tenant, trusted, place: "anchor", gaps, proved: Proved::default() };
    for checkpoint in anchor::read(file)? {
        if !prover.take(checkpoint?) {
            break;
        }
    }
    Ok(prover.proved)
}
