//! The moments at which work can start in the years of a calendar, and what holds for all, some or none of them.
//!
//! The rules about reminders, ladders and deadlines compare lengths of time of different units; which is longer may
//! depend on the day. Calendars are prepared once per process and answers are kept, since a project asks the same of
//! each of its workflows. Invariant: what is kept is only what would be found again; both stores have a bound.

use crate::time::words;
use crate::time::years::{Years, years_of};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use wf_plan::calendar::{Calendar, Duration};
use wf_plan::time::{Date, MINUTE_MS, Moment};
use wf_vm::calendar::CompiledCalendar;

/// Calendars kept ready; a project has a handful.
const MOST_CALENDARS: usize = 64;

/// Something that holds for fewer starts than one in so many is told to nobody: it comes from a holiday or a closure,
/// and no length of time is right for every one of them. What weekends do holds for one start in five at least.
const ONE_IN: u32 = 20;

/// Answers kept; a project that asks more different questions waits a little longer for each.
const MOST_ANSWERS: usize = 8_192;

/// A calendar ready for use, with the moments at which work can start.
pub struct Clock {
    /// The calendar and its years.
    pub years: Arc<Years>,
    /// Of each working day of its years the opening, the middle of the work and the last minute, in order.
    pub starts: Vec<Moment>,
    /// Tells calendars apart in kept answers.
    number: u32,
}

/// For how many start moments something holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sweep {
    held: u32,
    of: u32,
    worst: Option<Moment>,
}

/// A question whose answer depends on two calendars and nothing else but itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    /// What is asked.
    pub about: &'static str,
    /// The lengths it is about, in the order the asker wants; `None` where one is not there.
    pub lengths: Vec<Option<Duration>>,
    /// Whatever else the answer depends on.
    pub marks: Vec<u8>,
}

/// Calendars by name, and how many were ever numbered.
type Clocks = (HashMap<String, Vec<(Calendar, Arc<Clock>)>>, u32);

/// What was found for a question about two calendars, by their numbers.
type Answers = HashMap<(u32, u32, Question), Sweep>;

static CLOCKS: LazyLock<Mutex<Clocks>> = LazyLock::new(Mutex::default);
static ANSWERS: LazyLock<Mutex<Answers>> = LazyLock::new(Mutex::default);

/// A calendar, ready for use.
#[must_use]
pub fn clock(plan: &Calendar) -> Arc<Clock> {
    let mut known = CLOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    // Found by name and then compared: that is much faster than to hash all its days.
    let alike = known.0.get(&plan.name).into_iter().flatten().find(|(other, _)| other == plan);
    if let Some((_, clock)) = alike {
        return Arc::clone(clock);
    }
    if known.0.values().map(Vec::len).sum::<usize>() >= MOST_CALENDARS {
        known.0.clear();
    }
    known.1 = known.1.wrapping_add(1);
    let years = years_of(plan);
    let starts = starts(&years);
    let clock = Arc::new(Clock { years, starts, number: known.1 });
    known.0.entry(plan.name.clone()).or_default().push((plan.clone(), Arc::clone(&clock)));
    clock
}

fn starts(years: &Years) -> Vec<Moment> {
    let (first, last) = (i32::from(years.span.0), i32::from(years.span.1));
    let (Some(first), Some(last)) = (Date::from_ymd(first, 1, 1), Date::from_ymd(last, 12, 31)) else {
        return Vec::new();
    };
    let days = (first.0..=last.0).map(Date).filter(|date| years.calendar.is_working_day(*date));
    days.filter_map(|date| of_day(&years.calendar, date)).flatten().collect()
}

/// Opening, middle and last minute of a working day.
fn of_day(calendar: &CompiledCalendar, date: Date) -> Option<[Moment; 3]> {
    let opening = calendar.next_opening(calendar.from_local(date, 0)?)?;
    let closing = calendar.previous_closing(calendar.end_of_day(date)?)?;
    let middle = calendar.add_working_ms(opening, calendar.working_ms_between(opening, closing)? / 2)?;
    Some([opening, middle, closing.plus_ms(-MINUTE_MS)?])
}

