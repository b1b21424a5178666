//! WF801: names are written as names of their kind.

use crate::hir::Declaration;
use crate::place::{DeclId, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF801",
    name: "name-style",
    severity: Severity::Warning,
    summary: "names are written as names of their kind",
};

/// To be written.
#[must_use]
pub fn find(_id: DeclId, _declaration: &Declaration) -> Vec<Problem> {
    Vec::new()
}
