//! Several nodes on one database: each shard is one node's at a time, and who comes too late writes nothing.

use crate::stage::{Stage, days, run_on_postgres};
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wf_runtime::channel::Output;
use wf_runtime::error::Class;
use wf_runtime::lease::{Leases, Part};
use wf_runtime::outbox::Carriers;
use wf_runtime::store::Fence;
use wf_runtime::worker::Worker;
use wf_vm::EventKind;

const LONG: i64 = 60_000;
const SHORT: i64 = 150;

fn shards(fences: &[Fence]) -> BTreeSet<i64> {
    fences.iter().map(|fence| fence.shard).collect()
}

#[test]
fn nodes_share_the_shards_and_no_two_hold_the_same() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        let store = &stage.engine.store;
        assert_eq!(store.keep_leases("a", LONG).await.unwrap().len(), 256);
        // Nothing is free yet; the first node gives half back when it next renews, and the second one takes it.
        assert_eq!(store.keep_leases("b", LONG).await.unwrap().len(), 0);
        let a = shards(&store.keep_leases("a", LONG).await.unwrap());
        let b = shards(&store.keep_leases("b", LONG).await.unwrap());
        assert_eq!((a.len(), b.len()), (128, 128));
        assert!(a.is_disjoint(&b));

        // A node that leaves is replaced at once.
        store.leave("a").await.unwrap();
        let b = store.keep_leases("b", LONG).await.unwrap();
        assert_eq!(b.len(), 256);
        let taken_over = b.iter().filter(|fence| fence.epoch > 1 && a.contains(&fence.shard)).count();
        assert_eq!(taken_over, 128);
    });
}

#[test]
fn a_node_back_from_the_dead_writes_nothing() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let shard = stage.engine.store.tenant().shard;
        let of = |fences: Vec<Fence>| fences.into_iter().find(|fence| fence.shard == shard);

        let mut zombie = stage.another().await;
        zombie.fence = of(zombie.store.keep_leases("a", SHORT).await.unwrap());
        assert!(zombie.fence.is_some());
        zombie.apply("order-1", EventKind::Tick, None).await.unwrap();

        tokio::time::sleep(Duration::from_millis(2 * SHORT.unsigned_abs())).await;
        let mut heir = stage.another().await;
        heir.fence = of(heir.store.keep_leases("b", LONG).await.unwrap());
        heir.apply("order-1", EventKind::Tick, None).await.unwrap();

        let events = stage.count("select count(*) from event").await;
        let refused = zombie.apply("order-1", EventKind::Tick, None).await.unwrap_err();
        assert_eq!(refused.class(), Class::Conflict);
        assert_eq!(refused.to_string(), format!("another node works on shard {shard} now"));
        assert_eq!(stage.count("select count(*) from event").await, events);

        // What a person asks of a node that holds no lease is written all the same: the position alone guards it.
        stage.act("order-1", "pack", wf_vm::event::Act::Comment("still here".to_owned()), "clerk").await;
        assert_eq!(stage.count("select count(*) from event").await, events + 1);
    });
}

#[test]
fn only_the_holder_lets_time_pass() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let (one, other) = (stage.another().await, stage.another().await);
        for engine in [&one, &other] {
            engine.clock.move_to(wf_plan::Moment(engine.clock.now().0 + days(3)));
        }
        let worker = |engine: &wf_runtime::engine::Engine, node: &str| {
            let carriers = Carriers::connect(&engine.config, &Output::Silent).unwrap();
            let leases = Leases::of(&engine.store, node.to_owned());
            Worker::new(engine.clone(), carriers).with_leases(leases)
        };
        let mut report = |what: &str, problem: &wf_runtime::error::Problem| panic!("{what}: {problem}");
        let (mut holder, mut idle) = (worker(&one, "a"), worker(&other, "b"));
        let done = holder.drain(&mut report).await.unwrap();
        assert!(done.woken > 0 && !done.elsewhere);
        assert!(idle.drain(&mut report).await.unwrap().elsewhere);

        holder.leave().await.unwrap();
        idle.leave().await.unwrap();
        let leases = Leases::of(&other.store, "c".to_owned());
        leases.renew().await.unwrap();
        assert!(matches!(leases.part(other.store.tenant().shard), Part::Held(fence) if fence.epoch == 2));
    });
}

/// A worker as a process of its own, killed when it is dropped.
struct Node(Child);

impl Node {
    fn start(stage: &Stage) -> Self {
        let command = Command::new(env!("CARGO_BIN_EXE_wfrun"))
            .args(["--store", stage.url(), "worker"])
            .current_dir(stage.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(command.unwrap())
    }

    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until a query gives this number, and tells how long that took.
async fn until(stage: &Stage, query: &str, wanted: i64, at_most: Duration) -> Duration {
    let began = Instant::now();
    while stage.count(query).await != wanted {
        assert!(began.elapsed() < at_most, "{query} is not {wanted} after {at_most:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    began.elapsed()
}

#[test]
fn a_killed_node_is_replaced_within_its_lease_and_one_that_is_stopped_at_once() {
    const SHARDS: &str = "select count(*) from shard_lease where until_ms > database_ms()";
    const HOLDERS: &str = "select count(distinct node) from shard_lease where until_ms > database_ms()";
    const OPEN: &str = "select count(*) from outbox where status <> 'sent'";
    run_on_postgres(async || {
        let stage = Stage::new().await;
        let patience = Duration::from_secs(60);
        let killed = Node::start(&stage);
        until(&stage, SHARDS, 256, patience).await;
        let heir = Node::start(&stage);
        until(&stage, HOLDERS, 2, patience).await;
        killed.signal("-KILL");
        stage.start("A-1").await;
        until(&stage, OPEN, 0, patience).await;
        until(&stage, HOLDERS, 1, patience).await;
        until(&stage, SHARDS, 256, patience).await;

        // Asked to stop it gives its shards back, and the next one need not wait for them to run out.
        heir.signal("-TERM");
        until(&stage, SHARDS, 0, patience).await;
        let _next = Node::start(&stage);
        until(&stage, SHARDS, 256, patience).await;
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}
