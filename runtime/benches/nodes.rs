//! Timers that become due on one PostgreSQL, worked on by one node and then by two: the real `wfrun serve`.
//!
//! Run with `cargo bench -p wf-runtime --bench nodes`; after `--`: how many instances wait (100,000 unless told). They are
//! of eight tenants, four in each half of the shards. 10,000 of them become due at one moment, each a full transition with
//! its audit. Told is how long after that moment the last of them was recorded; the nodes and the database share the
//! machine's cores.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    missing_docs
)]

#[path = "../tests/runtime/cluster.rs"]
mod cluster;
#[path = "workload.rs"]
mod workload;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wf_plan::Moment;
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::Engine;
use wf_runtime::store::row::Transition;
use wf_runtime::store::{Address, Cell, Tenant};
use workload::{opened, waiting};

const TENANTS: usize = 8;
const DUE: usize = 10_000;
const BATCH: usize = 1_000;
/// From when an instance starts until its first step is late.
const DEADLINE_MS: i64 = 2 * 86_400_000;

fn main() {
    cluster::WAITS_FOR_DISK.store(true, Ordering::Relaxed);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let count: usize = words.iter().filter_map(|word| word.parse().ok()).next().unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{:>6}{:>10}{:>10}{:>14}{:>14}", "nodes", "pending", "due", "recorded in s", "due/s");
    for nodes in [1, 2] {
        let Some(url) = runtime.block_on(cluster::fresh_database()) else { return };
        runtime.block_on(measure(&url, nodes, count));
    }
}

async fn measure(url: &str, nodes: usize, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let tenants = tenants();
    configure(folder.path(), &tenants);
    let (engine, _) = opened(&Address::Server(url.to_owned()), Clock::of_machine()).await;
    let early = fill(&engine, &tenants, count).await;
    let pending = number(&engine, "select count(*) from timer").await;
    let _programs: Vec<Program> = (0..nodes).map(|_| serve(folder.path(), url)).collect();
    shared_out(&engine, nodes).await;
    assert!(engine.clock.now().0 < early, "it took too long to get here: let fewer wait");

    // The timers of the tenants that are due, and what became of them.
    let left = format!("select count(*) from timer where due_ms <= {early}");
    while engine.clock.now().0 < early || number(&engine, &left).await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let fired = format!("from event where recorded_at_ms >= {early}");
    let events = number(&engine, &format!("select count(*) {fired}")).await;
    let last = number(&engine, &format!("select max(recorded_at_ms) {fired}")).await;
    let seconds = (last - early) as f64 / 1000.0;
    println!("{nodes:>6}{pending:>10}{events:>10}{seconds:>14.2}{:>14.0}", events as f64 / seconds);
    engine.store.close().await;
}

/// Names of tenants, half of them in each half of the shards.
fn tenants() -> Vec<Tenant> {
    let mut chosen: Vec<Tenant> = Vec::new();
    for number in 0.. {
        let tenant = Tenant::named(&format!("t{number}"));
        let same = |other: &&Tenant| (other.shard < 128) == (tenant.shard < 128);
        if chosen.iter().filter(same).count() < TENANTS / 2 {
            chosen.push(tenant);
        }
        if chosen.len() == TENANTS {
            break;
        }
    }
    chosen
}

fn configure(folder: &Path, tenants: &[Tenant]) {
    let mut list = String::new();
    for tenant in tenants {
        std::fs::write(
            folder.join(format!("{}.toml", tenant.name)),
            format!("tenant = \"{}\"\n", tenant.name),
        )
        .unwrap();
        write!(list, "\"{}.toml\", ", tenant.name).unwrap();
    }
    std::fs::write(folder.join("wfrun.toml"), format!("tenants = [{list}]\n")).unwrap();
}

/// Fills the store, and tells from when on the early ones are due.
async fn fill(first: &Engine, tenants: &[Tenant], count: usize) -> i64 {
    let (later, due) = (count.saturating_sub(DUE) / TENANTS, DUE.min(count) / TENANTS);
    let mut engines = Vec::new();
    for tenant in tenants {
        let engine = first.for_tenant(tenant.clone(), Arc::new(Config::default()));
        let row = workload::plan_row();
        engine.store.put_plan(&row).await.unwrap();
        let ready = engine.plans.keep(&row).unwrap();
        engines.push((engine, ready));
    }
    let now = first.clock.now().0;
    for (engine, ready) in &engines {
        write(engine, ready, 1..=later, Moment(now)).await;
    }
    let early = first.clock.now().0 + 90_000;
    for (engine, ready) in &engines {
        write(engine, ready, later + 1..=later + due, Moment(early - DEADLINE_MS)).await;
    }
    early
}

async fn write(
    engine: &Engine,
    ready: &Arc<wf_runtime::plans::Ready>,
    numbers: std::ops::RangeInclusive<usize>,
    at: Moment,
) {
    let numbers: Vec<usize> = numbers.collect();
    for batch in numbers.chunks(BATCH) {
        let transitions: Vec<Transition> =
            batch.iter().map(|number| waiting(engine, ready, *number, at)).collect();
        engine.store.commit(&Arc::new(transitions)).await.unwrap();
    }
}

/// A node, which ends with the measurement, however that ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn serve(folder: &Path, url: &str) -> Program {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let program = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .current_dir(folder)
        .args(["--store", url, "serve", "--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Program(program.unwrap())
}

/// Waits until the nodes have shared the shards out among them.
async fn shared_out(engine: &Engine, nodes: usize) {
    let fair = 256 / nodes;
    let question = format!(
        "select count(*) from (select node from shard_lease where until_ms > database_ms() group by node \
         having count(*) = {fair}) nodes"
    );
    while number(engine, &question).await != i64::try_from(nodes).unwrap() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn number(engine: &Engine, question: &str) -> i64 {
    match &engine.store.ask(question).await.unwrap().rows[0][0] {
        Cell::Whole(number) => *number,
        other => panic!("{question}: {other:?}"),
    }
}
