//! All rules: code, name, severity, and the page that explains each.
//!
//! Invariant: one entry, one page under `compiler/rules/` and one rule per name, in the order of their codes; a test
//! compares them.

use crate::{lint, verify};
use wf_lang::diagnostic::Rule;

/// A rule and its page.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The rule.
    pub rule: &'static Rule,
    /// Its page, in Markdown.
    pub page: &'static str,
}

macro_rules! rules {
    ($($rule:expr => $name:literal),* $(,)?) => {
        &[$(Entry { rule: &$rule, page: include_str!(concat!("../rules/", $name, ".md")) }),*]
    };
}

/// Every rule, by code.
pub static ALL: &[Entry] = rules![
    wf_lang::parse::SYNTAX_ERROR => "syntax-error",
    lint::unknown_name::RULE => "unknown-name",
    lint::duplicate_name::RULE => "duplicate-name",
    lint::type_mismatch::RULE => "type-mismatch",
    lint::unit_mix::RULE => "unit-mix",
    lint::clause_misplaced::RULE => "clause-misplaced",
    lint::unused_name::RULE => "unused-name",
    lint::import_not_found::RULE => "import-not-found",
    lint::bad_literal::RULE => "bad-literal",
    wf_lang::limits::LIMIT_EXCEEDED => "limit-exceeded",
    lint::clause_missing::RULE => "clause-missing",
    lint::clause_repeated::RULE => "clause-repeated",
    lint::value_cycle::RULE => "value-cycle",
    verify::dependency_cycle::RULE => "dependency-cycle",
    verify::dead_node::RULE => "dead-node",
    verify::decision_needs_options::RULE => "decision-needs-options",
    lint::owner_unreachable::RULE => "owner-unreachable",
    lint::message_arguments::RULE => "message-arguments",
    lint::suppression_unused::RULE => "suppression-unused",
    lint::suppression_without_reason::RULE => "suppression-without-reason",
];
