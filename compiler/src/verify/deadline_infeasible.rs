//! WF301: a deadline leaves the least time that the work takes.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF301",
    name: "deadline-infeasible",
    severity: Severity::Error,
    summary: "a deadline leaves the least time that the work takes",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
