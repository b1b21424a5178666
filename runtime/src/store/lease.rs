//! Leases on shards: which node works on what.
//!
//! Times are the database's own, so that clocks of nodes need not agree. Invariant: a shard is taken only when its
//! lease has run out or was given back, and each taking counts its epoch up; whoever still writes under an older
//! epoch writes nothing.

use super::statement::{Failure, Row, Statement};
use super::{Address, Store, failed};
use crate::error::Result;

/// A shard held by a node, as its writes name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fence {
    /// Which shard.
    pub shard: i64,
    /// Who holds it.
    pub node: String,
    /// Its number among the holders.
    pub epoch: i64,
}

/// A lease as operators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaseRow {
    /// Which shard.
    pub shard: i64,
    /// Who holds or held it.
    pub node: String,
    /// Its number among the holders.
    pub epoch: i64,
    /// Milliseconds until it runs out; negative when it has.
    pub left_ms: i64,
}

const ALIVE: &str = "insert into node (name, until_ms) values ($1, database_ms() + $2)
    on conflict (name) do update set until_ms = excluded.until_ms";

const FORGET_THE_DEAD: &str = "delete from node where until_ms < database_ms() - 86400000";

const RENEW: &str = "update shard_lease set until_ms = database_ms() + $2
    where node = $1 and until_ms > database_ms()";

const HELD: &str = "select shard, node, epoch from shard_lease where node = $1 and until_ms > database_ms()
    order by shard";

const NODES: &str = "select count(*) as nodes from node where until_ms > database_ms()";

// Free shards in an order of the node's own, so that nodes that start together do not all reach for the same.
const TAKE: &str = "insert into shard_lease (shard, node, epoch, until_ms)
    select s.shard, $1, 1, database_ms() + $2
    from (
        select n.shard from generate_series(0, 255) as n(shard)
        left join shard_lease l on l.shard = n.shard
        where l.shard is null or l.until_ms <= database_ms()
        order by md5($1 || n.shard::text) limit $3
    ) s
    on conflict (shard) do update
    set node = excluded.node, epoch = shard_lease.epoch + 1, until_ms = excluded.until_ms
    where shard_lease.until_ms <= database_ms()";

const GIVE_BACK: &str = "update shard_lease set until_ms = 0
    where node = $1 and shard in (
        select shard from shard_lease where node = $1 and until_ms > database_ms() order by shard desc limit $2)";

const LEAVE: &str = "update node set until_ms = 0 where name = $1";

const LIST: &str =
    "select shard, node, epoch, until_ms - database_ms() as left_ms from shard_lease order by shard";

impl Store {
    /// Whether more than one node may work on this store; a file belongs to one machine.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.address, Address::Server(_))
    }

    /// Renews what a node holds, takes its fair part of what is free, gives back what is more than that. Tells what it
    /// holds now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_leases(&self, node: &str, lease_ms: i64) -> Result<Vec<Fence>> {
        self.lease_statements(node, lease_ms).await.map_err(|cause| failed("leases were renewed", cause))
    }

    async fn lease_statements(&self, node: &str, lease_ms: i64) -> Result<Vec<Fence>, Failure> {
        let database = &self.database;
        Statement::new(ALIVE).with(node).with(lease_ms).run(database).await?;
        Statement::new(FORGET_THE_DEAD).run(database).await?;
        let held = Statement::new(RENEW).with(node).with(lease_ms).run(database).await?;
        let held = i64::try_from(held).unwrap_or(i64::MAX);
        let nodes = Statement::new(NODES).first(database).await?;
        let nodes: i64 = nodes.map_or(Ok(1), |row| row.get("nodes"))?;
        let fair = (256 + nodes.max(1) - 1) / nodes.max(1);
        if held < fair {
            Statement::new(TAKE).with(node).with(lease_ms).with(fair - held).run(database).await?;
        } else if held > fair {
            Statement::new(GIVE_BACK).with(node).with(held - fair).run(database).await?;
        }
        let rows = Statement::new(HELD).with(node).returning(database).await?;
        rows.iter().map(fence).collect()
    }

    /// Nodes that work now.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn living_nodes(&self) -> Result<i64> {
        let row = Statement::new(NODES).first(&self.database).await;
        row.and_then(|row| row.map_or(Ok(0), |row| row.get("nodes")))
            .map_err(|cause| failed("leases were read", cause))
    }

    /// Whether a fence still stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn holds(&self, fence: &Fence) -> Result<bool> {
        let found = standing(fence).returning(&self.database).await;
        Ok(!found.map_err(|cause| failed("leases were read", cause))?.is_empty())
    }

    /// Gives everything back: another node may take it at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leave(&self, node: &str) -> Result<()> {
        let given = Statement::new(GIVE_BACK).with(node).with(256_i64).run(&self.database).await;
        let left = Statement::new(LEAVE).with(node).run(&self.database).await;
        given.and(left).map(drop).map_err(|cause| failed("leases were given back", cause))
    }

    /// All leases there are or were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn leases(&self) -> Result<Vec<LeaseRow>> {
        if !self.is_shared() {
            return Ok(Vec::new());
        }
        let rows = Statement::new(LIST).all(&self.database).await;
        rows.and_then(|rows| {
            rows.iter()
                .map(|row| {
                    let Fence { shard, node, epoch } = fence(row)?;
                    Ok(LeaseRow { shard, node, epoch, left_ms: row.get("left_ms")? })
                })
                .collect()
        })
        .map_err(|cause| failed("leases were read", cause))
    }
}

fn standing(fence: &Fence) -> Statement<'_> {
    Statement::new("select shard from shard_lease where shard = $1 and node = $2 and epoch = $3")
        .with(fence.shard)
        .with(&fence.node)
        .with(fence.epoch)
}

/// A guard that holds while the fence stands, and keeps it standing until the transaction ends.
pub(super) fn guard(fence: &Fence) -> Statement<'_> {
    Statement::new("update shard_lease set until_ms = until_ms where shard = $1 and node = $2 and epoch = $3")
        .with(fence.shard)
        .with(&fence.node)
        .with(fence.epoch)
}

fn fence(row: &Row) -> Result<Fence, Failure> {
    Ok(Fence { shard: row.get("shard")?, node: row.get("node")?, epoch: row.get("epoch")? })
}
