//! WF409: a question offers a choice.

use crate::place::Problem;
use crate::subject::Subject;
use crate::uses::also_at;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF409",
    name: "ask-without-choice",
    severity: Severity::Warning,
    summary: "a question of an escalation has at least two alternatives, or lets the agent suggest some",
};

/// Questions with fewer than two alternatives and no `suggest`.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let mut found = Vec::new();
    for used in &subject.uses.declared_ladders {
        let Some(user) = used.by.first() else { continue };
        for level in &user.used.levels {
            let Some(ask) = level.ask.as_ref().filter(|ask| ask.suggest == 0) else { continue };
            let message = match ask.alternatives.as_slice() {
                [] => format!("the question of level {} has no alternative to choose", level.number),
                [only] => {
                    format!("the question of level {} leaves no choice but “{}”", level.number, only.label)
                }
                _ => continue,
            };
            let help = "write at least two lines `alternative \"…\" { … }`; where there is nothing to decide, `tell` is enough";
            let problem = Problem::new(&RULE, ask.at, message).with_help(help);
            found.push(also_at(problem, user.used.used_at, "used here"));
        }
    }
    found
}
