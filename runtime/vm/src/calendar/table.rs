//! Days with their working time, added up for some years at a time.
//!
//! With a table n working days and n working hours are one binary search away, however many they are.
//! `business` goes from table to table, and a day at a time where there is none. A table is made when its
//! years are first counted in: most calendars need those of today and no others.
//!
//! Invariant: a table only remembers what walking would find; it never changes a result.

use std::sync::OnceLock;

use wf_plan::time::Date;

/// Years in a table: some 1,800 days, 16 KB.
const YEARS_OF_A_TABLE: i32 = 5;
/// Tables begin in this year and every so many years before and after it.
const FIRST_YEAR: i32 = 2025;
/// Seconds are enough: zones and working times have no finer parts.
const SECOND_MS: i64 = 1_000;

/// The tables of a calendar, in the order of their years, each made when first asked for.
#[derive(Debug, Clone)]
pub(super) struct Tables(Vec<Years>);

/// A table and the dates it is for, both included.
#[derive(Debug, Clone)]
struct Years {
    first: Date,
    last: Date,
    table: OnceLock<Table>,
}

impl Tables {
    /// Tables for these years, none when the first lies after the last.
    pub(super) fn of_years(first_year: i32, last_year: i32) -> Self {
        let mut tables = Vec::new();
        let mut from = first_year;
        while from <= last_year {
            let passed = from.saturating_sub(FIRST_YEAR).rem_euclid(YEARS_OF_A_TABLE);
            let to = from.saturating_add(YEARS_OF_A_TABLE - 1 - passed).min(last_year);
            let dates = (Date::from_ymd(from, 1, 1), Date::from_ymd(to, 12, 31));
            let (Some(first), Some(last)) = dates else { break };
            tables.push(Years { first, last, table: OnceLock::new() });
            from = to.saturating_add(1);
        }
        Self(tables)
    }

    /// The table of a date, made from the milliseconds worked on each day if nobody asked for it before;
    /// none outside the years.
    pub(super) fn of(&self, date: Date, day_ms: impl FnMut(Date) -> i64) -> Option<&Table> {
        let years = self.years(date)?;
        Some(years.table.get_or_init(|| Table::of_days(years.first, years.last, day_ms)))
    }

    /// The table of a date, if it is made already.
    pub(super) fn made(&self, date: Date) -> Option<&Table> {
        self.years(date)?.table.get()
    }

    fn years(&self, date: Date) -> Option<&Years> {
        let place = self.0.partition_point(|years| years.last < date);
        self.0.get(place).filter(|years| years.first <= date)
    }
}

/// Working time of consecutive days.
#[derive(Debug, Clone)]
pub(super) struct Table {
    first: Date,
    /// Seconds worked in the table before each of its days, and in all of it at the end.
    worked_before: Vec<u32>,
    working_days: Vec<Date>,
    /// Working days of the table before each of its days, and all of them at the end.
    days_before: Vec<u16>,
}

impl Table {
    /// The table of some days, asking for the milliseconds worked on each.
    fn of_days(first: Date, last: Date, mut day_ms: impl FnMut(Date) -> i64) -> Self {
        let mut table =
            Self { first, worked_before: vec![0], working_days: Vec::new(), days_before: vec![0] };
        let mut total: u32 = 0;
        for date in (first.0..=last.0).map(Date) {
            let seconds = u32::try_from(day_ms(date) / SECOND_MS).unwrap_or(0);
            if seconds > 0 {
                table.working_days.push(date);
            }
            total = total.saturating_add(seconds);
            table.worked_before.push(total);
            table.days_before.push(u16::try_from(table.working_days.len()).unwrap_or(u16::MAX));
        }
        table
    }

    fn days(&self) -> usize {
        self.worked_before.len().saturating_sub(1)
    }

    /// The first date after the table.
    fn end(&self) -> Date {
        Date(self.first.0.saturating_add(i32::try_from(self.days()).unwrap_or(i32::MAX)))
    }

    /// The place of a date in `worked_before`; the end has one, too.
    fn place(&self, date: Date) -> Option<usize> {
        let place = usize::try_from(date.0.checked_sub(self.first.0)?).ok()?;
        (place <= self.days()).then_some(place)
    }

