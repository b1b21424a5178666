//! Drives the workload over HTTP: so many lanes, each one instance after the other on a connection that stays open.
//!
//! `run.py` compiles it with `rustc -O`; it needs nothing but the standard library, so that its share of the cores is small
//! and the same for every engine. Invariant: what is counted was answered by the engine within the measured time.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Before anything is counted.
const WARM_UP: Duration = Duration::from_secs(2);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [engine, port, extra, lanes, seconds, out] = words.as_slice() else {
        println!(
            "driver wfrun PORT TOKEN LANES SECONDS OUT | driver restate PORT NUMBERS_PORT LANES SECONDS OUT"
        );
        exit(2);
    };
    let port: u16 = port.parse().unwrap();
    let lanes: usize = lanes.parse().unwrap();
    let measured = Duration::from_secs_f64(seconds.parse().unwrap());
    let restate = engine == "restate";
    let began = Instant::now();
    let next = Arc::new(AtomicU64::new(1));
    let lanes: Vec<Took> = (0..lanes).map(|_| Took::default()).collect();
    for took in &lanes {
        let (took, next) = (Arc::clone(took), Arc::clone(&next));
        let token = if restate { String::new() } else { extra.clone() };
        let lane = move || {
            let mut line = Line::to(port, &token, took);
            loop {
                let number = next.fetch_add(1, Relaxed);
                if restate { line.restate(number) } else { line.wfrun() }
            }
        };
        std::thread::Builder::new().stack_size(256 * 1024).spawn(lane).unwrap();
    }
    let service = |method, path| Line::to(extra.parse().unwrap(), "", Took::default()).ask(method, path, "");
    std::thread::sleep(WARM_UP.saturating_sub(began.elapsed()));
    lanes.iter().for_each(|took| took.lock().unwrap().clear());
    if restate {
        service("POST", "/forget");
    }
    std::thread::sleep((WARM_UP + measured).saturating_sub(began.elapsed()));
    let mut took: Vec<f64> = lanes
        .iter()
        .flat_map(|took| std::mem::take(&mut *took.lock().unwrap()))
        .map(|took| took.as_secs_f64() * 1e3)
        .collect();
    if restate {
        let inside = service("GET", "/took");
        took.extend(inside.split_whitespace().filter_map(|ms| ms.parse::<f64>().ok()));
    }
    let text: String = took.iter().map(|ms| format!("{ms:.3}\n")).collect();
    std::fs::write(out, text).unwrap();
    // What is under way now is of no interest any more: the program ends in the midst of it.
    exit(0);
}

/// How long each transition of a lane took.
type Took = Arc<Mutex<Vec<Duration>>>;

/// A connection that stays open.
struct Line {
    read: BufReader<TcpStream>,
    token: String,
    took: Took,
}

impl Line {
    fn to(port: u16, token: &str, took: Took) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { read: BufReader::new(stream), token: token.to_owned(), took }
    }

    /// Ten requests, each answered after its commit: every step is done from outside, as people do.
    fn wfrun(&mut self) {
        let started =
            self.post("/v1/workflows/durable/instances", r#"{"inputs":{"id":"A-17"},"by":"clerk"}"#);
        let id = text_of(&started, "id").or_else(|| text_of(&started, "instance")).unwrap().to_owned();
        for step in ["s1", "s2", "s3", "s4", "go_on", "s5", "s6", "s7", "s8"] {
            if step == "go_on" {
                let path = format!("/v1/instances/{id}/nodes/go_on/choose");
                self.post(&path, r#"{"option":"yes","by":"chief"}"#);
            } else {
                self.post(&format!("/v1/instances/{id}/nodes/{step}/complete"), r#"{"by":"clerk"}"#);
            }
        }
    }

    /// Three requests: the steps run inside the service, as is usual there; how long each took it says itself.
    fn restate(&mut self, number: u64) {
        self.post(&format!("/durable/i{number}/run/send"), r#""A-17""#);
        self.post(&format!("/durable/i{number}/decide"), r#""yes""#);
        let answer = self.ask("GET", &format!("/restate/workflow/durable/i{number}/attach"), "");
        assert!(answer.contains("done"), "{answer}");
    }

    fn post(&mut self, path: &str, body: &str) -> String {
        let began = Instant::now();
        let answer = self.ask("POST", path, body);
        self.took.lock().unwrap().push(began.elapsed());
        answer
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> String {
        let token = match self.token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\n{token}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.read.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length, mut chunked) = (String::new(), 0, false);
        loop {
            let line = self.line();
            if status.is_empty() {
                status = line;
            } else if line.is_empty() {
                break;
            } else {
                let line = line.to_ascii_lowercase();
                if let Some(said) = line.strip_prefix("content-length:") {
                    length = said.trim().parse().unwrap();
                }
                chunked |= line.starts_with("transfer-encoding:") && line.contains("chunked");
            }
        }
        let mut answer = Vec::new();
        if chunked {
            loop {
                let size = usize::from_str_radix(self.line().trim(), 16).unwrap();
                self.take(size, &mut answer);
                self.line();
                if size == 0 {
                    break;
                }
            }
        } else {
            self.take(length, &mut answer);
        }
        let answer = String::from_utf8(answer).unwrap();
        assert!(status.starts_with("HTTP/1.1 20"), "{method} {path}: {status} {answer}");
        answer
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.read.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn take(&mut self, size: usize, into: &mut Vec<u8>) {
        let before = into.len();
        into.resize(before + size, 0);
        self.read.read_exact(&mut into[before..]).unwrap();
    }
}

/// The text under a name of a flat JSON object.
fn text_of<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let rest = json.split_once(&format!("\"{name}\":"))?.1.trim_start().strip_prefix('"')?;
    rest.split('"').next()
}
