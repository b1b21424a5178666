//! WF112: what is proven does not hang on a test that the compiler cannot look into.

use crate::place::Problem;
use crate::subject::Subject;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF112",
    name: "undecided",
    severity: Severity::Note,
    summary: "what is proven does not hang on a test that the compiler cannot look into",
};

/// To be written.
#[must_use]
pub fn find(_subject: &Subject<'_>) -> Vec<Problem> {
    Vec::new()
}
