//! WF412: every level of a ladder can still come.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF412",
    name: "level-unreachable",
    severity: Severity::Warning,
    summary: "every level of a ladder can still come",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
