//! Which times of which day are worked, before any zone: week, holidays, closures, half days.
//!
//! [`Days::compile`] sorts what the plan lists so that one day is answered by a few binary searches.
//!
//! Invariant: the times of a day come in order, do not touch, and lie within the day; a holiday or closure
//! beats a half day, a half day beats the week.

use wf_plan::calendar::{Calendar, Closure, DayRule, HalfDay, Interval};
use wf_plan::time::{DAY_MINUTES, Date};

/// The working times of a calendar by local day.
#[derive(Debug, Clone)]
pub(super) struct Days {
    week: [Vec<Interval>; 7],
    weekend: [bool; 7],
    dated_holidays: Vec<Date>,
    /// For each month (from 1) one bit per day on which nobody works in any year.
    yearly_holidays: [u32; 13],
    closures: Vec<(Date, Date)>,
    dated_halves: Vec<(Date, u16)>,
    yearly_halves: Vec<((u8, u8), u16)>,
}

impl Days {
    pub(super) fn compile(plan: &Calendar) -> Self {
        let week = plan.week.each_ref().map(|day| in_order(day));
        let mut days = Self {
            weekend: weekend_of(&week),
            week,
            dated_holidays: Vec::new(),
            yearly_holidays: [0; 13],
            closures: joined(&plan.closures),
            dated_halves: Vec::new(),
            yearly_halves: Vec::new(),
        };
        for holiday in &plan.holidays {
            days.list_holiday(holiday.day);
        }
        for half in &plan.half_days {
            days.list_half(half);
        }
        days.dated_holidays.sort_unstable();
        // Of two half days on one date the shorter holds: it comes first and is the one that is found.
        days.dated_halves.sort_unstable();
        days.dated_halves.dedup_by_key(|half| half.0);
        days.yearly_halves.sort_unstable();
        days.yearly_halves.dedup_by_key(|half| half.0);
        days
    }

    fn list_holiday(&mut self, rule: DayRule) {
        match rule {
            DayRule::On(date) => self.dated_holidays.push(date),
            DayRule::Every { month, day } => {
                if let (Some(days), 1..=31) = (self.yearly_holidays.get_mut(usize::from(month)), day) {
                    *days |= 1 << day;
                }
            }
        }
    }

    fn list_half(&mut self, half: &HalfDay) {
        match half.day {
            DayRule::On(date) => self.dated_halves.push((date, half.until)),
            DayRule::Every { month, day } => self.yearly_halves.push(((month, day), half.until)),
        }
    }

    /// Whether the week has any work in it at all.
    pub(super) fn has_work(&self) -> bool {
        self.week.iter().any(|day| !day.is_empty())
    }

    /// Whether the date is a holiday or inside a closure.
    pub(super) fn is_holiday(&self, date: Date) -> bool {
        let (_, month, day) = date.ymd();
        let yearly = self.yearly_holidays.get(usize::from(month)).is_some_and(|days| days >> day & 1 == 1);
        yearly || self.dated_holidays.binary_search(&date).is_ok() || self.is_closed(date)
    }

    fn is_closed(&self, date: Date) -> bool {
        let begun = self.closures.partition_point(|&(from, _)| from <= date);
        let last = begun.checked_sub(1).and_then(|index| self.closures.get(index));
        last.is_some_and(|&(_, to)| date <= to)
    }

    /// Whether the date is one of the weekdays that the week leaves free.
    pub(super) fn is_weekend(&self, date: Date) -> bool {
        self.weekend.get(date.weekday()).copied().unwrap_or(false)
    }

    /// The working times of a date, in order; none where the caller knows that the whole date is free.
    pub(super) fn times_unless(&self, free: bool, date: Date) -> impl Iterator<Item = Interval> {
        let week: &[Interval] = self.week.get(date.weekday()).map_or(&[], Vec::as_slice);
        let until =
            if free || week.is_empty() { 0 } else { self.half_day_until(date).unwrap_or(DAY_MINUTES) };
        week.iter()
            .map(move |time| Interval { open: time.open, close: time.close.min(until) })
            .filter(|time| time.open < time.close)
    }

    fn half_day_until(&self, date: Date) -> Option<u16> {
        let dated = found(&self.dated_halves, &date);
        if self.yearly_halves.is_empty() {
            return dated;
        }
        let (_, month, day) = date.ymd();
        let yearly = found(&self.yearly_halves, &(month, day));
        dated.into_iter().chain(yearly).min()
    }
}

fn found<Key: Ord>(list: &[(Key, u16)], key: &Key) -> Option<u16> {
    let index = list.binary_search_by(|(listed, _)| listed.cmp(key)).ok()?;
    list.get(index).map(|&(_, until)| until)
}

/// Sorted, cut to the day, and joined where they touch.
fn in_order(times: &[Interval]) -> Vec<Interval> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(sorted.len());
    for time in sorted {
        let close = time.close.min(DAY_MINUTES);
        match joined.last_mut() {
            Some(last) if time.open <= last.close => last.close = last.close.max(close),
            _ if time.open < close => joined.push(Interval { open: time.open, close }),
            _ => {}
        }
    }
    joined
}

