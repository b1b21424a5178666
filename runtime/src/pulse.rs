//! The pulse of a program that stays: once a second it tells the store how much it has committed.
//!
//! `wfrun top` adds up what all programs told, so that the rate is right on either database and with any number of
//! nodes, and no table is read for it. Invariant: an idle program writes nothing.

use crate::engine::Engine;
use crate::lease::node_name;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How often it is told.
const BEAT: Duration = Duration::from_secs(1);

/// A pulse that goes on as long as it is kept.
#[derive(Debug)]
pub struct Pulse(JoinHandle<()>);

impl Pulse {
    /// The pulse of the program that an engine belongs to. Must be called within a runtime of tokio.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        Self(tokio::spawn(beat(engine.clone())))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn beat(engine: Engine) {
    let name = node_name();
    // Whatever cannot be told is left: a store in trouble has better things to do, and the alarm for it is elsewhere.
    let _ = engine.store.forget_pulses().await;
    let (mut before, mut at, mut quiet) = (engine.committed_count.load(Relaxed), Instant::now(), true);
    loop {
        tokio::time::sleep(BEAT).await;
        let (count, now) = (engine.committed_count.load(Relaxed), Instant::now());
        let counted = i64::try_from(count.saturating_sub(before)).unwrap_or(i64::MAX);
        let during_ms = i64::try_from(now.duration_since(at).as_millis()).unwrap_or(i64::MAX).max(1);
        (before, at) = (count, now);
        // The first quiet second is told, too: what was told before is over.
        if counted > 0 || !quiet {
            let _ = engine.store.tell_pulse(&name, counted, during_ms).await;
        }
        quiet = counted == 0;
    }
}
