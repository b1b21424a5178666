//! WF504: an escalation does not hand a check to the person whose work is checked.

use crate::place::{Place, Problem};
use crate::reach::{Reached, owners, receivers, role_name};
use crate::subject::Subject;
use crate::typed::{ActionKind, Ask, Ladder, Node, Owner, Typed};
use crate::uses::{User, also_at};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::Separation;
use wf_plan::plan::RoleId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF504",
    name: "self-approval",
    severity: Severity::Error,
    summary: "an escalation does not hand a check to the role whose work it checks",
};

/// Alternatives that hand a node with `different person from` to a role that did what must be kept apart from it.
///
/// The runtime refuses the person, so the check would stand still. A role that owns the check itself is left out:
/// there the separation holds between its people, with or without the escalation.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let mut found: Vec<Problem> = Vec::new();
    for used in &subject.uses.ladders {
        for user in used.by.iter().filter(|user| !user.node.different_from.is_empty()) {
            for problem in at_node(typed, user) {
                if !found.iter().any(|known| known.at == problem.at && known.message == problem.message) {
                    found.push(problem);
                }
            }
        }
    }
    found
}

/// A role that did what the node must be kept apart from.
struct Maker<'a> {
    role: RoleId,
    /// What it did, in words.
    did: String,
    /// Where the separation is asked for.
    at: Place,
    /// Who else stands for it in a ladder.
    means: Option<Reached<'a>>,
}

fn makers<'a>(typed: &Typed, node: &Node) -> Vec<Maker<'a>> {
    let own = owners(typed, node);
    let mut found = Vec::new();
    for separation in &node.different_from {
        let (roles, did, means): (Vec<RoleId>, String, _) = match separation.value {
            Separation::Starter => {
                (typed.starts_by.clone(), "starts the workflow".to_owned(), Some(Reached::Starter))
            }
            Separation::Node(other) => {
                let Some(other) = typed.nodes.get(other.index()) else { continue };
                let roles = other.owners.iter().filter_map(|owner| match owner.value {
                    Owner::Role(role) => Some(role),
                    Owner::Person(_) => None,
                });
                (roles.collect(), format!("does `{}`", other.name), None)
            }
        };
        let roles = roles.into_iter().filter(|role| !own.contains(&Reached::Role(*role)));
        found.extend(roles.map(|role| Maker { role, did: did.clone(), at: separation.at, means }));
    }
    found
}

fn at_node(typed: &Typed, user: &User<'_, Ladder>) -> Vec<Problem> {
    let node = user.node;
    let mut found = Vec::new();
    for maker in makers(typed, node) {
        for ask in user.used.levels.iter().filter_map(|level| level.ask.as_ref()) {
            for (at, how) in handed_over(typed, node, ask, &maker) {
                let role = role_name(typed, maker.role);
                let message = format!("{how} the check `{}` to `{role}`, who {}", node.name, maker.did);
                let place = if at.decl == typed.decl { at } else { user.used.used_at };
                let problem = Problem::new(&RULE, place, message)
                    .with_related(maker.at, "they have to be different people")
                    .with_help("let the escalation ask, or reassign to, somebody who stands above both");
                let problem = also_at(problem, at, "it is handed over here");
                found.push(also_at(problem, user.used.used_at, "the escalation is used here"));
            }
        }
    }
    found
}

/// Where a question hands the node to the maker, and how.
fn handed_over(typed: &Typed, node: &Node, ask: &Ask, maker: &Maker<'_>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    let is_asked = ask.who.iter().find(|who| {
        let people = receivers(typed, node, &who.value);
        people.contains(&Reached::Role(maker.role))
            || maker.means.is_some_and(|means| people.contains(&means))
    });
    for alternative in &ask.alternatives {
        for action in &alternative.actions {
            match action.kind {
                ActionKind::Reassign(role) if role == maker.role => {
                    found.push((action.at, format!("“{}” hands", alternative.label)));
                }
                ActionKind::Complete | ActionKind::Choose(_) if is_asked.is_some() => {
                    found.push((action.at, format!("“{}” leaves", alternative.label)));
                }
                _ => {}
            }
        }
    }
    found
}
