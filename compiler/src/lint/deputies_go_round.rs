//! WF505: a chain of deputies has an end.

use crate::hir::Declaration;
use crate::place::{DeclId, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF505",
    name: "deputies-go-round",
    severity: Severity::Error,
    summary: "a chain of deputies has an end",
};

/// To be written.
#[must_use]
pub fn find(_id: DeclId, _declaration: &Declaration) -> Vec<Problem> {
    Vec::new()
}
