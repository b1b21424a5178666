//! The file of an archive: gzip over lines of JSON, one for each stored row, the last one signed.
//!
//! The rows of an instance follow each other: the instance, its journal, its trail, the rest; events of systems that were
//! given to nobody else stand at the end. Invariant: [`open`] trusts nothing: it hashes every line, walks every chain and
//! holds the ends against what was signed.

use super::{Archive, End, ends_hash};
use crate::audit::chain::{Netstrings, hex};
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::store::row::{EventRow, NO_HASH, TrailRow};
use ed25519_dalek::SigningKey;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// Bytes a line may have: far more than any row.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// What is in an archive.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    /// What it says of itself, signed.
    pub archive: Archive,
    /// The ends of its chains, in the order of the instances' names.
    pub ends: Vec<End>,
    /// Journal rows in it.
    pub events: usize,
    /// Trail rows in it.
    pub facts: usize,
    /// What is wrong with it.
    pub findings: Vec<String>,
}

/// Writes an archive under its name, signed and on disk, and fills in what its last line says. Tells the numbers of the
/// events of systems that are in it.
pub(super) async fn write(
    engine: &Engine,
    path: &Path,
    ends: &[End],
    archive: &mut Archive,
    signer: &SigningKey,
) -> Result<Vec<i64>> {
    let unwritten = |cause| {
        Problem::machine(format!("the archive `{}` cannot be written", path.display()))
            .help("nothing left the store; is there room on that disk?")
            .because(cause)
    };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let file = File::create(&partial).map_err(unwritten)?;
    let mut out = GzEncoder::new(BufWriter::new(file), Compression::default());
    let mut hash = Sha256::new();
    for end in ends {
        for row in engine.store.rows_as_stored(&end.instance).await? {
            put(&mut out, &mut hash, &row).map_err(unwritten)?;
        }
    }
    let leaving = ends.iter().map(|end| end.instance.as_str()).collect();
    let (mut numbers, mut after) = (Vec::new(), Some(0));
    while let Some(from) = after {
        let (events, next) = engine.store.events_to_leave(&leaving, archive.last_end_ms, from).await?;
        for event in events {
            put(&mut out, &mut hash, &event.row).map_err(unwritten)?;
            numbers.push(event.number);
        }
        after = next;
    }
    archive.content_hash = hex(&hash.finalize());
    archive.sign(signer);
    let last = serde_json::to_string(&Last { table: "archive".to_owned(), archive: archive.clone() })
        .map_err(|cause| Problem::machine("an archive cannot be described").because(cause))?;
    let closed = writeln!(out, "{last}")
        .and_then(|()| out.finish())
        .and_then(|out| out.into_inner().map_err(std::io::IntoInnerError::into_error))
        .and_then(|file| file.sync_all());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    closed
        .and_then(|()| std::fs::rename(&partial, path))
        .and_then(|()| File::open(folder)?.sync_all())
        .map_err(unwritten)?;
    Ok(numbers)
}

/// Writes a row as a line, and takes it into the hash over all of them.
fn put(out: &mut impl Write, hash: &mut Sha256, row: &Map<String, Value>) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(row)?;
    line.push(b'\n');
    hash.update(&line);
    out.write_all(&line)
}

#[derive(serde::Serialize, Deserialize)]
struct Last {
    table: String,
    #[serde(flatten)]
    archive: Archive,
}

#[derive(Deserialize)]
struct Line<T> {
    tenant: String,
    instance: String,
    #[serde(flatten)]
    row: T,
}

#[derive(Deserialize)]
struct Table {
    table: String,
}

#[derive(Deserialize)]
struct Instance {
    workflow: String,
    number: i64,
    sequence: i64,
    journal_head: String,
    trail_count: i64,
    trail_head: String,
    ended_at_ms: i64,
}

