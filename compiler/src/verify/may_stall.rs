//! WF202: a decision or wait that nobody looks after does not stop the process.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF202",
    name: "may-stall",
    severity: Severity::Error,
    summary: "a decision or wait that nobody looks after does not stop the process",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
