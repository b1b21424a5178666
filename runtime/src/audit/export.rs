//! Exports: the rows of the registry in forms that other programs read.
//!
//! Flow: [`Rows`] reads whole instances in chunks, each format is a function that writes them as they come. Nothing
//! is computed that the rows do not say. Invariant: an instance is exported whole or not at all, as it stood when its
//! turn came, so that no chain and no case is cut; memory does not grow with the store.

pub mod activity;
pub mod csv;
pub mod jsonl;
pub mod ocel;
mod rows;
pub mod xes;

use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::store::Wanted;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

pub use rows::{Case, Chunk, Rows, Shown};

/// The forms of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// The trail as a table.
    Csv,
    /// Every stored row of instance, journal and trail.
    Jsonl,
    /// Object-centric event log 2.0 as JSON.
    OcelJson,
    /// Object-centric event log 2.0 as a SQLite file.
    OcelSqlite,
    /// Event log of IEEE 1849.
    Xes,
}

/// How much was exported.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Exported {
    /// Instances.
    pub instances: u64,
    /// Rows of their journals; only JSONL has them.
    pub events: u64,
    /// Rows of their trails.
    pub facts: u64,
}

/// Writes the instances wanted into a file, which appears only once it is complete. Personal values are not in it.
///
/// # Errors
/// When the store fails or the file cannot be written.
pub async fn export(engine: &Engine, wanted: Wanted, format: Format, file: &Path) -> Result<Exported> {
    export_shown(engine, wanted, format, file, false).await
}

/// The same, with personal values in it where `open` says so; JSONL is always as stored.
///
/// # Errors
/// When the store fails or the file cannot be written.
pub async fn export_shown(
    engine: &Engine,
    wanted: Wanted,
    format: Format,
    file: &Path,
    open: bool,
) -> Result<Exported> {
    let part = beside(file, "part");
    // A file that cannot be made is told by its own name, before anything is read.
    std::fs::File::create(&part).map_err(|cause| not_written(file, cause))?;
    let shown = match format {
        Format::Jsonl => Shown::Stored,
        _ if open => Shown::Open,
        _ => Shown::Hidden,
    };
    let mut rows = Rows::new(engine, wanted, shown).await?;
    let written = match format {
        Format::OcelSqlite => ocel::sqlite::write(&mut rows, &part).await,
        Format::OcelJson => ocel::json::write(&mut rows, &part, &beside(file, "objects")).await,
        Format::Csv | Format::Jsonl | Format::Xes => as_text(&mut rows, format, &part).await,
    };
    match written {
        Ok(()) => std::fs::rename(&part, file).map_err(|cause| not_written(file, cause))?,
        Err(problem) => {
            // What is left of it helps nobody; that it cannot be removed changes nothing about the problem.
            let _ = std::fs::remove_file(&part);
            return Err(problem);
        }
    }
    Ok(rows.exported())
}

async fn as_text(rows: &mut Rows, format: Format, part: &Path) -> Result<()> {
    let mut out = created(part)?;
    match format {
        Format::Jsonl => jsonl::write(rows, &mut out).await?,
        Format::Xes => xes::write(rows, &mut out).await?,
        _ => csv::write(rows, &mut out).await?,
    }
    out.flush().map_err(unwritten)
}

/// A new file to write into.
fn created(path: &Path) -> Result<BufWriter<std::fs::File>> {
    std::fs::File::create(path).map(BufWriter::new).map_err(|cause| not_written(path, cause))
}

/// `FILE.part` beside `FILE`.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    file.with_file_name(name)
}

fn not_written(file: &Path, cause: std::io::Error) -> Problem {
    Problem::input(format!("`{}` cannot be written", file.display()))
        .help("does its folder exist, and may you write there?")
        .because(cause)
}

fn unwritten(cause: std::io::Error) -> Problem {
    Problem::machine("the export cannot be written").help("is there room on the disk?").because(cause)
}