/// Reads an archive and proves it: its lines, its chains, its signature. Without trusted keys anybody may have signed.
///
/// # Errors
/// When it cannot be read at all. What is wrong with it is a finding.
pub fn open(path: &Path, trusted: &[String]) -> Result<Opened> {
    let unreadable = || {
        Problem::input(format!("`{}` is no archive of wfrun", path.display()))
            .help("name a file that `wfrun retention` wrote")
    };
    let file = File::open(path).map_err(|cause| {
        Problem::input(format!("the archive `{}` cannot be read", path.display())).because(cause)
    })?;
    let mut lines = BufReader::new(GzDecoder::new(BufReader::new(file)));
    let mut reading = Reading::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut line);
        if read.map_err(|cause| unreadable().because(cause))? == 0 {
            break;
        }
        let table: Table = serde_json::from_slice(&line).map_err(|cause| unreadable().because(cause))?;
        reading.take(&table.table, &line).map_err(|cause| unreadable().because(cause))?;
    }
    if reading.last.is_none() && reading.opened.events == 0 {
        return Err(unreadable());
    }
    Ok(reading.end(trusted))
}

/// An archive that is being read.
#[derive(Default)]
struct Reading {
    opened: Opened,
    hash: Sha256,
    canonical: Netstrings,
    last: Option<Archive>,
    journal: Chain,
    trail: Chain,
}

/// How far a chain of the present instance is.
#[derive(Default)]
struct Chain {
    count: i64,
    head: String,
    bad: bool,
}

impl Chain {
    fn begin() -> Self {
        Self { count: 0, head: NO_HASH.to_owned(), bad: false }
    }

    /// Takes the next row; true when it is the first bad one.
    fn step(&mut self, sequence: i64, previous: &str, hash: &str, fits: bool) -> bool {
        self.count += 1;
        let good = sequence == self.count && previous == self.head && fits;
        hash.clone_into(&mut self.head);
        let first = !self.bad && !good;
        self.bad |= !good;
        first
    }
}

impl Reading {
    fn take(&mut self, table: &str, line: &[u8]) -> Result<(), serde_json::Error> {
        if table == "archive" {
            let last: Last = serde_json::from_slice(line)?;
            self.last = Some(last.archive);
            return Ok(());
        }
        self.hash.update(line);
        match table {
            "instance" => {
                self.close_chains();
                let line: Line<Instance> = serde_json::from_slice(line)?;
                (self.journal, self.trail) = (Chain::begin(), Chain::begin());
                self.opened.ends.push(end(line.instance, line.row));
            }
            "event" => {
                let line: Line<EventRow> = serde_json::from_slice(line)?;
                let fits = self.canonical.fits_event(&line.tenant, &line.instance, &line.row);
                self.opened.events += 1;
                let row = &line.row;
                if self.journal.step(row.sequence, &row.previous_hash, &row.hash, fits) {
                    self.bad(&line.instance, "event", row.sequence);
                }
            }
            "trail" => {
                let line: Line<TrailRow> = serde_json::from_slice(line)?;
                let fits = self.canonical.fits_fact(&line.tenant, &line.instance, &line.row);
                self.opened.facts += 1;
                let row = &line.row;
                if self.trail.step(row.sequence, &row.previous_hash, &row.hash, fits) {
                    self.bad(&line.instance, "trail", row.sequence);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn bad(&mut self, instance: &str, table: &str, row: i64) {
        let what =
            format!("{instance}, {table} row {row}: it was changed, or does not follow the row before it");
        self.opened.findings.push(what);
    }

    /// The present instance has no more rows.
    fn close_chains(&mut self) {
        let Some(end) = self.opened.ends.last() else { return };
        let ends = [
            ("event", &self.journal, end.sequence, &end.journal_head),
            ("trail", &self.trail, end.trail_count, &end.trail_head),
        ];
        for (table, chain, count, head) in ends {
            if !chain.bad && (chain.count != count || chain.head != *head) {
                let what = format!("{}, {table}: it does not end as its instance says", end.instance);
                self.opened.findings.push(what);
            }
        }
    }

    fn end(mut self, trusted: &[String]) -> Opened {
        self.close_chains();
        let mut opened = self.opened;
        let Some(archive) = self.last else {
            opened.findings.push("its end is missing: it was cut off".to_owned());
            return opened;
        };
        if hex(&self.hash.finalize()) != archive.content_hash || ends_hash(&opened.ends) != archive.ends_hash
        {
            opened.findings.push("its lines are not those that were signed".to_owned());
        }
        opened.findings.extend(archive.fault(trusted));
        opened.archive = archive;
        opened
    }
}

fn end(instance: String, row: Instance) -> End {
    let Instance { workflow, number, sequence, journal_head, trail_count, trail_head, ended_at_ms } = row;
    End { instance, workflow, number, sequence, journal_head, trail_count, trail_head, ended_at_ms }
}
