//! Clients over HTTP: each starts an instance, does its nine acts, starts the next; all is tried until it is answered.
//!
//! Invariant: what is in the ledger was acknowledged by the server before, never assumed.

use super::bells::{self, Bell};
use super::http::{Client, Reply};
use super::neighbour::Rows;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The acts of an instance, in order: each is possible only after the one before it.
pub const ACTS: [&str; 9] = ["s1", "s2", "s3", "s4", "go_on", "s5", "s6", "s7", "s8"];

/// Something the server said is done.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Acknowledged {
    pub instance: String,
    /// The act; `None`: the start.
    pub act: Option<&'static str>,
    /// The idempotency key of the instance's start, which is in its title as well.
    pub key: String,
}

/// All that was acknowledged.
#[derive(Clone, Default, Debug)]
pub struct Ledger {
    pub done: Vec<Acknowledged>,
    /// Replies that a sound server never gives.
    pub wrong: Vec<String>,
    /// Requests without a reply, or with one that says to try again, by what happened.
    pub again: BTreeMap<String, u64>,
    /// Bells that were started.
    pub bells: Vec<Bell>,
    /// When the last node was asked to stop; before that nothing is forgotten yet.
    pub ended_ms: Option<i64>,
    /// What the tenant next door had when all began.
    pub neighbour: Rows,
}

/// Clients at work.
pub struct Drive {
    stop: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
    ports: Arc<Mutex<Vec<u16>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Drive {
    pub fn start(port: u16, token: &str, clients: u32, name: &str, neighbour: Rows) -> Self {
        let mut drive = Self {
            stop: Arc::default(),
            ledger: Arc::new(Mutex::new(Ledger { neighbour, ..Ledger::default() })),
            ports: Arc::new(Mutex::new(vec![port])),
            clients: Vec::new(),
        };
        for number in 0..clients {
            let lane = drive.lane(token, format!("{name}-{number}"));
            drive.clients.push(std::thread::spawn(move || lane.work()));
        }
        let ringer = drive.lane(token, format!("{name}-bell"));
        drive.clients.push(std::thread::spawn(move || ringer.ring()));
        drive
    }

    fn lane(&self, token: &str, name: String) -> Lane {
        Lane {
            client: Client::new(self.ports.lock().unwrap()[0], token, Duration::from_secs(5)),
            stop: Arc::clone(&self.stop),
            ledger: Arc::clone(&self.ledger),
            ports: Arc::clone(&self.ports),
            name,
        }
    }

    /// Where clients may go from now on.
    pub fn serve_at(&self, ports: &[u16]) {
        *self.ports.lock().unwrap() = ports.to_vec();
    }

    /// What is acknowledged by now.
    pub fn ledger(&self) -> Ledger {
        self.ledger.lock().unwrap().clone()
    }

    pub fn acknowledged(&self) -> usize {
        self.ledger.lock().unwrap().done.len()
    }

    /// Stops the clients: what is under way is waited for, nothing is tried again.
    pub fn end(mut self) -> Ledger {
        self.stop.store(true, Ordering::SeqCst);
        for client in self.clients.drain(..) {
            client.join().unwrap();
        }
        self.ledger()
    }
}

struct Lane {
    client: Client,
    stop: Arc<AtomicBool>,
    ledger: Arc<Mutex<Ledger>>,
    ports: Arc<Mutex<Vec<u16>>>,
    name: String,
}

impl Lane {
    fn work(mut self) {
        let mut round = 0_u64;
        while !self.is_over() {
            round += 1;
            if self.carry_through(format!("k-{}-{round}", self.name)).is_none() && !self.is_over() {
                return;
            }
        }
    }

    /// Starts one bell after the other.
    fn ring(mut self) {
        for round in 1.. {
            let key = format!("b-{}-{round}", self.name);
            let (body, due_ms) = bells::order(&key);
            let path = "/v1/workflows/bell/instances";
            let Some((reply, _)) = self.until_answered(path, &body, Some(&key)) else { return };
            match reply.body["instance"].as_str().filter(|_| matches!(reply.status, 200 | 201)) {
                Some(id) => {
                    let bell = Bell { instance: id.to_owned(), due_ms };
                    self.ledger.lock().unwrap().bells.push(bell);
                }
                None => drop(self.wrong("bell", &reply)),
            }
            std::thread::sleep(bells::PAUSE);
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// One instance from its start to its end; `None`: it was cut short.
    fn carry_through(&mut self, key: String) -> Option<()> {
        let body = json!({ "inputs": { "id": key }, "by": "clerk" });
        let (reply, _) = self.until_answered("/v1/workflows/durable/instances", &body, Some(&key))?;
        let id = reply.body["instance"].as_str().filter(|_| matches!(reply.status, 200 | 201));
        let Some(id) = id.map(str::to_owned) else { return self.wrong("start", &reply) };
        self.acknowledge(&id, None, &key);
        for act in ACTS {
            let (path, body) = match act {
                "go_on" => ("choose", json!({ "option": "yes", "by": "chief" })),
                _ => ("complete", json!({ "by": "clerk" })),
            };
            let path = format!("/v1/instances/{id}/nodes/{act}/{path}");
            let (reply, tries) = self.until_answered(&path, &body, None)?;
            // Not active any more: an earlier try of ours was done, and its reply was cut off.
            let done_before = reply.status == 409 && tries > 1 && is_not_active(&reply.body);
            if reply.status != 200 && !done_before {
                return self.wrong(&format!("{id} {act}"), &reply);
            }
            self.acknowledge(&id, Some(act), &key);
        }
        Some(())
    }

    fn until_answered(&mut self, path: &str, body: &Json, key: Option<&str>) -> Option<(Reply, u32)> {
        let mut tries = 0;
        while !self.is_over() {
            tries += 1;
            let why = match self.client.ask("POST", path, Some(body), key) {
                Ok(reply) if is_for_later(&reply) => format!("{} {}", reply.status, reply.body["title"]),
                Ok(reply) => return Some((reply, tries)),
                Err(fault) => format!("{:?}", fault.kind()),
            };
            *self.ledger.lock().unwrap().again.entry(why).or_default() += 1;
            self.turn_to_next();
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    fn turn_to_next(&mut self) {
        let ports = self.ports.lock().unwrap().clone();
        let at = ports.iter().position(|port| *port == self.client.port()).map_or(0, |at| at + 1);
        self.client.turn_to(ports[at % ports.len()]);
    }

    fn acknowledge(&self, instance: &str, act: Option<&'static str>, key: &str) {
        let (instance, key) = (instance.to_owned(), key.to_owned());
        self.ledger.lock().unwrap().done.push(Acknowledged { instance, act, key });
    }

    fn wrong(&self, what: &str, reply: &Reply) -> Option<()> {
        self.ledger.lock().unwrap().wrong.push(format!("{what}: {} {}", reply.status, reply.body));
        None
    }
}

fn is_not_active(body: &Json) -> bool {
    body["detail"]
        .as_str()
        .is_some_and(|detail| detail.contains("not active") || detail.contains("has ended"))
}

/// Whether a reply says no more than to try again.
fn is_for_later(reply: &Reply) -> bool {
    reply.status >= 500 || reply.status == 429 || (reply.status == 409 && !is_not_active(&reply.body))
}
