//! Journal and trail by month, on PostgreSQL: a table for each month in which rows are written.
//!
//! Months are made ahead of time, and dropped as a whole once all their rows have left for archives. SQLite keeps each in
//! one table. Invariant: a row is never refused for want of its month; it goes to the part for everything else.

use super::database::Database;
use super::statement::{Failure, Statement};
use super::{Store, failed};
use crate::error::Result;

/// Months made ahead of the present one.
const AHEAD: i64 = 2;

/// Makes the months that are missing.
pub(super) async fn prepare(database: &Database) -> Result<(), Failure> {
    match database {
        Database::Sqlite(_) => Ok(()),
        Database::Postgres(_) => {
            let made = Statement::new("select prepare_months($1::integer)").with(AHEAD);
            made.returning(database).await.map(drop)
        }
    }
}

impl Store {
    /// Makes the months that are missing; does nothing where they are there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn prepare_months(&self) -> Result<()> {
        prepare(&self.database).await.map_err(|cause| failed("the next months were made", cause))
    }

    /// Drops each month that was over at a moment and in which nothing is left; tells the names of its tables.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_empty_months(&self, before_ms: i64) -> Result<Vec<String>> {
        if !self.is_shared() {
            return Ok(Vec::new());
        }
        let dropped = Statement::new("select * from drop_empty_months($1) as leaf").with(before_ms);
        let rows = dropped.returning(&self.database).await;
        rows.and_then(|rows| rows.iter().map(|row| row.get("leaf")).collect())
            .map_err(|cause| failed("empty months were dropped", cause))
    }
}
