//! Local time of one zone, from the data a plan carries.
//!
//! A [`CompiledZone`] holds the changes of the offset from the plan, continued by the tail rule to
//! [`LAST_LISTED_YEAR`]; later years are worked out when they are asked for. Nothing here reads zone files.
//!
//! Invariant: [`CompiledZone::from_local`] never goes back when local time goes on. A local time inside a
//! gap is the moment of the change, one inside a doubled hour is its first pass.

use wf_plan::calendar::{Daylight, TailRule, YearlyChange, YearlyDay, Zone};
use wf_plan::time::{Date, Moment, days_in_month, is_leap_year};

/// Years up to this one are listed when the zone is compiled.
const LAST_LISTED_YEAR: i32 = 2100;
/// Where listing begins for a zone that has nothing but a tail rule.
const FIRST_LISTED_YEAR: i32 = 1970;
const DAY_SECONDS: i64 = 86_400;
pub(super) const SECOND_MS: i64 = 1_000;

/// One change of the offset; seconds throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    /// When, in UTC.
    at: i64,
    before: i32,
    after: i32,
}

impl Change {
    /// The local time at which the old offset ends: from here on the new one, or the gap, holds.
    fn local(&self) -> i64 {
        self.at + i64::from(self.before)
    }

    /// Whether clocks that showed a new date show the old one again.
    fn goes_back_over_midnight(&self) -> bool {
        let last_shown = self.local() - 1;
        let shown_again = self.at + i64::from(self.after);
        shown_again.div_euclid(DAY_SECONDS) < last_shown.div_euclid(DAY_SECONDS)
    }
}

/// A zone ready for use.
#[derive(Debug, Clone)]
pub struct CompiledZone {
    first_offset: i32,
    changes: Vec<Change>,
    tail: Option<TailRule>,
    /// Moments (UTC seconds) from here on are worked out by the tail rule.
    listed_until: i64,
    /// No listed change goes back over midnight.
    dates_only_go_on: bool,
}

impl CompiledZone {
    /// Lists a zone's changes. Total over any data; data that [`Zone::problem`] refuses means nothing.
    #[must_use]
    pub fn compile(zone: &Zone) -> Self {
        let mut plain: Vec<(i64, i32)> =
            zone.transitions.iter().map(|change| (change.at, change.offset_seconds)).collect();
        plain.sort_by_key(|&(at, _)| at);
        let last = plain.last().map(|&(at, _)| at);
        let mut first_offset = zone.initial_offset_seconds;
        let mut listed_until = i64::MAX;
        if let Some(tail) = zone.tail {
            let from_year = last.map_or(FIRST_LISTED_YEAR, year_of).clamp(1, LAST_LISTED_YEAR);
            let changes = tail_changes(tail, from_year, LAST_LISTED_YEAR);
            if last.is_none() {
                first_offset = changes.first().map_or(tail.standard_seconds, |change| change.before);
            }
            plain.extend(
                changes
                    .iter()
                    .filter(|change| last.is_none_or(|last| change.at > last))
                    .map(|change| (change.at, change.after)),
            );
            listed_until = start_of_year(LAST_LISTED_YEAR + 1) - 2 * DAY_SECONDS;
        }
        let changes = linked(first_offset, &plain);
        let dates_only_go_on = !changes.iter().any(Change::goes_back_over_midnight);
        Self { first_offset, changes, tail: zone.tail, listed_until, dates_only_go_on }
    }

    /// Whether the date that clocks show at a moment is surely the last one they have shown.
    pub(super) fn shows_latest_date(&self, moment: Moment) -> bool {
        self.dates_only_go_on && moment.0.div_euclid(SECOND_MS) < self.listed_until
    }

    /// Seconds to add to UTC at a moment.
    #[must_use]
    pub fn offset_at(&self, moment: Moment) -> i32 {
        let utc = moment.0.div_euclid(SECOND_MS);
        match self.slow_changes(utc) {
            None => offset_in(self.first_offset, &self.changes, utc),
            Some((first, changes)) => offset_in(first, &changes, utc),
        }
    }

