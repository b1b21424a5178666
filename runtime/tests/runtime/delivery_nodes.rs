//! Workers that end while they send: what they had claimed is taken up at once, or unknown.

use crate::delivery::{OK, server, webhook};
use crate::mailbox::{self, Does, Line};
use crate::stage::{Stage, run, run_on_sqlite};
use wf_runtime::channel::Output;
use wf_runtime::outbox::Carriers;
use wf_runtime::store::row::ClaimedRow;
use wf_runtime::worker::Worker;

async fn claims(stage: &Stage) -> Vec<ClaimedRow> {
    let now = stage.engine.clock.now().0;
    stage.engine.store.claim_outbox(now, now + 150_000, 100).await.unwrap()
}

#[test]
fn what_a_dead_worker_had_claimed_is_sent_at_once() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        // It claims everything and ends before it says what became of it.
        assert!(!claims(&stage).await.is_empty());
        // The clock stands still: nobody waits until the claim runs out.
        stage.work(0).await;
        assert_eq!(requests.try_iter().count(), 1);
        assert_eq!(
            stage.count("select count(*) from outbox where status not in ('sent', 'dropped')").await,
            0
        );
    });
}

#[test]
fn a_send_that_had_begun_and_cannot_be_repeated_is_unknown_at_once() {
    run(async || {
        let (port, mails) = mailbox::server(&[Does::Takes], Line::Plain, None);
        let stage = Stage::configured(&format!(
            "[people.clerk]\nroles = [\"clerk\"]\nreach = {{ slack = \"carla@acme.example\" }}\n\
             [channels.slack]\nkind = \"email\"\nserver = \"127.0.0.1:{port}\"\nencryption = \"none\"\n\
             from = \"workflows@acme.example\"\n"
        ))
        .await;
        stage.start("A-1").await;
        stage.start("A-2").await;
        let now = stage.engine.clock.now().0;
        let rows = claims(&stage).await;
        let first = rows.iter().find(|row| row.kind == "message" && row.instance == "order-1").unwrap();
        // The worker wrote down that it begins, and ended.
        assert!(stage.engine.store.begin_send(first, now, now + 150_000).await.unwrap());
        assert!(!stage.engine.store.begin_send(first, now, now + 150_000).await.unwrap(), "once");
        stage.work(0).await;
        assert_eq!(mails.try_iter().count(), 1, "the one that had not begun");
        assert_eq!(
            stage
                .texts("select instance || ' ' || status from outbox where kind = 'message' order by 1")
                .await,
            ["order-1 unknown", "order-2 sent"]
        );
        assert_eq!(
            stage
                .texts("select fact || ': ' || detail from trail where fact = 'message perhaps delivered'")
                .await,
            [
                "message perhaps delivered: the worker ended while it was being sent; to Clerk: Your turn: Pack it \
              (Order A-1), due 4 March 2026, 09:00."
            ]
        );
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}

#[test]
fn a_claim_with_a_begun_send_that_runs_out_is_unknown_and_nobodys_to_claim() {
    run(async || {
        let stage = Stage::configured("").await;
        stage.start("A-1").await;
        let mut keeps = Worker::new(
            stage.engine.clone(),
            Carriers::connect(&stage.engine.config, &Output::Silent).unwrap(),
        );
        keeps.drain(&mut |_, _| {}).await.unwrap();
        stage.start("A-2").await;
        let now = stage.engine.clock.now().0;
        let rows = claims(&stage).await;
        let row = rows.iter().find(|row| row.kind == "message").unwrap();
        stage.engine.store.begin_send(row, now, now + 1_000).await.unwrap();
        // This worker works all the while: it does not take up what another one has.
        keeps.drain(&mut |_, _| {}).await.unwrap();
        assert_eq!(stage.count("select count(*) from outbox where status = 'sending'").await, 2);
        stage.engine.clock.move_to(wf_plan::Moment(now + 1_000));
        assert!(stage.engine.store.claim_outbox(now + 1_000, now + 2_000, 10).await.unwrap().is_empty());
        keeps.drain(&mut |_, _| {}).await.unwrap();
        assert_eq!(stage.count("select count(*) from outbox where status = 'unknown'").await, 1);
        keeps.leave().await.unwrap();
    });
}

#[test]
fn two_workers_on_one_file_leave_each_other_alone() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        let (alone, first) = stage.engine.store.move_in().unwrap();
        assert!(alone);
        let (alone, second) = stage.another().await.store.move_in().unwrap();
        assert!(!alone, "the first one is there");
        drop(first);
        assert!(!stage.engine.store.move_in().unwrap().0, "the second one is still there");
        drop(second);
        assert!(stage.engine.store.move_in().unwrap().0);
    });
}

#[test]
fn letters_are_settled_while_their_instances_move_on_and_every_chain_is_whole() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&(webhook("slack", &url, "") + &webhook("email", &url, ""))).await;
        for order in 1..=40 {
            stage.start(&format!("A-{order}")).await;
        }
        let mut worker = Worker::new(
            stage.engine.clone(),
            Carriers::connect(&stage.engine.config, &Output::Silent).unwrap(),
        );
        let mut report = |what: &str, problem: &wf_runtime::error::Problem| panic!("{what}: {problem}");
        let moving = async {
            for order in 1..=40 {
                stage.act(&format!("order-{order}"), "pack", crate::life::weight(), "clerk").await;
            }
        };
        let (worked, ()) = tokio::join!(worker.drain(&mut report), moving);
        worked.unwrap();
        worker.drain(&mut report).await.unwrap();
        worker.leave().await.unwrap();
        let mut keys: Vec<String> =
            requests.try_iter().map(|request| request.header("webhook-id").to_owned()).collect();
        assert_eq!(keys.len(), 40);
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 40, "each once");
        assert_eq!(
            stage.count("select count(*) from outbox where status not in ('sent', 'dropped')").await,
            0
        );
        assert_eq!(
            stage
                .count("select count(*) from trail where fact in ('message delivered', 'system updated')")
                .await,
            stage.count("select count(*) from delivery where result = 'sent'").await
        );
        let found = wf_runtime::audit::verify::verify(&stage.another().await, None).await.unwrap();
        assert_eq!(found.findings, []);
    });
}
