//! Why something was refused, in the words of whoever asked: what would have been possible, for whom, and since when not.
//!
//! Flow: [`super::Opened::apply`] hands a refusal over with what the trail recorded of it; the words here go to the terminal
//! and into problem+json. Invariant: nothing is looked up that the plan, the configuration and the state at hand do not say.

use super::Opened;
use crate::audit::fact;
use crate::engine::Applied;
use crate::error::{Class, Problem};
use crate::plans::Ready;
use wf_plan::node::{AtAnyTime, NodeKind, Outcome};
use wf_plan::plan::NodeId;
use wf_vm::effect::Refusal;
use wf_vm::event::Place;
use wf_vm::state::{NodeState, Work};
use wf_vm::{State, view};

impl Opened {
    /// A refusal as a problem that says who may do it; `ending` is the outcome that was asked for, if one was.
    pub(super) fn refused(&self, applied: &Applied, refusal: &Refusal, ending: Option<NodeId>) -> Problem {
        let (why, help) = fact::refusal(refusal, self.ready.program());
        let place = applied.records.iter().rev().find_map(|record| record.place);
        let (why, help) = match (refusal, ending.and_then(|outcome| self.why_not_end(outcome, refusal))) {
            (_, Some(told)) => told,
            (Refusal::NotYourRole, None) => (why, self.who_may(applied).unwrap_or_else(|| help.to_owned())),
            (Refusal::NotActive, None) => {
                let why = place.map_or(why, |place| why_not_active(&self.ready, &applied.state, place));
                (why, help.to_owned())
            }
            _ => (why, help.to_owned()),
        };
        let problem = Problem::new(Class::Refused, format!("refused, and recorded: {why}"));
        if help.is_empty() { problem } else { problem.help(help) }
    }

    /// Why an outcome cannot be reached by somebody's word, and what can be done instead.
    fn why_not_end(&self, outcome: NodeId, refusal: &Refusal) -> Option<(String, String)> {
        let program = self.ready.program();
        let node = |id: NodeId| program.nodes.get(id.index());
        let name = &node(outcome)?.name;
        let NodeKind::Outcome(declared) = &node(outcome)?.kind else { return None };
        let roles = |any_time: &AtAnyTime| {
            let roles = any_time.by.iter().filter_map(|role| program.roles.get(role.index()));
            roles.map(|role| role.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        match (refusal, &declared.at_any_time) {
            (Refusal::NotForThisKind, _) => {
                let possible: Vec<String> = program
                    .nodes
                    .iter()
                    .filter_map(|node| match &node.kind {
                        NodeKind::Outcome(Outcome { at_any_time: Some(any_time), .. }) => {
                            Some(format!("`{}` (by {})", node.name, roles(any_time)))
                        }
                        _ => None,
                    })
                    .collect();
                let instead = match possible.as_slice() {
                    [] => "no outcome of this workflow is possible `at any time`".to_owned(),
                    possible => format!("possible `at any time`: {}", possible.join(", ")),
                };
                Some((
                    format!("`{name}` is not possible `at any time`: only the process itself leads there"),
                    format!("{instead}; `wfrun cancel` ends an instance without an outcome"),
                ))
            }
            (Refusal::NotYourRole, Some(any_time)) => Some((
                format!("`{name}` may be reached `at any time` by {} only", roles(any_time)),
                "act as one of them with `--by PERSON`, or as an operator with `--force --reason TEXT`"
                    .to_owned(),
            )),
            (Refusal::TooLate, Some(any_time)) => Some((
                format!(
                    "`{name}` was possible until `{}` was settled, and it is",
                    any_time.until.and_then(node).map_or("", |until| until.name.as_str())
                ),
                "an operator may, with `--force --reason TEXT`".to_owned(),
            )),
            _ => None,
        }
    }

    /// Who may act at the place of the refusal, by name.
    fn who_may(&self, applied: &Applied) -> Option<String> {
        let place = applied.records.iter().rev().find_map(|record| record.place)?;
        let roles = view::owner_roles(&self.ready.prepared, &applied.state, place);
        let people = self.engine.people(&self.ready);
        let mut may = view::owner_people(&self.ready.prepared, &applied.state, place);
        may.extend(roles.into_iter().flat_map(|role| people.reached(role)));
        may.dedup();
        let first = may.first()?;
        Some(format!(
            "it belongs to {}: use `--by {first}`, or as an operator `--force --reason TEXT`",
            may.join(", ")
        ))
    }
}

/// Why nothing can be done at a place that is not active: it has not come to it, or it is over, since when and by whom.
fn why_not_active(ready: &Ready, state: &State, place: Place) -> String {
    let name = ready.program().nodes.get(place.node.index()).map_or("", |node| node.name.as_str());
    let why = state.work(place).map_or_else(|| "it has not started yet".to_owned(), |work| over(ready, work));
    format!("`{name}` is not active: {why}")
}

fn over(ready: &Ready, work: &Work) -> String {
    let when = ready.local.full(work.since);
    let by = if work.did.is_empty() { String::new() } else { format!(" by {}", work.did.join(", ")) };
    match work.state {
        NodeState::Waiting => "it has not started yet".to_owned(),
        // The refused act itself would have been possible, had it come now.
        NodeState::Active | NodeState::Blocked => format!("it became active on {when}"),
        NodeState::NotTaken => format!("no way leads to it any more since {when}"),
        NodeState::Cancelled => format!("it was cancelled on {when}"),
        NodeState::SkippedByRule => format!("it was skipped by its rule on {when}"),
        NodeState::SkippedByPerson => format!("it was skipped{by} on {when}"),
        NodeState::Late => format!("it was late on {when}, and the process went on without it"),
        NodeState::Completed | NodeState::Chosen(_) | NodeState::Arrived | NodeState::Ended(_) => {
            format!("it was done{by} on {when}")
        }
    }
}
