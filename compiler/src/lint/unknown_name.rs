//! WF002: a name that nothing has where it is used.

use crate::place::{Place, Problem};
use crate::resolve::nearest::nearest;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF002",
    name: "unknown-name",
    severity: Severity::Error,
    summary: "every name means something where it stands",
};

/// A name that nothing has. `what` says what it should be: `role`, `field of crm`, `kind of system`.
pub fn unknown<'a>(at: Place, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let problem = Problem::new(&RULE, at, format!("there is no {what} `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => {
            problem.with_help(format!("did you mean `{near}`?")).with_fix(format!("write `{near}`"), at, near)
        }
        None if (1..=9).contains(&known.len()) => {
            let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            problem.with_help(format!("there is {}", words.join(", ")))
        }
        None => problem,
    }
}