    /// Local milliseconds since 1970-01-01T00:00 on the zone's own clock.
    #[must_use]
    pub fn to_local(&self, moment: Moment) -> Option<i64> {
        moment.0.checked_add(i64::from(self.offset_at(moment)) * SECOND_MS)
    }

    /// The moment at which the zone's clock first shows a local time (in milliseconds, as from
    /// [`Self::to_local`]), or the moment of the change that skips it.
    #[must_use]
    pub fn from_local(&self, local_ms: i64) -> Option<Moment> {
        let local = local_ms.div_euclid(SECOND_MS);
        let rest = local_ms.rem_euclid(SECOND_MS);
        let (utc, in_gap) = match self.slow_changes(local) {
            None => utc_in(self.first_offset, &self.changes, local)?,
            Some((first, changes)) => utc_in(first, &changes, local)?,
        };
        utc.checked_mul(SECOND_MS)?.checked_add(if in_gap { 0 } else { rest }).map(Moment)
    }

    /// The changes around a time beyond the list, and the offset before them; `None` where the list holds.
    fn slow_changes(&self, seconds: i64) -> Option<(i32, Vec<Change>)> {
        let tail = self.tail.filter(|_| seconds >= self.listed_until)?;
        let year = year_of(seconds);
        let changes = tail_changes(tail, year.saturating_sub(1), year.saturating_add(1));
        let first = changes.first().map_or(tail.standard_seconds, |change| change.before);
        Some((first, changes))
    }
}

fn offset_in(first: i32, changes: &[Change], utc: i64) -> i32 {
    let passed = changes.partition_point(|change| change.at <= utc);
    last_of(changes, passed).map_or(first, |change| change.after)
}

/// The first moment (UTC seconds) showing a local time, and whether it stands for a time in a gap.
fn utc_in(first: i32, changes: &[Change], local: i64) -> Option<(i64, bool)> {
    let passed = changes.partition_point(|change| change.local() <= local);
    let Some(change) = last_of(changes, passed) else {
        return Some((local.checked_sub(i64::from(first))?, false));
    };
    let utc = local.checked_sub(i64::from(change.after))?;
    Some(if utc < change.at { (change.at, true) } else { (utc, false) })
}

fn last_of(changes: &[Change], passed: usize) -> Option<&Change> {
    changes.get(passed.checked_sub(1)?)
}

/// Gives each change the offset before it; changes that change nothing are left out.
fn linked(first: i32, plain: &[(i64, i32)]) -> Vec<Change> {
    let mut before = first;
    let mut changes = Vec::with_capacity(plain.len());
    for &(at, after) in plain {
        if after != before {
            changes.push(Change { at, before, after });
            before = after;
        }
    }
    changes
}

/// The changes that a tail rule makes from the first to the last year, both included.
fn tail_changes(tail: TailRule, first_year: i32, last_year: i32) -> Vec<Change> {
    let Some(summer) = tail.daylight else {
        return Vec::new();
    };
    let mut plain: Vec<(i64, bool)> = (first_year..=last_year)
        .flat_map(|year| summer_of(tail.standard_seconds, summer, year))
        .flatten()
        .collect();
    // Where one summer ends as the next begins (summer time all year), the beginning comes last and holds.
    plain.sort_unstable();
    let before = plain.first().map_or(tail.standard_seconds, |&(_, begins)| {
        if begins { tail.standard_seconds } else { summer.offset_seconds }
    });
    let offset = |begins| if begins { summer.offset_seconds } else { tail.standard_seconds };
    let mut by_time: Vec<(i64, i32)> = Vec::with_capacity(plain.len());
    for (at, begins) in plain {
        by_time.pop_if(|last| last.0 == at);
        by_time.push((at, offset(begins)));
    }
    linked(before, &by_time)
}

