//! A whole life: an order is packed, paid, shipped by a child, sent; or nobody does anything.

use crate::stage::{Stage, days, run};
use wf_plan::Value;
use wf_runtime::channel::Output;
use wf_vm::EventKind;
use wf_vm::effect::Refusal;
use wf_vm::event::{Act, Answer, QuestionId};

pub fn weight() -> Act {
    Act::Complete(vec![Value::Number(12.into())])
}

#[test]
fn an_order_is_sent_when_its_child_delivers() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.act("order-1", "pack", weight(), "clerk").await;
        let arrival = stage.paid("A-1", None).await;
        assert_eq!(arrival.given_to, ["order-1"]);
        stage.work(0).await;
        let child = stage.engine.find("shipping-1").await.unwrap();
        assert_eq!((child.status.as_str(), child.parent.as_deref()), ("running", Some("order-1")));

        stage.act("shipping-1", "arrived", Act::Choose { option: 0, reason: None }, "clerk").await;
        stage.work(0).await;
        let order = stage.engine.find("order-1").await.unwrap();
        assert_eq!((order.status.as_str(), order.outcome.as_deref()), ("outcome", Some("sent")));
        assert_eq!(stage.engine.find("shipping-1").await.unwrap().outcome.as_deref(), Some("delivered"));
        assert_eq!(stage.count("select count(*) from timer").await, 0);
        assert_eq!(
            stage.count("select count(*) from outbox where status not in ('sent', 'dropped')").await,
            0
        );
    });
}

#[test]
fn cancelling_the_parent_cancels_the_child() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.act("order-1", "pack", weight(), "clerk").await;
        stage.paid("A-1", None).await;
        stage.work(0).await;
        let cancel = EventKind::Cancel { reason: "the customer changed their mind".to_owned(), by: None };
        stage.engine.apply("order-1", cancel, None).await.unwrap();
        stage.work(0).await;
        assert_eq!(stage.engine.find("shipping-1").await.unwrap().status, "cancelled");
        assert_eq!(stage.engine.find("order-1").await.unwrap().status, "cancelled");
    });
}

#[test]
fn a_child_is_started_once_however_often_the_order_is_tried() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.act("order-1", "pack", weight(), "clerk").await;
        stage.paid("A-1", None).await;
        let now = stage.engine.clock.now().0;
        // A worker claims the order and dies before it does anything.
        let claimed = stage.engine.store.claim_outbox(now, now + 1_000, 100).await.unwrap();
        assert!(claimed.iter().any(|row| row.kind == "child start"));
        stage.work(days(1)).await;
        stage.work(days(1)).await;
        assert_eq!(stage.count("select count(*) from instance where workflow = 'shipping'").await, 1);
    });
}

#[test]
fn an_overdue_step_becomes_a_question_whose_answer_ends_it() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.work(days(3)).await;
        let asked = stage.engine.store.questions("order-1", true).await.unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].alternatives, r#"["Wait","Give it up"]"#);
        assert_eq!(asked[0].asked_of, r#"["chief"]"#);

        let row = stage.engine.find("O-A-1").await.unwrap();
        let ready = stage.engine.plan_of(&row).await.unwrap();
        assert_eq!(asked[0].number, 1, "people count from 1");
        let question = QuestionId(0);
        let answer = |by: &str| EventKind::Answer {
            question,
            answer: Answer::Alternative(1),
            by: stage.actor(&ready, by),
        };
        let refused = stage.engine.apply("order-1", answer("stranger"), None).await.unwrap();
        assert_eq!(refused.refused, [Refusal::NotYourRole]);

        stage.engine.apply("order-1", answer("chief"), None).await.unwrap();
        stage.work(0).await;
        assert_eq!(stage.engine.find("order-1").await.unwrap().outcome.as_deref(), Some("lost"));
        let closed = &stage.engine.store.questions("order-1", false).await.unwrap()[0];
        assert_eq!((closed.status.as_str(), closed.answer.as_deref()), ("answered", Some("Give it up")));
        assert_eq!(closed.answered_by.as_deref(), Some("chief"));
        let log = "select chosen from decision_log where instance = 'order-1' and chosen is not null";
        assert_eq!(stage.texts(log).await, ["Give it up"]);
        // Who got the question is told that it is closed.
        assert_eq!(
            stage
                .count("select count(*) from outbox where kind = 'withdraw' and destination = 'Chief'")
                .await,
            1
        );
        // And the refused try is in the trail.
        let refused = "select person || ' tried ' || detail from trail where fact = 'refused'";
        assert_eq!(stage.texts(refused).await, ["stranger tried to answer: it belongs to somebody else"]);
    });
}

