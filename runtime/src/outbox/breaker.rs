//! A destination that fails again and again is left alone for a while, then one letter tries.
//!
//! Kept in memory by each node: what one node finds out costs the next one a few attempts, and no table is in the way.
//! Invariant: while a destination is left alone at most one letter is under way to it.

use std::collections::BTreeMap;
use std::time::Duration;

/// How long it is left alone at first; twice as long after each try that fails.
const FIRST_PAUSE_MS: i64 = 15_000;
/// At most.
const LONGEST_PAUSE_MS: i64 = 600_000;
/// How long a receiver that is busy may stop everything that goes to it, whatever it asks for one letter.
const LONGEST_BUSY_MS: i64 = 60_000;
/// How long others wait for the letter that tries.
const TRIAL_MS: i64 = 5_000;

/// What is known of each destination.
#[derive(Debug, Default)]
pub(super) struct Breakers(BTreeMap<String, Breaker>);

impl Breakers {
    pub fn of(&mut self, destination: &str) -> &mut Breaker {
        self.0.entry(destination.to_owned()).or_default()
    }
}

/// What is known of a destination.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    state: State,
    /// How often it was left alone in a row.
    rounds: u32,
    busy_until_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    Closed,
    Open {
        until_ms: i64,
    },
    /// One letter is under way.
    Trying,
}

/// Whether a letter may go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gate {
    Go,
    /// It does not answer: not before then.
    Down {
        until_ms: i64,
    },
    /// It asked for a break: not before then.
    Busy {
        until_ms: i64,
    },
}

/// What is worth telling.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    Opened { failures: u32, pause_ms: i64 },
    Closed,
}

impl Breaker {
    /// Asks for one letter; a letter that goes must be reported by one of the functions below.
    pub fn ask(&mut self, now_ms: i64) -> Gate {
        match self.state {
            State::Open { until_ms } if now_ms < until_ms => Gate::Down { until_ms },
            State::Open { .. } => {
                self.state = State::Trying;
                Gate::Go
            }
            State::Trying => Gate::Down { until_ms: now_ms + TRIAL_MS },
            State::Closed if now_ms < self.busy_until_ms => Gate::Busy { until_ms: self.busy_until_ms },
            State::Closed => Gate::Go,
        }
    }

    /// A letter went and nothing came of it; `after` failures in a row it is left alone (0: never).
    pub fn failed(&mut self, now_ms: i64, after: u32) -> Option<Change> {
        self.failures = self.failures.saturating_add(1);
        let tripped = match self.state {
            State::Trying => true,
            State::Closed => after > 0 && self.failures >= after,
            // It was under way when another letter tripped it.
            State::Open { .. } => false,
        };
        if !tripped {
            return None;
        }
        let pause_ms = FIRST_PAUSE_MS.saturating_mul(1 << self.rounds.min(16)).min(LONGEST_PAUSE_MS);
        self.rounds += 1;
        self.state = State::Open { until_ms: now_ms.saturating_add(pause_ms) };
        Some(Change::Opened { failures: self.failures, pause_ms })
    }

    /// A letter went and an answer came, whatever it was.
    pub fn answered(&mut self) -> Option<Change> {
        let was = std::mem::take(&mut self.state);
        (self.failures, self.rounds) = (0, 0);
        (was != State::Closed).then_some(Change::Closed)
    }

    /// A letter that might have gone did not, for reasons of its own.
    pub fn not_tried(&mut self, now_ms: i64) {
        if self.state == State::Trying {
            self.state = State::Open { until_ms: now_ms };
        }
    }

    /// It asked for a break.
    pub fn pause(&mut self, now_ms: i64, after: Duration) {
        let asked = i64::try_from(after.as_millis()).unwrap_or(i64::MAX).min(LONGEST_BUSY_MS);
        self.busy_until_ms = self.busy_until_ms.max(now_ms.saturating_add(asked));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_tries_once_and_closes() {
        let mut breaker = Breaker::default();
        for _ in 0..4 {
            assert_eq!(breaker.ask(0), Gate::Go);
            assert_eq!(breaker.failed(0, 5), None);
        }
        assert_eq!(breaker.failed(0, 5), Some(Change::Opened { failures: 5, pause_ms: 15_000 }));
        // Letters that were under way change nothing.
        assert_eq!(breaker.failed(1, 5), None);
        assert_eq!(breaker.ask(14_999), Gate::Down { until_ms: 15_000 });
        assert_eq!(breaker.ask(15_000), Gate::Go);
        assert_eq!(breaker.ask(15_000), Gate::Down { until_ms: 20_000 }, "one tries, the others wait");
        assert_eq!(breaker.failed(16_000, 5), Some(Change::Opened { failures: 7, pause_ms: 30_000 }));
        assert_eq!(breaker.ask(46_000), Gate::Go);
        assert_eq!(breaker.answered(), Some(Change::Closed));
        assert_eq!((breaker.ask(46_000), breaker.ask(46_000)), (Gate::Go, Gate::Go));
        assert_eq!(breaker.answered(), None);
    }

    #[test]
    fn failures_count_in_a_row_only() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            assert_eq!((breaker.failed(0, 3), breaker.failed(0, 3)), (None, None));
            assert_eq!(breaker.answered(), None);
        }
        assert!((0..100).all(|_| breaker.failed(0, 0).is_none()), "0 is never");
    }

    #[test]
    fn pauses_end_somewhere_and_a_busy_receiver_gets_a_break() {
        let mut breaker = Breaker::default();
        let mut now = 0;
        for _ in 0..40 {
            breaker.failed(now, 1);
            let Gate::Down { until_ms } = breaker.ask(now) else { panic!("open") };
            assert!(until_ms - now <= LONGEST_PAUSE_MS);
            now = until_ms;
            assert_eq!(breaker.ask(now), Gate::Go);
        }
        breaker.answered();
        breaker.pause(now, Duration::from_secs(20));
        breaker.pause(now, Duration::from_secs(10));
        assert_eq!(breaker.ask(now), Gate::Busy { until_ms: now + 20_000 });
        assert_eq!(breaker.ask(now + 20_000), Gate::Go);
        breaker.pause(now, Duration::from_secs(86_400));
        assert_eq!(breaker.ask(now), Gate::Busy { until_ms: now + LONGEST_BUSY_MS });
    }
}
