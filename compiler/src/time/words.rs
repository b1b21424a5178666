//! Moments and lengths of time as a process owner reads them.
//!
//! Invariant: a moment is told in the local time of the calendar that it was computed with.

use super::years::Years;
use wf_plan::Moment;
use wf_plan::time::{DAY_MINUTES, DAY_MS, MINUTE_MS};

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `Thursday 24 December 2026 at 18:00`; a midnight is 24:00 of the day that it ends.
#[must_use]
pub fn moment(years: &Years, moment: Moment) -> String {
    let ends_day = years.calendar.local(moment).is_some_and(|local| local.minute_of_day == 0);
    let shown = if ends_day { moment.plus_ms(-MINUTE_MS).unwrap_or(moment) } else { moment };
    let Some(local) = years.calendar.local(shown) else { return "an unknown time".to_owned() };
    let weekday = WEEKDAYS.get(usize::from(local.weekday)).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(local.month).saturating_sub(1)).copied().unwrap_or_default();
    let minute = if ends_day { DAY_MINUTES } else { local.minute_of_day };
    let (day, year, hour, minute) = (local.day, local.year, minute / 60, minute % 60);
    format!("{weekday} {day} {month} {year} at {hour:02}:{minute:02}")
}

/// `3 days`, `1 day`, `5 hours`, `20 minutes`: rounded up to what a person would say.
#[must_use]
pub fn length(ms: i64) -> String {
    let (unit_ms, unit) = if ms >= DAY_MS {
        (DAY_MS, "day")
    } else if ms >= 60 * MINUTE_MS {
        (60 * MINUTE_MS, "hour")
    } else {
        (MINUTE_MS, "minute")
    };
    let count = ms.saturating_add(unit_ms - 1) / unit_ms;
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
