//! WF410: nobody is written to outside working time without having asked for it.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF410",
    name: "fires-outside-working-time",
    severity: Severity::Warning,
    summary: "nobody is written to outside working time without having asked for it",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