    fn date(&self, place: usize) -> Option<Date> {
        Some(Date(self.first.0.checked_add(i32::try_from(place).ok()?)?))
    }

    fn before_ms(&self, place: usize) -> Option<i64> {
        self.worked_before.get(place).map(|&seconds| i64::from(seconds) * SECOND_MS)
    }

    /// Working days before a date of the table or its end.
    fn days_before(&self, date: Date) -> Option<i64> {
        self.days_before.get(self.place(date)?).map(|&days| i64::from(days))
    }

    /// Milliseconds worked on a date of the table.
    pub(super) fn day_ms(&self, date: Date) -> Option<i64> {
        let place = self.place(date)?;
        Some(self.before_ms(place.checked_add(1)?)? - self.before_ms(place)?)
    }

    /// From a date inside on to a later one, at most to the end of the table: the date reached, and the
    /// milliseconds worked on the days up to it.
    pub(super) fn worked_on(&self, from: Date, to: Date) -> Option<(Date, i64)> {
        let reached = to.min(self.end());
        let worked = self.before_ms(self.place(reached)?)? - self.before_ms(self.place(from)?)?;
        (from < reached).then_some((reached, worked))
    }

    /// As [`Self::worked_on`], with the number of working days.
    pub(super) fn count_on(&self, from: Date, to: Date) -> Option<(Date, i64)> {
        let reached = to.min(self.end());
        let days = self.days_before(reached)? - self.days_before(from)?;
        (from < reached).then_some((reached, days))
    }

    /// Goes up to `left` working days on from a date inside: the date reached and how many are left.
    pub(super) fn jump_on(&self, date: Date, left: i64) -> Option<(Date, i64)> {
        let last = Date(self.end().0.checked_sub(1)?);
        self.place(date).filter(|_| date < last)?;
        let passed = self.days_before(date.plus_days(1)?)?;
        let target = passed.checked_add(left)?.checked_sub(1)?;
        match self.working_days.get(usize::try_from(target).ok()?) {
            Some(&reached) => Some((reached, 0)),
            None => Some((last, left - (i64::try_from(self.working_days.len()).ok()? - passed))),
        }
    }

    /// Goes up to `left` working days back from a date inside: the date reached and how many are left.
    pub(super) fn jump_back(&self, date: Date, left: i64) -> Option<(Date, i64)> {
        self.place(date).filter(|_| date > self.first)?;
        let earlier = self.days_before(date)?;
        match usize::try_from(earlier.checked_sub(left)?) {
            Ok(target) => Some((*self.working_days.get(target)?, 0)),
            Err(_) => Some((self.first, left - earlier)),
        }
    }

    /// From the beginning of a date inside, works off `left_ms` (above 0): the first date by whose end it
    /// is done, or the end of the table, and what is left at its beginning.
    pub(super) fn work_on(&self, date: Date, left_ms: i64) -> Option<(Date, i64)> {
        let place = self.place(date).filter(|place| *place < self.days())?;
        let wanted = self.before_ms(place)?.checked_add(left_ms)?;
        let done = self.worked_before.partition_point(|&seconds| i64::from(seconds) * SECOND_MS < wanted);
        let reached = done.checked_sub(1)?;
        Some((self.date(reached)?, wanted - self.before_ms(reached)?))
    }

    /// From the beginning of a date inside, goes back until `left_ms` (below 0) is not negative any more:
    /// the date, or the first one, and what is left at its beginning.
    pub(super) fn work_back(&self, date: Date, left_ms: i64) -> Option<(Date, i64)> {
        let place = self.place(date).filter(|place| *place > 0)?;
        let wanted = self.before_ms(place)?.checked_add(left_ms)?;
        if wanted < 0 {
            return Some((self.first, wanted));
        }
        let begun = self.worked_before.partition_point(|&seconds| i64::from(seconds) * SECOND_MS <= wanted);
        let reached = begun.checked_sub(1)?;
        Some((self.date(reached)?, wanted - self.before_ms(reached)?))
    }
}
