//! Choosing: one person, several votes, nobody, or an alternative.
//!
//! Rule 6. The first option that reaches its number wins. When the roles say who fills them and no option can reach
//! its number any more, the decision is late at once. An option with `redo` sends back instead of settling; its other
//! effects are those of the nodes that start again. Invariant: nobody votes twice in one round, and what nobody chose
//! is never recorded as a person's choice.

use super::turn::Turn;
use crate::effect::{Fact, Refusal};
use crate::event::Place;
use crate::state::NodeState;
use wf_plan::node::{Decision, DecisionOption, Node, NodeKind};

impl Turn<'_> {
    /// A person chooses an option.
    pub(super) fn choose(
        &mut self,
        place: Place,
        node: &Node,
        option: u16,
        reason: Option<&str>,
    ) -> Result<(), Refusal> {
        let (decision, declared) = chosen(node, option)?;
        let vote = Self::is_vote(node);
        self.owner_may(place, node, !vote)?;
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        let forced = self.is_forced();
        if !forced {
            if vote {
                self.apart_from_others(place, node)?;
            }
            if self.is_closed(place, option) {
                return Err(Refusal::OptionClosed);
            }
            if declared.needs_reason && reason.is_none_or(|reason| reason.trim().is_empty()) {
                return Err(Refusal::ReasonMissing);
            }
            let values = self.state.work(place).map_or(&[] as &[_], |work| work.values.as_slice());
            self.check_form(node, values, true)?;
            if self
                .state
                .active(place)
                .is_some_and(|active| active.votes.iter().any(|(who, _)| *who == actor.person))
            {
                return Err(Refusal::AlreadyVoted);
            }
        }
        let reason = reason.unwrap_or_default();
        if forced || !vote {
            self.claim_silently(place);
            self.chosen(place, option, declared, Fact::OptionChosen { option }, reason);
            return Ok(());
        }
        if let Some(active) = self.state.active_mut(place) {
            active.votes.push((actor.person.clone(), option));
        }
        self.note(Fact::VoteCast { option }, Some(place), reason.to_owned());
        if self.votes(place, option) >= usize::from(declared.needs) {
            self.chosen(place, option, declared, Fact::OptionChosen { option }, "");
            return Ok(());
        }
        self.acted(place, node);
        if self.is_hopeless(place, node, decision) {
            self.overdue(place);
        }
        Ok(())
    }

    fn is_closed(&self, place: Place, option: u16) -> bool {
        self.state.active(place).is_some_and(|active| active.closed.contains(&option))
    }

    fn votes(&self, place: Place, option: u16) -> usize {
        self.state
            .active(place)
            .map_or(0, |active| active.votes.iter().filter(|(_, of)| *of == option).count())
    }

    /// No option can reach its number any more.
    fn is_hopeless(&self, place: Place, node: &Node, decision: &Decision) -> bool {
        let Some(left) = self.voters_left(place, node) else { return false };
        (0u16..).zip(&decision.options).all(|(option, declared)| {
            self.is_closed(place, option) || self.votes(place, option) + left < usize::from(declared.needs)
        })
    }

    /// `if late choose O`. False: O cannot be taken (its redo is used up, or goes back to what is not taken), so the
    /// decision stays open.
    pub(super) fn nobody_chose(&mut self, place: Place, node: &Node, option: u16) -> bool {
        let Ok((_, declared)) = chosen(node, option) else { return false };
        let goes_back = |redo| self.can_go_back(place.node, option, redo);
        if !declared.redo.as_ref().is_none_or(goes_back) {
            return false;
        }
        let by = self.by.take();
        let role = self.role.take();
        self.chosen(place, option, declared, Fact::NobodyChose { option }, "");
        (self.by, self.role) = (by, role);
        true
    }

    /// An alternative chooses for everybody; `possible` has been asked before.
    pub(super) fn choose_for_all(&mut self, place: Place, node: &Node, option: u16) {
        if let Ok((_, declared)) = chosen(node, option) {
            self.chosen(place, option, declared, Fact::OptionChosen { option }, "");
        }
    }

    fn chosen(&mut self, place: Place, option: u16, declared: &DecisionOption, fact: Fact, detail: &str) {
        if let Some(redo) = &declared.redo
            && self.rounds(place.node, option) < redo.at_most
        {
            self.note(fact, Some(place), detail.to_owned());
            return self.take_redo(place.node, option, redo);
        }
        let voters: Vec<String> = self
            .state
            .active(place)
            .map(|active| active.votes.iter().map(|(voter, _)| voter.clone()).collect())
            .unwrap_or_default();
        if let Some(work) = self.state.work_mut(place) {
            work.did = voters;
        }
        self.settle(place, NodeState::Chosen(option), fact, detail);
    }
}

/// The decision and the option, if there is one of that number.
fn chosen(node: &Node, option: u16) -> Result<(&Decision, &DecisionOption), Refusal> {
    let NodeKind::Decision(decision) = &node.kind else { return Err(Refusal::NotForThisKind) };
    let declared = decision.options.get(usize::from(option)).ok_or(Refusal::OptionClosed)?;
    Ok((decision, declared))
}