/// Sorted and joined where they overlap.
fn joined(closures: &[Closure]) -> Vec<(Date, Date)> {
    let mut sorted: Vec<(Date, Date)> = closures.iter().map(|closure| (closure.from, closure.to)).collect();
    sorted.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::with_capacity(sorted.len());
    for (from, to) in sorted {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ if from <= to => joined.push((from, to)),
            _ => {}
        }
    }
    joined
}

fn weekend_of(week: &[Vec<Interval>; 7]) -> [bool; 7] {
    let free = week.each_ref().map(Vec::is_empty);
    let says_nothing = free.iter().all(|day| *day) || !free.iter().any(|day| *day);
    if says_nothing { std::array::from_fn(|weekday| weekday >= 5) } else { free }
}

#[cfg(test)]
mod tests {
    use wf_plan::calendar::Holiday;

    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date::from_ymd(year, month, day).unwrap()
    }

    fn italy() -> Calendar {
        let mut plan = Calendar::utc_office_hours();
        let split = vec![Interval { open: 540, close: 780 }, Interval { open: 840, close: 1080 }];
        plan.week = std::array::from_fn(|weekday| if weekday < 5 { split.clone() } else { Vec::new() });
        let holiday = |day| Holiday { day, name: "holiday".to_owned() };
        plan.holidays = vec![
            holiday(DayRule::On(date(2026, 4, 6))),
            holiday(DayRule::Every { month: 12, day: 25 }),
            holiday(DayRule::Every { month: 2, day: 29 }),
        ];
        plan.closures =
            vec![Closure { from: date(2026, 8, 10), to: date(2026, 8, 21), name: "summer".to_owned() }];
        plan.half_days = vec![
            HalfDay { day: DayRule::Every { month: 12, day: 24 }, until: 780 },
            HalfDay { day: DayRule::On(date(2026, 12, 24)), until: 720 },
            HalfDay { day: DayRule::On(date(2026, 12, 31)), until: 900 },
            HalfDay { day: DayRule::Every { month: 12, day: 25 }, until: 780 },
            HalfDay { day: DayRule::On(date(2026, 5, 4)), until: 540 },
        ];
        plan
    }

    fn times(date: Date) -> Vec<(u16, u16)> {
        let days = Days::compile(&italy());
        days.times_unless(days.is_holiday(date), date).map(|time| (time.open, time.close)).collect()
    }

    #[test]
    fn holidays_closures_and_half_days_in_their_order() {
        assert_eq!(times(date(2026, 4, 7)), [(540, 780), (840, 1080)]);
        assert_eq!(times(date(2026, 4, 5)), [], "a Sunday");
        assert_eq!(times(date(2026, 4, 6)), [], "Easter Monday");
        assert_eq!(times(date(2027, 4, 6)), [(540, 780), (840, 1080)], "dated holidays come once");
        assert_eq!(times(date(2028, 2, 29)), [], "yearly, in a leap year");
        assert_eq!(times(date(2026, 8, 7)).len(), 2);
        assert_eq!(times(date(2026, 8, 10)), [], "first day of the closure");
        assert_eq!(times(date(2026, 8, 21)), [], "last day of the closure");
        assert_eq!(times(date(2026, 8, 24)).len(), 2);
        assert_eq!(times(date(2027, 12, 24)), [(540, 780)], "half day at the start of the break");
        assert_eq!(times(date(2026, 12, 24)), [(540, 720)], "the shorter of two half days");
        assert_eq!(times(date(2026, 12, 31)), [(540, 780), (840, 900)]);
        assert_eq!(times(date(2026, 12, 25)), [], "a holiday beats a half day");
        assert_eq!(times(date(2026, 5, 4)), [], "a half day that leaves nothing");
    }

    #[test]
    fn the_weekend_is_what_the_week_leaves_free() {
        let weekend = |worked: [bool; 7]| {
            weekend_of(
                &worked.map(|works| if works { vec![Interval { open: 0, close: 60 }] } else { Vec::new() }),
            )
        };
        let saturday_sunday = [false, false, false, false, false, true, true];
        assert_eq!(weekend([true, true, true, true, true, false, false]), saturday_sunday);
        assert_eq!(weekend([true; 7]), saturday_sunday);
        assert_eq!(weekend([false; 7]), saturday_sunday);
        let friday_saturday = [false, false, false, false, true, true, false];
        assert_eq!(weekend(friday_saturday.map(|free| !free)), friday_saturday);
    }

    #[test]
    fn wrong_times_are_put_in_order() {
        let time = |open, close| Interval { open, close };
        let wrong = [
            time(840, 2000),
            time(600, 540),
            time(500, 780),
            time(540, 700),
            time(780, 800),
            time(1440, 1441),
        ];
        assert_eq!(in_order(&wrong), [time(500, 800), time(840, 1440)]);
    }
}
