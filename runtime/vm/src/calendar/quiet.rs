//! Quiet hours: when a message may reach a person.
//!
//! A message that would come in a quiet time waits for the first moment that is not quiet; ladders and
//! reminders do not lose a level by it.
//!
//! Invariant: the moment found is never before the one asked about.

use wf_plan::calendar::{QuietHours, QuietSpan};
use wf_plan::time::{DAY_MINUTES, Date, Moment};

use super::CompiledCalendar;

/// How far a moment that is not quiet is searched: longer than any year of closures.
const SEARCHED_DAYS: usize = 800;

impl CompiledCalendar {
    /// The first moment from `moment` on that is not quiet; `None` when there is none in two years.
    ///
    /// Weekends are the weekdays on which the calendar never works; holidays include closures. Both are
    /// quiet from midnight to midnight.
    #[must_use]
    pub fn next_allowed(&self, moment: Moment, quiet: &QuietHours) -> Option<Moment> {
        let mut allowed = moment;
        if quiet.is_empty() {
            return Some(allowed);
        }
        // Each round ends at least one quiet time, and a day has no more of them than this.
        for _ in 0..SEARCHED_DAYS.saturating_mul(quiet.daily.len().saturating_add(1)) {
            match self.quiet_until(allowed, quiet)? {
                until if until > allowed => allowed = until,
                _ => return Some(allowed),
            }
        }
        None
    }

    /// Whether a moment is quiet.
    #[must_use]
    pub fn is_quiet(&self, moment: Moment, quiet: &QuietHours) -> bool {
        self.quiet_until(moment, quiet).is_some_and(|until| until > moment)
    }

    /// The end of a quiet time around a moment; the moment itself when there is none.
    fn quiet_until(&self, moment: Moment, quiet: &QuietHours) -> Option<Moment> {
        let date = self.date_at(moment)?;
        let whole_day =
            (quiet.weekends && self.days.is_weekend(date)) || (quiet.holidays && self.days.is_holiday(date));
        if whole_day {
            return self.end_of_day(date);
        }
        let before = date.plus_days(-1)?;
        let ends = quiet.daily.iter().flat_map(|span| {
            [before, date]
                .into_iter()
                .filter_map(|day| self.span_on(day, *span))
                .filter_map(|(from, until)| (from <= moment && moment < until).then_some(until))
        });
        Some(ends.max().unwrap_or(moment))
    }

    /// The quiet span that begins on a date.
    fn span_on(&self, date: Date, span: QuietSpan) -> Option<(Moment, Moment)> {
        let from = self.from_local(date, span.from)?;
        let until = if span.from < span.to {
            self.from_local(date, span.to.min(DAY_MINUTES))?
        } else {
            self.from_local(date.plus_days(1)?, span.to)?
        };
        Some((from, until))
    }
}
