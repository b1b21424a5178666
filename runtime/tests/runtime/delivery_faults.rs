//! Destinations that refuse, hang, cut the line, fail or are slow: the key stays, they are left alone, nobody waits for
//! them.

use crate::delivery::{BROKEN, OK, server, webhook};
use crate::stage::{Stage, run, run_on_sqlite};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wf_runtime::channel::Output;
use wf_runtime::outbox::Carriers;
use wf_runtime::worker::Worker;

/// What a destination does with a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    /// Nobody listens.
    Refuses,
    /// Takes the connection and says nothing.
    Hangs,
    /// Cuts the line once it has the request.
    Cuts,
    /// Answers 500.
    Fails,
    /// Answers, long after.
    Slow,
}

/// A destination with a fault until it is healed. Its URL, how many requests it had, and their keys.
fn faulty(fault: Fault, healed: &Arc<AtomicUsize>) -> (String, Arc<AtomicUsize>, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let (send, keys) = channel();
    if fault == Fault::Refuses {
        return (url, requests, keys);
    }
    let (counted, healed) = (Arc::clone(&requests), Arc::clone(healed));
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            counted.fetch_add(1, Ordering::SeqCst);
            let (send, healthy) = (send.clone(), healed.load(Ordering::SeqCst) > 0);
            std::thread::spawn(move || serve(stream, if healthy { None } else { Some(fault) }, &send));
        }
    });
    (url, requests, keys)
}

