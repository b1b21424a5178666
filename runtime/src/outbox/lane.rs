//! The letters of one channel or system that are claimed: which may go now, which wait, which go back.
//!
//! Letters of one instance go one after the other, in order; those of different instances side by side, as many as the
//! configuration lets. Invariant: what cannot go soon goes back into the store, so that it is in nobody's way.

use super::attempt::{Attempt, Tried};
use super::breaker::{Breakers, Gate};
use super::carriers::Settings;
use crate::store::PutBack;
use std::collections::{BTreeSet, VecDeque};

/// Letters that wait here for others of their channel, twice as many as are claimed at a time; more go back.
const WAITING: usize = 512;
/// For how long they go back.
const LATER_MS: i64 = 2_000;

/// The letters of one channel or system.
#[derive(Default)]
pub(super) struct Lane {
    waiting: VecDeque<Attempt>,
    /// Instances with a letter under way.
    running: BTreeSet<String>,
    /// Everything that waits was looked at then or later.
    looked_ms: i64,
    at_once: usize,
    rate: Rate,
}

/// What becomes of letters that were looked at.
#[derive(Default)]
pub(super) struct Sorted {
    /// They go now.
    pub going: Vec<Attempt>,
    /// They go back untried, for later.
    pub back: Vec<PutBack>,
    /// They have waited long enough for a destination that is down, and have another way.
    pub given_up: Vec<Tried>,
}

impl Lane {
    pub fn of(settings: Settings) -> Self {
        Self { at_once: settings.at_once.max(1), rate: Rate::of(settings.per_minute), ..Self::default() }
    }

    /// Lets a letter wait that was looked at now.
    pub fn push(&mut self, attempt: Attempt, now_ms: i64) {
        if self.waiting.is_empty() {
            self.looked_ms = now_ms;
        }
        self.waiting.push_back(attempt);
    }

    /// Whether a letter may go now that was not looked at since a moment.
    pub fn was_looked_at_before(&self, moment_ms: i64) -> bool {
        !self.waiting.is_empty() && self.running.len() < self.at_once && self.looked_ms <= moment_ms
    }

    /// What waits, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &Attempt> {
        self.waiting.iter()
    }

    /// Looks at everything that waits, and keeps what is still wanted.
    pub fn look(&mut self, now_ms: i64, is_wanted: impl FnMut(&Attempt) -> bool) {
        self.looked_ms = now_ms;
        self.waiting.retain(is_wanted);
    }

    /// A letter of the instance is not under way any more.
    pub fn ended(&mut self, instance: &str) {
        self.running.remove(instance);
    }

    /// Whether letters wait for others of their channel.
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether as many letters wait as are claimed at a time: more of them would go back.
    pub fn is_crowded(&self) -> bool {
        2 * self.waiting.len() > WAITING
    }

    /// Takes out everything that waits.
    pub fn drain(&mut self) -> impl Iterator<Item = Attempt> + '_ {
        self.waiting.drain(..)
    }

    /// Lets go what may go.
    pub fn sort(&mut self, now_ms: i64, breakers: &mut Breakers) -> Sorted {
        let mut sorted = Sorted::default();
        let mut too_fast = 0;
        while self.running.len() < self.at_once {
            let free = self.waiting.iter().position(|attempt| !self.running.contains(&attempt.row.instance));
            let Some(attempt) = free.and_then(|at| self.waiting.remove(at)) else { break };
            if let Err(until_ms) = self.rate.ask(now_ms) {
                let until_ms = until_ms + too_fast * self.rate.interval_ms;
                too_fast += 1;
                let note = format!("`{}` sends no more than its `per_minute`", attempt.job.lane());
                sorted.back.push(attempt.back(until_ms, &note));
                continue;
            }
            let destination = attempt.job.destination().to_owned();
            match breakers.of(&destination).ask(now_ms) {
                Gate::Go => {
                    self.rate.take(now_ms);
                    self.running.insert(attempt.row.instance.clone());
                    sorted.going.push(attempt);
                }
                Gate::Busy { until_ms } => {
                    sorted.back.push(attempt.back(until_ms, &format!("{destination} asked for a break")));
                }
                Gate::Down { .. } if attempt.has_next_route() => {
                    // As if it had been tried: whoever can be reached on another way is not kept waiting by this one.
                    sorted.given_up.push(attempt.not_tried(now_ms, &destination));
                }
                Gate::Down { until_ms } => {
                    sorted
                        .back
                        .push(attempt.back(until_ms, &format!("{destination} does not answer at present")));
                }
            }
        }
        while self.waiting.len() > WAITING {
            let Some(attempt) = self.waiting.pop_back() else { break };
            let note = format!("many letters wait for `{}`", attempt.job.lane());
            sorted.back.push(attempt.back(now_ms.saturating_add(LATER_MS), &note));
        }
        sorted
    }
}

/// No more than so many a minute, a second's worth of them at once.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    interval_ms: i64,
    tolerance_ms: i64,
    /// When the letters that went would have gone at an even pace.
    even_ms: i64,
}

impl Rate {
    fn of(per_minute: u32) -> Self {
        let per_minute = i64::from(per_minute);
        let interval_ms = if per_minute == 0 { 0 } else { (60_000 / per_minute).max(1) };
        let burst = (per_minute / 60).max(1);
        Self { interval_ms, tolerance_ms: (burst - 1) * interval_ms, even_ms: 0 }
    }

    /// Whether one may go now; else when.
    fn ask(&self, now_ms: i64) -> Result<(), i64> {
        let next = self.even_ms - self.tolerance_ms;
        if self.interval_ms == 0 || next <= now_ms { Ok(()) } else { Err(next) }
    }

    fn take(&mut self, now_ms: i64) {
        self.even_ms = self.even_ms.max(now_ms) + self.interval_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_lets_so_many_through_and_no_more() {
        for (per_minute, burst) in [(1, 1), (60, 1), (120, 2), (600, 10)] {
            let mut rate = Rate::of(per_minute);
            let mut went = 0;
            for now in 0..60_000 {
                while rate.ask(now).is_ok() {
                    rate.take(now);
                    went += 1;
                }
                if now == 0 {
                    assert_eq!(went, burst, "{per_minute}");
                }
            }
            let most = per_minute + burst;
            assert!((per_minute..=most).contains(&went), "{per_minute}: {went}");
        }
    }

    #[test]
    fn without_a_rate_everything_goes() {
        let mut rate = Rate::of(0);
        assert!((0..1_000).all(|_| {
            rate.take(5);
            rate.ask(5).is_ok()
        }));
    }
}
