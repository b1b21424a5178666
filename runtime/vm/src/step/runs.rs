//! Children: a run starts one, settles with its outcome, and is blocked by one that ends without.
//!
//! Rule 11. Every start has its own number, so that a child of an earlier round is told apart and ignored.
//! Unblocking a run whose child has ended starts a new one. Invariant: a live run has a child, or is blocked.

use super::turn::Turn;
use crate::effect::{Effect, Fact};
use crate::event::Place;
use crate::phrases;
use crate::state::NodeState;
use wf_plan::Value;
use wf_plan::node::{NodeKind, Run};

impl Turn<'_> {
    pub(super) fn start_child(&mut self, place: Place, run: &Run) {
        let Some(work) = self.state.work_mut(place) else { return };
        work.children = work.children.saturating_add(1);
        let round = work.children;
        let with: Vec<(String, Value)> =
            run.with.iter().map(|(name, code)| (name.clone(), self.value(*code, Some(place)))).collect();
        self.effects.push(Effect::StartChild {
            place,
            round,
            workflow: run.workflow.clone(),
            plan: run.plan,
            with,
        });
        self.record(Fact::ChildStarted, Some(place));
    }

    pub(super) fn child_ended(&mut self, place: Place, round: u16, outcome: Option<u16>) {
        let Some(node) = self.node(place.node) else { return };
        let NodeKind::Run(run) = &node.kind else { return };
        let current =
            self.state.work(place).is_some_and(|work| work.state.is_live() && work.children == round);
        let childless = self.state.active(place).is_none_or(|active| active.childless);
        if !current || childless {
            return;
        }
        match outcome.filter(|outcome| usize::from(*outcome) < run.outcomes.len()) {
            Some(outcome) => {
                let fact = Fact::ChildEnded { outcome: Some(outcome) };
                self.settle(place, NodeState::Ended(outcome), fact, "");
            }
            None => {
                if let Some(active) = self.state.active_mut(place) {
                    active.childless = true;
                }
                self.record(Fact::ChildEnded { outcome: None }, Some(place));
                let reason = phrases::child_without_outcome(&run.workflow);
                self.acted(place, node);
                self.set_blocked(place, node, &reason, None);
            }
        }
    }
}
