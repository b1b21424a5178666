//! WF701 for the policies that speak about runs.
//!
//! `always A before B` is asked when B starts (an outcome: when it ends the instance), `never A with B` of every
//! state and end, `completing A leads to B` and `every run ends in outcome …` of ends. Invariant: what a rule names
//! and the workflow does not have breaks nothing.

use super::truth::result_is;
use wf_compiler::hir::PolicyRule;
use wf_compiler::hir::policy::PolicyNode;
use wf_compiler::typed::{Node, NodeKind, Typed};
use wf_plan::node::Needed;
use wf_vm::State;
use wf_vm::state::{End, NodeState, Phase};

/// What a rule's A or B is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    node: usize,
    /// `None`: the node itself.
    result: Option<Needed>,
}

/// Whether a live state, or an end, breaks a rule by itself.
pub fn state_breaks(typed: &Typed, rule: &PolicyRule, state: &State) -> bool {
    let PolicyRule::Never { a, b } = rule else { return false };
    let any = |name: &PolicyNode| targets(typed, name).into_iter().any(|target| is_done(state, target));
    any(a) && any(b)
}

/// Whether an end breaks a rule.
pub fn end_breaks(typed: &Typed, rule: &PolicyRule, state: &State) -> bool {
    match rule {
        PolicyRule::LeadsTo { a, b } => {
            let done = |target: &Target| is_done(state, *target);
            targets(typed, a).iter().any(done) && !targets(typed, b).iter().all(done)
        }
        PolicyRule::EndsIn(outcomes) => match state.phase {
            Phase::Ended(End::Outcome(outcome)) => {
                !outcomes.iter().any(|name| name.text == typed.nodes[outcome.index()].name)
            }
            _ => true,
        },
        _ => false,
    }
}

/// Whether the move from one state to the next breaks a rule.
pub fn move_breaks(typed: &Typed, rule: &PolicyRule, before: Option<&State>, after: &State) -> bool {
    let PolicyRule::AlwaysBefore { first, then, or_skipped, or_late } = rule else { return false };
    let starts = targets(typed, then).into_iter().any(|target| starts(typed, before, after, target));
    let held = |target: Target| {
        let own = &after.nodes[target.node].own;
        let by_people = is_for_people(&typed.nodes[target.node]);
        let done = is_done(after, target);
        let by_nobody = by_people && own.did.is_empty();
        (done && (!by_nobody || *or_late))
            || (*or_skipped && own.state.is_skipped())
            || (*or_late && own.state == NodeState::Late)
    };
    starts && !targets(typed, first).into_iter().all(held)
}

fn is_for_people(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Step | NodeKind::Decision { .. })
}

fn is_done(state: &State, target: Target) -> bool {
    let own = state.nodes[target.node].own.state;
    if let Phase::Ended(End::Outcome(outcome)) = state.phase
        && outcome.index() == target.node
    {
        return true;
    }
    match target.result {
        None => own.is_done(),
        Some(needed) => result_is(own, needed),
    }
}

/// Whether something starts between two states: active now and not before (or anew), a converge or outcome reached.
fn starts(typed: &Typed, before: Option<&State>, after: &State, target: Target) -> bool {
    let now = &after.nodes[target.node].own;
    let was = before.and_then(|before| before.nodes.get(target.node)).map(|record| &record.own);
    let anew = was.is_none_or(|was| was.resets != now.resets);
    if target.result.is_some() {
        return is_done(after, target) && before.is_none_or(|before| !is_done(before, target));
    }
    match &typed.nodes[target.node].kind {
        NodeKind::Outcome { .. } => {
            matches!(after.phase, Phase::Ended(End::Outcome(outcome)) if outcome.index() == target.node)
        }
        NodeKind::Converge => {
            now.state == NodeState::Completed
                && (anew || was.is_some_and(|was| was.state != NodeState::Completed))
        }
        _ => now.state.is_live() && (anew || !was.is_some_and(|was| was.state.is_live())),
    }
}

fn targets(typed: &Typed, name: &PolicyNode) -> Vec<Target> {
    match name {
        PolicyNode::Tagged(tag) => {
            let tagged = typed.nodes.iter().enumerate();
            let tagged = tagged.filter(|(_, node)| node.tags.contains(&tag.text));
            tagged.map(|(node, _)| Target { node, result: None }).collect()
        }
        PolicyNode::Path(path) => {
            let Some(first) = path.first() else { return Vec::new() };
            let found = typed.nodes.iter().position(|node| node.name == first.text);
            let Some(node) = found else { return Vec::new() };
            let Some(result) = path.get(1) else { return vec![Target { node, result: None }] };
            let result = result_named(&typed.nodes[node], &result.text);
            result.map(|result| Target { node, result: Some(result) }).into_iter().collect()
        }
    }
}

fn result_named(node: &Node, name: &str) -> Option<Needed> {
    let at = |position: Option<usize>| position.and_then(|at| u16::try_from(at).ok());
    match &node.kind {
        NodeKind::Decision { options, .. } => {
            at(options.iter().position(|option| option.name == name)).map(Needed::Option)
        }
        NodeKind::Run { outcomes, .. } => {
            at(outcomes.iter().position(|outcome| outcome == name)).map(Needed::Outcome)
        }
        _ => match name {
            "arrived" => Some(Needed::Arrived),
            "late" => Some(Needed::Late),
            "done" => Some(Needed::Done),
            "skipped" => Some(Needed::Skipped),
            _ => None,
        },
    }
}
