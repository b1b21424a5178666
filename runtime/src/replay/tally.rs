//! What happened while the past was played, counted.
//!
//! Every record of every committed transition passes through here once. Invariant: what is counted is what the trail
//! keeps; the same question asked of `step_history` in SQL gives the same numbers.

use crate::plans::Ready;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use wf_plan::Moment;
use wf_plan::plan::NodeId;
use wf_vm::Effect;
use wf_vm::effect::{Fact, Purpose, Record, Trigger};
use wf_vm::event::Place;

/// What happened at one node of one workflow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AtNode {
    /// Times it started.
    pub started: u64,
    /// Times it was completed, chosen, or its event arrived.
    pub done: u64,
    /// Reminders and heads-ups.
    pub reminders: u64,
    /// Deadlines that passed.
    pub missed: u64,
    /// Times nobody did anything for too long.
    pub silences: u64,
    /// Times it was blocked for too long.
    pub blocks: u64,
    /// Rungs taken, by their number.
    pub rungs: BTreeMap<u16, u64>,
    /// Decisions asked of somebody by a ladder.
    pub asked: u64,
    /// Of these, those that somebody answered.
    pub answered: u64,
    /// The longest time in which nobody did anything, and in which instance.
    pub longest: Option<(i64, String)>,
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Tally {
    nodes: HashMap<(String, NodeId), AtNode>,
    plans: BTreeMap<String, Arc<Ready>>,
    /// Since when nobody has done anything.
    quiet: HashMap<(usize, Place), Moment>,
    /// Letters that were recorded, by what they are for.
    pub letters: BTreeMap<&'static str, u64>,
    /// Updates of systems that were recorded.
    pub updates: u64,
    /// Deadlines of whole instances that passed.
    pub missed: u64,
    /// Incidents for the process owner.
    pub incidents: u64,
}

impl Tally {
    /// Counts what a transition of an instance did.
    pub fn count(&mut self, number: usize, instance: &str, ready: &Arc<Ready>, effects: &[Effect]) {
        if !self.plans.contains_key(&ready.hash) {
            self.plans.insert(ready.hash.clone(), Arc::clone(ready));
        }
        for effect in effects {
            match effect {
                Effect::Send(message) => *self.letters.entry(purpose(message.purpose)).or_default() += 1,
                Effect::Update(_) => self.updates += 1,
                Effect::Record(record) => self.record(number, instance, ready, record),
                _ => {}
            }
        }
    }

    fn record(&mut self, number: usize, instance: &str, ready: &Arc<Ready>, record: &Record) {
        match (&record.fact, record.place) {
            (Fact::NodeOverdue, None) => self.missed += 1,
            (Fact::Incident | Fact::EndedWithoutOutcome, _) => self.incidents += 1,
            _ => {}
        }
        let Some(place) = record.place else { return };
        let at = self.nodes.entry((ready.hash.clone(), place.node)).or_default();
        match &record.fact {
            Fact::Refused(_) => return,
            Fact::NodeStarted => at.started += 1,
            Fact::NodeCompleted | Fact::NodeArrived | Fact::OptionChosen { .. } => at.done += 1,
            Fact::ReminderSent | Fact::HeadsUpSent => at.reminders += 1,
            Fact::NodeOverdue => at.missed += 1,
            Fact::LadderTriggered { trigger: Trigger::Silence, .. } => at.silences += 1,
            Fact::LadderTriggered { trigger: Trigger::Block, .. } => at.blocks += 1,
            Fact::LadderLevel { level, .. } => *at.rungs.entry(*level).or_default() += 1,
            Fact::QuestionAsked { .. } => at.asked += 1,
            Fact::QuestionAnswered { .. } => at.answered += 1,
            _ => {}
        }
        let key = (number, place);
        match &record.fact {
            Fact::NodeStarted | Fact::NodeUnblocked => drop(self.quiet.insert(key, record.at)),
            fact => {
                // Whoever says that work is blocked has said something; from then on silence does not count.
                let ends = ends(fact) || *fact == Fact::NodeBlocked;
                let since = if ends { self.quiet.remove(&key) } else { self.quiet.get(&key).copied() };
                let Some(since) = since.filter(|_| ends || record.by.is_some()) else { return };
                if !ends {
                    self.quiet.insert(key, record.at);
                }
                at.silent(record.at.0 - since.0, instance);
            }
        }
    }

    /// Silences that last until the end of the replay.
    pub fn end(&mut self, at: Moment, instances: &[(String, String)]) {
        for ((number, place), since) in std::mem::take(&mut self.quiet) {
            let Some((instance, hash)) = instances.get(number) else { continue };
            if let Some(node) = self.nodes.get_mut(&(hash.clone(), place.node)) {
                node.silent(at.0 - since.0, instance);
            }
        }
    }

    /// The nodes in the order of their files, the workflows by their hashes, the main one first.
    #[must_use]
    pub fn nodes(&self, first: &str) -> Vec<(&Arc<Ready>, NodeId, AtNode)> {
        let mut plans: Vec<&Arc<Ready>> = self.plans.values().collect();
        plans
            .sort_by_key(|ready| (ready.hash != first, ready.program().workflow.clone(), ready.hash.clone()));
        let mut all = Vec::new();
        for ready in plans {
            for (id, _) in (0u16..).map(NodeId).zip(&ready.program().nodes) {
                let at = self.nodes.get(&(ready.hash.clone(), id));
                all.push((ready, id, at.cloned().unwrap_or_default()));
            }
        }
        all
    }
}

impl AtNode {
    fn silent(&mut self, ms: i64, instance: &str) {
        // Of equally long ones, the first in the order of names: the order of a map decides nothing.
        let longer = self
            .longest
            .as_ref()
            .is_none_or(|(longest, who)| ms > *longest || ms == *longest && instance < who.as_str());
        if longer {
            self.longest = Some((ms, instance.to_owned()));
        }
    }
}

/// Facts with which work is no longer open.
fn ends(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::NodeCompleted
            | Fact::NodeArrived
            | Fact::NodeSkippedByRule
            | Fact::NodeSkippedByPerson
            | Fact::NodeLate
            | Fact::NodeReset
            | Fact::NodeCancelled
            | Fact::OptionChosen { .. }
            | Fact::NobodyChose { .. }
            | Fact::ChildEnded { .. }
    )
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Work => "work",
        Purpose::HeadsUp => "heads-up",
        Purpose::Reminder => "reminder",
        Purpose::Escalation => "escalation",
        Purpose::Question => "question",
        Purpose::Notice => "notice",
        Purpose::Summary => "summary",
        Purpose::Incident => "incident",
    }
}