fn serve(mut stream: TcpStream, fault: Option<Fault>, keys: &std::sync::mpsc::Sender<String>) {
    let mut request = Vec::new();
    let mut bytes = [0; 4_096];
    while !request.ends_with(b"}") {
        match stream.read(&mut bytes) {
            Ok(0) | Err(_) => return,
            Ok(count) => request.extend_from_slice(&bytes[..count]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let key = request.lines().find_map(|line| line.strip_prefix("webhook-id: ")).unwrap_or_default();
    let _ = keys.send(key.trim().to_owned());
    match fault {
        Some(Fault::Hangs) => std::thread::sleep(Duration::from_secs(20)),
        Some(Fault::Cuts | Fault::Refuses) => {}
        Some(Fault::Fails) => drop(stream.write_all(BROKEN.as_bytes())),
        Some(Fault::Slow) => {
            std::thread::sleep(Duration::from_millis(400));
            let _ = stream.write_all(OK.as_bytes());
        }
        None => drop(stream.write_all(OK.as_bytes())),
    }
}

async fn letters(stage: &Stage, status: &str) -> i64 {
    stage.count(&format!("select count(*) from outbox where kind = 'message' and status = '{status}'")).await
}

/// A worker that lives on between passes, as a node's does.
fn worker(stage: &Stage) -> Worker {
    Worker::new(stage.engine.clone(), Carriers::connect(&stage.engine.config, &Output::Silent).unwrap())
}

async fn work(stage: &Stage, worker: &mut Worker, later_ms: i64) {
    let now = stage.engine.clock.now();
    stage.engine.clock.move_to(wf_plan::Moment(now.0 + later_ms));
    worker.drain(&mut |what, problem| panic!("{what}: {problem}")).await.unwrap();
}

#[test]
fn a_destination_that_fails_is_left_alone_and_gets_everything_once_it_is_back() {
    run(async || {
        for fault in [Fault::Hangs, Fault::Cuts, Fault::Fails] {
            let healed = Arc::default();
            let (url, requests, keys) = faulty(fault, &healed);
            // One channel only: letters wait for it.
            let stage = Stage::configured(
                &(webhook("slack", &url, "timeout_seconds = 1\nbreaker_after = 3\nat_once = 3")
                    + "[channels.email]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\nattempts = 100\n"),
            )
            .await;
            for order in 1..=8 {
                stage.start(&format!("A-{order}")).await;
            }
            let mut worker = worker(&stage);
            work(&stage, &mut worker, 0).await;
            let asked = requests.load(Ordering::SeqCst);
            assert!(
                (3..=5).contains(&asked),
                "{fault:?}, {asked}: three, and what was under way when the third failed"
            );
            // As long as it is left alone nothing goes there.
            work(&stage, &mut worker, 14_000).await;
            assert_eq!(requests.load(Ordering::SeqCst), asked, "{fault:?}");
            // Then one tries.
            work(&stage, &mut worker, 60_000).await;
            assert_eq!(requests.load(Ordering::SeqCst), asked + 1, "{fault:?}");
            healed.store(1, Ordering::SeqCst);
            for _ in 0..12 {
                work(&stage, &mut worker, 60_000).await;
            }
            assert_eq!(letters(&stage, "sent").await, 8, "{fault:?}");
            // Each letter came under one key, however often.
            let mut keys: Vec<String> = keys.try_iter().collect();
            keys.sort();
            keys.dedup();
            assert_eq!(keys.len(), 8, "{fault:?}: {keys:?}");
            let unknown = "select count(*) from delivery where result = 'unknown'";
            assert_eq!(stage.count(unknown).await, 0, "a webhook knows its keys");
        }
    });
}

#[test]
fn a_healthy_destination_gets_its_letters_while_another_hangs() {
    run_on_sqlite(async || {
        for fault in [Fault::Refuses, Fault::Hangs, Fault::Cuts, Fault::Fails, Fault::Slow] {
            let healed = Arc::default();
            let (url, _, _keys) = faulty(fault, &healed);
            let (shop, updates) = server(&[OK]);
            let system = format!("[systems.shop]\nkind = \"webhook\"\nurl = \"{shop}\"\n");
            let stage = Stage::configured(&(webhook("slack", &url, "timeout_seconds = 3") + &system)).await;
            for order in 1..=20 {
                stage.start(&format!("A-{order}")).await;
            }
            // As in a node: whoever works waits for no letter.
            let mut worker = worker(&stage);
            let began = Instant::now();
            let mut report = |_: &str, _: &wf_runtime::error::Problem| {};
            let working = worker.drain(&mut report);
            let arrived = async {
                while stage
                    .count("select count(*) from outbox where kind = 'update' and status = 'sent'")
                    .await
                    < 20
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                began.elapsed()
            };
            let (_, took) = tokio::join!(working, arrived);
            assert_eq!(updates.try_iter().count(), 20, "{fault:?}");
            // The first letter that hangs takes three seconds; no update waits for it.
            assert!(took < Duration::from_millis(2_500), "{fault:?}: {took:?}");
        }
    });
}

#[test]
fn whoever_can_be_reached_on_another_way_is_not_kept_waiting() {
    run_on_sqlite(async || {
        let healed = Arc::default();
        let (slack, requests, _keys) = faulty(Fault::Fails, &healed);
        let (email, taken) = server(&[OK]);
        let stage = Stage::configured(
            &(webhook("slack", &slack, "attempts = 3\nbreaker_after = 2") + &webhook("email", &email, "")),
        )
        .await;
        for order in 1..=5 {
            stage.start(&format!("A-{order}")).await;
        }
        let mut worker = worker(&stage);
        for _ in 0..20 {
            work(&stage, &mut worker, 10_000).await;
        }
        assert_eq!(taken.try_iter().count(), 5);
        let asked = requests.load(Ordering::SeqCst);
        assert!(asked < 15, "left alone, it is asked less often than three times for each letter: {asked}");
        let said = "select distinct detail from delivery where detail like 'not tried%'";
        let host = slack.trim_start_matches("http://").trim_end_matches("/hook");
        assert_eq!(stage.texts(said).await, [format!("not tried: {host} does not answer at present")]);
    });
}

#[test]
fn no_more_go_out_than_the_configuration_lets() {
    run_on_sqlite(async || {
        let (url, taken) = server(&[OK]);
        let stage = Stage::configured(&webhook("slack", &url, "per_minute = 6")).await;
        for order in 1..=10 {
            stage.start(&format!("A-{order}")).await;
        }
        let mut worker = worker(&stage);
        let mut by_minute = Vec::new();
        for _ in 0..3 {
            for _ in 0..6 {
                work(&stage, &mut worker, 10_000).await;
            }
            by_minute.push(taken.try_iter().count());
        }
        assert_eq!(by_minute.iter().sum::<usize>(), 10, "{by_minute:?}");
        assert!(by_minute[0] <= 7 && by_minute[0] >= 5, "{by_minute:?}");
        let attempts = "select count(*) from delivery where adapter = 'webhook'";
        assert_eq!(stage.count(attempts).await, 10, "what is held back is no attempt");
    });
}

#[test]
fn letters_of_one_instance_go_one_after_the_other() {
    run_on_sqlite(async || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (seen_most, seen_now) = (Arc::clone(&most), Arc::clone(&now));
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let (most, now) = (Arc::clone(&seen_most), Arc::clone(&seen_now));
                std::thread::spawn(move || {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let (send, _keys) = channel();
                    std::thread::sleep(Duration::from_millis(30));
                    now.fetch_sub(1, Ordering::SeqCst);
                    serve(stream, None, &send);
                });
            }
        });
        let stage = Stage::configured(&webhook("slack", &url, "at_once = 3")).await;
        for order in 1..=12 {
            stage.start(&format!("A-{order}")).await;
        }
        stage.work(0).await;
        assert_eq!(letters(&stage, "sent").await, 12);
        assert_eq!(most.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn a_worker_that_is_stopped_ends_once_what_is_under_way_has_ended() {
    run_on_sqlite(async || {
        let (url, _, _keys) = faulty(Fault::Slow, &Arc::default());
        let stage = Stage::configured(&webhook("slack", &url, "at_once = 1")).await;
        for order in 1..=20 {
            stage.start(&format!("A-{order}")).await;
        }
        let kept = Arc::<Mutex<Vec<String>>>::default();
        let carriers = Carriers::connect(&stage.engine.config, &Output::Kept(Arc::clone(&kept))).unwrap();
        let stop = Arc::<AtomicBool>::default();
        let mut worker = Worker::new(stage.engine.clone(), carriers).stopped_by(Arc::clone(&stop));
        let mut report = |what: &str, problem: &wf_runtime::error::Problem| panic!("{what}: {problem}");
        // Results of the console are at hand by then, and a letter is under way to a server that is slow.
        let asked = async {
            while kept.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.store(true, Ordering::SeqCst);
        };
        let (done, ()) = tokio::join!(worker.run(None, &mut report), asked);
        done.unwrap();
        assert_eq!(stage.count("select count(*) from outbox where status = 'sending'").await, 0);
        assert!(letters(&stage, "sent").await <= 1, "nothing new began");
        let printed = i64::try_from(kept.lock().unwrap().len()).unwrap();
        let told = "select count(*) from outbox where kind = 'update' and status = 'sent'";
        assert_eq!(stage.count(told).await, printed, "what was printed is written down");
    });
}
