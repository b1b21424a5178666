//! WF503: an escalation does not end with the person it is about.

use crate::place::{Place, Problem};
use crate::reach::{
    Reached, can_begin, ends_by_itself, ends_with_nobody, overdue_reaches_beside, owners, reached,
};
use crate::subject::Subject;
use crate::typed::{Ladder, Node, Role, Typed};
use crate::uses::{also_at, called, names};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::RoleId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF503",
    name: "single-point-of-failure",
    severity: Severity::Warning,
    summary: "somebody in the organisation beside the node's owner stands on the levels of its escalation",
};

/// Nodes whose owner, or the one person who fills that role, is all there is on every level of the ladder: others are
/// reached, but nobody in the organisation who could act.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let mut found = Vec::new();
    for used in &subject.uses.ladders {
        let alone = used.faulty(|user| stands_alone(typed, user.node, user.used));
        for (at, alone) in used.told(alone) {
            found.extend(alone.first().and_then(|(user, role)| {
                let nodes = names(alone.iter().map(|(user, _)| user.node));
                let problem = problem(typed, user.used, &nodes, *role, at)?;
                Some(also_at(problem, used.at, "it is asked for here"))
            }));
        }
    }
    found
}

fn problem(typed: &Typed, ladder: &Ladder, nodes: &str, role: RoleId, at: Place) -> Option<Problem> {
    let role = typed.roles.get(role.index())?;
    let called = called(&ladder.name, "escalation");
    let message = match role.people.as_slice() {
        [only] => format!("`{only}` is all there is: the owner of {nodes}, and every level of {called}"),
        _ => format!("`{}` is all there is: the owner of {nodes}, and every level of {called}", role.name),
    };
    let help = "add a level that reaches somebody else in the organisation";
    Some(also_at(Problem::new(&RULE, at, message).with_help(help), role.at, "the role"))
}

/// The role that is owner and stands, alone, on every level that reaches anybody inside the organisation.
fn stands_alone(typed: &Typed, node: &Node, ladder: &Ladder) -> Option<RoleId> {
    let told_elsewhere = node.ladders.len() > 1 || overdue_reaches_beside(typed, node);
    let mut asks = ladder.levels.iter().filter_map(|level| level.ask.as_ref());
    if !can_begin(node, ladder)
        || ends_with_nobody(typed, node).is_some()
        || told_elsewhere
        || asks.any(|ask| ends_by_itself(typed, node, ask))
    {
        return None;
    }
    let owners = owners(typed, node);
    let [Reached::Role(owner)] = owners.as_slice() else { return None };
    let own = typed.roles.get(owner.index())?;
    let mut levels = 0usize;
    for level in &ladder.levels {
        let reached = reached(typed, node, level);
        let mut inside = Vec::new();
        for person in &reached {
            match person {
                Reached::Role(role) => {
                    inside.extend(typed.roles.get(role.index()).filter(|role| !role.external))
                }
                // An address in a field is mostly the customer's; a person may be anybody.
                Reached::Field(_) | Reached::Starter | Reached::WaitingOn => return None,
            }
        }
        if reached.is_empty() {
            continue;
        }
        if inside.is_empty() || !inside.iter().all(|role| is_same_person(own, role)) {
            return None;
        }
        levels += 1;
    }
    (levels > 0 && own.deputy.is_none()).then_some(*owner)
}

/// Whether two roles are one, or filled by one and the same person.
fn is_same_person(one: &Role, other: &Role) -> bool {
    one.name == other.name && one.at == other.at
        || matches!((one.people.as_slice(), other.people.as_slice()), ([one], [other]) if one == other)
}
