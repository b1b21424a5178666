//! One transition, one transaction: nothing half written, nothing written twice, nothing changed afterwards.

use crate::stage::{Stage, monday, node_named, run, run_on_postgres, run_on_sqlite};
use std::sync::Arc;
use wf_runtime::engine::Started;
use wf_runtime::store::row::{AfterAttempt, DeliveryRow, Transition};
use wf_runtime::transition::compute;
use wf_vm::event::{Act, Place};
use wf_vm::{Event, EventKind};

/// A comment on the first step, computed but not committed.
async fn comment(stage: &Stage, text: &str) -> Transition {
    comment_on(stage, "order-1", text).await
}

async fn comment_on(stage: &Stage, instance: &str, text: &str) -> Transition {
    let instance = stage.engine.find(instance).await.unwrap();
    let ready = stage.engine.plan_of(&instance).await.unwrap();
    let place = Place { node: node_named(&ready, "pack"), copy: None };
    let kind = EventKind::Act { place, act: Act::Comment(text.to_owned()), by: stage.actor(&ready, "clerk") };
    let event = Event { at: monday(), kind };
    compute(&stage.engine.around(&ready), &instance, &[event], Vec::new()).unwrap().transition
}

#[test]
fn a_crash_before_the_commit_leaves_the_old_state() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let before = stage.engine.find("order-1").await.unwrap();
        let (events, facts) = (
            stage.count("select count(*) from event").await,
            stage.count("select count(*) from trail").await,
        );

        let transition = comment(&stage, "lost in the crash").await;
        stage.engine.store.commit_and_crash(std::slice::from_ref(&transition)).await.unwrap();

        let after = stage.another().await.find("order-1").await.unwrap();
        assert_eq!(after, before);
        assert_eq!(stage.count("select count(*) from event").await, events);
        assert_eq!(stage.count("select count(*) from trail").await, facts);

        // And the same transition can be written afterwards, because nothing of it is there.
        assert!(!stage.engine.store.is_written(&transition).await.unwrap());
        assert_eq!(stage.engine.store.commit(&Arc::new(vec![transition.clone()])).await.unwrap(), [true]);
        stage.act("order-1", "pack", Act::Comment("later".to_owned()), "clerk").await;
        assert!(stage.engine.store.is_written(&transition).await.unwrap(), "whatever came after it");
        assert_eq!(stage.count("select count(*) from event").await, events + 2);
    });
}

#[test]
fn two_workers_cannot_write_the_same_transition() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let (first, second) = (comment(&stage, "first").await, comment(&stage, "second").await);
        let other = stage.another().await;
        assert_eq!(stage.engine.store.commit(&Arc::new(vec![first.clone()])).await.unwrap(), [true]);
        assert_eq!(other.store.commit(&Arc::new(vec![second.clone()])).await.unwrap(), [false]);
        assert_eq!(stage.texts("select detail from trail where fact = 'commented'").await, ["first"]);
    });
}

#[test]
fn what_was_overtaken_writes_nothing_and_the_rest_of_its_batch_is_written() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        let overtaken = comment(&stage, "overtaken").await;
        stage.act("order-1", "pack", Act::Comment("first".to_owned()), "clerk").await;
        let before = stage.texts("select hash from event where instance = 'order-1' order by sequence").await;
        let fresh = comment_on(&stage, "order-2", "fresh").await;

        let written =
            stage.engine.store.commit(&Arc::new(vec![overtaken.clone(), fresh.clone()])).await.unwrap();
        assert_eq!(written, [false, true]);
        let said = stage.texts("select detail from trail where fact = 'commented' order by detail").await;
        assert_eq!(said, ["first", "fresh"]);
        let after = stage.texts("select hash from event where instance = 'order-1' order by sequence").await;
        assert_eq!(after, before);
    });
}

