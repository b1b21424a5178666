//! What can be wrong with a calendar, zone or quiet hours, in words for the person who wrote it.
//!
//! The compiler asks when it has read a declaration, the loader for every plan it is given. The
//! interpreter's arithmetic is total even over data that fails here, but means nothing then.
//!
//! Invariant: every check is linear in the size of the data.

use super::{
    Calendar, Closure, DayRule, HalfDay, Interval, QuietHours, TailRule, YearlyChange, YearlyDay, Zone,
    clock, limits,
};
use crate::time::{DAY_MINUTES, days_in_month};

/// What is wrong with a calendar, in words for the person who wrote it.
pub type CalendarProblem = String;

impl Calendar {
    /// The first thing that keeps this calendar from being used, or `None`; linear in its size.
    #[must_use]
    pub fn problem(&self) -> Option<CalendarProblem> {
        self.size_problem()
            .or_else(|| self.week.iter().find_map(|day| intervals_problem(day)))
            .or_else(|| self.holidays.iter().find_map(|holiday| holiday.day.problem()))
            .or_else(|| self.closures.iter().find_map(Closure::problem))
            .or_else(|| self.half_days.iter().find_map(HalfDay::problem))
            .or_else(|| self.zone.problem())
    }

    fn size_problem(&self) -> Option<CalendarProblem> {
        let dated = self.holidays.len().max(self.closures.len()).max(self.half_days.len());
        (dated > limits::MAX_CALENDAR_LINES).then(|| {
            format!(
                "more than {} holidays, closures or half days in one calendar",
                limits::MAX_CALENDAR_LINES
            )
        })
    }
}

fn intervals_problem(intervals: &[Interval]) -> Option<CalendarProblem> {
    if intervals.len() > limits::MAX_INTERVALS_PER_DAY {
        return Some(format!("more than {} working times in one day", limits::MAX_INTERVALS_PER_DAY));
    }
    let wrong =
        intervals.iter().find(|interval| interval.open >= interval.close || interval.close > DAY_MINUTES);
    if let Some(interval) = wrong {
        return Some(format!("working time {} ends before it begins, or after 24:00", interval.words()));
    }
    let mut pairs = intervals.iter().zip(intervals.iter().skip(1));
    let (before, after) = pairs.find(|(before, after)| before.close >= after.open)?;
    Some(format!("working times {} and {} overlap, touch or are out of order", before.words(), after.words()))
}

impl DayRule {
    fn problem(self) -> Option<CalendarProblem> {
        match self {
            Self::On(date) => (!date.in_range()).then(|| format!("{date} is outside the years 1 to 9999")),
            // 2024 is a leap year: 02-29 is a day of some years.
            Self::Every { month, day } => (day == 0 || day > days_in_month(2024, month))
                .then(|| format!("there is no day {month:02}-{day:02} in any year")),
        }
    }
}

impl Closure {
    fn problem(&self) -> Option<CalendarProblem> {
        let outside = DayRule::On(self.from).problem().or_else(|| DayRule::On(self.to).problem());
        outside.or_else(|| {
            (self.to < self.from)
                .then(|| format!("closure from {} to {} ends before it begins", self.from, self.to))
        })
    }
}

impl HalfDay {
    fn problem(&self) -> Option<CalendarProblem> {
        self.day.problem().or_else(|| {
            (self.until == 0 || self.until > DAY_MINUTES)
                .then(|| format!("a half day until {} is none", clock(self.until)))
        })
    }
}

impl Zone {
    /// The first thing that keeps this zone from being used, or `None`.
    #[must_use]
    pub fn problem(&self) -> Option<CalendarProblem> {
        let name = &self.name;
        if self.transitions.len() > limits::MAX_ZONE_TRANSITIONS {
            return Some(format!(
                "time zone `{name}` has more than {} changes",
                limits::MAX_ZONE_TRANSITIONS
            ));
        }
        let mut offsets = self.transitions.iter().map(|change| change.offset_seconds);
        let offset_wrong = outside_a_day(self.initial_offset_seconds) || offsets.any(outside_a_day);
        if offset_wrong || self.tail.is_some_and(|tail| tail.is_wrong()) {
            return Some(format!("time zone `{name}` has an impossible offset or rule"));
        }
        let mut pairs = self.transitions.iter().zip(self.transitions.iter().skip(1));
        pairs
            .any(|(before, after)| after.at <= before.at)
            .then(|| format!("the changes of time zone `{name}` are out of order"))
    }
}

impl TailRule {
    fn is_wrong(self) -> bool {
        outside_a_day(self.standard_seconds)
            || self.daylight.is_some_and(|summer| {
                outside_a_day(summer.offset_seconds) || summer.start.is_wrong() || summer.end.is_wrong()
            })
    }
}

