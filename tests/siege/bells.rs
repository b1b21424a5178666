//! Bells: instances whose only step is overdue a moment after their start, so that timers are due while faults strike.
//!
//! Invariant: a bell is known with the moment at which it must ring, and only once its start was acknowledged.

use super::drive::Ledger;
use super::node::Program;
use super::stored::Stored;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A bell that was started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bell {
    pub instance: String,
    pub due_ms: i64,
}

/// A bell that rang.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ring {
    /// Event time.
    pub at_ms: i64,
    /// When it was written down.
    pub recorded_at_ms: i64,
}

/// Between two bells.
pub const PAUSE: Duration = Duration::from_millis(400);
/// A bell rings so long after its start was asked for.
const AHEAD_MS: i64 = 1_500;
/// How late a bell may be: as long as a node may take to die at a failpoint and to be there again.
const LATEST_MS: i64 = 75_000;
/// For how long it is waited for the last bells.
const PATIENCE: Duration = Duration::from_secs(30);

/// The workflow of the bells.
pub fn plan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("siege/plans/bell@1.wfp")
}

/// The machine's time.
pub fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// What starts a bell, and when it must ring.
pub fn order(key: &str) -> (Json, i64) {
    let due = now_ms() + AHEAD_MS;
    let at = jiff::Timestamp::from_millisecond(due).unwrap().to_string();
    (json!({ "inputs": { "id": key, "at": at }, "by": "clerk" }), due)
}

/// Waits until all bells have rung, and not for ever.
pub fn wait_for_all(program: &Program, ledger: &Ledger) {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let rung = program.rows(
            "select count(distinct instance) as rung from trail
             where tenant = 'default' and instance like 'bell-%' and fact = 'overdue'",
        );
        if rung[0]["rung"].as_u64() >= Some(ledger.bells.len() as u64) {
            return;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Bells that rang early, twice, too late or, by the end, not at all.
pub fn wrong(ledger: &Ledger, stored: &Stored) -> Vec<String> {
    let mut wrong = Vec::new();
    for Bell { instance, due_ms } in &ledger.bells {
        let rings = stored.rings.get(instance).map_or(&[][..], Vec::as_slice);
        let is_over = ledger.ended_ms.is_some_and(|ended| *due_ms < ended);
        match rings {
            [] if is_over => wrong.push(format!("{instance}: due at {due_ms}, and it never rang")),
            [] => {}
            [ring] if ring.at_ms < *due_ms || ring.recorded_at_ms < *due_ms => {
                wrong.push(format!("{instance}: due at {due_ms}, and it rang early: {ring:?}"));
            }
            [ring] if ring.recorded_at_ms > due_ms + LATEST_MS => {
                wrong.push(format!("{instance}: due at {due_ms}, and it rang too late: {ring:?}"));
            }
            [_] => {}
            _ => wrong.push(format!("{instance}: it rang {} times", rings.len())),
        }
    }
    wrong
}
