//! How conditions are answered: by values that are there, by what is missing, by a free variable where neither is known.
//!
//! Rule 1 of *Meaning*: what is missing makes a condition neither true nor false, `and` and `or` go left to right and
//! stop early. A form is read at the moment its reader becomes ready, which may be before the node that fills it in has
//! settled. Invariant: a test is answered by its own free variable only where it may be read too early.

use super::checks::Check;
use super::layout::{Kind, Late};
use super::logic::Logic;
use super::states::{Builder, World, is_one_of};
use crate::readings::Condition;
use wf_plan::plan::NodeId;

/// True where the condition holds, and where it does not; neither where it reads a missing value.
pub struct Answer<T> {
    /// It holds.
    pub yes: T,
    /// It does not.
    pub no: T,
}

impl<L: Logic> Builder<'_, L> {
    /// The answer to a condition that a reader asks then: once what it waits for has come, and of the right side of `and`
    /// and `or` only where the left one leaves it open. Elsewhere the answer means nothing.
    pub fn answer(&mut self, reader: NodeId, check: &Check, then: &L::Truth) -> Answer<L::Truth> {
        let logic = self.logic;
        match check {
            Check::Constant(value) => Answer { yes: logic.constant(*value), no: logic.constant(!value) },
            Check::Not(inner) => {
                let inner = self.answer(reader, inner, then);
                Answer { yes: inner.no, no: inner.yes }
            }
            Check::And(a, b) => {
                let a = self.answer(reader, a, then);
                let b = self.answer(reader, b, &logic.and(then, &a.yes));
                let no = logic.or(&a.no, &logic.and(&a.yes, &b.no));
                Answer { yes: logic.and(&a.yes, &b.yes), no }
            }
            Check::Or(a, b) => {
                let a = self.answer(reader, a, then);
                let b = self.answer(reader, b, &logic.and(then, &a.no));
                let holds = logic.or(&a.yes, &logic.and(&a.no, &b.yes));
                Answer { yes: holds, no: logic.and(&a.no, &b.no) }
            }
            Check::Opaque { nodes, shared, own } => {
                let loose = nodes.iter().any(|node| self.reads_too_early(reader, *node, then));
                let variable = shared.filter(|_| !loose).unwrap_or(*own);
                let truth = logic.variable(variable);
                Answer { no: logic.not(&truth), yes: truth }
            }
            Check::Field { value, answers, absent, node, own } => {
                let of = |wanted: bool| {
                    let cells: Vec<bool> = answers.iter().map(|answer| *answer == Some(wanted)).collect();
                    is_one_of(logic, *value, &cells)
                };
                let Some(node) = *node else { return Answer { yes: of(true), no: of(false) } };
                let there = self.there_when_read(reader, (node, *own), then);
                let with_absent = |wanted: bool| {
                    let known = logic.and(&there, &of(wanted));
                    if *absent == Some(wanted) { logic.or(&known, &logic.not(&there)) } else { known }
                };
                Answer { yes: with_absent(true), no: with_absent(false) }
            }
        }
    }

    /// Where a condition of a reader gets as far as one of its tests, by number from the left.
    pub fn gets_to(&mut self, reader: NodeId, of: Condition, test: usize) -> L::Truth {
        let always = self.logic.constant(true);
        let node = self.layout.nodes.get(reader.index());
        let check = node.and_then(|node| match of {
            Condition::When => node.when.as_ref(),
            Condition::Option(option) => node.open.get(usize::from(option))?.as_ref(),
        });
        let yes = self.nodes.get(reader.index()).map(|state| state.yes.clone());
        match check.zip(yes) {
            Some((check, yes)) => self.gets_inside(reader, check, test, &yes),
            None => always,
        }
    }

    fn gets_inside(&mut self, reader: NodeId, check: &Check, test: usize, then: &L::Truth) -> L::Truth {
        match check {
            Check::Not(inner) => self.gets_inside(reader, inner, test, then),
            Check::And(a, b) | Check::Or(a, b) => {
                let Some(right) = test.checked_sub(a.tests()) else {
                    return self.gets_inside(reader, a, test, then);
                };
                let goes_on = self.goes_on(reader, check, then);
                self.logic.and(&goes_on, &self.gets_inside(reader, b, right, then))
            }
            _ => self.logic.constant(true),
        }
    }

    /// Where the left side of `and` or `or` leaves it to the right one.
    fn goes_on(&mut self, reader: NodeId, check: &Check, then: &L::Truth) -> L::Truth {
        match check {
            Check::And(a, _) => self.answer(reader, a, then).yes,
            Check::Or(a, _) => self.answer(reader, a, then).no,
            _ => self.logic.constant(true),
        }
    }

    /// Where a reader asks about another node: in its conditions as far as it reads them, or for its deadline.
    pub fn asks_about(&mut self, reader: NodeId, node: NodeId) -> L::Truth {
        let logic = self.logic;
        let (Some(declared), Some(state)) =
            (self.layout.nodes.get(reader.index()), self.nodes.get(reader.index()).cloned())
        else {
            return logic.constant(false);
        };
        let before_list = logic.and(&state.yes, &state.when);
        let when = declared.when.iter().map(|when| (when, &state.yes));
        let list = declared.list.iter().map(|list| (list, &before_list));
        let open = declared.open.iter().flatten().map(|open| (open, &state.ready));
        let mut asks = match &declared.late {
            Some(late) if late.since.contains(&node) => state.ready.clone(),
            _ => logic.constant(false),
        };
        for (check, then) in when.chain(list).chain(open) {
            asks = logic.or(&asks, &self.asks_inside(reader, check, node, then));
        }
        asks
    }

    fn asks_inside(&mut self, reader: NodeId, check: &Check, node: NodeId, then: &L::Truth) -> L::Truth {
        if !check.reads(node) {
            return self.logic.constant(false);
        }
        match check {
            Check::Not(inner) => self.asks_inside(reader, inner, node, then),
            Check::And(a, b) | Check::Or(a, b) => {
                let left = self.asks_inside(reader, a, node, then);
                let then = self.logic.and(then, &self.goes_on(reader, check, then));
                self.logic.or(&left, &self.asks_inside(reader, b, node, &then))
            }
            _ => then.clone(),
        }
    }

    /// Whether the form of a node was filled in when a reader read it. Where it may be since, that is free.
    fn there_when_read(&mut self, reader: NodeId, (node, own): (NodeId, usize), then: &L::Truth) -> L::Truth {
        let logic = self.logic;
        // With the start nobody has filled in anything.
        let never = self.layout.never_there.contains(&(reader, node));
        if never || matches!(self.world, World::Start) || self.starts_with_instance(reader) {
            return logic.constant(false);
        }
        let filled = self.nodes.get(node.index()).map(|state| state.filled.clone());
        let filled = filled.unwrap_or_else(|| logic.constant(false));
        if !self.reads_too_early(reader, node, then) {
            return filled;
        }
        let own = logic.variable(own);
        match self.world {
            // Who became ready by this finish reads what is there now; others read what was there before.
            World::After { yes, filled: was_filled, by, .. } => {
                let before = was_filled(node);
                let now = logic.or(&before, &logic.and(&by(node), &filled));
                let was_ready = yes(reader);
                logic.or(&logic.without(&now, &was_ready), &logic.all([&was_ready, &own, &before]))
            }
            _ => logic.and(&own, &filled),
        }
    }

    /// Whether a node that has started has a deadline, where that counts from other nodes.
    pub fn has_deadline(&mut self, reader: NodeId, late: &Late, then: &L::Truth) -> L::Truth {
        let logic = self.logic;
        let mut known = logic.constant(false);
        for node in &late.since {
            let (layout, state) =
                (self.layout.nodes.get(node.index()), self.nodes.get(node.index()).cloned());
            let (Some(layout), Some(state)) = (layout, state) else { continue };
            // At work not before the reader: then only what a rule leaves out can have settled by the time it starts.
            let later =
                self.starts_with_instance(reader) || self.layout.never_there.contains(&(reader, *node));
            if later && layout.kind == Kind::Work && !layout.has_condition() {
                continue;
            }
            if later || self.reads_too_early(reader, *node, then) {
                return logic.variable(late.own);
            }
            known = logic.or(&known, &state.settled);
        }
        known
    }

    /// Starts with the instance and never again.
    fn starts_with_instance(&self, reader: NodeId) -> bool {
        let node = self.layout.nodes.get(reader.index());
        let again = self.layout.around.get(reader.index()).is_some_and(|regions| !regions.is_empty());
        node.is_some_and(|node| node.after.is_none() && !matches!(node.kind, Kind::Outcome { .. })) && !again
    }

    fn reads_too_early(&mut self, reader: NodeId, node: NodeId, then: &L::Truth) -> bool {
        let Some(state) = self.nodes.get(node.index()) else { return true };
        // What is not taken, or has settled, stays as it is.
        let is_over = self.logic.or(&state.settled, &state.no);
        (self.is_loose)(reader, node, then, &is_over)
    }
}
