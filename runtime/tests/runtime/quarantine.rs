//! What cannot be stepped is set aside, the rest goes on; released, nothing that was meant for it is lost.

use crate::stage::{ORDER, Stage, days, run};
use wf_plan::{Moment, Value};
use wf_runtime::audit::verify::verify;
use wf_runtime::channel::Output;
use wf_runtime::engine::{Engine, StartRequest, Starter};
use wf_runtime::error::Class;
use wf_runtime::outbox::Carriers;
use wf_runtime::quarantine::{RELEASED, SET_ASIDE, release};
use wf_runtime::worker::{Progress, Worker};

/// Writes other bytes over the stored plan, the way a dying disk does.
async fn overwrite(stage: &Stage, bytes: &[u8]) {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let bytes = match stage.engine.store.is_shared() {
        true => format!("decode('{hex}', 'hex')"),
        false => format!("x'{hex}'"),
    };
    let update = format!(
        "drop trigger if exists plan_is_kept; update plan set bytes = {bytes} where workflow = 'order'"
    );
    stage.tamper(&update).await.unwrap();
}

/// One bit of one byte.
async fn damage(stage: &Stage) {
    let mut bytes = ORDER.to_vec();
    bytes[100] ^= 1;
    overwrite(stage, &bytes).await;
}

async fn repair(stage: &Stage) {
    overwrite(stage, ORDER).await;
}

/// Works as a fresh process does, and tells which instances it could not step.
async fn work(engine: &Engine) -> Vec<String> {
    let carriers = Carriers::connect(&engine.config, &Output::Silent).unwrap();
    let mut worker = Worker::new(engine.clone(), carriers);
    let mut aside = Vec::new();
    worker.drain(&mut |instance, _| aside.push(instance.to_owned())).await.unwrap();
    let next = worker.next_due(&Progress::default()).await.unwrap();
    assert!(next.is_none_or(|next| next > engine.clock.now()), "what is aside keeps nobody awake");
    worker.leave().await.unwrap();
    // The calendar tells of the plan itself, each process once.
    aside.retain(|id| id != "order@1");
    aside
}

#[test]
fn instances_of_a_damaged_plan_pause_and_the_others_run() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        let ready = stage.newest("shipping").await;
        let starter = Starter::Person(stage.actor(&ready, "clerk"));
        let inputs = vec![Value::Text("a lamp".to_owned())];
        let request = StartRequest { ready, inputs, starter, key: None, settles: None, event: None };
        stage.engine.start(&request).await.unwrap();
        stage.work(0).await;
        damage(&stage).await;
        let fresh = stage.another().await;
        fresh.clock.move_to(Moment(stage.engine.clock.now().0 + days(3)));
        let mut aside = work(&fresh).await;
        aside.sort();
        aside.dedup();
        assert!(aside.contains(&"order-1".to_owned()) && aside.contains(&"order-2".to_owned()), "{aside:?}");
        let shipping = "select instance from trail where instance like 'shipping-%' and fact = 'overdue'";
        assert!(!stage.texts(shipping).await.is_empty(), "the child of another plan goes on");
        assert_eq!(fresh.store.set_aside_count().await.unwrap(), i64::try_from(aside.len()).unwrap());
        assert_eq!(work(&fresh).await, Vec::<String>::new(), "it is told once");
        // An event for one of them is kept for it, and an act says what is wrong.
        let arrival =
            fresh.receive(&stage.event("paid", "A-1", r#"{"by":"card"}"#, Some("p-1"))).await.unwrap();
        assert_eq!(arrival.given_to, Vec::<String>::new());
        let refused = release(&fresh, "order-1", "anna", "tried").await.unwrap_err();
        assert_eq!(refused.class(), Class::Damaged, "{refused}");
        assert!(refused.to_string().contains("still cannot be stepped"), "{refused}");

        repair(&stage).await;
        let later = stage.another().await;
        later.clock.move_to(fresh.clock.now());
        for id in ["order-1", "order-2"] {
            release(&later, id, "anna", "plan put back").await.unwrap();
        }
        let again = release(&later, "order-1", "anna", "twice").await.unwrap_err();
        assert_eq!(again.class(), Class::Refused);
        let facts = format!(
            "select fact from trail where instance = 'order-1' and fact in ('{SET_ASIDE}', '{RELEASED}') order by sequence"
        );
        assert_eq!(stage.texts(&facts).await, [SET_ASIDE, RELEASED]);
        let late = "select fact from trail where instance = 'order-1' and fact = 'overdue'";
        assert_eq!(stage.texts(late).await, ["overdue"], "its deadline fired when it went on");
        let given = "select coalesce(given_to, '') from inbox";
        assert_eq!(
            stage.texts(given).await,
            [r#"["order-1"]"#],
            "the event that passed it by was given to it"
        );
        assert_eq!(verify(&stage.another().await, None).await.unwrap().findings, []);
    });
}

#[test]
fn a_damaged_state_sets_its_instance_aside_and_no_other() {
    run(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        stage.tamper("update instance set state = substr(state, 1, 3) where id = 'order-1'").await.unwrap();
        let fresh = stage.another().await;
        fresh.clock.move_to(Moment(stage.engine.clock.now().0 + days(3)));
        assert_eq!(work(&fresh).await, ["order-1"]);
        let overdue = "select instance from trail where fact = 'overdue'";
        assert_eq!(stage.texts(overdue).await, ["order-2"]);
        let incidents = fresh.store.incidents(None, false, 10).await.unwrap();
        assert!(incidents[0].what.starts_with("the stored state of `order-1` is damaged"), "{incidents:?}");
    });
}
