//! `wfrun lease`.

use super::context::Common;
use super::screen::{remark, say};
use super::table::Table;
use crate::error::Result;
use clap::{Args, Subcommand};
use std::collections::BTreeMap;

/// Which node works on what, where several share one PostgreSQL
#[derive(Args, Debug)]
pub struct Lease {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Shows how many of the 256 shards each node holds, and which lease runs out next
    List,
}

impl Lease {
    pub async fn run(self, common: &Common) -> Result<()> {
        let What::List = self.what;
        let engine = common.engine().await?;
        let leases = engine.store.leases().await?;
        engine.store.close().await;
        if leases.is_empty() {
            remark("no node holds a lease: a store of SQLite needs none, and on PostgreSQL no worker runs");
            return Ok(());
        }
        let mut nodes: BTreeMap<&str, (usize, usize, i64)> = BTreeMap::new();
        for lease in &leases {
            let (held, lost, left_ms) = nodes.entry(&lease.node).or_insert((0, 0, i64::MAX));
            if lease.left_ms > 0 {
                *held += 1;
                *left_ms = lease.left_ms.min(*left_ms);
            } else {
                *lost += 1;
            }
        }
        let mut table = Table::new(&["node", "shards", "runs out in", "given up"]);
        for (node, (held, lost, left_ms)) in nodes {
            let left = if held == 0 { "-".to_owned() } else { format!("{:.1} s", left_ms as f64 / 1000.0) };
            table.row(vec![node.to_owned(), held.to_string(), left, lost.to_string()]);
        }
        table.lines("").iter().for_each(|line| say(line));
        Ok(())
    }
}
