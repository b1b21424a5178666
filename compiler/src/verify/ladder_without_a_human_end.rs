//! WF405: an escalation reaches somebody beside the node's owner.

use crate::place::Problem;
use crate::reach::{Reached, can_begin, ends_with_nobody, has_if_late, owners, role_name};
use crate::subject::Subject;
use crate::typed::{Ladder, Node, NodeKind, Typed};
use crate::uses::{Use, User, also_at, called, names};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF405",
    name: "ladder-without-a-human-end",
    severity: Severity::Error,
    summary: "an escalation reaches somebody beside the node's owner",
};

/// Ladders that speak to nobody but whoever does the work anyway. A node with several ladders needs one that does.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let mut found = Vec::new();
    for used in &subject.uses.ladders {
        let ending = used
            .faulty(|user| ends_with_nobody(typed, user.node).filter(|_| can_begin(user.node, user.used)));
        for severity in [Severity::Error, Severity::Warning] {
            let alone = ending.iter().filter(|(_, found)| *found == severity);
            let alone: Vec<_> = alone.map(|(user, _)| (*user, ())).collect();
            for (at, alone) in used.told(alone) {
                found.extend(problem(typed, used, &alone, at).map(|problem| problem.with_severity(severity)));
            }
        }
    }
    found
}

fn problem(
    typed: &Typed,
    used: &Use<'_, Ladder>,
    alone: &[(User<'_, Ladder>, ())],
    at: crate::place::Place,
) -> Option<Problem> {
    let (user, ()) = alone.first()?;
    let ladder = called(&user.used.name, "escalation");
    let nodes = names(alone.iter().map(|(user, ())| user.node));
    let owners = owners(typed, user.node);
    let owned_by_it = typed.process_owner.filter(|role| owners.contains(&Reached::Role(*role)));
    let message = format!("{ladder} reaches nobody beside the owner of {nodes}");
    let help = match owned_by_it {
        Some(role) => format!(
            "`{}` is the process owner and does this itself: name somebody further up, or {}",
            role_name(typed, role),
            if may_stall(user.node) { "add `if late choose OPTION`" } else { "say `escalate never` here" }
        ),
        None if has_if_late(user.node) => {
            "add a level that tells or asks somebody else; otherwise only lateness ends it".to_owned()
        }
        None => "add a level that tells or asks somebody else, such as `tell process owner \"…\"`".to_owned(),
    };
    let problem = Problem::new(&RULE, at, message).with_help(help);
    let problem = also_at(problem, used.at, "it is asked for here");
    let last = user.used.levels.last().map_or(user.used.at, |level| level.at);
    Some(also_at(problem, last, "it ends here"))
}

/// Whether only its ladders keep a decision from standing still: without any it would be WF202.
fn may_stall(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Decision { if_late: None, .. })
}
