//! WF108: of the sources of an `any of`, at most one comes.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF108",
    name: "any-not-exclusive",
    severity: Severity::Warning,
    summary: "of the sources of an `any of`, at most one comes",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
