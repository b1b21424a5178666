//! The expressions of a node, each with the moment at which it is read.
//!
//! One walk over every clause, so that no rule has to know where values may stand. Invariant: an expression that
//! another one holds is not listed by itself.

use super::{Condition, Moment};
use crate::place::Place;
use crate::typed::{
    Action, ActionKind, Ask, Deadline, Expr, Ladder, LimitKind, Node, NodeKind, Owner, Placed, Reminder,
    Text, TextPart, Who, Words,
};
use std::sync::Arc;
use wf_plan::node::CountFrom;
use wf_plan::plan::NodeId;

/// Something that a node reads.
pub(super) enum Root<'a> {
    /// A value; `asked`: a condition that says what may happen.
    Value { expr: &'a Expr, moment: Moment, in_text: bool, used_at: Option<Place>, asked: Option<Condition> },
    /// `deadline … after NODE`, asked when the reader becomes active.
    Settling { node: NodeId, at: Place },
}

/// Collects the values of one node.
struct Walk<'a> {
    found: Vec<Root<'a>>,
    moment: Moment,
    used_at: Option<Place>,
}

/// Every expression of a node; of its ladders, where `reads` says so.
pub(super) fn roots<'a>(node: &'a Node, reads: &mut dyn FnMut(&Arc<Ladder>) -> bool) -> Vec<Root<'a>> {
    let mut walk = Walk { found: Vec::new(), moment: Moment::Ready, used_at: None };
    node.when.iter().for_each(|when| walk.condition(when, Condition::When));
    walk.moment = Moment::List;
    node.for_each.iter().for_each(|each| walk.value(&each.list));
    walk.moment = Moment::Start;
    walk.kind(&node.kind);
    walk.moment = Moment::Start;
    node.deadlines.iter().for_each(|deadline| walk.deadline(deadline));
    for owner in &node.owners {
        if let Owner::Person(person) = &owner.value {
            walk.value(person);
        }
    }
    node.say.iter().for_each(|say| walk.words(say));
    walk.actions(&node.on.start);
    walk.moment = Moment::Active;
    node.reminders.iter().for_each(|reminder| walk.reminder(reminder));
    node.ladders.iter().filter(|ladder| reads(ladder)).for_each(|ladder| walk.ladder(ladder));
    walk.actions(&node.on.block);
    walk.actions(&node.on.overdue);
    walk.moment = Moment::Done;
    walk.actions(&node.on.done);
    walk.moment = Moment::Skip;
    walk.actions(&node.on.skip);
    walk.found
}

/// Every expression of a ladder.
pub(super) fn of_ladder(ladder: &Ladder) -> Vec<Root<'_>> {
    let mut walk = Walk { found: Vec::new(), moment: Moment::Active, used_at: None };
    walk.ladder(ladder);
    walk.found
}

impl<'a> Walk<'a> {
    fn ladder(&mut self, ladder: &'a Ladder) {
        self.used_at = (ladder.used_at != ladder.at).then_some(ladder.used_at);
        for level in &ladder.levels {
            self.actions(&level.actions);
            level.ask.iter().for_each(|ask| self.ask(ask));
        }
        self.used_at = None;
    }

    fn value(&mut self, expr: &'a Expr) {
        self.push(expr, false);
    }

    fn push(&mut self, expr: &'a Expr, in_text: bool) {
        let (moment, used_at) = (self.moment, self.used_at);
        self.found.push(Root::Value { expr, moment, in_text, used_at, asked: None });
    }

    fn condition(&mut self, expr: &'a Expr, which: Condition) {
        let (moment, used_at) = (self.moment, self.used_at);
        self.found.push(Root::Value { expr, moment, in_text: false, used_at, asked: Some(which) });
    }

    fn text(&mut self, text: &'a Text) {
        for part in &text.parts {
            if let TextPart::Value(value) = part {
                self.push(value, true);
            }
        }
    }

    fn words(&mut self, words: &'a Words) {
        self.text(&words.text);
        words.languages.iter().for_each(|(_, text)| self.text(text));
        words.draft.iter().for_each(|draft| self.text(draft));
        let arguments = words.templates.iter().flat_map(|template| &template.arguments);
        arguments.for_each(|argument| self.push(argument, true));
    }

    fn kind(&mut self, kind: &'a NodeKind) {
        match kind {
            NodeKind::Step | NodeKind::Converge | NodeKind::PauseFor(_) => {}
            NodeKind::Decision { options, .. } => {
                for (at, option) in (0u16..).zip(options) {
                    option.when.iter().for_each(|when| self.condition(when, Condition::Option(at)));
                }
            }
            NodeKind::Wait { condition, .. } => condition.iter().for_each(|where_| self.value(where_)),
            NodeKind::PauseUntil(until) => self.value(until),
            NodeKind::Run { with, .. } => with.iter().for_each(|(_, value)| self.value(value)),
            NodeKind::Outcome { effects, .. } => {
                self.moment = Moment::Outcome;
                self.actions(effects);
            }
        }
    }

    fn deadline(&mut self, deadline: &'a Deadline) {
        deadline.condition.iter().for_each(|when| self.value(when));
        for limit in &deadline.limits {
            match &limit.kind {
                LimitKind::By(moment) => self.value(moment),
                LimitKind::Within(_, CountFrom::Settled(node))
                | LimitKind::EndOf(_, CountFrom::Settled(node)) => {
                    self.found.push(Root::Settling { node: *node, at: limit.at });
                }
                LimitKind::Within(..) | LimitKind::EndOf(..) => {}
            }
        }
    }

    fn reminder(&mut self, reminder: &'a Reminder) {
        self.used_at = (reminder.used_at != reminder.at).then_some(reminder.used_at);
        self.receivers(&reminder.to);
        self.words(&reminder.words);
        self.used_at = None;
    }

    fn ask(&mut self, ask: &'a Ask) {
        self.receivers(&ask.who);
        self.words(&ask.words);
        ask.alternatives.iter().for_each(|alternative| self.actions(&alternative.actions));
    }

    fn receivers(&mut self, who: &'a [Placed<Who>]) {
        for who in who {
            if let Who::Value(value) = &who.value {
                self.value(value);
            }
        }
    }

    fn actions(&mut self, actions: &'a [Action]) {
        for action in actions {
            match &action.kind {
                ActionKind::Set { value, .. } => self.value(value),
                ActionKind::Note { words, .. } => self.words(words),
                ActionKind::Tell { who, words, .. } => {
                    self.receivers(who);
                    self.words(words);
                }
                ActionKind::Call { arguments, .. } => {
                    arguments.iter().for_each(|(_, value)| self.value(value));
                }
                ActionKind::Start { with, .. } => with.iter().for_each(|(_, value)| self.value(value)),
                ActionKind::Resume
                | ActionKind::Complete
                | ActionKind::Skip
                | ActionKind::Extend(_)
                | ActionKind::Reassign(_)
                | ActionKind::Choose(_)
                | ActionKind::Outcome(_) => {}
            }
        }
    }
}
