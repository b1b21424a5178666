//! What is counted of deliveries, as Prometheus reads it.
//!
//! Invariant: no label names a person, an instance or a destination; the number of series is fixed.

use super::breaker::Change;
use crate::channel::Delivered;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts of deliveries.
#[derive(Debug, Default)]
pub struct Measured {
    sent: AtomicU64,
    again: AtomicU64,
    refused: AtomicU64,
    unknown: AtomicU64,
    held_back: AtomicU64,
    opened: AtomicU64,
    closed: AtomicU64,
}

impl Measured {
    pub(super) fn count(&self, delivered: &Delivered) {
        let counter = match delivered {
            Delivered::Sent { .. } => &self.sent,
            Delivered::TryAgain { .. } => &self.again,
            Delivered::Refused { .. } => &self.refused,
            Delivered::Unknown { .. } => &self.unknown,
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn unknown(&self, count: usize) {
        self.unknown.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Relaxed);
    }

    pub(super) fn held_back(&self, count: usize) {
        self.held_back.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Relaxed);
    }

    pub(super) fn breaker(&self, change: Change) {
        match change {
            Change::Opened { .. } => self.opened.fetch_add(1, Relaxed),
            Change::Closed => self.closed.fetch_add(1, Relaxed),
        };
    }

    /// Everything as text, in the exposition format 0.0.4.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# HELP wfrun_deliveries_total Attempts to deliver letters and updates, by what became of them.\n\
             # TYPE wfrun_deliveries_total counter\n",
        );
        for (result, count) in [
            ("sent", &self.sent),
            ("try again", &self.again),
            ("refused", &self.refused),
            ("unknown", &self.unknown),
        ] {
            let _ = writeln!(text, "wfrun_deliveries_total{{result=\"{result}\"}} {}", count.load(Relaxed));
        }
        for (name, help, count) in [
            (
                "wfrun_deliveries_held_back_total",
                "Letters that went back untried, because of a limit or a destination that is left alone.",
                &self.held_back,
            ),
            (
                "wfrun_breaker_opened_total",
                "How often a destination was left alone after failures in a row, tries that failed included.",
                &self.opened,
            ),
            ("wfrun_breaker_closed_total", "How often such a destination answered again.", &self.closed),
        ] {
            let _ =
                writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {}", count.load(Relaxed));
        }
        text
    }
}
