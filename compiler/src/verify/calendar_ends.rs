//! WF308: a run that goes on into years of which the calendar knows no holidays.
//!
//! From the day on which this version was first built; of a version that was never built only what holds for every
//! start: that even a run begun on the calendar's first day goes on behind its last year.

use crate::place::Problem;
use crate::subject::Subject;
use crate::time::finish::{latest_end, workflow_due};
use crate::time::schedule::{EVER, NEVER};
use crate::time::{Origin, Pass, Schedule, Times, words};
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
    let date = match subject.around.recorded {
        Some(date) => date,
        None => Date::from_ymd(i32::from(first), 1, 1)?,
    };
    let start = schedule.years.calendar.from_local(date, 0)?;
    let end = reaches(schedule, start)?;
    let year = schedule.years.calendar.local(before(end))?.year;
    if year <= i32::from(last) {
        return None;
    }
    let name = &calendar.data.name;
    let message = format!(
        "the calendar `{name}` knows no dated holidays after {last}, and a run of `{}` can go on into {year}",
        typed.name
    );
    let at = typed.deadlines.last().map_or(typed.at, |line| line.at);
    let mut problem = Problem::new(&RULE, at, message)
        .with_label(format!("started on {date}, it may end on {}", words::moment(&schedule.years, end)))
        .with_help(format!("add the dated holidays of {} to `{name}`", span(i32::from(last) + 1, year)));
    if let Some(place) = calendar.at {
        problem =
            problem.with_related(place, format!("dated holidays of {}", span(first.into(), last.into())));
    }
    Some(problem)
}

/// The latest end that the workflow's own deadline, or the deadlines of its steps, allow.
fn reaches(schedule: &Schedule<'_>, start: Moment) -> Option<Moment> {
    let pass = Pass::latest(schedule, true);
    let mut times = Times::default();
    pass.run(Origin::Start, start, &mut times);
    let ends = [workflow_due(schedule, start), Some(latest_end(&pass, &times))];
    ends.into_iter().flatten().filter(|end| *end != EVER && *end != NEVER).max()
}

fn span(first: i32, last: i32) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}

/// What ends with a year does not reach into the next.
fn before(end: Moment) -> Moment {
    end.plus_ms(-1).unwrap_or(end)
}
