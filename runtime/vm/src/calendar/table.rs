//! The days of some years with their working time, added up.
//!
//! With it n working days and n working hours are one binary search away, however many they are; days
//! outside are walked one by one by `business`, which uses the table as soon as it reaches it.
//!
//! Invariant: a table only remembers what walking would find; it never changes a result.

use wf_plan::time::Date;

/// Seconds are enough: zones and working times have no finer parts. Sixty years of them fit.
const LONGEST_DAYS: usize = 60 * 366;
const SECOND_MS: i64 = 1_000;

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
    pub(super) fn empty() -> Self {
        Self { first: Date(0), worked_before: vec![0], working_days: Vec::new(), days_before: vec![0] }
    }

    /// The table of some years, asking for the milliseconds worked on each day.
    pub(super) fn of_years(first_year: i32, last_year: i32, mut day_ms: impl FnMut(Date) -> i64) -> Self {
        let (Some(first), Some(last)) = (Date::from_ymd(first_year, 1, 1), Date::from_ymd(last_year, 12, 31))
        else {
            return Self::empty();
        };
        let mut table = Self { first, ..Self::empty() };
        let mut total: u32 = 0;
        for count in (first.0..=last.0).take(LONGEST_DAYS) {
            let seconds = u32::try_from(day_ms(Date(count)) / SECOND_MS).unwrap_or(0);
            if seconds > 0 {
                table.working_days.push(Date(count));
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
    pub(super) fn end(&self) -> Date {
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

    /// Milliseconds worked from one date up to another, both of the table or its end.
    pub(super) fn worked_ms(&self, from: Date, to: Date) -> Option<i64> {
        Some(self.before_ms(self.place(to)?)? - self.before_ms(self.place(from)?)?)
    }

    /// Working days from one date up to another, both of the table or its end.
    pub(super) fn count(&self, from: Date, to: Date) -> Option<i64> {
        Some(self.days_before(to)? - self.days_before(from)?)
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
