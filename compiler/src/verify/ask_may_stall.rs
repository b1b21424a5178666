//! WF407: a question that nobody answers is not the end.

use crate::place::Problem;
use crate::reach::has_if_late;
use crate::subject::Subject;
use crate::typed::Ladder;
use crate::uses::{Use, also_at};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF407",
    name: "ask-may-stall",
    severity: Severity::Warning,
    summary: "the last question of an escalation says what happens when nobody answers",
};

/// Last questions with neither an `otherwise` nor a level behind them.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    subject.uses.declared_ladders.iter().filter_map(in_ladder).collect()
}

fn in_ladder(used: &Use<'_, Ladder>) -> Option<Problem> {
    let user = used.by.first()?;
    let level = user.used.levels.last()?;
    let ask = level.ask.as_ref()?;
    if (ask.decide_within.is_some() && ask.otherwise.is_some())
        || used.by.iter().all(|user| has_if_late(user.node))
    {
        return None;
    }
    let message = format!("nothing follows if nobody answers the question of level {}", level.number);
    let help = match &ask.decide_within {
        Some(within) => format!(
            "write `decide within {} otherwise \"…\"` with one of its alternatives, or add a level that tells somebody else",
            within.value
        ),
        None => "write `decide within 2 business days otherwise \"…\"` with one of its alternatives, or add a level"
            .to_owned(),
    };
    let problem = Problem::new(&RULE, ask.at, message).with_help(help);
    Some(also_at(problem, user.used.used_at, "used here"))
}