#[test]
fn many_at_once_are_written_in_the_order_of_asking() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        let mut asked = tokio::task::JoinSet::new();
        for number in 0..60 {
            let instance = if number % 3 == 0 { "order-2" } else { "order-1" };
            let engine = stage.engine.clone();
            let row = engine.find(instance).await.unwrap();
            let ready = engine.plan_of(&row).await.unwrap();
            let place = Place { node: node_named(&ready, "pack"), copy: None };
            let act = Act::Comment(format!("{number:02}"));
            let kind = EventKind::Act { place, act, by: stage.actor(&ready, "clerk") };
            asked.spawn(async move { engine.apply(&row.id, kind, None).await.map(drop) });
        }
        while let Some(done) = asked.join_next().await {
            done.unwrap().unwrap();
        }
        for (instance, wanted) in [("order-1", 40), ("order-2", 20)] {
            let said = format!(
                "select detail from trail where fact = 'commented' and instance = '{instance}' order by sequence"
            );
            let said = stage.texts(&said).await;
            assert_eq!(said.len(), wanted);
            assert!(said.is_sorted(), "{said:?}");
        }
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}

#[test]
fn the_loser_of_a_race_is_repeated_on_the_new_state() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        for number in 0..20 {
            stage.act("order-1", "pack", Act::Comment(format!("{number}")), "clerk").await;
        }
        let said = stage.texts("select detail from trail where fact = 'commented' order by sequence").await;
        assert_eq!(said, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
    });
}

/// Every connection is cut while batches are under way: what is acknowledged is there, and nothing is there twice.
#[test]
fn acts_happen_once_though_the_database_cuts_connections() {
    run_on_postgres(async || {
        let stage = Stage::new().await;
        for number in 0..8 {
            stage.start(&format!("A-{number}")).await;
        }
        let ready = stage.newest("order").await;
        let mut asked = tokio::task::JoinSet::new();
        for round in 0..40 {
            for number in 1..=8 {
                let engine = stage.engine.clone();
                let id = format!("order-{number}");
                let place = Place { node: node_named(&ready, "pack"), copy: None };
                let said = format!("{number}-{round}");
                let kind = EventKind::Act {
                    place,
                    act: Act::Comment(said.clone()),
                    by: stage.actor(&ready, "clerk"),
                };
                asked.spawn(async move { (said, engine.apply(&id, kind, None).await.is_ok()) });
            }
            tokio::task::yield_now().await;
            if round % 8 == 4 {
                stage
                    .tamper(
                        "select pg_terminate_backend(pid) from pg_stat_activity
                         where datname = current_database() and pid <> pg_backend_pid()",
                    )
                    .await
                    .unwrap();
            }
        }
        let mut acknowledged = Vec::new();
        while let Some(done) = asked.join_next().await {
            let (said, taken) = done.unwrap();
            if taken {
                acknowledged.push(said);
            }
        }
        let written = stage.texts("select detail from trail where fact = 'commented' order by detail").await;
        let mut once = written.clone();
        once.dedup();
        assert_eq!(written, once, "nothing twice");
        assert!(!acknowledged.is_empty());
        for said in acknowledged {
            assert!(written.contains(&said), "{said} was acknowledged and is not there");
        }
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}

#[test]
fn chains_refuse_update_and_delete() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        for (statement, says) in [
            ("update trail set detail = 'x' where sequence = 1", "a row is never changed"),
            ("delete from trail where sequence = 1", "a row is never deleted"),
            ("update event set body = '{}' where sequence = 1", "a row is never changed"),
            ("delete from event", "a row is never deleted"),
            ("update plan set label = 'x'", "a loaded plan is never changed"),
            ("update instance set sequence = 0", "an instance never goes back"),
            ("update instance set status = 'nowhere'", "constraint"),
            ("update instance set ended_at_ms = 1", "constraint"),
        ] {
            let refused = stage.tamper(statement).await.unwrap_err();
            assert!(refused.contains(says), "{statement}: {refused}");
        }
    });
}

