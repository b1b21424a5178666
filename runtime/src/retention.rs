//! Retention: ended instances leave the store for signed archives, and the proof stays.
//!
//! Flow: instances that ended long enough ago are written into a file, all their rows as they are stored; the file is
//! signed, put on disk and proved from there; only then do the rows go, each instance in one transaction with a row that
//! says how its chains ended and in which archive it is. Invariant: a row is in the store or in a proved archive, and
//! what checkpoints saw can be held against either.

mod file;

use crate::audit::chain::{Netstrings, hex};
use crate::audit::checkpoint::key;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::moment;
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use wf_plan::Moment;

pub use file::{Opened, open};

/// Instances in one archive at most.
const IN_ONE_FILE: usize = 50_000;
/// Instances asked for in one go.
const PAGE: i64 = 500;
/// Instances that leave in one transaction: short enough that whoever writes hardly waits.
const LEAVING: usize = 50;

/// How the chains of an instance ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct End {
    /// Which instance.
    pub instance: String,
    /// Its workflow.
    pub workflow: String,
    /// Its number within the workflow.
    pub number: i64,
    /// Rows of its journal.
    pub sequence: i64,
    /// Hash of the last of them.
    pub journal_head: String,
    /// Rows of its trail.
    pub trail_count: i64,
    /// Hash of the last of them.
    pub trail_head: String,
    /// When it ended.
    pub ended_at_ms: i64,
}

/// What is known of an archive; as JSON, its last line.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Archive {
    /// Whose instances.
    pub tenant: String,
    /// Counts from 1.
    pub number: i64,
    /// Name of its file.
    pub file: String,
    /// When it was made.
    pub made_at_ms: i64,
    /// How many instances are in it.
    pub instances: i64,
    /// When the first of them ended.
    pub first_end_ms: i64,
    /// When the last of them ended.
    pub last_end_ms: i64,
    /// SHA-256 over its lines but the last, in hexadecimal.
    pub content_hash: String,
    /// SHA-256 over the netstrings of the ends of its chains, in the order of the instances' names.
    pub ends_hash: String,
    /// Who signed, in hexadecimal.
    pub public_key: String,
    /// ed25519 over its netstrings, in hexadecimal.
    pub signature: String,
}

impl Archive {
    fn signed_bytes(&self) -> Netstrings {
        let mut bytes = Netstrings::default();
        bytes
            .text("wf archive 1")
            .text(&self.tenant)
            .whole(self.number)
            .text(&self.file)
            .whole(self.made_at_ms)
            .whole(self.instances)
            .whole(self.first_end_ms)
            .whole(self.last_end_ms)
            .text(&self.content_hash)
            .text(&self.ends_hash);
        bytes
    }

    fn sign(&mut self, signer: &SigningKey) {
        self.public_key = key::public(signer);
        self.signature = hex(&signer.sign(self.signed_bytes().bytes()).to_bytes());
    }

    /// What is wrong with its signature, if something is. Without trusted keys anybody may have signed.
    #[must_use]
    pub fn fault(&self, trusted: &[String]) -> Option<String> {
        let public = key::bytes_of(&self.public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let signature = key::bytes_of(&self.signature).map(|bytes| Signature::from_bytes(&bytes));
        let signed = match (public, signature) {
            (Some(public), Some(signature)) => public.verify(self.signed_bytes().bytes(), &signature).is_ok(),
            _ => false,
        };
        match signed {
            false => Some("its signature is not that of its key, or it was changed".to_owned()),
            true if !trusted.is_empty() && !trusted.contains(&self.public_key) => {
                Some(format!("it is signed by another key: {}", self.public_key))
            }
            true => None,
        }
    }
}

/// The hash over the ends of chains, which must be in the order of the instances' names.
#[must_use]
pub fn ends_hash(ends: &[End]) -> String {
    let mut bytes = Netstrings::default();
    for end in ends {
        bytes
            .text(&end.instance)
            .whole(end.sequence)
            .text(&end.journal_head)
            .whole(end.trail_count)
            .text(&end.trail_head);
    }
    bytes.hash()
}

/// What was, or would be, archived.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Archives that were made, with how many instances left for each.
    pub archives: Vec<(PathBuf, usize)>,
    /// Instances that left, or would.
    pub instances: usize,
    /// Months of journal and trail that were dropped as a whole, by the names of their tables.
    pub months: Vec<String>,
    /// Instances that are old enough and stay: something waits for a person, or their parent runs.
    pub stay: i64,
}

