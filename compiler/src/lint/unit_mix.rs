//! WF005: two things of one kind in units that do not mix: currencies, kinds of time, dates and moments.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF005",
    name: "unit-mix",
    severity: Severity::Error,
    summary: "units that do not mix stand together",
};

/// Two currencies.
pub fn currencies(at: Place, left: &str, right: &str) -> Problem {
    Problem::new(&RULE, at, format!("{left} and {right} are different currencies")).with_help(
        "amounts of different currencies are never compared or added; write both in one currency, or keep the \
         converted amount in a field of its own",
    )
}

/// A date where a moment stands, or the other way round.
pub fn date_and_moment(at: Place) -> Problem {
    Problem::new(&RULE, at, "a date and a moment do not mix").with_help(
        "a date is a whole day, a moment has a time too; write both as dates (`2026-12-24`) or both with a time \
         (`2026-12-24 09:00`)",
    )
}

/// Two kinds of time.
pub fn times(at: Place, what: &str, left: &str, right: &str) -> Problem {
    Problem::new(&RULE, at, format!("{what} mixes {left} and {right}")).with_help(
        "how many working days make a week depends on the calendar and the moment; write both in the same kind \
         of time",
    )
}

/// Two durations added to each other.
pub fn durations_added(at: Place) -> Problem {
    Problem::new(&RULE, at, "durations are not added to each other")
        .with_help("apply them one after the other to a moment: `started + 2 days + 4 hours`")
}
