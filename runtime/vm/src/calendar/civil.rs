//! Calendar durations and local time: the same time of day on another date.
//!
//! Dates go from the year 1 to 9999; a local time that a clock skips is the moment of the change, one that
//! it shows twice is the first.
//!
//! Invariant: nothing here knows about working time.

use wf_plan::time::{DAY_MS, Date, MINUTE_MS, Moment, days_in_month};

use super::{CompiledCalendar, zone::SECOND_MS};

/// A moment as the clocks and calendars of a zone show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local {
    /// The date.
    pub date: Date,
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// 0 is Monday, 6 is Sunday.
    pub weekday: u8,
    /// Minutes since the clock showed 00:00, 0 to 1439.
    pub minute_of_day: u16,
    /// Milliseconds within the minute, 0 to 59,999.
    pub ms_of_minute: u16,
    /// Seconds that local time is ahead of UTC.
    pub offset_seconds: i32,
}

impl CompiledCalendar {
    /// What the zone's clocks show at a moment.
    #[must_use]
    pub fn local(&self, moment: Moment) -> Option<Local> {
        let offset_seconds = self.zone.offset_at(moment);
        let local_ms = moment.0.checked_add(i64::from(offset_seconds) * SECOND_MS)?;
        let date = date_of(local_ms)?;
        let (year, month, day) = date.ymd();
        let ms = local_ms.rem_euclid(DAY_MS);
        Some(Local {
            date,
            year,
            month,
            day,
            weekday: u8::try_from(date.weekday()).ok()?,
            minute_of_day: u16::try_from(ms / MINUTE_MS).ok()?,
            ms_of_minute: u16::try_from(ms % MINUTE_MS).ok()?,
            offset_seconds,
        })
    }

    /// The moment at which the zone's clocks first show a minute of a date; where they skip it, the first
    /// moment after the gap. Minute 1440 is the midnight ending the date.
    #[must_use]
    pub fn from_local(&self, date: Date, minute_of_day: u16) -> Option<Moment> {
        let local_ms = i64::from(date.0) * DAY_MS + i64::from(minute_of_day) * MINUTE_MS;
        self.zone.from_local(local_ms).filter(|_| date.in_range())
    }

    /// The moment at which a date begins.
    pub(super) fn start_of_day(&self, date: Date) -> Option<Moment> {
        self.from_local(date, 0)
    }

    /// The date that has begun and not ended at a moment. It is the one the clocks show, but for a clock
    /// that goes back over midnight: there a date begins when it is first shown.
    pub(super) fn date_at(&self, moment: Moment) -> Option<Date> {
        let shown = date_of(self.zone.to_local(moment)?)?;
        if self.zone.shows_latest_date(moment) {
            return Some(shown);
        }
        match shown.plus_days(1) {
            Some(next) if self.start_of_day(next)? <= moment => Some(next),
            _ => Some(shown),
        }
    }

    /// The same local time `days` later.
    pub(super) fn add_days(&self, moment: Moment, days: i64) -> Option<Moment> {
        self.on_another_date(moment, days, |date| date.plus_days(days))
    }

    /// The same local time `months` later; a day the month does not have becomes its last.
    pub(super) fn add_months(&self, moment: Moment, months: i64) -> Option<Moment> {
        self.on_another_date(moment, months, |date| plus_months(date, months))
    }

    fn on_another_date(
        &self,
        moment: Moment,
        amount: i64,
        go: impl FnOnce(Date) -> Option<Date>,
    ) -> Option<Moment> {
        let local_ms = self.zone.to_local(moment)?;
        let there = go(date_of(local_ms)?)?;
        if amount == 0 {
            // The second pass of a doubled hour stays where it is.
            return Some(moment);
        }
        self.zone.from_local(i64::from(there.0) * DAY_MS + local_ms.rem_euclid(DAY_MS))
    }
}

/// The date of local milliseconds, within the years 1 to 9999.
fn date_of(local_ms: i64) -> Option<Date> {
    let days = i32::try_from(local_ms.div_euclid(DAY_MS)).ok()?;
    Some(Date(days)).filter(|date| date.in_range())
}

/// The same day `months` later, or the month's last where it has none.
pub(super) fn plus_months(date: Date, months: i64) -> Option<Date> {
    let (year, month, day) = date.ymd();
    let count = (i64::from(year) * 12 + i64::from(month) - 1).checked_add(months)?;
    let year = i32::try_from(count.div_euclid(12)).ok()?;
    let month = u8::try_from(count.rem_euclid(12) + 1).ok()?;
    Date::from_ymd(year, month, day.min(days_in_month(year, month))).filter(|date| date.in_range())
}

#[cfg(test)]
mod tests {
    use wf_plan::calendar::{Calendar, Interval, Transition};

    use super::*;

    #[test]
    fn a_clock_that_goes_back_over_midnight_does_not_bring_yesterday_back() {
        // On Sunday 1970-01-04 at 00:30 the clock goes back to 23:30 of Saturday; only Saturday is worked.
        let mut plan = Calendar { week: Default::default(), ..Calendar::utc_office_hours() };
        plan.week[5].push(Interval { open: 0, close: 1440 });
        let change_at = 3 * 86_400 + 1_800;
        plan.zone.transitions.push(Transition { at: change_at, offset_seconds: -3_600 });
        let calendar = CompiledCalendar::compile(&plan);

        let again = Moment((change_at + 900) * 1_000);
        let shown = calendar.local(again).unwrap();
        assert_eq!((shown.date, shown.minute_of_day), (Date(2), 23 * 60 + 45), "what the clock shows");
        assert_eq!(calendar.date_at(again), Some(Date(3)), "the day that has begun");
        assert!(!calendar.is_working(again));
        assert_eq!(calendar.previous_closing(again), Some(Moment(3 * DAY_MS)));
        assert_eq!(calendar.end_of_day(Date(2)), Some(Moment(3 * DAY_MS)));
    }

    #[test]
    fn months_of_any_number() {
        let date = |year, month, day| Date::from_ymd(year, month, day).unwrap();
        assert_eq!(plus_months(date(2026, 1, 31), 1), Some(date(2026, 2, 28)));
        assert_eq!(plus_months(date(2026, 1, 31), -11), Some(date(2025, 2, 28)));
        assert_eq!(plus_months(date(2024, 2, 29), 48), Some(date(2028, 2, 29)));
        assert_eq!(plus_months(date(2024, 2, 29), i64::MAX), None);
        assert_eq!(plus_months(date(1, 1, 1), -1), None);
    }
}
