//! What a store costs as it grows: instances that wait, timers that become due among them, and a start of the program.
//!
//! Run with `cargo bench -p wf-runtime --bench scale`; after `--`: `sqlite` or `postgres`, and how many instances wait
//! (100,000 unless told). Instances wait for their first step, each with a deadline in the days to come; the last ones, up
//! to 10,000, started a month ago and are overdue, and each is a full transition with its audit. The program is the real
//! `wfrun serve` by the machine's clock; its memory is what the kernel says (`VmRSS`), its reading what it says in `io`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    missing_docs
)]

#[path = "../tests/runtime/cluster.rs"]
mod cluster;
#[path = "workload.rs"]
mod workload;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wf_plan::Moment;
use wf_runtime::clock::Clock;
use wf_runtime::engine::Engine;
use wf_runtime::store::Address;
use wf_runtime::store::row::Transition;
use wf_runtime::worker::WAKE_BATCH;
use workload::{at, lives, opened, waiting};

/// How long ago those started that are due: longer than their deadline.
const MONTH: i64 = 30 * 86_400_000;
const BATCH: usize = 1_000;
/// Whole instances carried through at each size, 64 in flight.
const LIVES: usize = 500;

fn main() {
    cluster::WAITS_FOR_DISK.store(true, Ordering::Relaxed);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let count: usize = words.iter().filter_map(|word| word.parse().ok()).next().unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if words.iter().any(|word| word == "postgres") {
        let Some(url) = runtime.block_on(cluster::fresh_database()) else { return };
        runtime.block_on(grow(&Address::Server(url.clone()), count));
        started(&url);
    } else {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store.sqlite");
        runtime.block_on(grow(&Address::File(file.clone()), count));
        println!("{} MB in the file", std::fs::metadata(&file).unwrap().len() / 1_000_000);
        started(&format!("sqlite:{}", file.display()));
    }
}

async fn grow(address: &Address, count: usize) {
    // It stands, so that no time passes while the store is filled; but the program afterwards has the machine's.
    let now = Clock::of_machine().now();
    let (engine, ready) = opened(address, Clock::standing_at(now)).await;
    println!("{:>10}{:>16}{:>16}{:>10}{:>10}", "waiting", "filled in s", "instances/s", "p50 ms", "p99 ms");
    let due = (count / 10).min(10_000);
    let mut filled = 0;
    let mut size = 1_000.min(count);
    // The engine gives out numbers above the highest one: those that wait count down.
    while filled < count {
        let began = Instant::now();
        while filled < size {
            let early = filled + due >= count;
            let start = Moment(if early { now.0 - MONTH } else { now.0 });
            let next = (filled + BATCH).min(size);
            let batch = (filled..next).map(|number| waiting(&engine, &ready, 1_000_000_000 - number, start));
            let transitions: Arc<Vec<Transition>> = Arc::new(batch.collect());
            engine.store.commit(&transitions).await.unwrap();
            filled = next;
        }
        let fill = began.elapsed().as_secs_f64();
        let (took, seconds) = lives(&engine, &ready, 64, LIVES).await;
        println!(
            "{filled:>10}{fill:>16.1}{:>16.0}{:>10.2}{:>10.2}",
            LIVES as f64 / seconds,
            at(&took, 0.5),
            at(&took, 0.99)
        );
        size = (size * 10).min(count);
    }
    fire(&engine).await;
    engine.store.close().await;
}

/// Wakes those that are due, as the worker does.
async fn fire(engine: &Engine) {
    let pending = number(engine, "select count(*) from timer").await;
    let (began, mut fired) = (Instant::now(), 0);
    loop {
        let due = engine.store.due_instances(engine.clock.now().0, WAKE_BATCH).await.unwrap();
        if due.is_empty() {
            break;
        }
        let ids: Vec<String> = due.into_iter().map(|due| due.instance).collect();
        for (_, came) in engine.catch_up_all(ids).await.unwrap() {
            came.unwrap();
            fired += 1;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    assert!(fired > 0, "nothing was due");
    println!("{fired} due among {pending} pending timers: {seconds:.2} s, {:.0}/s", fired as f64 / seconds);
}

async fn number(engine: &Engine, question: &str) -> i64 {
    match &engine.store.ask(question).await.unwrap().rows[0][0] {
        wf_runtime::store::Cell::Whole(number) => *number,
        other => panic!("{question}: {other:?}"),
    }
}

/// Starts the program on the store twice: once to let the letters go that filling it left behind, and then to look at
/// what only waits.
fn started(store: &str) {
    let (mut program, _) = serving(store);
    let began = Instant::now();
    while waiting_letters(store) > 0 {
        assert!(began.elapsed() < Duration::from_secs(600), "letters do not go out");
        std::thread::sleep(Duration::from_secs(1));
    }
    println!("letters delivered in {} s, with {} MB", began.elapsed().as_secs(), memory(&program));
    program.kill().unwrap();
    program.wait().unwrap();

    let (mut program, seconds) = serving(store);
    let (at_first, read_before, busy_before) = (memory(&program), read(&program), busy(&program));
    std::thread::sleep(Duration::from_secs(15));
    println!(
        "serving after {seconds:.2} s with {at_first} MB; 15 s of waiting: {} MB, {} KB read, {} ms of the processor",
        memory(&program),
        (read(&program) - read_before) / 1_000,
        busy(&program) - busy_before
    );
    program.kill().unwrap();
    program.wait().unwrap();
}

/// A program that serves, and the seconds until it did.
fn serving(store: &str) -> (Child, f64) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let began = Instant::now();
    let program = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(["--store", store, "serve", "--listen", &format!("127.0.0.1:{port}")])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !ready_at(port) {
        assert!(began.elapsed() < Duration::from_secs(120), "it does not serve");
        std::thread::sleep(Duration::from_millis(5));
    }
    (program, began.elapsed().as_secs_f64())
}

fn waiting_letters(store: &str) -> u64 {
    let question = "select count(*) as letters from outbox where status in ('waiting', 'sending')";
    let said = Command::new(env!("CARGO_BIN_EXE_wfrun"))
        .args(["--store", store, "sql", question, "--json"])
        .output()
        .unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    rows[0]["letters"].as_u64().unwrap()
}

fn ready_at(port: u16) -> bool {
    let Ok(mut line) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let asked = line.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut said = String::new();
    asked.is_ok() && line.read_to_string(&mut said).is_ok() && said.starts_with("HTTP/1.1 200")
}

/// Bytes a program has asked for, from the disk or the machine's memory of it.
fn read(program: &Child) -> u64 {
    let io = std::fs::read_to_string(format!("/proc/{}/io", program.id())).unwrap();
    let line = io.lines().find(|line| line.starts_with("rchar")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Milliseconds a program had of the processor; the kernel counts in hundredths of a second.
fn busy(program: &Child) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.id())).unwrap();
    let mut times =
        stat.rsplit(')').next().unwrap().split_whitespace().skip(11).map(|it| it.parse::<u64>().unwrap());
    (times.next().unwrap() + times.next().unwrap()) * 10
}

/// Resident memory of a program, in megabytes.
fn memory(program: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_000
}
