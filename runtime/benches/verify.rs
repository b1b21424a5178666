//! Rows of the audit registry verified per second: a plain table of numbers.
//!
//! A store of many instances is written by the interpreter itself (start, claim, comment, complete, and days later
//! the deadline of a wait), then verified as `wfrun audit verify` does it: chains hashed and walked, journals replayed,
//! states compared. Run with `cargo bench -p wf-runtime --bench verify`; after `--`: `sqlite` (unless told) or `postgres`,
//! and the number of instances. What PostgreSQL's own processes compute is not in the CPU seconds.
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
use std::time::Instant;
use wf_plan::{Moment, Value};
use wf_runtime::audit::export::{Format, export};
use wf_runtime::audit::verify::verify;
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::Engine;
use wf_runtime::people::People;
use wf_runtime::plans::Ready;
use wf_runtime::store::row::{PlanRow, Transition};
use wf_runtime::store::{Address, Store, Tenant, Wanted};
use wf_runtime::transition::{compute, unborn};
use wf_vm::event::{Act, Actor, Place};
use wf_vm::{Event, EventKind};

const ORDER: &[u8] = include_bytes!("../tests/plans/order@1.wfp");
const SHIPPING: &[u8] = include_bytes!("../tests/plans/shipping@1.wfp");
/// Monday 2 March 2026, 09:00 UTC.
const MONDAY: i64 = 1_772_442_000_000;
const DAY: i64 = 86_400_000;
/// Instances written in one transaction.
const BATCH: usize = 500;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let instances = words.iter().filter_map(|word| word.parse().ok()).next().unwrap_or(20_000);
    let on_postgres = words.iter().any(|word| word == "postgres");
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = if on_postgres {
            let Some(url) = cluster::fresh_database().await else { return };
            Address::Server(url)
        } else {
            Address::File(folder.path().join("store.sqlite"))
        };
        let engine = filled(&address, instances).await;
        println!(
            "{:<20}{:>12}{:>10}{:>12}{:>14}{:>18}",
            "what", "rows", "seconds", "rows/s", "CPU seconds", "rows/s on 2 CPUs"
        );
        for _ in 0..3 {
            let (began, cpu) = (Instant::now(), cpu_seconds());
            let verified = verify(&engine, None).await.unwrap();
            assert_eq!(verified.findings, []);
            line("audit verify", verified.events + verified.facts, began, cpu);
        }
        for (name, format) in [
            ("csv", Format::Csv),
            ("jsonl", Format::Jsonl),
            ("xes", Format::Xes),
            ("ocel-json", Format::OcelJson),
            ("ocel-sqlite", Format::OcelSqlite),
        ] {
            let (began, cpu) = (Instant::now(), cpu_seconds());
            let exported =
                export(&engine, Wanted::default(), format, &folder.path().join(name)).await.unwrap();
            let rows = usize::try_from(exported.events + exported.facts).unwrap();
            line(&format!("export {name}"), rows, began, cpu);
        }
    });
}

/// The last column is what two cores of their own would give: what else runs on the machine does not count.
fn line(what: &str, rows: usize, began: Instant, cpu_before: f64) {
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu_before);
    let rate = |seconds: f64| rows as f64 / seconds;
    println!(
        "{what:<20}{rows:>12}{seconds:>10.2}{:>12.0}{cpu:>14.2}{:>18.0}",
        rate(seconds),
        rate(cpu / 2.0)
    );
}

/// CPU time of this process so far, all threads; Linux counts it in hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|part| part.parse::<f64>().ok()).sum();
    ticks / 100.0
}

async fn filled(address: &Address, instances: usize) -> Engine {
    let store = Store::open(address, Tenant::named("default")).await.unwrap();
    let engine = Engine::new(store, Arc::new(Config::default()), Clock::standing_at(Moment(MONDAY)));
    for bytes in [SHIPPING, ORDER] {
        let ready = Ready::from_bytes(bytes).unwrap();
        let row = PlanRow {
            hash: ready.hash.clone(),
            workflow: ready.program().workflow.clone(),
            version: ready.program().version,
            label: ready.program().label.clone(),
            bytes: bytes.to_vec(),
            loaded_at_ms: MONDAY,
            loaded_by: "bench".to_owned(),
        };
        engine.store.put_plan(&row).await.unwrap();
    }
    let order = engine.store.newest_plan("order", None).await.unwrap().unwrap();
    let ready = engine.plans.keep(&order).unwrap();
    let all: Vec<usize> = (1..=instances).collect();
    for batch in all.chunks(BATCH) {
        let transitions: Vec<Transition> =
            batch.iter().map(|number| whole_life(&engine, &ready, *number)).collect();
        engine.store.commit(&Arc::new(transitions)).await.unwrap();
    }
    engine
}

/// An order that is packed and never paid.
fn whole_life(engine: &Engine, ready: &Arc<Ready>, number: usize) -> Transition {
    let program = ready.program();
    let node = program.node_named("pack").unwrap();
    let people = People::at(&engine.config, program, &ready.local, engine.clock.now());
    let by = Actor { person: "clerk".to_owned(), roles: people.roles_of("clerk"), forced: None };
    let inputs =
        vec![Value::Text(format!("A-{number}")), Value::Text("a lamp with a green shade".to_owned())];
    let act = |act: Act| EventKind::Act { place: Place { node, copy: None }, act, by: by.clone() };
    let number = u64::try_from(number).unwrap();
    let kinds = [
        (0, EventKind::Start { inputs, starter: Some(by.clone()), number }),
        (3_600_000, act(Act::Claim)),
        (7_200_000, act(Act::Comment("the shade is scratched, another one is on its way".to_owned()))),
        (DAY, act(Act::Complete(vec![Value::Number("1.5".parse().unwrap())]))),
        (8 * DAY, EventKind::Tick),
    ];
    let events: Vec<Event> =
        kinds.into_iter().map(|(later, kind)| Event { at: Moment(MONDAY + later), kind }).collect();
    let instance = unborn(ready, i64::try_from(number).unwrap());
    compute(&engine.around(ready), &instance, &events, Vec::new()).unwrap().transition
}