#[test]
fn chains_refuse_to_be_replaced() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        for table in ["trail", "event"] {
            let statement =
                format!("insert or replace into {table} select * from {table} where sequence = 1");
            let refused = stage.tamper(&statement).await.unwrap_err();
            assert!(refused.contains("a row is never replaced"), "{refused}");
        }
    });
}

#[test]
fn one_per_field_gives_back_the_running_instance() {
    run(async || {
        let stage = Stage::new().await;
        let first = stage.start("A-1").await;
        let second = stage.start("A-1").await;
        let other = stage.start("A-2").await;
        assert!(matches!(first, Started::New(_)));
        assert!(matches!(second, Started::Running(_)));
        assert_eq!(first.instance().id, second.instance().id);
        assert_eq!(other.instance().id, "order-2");
        assert_eq!(other.instance().reference.as_deref(), Some("O-A-2"));
    });
}

#[test]
fn a_start_key_starts_once_even_after_the_end() {
    run(async || {
        let stage = Stage::new().await;
        let request = stage.request("A-1", Some("web-4711")).await;
        let first = stage.engine.start(&request).await.unwrap();
        let cancel = EventKind::Cancel { reason: "test".to_owned(), by: None };
        stage.engine.apply(&first.instance().id, cancel, None).await.unwrap();
        let again = stage.engine.start(&request).await.unwrap();
        assert!(matches!(again, Started::Running(_)));
        assert_eq!(again.instance().status, "cancelled");
    });
}

#[test]
fn every_armed_timer_of_the_state_is_a_row_and_no_other() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        for _ in 0..6 {
            let row = stage.engine.find("order-1").await.unwrap();
            let state = wf_runtime::transition::state_of(&row).unwrap();
            let mut armed: Vec<(i64, i64)> =
                state.timers.iter().map(|timer| (i64::from(timer.id.0), timer.due.0)).collect();
            let mut rows: Vec<(i64, i64)> = stage
                .engine
                .store
                .timers("order-1")
                .await
                .unwrap()
                .iter()
                .map(|row| (row.number, row.due_ms))
                .collect();
            armed.sort_unstable();
            rows.sort_unstable();
            assert_eq!(rows, armed);
            stage.work(crate::stage::days(1)).await;
        }
    });
}

#[test]
fn tenants_do_not_see_each_other() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let other = stage.engine.store.seen_by(wf_runtime::store::Tenant::named("other"));
        assert!(other.instances(None, true, 10).await.unwrap().is_empty());
        assert!(other.plans().await.unwrap().is_empty());
        assert!(other.due_instances(i64::MAX, 10).await.unwrap().is_empty());
        assert!(other.claim_outbox(i64::MAX, i64::MAX, 10).await.unwrap().is_empty());
    });
}

#[test]
fn a_claim_that_ran_out_is_another_workers() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let now = monday().0;
        let first = stage.engine.store.claim_outbox(now, now + 1_000, 100).await.unwrap();
        assert!(!first.is_empty());
        assert!(stage.engine.store.claim_outbox(now + 999, now + 2_000, 100).await.unwrap().is_empty());
        let second = stage.engine.store.claim_outbox(now + 1_000, now + 2_000, 100).await.unwrap();
        assert_eq!(second.len(), first.len());
        assert_eq!(second[0].attempts, 2);

        // The first worker comes back from the dead: its result is not written, and no row is lost or doubled.
        let attempt = DeliveryRow {
            attempt: 1,
            channel: "slack".to_owned(),
            adapter: "console".to_owned(),
            result: "sent".to_owned(),
            external_id: None,
            detail: String::new(),
            started_at_ms: now,
            ended_at_ms: now,
        };
        stage.engine.store.settle_attempt(&first[0], &attempt, &AfterAttempt::Sent).await.unwrap();
        assert_eq!(stage.count("select count(*) from delivery").await, 0);
        stage.engine.store.settle_attempt(&second[0], &attempt, &AfterAttempt::Sent).await.unwrap();
        assert_eq!(stage.count("select count(*) from delivery").await, 1);
    });
}
