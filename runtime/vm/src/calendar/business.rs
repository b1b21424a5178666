//! Working time: openings, closings, business days and hours.
//!
//! A moment is turned into a [`Place`], a date and the milliseconds worked on it so far; amounts are added
//! there, many days at once by tables; the place is turned back into a moment.
//!
//! Invariant: results are working time, or the moment at which a day's work ends.

use wf_plan::time::{DAY_MS, Date, MINUTE_MS, Moment};

use super::CompiledCalendar;
use super::table::Table;

/// Business arithmetic stays within the years 1900 to 2199, those of `super::BUSINESS_YEARS`, so that no search is
/// longer than 110,000 days: these are the first day of the one and the last of the other.
const BUSINESS_DATES: (Date, Date) = (Date(-25_567), Date(84_005));
/// More days than those years have: not worth a search.
const MAX_DAYS: i64 = 300 * 366;
/// More milliseconds than those years have.
const MAX_MS: i64 = MAX_DAYS * DAY_MS;

/// A date and the milliseconds worked on it.
#[derive(Debug, Clone, Copy)]
struct Place {
    date: Date,
    worked_ms: i64,
}

/// Which moment stands for a place between two working times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Closing,
    Opening,
}

/// A span of work in milliseconds since 1970 UTC; `open` is worked, `close` is not.
#[derive(Debug, Clone, Copy)]
struct Span {
    open: i64,
    close: i64,
}

impl CompiledCalendar {
    /// Whether a moment is working time: from an opening (included) to a closing (not included).
    #[must_use]
    pub fn is_working(&self, moment: Moment) -> bool {
        self.date_at(moment)
            .is_some_and(|date| self.spans(date).any(|span| span.open <= moment.0 && moment.0 < span.close))
    }

    /// Whether any time of a date is worked.
    #[must_use]
    pub fn is_working_day(&self, date: Date) -> bool {
        self.day_ms(date) > 0
    }

