//! Effects of nodes, outcomes and levels, and the actions of alternatives.
//!
//! Rule 8: an alternative's actions are all taken or none, so they are held against the node before the first is
//! taken ([`Turn::possible`]). Invariant: what changes the node's state stands in alternatives only, `outcome` last.

use super::messages::Letter;
use super::turn::Turn;
use crate::effect::{Change, Effect, Fact, Purpose, Refusal, Update};
use crate::eval::{self, Scope, show};
use crate::event::Place;
use crate::state::NodeState;
use wf_plan::Value;
use wf_plan::calendar::Duration;
use wf_plan::ladder::{Action, Words};
use wf_plan::node::{Node, NodeKind};
use wf_plan::plan::{CodeId, MeaningHash, SystemId};

impl Turn<'_> {
    /// Carries actions out in order.
    pub(super) fn act_out(&mut self, actions: &[Action], place: Option<Place>, level: Option<u16>) {
        for action in actions {
            self.act_out_one(action, place, level);
        }
    }

    fn act_out_one(&mut self, action: &Action, place: Option<Place>, level: Option<u16>) {
        match action {
            Action::Set { system, field, value } => {
                let declared =
                    self.prepared.system(*system).and_then(|system| system.fields.get(field.index()));
                let Some(name) = declared.map(|field| field.name.clone()) else { return };
                let value = self.evaluated(*value, place, level);
                let shown = show::show(self.prepared, &value, None);
                self.update(*system, place, Change::Set { field: name, value, shown });
            }
            Action::Note { system, words } => {
                let (text, draft) = self.written(words, place, level);
                self.update(*system, place, Change::Note { text, draft });
            }
            Action::Call { system, operation, arguments } => {
                let arguments = self.evaluated_all(arguments, place, level);
                self.update(*system, place, Change::Call { operation: operation.clone(), arguments });
            }
            Action::Tell { who, words, via, urgent } => {
                let purpose = if level.is_some() { Purpose::Escalation } else { Purpose::Notice };
                let letter = Letter { purpose, place, level, via: *via, urgent: *urgent, question: None };
                self.send_words(who, words, &letter, |turn, who, language| {
                    turn.owner_buttons(place, who, language, purpose)
                });
            }
            Action::Start { workflow, plan, with, delay } => {
                self.start_workflow(workflow, *plan, self.evaluated_all(with, place, level), delay.as_ref());
            }
            Action::Outcome(outcome) => self.forced_outcomes.push(*outcome),
            _ => {
                if let Some(place) = place {
                    self.act_on_node(action, place);
                }
            }
        }
    }

    /// The actions that change the node itself.
    fn act_on_node(&mut self, action: &Action, place: Place) {
        let Some(node) = self.node(place.node) else { return };
        match action {
            Action::Resume => self.go_on(place, node),
            Action::Complete => self.settle(place, NodeState::Completed, Fact::NodeCompleted, ""),
            Action::Skip => self.settle(place, NodeState::SkippedByPerson, Fact::NodeSkippedByPerson, ""),
            Action::Extend(by) => self.extend(place, node, by),
            Action::Reassign(role) => self.reassign(place, node, *role),
            Action::Choose(option) => self.choose_for_all(place, node, *option),
            _ => {}
        }
    }

    fn evaluated(&self, code: CodeId, place: Option<Place>, level: Option<u16>) -> Value {
        eval::value(self.prepared, self.state, code, &Scope { level, ..Scope::at(place) })
    }

    fn evaluated_all(
        &self,
        named: &[(String, CodeId)],
        place: Option<Place>,
        level: Option<u16>,
    ) -> Vec<(String, Value)> {
        named.iter().map(|(name, code)| (name.clone(), self.evaluated(*code, place, level))).collect()
    }

    /// Text and, if the agent may draft, its instruction.
    fn written(&self, words: &Words, place: Option<Place>, level: Option<u16>) -> (String, Option<String>) {
        let scope = Scope { level, ..Scope::at(place) };
        let text = eval::text(self.prepared, self.state, words.text, &scope);
        let drafts = self.program.agent.as_ref().is_some_and(|agent| agent.drafts);
        let draft = words.draft.filter(|_| drafts);
        (text, draft.map(|code| eval::text(self.prepared, self.state, code, &scope)))
    }

    fn update(&mut self, system: SystemId, place: Option<Place>, change: Change) {
        let key = self.prepared.system(system).and_then(|system| system.key);
        let key = key.and_then(|field| self.state.inputs.get(field.index())).cloned();
        // An outcome's effects are the instance's own.
        let place = place.filter(|place| {
            !self.node(place.node).is_some_and(|node| matches!(node.kind, NodeKind::Outcome(_)))
        });
        self.effects.push(Effect::Update(Update { system, key, place, change }));
    }

    fn start_workflow(
        &mut self,
        workflow: &str,
        plan: MeaningHash,
        with: Vec<(String, Value)>,
        delay: Option<&Duration>,
    ) {
        let calendar = self.prepared.workflow_calendar();
        let at = delay.and_then(|delay| calendar.and_then(|calendar| calendar.add(self.at, delay)));
        let at = at.unwrap_or(self.at);
        self.effects.push(Effect::StartWorkflow { workflow: workflow.to_owned(), plan, with, at });
    }

    /// Whether all actions of an alternative can be taken on a node as it is.
    pub(super) fn possible(&self, place: Place, node: &Node, actions: &[Action]) -> Result<(), Refusal> {
        let mut settled = !self.state.work(place).is_some_and(|work| work.state.is_live());
        for action in actions {
            let on_node = !matches!(
                action,
                Action::Set { .. }
                    | Action::Note { .. }
                    | Action::Tell { .. }
                    | Action::Call { .. }
                    | Action::Start { .. }
                    | Action::Outcome(_)
            );
            if on_node && settled {
                return Err(Refusal::ActionImpossible);
            }
            settled |= self.one_possible(place, node, action)?;
        }
        Ok(())
    }

    /// Whether one action can be taken; true: it settles the node (or sends it back).
    fn one_possible(&self, place: Place, node: &Node, action: &Action) -> Result<bool, Refusal> {
        let fine = |fine: bool| if fine { Ok(()) } else { Err(Refusal::ActionImpossible) };
        match action {
            Action::Complete => {
                fine(matches!(node.kind, NodeKind::Step))?;
                self.apart_from_others(place, node)?;
                let work = self.state.work(place);
                for (at, field) in node.form.iter().enumerate() {
                    let value = work.and_then(|work| work.values.get(at));
                    if eval::is_missing_required(value, field) {
                        return Err(Refusal::FieldMissing { field: field.name.clone() });
                    }
                }
                Ok(true)
            }
            Action::Skip => fine(!matches!(node.kind, NodeKind::Decision(_))).map(|()| true),
            Action::Extend(_) => {
                let active = self.state.active(place);
                fine(active.is_some_and(|active| active.deadline.is_some())).map(|()| false)
            }
            Action::Reassign(role) => fine(self.prepared.role(*role).is_some()).map(|()| false),
            Action::Choose(option) => {
                if !crate::view::open_options(self.prepared, self.state, place).contains(option) {
                    return Err(Refusal::OptionClosed);
                }
                self.apart_from_others(place, node).map(|()| true)
            }
            Action::Outcome(outcome) => {
                let outcome = self.node(*outcome);
                fine(outcome.is_some_and(|node| matches!(node.kind, NodeKind::Outcome(_)))).map(|()| false)
            }
            _ => Ok(false),
        }
    }
}
