//! Events of systems: kept, matched by key, each given once.

use crate::stage::{Stage, days, run};
use wf_plan::Value;
use wf_vm::event::Act;

#[test]
fn the_same_event_twice_is_one_event() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        assert!(!stage.paid("A-1", Some("evt-1")).await.known);
        assert!(stage.paid("A-1", Some("evt-1")).await.known);
        assert_eq!(stage.count("select count(*) from inbox").await, 1);
        assert_eq!(stage.count("select count(*) from event").await, 2);
    });
}

#[test]
fn an_event_from_before_the_start_is_given_at_the_start() {
    run(async || {
        let stage = Stage::new().await;
        let arrival = stage.paid("A-1", None).await;
        assert!(arrival.given_to.is_empty() && arrival.started.is_empty());
        stage.paid("A-2", None).await;
        stage.start("A-1").await;
        stage.act("order-1", "pack", Act::Complete(vec![Value::Number(1.into())]), "clerk").await;
        // The wait took the early event at once, so the child is under way.
        assert_eq!(stage.count("select count(*) from outbox where kind = 'child start'").await, 1);
        assert_eq!(stage.texts("select given_to from inbox where key = 'A-1'").await, [r#"["order-1"]"#]);
        assert_eq!(stage.texts("select status from inbox where key = 'A-2'").await, ["kept"]);
    });
}

#[test]
fn an_event_goes_to_the_instance_with_its_key_only() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        assert_eq!(stage.paid("A-2", None).await.given_to, ["order-2"]);
        assert_eq!(stage.engine.find("order-1").await.unwrap().sequence, 1);
    });
}

#[test]
fn an_event_starts_an_instance_and_the_next_one_finds_it_running() {
    run(async || {
        let stage = Stage::new().await;
        let fields = r#"{"id":"A-9","what":"a chair","colour":"not asked for"}"#;
        let first = stage.engine.receive(&stage.event("ordered", "A-9", fields, None)).await.unwrap();
        assert_eq!(first.started, ["order-1"]);
        let again = stage.engine.receive(&stage.event("ordered", "A-9", fields, None)).await.unwrap();
        assert!(again.started.is_empty(), "{again:?}");
        assert_eq!(stage.engine.find("O-A-9").await.unwrap().id, "order-1");
    });
}

#[test]
fn an_event_left_over_by_a_crash_is_offered_by_the_worker_once() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        // Kept, and then the program died.
        stage
            .engine
            .store
            .keep_event(&stage.event("paid", "A-1", r#"{"by":"card"}"#, None), false, 0)
            .await
            .unwrap();
        stage.work(0).await;
        stage.work(days(1)).await;
        assert_eq!(stage.texts("select status from inbox").await, ["given"]);
        assert_eq!(stage.count("select count(*) from trail where fact = 'event kept'").await, 1);
    });
}
