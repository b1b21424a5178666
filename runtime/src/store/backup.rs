//! Copies of the store: a consistent copy of a file while others write to it, and what is noted about each.
//!
//! Invariant: the note of a backup is written before the copy is taken, so that every copy says from when it is.

use super::statement::{Failure, Row, Statement};
use super::{Address, Store, Tenant, failed, sqlite};
use crate::error::Result;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// How long taking the copy waits for a lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// What is noted about a backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BackupRow {
    /// Counts from 1.
    pub number: i64,
    /// When it was begun.
    pub at_ms: i64,
    /// Where it was written.
    pub file: String,
    /// When it was whole; none: not yet, or never.
    pub finished_at_ms: Option<i64>,
}

const NEWEST: &str =
    "select number, at_ms, file, finished_at_ms from backup where not $1 or finished_at_ms is not null
    order by number desc limit 1";

impl Store {
    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Notes that a backup is begun.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn backup_begins(&self, at_ms: i64, file: &str) -> Result<i64> {
        let rows = Statement::new(
            "insert into backup (number, at_ms, file)
             select coalesce(max(number), 0) + 1, $1, $2 from backup returning number",
        )
        .with(at_ms)
        .with(file)
        .returning(&self.database)
        .await;
        rows.and_then(|rows| rows.first().map_or(Ok(0), |row| row.get("number")))
            .map_err(|cause| failed("a backup was noted", cause))
    }

    /// Notes that a backup is whole.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn backup_is_whole(&self, number: i64, at_ms: i64) -> Result<()> {
        let done = Statement::new("update backup set finished_at_ms = $2 where number = $1")
            .with(number)
            .with(at_ms)
            .run(&self.database)
            .await;
        done.map(drop).map_err(|cause| failed("a backup was noted", cause))
    }

    /// The newest backup; only one that was finished, where wanted. In a copy the newest is the copy itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_backup(&self, finished: bool) -> Result<Option<BackupRow>> {
        let row = Statement::new(NEWEST).with(finished).first(&self.database).await;
        row.and_then(|row| row.as_ref().map(backup).transpose())
            .map_err(|cause| failed("backups were looked at", cause))
    }

    /// Whose rows it holds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        let rows = Statement::new("select distinct shard, tenant from plan order by tenant");
        let rows = rows.all(&self.database).await;
        rows.and_then(|rows| {
            rows.iter().map(|row| Ok(Tenant { name: row.get("tenant")?, shard: row.get("shard")? })).collect()
        })
        .map_err(|cause| failed("tenants were looked for", cause))
    }
}

fn backup(row: &Row) -> Result<BackupRow, Failure> {
    Ok(BackupRow {
        number: row.get("number")?,
        at_ms: row.get("at_ms")?,
        file: row.get("file")?,
        finished_at_ms: row.get("finished_at_ms")?,
    })
}

/// Copies a file of SQLite as it is at one moment, whoever writes to it meanwhile, and puts the copy on disk.
///
/// # Errors
/// What the database or the disk says.
pub fn copy_of_file(from: &Path, to: &Path) -> Result<()> {
    copied(from, to).map_err(|cause| failed("it was copied", cause))
}

fn copied(from: &Path, to: &Path) -> Result<(), Failure> {
    let connection =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite::fault)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(sqlite::fault)?;
    // One reading transaction from beginning to end: what is written meanwhile goes into the log beside the file.
    connection.execute("vacuum into ?1", [to.to_string_lossy()]).map_err(sqlite::fault)?;
    // SQLite itself does not wait for the disk here.
    let on_disk = File::open(to).and_then(|file| file.sync_all());
    on_disk.map_err(|cause| Failure::of(format!("`{}` cannot be put on disk", to.display()), false, cause))
}

/// What SQLite finds wrong with the pages of a file; `None`: nothing.
///
/// # Errors
/// When the file cannot be read as a store at all.
pub fn fault_of_file(path: &Path) -> Result<Option<String>> {
    let looked = || -> Result<String, Failure> {
        let connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(sqlite::fault)?;
        connection.query_row("pragma integrity_check(1)", [], |row| row.get(0)).map_err(sqlite::fault)
    };
    let said = looked().map_err(|cause| failed("its pages were checked", cause))?;
    Ok((said != "ok").then_some(said))
}
