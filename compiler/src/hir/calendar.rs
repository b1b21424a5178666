//! Calendars as written: zone, working time, holidays, closures, half days.
//!
//! Made by lowering, read by `check`. Invariant: dates and times are words here; `check` reads them (WF009) and has their places.

use super::{Name, Placed};

/// `calendar NAME { … }`. Dates and times are checked by check (WF009), so they are words here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct CalendarDecl {
    /// `time zone "…"`.
    pub zone: Option<Placed<String>>,
    /// `working DAYS TIMES`: weekdays (0 Monday) and intervals as written (`09:00`, `13:00`).
    pub working: Vec<Placed<WorkingLine>>,
    /// `holiday …`.
    pub holidays: Vec<Placed<(DayPattern, Option<String>)>>,
    /// `holidays of CALENDAR` (a path with dots is allowed).
    pub holidays_of: Vec<Placed<Vec<Name>>>,
    /// `closed A to B "…"`.
    pub closures: Vec<Placed<(String, String, Option<String>)>>,
    /// `half day PATTERN until TIME`.
    pub half_days: Vec<Placed<(DayPattern, String)>>,
}

/// A day: `2026-12-25` or `every 12-25`, as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum DayPattern {
    /// A date.
    On(String),
    /// Month and day of every year.
    Every(String),
}

/// Weekdays (0 Monday) and intervals as written (`09:00`, `13:00`).
pub type WorkingLine = (Vec<u8>, Vec<(String, String)>);
