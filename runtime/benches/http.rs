//! Whole instances over HTTP: the real `wfrun api` on a store with `fsync`, driven by connections that stay open.
//!
//! Run with `cargo bench -p wf-runtime --bench http`; after `--`: `sqlite` or `postgres`, how many instances, and
//! `letters`, where the program is to deliver them meanwhile. Each instance is 10 requests, each answered after its commit
//! reached the disk. The driver shares the machine's cores.
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

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use workload::{ACTS, DURABLE, at};

const IN_FLIGHT: [usize; 3] = [1, 64, 512];

fn main() {
    cluster::WAITS_FOR_DISK.store(true, Ordering::Relaxed);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let instances: usize = words.iter().filter_map(|word| word.parse().ok()).next().unwrap_or(3_000);
    let named = |name: &str| words.iter().any(|word| word == name);
    let both = !named("sqlite") && !named("postgres");
    let command = if named("letters") { "serve" } else { "api" };
    println!(
        "{:<10}{:>10}{:>12}{:>14}{:>16}{:>10}{:>10}{:>10}",
        "store", "in flight", "instances", "instances/s", "requests/s", "p50 ms", "p99 ms", "max ms"
    );
    for in_flight in IN_FLIGHT {
        let count = if in_flight == 1 { instances / 20 } else { instances };
        let folder = tempfile::tempdir().unwrap();
        if both || named("sqlite") {
            measure("sqlite", "sqlite:store.sqlite", folder.path(), in_flight, count, command);
        }
        if both || named("postgres") {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            if let Some(url) = runtime.block_on(cluster::fresh_database()) {
                measure("postgres", &url, folder.path(), in_flight, count, command);
            }
        }
    }
}

fn wfrun(folder: &Path, store: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wfrun"));
    command.current_dir(folder).args(["--store", store]).stderr(Stdio::inherit());
    command
}

fn measure(name: &str, store: &str, folder: &Path, in_flight: usize, instances: usize, command: &str) {
    std::fs::write(folder.join("durable@1.wfp"), DURABLE).unwrap();
    assert!(
        wfrun(folder, store)
            .args(["load", "durable@1.wfp"])
            .stdout(Stdio::null())
            .status()
            .unwrap()
            .success()
    );
    let token = wfrun(folder, store)
        .args(["token", "add", "--role", "operator", "--person", "team"])
        .output()
        .unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let token = token.split_whitespace().find(|word| word.len() > 30).unwrap().to_owned();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut program = wfrun(folder, store)
        .args([command, "--listen", &format!("127.0.0.1:{port}")])
        // No limit at all: one program drives it.
        .args(["--per-token", "0", "--per-address", "0", "--under-way", "0"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let mut took: Vec<Duration> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..in_flight)
            .map(|_| {
                let (next, token) = (&next, token.as_str());
                let lane = move || {
                    let mut line = Line::to(port, token);
                    while next.fetch_add(1, Ordering::Relaxed) < instances {
                        line.whole_life();
                    }
                    line.took
                };
                std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, lane).unwrap()
            })
            .collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    program.kill().unwrap();
    program.wait().unwrap();
    took.sort();
    println!(
        "{name:<10}{in_flight:>10}{instances:>12}{:>14.0}{:>16.0}{:>10.2}{:>10.2}{:>10.2}",
        instances as f64 / seconds,
        took.len() as f64 / seconds,
        at(&took, 0.5),
        at(&took, 0.99),
        at(&took, 1.0)
    );
}

/// A connection that stays open.
struct Line<'a> {
    read: BufReader<TcpStream>,
    token: &'a str,
    took: Vec<Duration>,
}

impl<'a> Line<'a> {
    fn to(port: u16, token: &'a str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { read: BufReader::new(stream), token, took: Vec::new() }
    }

    fn whole_life(&mut self) {
        let started =
            self.post("/v1/workflows/durable/instances", r#"{"inputs":{"id":"A-17"},"by":"clerk"}"#);
        let started: serde_json::Value = serde_json::from_str(&started).unwrap();
        let id = started["id"].as_str().or(started["instance"].as_str()).unwrap().to_owned();
        for name in ACTS {
            match name {
                "go_on" => self.post(
                    &format!("/v1/instances/{id}/nodes/go_on/choose"),
                    r#"{"option":"yes","by":"chief"}"#,
                ),
                _ => self.post(&format!("/v1/instances/{id}/nodes/{name}/complete"), r#"{"by":"clerk"}"#),
            };
        }
    }

    /// Posts, and gives back the body of a good answer.
    fn post(&mut self, path: &str, body: &str) -> String {
        let began = Instant::now();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: \
             application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.read.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length, mut line) = (String::new(), 0, String::new());
        loop {
            line.clear();
            self.read.read_line(&mut line).unwrap();
            if status.is_empty() {
                status.clone_from(&line);
            } else if line == "\r\n" {
                break;
            } else if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.read.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        self.took.push(began.elapsed());
        assert!(status.starts_with("HTTP/1.1 20"), "{status}{body}");
        body
    }
}
