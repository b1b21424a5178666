//! WF103: a join that has begun to fill is reached, or the run ends in an outcome.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF103",
    name: "convergence-may-hang",
    severity: Severity::Error,
    summary: "a join that has begun to fill is reached, or the run ends in an outcome",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
