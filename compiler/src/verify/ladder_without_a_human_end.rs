//! WF405: every ladder ends at somebody beside the owner.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF405",
    name: "ladder-without-a-human-end",
    severity: Severity::Error,
    summary: "every ladder ends at somebody beside the owner",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
