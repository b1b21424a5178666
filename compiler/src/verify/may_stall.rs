//! WF202: a decision or wait that nobody looks after does not stop the process.

use crate::place::Problem;
use crate::reach::{
    Reached, ends_with_nobody, is_beside_owner, overdue_reaches_beside, owners, reached, settles,
};
use crate::subject::Subject;
use crate::typed::node::DecisionOption;
use crate::typed::{ActionKind, Node, NodeKind, Typed};
use std::collections::BTreeSet;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF202",
    name: "may-stall",
    severity: Severity::Error,
    summary: "a decision or wait that nobody looks after does not stop the process",
};

/// Decisions and waits that stand still for ever where nobody acts, and votes that can come to nothing.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    typed.nodes.iter().filter_map(|node| stalls(typed, node)).collect()
}

fn stalls(typed: &Typed, node: &Node) -> Option<Problem> {
    match &node.kind {
        NodeKind::Decision { options, if_late: None } => {
            // A ladder that reaches nobody else is told by itself (WF405): the cause.
            if !is_looked_after(typed, node) && ends_with_nobody(typed, node).is_none() {
                let message = format!(
                    "if nobody decides `{}`, nobody else is told, and the process stands still",
                    node.name
                );
                let help = "add `if late choose OPTION` or an escalation that tells or asks somebody beside its owner";
                let problem = Problem::new(&RULE, node.at, message).with_help(help);
                return Some(chosen_when_late(node, options, told_to_process_owner(typed, node, problem)));
            }
            tie(typed, node, options)
        }
        NodeKind::Wait { if_late: None, .. } if !can_be_ended(node) => {
            let message = format!("if what `{}` waits for never comes, the process stands still", node.name);
            let help = "add a `deadline` and `if late …`, or an escalation with an alternative that says `skip` or `outcome …`";
            let problem = Problem::new(&RULE, node.at, message).with_help(help);
            let late = with_deadline(node, "10 business days", "if late skip");
            Some(problem.with_fix("go on without it when it is late", node.clauses_end, late))
        }
        _ => None,
    }
}

/// A clause that counts from a deadline, with one where there is none.
fn with_deadline(node: &Node, length: &str, clause: &str) -> String {
    let deadline = if node.deadlines.is_empty() { format!("\n    deadline {length}") } else { String::new() };
    format!("{deadline}\n    {clause}")
}

/// Proposes that the process owner hears of it, if that is somebody else and no ladder is written yet.
fn told_to_process_owner(typed: &Typed, node: &Node, problem: Problem) -> Problem {
    let is_beside = typed
        .process_owner
        .is_some_and(|role| is_beside_owner(typed, node, &[Reached::Role(role)]) && node.ladders.is_empty());
    if !is_beside {
        return problem;
    }
    let ladder = "escalate { on overdue; level 1 { tell process owner \"{step} is not decided.\" } }";
    let clauses = with_deadline(node, "2 business days", ladder);
    problem.with_fix("tell the process owner when it is late", node.clauses_end, clauses)
}

/// Proposes the last option that needs nothing further for when nobody decides.
fn chosen_when_late(node: &Node, options: &[DecisionOption], problem: Problem) -> Problem {
    let is_plain =
        |option: &&DecisionOption| option.redo.is_none() && option.when.is_none() && !option.needs_reason;
    let Some(option) = options.iter().rev().find(is_plain) else { return problem };
    let clauses = with_deadline(node, "2 business days", &format!("if late choose {}", option.name));
    problem.with_fix(
        format!("choose `{}` when nobody has decided in time", option.name),
        node.clauses_end,
        clauses,
    )
}

/// Whether a ladder ends in a question, or reaches somebody beside the owner.
fn is_looked_after(typed: &Typed, node: &Node) -> bool {
    let ends = |ladder: &crate::typed::Ladder| {
        ladder.levels.last().is_some_and(|level| level.ask.is_some())
            || ladder.levels.iter().any(|level| is_beside_owner(typed, node, &reached(typed, node, level)))
    };
    node.ladders.iter().any(|ladder| ends(ladder)) || overdue_reaches_beside(typed, node)
}

/// Whether people can end a wait that its event never ends.
fn can_be_ended(node: &Node) -> bool {
    let ends = |action: &ActionKind| matches!(action, ActionKind::Skip | ActionKind::Outcome(_));
    alternatives(node).any(|alternative| alternative.actions.iter().any(|action| ends(&action.kind)))
}

fn alternatives(node: &Node) -> impl Iterator<Item = &crate::typed::Alternative> {
    let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
    levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives)
}

/// A vote in which everybody has voted and no option has its number.
fn tie(typed: &Typed, node: &Node, options: &[DecisionOption]) -> Option<Problem> {
    let most_needed =
        options.iter().map(|option| usize::from(option.needs)).max().filter(|most| *most > 1)?;
    // Each option may get one vote less than it needs, and still nothing is decided.
    let undecided: usize = options.iter().map(|option| usize::from(option.needs).saturating_sub(1)).sum();
    let voters = voters(typed, node);
    // Who fills the roles may be said elsewhere: enough people, one hopes, for the option that needs most.
    let at_least = voters.unwrap_or(most_needed);
    if at_least > undecided || alternatives(node).any(settles) {
        return None;
    }
    let whole = match voters {
        Some(1) => "the one person who votes".to_owned(),
        Some(count) => format!("all {count} people who vote"),
        None => "the people who vote".to_owned(),
    };
    let message = format!(
        "the vote `{}` can end undecided: {whole} may choose so that no option gets the number it needs",
        node.name
    );
    let help = "add `if late choose OPTION`, or let one option need fewer people";
    let at = options.iter().find(|option| option.needs > 1).map_or(node.at, |option| option.at);
    let problem = Problem::new(&RULE, node.at, message)
        .with_related(at, "this option needs several people")
        .with_help(help);
    Some(chosen_when_late(node, options, problem))
}

/// How many people vote; `None` where the source does not say.
fn voters(typed: &Typed, node: &Node) -> Option<usize> {
    let mut people = BTreeSet::new();
    let mut unnamed = 0usize;
    for owner in owners(typed, node) {
        let Reached::Role(role) = owner else { return None };
        let role = typed.roles.get(role.index())?;
        match (role.people.is_empty(), role.one_person) {
            (false, _) => people.extend(role.people.iter()),
            (true, true) => unnamed += 1,
            (true, false) => return None,
        }
    }
    Some(people.len() + unnamed)
}
