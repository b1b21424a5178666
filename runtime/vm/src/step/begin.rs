//! The start of a node: its clock, messages, ladders and reminders; one copy per element of a `for each`.
//!
//! Rules 1 and 10. Options' `when` and the `with` of a run are evaluated here, once. The work message goes to the
//! owner before the effects of `on start`. Invariant: a node begins only from waiting, and only in `close`.

use super::turn::Turn;
use crate::effect::Fact;
use crate::event::Place;
use crate::state::{Active, Climb, NodeState, Work};
use wf_plan::Value;
use wf_plan::node::{Node, NodeKind, Pause};
use wf_plan::plan::NodeId;
use wf_plan::value::LIST_LIMIT;

impl Turn<'_> {
    /// Keeps the list of a `for each` and makes its copies. What was entered for an element stays as prefill.
    pub(super) fn keep_elements(&mut self, node: NodeId, mut elements: Vec<Value>) {
        elements.truncate(LIST_LIMIT);
        let Some(record) = self.state.nodes.get_mut(node.index()) else { return };
        let mut before = std::mem::take(&mut record.copies);
        let mut copies = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let values = match before.get_mut(at) {
                Some(copy) if record.elements.get(at) == Some(element) => std::mem::take(&mut copy.values),
                _ => Vec::new(),
            };
            let children = before.get(at).map_or(0, |copy| copy.children);
            copies.push(Work { resets: record.own.resets, values, children, ..Work::default() });
        }
        record.elements = elements;
        record.copies = copies;
    }

    /// Starts a node that is ready.
    pub(super) fn begin(&mut self, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        let place = Place { node: id, copy: None };
        self.dates_changed = true;
        if node.for_each.is_none() {
            return self.begin_work(place, node);
        }
        if !self.change(place, NodeState::Active) {
            return;
        }
        if let Some(work) = self.state.work_mut(place) {
            work.active = Some(Box::new(Active { started: self.at, last_act: self.at, ..Active::default() }));
        }
        self.record(Fact::NodeStarted, Some(place));
        let copies = self.state.nodes.get(id.index()).map_or(0, |record| record.copies.len());
        for copy in 0..u16::try_from(copies).unwrap_or(u16::MAX) {
            self.begin_work(Place { node: id, copy: Some(copy) }, node);
        }
    }

    fn begin_work(&mut self, place: Place, node: &Node) {
        if !self.change(place, NodeState::Active) {
            return;
        }
        let active = Active {
            started: self.at,
            last_act: self.at,
            closed: self.closed_options(place, node),
            climbs: vec![Climb::default(); node.ladders.len()],
            reminded: vec![0; node.reminders.len()],
            ..Active::default()
        };
        if let Some(work) = self.state.work_mut(place) {
            work.active = Some(Box::new(active));
        }
        self.record(Fact::NodeStarted, Some(place));
        self.start_deadline(place, node);
        if node.is_worked_on() {
            self.send_work(place, node);
        }
        self.act_out(&node.on.start, Some(place), None);
        self.arm_silence(place, node);
        self.arm_reminders(place, node);
        match &node.kind {
            NodeKind::Wait(_) => self.looking.push(place),
            NodeKind::Pause(pause) => self.begin_pause(place, pause),
            NodeKind::Run(run) => self.start_child(place, run),
            _ => {}
        }
    }

    /// Options that nobody can choose in this round: `when` false, no redo left, or nothing there to do again.
    fn closed_options(&self, place: Place, node: &Node) -> Vec<u16> {
        let NodeKind::Decision(decision) = &node.kind else { return Vec::new() };
        let closed = |slot: u16, option: &wf_plan::node::DecisionOption| {
            option.when.is_some_and(|when| !self.is_true(when, Some(place)))
                || option.redo.as_ref().is_some_and(|redo| !self.can_go_back(place.node, slot, redo))
        };
        (0u16..)
            .zip(&decision.options)
            .filter(|(slot, option)| closed(*slot, option))
            .map(|(slot, _)| slot)
            .collect()
    }

    /// A pause ends by a timer; one whose moment is missing ends at once, as nothing says how long it lasts.
    fn begin_pause(&mut self, place: Place, pause: &Pause) {
        let calendar = self.prepared.workflow_calendar();
        let end = match pause {
            Pause::For(duration) => calendar.and_then(|calendar| calendar.add(self.at, duration)),
            Pause::Until(code) => match self.value(*code, Some(place)) {
                Value::Moment(moment) => Some(moment),
                Value::Date(date) => calendar.and_then(|calendar| calendar.from_local(date, 0)),
                _ => None,
            },
        };
        self.arm(Some(place), end.unwrap_or(self.at), crate::state::Task::Pause);
    }

    pub(super) fn pause_ended(&mut self, place: Place) {
        self.settle(place, NodeState::Completed, Fact::NodeCompleted, "");
    }
}