impl Clock {
    /// For how many start moments something holds; `badness` says how badly, `None` where it does not. The work is
    /// in the time of this clock, and what is asked may also depend on `other`.
    pub fn sweep(&self, other: &Clock, question: Question, badness: impl Fn(Moment) -> Option<i64>) -> Sweep {
        let key = (self.number, other.number, question);
        if let Some(known) = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        let mut worst: Option<(i64, Moment)> = None;
        let mut held = 0u32;
        for start in &self.starts {
            let Some(bad) = badness(*start) else { continue };
            held = held.saturating_add(1);
            if worst.is_none_or(|(before, _)| bad > before) {
                worst = Some((bad, *start));
            }
        }
        let of = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        let found = Sweep { held, of, worst: worst.map(|(_, start)| start) };
        let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(key, found);
        found
    }

    /// Whether something holds for every start moment, and there is one.
    pub fn holds_always(&self, holds: impl Fn(Moment) -> bool) -> bool {
        !self.starts.is_empty() && self.starts.iter().all(|start| holds(*start))
    }

    /// The arithmetic.
    #[must_use]
    pub fn calendar(&self) -> &CompiledCalendar {
        &self.years.calendar
    }

    /// A moment as a process owner reads it.
    #[must_use]
    pub fn words(&self, moment: Moment) -> String {
        words::moment(&self.years, moment)
    }
}

impl Sweep {
    /// What holds for every start moment, or for none.
    #[must_use]
    pub fn all(holds: bool) -> Self {
        Self { held: u32::from(holds), of: 1, worst: None }
    }

    /// It holds for every start moment.
    #[must_use]
    pub fn always(self) -> bool {
        self.held > 0 && self.held == self.of
    }

    /// It holds for so many start moments that more than holidays stand behind it.
    #[must_use]
    pub fn often(self) -> bool {
        self.held > 0 && self.held.saturating_mul(ONE_IN) >= self.of
    }

    /// It holds for none.
    #[must_use]
    pub fn never(self) -> bool {
        self.held == 0
    }

    /// The start moment for which it holds most; `None` where every one is as bad, or none is.
    #[must_use]
    pub fn worst(self) -> Option<Moment> {
        self.worst
    }

    /// For how many start moments it holds, of how many.
    #[must_use]
    pub fn counts(self) -> (u32, u32) {
        (self.held, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wf_plan::calendar::{DayRule, Holiday, Unit};

    fn question(about: &'static str) -> Question {
        Question { about, lengths: Vec::new(), marks: Vec::new() }
    }

    #[test]
    fn work_starts_in_working_time_only() {
        let clock = clock(&Calendar::utc_office_hours());
        // 2026 to 2030 have 1,304 Mondays to Fridays.
        assert_eq!(clock.starts.len(), 3 * 1_304);
        assert!(clock.starts.iter().all(|start| clock.calendar().is_working(*start)));
        assert!(clock.starts.is_sorted());
        assert_eq!(clock.words(clock.starts[0]), "Thursday 1 January 2026 at 09:00");
    }

    #[test]
    fn a_holiday_is_found_and_named() {
        let mut plan = Calendar::utc_office_hours();
        let day = DayRule::On(Date::from_ymd(2026, 4, 6).unwrap());
        plan.holidays.push(Holiday { day, name: "Easter Monday".to_owned() });
        plan.dated_years = Some((2026, 2026));
        let clock = clock(&plan);
        let longer = Duration::new(1, Unit::BusinessDays);
        let shorter = Duration::new(3, Unit::Days);
        let beyond = |start: Moment| {
            let (business, days) =
                (clock.calendar().add(start, &longer)?, clock.calendar().add(start, &shorter)?);
            (business > days).then_some(business.0 - days.0)
        };
        let found = clock.sweep(&clock, question("a test"), beyond);
        assert!(!found.always() && !found.never());
        assert_eq!(found.counts().0, 3, "the Friday before Easter");
        assert!(clock.words(found.worst().unwrap()).starts_with("Friday 3 April 2026"));
        let again = clock.sweep(&clock, question("a test"), |_| None);
        assert_eq!(again, found, "an answer is kept");
    }

    #[test]
    fn nothing_holds_for_every_moment_of_a_calendar_without_work() {
        let plan = Calendar { week: Default::default(), ..Calendar::utc_office_hours() };
        let clock = clock(&plan);
        assert!(clock.starts.is_empty());
        assert!(!clock.holds_always(|_| true));
        assert!(!clock.sweep(&clock, question("an empty test"), |_| Some(1)).always());
    }
}
