//! WF411: nobody gets more messages in a working day than they read.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF411",
    name: "nagging",
    severity: Severity::Warning,
    summary: "nobody gets more messages in a working day than they read",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
