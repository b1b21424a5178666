//! Signed checkpoints and the heads in them.
//!
//! Invariant: a checkpoint is written with all its heads or not at all, and two of one number never both.

use super::database::Group;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::audit::checkpoint::{Checkpoint, Head};
use crate::error::{Class, Problem, Result};

/// What is known of a checkpoint without its heads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckpointHead {
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// When it was made.
    pub at_ms: i64,
}

// How far to look in one go: what has moved may be few among many, and other questions wait meanwhile.
pub(super) const STRETCH: &str =
    "select id from instance where shard = $1 and tenant = $2 and id > $3 order by id limit 1 offset $4";

macro_rules! moved {
    ($through:literal) => {
        concat!(
            "select id, sequence, journal_head, trail_count, trail_head from instance i
             where shard = $1 and tenant = $2 and id > $3",
            $through,
            " and not exists (select 1 from checkpoint_head h
                              where h.shard = i.shard and h.tenant = i.tenant and h.instance = i.id
                                and h.sequence = i.sequence and h.trail_count = i.trail_count)
             order by id"
        )
    };
}

pub(super) const MOVED: &str = moved!(" and id <= $4");
pub(super) const MOVED_AT_THE_END: &str = moved!("");

const PUT_HEADS: &str =
    "insert into checkpoint_head (shard, tenant, number, instance, sequence, journal_head,
        trail_count, trail_head)
    select $1, $2, $3, value->>'instance', value->>'sequence', value->>'journal_head', value->>'trail_count',
        value->>'trail_head'
    from json_each($4)";
const PUT_HEADS_ON_POSTGRES: &str = "insert into checkpoint_head (shard, tenant, number, instance, sequence,
        journal_head, trail_count, trail_head)
    select $1, $2, $3, r.instance, r.sequence, r.journal_head, r.trail_count, r.trail_head
    from json_populate_recordset(null::checkpoint_head, $4::json) r";

impl Store {
    /// The newest checkpoint.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn newest_checkpoint(&self) -> Result<Option<CheckpointHead>> {
        let row = Statement::new(
            "select number, hash, at_ms from checkpoint where shard = $1 and tenant = $2 order by number desc limit 1",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .first(&self.database)
        .await;
        let read = |row: &Row| -> Result<CheckpointHead, Failure> {
            Ok(CheckpointHead { number: row.at(0)?, hash: row.at(1)?, at_ms: row.at(2)? })
        };
        row.and_then(|row| row.as_ref().map(read).transpose())
            .map_err(|cause| failed("a checkpoint was read", cause))
    }

