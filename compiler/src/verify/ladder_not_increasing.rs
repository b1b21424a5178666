//! WF404: the levels of a ladder come one after the other, each after the question before it had its time.

use crate::firing::{Timing, level_overtakes};
use crate::place::Problem;
use crate::subject::Subject;
use crate::typed::Ladder;
use crate::uses::{Use, also_at};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF404",
    name: "ladder-not-increasing",
    severity: Severity::Error,
    summary: "the levels of an escalation come one after the other, each when the one before has had its time",
};

/// Levels that come while those asked by the level before still have time to decide.
///
/// Every `after` counts from the level before and is longer than nothing, so levels without a question always come in
/// order. Where the question takes an alternative by itself (`otherwise`), a level in between is a reminder, and fine.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let timing = Timing::of(subject.typed);
    subject.uses.declared_ladders.iter().flat_map(|used| in_ladder(&timing, used)).collect()
}

fn in_ladder(timing: &Timing<'_>, used: &Use<'_, Ladder>) -> Vec<Problem> {
    let Some(first) = used.by.first() else { return Vec::new() };
    let pairs = first.used.levels.iter().zip(first.used.levels.iter().skip(1));
    let mut found = Vec::new();
    for (before, level) in pairs {
        let asked = before.ask.as_ref().filter(|ask| ask.otherwise.is_none());
        let within = asked.and_then(|ask| ask.decide_within.as_ref());
        let (Some(within), Some(after)) = (within, &level.after) else { continue };
        let overtaken = used.by.iter().filter_map(|user| {
            let clocks = timing.clocks(user.node)?;
            let sweep = level_overtakes(&clocks.owner, after.value, within.value);
            sweep.often().then_some((*user, sweep, clocks))
        });
        let mut overtaken: Vec<_> = overtaken.collect();
        overtaken.sort_by_key(|(user, sweep, _)| (!sweep.always(), user.id));
        let Some((user, sweep, clocks)) = overtaken.first() else { continue };
        let mut message = format!(
            "level {} comes {} after level {}, while those asked there still have time to decide",
            level.number, after.value, before.number
        );
        let severity = if sweep.always() { Severity::Error } else { Severity::Warning };
        if let Some(worst) = sweep.worst().filter(|_| !sweep.always()) {
            message +=
                &format!(", if they are asked at the wrong time, such as {}", clocks.owner.words(worst));
        }
        let help = format!(
            "let level {} come when that time is over: leave its `after` out, or make it longer than {}",
            level.number, within.value
        );
        let problem = Problem::new(&RULE, level.at, message).with_severity(severity).with_help(help);
        let problem = also_at(problem, within.at, format!("{} to decide", within.value));
        found.push(also_at(problem, user.used.used_at, "used here"));
    }
    found
}