#[test]
fn a_late_worker_gives_the_same_state_as_a_punctual_one() {
    run(async || {
        let (punctual, late) = (Stage::new().await, Stage::new().await);
        for stage in [&punctual, &late] {
            stage.start("A-1").await;
        }
        for _ in 0..30 {
            punctual.work(days(1)).await;
        }
        late.work(days(30)).await;
        let facts = "select fact || coalesce(' ' || node, '') || ' ' || at_ms from trail
                     where event_sequence is not null order by sequence";
        assert_eq!(late.texts(facts).await, punctual.texts(facts).await);
    });
}

#[test]
fn an_absent_person_is_stood_in_for_and_the_deputy_may_act() {
    run(async || {
        let stage = Stage::configured(
            "[people.carla]\nroles = [\"clerk\"]\nabsent = [\"2026-03-02\"]\n[people.dora]\nroles = [\"chief\"]\n",
        )
        .await;
        let mut request = stage.request("A-1", None).await;
        request.starter = wf_runtime::engine::Starter::Person(stage.actor(&request.ready, "carla"));
        stage.engine.start(&request).await.unwrap();
        let to = "select destination from outbox where kind = 'message' order by number";
        assert_eq!(stage.texts(to).await, ["dora (Clerk)"]);
        let done = stage.act("order-1", "pack", weight(), "dora").await;
        assert!(done.refused.is_empty(), "{:?}", done.refused);
    });
}

#[test]
fn the_calendar_starts_what_is_due_once() {
    run(async || {
        // The sample plan starts every month from 4 October 2024, but without the inputs it needs: it is refused.
        let stage = Stage::new().await;
        stage.load(include_bytes!("../../../compiler/plan/samples/v1/built.wfp")).await;
        let mut refused = Vec::new();
        let mut told = |key: &str, _: &wf_runtime::error::Problem| refused.push(key.to_owned());
        let next = wf_runtime::schedule::start_due(&stage.engine, &mut told).await.unwrap();
        // Nothing from before the plan was loaded is made up for.
        assert_eq!(next, wf_runtime::moment::parse("2026-03-04"));
        stage.engine.clock.move_to(wf_runtime::moment::parse("2026-04-04 01:00").unwrap());
        let next = wf_runtime::schedule::start_due(&stage.engine, &mut told).await.unwrap();
        assert_eq!(next, wf_runtime::moment::parse("2026-05-04"));
        assert_eq!(refused, ["every:onboarding:0:17", "every:onboarding:0:18"]);
    });
}

#[test]
fn a_damaged_plan_pauses_its_own_instances_only() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        stage.act("order-1", "pack", weight(), "clerk").await;
        stage.paid("A-1", None).await;
        stage.work(0).await;
        stage
            .tamper("drop trigger plan_is_kept; update plan set bytes = substr(bytes, 1, 9) where workflow = 'order'")
            .await
            .unwrap();
        let engine = stage.another().await;
        engine.clock.move_to(wf_runtime::moment::parse("2026-03-20").unwrap());
        let carriers = wf_runtime::outbox::Carriers::connect(&engine.config, &Output::Silent).unwrap();
        let mut worker = wf_runtime::worker::Worker::new(engine, carriers);
        let mut told = Vec::new();
        worker.drain(&mut |what, _| told.push(what.to_owned())).await.unwrap();
        assert_eq!(told, ["order@1", "order-2"]);
        // The child runs on another plan: its deadline has passed, and it says so.
        assert_eq!(
            stage
                .count("select count(*) from trail where instance = 'shipping-1' and fact = 'overdue'")
                .await,
            1
        );
    });
}
