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
use table::Tables;

/// The years in which business days and hours are counted.
const BUSINESS_YEARS: (i32, i32) = (1900, 2199);

/// A calendar ready for use. Cheap to share, so make one per plan and calendar.
#[derive(Debug, Clone)]
pub struct CompiledCalendar {
    zone: CompiledZone,
    days: Days,
    tables: Tables,
}

impl CompiledCalendar {
    /// Prepares a calendar. Total over any data: a calendar that [`Calendar::problem`] refuses is put in
    /// order as well as possible, and means nothing.
    #[must_use]
    pub fn compile(plan: &Calendar) -> Self {
        Self::compile_for_years(plan, BUSINESS_YEARS.0, BUSINESS_YEARS.1)
    }

    /// As [`Self::compile`], adding up the days of these years only; of none when the first lies after the
    /// last. Results do not depend on the choice, only speed does: days outside are walked one by one.
    #[must_use]
    pub fn compile_for_years(plan: &Calendar, first_year: i32, last_year: i32) -> Self {
        Self {
            zone: CompiledZone::compile(&plan.zone),
            days: Days::compile(plan),
            tables: Tables::of_years(first_year, last_year),
        }
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

#[cfg(test)]
mod tests {
    use wf_plan::calendar::{Closure, DayRule, HalfDay, Holiday, Interval, QuietHours, QuietSpan};

    use super::*;

    /// UTC, Monday to Friday 09:00 to 13:00 and 14:00 to 18:00; 24 December until 13:00, 25 December free.
    fn calendar() -> CompiledCalendar {
        let mut plan = Calendar::utc_office_hours();
        for day in plan.week.iter_mut().filter(|day| !day.is_empty()) {
            *day = vec![Interval { open: 540, close: 780 }, Interval { open: 840, close: 1080 }];
        }
        let every = |day| DayRule::Every { month: 12, day };
        plan.half_days.push(HalfDay { day: every(24), until: 780 });
        plan.holidays.push(Holiday { day: every(25), name: "Christmas".to_owned() });
        CompiledCalendar::compile(&plan)
    }

    /// A moment of 2026, in UTC.
    fn at(month: u8, day: u8, hour: u16, minute: u16) -> Moment {
        calendar().from_local(Date::from_ymd(2026, month, day).unwrap(), hour * 60 + minute).unwrap()
    }

    fn plus(start: Moment, amount: i64, unit: Unit) -> Moment {
        calendar().add(start, &Duration::new(amount, unit)).unwrap()
    }

    fn minus(start: Moment, amount: i64, unit: Unit) -> Moment {
        calendar().subtract(start, &Duration::new(amount, unit)).unwrap()
    }

    #[test]
    fn business_days_keep_the_time_since_opening() {
        // 2 March 2026 is a Monday.
        assert_eq!(plus(at(3, 2, 10, 30), 5, Unit::BusinessDays), at(3, 9, 10, 30));
        assert_eq!(plus(at(3, 6, 17, 0), 1, Unit::BusinessDays), at(3, 9, 17, 0), "over a weekend");
        assert_eq!(plus(at(3, 7, 12, 0), 1, Unit::BusinessDays), at(3, 10, 9, 0), "from a Saturday");
        assert_eq!(plus(at(3, 2, 13, 30), 1, Unit::BusinessDays), at(3, 3, 14, 0), "from a break");
        assert_eq!(
            plus(at(12, 23, 16, 0), 1, Unit::BusinessDays),
            at(12, 24, 13, 0),
            "clipped by a half day"
        );
        assert_eq!(plus(at(12, 24, 10, 0), 1, Unit::BusinessDays), at(12, 28, 10, 0), "over Christmas");
    }

    #[test]
    fn business_hours_are_due_when_they_have_been_worked() {
        assert_eq!(plus(at(3, 6, 16, 30), 1, Unit::BusinessHours), at(3, 6, 17, 30));
        assert_eq!(plus(at(3, 6, 16, 30), 2, Unit::BusinessHours), at(3, 9, 9, 30), "over a weekend");
        assert_eq!(plus(at(3, 2, 9, 0), 8, Unit::BusinessHours), at(3, 2, 18, 0), "due at the day's closing");
        assert_eq!(plus(at(3, 2, 9, 0), 4, Unit::BusinessHours), at(3, 2, 14, 0), "due after the break");
        assert_eq!(plus(at(3, 2, 18, 0), 0, Unit::BusinessHours), at(3, 3, 9, 0));
    }

    #[test]
    fn going_back_mirrors_going_on() {
        assert_eq!(minus(at(3, 9, 10, 30), 5, Unit::BusinessDays), at(3, 2, 10, 30));
        assert_eq!(
            minus(at(3, 8, 12, 0), 1, Unit::BusinessDays),
            at(3, 5, 18, 0),
            "from a Sunday: Friday's closing"
        );
        assert_eq!(minus(at(3, 2, 18, 0), 8, Unit::BusinessHours), at(3, 2, 9, 0));
        assert_eq!(plus(at(3, 9, 10, 30), -5, Unit::BusinessDays), at(3, 2, 10, 30));
    }

    #[test]
    fn months_and_years_end_with_the_month() {
        assert_eq!(plus(at(1, 31, 12, 0), 1, Unit::Months), at(2, 28, 12, 0));
        assert_eq!(minus(at(5, 31, 12, 0), 3, Unit::Months), at(2, 28, 12, 0));
        let leap_day = calendar().from_local(Date::from_ymd(2028, 2, 29).unwrap(), 720).unwrap();
        assert_eq!(minus(leap_day, 2, Unit::Years), at(2, 28, 12, 0));
    }

    #[test]
    fn the_end_of_a_duration_leaves_its_first_day_out() {
        let end = |amount, unit, start| calendar().end_of(&Duration::new(amount, unit), start).unwrap();
        assert_eq!(end(60, Unit::Days, at(1, 10, 15, 0)), at(3, 12, 0, 0), "the midnight ending 11 March");
        assert_eq!(
            end(1, Unit::BusinessDays, at(3, 7, 12, 0)),
            at(3, 10, 0, 0),
            "Saturday: Monday is the first"
        );
        assert_eq!(end(24, Unit::Hours, at(3, 2, 0, 0)), at(3, 3, 0, 0), "used up with the day");
        assert_eq!(end(8, Unit::BusinessHours, at(3, 2, 9, 0)), at(3, 3, 0, 0));
    }

    #[test]
    fn calendar_deadlines_move_only_when_told() {
        let moved = |moment| calendar().move_to_next_working_day(moment).unwrap();
        assert_eq!(plus(at(3, 2, 15, 0), 5, Unit::Days), at(3, 7, 15, 0), "a Saturday");
        assert_eq!(moved(at(3, 7, 15, 0)), at(3, 9, 15, 0));
        assert_eq!(moved(at(3, 9, 0, 0)), at(3, 10, 0, 0), "the end of Sunday becomes the end of Monday");
        assert_eq!(moved(at(3, 7, 0, 0)), at(3, 7, 0, 0), "the end of Friday");
        assert_eq!(moved(at(3, 9, 22, 0)), at(3, 9, 22, 0), "after work, on a working day");
    }

    #[test]
    fn messages_wait_for_the_end_of_quiet_hours() {
        let evening = QuietSpan { from: 1140, to: 480 };
        let quiet = QuietHours { daily: vec![evening], weekends: true, holidays: true };
        let allowed = |moment| calendar().next_allowed(moment, &quiet).unwrap();
        assert_eq!(allowed(at(3, 2, 12, 0)), at(3, 2, 12, 0));
        assert_eq!(allowed(at(3, 2, 19, 0)), at(3, 3, 8, 0));
        assert_eq!(allowed(at(3, 6, 20, 0)), at(3, 9, 8, 0), "Friday evening to Monday morning");
        assert_eq!(allowed(at(12, 24, 20, 0)), at(12, 28, 8, 0), "Christmas, then a weekend");
        let always = QuietHours { daily: vec![QuietSpan { from: 0, to: 0 }], ..QuietHours::default() };
        assert_eq!(calendar().next_allowed(at(3, 2, 12, 0), &always), None);
    }

    #[test]
    fn without_working_time_there_is_no_answer() {
        let mut plan = Calendar::utc_office_hours();
        let closed = Closure { from: Date::MIN, to: Date::MAX, name: "for ever".to_owned() };
        plan.closures.push(closed);
        for plan in [plan, Calendar { week: Default::default(), ..Calendar::utc_office_hours() }] {
            let calendar = CompiledCalendar::compile(&plan);
            for unit in [Unit::BusinessDays, Unit::BusinessHours] {
                assert_eq!(calendar.add(at(3, 2, 9, 0), &Duration::new(1, unit)), None);
                assert_eq!(calendar.subtract(at(3, 2, 9, 0), &Duration::new(1, unit)), None);
            }
            assert_eq!(calendar.next_opening(at(3, 2, 9, 0)), None);
            assert_eq!(calendar.move_to_next_working_day(at(3, 2, 9, 0)), None);
        }
    }
}
