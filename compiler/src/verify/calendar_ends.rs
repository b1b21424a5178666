//! WF308: a run that goes on into years of which the calendar knows no holidays.
//!
//! From the day on which this version was first built; of a version that was never built only what holds for every
//! start: that even a run begun on the calendar's first day goes on behind its last year.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::finish::workflow_due;
use crate::time::schedule::{EVER, NEVER};
use crate::time::{Schedule, words};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::{Date, Moment};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF308",
    name: "calendar-ends",
    severity: Severity::Warning,
    summary: "the calendar knows the holidays of every year that the workflow can reach",
};

/// The workflow's calendar, if its dated holidays end before a run does.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let Some(schedule) = &subject.around.schedule else { return Vec::new() };
    problem(subject, schedule).into_iter().collect()
}

fn problem(subject: &Subject<'_>, schedule: &Schedule<'_>) -> Option<Problem> {
    let typed = subject.typed;
    let calendar = typed.calendars.get(typed.calendar.index())?;
    let (first, last) = calendar.data.dated_years?;
    let start = match subject.around.recorded {
        Some(date) => date,
        None => Date::from_ymd(i32::from(first), 1, 1)?,
    };
    let start = schedule.years.calendar.from_local(start, 0)?;
    let start = schedule.years.calendar.next_opening(start)?;
    let end = workflow_due(schedule, start).filter(|end| *end != EVER && *end != NEVER).unwrap_or(start);
    let year = schedule.years.calendar.local(before(end))?.year;
    if year <= i32::from(last) {
        return None;
    }
    let name = &calendar.data.name;
    let message = format!(
        "the calendar `{name}` knows no dated holidays after {last}, and a run of `{}` can go on into {year}",
        typed.name
    );
    let reaches = words::moment(&schedule.years, end);
    let at = typed.deadlines.last().map_or(typed.at, |line| line.at);
    let mut problem = Problem::new(&RULE, at, message)
        .with_label(format!("started on {}, it may end on {reaches}", words::moment(&schedule.years, start)))
        .with_help(format!("add the dated holidays of {} to `{name}`", span(i32::from(last) + 1, year)));
    if let Some(place) = calendar.at {
        problem =
            problem.with_related(place, format!("dated holidays of {}", span(first.into(), last.into())));
    }
    Some(problem)
}

fn span(first: i32, last: i32) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// What ends with a year does not reach into the next.
fn before(end: Moment) -> Moment {
    end.plus_ms(-1).unwrap_or(end)
}
