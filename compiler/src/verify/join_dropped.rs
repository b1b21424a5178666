//! WF113: what was done for a join is not dropped because an outcome came by without it.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF113",
    name: "join-dropped",
    severity: Severity::Warning,
    summary: "what was done for a join is not dropped because an outcome came by without it",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
