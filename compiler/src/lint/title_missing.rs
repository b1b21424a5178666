//! WF802: what people see has a title.

use crate::hir::Declaration;
use crate::place::{DeclId, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF802",
    name: "title-missing",
    severity: Severity::Warning,
    summary: "what people see has a title",
};

/// To be written.
#[must_use]
pub fn find(_id: DeclId, _declaration: &Declaration) -> Vec<Problem> {
    Vec::new()
}
