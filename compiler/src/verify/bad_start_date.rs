//! WF305: no start day leaves less working time than the work takes.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF305",
    name: "bad-start-date",
    severity: Severity::Warning,
    summary: "no start day leaves less working time than the work takes",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
