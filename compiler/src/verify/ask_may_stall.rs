//! WF407: the last question of a ladder does not stay open for ever.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF407",
    name: "ask-may-stall",
    severity: Severity::Warning,
    summary: "the last question of a ladder does not stay open for ever",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
