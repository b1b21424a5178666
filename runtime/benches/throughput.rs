//! How many instances the engine carries through in a second, and how long one durable transition takes.
//!
//! The workload: start, 4 steps, one awaited decision, 4 more steps, complete; 10 transitions, each acknowledged after
//! its commit reached the disk. Run with `cargo bench -p wf-runtime --bench throughput`; after `--` words choose:
//! `sqlite`, `postgres`, and a number of instances. In process: no HTTP, no delivery.
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

use std::sync::atomic::Ordering;
use wf_runtime::clock::Clock;
use wf_runtime::store::Address;
use workload::{at, lives, opened};

const IN_FLIGHT: [usize; 3] = [1, 64, 512];

/// What one thread makes, another frees: states, rows, letters.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    cluster::WAITS_FOR_DISK.store(true, Ordering::Relaxed);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let instances: usize = words.iter().filter_map(|word| word.parse().ok()).next().unwrap_or(5_000);
    let named = |name: &str| words.iter().any(|word| word == name);
    let both = !named("sqlite") && !named("postgres");
    println!(
        "{:<10}{:>10}{:>12}{:>14}{:>16}{:>10}{:>10}{:>10}",
        "store", "in flight", "instances", "instances/s", "transitions/s", "p50 ms", "p99 ms", "max ms"
    );
    for in_flight in IN_FLIGHT {
        let count = if in_flight == 1 { instances / 20 } else { instances };
        if both || named("sqlite") {
            let folder = tempfile::tempdir().unwrap();
            measure("sqlite", Address::File(folder.path().join("store.sqlite")), in_flight, count);
        }
        if both || named("postgres") {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            if let Some(url) = runtime.block_on(cluster::fresh_database()) {
                measure("postgres", Address::Server(url), in_flight, count);
            }
        }
    }
}

fn measure(name: &str, address: Address, in_flight: usize, instances: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (engine, ready) = opened(&address, Clock::of_machine()).await;
        let (took, seconds) = lives(&engine, &ready, in_flight, instances).await;
        let ended = engine.store.ask("select count(*) from instance where status = 'outcome'").await.unwrap();
        assert_eq!(ended.rows[0][0], wf_runtime::store::Cell::Whole(i64::try_from(instances).unwrap()));
        println!(
            "{name:<10}{in_flight:>10}{instances:>12}{:>14.0}{:>16.0}{:>10.2}{:>10.2}{:>10.2}",
            instances as f64 / seconds,
            took.len() as f64 / seconds,
            at(&took, 0.5),
            at(&took, 0.99),
            at(&took, 1.0)
        );
        engine.store.close().await;
    });
}