/// What may leave, without moving anything.
///
/// # Errors
/// When the store fails.
pub async fn look(engine: &Engine, before: Moment) -> Result<Kept> {
    let (mut kept, mut after) = (Kept::default(), (i64::MIN, String::new()));
    loop {
        let page = engine.store.may_leave(before.0, (after.0, &after.1), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = (last.ended_at_ms, last.instance.clone());
        kept.instances += page.len();
    }
    kept.stay = engine.store.ended_before(before.0).await? - i64::try_from(kept.instances).unwrap_or(0);
    Ok(kept)
}

/// Archives everything that ended before a moment and may leave: a file for each month in which instances ended.
///
/// # Errors
/// When the store fails, a file cannot be written, or what was written does not prove.
pub async fn archive(engine: &Engine, before: Moment, folder: &Path, signer: &SigningKey) -> Result<Kept> {
    std::fs::create_dir_all(folder).map_err(|cause| {
        Problem::machine(format!("the folder `{}` cannot be made", folder.display())).because(cause)
    })?;
    let mut kept = Kept::default();
    // What has left is not asked for again; what has not left, because it moved, is passed.
    let mut after = (i64::MIN, String::new());
    loop {
        let ends = one_month(engine, before, &after).await?;
        let Some(last) = ends.last() else { break };
        after = (last.ended_at_ms, last.instance.clone());
        let (path, left) = one_file(engine, folder, signer, ends).await?;
        kept.instances += left;
        kept.archives.push((path, left));
    }
    kept.stay = engine.store.ended_before(before.0).await?;
    kept.months = engine.store.drop_empty_months(before.0).await?;
    Ok(kept)
}

/// The next instances that may leave, all of which ended in the same month.
async fn one_month(engine: &Engine, before: Moment, after: &(i64, String)) -> Result<Vec<End>> {
    let (mut all, mut after): (Vec<End>, _) = (Vec::new(), after.clone());
    loop {
        let page = engine.store.may_leave(before.0, (after.0, &after.1), PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = (last.ended_at_ms, last.instance.clone());
        let first = all.first().or(page.first()).map(month).unwrap_or_default();
        let before_page = all.len();
        let taken = page.len();
        all.extend(page.into_iter().take_while(|end| month(end) == first));
        if all.len() - before_page < taken || all.len() >= IN_ONE_FILE {
            return Ok(all);
        }
    }
}

/// `2024-03`: the month in which it ended, in UTC.
fn month(end: &End) -> String {
    moment::iso(Moment(end.ended_at_ms)).chars().take(7).collect()
}

async fn one_file(
    engine: &Engine,
    folder: &Path,
    signer: &SigningKey,
    mut ends: Vec<End>,
) -> Result<(PathBuf, usize)> {
    let month = ends.first().map(month).unwrap_or_default();
    let (first_end_ms, last_end_ms) = span(&ends);
    ends.sort_by(|one, other| one.instance.cmp(&other.instance));
    let archives = engine.store.archives().await?;
    let path = free_name(folder, &engine.store.tenant().name, &month);
    let mut archive = Archive {
        tenant: engine.store.tenant().name.clone(),
        number: archives.last().map_or(0, |last| last.number) + 1,
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        made_at_ms: engine.clock.now().0,
        instances: i64::try_from(ends.len()).unwrap_or(i64::MAX),
        first_end_ms,
        last_end_ms,
        ends_hash: ends_hash(&ends),
        ..Archive::default()
    };
    let events = file::write(engine, &path, &ends, &mut archive, signer).await?;
    let opened = open(&path, &[])?;
    if let Some(first) = opened.findings.first() {
        return Err(Problem::damaged(format!("the archive `{}` does not prove: {first}", path.display()))
            .help("nothing left the store; `wfrun audit verify` shows whether the store itself is damaged"));
    }
    let mut left = 0;
    for some in ends.chunks(LEAVING) {
        left += engine.store.leave_for(&archive, some).await?;
    }
    for some in events.chunks(LEAVING) {
        engine.store.events_leave(some).await?;
    }
    Ok((path, left))
}

fn span(ends: &[End]) -> (i64, i64) {
    let times = || ends.iter().map(|end| end.ended_at_ms);
    (times().min().unwrap_or_default(), times().max().unwrap_or_default())
}

/// `acme-2024-03.jsonl.gz`, or the first of `acme-2024-03-2.jsonl.gz`, … that is not there yet.
fn free_name(folder: &Path, tenant: &str, month: &str) -> PathBuf {
    let safe: String =
        tenant.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' }).collect();
    let mut at = 1;
    loop {
        let end = if at == 1 { String::new() } else { format!("-{at}") };
        let path = folder.join(format!("{safe}-{month}{end}.jsonl.gz"));
        if !path.exists() {
            return path;
        }
        at += 1;
    }
}
