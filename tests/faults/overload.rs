//! Ten times more requests than the server lets in, from clients that do not listen to it.
//!
//! Invariant: each request is answered, with what was done or with when to come again; what was acknowledged is there.

use super::settings;
use serde_json::json;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use wf_tests::siege::checks::check;
use wf_tests::siege::drive::{Acknowledged, Ledger};
use wf_tests::siege::http::{Client, Reply};
use wf_tests::siege::node::Node;
use wf_tests::siege::run::{plan, program};
use wf_tests::siege::stored::Stored;

/// Requests that are let in at a time, and clients that ask without a pause.
const UNDER_WAY: usize = 4;
const CLIENTS: usize = 40;
const LASTS: Duration = Duration::from_secs(4);
/// What a flood may cost in memory, in kilobytes: connections, requests under way, and what a debug build keeps.
const MEMORY_KB: u64 = 100_000;

/// What the flood brought.
#[derive(Default)]
struct Flood {
    ledger: Ledger,
    refused: usize,
    wrong: Vec<String>,
}

fn start(client: &mut Client, key: &str) -> std::io::Result<Reply> {
    let body = json!({ "inputs": { "id": key }, "by": "clerk" });
    client.ask("POST", "/v1/workflows/durable/instances", Some(&body), Some(key))
}

/// One client, which asks again at once whatever it is told.
fn ask_and_ask(client: &mut Client, name: usize, flood: &Mutex<Flood>) {
    let began = Instant::now();
    for round in 0.. {
        if began.elapsed() > LASTS {
            return;
        }
        let key = format!("o-{name}-{round}");
        let answer = start(client, &key);
        let mut flood = flood.lock().unwrap();
        match answer {
            Ok(reply) if matches!(reply.status, 200 | 201) => {
                let instance = reply.body["instance"].as_str().unwrap().to_owned();
                flood.ledger.done.push(Acknowledged { instance, act: None, key });
            }
            Ok(reply) if matches!(reply.status, 429 | 503) && reply.retry_after.is_some() => {
                flood.refused += 1
            }
            Ok(reply) => flood.wrong.push(format!("{reply:?}")),
            Err(fault) => flood.wrong.push(fault.to_string()),
        }
    }
}

/// The most memory that a process ever had, in kilobytes.
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn more_than_it_can_carry_is_refused_with_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(&settings(false), folder.path()).unwrap();
    program.must(&["load", &plan().display().to_string()]);
    let token = program.token();
    let mut node = Node::new(&program);
    node.start_alone(&["--under-way", &UNDER_WAY.to_string(), "--per-token", "0"]);
    assert!(node.serving(Duration::from_secs(30)).is_some());
    let patience = Duration::from_secs(20);
    let mut polite = Client::new(node.port, &token, patience);
    assert_eq!(start(&mut polite, "before").unwrap().status, 201);
    let before = most_memory(node.process().unwrap());

    let flood = Mutex::new(Flood::default());
    std::thread::scope(|scope| {
        for name in 0..CLIENTS {
            let (flood, mut client) = (&flood, Client::new(node.port, &token, patience));
            scope.spawn(move || ask_and_ask(&mut client, name, flood));
        }
    });
    let Flood { mut ledger, refused, wrong } = flood.into_inner().unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(ledger.done.len() > 20 && refused > 20, "{} done, {refused} refused", ledger.done.len());
    let grown = most_memory(node.process().unwrap()) - before;
    assert!(grown < MEMORY_KB, "{grown} kB more");

    // It has recovered at once: whoever asks now is answered.
    let began = Instant::now();
    let reply = start(&mut polite, "after").unwrap();
    assert_eq!(reply.status, 201, "{reply:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
    let instance = reply.body["instance"].as_str().unwrap().to_owned();
    ledger.done.push(Acknowledged { instance, act: None, key: "after".to_owned() });
    assert!(node.stop(), "it ends in order");
    let stored = Stored::read(&program);
    // What was refused was not done, and what was done was acknowledged: nobody hung up.
    assert_eq!(stored.instances.len(), ledger.done.len() + 1);
    for checked in check(&ledger, &stored) {
        assert_eq!(checked.violations, Vec::<String>::new(), "{}", checked.name);
    }
}