/// Beginning and end of one year's summer time in UTC seconds, with whether it begins.
fn summer_of(standard_seconds: i32, summer: Daylight, year: i32) -> [Option<(i64, bool)>; 2] {
    let moment = |change: YearlyChange, clock: i32| {
        let day = day_in_year(change.day, year)?;
        Some(i64::from(day.0) * DAY_SECONDS + i64::from(change.seconds) - i64::from(clock))
    };
    [
        moment(summer.start, standard_seconds).map(|at| (at, true)),
        moment(summer.end, summer.offset_seconds).map(|at| (at, false)),
    ]
}

fn day_in_year(day: YearlyDay, year: i32) -> Option<Date> {
    let first_of = |month| Date::from_ymd(year, month, 1);
    let counted = |days: i64| first_of(1).and_then(|new_year| new_year.plus_days(days));
    match day {
        YearlyDay::Weekday { month, week, weekday } => {
            let first = first_of(month)?;
            let to_weekday = (i64::from(weekday) - i64::try_from(first.weekday()).ok()?).rem_euclid(7);
            let day = to_weekday + 7 * (i64::from(week) - 1);
            // Week 5 is the last one, which may be the fourth.
            first.plus_days(if day < i64::from(days_in_month(year, month)) { day } else { day - 7 })
        }
        YearlyDay::JulianWithoutLeap(day) => {
            let after_leap_day = is_leap_year(year) && day >= 60;
            counted(i64::from(day) - 1 + i64::from(after_leap_day))
        }
        YearlyDay::DayOfYear(day) => counted(i64::from(day)),
    }
}

fn year_of(seconds: i64) -> i32 {
    let days = seconds.div_euclid(DAY_SECONDS);
    let days = days.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0));
    Date(i32::try_from(days).unwrap_or(0)).ymd().0
}

fn start_of_year(year: i32) -> i64 {
    Date::from_ymd(year, 1, 1).map_or(i64::MAX, |date| i64::from(date.0) * DAY_SECONDS)
}

#[cfg(test)]
mod tests {
    use wf_plan::calendar::Transition;

    use super::*;

    const HOUR: i32 = 3_600;

    fn sunday(month: u8, week: u8, seconds: i32) -> YearlyChange {
        YearlyChange { day: YearlyDay::Weekday { month, week, weekday: 6 }, seconds }
    }

    fn rome() -> Zone {
        let summer = Daylight {
            offset_seconds: 2 * HOUR,
            start: sunday(3, 5, 2 * HOUR),
            end: sunday(10, 5, 3 * HOUR),
        };
        let tail = Some(TailRule { standard_seconds: HOUR, daylight: Some(summer) });
        Zone { name: "Europe/Rome".to_owned(), tail, ..Zone::utc() }
    }

    fn utc(year: i32, month: u8, day: u8, hour: i64, minute: i64) -> Moment {
        let date = Date::from_ymd(year, month, day).unwrap();
        Moment((i64::from(date.0) * 1440 + hour * 60 + minute) * 60_000)
    }

    #[test]
    fn summer_time_changes_on_the_last_sundays_listed_and_beyond() {
        let zone = CompiledZone::compile(&rome());
        // 2026-03-29 and 2026-10-25 are Sundays; so are 2150-03-29 and 2150-10-25.
        for year in [2026, 2150] {
            for (moment, hours) in [
                (utc(year, 3, 29, 0, 59), 1),
                (utc(year, 3, 29, 1, 0), 2),
                (utc(year, 10, 25, 0, 59), 2),
                (utc(year, 10, 25, 1, 0), 1),
            ] {
                assert_eq!(zone.offset_at(moment), hours * HOUR, "{year} {moment:?}");
            }
        }
    }

