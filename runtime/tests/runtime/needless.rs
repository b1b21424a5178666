//! Letters that nobody needs any more: dropped before they are sent, and told so; what tells something goes.

use crate::delivery::{BUSY, OK, server, webhook};
use crate::stage::{Stage, days, run, run_on_sqlite};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use wf_plan::{Moment, Value};
use wf_runtime::channel::Output;
use wf_runtime::outbox::{Carriers, Post};
use wf_vm::EventKind;
use wf_vm::event::Act;

const DROPPED: &str = "select detail from trail where fact = 'message not needed any more' order by sequence";

fn later(stage: &Stage, ms: i64) {
    stage.engine.clock.move_to(Moment(stage.engine.clock.now().0 + ms));
}

async fn letters(stage: &Stage, status: &str) -> i64 {
    let text = format!("select count(*) from outbox where kind = 'message' and status = '{status}'");
    stage.count(&text).await
}

async fn cancel(stage: &Stage) {
    cancelled(stage, "order-1").await;
}

async fn cancelled(stage: &Stage, instance: &str) {
    let ready = stage.newest("order").await;
    let by = Some(stage.actor(&ready, "chief"));
    let kind = EventKind::Cancel { reason: "ordered twice".to_owned(), by };
    stage.engine.apply(instance, kind, None).await.unwrap();
}

/// A server that answers each request once it is let to; tells the instance that each one is about.
fn held_server() -> (String, Receiver<String>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let ((asked, requests), (go, let_go)) = (channel(), channel());
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (mut request, mut bytes) = (Vec::new(), [0; 4_096]);
            while !request.ends_with(b"}") {
                let count = stream.read(&mut bytes).unwrap();
                request.extend_from_slice(&bytes[..count]);
            }
            let request = String::from_utf8(request).unwrap();
            let key = request.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap();
            asked.send(key.split(':').next().unwrap().to_owned()).unwrap();
            if let_go.recv().is_err() {
                return;
            }
            stream.write_all(OK.as_bytes()).unwrap();
        }
    });
    (url, requests, go)
}

#[test]
fn your_turn_is_not_said_once_the_instance_has_ended() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        later(&stage, 60_000);
        cancel(&stage).await;
        stage.work(0).await;
        assert!(requests.try_recv().is_err(), "nobody is asked to pack what nobody wants");
        assert_eq!((letters(&stage, "dropped").await, letters(&stage, "sent").await), (1, 0));
        let told = stage.texts(DROPPED).await;
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("its instance has ended: never sent; to Clerk: Your turn"), "{told:?}");
        let verified = wf_runtime::audit::verify::verify(&stage.engine, None).await.unwrap();
        assert_eq!(verified.findings, []);
    });
}

#[test]
fn your_turn_is_not_said_of_a_step_that_is_done() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        later(&stage, 60_000);
        stage.act("order-1", "pack", Act::Complete(vec![Value::Number(3.into())]), "clerk").await;
        stage.work(0).await;
        assert!(requests.try_recv().is_err());
        let told = stage.texts(DROPPED).await;
        assert!(told[0].starts_with("`pack` is not open any more: never sent; to Clerk:"), "{told:?}");
    });
}

#[test]
fn work_that_goes_on_is_told_however_late() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        later(&stage, 60_000);
        stage.act("order-1", "pack", Act::Comment("soon".to_owned()), "clerk").await;
        stage.work(0).await;
        assert!(requests.try_recv().is_ok(), "the step is open, whatever happened since");
        assert_eq!(letters(&stage, "dropped").await, 0);
    });
}

#[test]
fn a_letter_that_was_tried_is_not_tried_again_for_nothing() {
    run(async || {
        let (url, requests) = server(&[BUSY, OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        requests.recv().unwrap();
        later(&stage, 60_000);
        cancel(&stage).await;
        stage.work(7_200_000).await;
        assert!(requests.try_recv().is_err());
        let told = stage.texts(DROPPED).await;
        assert!(told[0].starts_with("its instance has ended: tried once, not tried again;"), "{told:?}");
    });
}

#[test]
fn a_letter_that_is_gone_stays_sent() {
    run(async || {
        let (url, _requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "")).await;
        stage.start("A-1").await;
        stage.work(0).await;
        later(&stage, 60_000);
        cancel(&stage).await;
        stage.work(0).await;
        assert_eq!((letters(&stage, "dropped").await, letters(&stage, "sent").await), (0, 1));
    });
}

#[test]
fn a_question_nobody_was_asked_is_not_taken_back_either() {
    run(async || {
        let (url, requests) = server(&[OK]);
        let stage = Stage::configured(&webhook("email", &url, "")).await;
        stage.start("A-1").await;
        later(&stage, days(2) + 60_000);
        // The deadline passes and the chief is asked, but no worker delivers before the order is cancelled.
        stage.engine.catch_up("order-1").await.unwrap();
        later(&stage, 60_000);
        cancel(&stage).await;
        stage.work(0).await;
        assert!(requests.try_recv().is_err());
        let open = "select count(*) from outbox where status in ('waiting', 'sending', 'sent') and question is not null";
        assert_eq!(stage.count(open).await, 0, "neither the question nor its withdrawal");
    });
}

#[test]
fn a_letter_whose_worker_was_killed_was_not_tried() {
    run_on_sqlite(async || {
        let stage = Stage::new().await;
        stage.start("A-1").await;
        let now = stage.engine.clock.now().0;
        let claimed = stage.engine.store.claim_outbox(now, now + 150_000, 10).await.unwrap();
        assert!(claimed.iter().all(|row| row.attempts == 1));
        stage.work(0).await;
        let attempts = "select max(attempts) from outbox where kind = 'message' and status = 'sent'";
        assert_eq!(
            stage.count(attempts).await,
            1,
            "one attempt, by whoever took the place of the one that died"
        );
    });
}

/// The instance that the next request is about; other tasks of this thread go on meanwhile.
async fn next(requests: &Receiver<String>) -> String {
    for _ in 0..2_000 {
        if let Ok(instance) = requests.try_recv() {
            return instance;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("nobody asks");
}

#[test]
fn what_waits_in_the_line_of_a_slow_channel_is_looked_at_again() {
    run(async || {
        let (url, requests, go) = held_server();
        let stage = Stage::configured(&webhook("slack", &url, "at_once = 1")).await;
        for order in ["A-1", "A-2", "A-3"] {
            stage.start(order).await;
        }
        let carriers = Carriers::connect(&stage.engine.config, &Output::Silent).unwrap();
        let mut post = Post::new(carriers);
        post.pass(&stage.engine).await.unwrap();
        assert_eq!(next(&requests).await, "order-1");
        // The two others are in this worker's hands, and wait for the first.
        later(&stage, 60_000);
        cancelled(&stage, "order-2").await;
        go.send(()).unwrap();
        post.finished().await;
        post.pass(&stage.engine).await.unwrap();
        assert_eq!(next(&requests).await, "order-3", "nobody is asked to pack what nobody wants");
        go.send(()).unwrap();
        post.finish(&stage.engine).await.unwrap();
        assert_eq!((letters(&stage, "dropped").await, letters(&stage, "sent").await), (1, 2));
        let told = stage.texts(DROPPED).await;
        assert!(told[0].starts_with("its instance has ended: never sent; to Clerk:"), "{told:?}");
        let verified = wf_runtime::audit::verify::verify(&stage.engine, None).await.unwrap();
        assert_eq!(verified.findings, []);
    });
}
