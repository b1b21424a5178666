//! WF501: a role that no message can reach.

use crate::place::{Place, Problem};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF501",
    name: "owner-unreachable",
    severity: Severity::Error,
    summary: "every role can be reached by some channel",
};

/// A role without `reach`. `role` is its header.
pub fn nothing_reaches(role: Place, name: &str) -> Problem {
    Problem::new(&RULE, role, format!("nothing reaches `{name}`: the role names no channel"))
        .with_label("no `reach` in this role")
        .with_help("say how these people get their messages, for example `reach email`")
}
