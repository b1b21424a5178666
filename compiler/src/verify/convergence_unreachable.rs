//! WF102: everything a join waits for can come together in one run.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF102",
    name: "convergence-unreachable",
    severity: Severity::Error,
    summary: "everything a join waits for can come together in one run",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
