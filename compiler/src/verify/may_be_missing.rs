//! WF602: a value is there whenever it is used.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF602",
    name: "may-be-missing",
    severity: Severity::Error,
    summary: "a value is there whenever it is used",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
