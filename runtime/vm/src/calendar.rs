//! Business calendars: exact arithmetic on moments, as the language defines it.
//!
//! [`CompiledCalendar`] is made once from the [`Calendar`] of a plan and answers every question about due
//! dates, reminders and working time. Its parts: `zone` (UTC and local time), `days` (which times of a day
//! are worked), `table` (working days and working time, added up), `civil` (calendar durations), `business`
//! (working time), `quiet` (quiet hours).
//!
//! What the language leaves open is decided so:
//! - A day belongs to working time as far as it is worked in elapsed time: a shift over a gap is an hour
//!   shorter, over a doubled hour an hour longer.
//! - A business duration that ends exactly as a day's work ends is due then, not at the next opening;
//!   one that ends as a break begins is due when the break ends. A result clipped by a half day is its closing.
//! - Going back mirrors this: from outside working time one goes back to the last closing first, and
//!   a result between a closing and an opening is the opening. Minutes worked since opening are kept.
//! - Business days and hours reach from 1900 to 2199, everything else from the year 1 to 9999; beyond, and
//!   where a calendar has no working time left, the answer is `None`.
//!
//! Invariant: no clock, no zone file, no panic; the same plan and moment give the same answer everywhere.

use wf_plan::calendar::{Calendar, Duration, Unit};
use wf_plan::time::{Date, MINUTE_MS, Moment};

mod business;
mod civil;
mod days;
mod quiet;
mod table;
mod zone;

pub use civil::Local;
pub use zone::CompiledZone;

use days::Days;
use table::Table;

/// The years whose days are added up in advance, about 9,500 days and 60 KB for a calendar.
const TABLE_YEARS: (i32, i32) = (2020, 2045);

/// A calendar ready for use. Cheap to share, so make one per plan and calendar.
#[derive(Debug, Clone)]
pub struct CompiledCalendar {
    zone: CompiledZone,
    days: Days,
    table: Table,
}

impl CompiledCalendar {
    /// Prepares a calendar, in under a millisecond. Total over any data: a calendar that
    /// [`Calendar::problem`] refuses is put in order as well as possible, and means nothing.
    #[must_use]
    pub fn compile(plan: &Calendar) -> Self {
        Self::compile_for_years(plan, TABLE_YEARS.0, TABLE_YEARS.1)
    }

    /// As [`Self::compile`], adding up other years; none when the first lies after the last. Results do
    /// not depend on the choice, only speed does: days outside are walked one by one.
    #[must_use]
    pub fn compile_for_years(plan: &Calendar, first_year: i32, last_year: i32) -> Self {
        let mut calendar = Self {
            zone: CompiledZone::compile(&plan.zone),
            days: Days::compile(plan),
            table: Table::empty(),
        };
        calendar.table = Table::of_years(first_year, last_year, |date| calendar.walked_day_ms(date));
        calendar
    }

    /// The moment `duration` after `moment`; before it, when the amount is negative.
    ///
    /// `None` when the result cannot be held or the calendar has no working time left.
    #[must_use]
    pub fn add(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        if duration.amount < 0 { self.go_back(moment, duration) } else { self.go_on(moment, duration) }
    }

    /// The moment `duration` before `moment`: the mirror image of [`Self::add`].
    ///
    /// After adding, subtracting gives the moment back, if it was working time and no day was clipped
    /// (business durations), or if no month was too short and no clock changed (calendar durations).
    #[must_use]
    pub fn subtract(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        let turned = Duration { amount: duration.amount.checked_neg()?, unit: duration.unit };
        if turned.amount > 0 { self.go_on(moment, &turned) } else { self.go_back(moment, &turned) }
    }

    /// Forward; the amount is not negative.
    fn go_on(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        let amount = duration.amount;
        match duration.unit {
            Unit::BusinessHours => self.add_working_ms(moment, amount.checked_mul(60 * MINUTE_MS)?),
            Unit::BusinessDays => self.business_days_after(moment, amount),
            _ => self.shift(moment, duration),
        }
    }

    /// Backward; the amount is not positive.
    fn go_back(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        let amount = duration.amount.checked_neg()?;
        match duration.unit {
            Unit::BusinessHours => self.subtract_working_ms(moment, amount.checked_mul(60 * MINUTE_MS)?),
            Unit::BusinessDays => self.business_days_before(moment, amount),
            _ => self.shift(moment, duration),
        }
    }

    /// Elapsed and calendar durations, either way.
    fn shift(&self, moment: Moment, duration: &Duration) -> Option<Moment> {
        let amount = duration.amount;
        match duration.unit {
            Unit::Minutes => moment.plus_ms(amount.checked_mul(MINUTE_MS)?),
            Unit::Hours => moment.plus_ms(amount.checked_mul(60 * MINUTE_MS)?),
            Unit::Days => self.add_days(moment, amount),
            Unit::Weeks => self.add_days(moment, amount.checked_mul(7)?),
            Unit::Months => self.add_months(moment, amount),
            Unit::Years => self.add_months(moment, amount.checked_mul(12)?),
            Unit::BusinessHours | Unit::BusinessDays => None,
        }
    }

    /// What `end of DURATION after MOMENT` means: the moment's own day is left out, and the result is the
    /// midnight that ends the last day.
    ///
    /// Business days count the working days after the moment's day. Minutes and hours, elapsed or worked,
    /// end with the day in which they run out.
    #[must_use]
    pub fn end_of(&self, duration: &Duration, moment: Moment) -> Option<Moment> {
        let day = self.date_at(moment)?;
        let last = match duration.unit {
            Unit::Days => day.plus_days(duration.amount)?,
            Unit::Weeks => day.plus_days(duration.amount.checked_mul(7)?)?,
            Unit::Months => civil::plus_months(day, duration.amount)?,
            Unit::Years => civil::plus_months(day, duration.amount.checked_mul(12)?)?,
            Unit::BusinessDays => self.working_days_on(day, duration.amount)?,
            Unit::Minutes | Unit::Hours | Unit::BusinessHours => {
                let end = self.add(moment, duration)?;
                // What runs out at midnight has used up the day before.
                let reaches_into = if end > moment { end.plus_ms(-1)? } else { end };
                self.date_at(reaches_into)?
            }
        };
        self.end_of_day(last)
    }

    /// What `, moved to the next working day` means: a moment on a working day stays; any other keeps its
    /// local time on the next working day. A moment at midnight is the end of the day before it, so that
    /// the end of a Sunday becomes the end of Monday.
    #[must_use]
    pub fn move_to_next_working_day(&self, moment: Moment) -> Option<Moment> {
        let date = self.date_at(moment)?;
        let at_midnight = self.start_of_day(date)? == moment;
        let judged = if at_midnight { date.plus_days(-1)? } else { date };
        if self.is_working_day(judged) {
            return Some(moment);
        }
        let moved_to = self.working_days_on(judged, 1)?;
        if at_midnight {
            return self.end_of_day(moved_to);
        }
        self.add_days(moment, i64::from(moved_to.0) - i64::from(date.0))
    }

    /// The midnight that ends a date.
    #[must_use]
    pub fn end_of_day(&self, date: Date) -> Option<Moment> {
        self.start_of_day(date.plus_days(1)?)
    }
}
