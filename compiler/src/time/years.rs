//! A calendar with the years that are swept: its start moments, its working days, and bounds of its durations.
//!
//! One per calendar and process, found by content, so that a thousand workflows with one calendar compile it once.
//! The years are those that the calendar's dated holidays cover, else 2026 to 2030.
//!
//! Which moments of a day stand for all of it: a business duration stands still outside working time and jumps where
//! working time begins or ends, a calendar duration runs on evenly, and `end of` jumps at midnight. So the distance
//! between two such ends is greatest or least at an opening, at a closing, next to them, or at the end of a day; those
//! are the moments listed. Invariant: `starts` ascends.

use super::sweep::{Late, Sweep, sweep};
use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};
use wf_plan::calendar::{Calendar, DayRule, Duration, Unit};
use wf_plan::time::{DAY_MS, MINUTE_MS};
use wf_plan::{Date, Moment};
use wf_vm::calendar::CompiledCalendar;

/// The years of a calendar without dated holidays.
const DEFAULT_YEARS: (i16, i16) = (2026, 2030);
/// No calendar is swept over more years, whatever dates it lists.
const MOST_YEARS: i16 = 30;
/// Processes may end so many years after the last start and still be bounded without asking the calendar.
const YEARS_BEHIND: i32 = 4;
/// Calendars kept per process; beyond, all are forgotten, which costs time only.
const MOST_CALENDARS: usize = 64;
/// Answers kept per calendar.
const MOST_ANSWERS: usize = 4_096;

/// A calendar and its years.
pub struct Years {
    /// The interpreter's arithmetic.
    pub calendar: CompiledCalendar,
    /// First and last year that is swept.
    pub span: (i16, i16),
    plan: Calendar,
    starts: OnceLock<Vec<Moment>>,
    working_days: OnceLock<WorkingDays>,
    extents: RwLock<HashMap<Duration, Extent>>,
    sweeps: RwLock<HashMap<Pair, Sweep>>,
}

/// The working days of the years and of some behind them.
struct WorkingDays {
    dates: Vec<Date>,
    /// The shortest of them, in milliseconds of work.
    shortest_ms: i64,
}

/// How far a duration reaches from any start moment, in elapsed milliseconds: bounds, not exact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// Never less than this.
    pub least_ms: i64,
    /// Never more than this.
    pub most_ms: i64,
}

/// A question about two durations from one moment, whose answer depends on the calendar only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Pair {
    /// The least time that the work takes.
    pub least: Duration,
    /// The time until its deadline.
    pub due: Duration,
    /// `end of …`.
    pub end_of_day: bool,
    /// `, moved to the next working day`.
    pub moved: bool,
}

/// The years of a calendar: remembered, if any workflow of this process had the same calendar.
#[must_use]
pub fn years_of(calendar: &Calendar) -> Arc<Years> {
    static KNOWN: LazyLock<RwLock<HashMap<Calendar, Arc<Years>>>> = LazyLock::new(RwLock::default);
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(calendar) {
        return Arc::clone(known);
    }
    let years = Arc::new(Years::of(calendar));
    remember(&KNOWN, MOST_CALENDARS, calendar.clone(), Arc::clone(&years));
    years
}

fn remember<Key: Eq + Hash, Value>(known: &RwLock<HashMap<Key, Value>>, most: usize, key: Key, value: Value) {
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= most {
        known.clear();
    }
    known.insert(key, value);
}

impl Years {
    fn of(plan: &Calendar) -> Self {
        let (first, last) = plan.dated_years.unwrap_or(DEFAULT_YEARS);
        let span = (first, last.min(first.saturating_add(MOST_YEARS - 1)));
        Self {
            calendar: CompiledCalendar::compile(plan),
            span,
            plan: plan.clone(),
            starts: OnceLock::new(),
            working_days: OnceLock::new(),
            extents: RwLock::default(),
            sweeps: RwLock::default(),
        }
    }

    /// The start moments, ascending.
    pub fn starts(&self) -> &[Moment] {
        self.starts.get_or_init(|| {
            starts(&self.plan, &self.calendar, first_day(self.span.0.into()), last_day(self.span.1.into()))
        })
    }

    /// Asks every start; see [`sweep`]. Where none fits, what is told is an ordinary day.
    pub fn sweep(&self, mut ask: impl FnMut(Moment) -> Option<(Moment, Moment)>) -> Sweep {
        match sweep(self.starts(), &mut ask) {
            Sweep::Always(mildest) => {
                let ordinary = self.ordinary_start().and_then(|start| {
                    ask(start).map(|(end, due)| Late { start, end, due }).filter(|late| late.by_ms() > 0)
                });
                Sweep::Always(ordinary.unwrap_or(mildest))
            }
            other => other,
        }
    }

    /// The opening of the first Monday in March of the first year, or of the next day on which anybody works.
    fn ordinary_start(&self) -> Option<Moment> {
        let march = Date::from_ymd(self.span.0.into(), 3, 1)?;
        let monday = march.plus_days((7 - i64::try_from(march.weekday()).ok()?) % 7)?;
        self.calendar.next_opening(self.calendar.from_local(monday, 0)?)
    }

