//! The only place that reads the time.
//!
//! Everything else gets a [`Clock`] and asks it, so that tests and `play` run on a clock of their own.
//! Invariant: a clock never goes back, whatever the machine's does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use wf_plan::Moment;

/// Tells what time it is. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    latest: Arc<AtomicI64>,
    virtual_time: bool,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn of_machine() -> Self {
        Self { latest: Arc::new(AtomicI64::new(i64::MIN)), virtual_time: false }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn standing_at(moment: Moment) -> Self {
        Self { latest: Arc::new(AtomicI64::new(moment.0)), virtual_time: true }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Moment {
        if self.virtual_time {
            return Moment(self.latest.load(Ordering::Acquire));
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let read = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Moment(self.latest.fetch_max(read, Ordering::AcqRel).max(read))
    }

    /// Whether the clock is moved by hand.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.virtual_time
    }

    /// Moves a virtual clock forward; earlier moments and the machine's clock are left alone.
    pub fn move_to(&self, moment: Moment) {
        if self.virtual_time {
            self.latest.fetch_max(moment.0, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_virtual_clock_goes_forward_only() {
        let clock = Clock::standing_at(Moment(1_000));
        clock.move_to(Moment(500));
        assert_eq!(clock.now(), Moment(1_000));
        clock.move_to(Moment(2_000));
        assert_eq!(clock.clone().now(), Moment(2_000));
    }

    #[test]
    fn the_machine_clock_is_not_moved_by_hand() {
        let clock = Clock::of_machine();
        let before = clock.now();
        clock.move_to(Moment(i64::MAX));
        assert!(clock.now().0 < i64::MAX && clock.now() >= before);
    }
}
