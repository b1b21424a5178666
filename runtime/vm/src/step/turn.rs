//! What every part of a step works on: program, state, effects, and what the step has still to look at.
//!
//! A [`Turn`] lives for one event. Nodes to look at again are marked in it; `settle.rs` and `closure.rs` work the
//! marks off. Invariant: states change only through [`Turn::change`], which holds them against the table.

use crate::effect::{Effect, Fact, Record, Refusal, TimerId};
use crate::eval::{self, Scope};
use crate::event::{Actor, Place};
use crate::prepared::Prepared;
use crate::state::{NodeState, Phase, State};
use std::borrow::Cow;
use wf_plan::node::Node;
use wf_plan::plan::{CodeId, NodeId, RoleId};
use wf_plan::{Moment, Program, Value};

/// One event being handled.
pub(super) struct Turn<'a> {
    pub prepared: &'a Prepared,
    pub program: &'a Program,
    pub state: &'a mut State,
    pub effects: &'a mut Vec<Effect>,
    /// Where this step's effects begin among those there are.
    pub first_effect: usize,
    /// The first timer this step may arm.
    pub first_timer: u32,
    /// Timers armed in this step that are gone already.
    pub untold: Vec<TimerId>,
    /// Time of what is being handled: of the event, or the due time of a timer.
    pub at: Moment,
    /// Who acts; `None`: the process itself.
    pub by: Option<&'a Actor>,
    /// The role the actor acts in.
    pub role: Option<RoleId>,
    /// Nodes whose `after` is to be looked at again, ascending.
    pub marked: Vec<NodeId>,
    /// Nodes that are ready and will start unless an outcome comes first, ascending.
    pub ready: Vec<NodeId>,
    /// Waits that have just started and look for a kept event once all that was ready has started, too.
    pub looking: Vec<Place>,
    /// Nodes that start again without their `after`: where a redo or `reopen` goes back to.
    pub again: Vec<NodeId>,
    /// Outcomes that hold by their `after`.
    pub reached: Vec<NodeId>,
    /// Outcomes that an action, lateness or a person brought about.
    pub forced_outcomes: Vec<NodeId>,
    /// A due date or a source may have changed: heads-ups are to be looked at again.
    pub dates_changed: bool,
}

impl<'a> Turn<'a> {
    pub fn new(
        prepared: &'a Prepared,
        state: &'a mut State,
        effects: &'a mut Vec<Effect>,
        at: Moment,
    ) -> Self {
        let (first_effect, first_timer) = (effects.len(), state.next_timer);
        Self {
            prepared,
            program: prepared.program(),
            state,
            effects,
            first_effect,
            first_timer,
            untold: Vec::new(),
            at,
            by: None,
            role: None,
            marked: Vec::new(),
            ready: Vec::new(),
            looking: Vec::new(),
            again: Vec::new(),
            reached: Vec::new(),
            forced_outcomes: Vec::new(),
            dates_changed: false,
        }
    }

    /// Whether the instance still runs.
    pub fn is_running(&self) -> bool {
        self.state.phase == Phase::Running
    }

    pub fn node(&self, id: NodeId) -> Option<&'a Node> {
        self.prepared.node(id)
    }

    /// Moves a node or copy to a state. What the table does not know is recorded as an incident and not done.
    pub fn change(&mut self, place: Place, to: NodeState) -> bool {
        let at = self.at;
        let Some(work) = self.state.work_mut(place) else { return false };
        let from = work.state;
        let changed = work.change(to, at);
        if changed {
            if place.copy.is_none() {
                self.mark_affected(place.node);
            }
        } else {
            self.note(Fact::Incident, Some(place), format!("no way from {from:?} to {to:?}"));
        }
        changed
    }

    /// Marks a node to be looked at again.
    pub fn mark(&mut self, node: NodeId) {
        if let Err(place) = self.marked.binary_search(&node) {
            self.marked.insert(place, node);
        }
    }

    fn mark_affected(&mut self, node: NodeId) {
        let prepared = self.prepared;
        for affected in prepared.affected(node) {
            self.mark(*affected);
        }
    }

    /// Adds a row to the trail.
    pub fn record(&mut self, fact: Fact, place: Option<Place>) {
        self.note(fact, place, String::new());
    }

    /// Adds a row with words to the trail.
    pub fn note(&mut self, fact: Fact, place: Option<Place>, detail: String) {
        self.effects.push(Effect::Record(Record {
            fact,
            place,
            at: self.at,
            by: self.by.map(|actor| actor.person.clone()),
            role: self.role,
            forced: self.by.and_then(|actor| actor.forced.clone()),
            detail,
        }));
    }

    /// Records that the event is refused.
    pub fn refuse(&mut self, place: Option<Place>, refusal: Refusal) {
        self.record(Fact::Refused(refusal), place);
    }

    /// Whether an operator forces what is being done.
    pub fn is_forced(&self) -> bool {
        self.by.is_some_and(|actor| actor.forced.is_some())
    }

    pub fn value(&self, code: CodeId, place: Option<Place>) -> Value {
        eval::value(self.prepared, self.state, code, &Scope::at(place))
    }

    pub fn is_true(&self, code: CodeId, place: Option<Place>) -> bool {
        eval::is_true(self.prepared, self.state, code, &Scope::at(place))
    }

    /// The title of the instance, in a language.
    pub fn title(&self, language: Option<&str>) -> Cow<'a, str> {
        match self.program.title {
            Some(code) => {
                let scope = Scope::default().read_in(language);
                Cow::Owned(eval::text(self.prepared, self.state, code, &scope))
            }
            None => Cow::Borrowed(&self.program.label),
        }
    }

    /// The role whose calendar holds for a node's silence, block, levels and reminders: its first owner role.
    pub fn owner_role(&self, place: Place) -> Option<RoleId> {
        if let Some(role) = self.state.active(place).and_then(|active| active.role) {
            return Some(role);
        }
        let owners = &self.node(place.node)?.owners;
        owners
            .iter()
            .find_map(|owner| match owner {
                wf_plan::node::Owner::Role(role) => Some(*role),
                wf_plan::node::Owner::Person(_) => None,
            })
            .or(self.program.process_owner.filter(|_| owners.is_empty()))
    }

    /// A moment moved by a duration in the calendar of a node's owner.
    pub fn later(&self, place: Place, from: Moment, by: &wf_plan::calendar::Duration) -> Option<Moment> {
        self.prepared.calendar_of_role(self.owner_role(place))?.add(from, by)
    }
}
