//! Time zones as data: offsets, the changes a plan uses, and the rule for all years after them.
//!
//! The compiler takes these from its bundled time-zone data; the interpreter goes between local time and
//! UTC with nothing else.
//!
//! Invariant: seconds are added to UTC to get local time; east is positive, unlike in POSIX texts.

use serde::{Deserialize, Serialize};

/// A time zone with everything needed to go between local time and UTC without any zone file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Zone {
    /// IANA name, such as `Europe/Rome`.
    pub name: String,
    /// Version of the time-zone data the rest was taken from, such as `2025b`.
    pub tzdb_version: String,
    /// Seconds to add to UTC before the first transition (or always, without transitions and tail).
    pub initial_offset_seconds: i32,
    /// Changes of the offset, by time.
    pub transitions: Vec<Transition>,
    /// The rule after the last transition; `None`: the last offset stays.
    pub tail: Option<TailRule>,
}

/// From `at` on, local time is UTC plus `offset_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Transition {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Seconds to add to UTC; east is positive.
    pub offset_seconds: i32,
}

/// The POSIX rule of a zone for all later years, with signs as people say them (east is positive).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TailRule {
    /// Standard offset from UTC in seconds.
    pub standard_seconds: i32,
    /// Summer time, if the zone keeps it.
    pub daylight: Option<Daylight>,
}

/// Summer time of a [`TailRule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Daylight {
    /// Offset from UTC in seconds while summer time holds.
    pub offset_seconds: i32,
    /// When it begins, on the standard clock.
    pub start: YearlyChange,
    /// When it ends, on the summer clock.
    pub end: YearlyChange,
}

/// The moment in each year at which a [`Daylight`] begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct YearlyChange {
    /// Which day of the year.
    pub day: YearlyDay,
    /// Seconds of local time after that day's midnight; −167 to 167 hours, as RFC 9636 allows.
    pub seconds: i32,
}

/// A day of the year as POSIX zone rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum YearlyDay {
    /// `Mm.w.d`: the `week`-th `weekday` of a month; week 5 is the last one.
    Weekday {
        /// Month, 1 to 12.
        month: u8,
        /// 1 to 5; 5 is the last.
        week: u8,
        /// 0 is Monday, 6 is Sunday.
        weekday: u8,
    },
    /// `Jn`: day 1 to 365; 29 February is never counted.
    JulianWithoutLeap(u16),
    /// `n`: day 0 to 365; 29 February is counted.
    DayOfYear(u16),
}

impl Zone {
    /// Coordinated universal time, which never changes.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            name: "UTC".to_owned(),
            tzdb_version: String::new(),
            initial_offset_seconds: 0,
            transitions: Vec::new(),
            tail: None,
        }
    }
}
