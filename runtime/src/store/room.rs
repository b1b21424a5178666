//! Whether the store can be written to: a disk that is full is an alarm, not an end.
//!
//! A write that finds no room raises the alarm; whoever is asked whether the server is ready then tries to write more than
//! a transition needs, and takes it back when that succeeds. Invariant: what finds no room is not acknowledged, and
//! nobody needs to start anything again once there is some.

use super::database::Database;
use super::statement::{Failure, Statement};
use super::{Store, failed};
use crate::error::Result;
use std::sync::atomic::{AtomicBool, Ordering};

/// One process writes to one store, on one disk.
static FULL: AtomicBool = AtomicBool::new(false);

/// Codes of PostgreSQL: `disk_full`, and `insufficient_resources`, of which it is one.
const NO_ROOM_ON_POSTGRES: [&str; 2] = ["53100", "53000"];

/// Notes that a write found no room.
pub(super) fn is_full() {
    FULL.store(true, Ordering::Release);
}

/// Forgets it, for tests.
#[cfg(test)]
pub(super) fn forget() {
    FULL.store(false, Ordering::Release);
}

/// Whether a code of PostgreSQL means that.
pub(super) fn no_room_on_postgres(code: Option<&str>) -> bool {
    code.is_some_and(|code| NO_ROOM_ON_POSTGRES.contains(&code))
}

// Half a megabyte with its index: a disk on which only the next small row fits is full.
const TRY_ON_SQLITE: &str = "insert into node (name, until_ms) values ('room' || hex(zeroblob(131072)), 0)
    on conflict (name) do update set until_ms = node.until_ms + 1";
// A row for the server's log, and then half a megabyte in a file of its own: rows of a table may find room in it that was
// used before, when the disk has none.
const TRY_ON_POSTGRES: &str = "insert into node (name, until_ms) values ('room', 0)
    on conflict (name) do update set until_ms = node.until_ms + 1";
const TRY_A_FILE_ON_POSTGRES: &str = "create temporary table wfrun_room on commit drop as
    select repeat(md5(number::text), 8) as filler from generate_series(1, 2000) number";
const TIDY: &str = "delete from node where name like 'room%' and until_ms < 1000000";

impl Store {
    /// Whether it can be written to, as far as is known; tried when it was full before.
    ///
    /// # Errors
    /// When the store fails for another reason.
    pub async fn has_room(&self) -> Result<bool> {
        if !FULL.load(Ordering::Acquire) {
            return Ok(true);
        }
        match self.try_to_write().await {
            Ok(()) => {
                FULL.store(false, Ordering::Release);
                let tidied = Statement::new(TIDY).run(&self.database).await;
                tidied.map(|_| true).map_err(|cause| failed("room was looked for", cause))
            }
            Err(Failure { no_room: true, .. }) => Ok(false),
            Err(cause) => Err(failed("room was looked for", cause)),
        }
    }

    /// Writes more than a transition needs; what it was is gone afterwards, or is taken away by [`TIDY`].
    async fn try_to_write(&self) -> Result<(), Failure> {
        let row = self.database.either(TRY_ON_SQLITE, TRY_ON_POSTGRES);
        Statement::new(row).run(&self.database).await?;
        if !matches!(self.database, Database::Postgres(_)) {
            return Ok(());
        }
        match Statement::new(TRY_A_FILE_ON_POSTGRES).run(&self.database).await {
            Err(failure) if failure.no_room => Err(failure),
            // Whoever may not make such a file has tried the row.
            _ => Ok(()),
        }
    }
}
