//! What each program has just committed, told by itself: the rate of the whole store without reading the journal.
//!
//! Invariant: nothing depends on it; a program that dies is left out after a few seconds.

use super::statement::Statement;
use super::{Store, failed};
use crate::error::Result;

/// How long what a program told is believed.
const FRESH_MS: i64 = 4_000;
/// When a program that told nothing more is forgotten.
const FORGOTTEN_MS: i64 = 86_400_000;

impl Store {
    /// Tells how much a program has committed since it told the last time.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_pulse(&self, program: &str, counted: i64, during_ms: i64) -> Result<()> {
        let text = self.database.either(
            "insert into pulse (program, counted, during_ms, told_at_ms)
             values ($1, $2, $3, cast(unixepoch('subsec') * 1000 as integer))
             on conflict (program) do update
             set counted = excluded.counted, during_ms = excluded.during_ms, told_at_ms = excluded.told_at_ms",
            "insert into pulse (program, counted, during_ms, told_at_ms) values ($1, $2, $3, database_ms())
             on conflict (program) do update
             set counted = excluded.counted, during_ms = excluded.during_ms, told_at_ms = excluded.told_at_ms",
        );
        let told = Statement::new(text).with(program).with(counted).with(during_ms).run(&self.database).await;
        told.map(drop).map_err(|cause| failed("the rate was told", cause))
    }

    /// Forgets programs that ended long ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_pulses(&self) -> Result<()> {
        let text = self.database.either(
            "delete from pulse where told_at_ms < cast(unixepoch('subsec') * 1000 as integer) - $1",
            "delete from pulse where told_at_ms < database_ms() - $1",
        );
        let forgotten = Statement::new(text).with(FORGOTTEN_MS).run(&self.database).await;
        forgotten.map(drop).map_err(|cause| failed("the rate was told", cause))
    }

    /// Transitions a second, of all programs that stay, as they told them last.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn transitions_a_second(&self) -> Result<f64> {
        let text = self.database.either(
            "select coalesce(sum(counted * 1000000 / during_ms), 0) as thousandths from pulse
             where told_at_ms > cast(unixepoch('subsec') * 1000 as integer) - $1",
            "select coalesce(sum(counted * 1000000 / during_ms), 0)::bigint as thousandths from pulse
             where told_at_ms > database_ms() - $1",
        );
        let row = Statement::new(text).with(FRESH_MS).first(&self.database).await;
        let thousandths: i64 = row
            .and_then(|row| row.map_or(Ok(0), |row| row.get("thousandths")))
            .map_err(|cause| failed("the rate was read", cause))?;
        Ok(thousandths as f64 / 1e3)
    }
}