    /// Whether a date is a holiday or inside a closure, whatever the week says.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        self.days.is_holiday(date)
    }

    /// The moment itself if it is working time, else the next opening.
    #[must_use]
    pub fn next_opening(&self, moment: Moment) -> Option<Moment> {
        self.place_on(moment).map(|(moved, _)| moved)
    }

    /// The moment itself if it is working time, else the closing before it.
    #[must_use]
    pub fn previous_closing(&self, moment: Moment) -> Option<Moment> {
        let (place, side) = self.place_back(moment)?;
        self.moment_of(place, side)
    }

    /// Working milliseconds from one moment to another; negative when the second is earlier.
    #[must_use]
    pub fn working_ms_between(&self, from: Moment, to: Moment) -> Option<i64> {
        if to < from {
            return self.working_ms_between(to, from)?.checked_neg();
        }
        let (first, last) = (self.business_date_at(from)?, self.business_date_at(to)?);
        let days_between = self.worked_ms_on(first, last)?;
        Some(days_between - self.worked_by(from, first) + self.worked_by(to, last))
    }

    /// Whole working minutes from one moment to another, rounded towards zero; negative when the second is
    /// earlier.
    #[must_use]
    pub fn working_minutes_between(&self, from: Moment, to: Moment) -> Option<i64> {
        self.working_ms_between(from, to).map(|ms| ms / MINUTE_MS)
    }

    /// Working days from one date up to another, the second not counted; negative when it is earlier.
    #[must_use]
    pub fn business_days_between(&self, from: Date, to: Date) -> Option<i64> {
        if to < from {
            return self.business_days_between(to, from)?.checked_neg();
        }
        let (mut date, end) = (in_business_years(from)?, in_business_years(to)?);
        let mut count = 0;
        while date < end {
            if let Some((reached, days)) = self.table_of(date).and_then(|table| table.count_on(date, end)) {
                count += days;
                date = reached;
            } else {
                count += i64::from(self.is_working_day(date));
                date = date.plus_days(1)?;
            }
        }
        Some(count)
    }

    /// The moment by which `ms` milliseconds (not negative) have been worked from `moment` on. With these
    /// and [`Self::working_ms_between`] a stopped clock goes on where it stood.
    #[must_use]
    pub fn add_working_ms(&self, moment: Moment, ms: i64) -> Option<Moment> {
        if ms < 0 {
            return self.subtract_working_ms(moment, ms.checked_neg()?);
        }
        let (moved, place) = self.place_on(moment)?;
        if ms == 0 {
            return Some(moved);
        }
        let mut date = place.date;
        let mut left = place.worked_ms + at_most(ms, MAX_MS)?;
        loop {
            if let Some((reached, rest)) = self.table_of(date).and_then(|table| table.work_on(date, left)) {
                (date, left) = (reached, rest);
            }
            let day_ms = self.day_ms(date);
            if left <= day_ms {
                return self.moment_of(Place { date, worked_ms: left }, Side::Opening);
            }
            left -= day_ms;
            date = in_business_years(date.plus_days(1)?)?;
        }
    }

    /// The moment from which on `ms` milliseconds (not negative) are worked until `moment`.
    #[must_use]
    pub fn subtract_working_ms(&self, moment: Moment, ms: i64) -> Option<Moment> {
        if ms < 0 {
            return self.add_working_ms(moment, ms.checked_neg()?);
        }
        let (place, side) = self.place_back(moment)?;
        if ms == 0 {
            return self.moment_of(place, side);
        }
        let mut date = place.date;
        let mut left = place.worked_ms - at_most(ms, MAX_MS)?;
        while left < 0 {
            if let Some((reached, rest)) = self.table_of(date).and_then(|table| table.work_back(date, left)) {
                (date, left) = (reached, rest);
            } else {
                date = in_business_years(date.plus_days(-1)?)?;
                left += self.day_ms(date);
            }
        }
        self.moment_of(Place { date, worked_ms: left }, Side::Opening)
    }

    /// `count` (not negative) business days on: as many minutes after opening, clipped to the day.
    pub(super) fn business_days_after(&self, moment: Moment, count: i64) -> Option<Moment> {
        let (moved, place) = self.place_on(moment)?;
        if count == 0 {
            return Some(moved);
        }
        let date = self.working_days_on(place.date, count)?;
        self.moment_of(Place { date, ..place }, Side::Opening)
    }

    /// `count` (not negative) business days back: as many minutes after opening, clipped to the day.
    pub(super) fn business_days_before(&self, moment: Moment, count: i64) -> Option<Moment> {
        let (place, side) = self.place_back(moment)?;
        let date = self.working_days_back(place.date, count)?;
        self.moment_of(Place { date, ..place }, side)
    }

    /// The `count`-th working day after a date; before it, when negative; the date itself for 0.
    pub(super) fn working_days_on(&self, date: Date, count: i64) -> Option<Date> {
        if count < 0 {
            return self.working_days_back(date, count.checked_neg()?);
        }
        let (mut date, mut left) = (in_business_years(date)?, at_most(count, MAX_DAYS)?);
        while left > 0 && self.days.has_work() {
            if let Some((reached, rest)) = self.table_of(date).and_then(|table| table.jump_on(date, left)) {
                (date, left) = (reached, rest);
            } else {
                date = in_business_years(date.plus_days(1)?)?;
                left -= i64::from(self.is_working_day(date));
            }
        }
        (left == 0).then_some(date)
    }

    fn working_days_back(&self, date: Date, count: i64) -> Option<Date> {
        let (mut date, mut left) = (in_business_years(date)?, at_most(count, MAX_DAYS)?);
        while left > 0 && self.days.has_work() {
            if let Some((reached, rest)) = self.table_of(date).and_then(|table| table.jump_back(date, left)) {
                (date, left) = (reached, rest);
            } else {
                date = in_business_years(date.plus_days(-1)?)?;
                left -= i64::from(self.is_working_day(date));
            }
        }
        (left == 0).then_some(date)
    }

    /// The moment moved on into working time, and its place.
    fn place_on(&self, moment: Moment) -> Option<(Moment, Place)> {
        let date = self.business_date_at(moment)?;
        let mut worked_ms = 0;
        for span in self.spans(date) {
            if moment.0 < span.close {
                let moved = moment.0.max(span.open);
                return Some((Moment(moved), Place { date, worked_ms: worked_ms + moved - span.open }));
            }
            worked_ms += span.close - span.open;
        }
        let place = Place { date: self.working_days_on(date, 1)?, worked_ms: 0 };
        Some((self.moment_of(place, Side::Opening)?, place))
    }

    /// The place of a moment moved back into working time or to a closing.
    fn place_back(&self, moment: Moment) -> Option<(Place, Side)> {
        let date = self.business_date_at(moment)?;
        let mut worked_ms = 0;
        for span in self.spans(date).take_while(|span| span.open <= moment.0) {
            if moment.0 < span.close {
                return Some((Place { date, worked_ms: worked_ms + moment.0 - span.open }, Side::Opening));
            }
            worked_ms += span.close - span.open;
        }
        if worked_ms > 0 {
            return Some((Place { date, worked_ms }, Side::Closing));
        }
        let date = self.working_days_back(date, 1)?;
        Some((Place { date, worked_ms: self.day_ms(date) }, Side::Closing))
    }

    /// The moment of a place; the day's closing, if more is worked than the day has.
    fn moment_of(&self, place: Place, side: Side) -> Option<Moment> {
        let mut left = place.worked_ms;
        let mut closing = None;
        for span in self.spans(place.date) {
            let length = span.close - span.open;
            if left < length || (side == Side::Closing && left == length) {
                return Some(Moment(span.open + left));
            }
            left -= length;
            closing = Some(Moment(span.close));
        }
        closing
    }

    /// Milliseconds worked on a date before a moment.
    fn worked_by(&self, moment: Moment, date: Date) -> i64 {
        self.spans(date).map(|span| (moment.0.min(span.close) - span.open).max(0)).sum()
    }

    /// Milliseconds worked from one date up to another.
    fn worked_ms_on(&self, from: Date, to: Date) -> Option<i64> {
        let mut date = from;
        let mut total = 0;
        while date < to {
            if let Some((reached, ms)) = self.table_of(date).and_then(|table| table.worked_on(date, to)) {
                total += ms;
                date = reached;
            } else {
                total += self.day_ms(date);
                date = date.plus_days(1)?;
            }
        }
        Some(total)
    }

    /// Milliseconds worked on a date.
    fn day_ms(&self, date: Date) -> i64 {
        self.known_day_ms(date).unwrap_or_else(|| self.walked_day_ms(date))
    }

    /// As [`Self::day_ms`], if the days around it have been added up already.
    fn known_day_ms(&self, date: Date) -> Option<i64> {
        self.tables.made(date)?.day_ms(date)
    }

    /// The days around a date, added up when they are first asked for.
    fn table_of(&self, date: Date) -> Option<&Table> {
        self.tables.of(date, |date| self.walked_day_ms(date))
    }

    /// As [`Self::day_ms`], without a table.
    fn walked_day_ms(&self, date: Date) -> i64 {
        self.spans(date).map(|span| span.close - span.open).sum()
    }

    /// The spans of work of a date, in order; those that a clock skips wholly are left out.
    fn spans(&self, date: Date) -> impl Iterator<Item = Span> {
        // A table that is made knows whether anybody works on a day.
        let known = self.known_day_ms(date).map(|ms| ms == 0);
        let free = known.unwrap_or_else(|| self.days.is_holiday(date));
        self.days.times_unless(free, date).filter_map(move |time| {
            let open = self.from_local(date, time.open)?.0;
            let close = self.from_local(date, time.close)?.0;
            (open < close).then_some(Span { open, close })
        })
    }

    fn business_date_at(&self, moment: Moment) -> Option<Date> {
        in_business_years(self.date_at(moment)?)
    }
}

fn in_business_years(date: Date) -> Option<Date> {
    (BUSINESS_DATES.0..=BUSINESS_DATES.1).contains(&date).then_some(date)
}

fn at_most(amount: i64, max: i64) -> Option<i64> {
    (amount <= max).then_some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_of_business_begin_and_end_with_their_years() {
        let (first, last) = crate::calendar::BUSINESS_YEARS;
        assert_eq!(Date::from_ymd(first, 1, 1), Some(BUSINESS_DATES.0));
        assert_eq!(Date::from_ymd(last, 12, 31), Some(BUSINESS_DATES.1));
    }
}
