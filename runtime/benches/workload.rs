//! The workload of the benchmarks: start, 4 steps, one awaited decision, 4 more steps, complete. 10 transitions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use wf_plan::{Moment, Value};
use wf_runtime::clock::Clock;
use wf_runtime::config::Config;
use wf_runtime::engine::{Engine, StartRequest, Starter};
use wf_runtime::people::People;
use wf_runtime::plans::Ready;
use wf_runtime::store::row::{PlanRow, Transition};
use wf_runtime::store::{Address, Store, Tenant};
use wf_runtime::transition::{compute, unborn};
use wf_vm::event::{Act, Actor, Place};
use wf_vm::{Event, EventKind};

pub const DURABLE: &[u8] = include_bytes!("plans/durable@1.wfp");
/// Everything that is done to an instance after its start, in order.
pub const ACTS: [&str; 9] = ["s1", "s2", "s3", "s4", "go_on", "s5", "s6", "s7", "s8"];

/// An engine on a store that holds the plan.
pub async fn opened(address: &Address, clock: Clock) -> (Engine, Arc<Ready>) {
    let store = Store::open(address, Tenant::named("default")).await.unwrap();
    let engine = Engine::new(store, Arc::new(Config::default()), clock);
    let row = plan_row();
    engine.store.put_plan(&row).await.unwrap();
    let ready = engine.plans.keep(&row).unwrap();
    (engine, ready)
}

/// The plan as it is stored.
pub fn plan_row() -> PlanRow {
    let ready = Ready::from_bytes(DURABLE).unwrap();
    PlanRow {
        hash: ready.hash.clone(),
        workflow: ready.program().workflow.clone(),
        version: ready.program().version,
        label: ready.program().label.clone(),
        bytes: DURABLE.to_vec(),
        loaded_at_ms: 0,
        loaded_by: "bench".to_owned(),
    }
}

/// Carries instances through, so many at once; how long each durable transition took, sorted, and all of them together.
pub async fn lives(
    engine: &Engine,
    ready: &Arc<Ready>,
    in_flight: usize,
    instances: usize,
) -> (Vec<Duration>, f64) {
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (engine, ready, next) = (engine.clone(), Arc::clone(ready), Arc::clone(&next));
        lanes.spawn(async move {
            let mut took = Vec::new();
            while next.fetch_add(1, Ordering::Relaxed) < instances {
                whole_life(&engine, &ready, &mut took).await;
            }
            took
        });
    }
    let mut took: Vec<Duration> = Vec::new();
    while let Some(lane) = lanes.join_next().await {
        took.extend(lane.unwrap());
    }
    took.sort();
    (took, began.elapsed().as_secs_f64())
}

/// The value below which this share of sorted times lies, in milliseconds.
pub fn at(took: &[Duration], share: f64) -> f64 {
    took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0
}

fn actor(engine: &Engine, ready: &Ready, person: &str) -> Actor {
    let people = People::at(&engine.config, ready.program(), &ready.local, engine.clock.now());
    Actor { person: person.to_owned(), roles: people.roles_of(person), forced: None }
}

async fn whole_life(engine: &Engine, ready: &Arc<Ready>, took: &mut Vec<Duration>) {
    let began = Instant::now();
    let request = StartRequest {
        ready: Arc::clone(ready),
        inputs: vec![Value::Text("A-17".to_owned())],
        starter: Starter::Person(actor(engine, ready, "clerk")),
        key: None,
        settles: None,
        event: None,
    };
    let started = engine.start(&request).await.unwrap();
    took.push(began.elapsed());
    let id = started.instance().id.clone();
    for name in ACTS {
        let began = Instant::now();
        let place = Place { node: ready.program().node_named(name).unwrap(), copy: None };
        let (act, by) = match name {
            "go_on" => (Act::Choose { option: 0, reason: None }, actor(engine, ready, "chief")),
            _ => (Act::Complete(Vec::new()), actor(engine, ready, "clerk")),
        };
        let applied = engine.apply(&id, EventKind::Act { place, act, by }, None).await.unwrap();
        assert_eq!(applied.refused, []);
        took.push(began.elapsed());
    }
}

/// An instance that has started at a moment and waits for its first step; its letter has gone.
pub fn waiting(engine: &Engine, ready: &Arc<Ready>, number: usize, at: Moment) -> Transition {
    let by = actor(engine, ready, "clerk");
    let kind = EventKind::Start {
        inputs: vec![Value::Text("A-17".to_owned())],
        starter: Some(by),
        number: u64::try_from(number).unwrap(),
    };
    let instance = unborn(ready, i64::try_from(number).unwrap());
    let stepped = compute(&engine.around(ready), &instance, &[Event { at, kind }], Vec::new()).unwrap();
    Transition { outbox: Vec::new(), ..stepped.transition }
}