    /// The last of so many instances after one; `None`: there are no more than that.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_of_stretch(&self, after: &str, instances: i64) -> Result<Option<String>> {
        let row = Statement::new(STRETCH)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(after)
            .with(instances - 1);
        let rows = self.database.read_long(row).await;
        rows.and_then(|rows| rows.first().map(|row| row.at(0)).transpose())
            .map_err(|cause| failed("the heads of instances were read", cause))
    }

    /// Heads that are in no checkpoint yet, in the order of the instances, after one and through another.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn heads_moved(&self, after: &str, through: Option<&str>) -> Result<Vec<Head>> {
        let rows = Statement::new(if through.is_some() { MOVED } else { MOVED_AT_THE_END })
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(after);
        let rows = if let Some(through) = through { rows.with(through) } else { rows };
        let rows = self.database.read_long(rows).await;
        rows.and_then(|rows| rows.iter().map(head).collect())
            .map_err(|cause| failed("the heads of instances were read", cause))
    }

    /// Keeps a checkpoint.
    ///
    /// # Errors
    /// [`Class::Conflict`] when there is one of this number already.
    pub async fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<()> {
        let mut group = Group::default();
        group.must(
            Statement::new(
                "insert into checkpoint (shard, tenant, number, previous_hash, at_ms, head_count, heads_hash, hash,
                     public_key, signature)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                 on conflict do nothing",
            )
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(checkpoint.number)
            .with(&checkpoint.previous_hash)
            .with(checkpoint.at_ms)
            .with(i64::try_from(checkpoint.heads.len()).unwrap_or(i64::MAX))
            .with(&checkpoint.heads_hash)
            .with(&checkpoint.hash)
            .with(&checkpoint.public_key)
            .with(&checkpoint.signature),
        );
        let heads = serde_json::to_string(&checkpoint.heads)
            .map_err(|cause| Problem::machine("heads cannot be written as JSON").because(cause))?;
        group.then(
            Statement::new(self.database.either(PUT_HEADS, PUT_HEADS_ON_POSTGRES))
                .with(self.tenant.shard)
                .with(&self.tenant.name)
                .with(checkpoint.number)
                .with(heads),
        );
        let held = self.database.write_groups(vec![group]).await;
        if held.map_err(|cause| failed("a checkpoint was written", cause))?.contains(&false) {
            return Err(Problem::new(Class::Conflict, "another program made a checkpoint just now")
                .help("that one is as good; try again for another"));
        }
        Ok(())
    }

    /// Checkpoints after a number, in order, with their heads; only those not put outside yet, where wanted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn checkpoints(&self, after: i64, not_anchored: bool, limit: i64) -> Result<Vec<Checkpoint>> {
        let rows = Statement::new(
            "select number, previous_hash, at_ms, heads_hash, hash, public_key, signature from checkpoint
             where shard = $1 and tenant = $2 and number > $3 and (anchored_at_ms is null or not $4)
             order by number limit $5",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(after)
        .with(not_anchored)
        .with(limit)
        .all(&self.database)
        .await
        .map_err(|cause| failed("checkpoints were read", cause))?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let mut checkpoint =
                self.checkpoint_of(&row).map_err(|cause| failed("checkpoints were read", cause))?;
            checkpoint.heads = self.heads_of(checkpoint.number).await?;
            all.push(checkpoint);
        }
        Ok(all)
    }

    fn checkpoint_of(&self, row: &Row) -> Result<Checkpoint, Failure> {
        Ok(Checkpoint {
            tenant: self.tenant.name.clone(),
            number: row.at(0)?,
            previous_hash: row.at(1)?,
            at_ms: row.at(2)?,
            heads_hash: row.at(3)?,
            hash: row.at(4)?,
            public_key: row.at(5)?,
            signature: row.at(6)?,
            heads: Vec::new(),
        })
    }

    /// The heads of a checkpoint, in the order of their bytes.
    async fn heads_of(&self, number: i64) -> Result<Vec<Head>> {
        let rows = Statement::new(
            "select instance, sequence, journal_head, trail_count, trail_head from checkpoint_head
             where shard = $1 and tenant = $2 and number = $3",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(number)
        .all(&self.database)
        .await;
        let mut heads: Vec<Head> = rows
            .and_then(|rows| rows.iter().map(head).collect())
            .map_err(|cause| failed("the heads of a checkpoint were read", cause))?;
        heads.sort();
        Ok(heads)
    }

    /// Notes that checkpoints up to a number are outside now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn checkpoints_were_anchored(&self, through: i64, at_ms: i64) -> Result<()> {
        let done = Statement::new(
            "update checkpoint set anchored_at_ms = $4
             where shard = $1 and tenant = $2 and number <= $3 and anchored_at_ms is null",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(through)
        .with(at_ms)
        .run(&self.database)
        .await;
        done.map(drop).map_err(|cause| failed("a checkpoint was noted as anchored", cause))
    }
}

fn head(row: &Row) -> Result<Head, Failure> {
    Ok(Head {
        instance: row.at(0)?,
        sequence: row.at(1)?,
        journal_head: row.at(2)?,
        trail_count: row.at(3)?,
        trail_head: row.at(4)?,
    })
}
