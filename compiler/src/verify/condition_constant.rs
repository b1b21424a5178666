//! WF204: a `when` is true in some runs and false in others.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF204",
    name: "condition-constant",
    severity: Severity::Warning,
    summary: "a `when` is true in some runs and false in others",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
