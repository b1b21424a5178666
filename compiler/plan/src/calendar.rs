//! Business calendars, zones, durations and quiet hours: the plain data a plan carries.
//!
//! The compiler fills these from `calendar` declarations and its bundled time-zone data; the interpreter
//! (`wf-vm`, `calendar`) turns a [`Calendar`] into lookup tables and does the arithmetic. A plan carries
//! every transition it uses, so that the machine that runs it needs no zone files and two machines never
//! disagree about a due date.
//!
//! Invariant: a calendar that [`Calendar::problem`] accepts means the same on every machine, for ever.
//! What is checked is in `calendar/problem.rs`, zones are in `calendar/zone.rs`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Date;

pub mod limits;
mod problem;
mod zone;

pub use problem::CalendarProblem;
pub use zone::{Daylight, TailRule, Transition, YearlyChange, YearlyDay, Zone};

/// When a group of people works, in one time zone.
///
/// What holds when several lines speak of one day: a closure or holiday beats a half day, a half day beats
/// the week. Years for which a dated holiday list says nothing are worked by the week and the yearly
/// holidays; [`Calendar::dated_years`] says which years the lists cover, so that a check can warn.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Calendar {
    /// The name it was declared under.
    pub name: String,
    /// The zone whose local time all of it is written in.
    pub zone: Zone,
    /// Working intervals, Monday first; each day's are in order and do not touch.
    pub week: [Vec<Interval>; 7],
    /// Days on which nobody works.
    pub holidays: Vec<Holiday>,
    /// Longer spans in which nobody works.
    pub closures: Vec<Closure>,
    /// Days on which work ends early.
    pub half_days: Vec<HalfDay>,
    /// The years (first, last) for which the dated holidays are complete; `None` without dated holidays.
    pub dated_years: Option<(i16, i16)>,
}

/// A span of working time within one local day, in minutes since its midnight; `open` is worked,
/// `close` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval {
    /// First minute of work, 0 to 1439.
    pub open: u16,
    /// The minute at which work ends, 1 to 1440; 1440 is the midnight ending the day.
    pub close: u16,
}

/// A day that comes once or every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DayRule {
    /// One date.
    On(Date),
    /// The same month (1 to 12) and day (1 to 31) of every year; 02-29 comes in leap years only.
    Every {
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month, 1 to 31.
        day: u8,
    },
}

/// A day on which nobody works.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holiday {
    /// Which day.
    pub day: DayRule,
    /// What people call it.
    pub name: String,
}

/// Days in a row on which nobody works.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Closure {
    /// First closed day.
    pub from: Date,
    /// Last closed day.
    pub to: Date,
    /// Why.
    pub name: String,
}

/// A day on which work ends early; what the week says after `until` does not hold. A day of which
/// nothing is left is no working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HalfDay {
    /// Which day.
    pub day: DayRule,
    /// The minute of the day at which work ends, 1 to 1440.
    pub until: u16,
}

/// Unit of a [`Duration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// Elapsed minutes.
    Minutes,
    /// Elapsed hours.
    Hours,
    /// Calendar days: the same local time on a later date.
    Days,
    /// Calendar weeks of seven days.
    Weeks,
    /// Calendar months; a day the month does not have becomes its last.
    Months,
    /// Calendar years; 29 February becomes the 28th where there is none.
    Years,
    /// Hours of working time.
    BusinessHours,
    /// Working days.
    BusinessDays,
}

impl Unit {
    /// Whether the unit counts working time only, and so needs a calendar's week and holidays.
    #[must_use]
    pub fn is_business(self) -> bool {
        matches!(self, Self::BusinessHours | Self::BusinessDays)
    }

    /// Whether the unit counts elapsed time and needs no calendar at all.
    #[must_use]
    pub fn is_elapsed(self) -> bool {
        matches!(self, Self::Minutes | Self::Hours)
    }
}

/// A length of time as a person writes it: a whole amount of one unit. Durations are applied to moments
/// one after the other, never added to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// How many; negative goes back in time.
    pub amount: i64,
    /// Of what.
    pub unit: Unit,
}

impl fmt::Display for Duration {
    /// As the language writes it: `1 business day`, `2 weeks`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => "minute",
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
            Unit::Years => "year",
            Unit::BusinessHours => "business hour",
            Unit::BusinessDays => "business day",
        };
        let plural = if self.amount.unsigned_abs() == 1 { "" } else { "s" };
        write!(out, "{} {unit}{plural}", self.amount)
    }
}

impl Duration {
    /// A duration of `amount` units.
    #[must_use]
    pub fn new(amount: i64, unit: Unit) -> Self {
        Self { amount, unit }
    }
}

/// When a role is not disturbed; judged in the local time of the role's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct QuietHours {
    /// Spans of every day.
    pub daily: Vec<QuietSpan>,
    /// The weekdays on which the calendar never works; Saturday and Sunday where it works on all or none.
    pub weekends: bool,
    /// The calendar's holidays and closures.
    pub holidays: bool,
}

/// A quiet span of every day in minutes since midnight; with `from` later than `to` it goes on over
/// midnight (19:00 to 08:00), with both equal it is the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct QuietSpan {
    /// First quiet minute, 0 to 1439.
    pub from: u16,
    /// First minute that is not quiet any more, 0 to 1440.
    pub to: u16,
}

impl Calendar {
    /// Monday to Friday 09:00 to 17:00, UTC, no holidays: what holds where no calendar is named.
    #[must_use]
    pub fn utc_office_hours() -> Self {
        let office = vec![Interval { open: 9 * 60, close: 17 * 60 }];
        Self {
            name: "office hours in UTC".to_owned(),
            zone: Zone::utc(),
            week: std::array::from_fn(|weekday| if weekday < 5 { office.clone() } else { Vec::new() }),
            holidays: Vec::new(),
            closures: Vec::new(),
            half_days: Vec::new(),
            dated_years: None,
        }
    }
}

impl QuietHours {
    /// Whether nothing is ever quiet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.daily.is_empty() && !self.weekends && !self.holidays
    }
}

impl Interval {
    /// As the language writes it: `09:00 to 17:00`.
    #[must_use]
    pub fn words(self) -> String {
        format!("{} to {}", clock(self.open), clock(self.close))
    }
}

pub(crate) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
