//! A PostgreSQL of the siege's own: the throw-away cluster that the tests of the runtime use.

use super::node::Program;
use std::sync::Arc;

#[allow(clippy::print_stderr, reason = "it says why a test is passed over")]
#[path = "../../runtime/tests/runtime/cluster.rs"]
mod throw_away;

pub use throw_away::Cluster;

/// A server of its own, and the URL of a database there; `None` where the machine has no PostgreSQL.
pub fn fresh() -> Option<(Arc<Cluster>, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cluster = Cluster::start()?;
    let url = runtime.block_on(cluster.database());
    Some((Arc::new(cluster), url))
}

/// Terminates every other connection to the store's database.
pub fn terminate_backends(program: &Program) -> i64 {
    let rows = program.rows(
        "select count(pg_terminate_backend(pid)) as terminated from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()",
    );
    rows[0]["terminated"].as_i64().unwrap_or_default()
}