    #[test]
    fn a_gap_is_the_change_and_a_doubled_hour_its_first_pass() {
        let zone = CompiledZone::compile(&rome());
        for year in [2026, 2150] {
            // utc() makes the number of a local time as well: both count milliseconds of some clock.
            let from =
                |month, day, hour, minute| zone.from_local(utc(year, month, day, hour, minute).0).unwrap();
            assert_eq!(from(3, 29, 1, 59), utc(year, 3, 29, 0, 59));
            assert_eq!(from(3, 29, 2, 0), utc(year, 3, 29, 1, 0));
            assert_eq!(from(3, 29, 2, 30), utc(year, 3, 29, 1, 0));
            let seconds_into_the_gap = Moment(utc(year, 3, 29, 2, 30).0 + 12_345);
            assert_eq!(zone.from_local(seconds_into_the_gap.0), Some(utc(year, 3, 29, 1, 0)));
            assert_eq!(from(3, 29, 3, 0), utc(year, 3, 29, 1, 0));
            assert_eq!(from(3, 29, 3, 1), utc(year, 3, 29, 1, 1));
            assert_eq!(from(10, 25, 1, 59), utc(year, 10, 24, 23, 59));
            assert_eq!(from(10, 25, 2, 30), utc(year, 10, 25, 0, 30));
            assert_eq!(from(10, 25, 3, 0), utc(year, 10, 25, 2, 0));
        }
    }

    #[test]
    fn listed_changes_come_before_the_rule() {
        let changes = vec![
            Transition { at: 0, offset_seconds: 5 * HOUR },
            Transition { at: utc(2026, 1, 1, 0, 0).0 / 1000, offset_seconds: HOUR },
        ];
        let zone = Zone { transitions: changes, initial_offset_seconds: 3 * HOUR, ..rome() };
        let zone = CompiledZone::compile(&zone);
        assert_eq!(zone.offset_at(Moment(-1)), 3 * HOUR);
        assert_eq!(zone.offset_at(Moment(0)), 5 * HOUR);
        assert_eq!(zone.offset_at(utc(2025, 7, 1, 0, 0)), 5 * HOUR);
        assert_eq!(zone.offset_at(utc(2026, 2, 1, 0, 0)), HOUR);
        assert_eq!(zone.offset_at(utc(2026, 7, 1, 0, 0)), 2 * HOUR);
    }

    #[test]
    fn dates_go_back_only_where_a_clock_goes_back_over_midnight() {
        let ending = |seconds| {
            let end = sunday(10, 5, seconds);
            let summer = Daylight { offset_seconds: 2 * HOUR, start: sunday(3, 5, 2 * HOUR), end };
            let tail = Some(TailRule { standard_seconds: HOUR, daylight: Some(summer) });
            CompiledZone::compile(&Zone { tail, ..rome() })
        };
        let moment = utc(2026, 6, 1, 0, 0);
        assert!(ending(3 * HOUR).shows_latest_date(moment), "3:00 becomes 2:00");
        assert!(ending(HOUR).shows_latest_date(moment), "1:00 becomes 0:00");
        assert!(
            ending(0).shows_latest_date(moment),
            "what would be 0:00 is 23:00, the new date not yet shown"
        );
        assert!(!ending(HOUR / 2).shows_latest_date(moment), "0:30 becomes 23:30 of the day before");
        assert!(!ending(3 * HOUR).shows_latest_date(utc(2150, 6, 1, 0, 0)), "not listed, so not known");
    }

    #[test]
    fn a_zone_without_rule_keeps_its_last_offset() {
        let kolkata = Zone { initial_offset_seconds: 19_800, ..Zone::utc() };
        let zone = CompiledZone::compile(&kolkata);
        for moment in [Moment(i64::MIN), Moment(0), Moment(i64::MAX)] {
            assert_eq!(zone.offset_at(moment), 19_800);
        }
        assert_eq!(zone.to_local(Moment(i64::MAX)), None);
        assert_eq!(zone.from_local(i64::MIN), None);
    }

    #[test]
    fn summer_time_all_year_has_no_changes() {
        // XXX3EDT4,0/0,J365/23: summer time begins on 1 January at 0:00 and ends as the next year begins.
        let start = YearlyChange { day: YearlyDay::DayOfYear(0), seconds: 0 };
        let end = YearlyChange { day: YearlyDay::JulianWithoutLeap(365), seconds: 23 * HOUR };
        let summer = Daylight { offset_seconds: -4 * HOUR, start, end };
        let tail = TailRule { standard_seconds: -3 * HOUR, daylight: Some(summer) };
        assert_eq!(tail_changes(tail, 2026, 2030).len(), 2, "one at each end of the listing");
    }
}
