//! WF106: which outcome comes does not depend on who is faster.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF106",
    name: "outcome-race",
    severity: Severity::Warning,
    summary: "which outcome comes does not depend on who is faster",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
