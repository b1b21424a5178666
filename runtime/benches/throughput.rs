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

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use wf_plan::Value;
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::{Engine, StartRequest, Starter};
use wf_runtime::people::People;
use wf_runtime::plans::Ready;
use wf_runtime::store::row::PlanRow;
use wf_runtime::store::{Address, Store, Tenant};
use wf_vm::EventKind;
use wf_vm::event::{Act, Actor, Place};

const DURABLE: &[u8] = include_bytes!("plans/durable@1.wfp");
const IN_FLIGHT: [usize; 3] = [1, 64, 512];

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
        let (engine, ready) = opened(&address).await;
        let next = Arc::new(AtomicUsize::new(0));
        let began = Instant::now();
        let mut lanes = tokio::task::JoinSet::new();
        for _ in 0..in_flight {
            let (engine, ready, next) = (engine.clone(), Arc::clone(&ready), Arc::clone(&next));
            lanes.spawn(async move {
                let mut took = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= instances {
                        return took;
                    }
                    whole_life(&engine, &ready, number, &mut took).await;
                }
            });
        }
        let mut took: Vec<Duration> = Vec::new();
        while let Some(lane) = lanes.join_next().await {
            took.extend(lane.unwrap());
        }
        let seconds = began.elapsed().as_secs_f64();
        let ended = engine.store.ask("select count(*) from instance where status = 'outcome'").await.unwrap();
        assert_eq!(ended.rows[0][0], wf_runtime::store::Cell::Whole(i64::try_from(instances).unwrap()));
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        println!(
            "{name:<10}{in_flight:>10}{instances:>12}{:>14.0}{:>16.0}{:>10.2}{:>10.2}{:>10.2}",
            instances as f64 / seconds,
            took.len() as f64 / seconds,
            at(0.5),
            at(0.99),
            at(1.0)
        );
        engine.store.close().await;
    });
}

async fn opened(address: &Address) -> (Engine, Arc<Ready>) {
    let store = Store::open(address, Tenant::named("default")).await.unwrap();
    let engine = Engine::new(store, Arc::new(Config::default()), Clock::of_machine());
    let ready = Ready::from_bytes(DURABLE).unwrap();
    let row = PlanRow {
        hash: ready.hash.clone(),
        workflow: ready.program().workflow.clone(),
        version: ready.program().version,
        label: ready.program().label.clone(),
        bytes: DURABLE.to_vec(),
        loaded_at_ms: 0,
        loaded_by: "bench".to_owned(),
    };
    engine.store.put_plan(&row).await.unwrap();
    let ready = engine.plans.keep(&row).unwrap();
    (engine, ready)
}

async fn whole_life(engine: &Engine, ready: &Arc<Ready>, number: usize, took: &mut Vec<Duration>) {
    let actor = |person: &str| {
        let people = People::at(&engine.config, ready.program(), &ready.local, engine.clock.now());
        Actor { person: person.to_owned(), roles: people.roles_of(person), forced: None }
    };
    let began = Instant::now();
    let request = StartRequest {
        ready: Arc::clone(ready),
        inputs: vec![Value::Text(format!("A-{number}"))],
        starter: Starter::Person(actor("clerk")),
        key: None,
        settles: None,
        event: None,
    };
    let started = engine.start(&request).await.unwrap();
    took.push(began.elapsed());
    let id = started.instance().id.clone();
    for name in ["s1", "s2", "s3", "s4", "go_on", "s5", "s6", "s7", "s8"] {
        let began = Instant::now();
        let place = Place { node: ready.program().node_named(name).unwrap(), copy: None };
        let (act, by) = match name {
            "go_on" => (Act::Choose { option: 0, reason: None }, actor("chief")),
            _ => (Act::Complete(Vec::new()), actor("clerk")),
        };
        let applied = engine.apply(&id, EventKind::Act { place, act, by }, None).await.unwrap();
        assert_eq!(applied.refused, []);
        took.push(began.elapsed());
    }
}