    fn working_days(&self) -> &WorkingDays {
        self.working_days.get_or_init(|| {
            let (begin, behind) =
                (first_day(self.span.0.into()), last_day(i32::from(self.span.1) + YEARS_BEHIND));
            let all = (begin.0..=behind.0).map(Date);
            let dates: Vec<Date> = all.filter(|date| self.calendar.is_working_day(*date)).collect();
            let lengths = dates.iter().filter_map(|date| worked_ms(&self.calendar, *date));
            WorkingDays { shortest_ms: lengths.min().unwrap_or(0), dates }
        })
    }

    /// Bounds of a duration from any start moment of the years; remembered.
    pub fn extent(&self, duration: &Duration) -> Extent {
        if let Some(known) = self.extents.read().unwrap_or_else(PoisonError::into_inner).get(duration) {
            return *known;
        }
        let extent = self.measure(duration);
        remember(&self.extents, MOST_ANSWERS, *duration, extent);
        extent
    }

    /// What a sweep over two durations found; remembered.
    pub fn sweep_of(&self, pair: Pair, sweep: impl FnOnce() -> Sweep) -> Sweep {
        if let Some(known) = self.sweeps.read().unwrap_or_else(PoisonError::into_inner).get(&pair) {
            return known.clone();
        }
        let found = sweep();
        remember(&self.sweeps, MOST_ANSWERS, pair, found.clone());
        found
    }

    /// Bounds that hold for every moment of the years: a clock that is changed costs an hour at most, a month has
    /// 28 to 31 days, and business durations are read off the list of working days.
    fn measure(&self, duration: &Duration) -> Extent {
        let amount = duration.amount;
        let hour_ms = 60 * MINUTE_MS;
        let about = |least_days: i64, most_days: i64| Extent {
            least_ms: amount.saturating_mul(least_days).saturating_mul(DAY_MS).saturating_sub(hour_ms),
            most_ms: amount.saturating_mul(most_days).saturating_mul(DAY_MS).saturating_add(hour_ms),
        };
        let elapsed = |unit_ms: i64| Extent {
            least_ms: amount.saturating_mul(unit_ms),
            most_ms: amount.saturating_mul(unit_ms),
        };
        match duration.unit {
            Unit::Minutes => elapsed(MINUTE_MS),
            Unit::Hours => elapsed(hour_ms),
            Unit::Days => about(1, 1),
            Unit::Weeks => about(7, 7),
            Unit::Months => about(28, 31),
            Unit::Years => about(365, 366),
            Unit::BusinessDays => self.business_days(amount),
            Unit::BusinessHours => {
                let days = amount.saturating_mul(hour_ms).checked_div(self.working_days().shortest_ms);
                // The day it begins on and the one it ends on are worked in part.
                let most = days.map_or(i64::MAX, |days| self.business_days(days.saturating_add(2)).most_ms);
                Extent { least_ms: amount.saturating_mul(hour_ms), most_ms: most }
            }
        }
    }

    /// `count` business days on: from any moment one comes to the `count`-th working day behind the next working
    /// day, so at most from the end of one working day to the end of the one `count + 1` further on.
    fn business_days(&self, count: i64) -> Extent {
        let unknown = Extent { least_ms: 0, most_ms: i64::MAX };
        let Ok(count) = usize::try_from(count) else { return unknown };
        let dates = &self.working_days().dates;
        let apart = |places: usize| {
            let behind = dates.iter().skip(places);
            dates.iter().zip(behind).map(|(from, to)| i64::from(to.0) - i64::from(from.0))
        };
        let (Some(least), Some(most)) = (apart(count).min(), apart(count.saturating_add(1)).max()) else {
            return unknown;
        };
        // A day more for the hours of the day it begins on, and for a clock that is changed.
        let most = most.saturating_add(1);
        Extent {
            least_ms: least.saturating_sub(1).saturating_mul(DAY_MS),
            most_ms: most.saturating_mul(DAY_MS),
        }
    }
}

fn first_day(year: i32) -> Date {
    Date::from_ymd(year, 1, 1).unwrap_or(Date::MIN)
}

fn last_day(year: i32) -> Date {
    Date::from_ymd(year, 12, 31).unwrap_or(Date::MIN)
}

fn worked_ms(calendar: &CompiledCalendar, date: Date) -> Option<i64> {
    let begin = calendar.from_local(date, 0)?;
    calendar.working_ms_between(begin, calendar.end_of_day(date)?)
}

fn starts(plan: &Calendar, calendar: &CompiledCalendar, begin: Date, end: Date) -> Vec<Moment> {
    const LAST_MINUTE: u16 = 1_439;
    let week: [BTreeSet<u16>; 7] = plan.week.each_ref().map(|spans| {
        let sides = spans.iter().flat_map(|span| {
            [span.open, span.open.saturating_add(1), span.close.saturating_sub(1), span.close]
        });
        sides.chain([LAST_MINUTE]).collect()
    });
    let mut starts = Vec::new();
    for date in (begin.0..=end.0).map(Date) {
        let minutes = week.get(date.weekday()).into_iter().flatten();
        starts.extend(minutes.filter_map(|minute| calendar.from_local(date, *minute)));
        let (_, month, day) = date.ymd();
        let halved = plan.half_days.iter().filter(|half| match half.day {
            DayRule::On(on) => on == date,
            DayRule::Every { month: of, day: on } => (of, on) == (month, day),
        });
        let ends = halved.flat_map(|half| [half.until.saturating_sub(1), half.until]);
        starts.extend(ends.filter_map(|minute| calendar.from_local(date, minute)));
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}
