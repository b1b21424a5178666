//! WF302: a deadline can be met whatever was decided before.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF302",
    name: "deadline-infeasible-on-a-path",
    severity: Severity::Warning,
    summary: "a deadline can be met whatever was decided before",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
