//! A store that the past is played into: empty before, fast meanwhile, silent for ever.
//!
//! Invariant: nothing that a replay asked of the world can be claimed by a worker, now or later.

use super::database::Database;
use super::delivery::CLAIM_ORDERS;
use super::row::ClaimedRow;
use super::statement::Statement;
use super::{Store, failed};
use crate::error::{Class, Problem, Result};

const ANYTHING: &str = "select what from (
        select 'instances' as what from instance union all select 'plans' as what from plan) as there
    order by what limit 1";

/// Replays can be done again, so that nothing waits for the disk.
const HURRY: &str = "pragma synchronous = off";
const NO_HURRY: &str = "pragma synchronous = full";

const LEAVE: &str = "update outbox set status = 'dropped', settled_at_ms = created_at_ms, note = $3
    where shard = $1 and tenant = $2 and status = 'waiting'";

impl Store {
    /// Refuses a store in which somebody has kept something.
    ///
    /// # Errors
    /// When there is an instance or a plan of anybody in it, or the store fails.
    pub async fn must_be_empty(&self) -> Result<()> {
        let found = Statement::new(ANYTHING).first(&self.database).await;
        let found = found.map_err(|cause| failed("it was looked into", cause))?;
        let Some(row) = found else { return Ok(()) };
        let what: String = row.get("what").map_err(|cause| failed("it was looked into", cause))?;
        Err(Problem::new(Class::Refused, format!("the store `{}` has {what} in it already", self.address))
            .help("a replay needs a store of its own, so that the past never mixes with what runs: name a new file with `--store sqlite:FILE`"))
    }

    /// From now on a file is written without waiting for the disk, or safely again. A server is left as it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hurry(&self, hurry: bool) -> Result<()> {
        if let Database::Sqlite(_) = &self.database {
            let pragma = Statement::new(if hurry { HURRY } else { NO_HURRY });
            pragma.run(&self.database).await.map_err(|cause| failed("it was told how to write", cause))?;
        }
        Ok(())
    }

    /// Letters and updates stay as they were asked for, with their moments, and are never sent; tells how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave_unsent(&self, why: &str) -> Result<u64> {
        let left = self.own(LEAVE).with(why).run(&self.database).await;
        left.map_err(|cause| failed("letters were put aside", cause))
    }

    /// Claims orders that concern other instances of this store and are due; never a letter.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claim_orders(
        &self,
        now_ms: i64,
        claimed_until_ms: i64,
        limit: i64,
    ) -> Result<Vec<ClaimedRow>> {
        self.claim(CLAIM_ORDERS, now_ms, claimed_until_ms, limit).await
    }
}
