//! Moments and dates as plans, journals and the interpreter hold them.
//!
//! A [`Moment`] counts milliseconds since 1970-01-01T00:00:00Z, without leap seconds; a [`Date`] counts
//! days since 1970-01-01 in the proleptic Gregorian calendar and has no zone. Zones and working time are
//! in [`crate::calendar`]; the arithmetic is the interpreter's.
//!
//! Invariant: nothing here reads a clock, and every function is total over its integers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 86_400_000;
/// Minutes in a day of 24 hours; also the minute of the day that means the midnight ending it.
pub const DAY_MINUTES: u16 = 1440;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl Moment {
    /// The moment that lies `milliseconds` later (earlier when negative); `None` when it cannot be held.
    #[must_use]
    pub fn plus_ms(self, milliseconds: i64) -> Option<Self> {
        self.0.checked_add(milliseconds).map(Self)
    }
}

/// A day without a zone: days since 1970-01-01, proleptic Gregorian.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Date(pub i32);

impl Date {
    /// 0001-01-01, the first date that arithmetic gives as a result.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31, the last date that arithmetic gives as a result.
    pub const MAX: Self = Self(2_932_896);

    /// The date of a year, month (1 to 12) and day (1 to 31), or `None` where there is no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let real = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        if !real {
            return None;
        }
        // Howard Hinnant, "chrono-compatible low-level date algorithms": years begin on 1 March, so that
        // the leap day is the last of its year, and 400 years are one era of 146,097 days.
        let shifted_year = i64::from(year) - i64::from(month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let month_from_march = (i64::from(month) + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        i32::try_from(era * 146_097 + day_of_era - 719_468).ok().map(Self)
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i32, u8, u8) {
        let from_era_start = i64::from(self.0) + 719_468;
        let era = from_era_start.div_euclid(146_097);
        let day_of_era = from_era_start.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        // An i32 of days spans under six million years either way: all three fit.
        (i32::try_from(year).unwrap_or(0), u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
    }

    /// The day of the week: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn weekday(self) -> usize {
        // 1970-01-01 was a Thursday.
        usize::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// The date `days` later (earlier when negative), within [`Date::MIN`] to [`Date::MAX`].
    #[must_use]
    pub fn plus_days(self, days: i64) -> Option<Self> {
        let sum = i64::from(self.0).checked_add(days)?;
        i32::try_from(sum).ok().map(Self).filter(|date| date.in_range())
    }

    /// Whether the date lies within [`Date::MIN`] to [`Date::MAX`].
    #[must_use]
    pub fn in_range(self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self)
    }
}

impl fmt::Display for Date {
    /// As the language writes dates: `2026-10-04`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

/// Days in a month (1 to 12) of a year; 0 for a month that does not exist.
#[must_use]
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Whether the Gregorian calendar gives the year a 29 February.
#[must_use]
pub fn is_leap_year(year: i32) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        for (year, month, day, count, weekday) in [
            (1970, 1, 1, 0, 3),
            (2000, 2, 29, 11_016, 1),
            (2026, 10, 4, 20_730, 6),
            (1, 1, 1, Date::MIN.0, 0),
            (9999, 12, 31, Date::MAX.0, 4),
        ] {
            let date = Date::from_ymd(year, month, day).unwrap();
            assert_eq!(date.0, count, "{date}");
            assert_eq!(date.weekday(), weekday, "{date}");
            assert_eq!(date.ymd(), (year, month, day));
        }
    }

    #[test]
    fn days_that_do_not_exist() {
        for (year, month, day) in
            [(2025, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0)]
        {
            assert_eq!(Date::from_ymd(year, month, day), None, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Date::MIN.ymd();
        for count in Date::MIN.0 + 1..=Date::MAX.0 {
            let date = Date(count);
            let (year, month, day) = date.ymd();
            let follows = if day > 1 {
                before == (year, month, day - 1)
            } else if month > 1 {
                before == (year, month - 1, days_in_month(year, month - 1))
            } else {
                before == (year - 1, 12, 31)
            };
            assert!(follows, "{date} after {before:?}");
            assert_eq!(Date::from_ymd(year, month, day), Some(date));
            before = (year, month, day);
        }
    }

    #[test]
    fn extreme_counts_are_total() {
        for count in [i32::MIN, i32::MAX] {
            let (year, month, day) = Date(count).ymd();
            assert_eq!(Date::from_ymd(year, month, day), Some(Date(count)));
            assert_eq!(Date(count).plus_days(i64::MAX), None);
        }
        assert_eq!(Date::from_ymd(i32::MAX, 1, 1), None);
        assert_eq!(Moment(i64::MAX).plus_ms(1), None);
    }

    #[test]
    fn dates_read_as_the_language_writes_them() {
        assert_eq!(Date(20_730).to_string(), "2026-10-04");
        assert_eq!(Date::MIN.to_string(), "0001-01-01");
    }
}