impl YearlyChange {
    fn is_wrong(self) -> bool {
        let day_wrong = match self.day {
            YearlyDay::Weekday { month, week, weekday } => {
                !(1..=12).contains(&month) || !(1..=5).contains(&week) || weekday > 6
            }
            YearlyDay::JulianWithoutLeap(day) => !(1..=365).contains(&day),
            YearlyDay::DayOfYear(day) => day > 365,
        };
        day_wrong || self.seconds.unsigned_abs() > limits::MAX_CHANGE_SECONDS
    }
}

/// No place is a whole day or more away from UTC.
fn outside_a_day(offset_seconds: i32) -> bool {
    offset_seconds.unsigned_abs() >= 86_400
}

impl QuietHours {
    /// The first thing that keeps these quiet hours from being used, or `None`.
    #[must_use]
    pub fn problem(&self) -> Option<CalendarProblem> {
        if self.daily.len() > limits::MAX_QUIET_SPANS {
            return Some(format!("more than {} quiet times", limits::MAX_QUIET_SPANS));
        }
        let wrong = self.daily.iter().find(|span| span.from >= DAY_MINUTES || span.to > DAY_MINUTES)?;
        Some(format!("quiet time {} to {} is outside the day", clock(wrong.from), clock(wrong.to)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Holiday, QuietSpan, Transition};
    use super::*;
    use crate::time::Date;

    fn spoilt(spoil: impl FnOnce(&mut Calendar)) -> Option<CalendarProblem> {
        let mut calendar = Calendar::utc_office_hours();
        spoil(&mut calendar);
        calendar.problem()
    }

    #[test]
    fn office_hours_are_fine() {
        assert_eq!(spoilt(|_| ()), None);
    }

    #[test]
    fn working_times_are_in_order_and_apart() {
        let day = |times: &[(u16, u16)]| {
            let times = times.iter().map(|&(open, close)| Interval { open, close }).collect();
            spoilt(|calendar| calendar.week[2] = times)
        };
        assert_eq!(day(&[(0, 1440)]), None);
        assert_eq!(day(&[(540, 780), (840, 1080)]), None);
        let overlap = "working times 09:00 to 13:00 and 13:00 to 18:00 overlap, touch or are out of order";
        assert_eq!(day(&[(540, 780), (780, 1080)]).unwrap(), overlap);
        assert_eq!(
            day(&[(600, 540)]).unwrap(),
            "working time 10:00 to 09:00 ends before it begins, or after 24:00"
        );
        assert!(day(&[(0, 1441)]).is_some());
        assert!(day(&[(0, 1); limits::MAX_INTERVALS_PER_DAY + 1]).unwrap().contains("more than"));
    }

    #[test]
    fn days_exist() {
        let every = |month, day| {
            let holiday = Holiday { day: DayRule::Every { month, day }, name: String::new() };
            spoilt(|calendar| calendar.holidays.push(holiday))
        };
        assert_eq!(every(2, 29), None);
        assert_eq!(every(2, 30).unwrap(), "there is no day 02-30 in any year");
        assert!(every(13, 1).is_some());
        assert!(every(0, 1).is_some());
        let backwards = Closure { from: Date(10), to: Date(9), name: String::new() };
        assert!(
            spoilt(|calendar| calendar.closures.push(backwards)).unwrap().contains("ends before it begins")
        );
        let none = HalfDay { day: DayRule::On(Date(0)), until: 0 };
        assert!(spoilt(|calendar| calendar.half_days.push(none)).is_some());
        let far = Holiday { day: DayRule::On(Date(i32::MAX)), name: String::new() };
        assert!(spoilt(|calendar| calendar.holidays.push(far)).unwrap().contains("outside the years"));
    }

    #[test]
    fn zones_are_in_order_and_possible() {
        let changes = |times: &[(i64, i32)]| {
            let transitions =
                times.iter().map(|&(at, offset_seconds)| Transition { at, offset_seconds }).collect();
            spoilt(|calendar| calendar.zone.transitions = transitions)
        };
        assert_eq!(changes(&[(0, 3600), (1, 86_399)]), None);
        assert_eq!(changes(&[(1, 0), (1, 3600)]).unwrap(), "the changes of time zone `UTC` are out of order");
        assert!(changes(&[(1, 86_400)]).is_some());
        assert!(changes(&[(1, i32::MIN)]).is_some());
    }

    #[test]
    fn limits_hold_at_the_limit_and_not_above() {
        let lines = |count| {
            let holiday = Holiday { day: DayRule::On(Date(0)), name: String::new() };
            spoilt(|calendar| calendar.holidays = vec![holiday; count])
        };
        assert_eq!(lines(limits::MAX_CALENDAR_LINES), None);
        assert!(lines(limits::MAX_CALENDAR_LINES + 1).is_some());
        let spans = |count, from| {
            let daily = vec![QuietSpan { from, to: 480 }; count];
            QuietHours { daily, weekends: false, holidays: false }.problem()
        };
        assert_eq!(spans(limits::MAX_QUIET_SPANS, 1439), None);
        assert!(spans(limits::MAX_QUIET_SPANS + 1, 1439).is_some());
        assert!(spans(1, 1440).is_some());
    }
}
