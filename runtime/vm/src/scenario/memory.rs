//! A stage in memory: programs, their instances, and a clock.
//!
//! Children and started workflows are instances beside their parents. Of several instances due at one time the
//! older goes first. Invariant: what an event sets free at once, in whichever instance, has happened before the
//! next event is looked at.

use super::stage::{Instance, Seen, Stage, StageError};
use crate::effect::Effect;
use crate::event::{Actor, Event, EventKind, Place};
use crate::prepared::Prepared;
use crate::state::{End, Phase, State, next_due};
use std::collections::VecDeque;
use std::sync::Arc;
use wf_plan::node::NodeKind;
use wf_plan::plan::MeaningHash;
use wf_plan::{Moment, Program, Value};

/// Instances that one story starts at most: a workflow that starts itself at once would never end.
const MAX_INSTANCES: usize = 10_000;

/// A stage in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryStage {
    programs: Vec<(MeaningHash, Arc<Prepared>)>,
    instances: Vec<Actual>,
    /// Workflows to be started later: when, by which instance, what.
    later: Vec<(Moment, Start)>,
    now: Moment,
}

#[derive(Debug, Clone)]
struct Actual {
    prepared: Arc<Prepared>,
    plan: MeaningHash,
    state: State,
    parent: Option<Parent>,
}

/// Which run of which instance started a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parent {
    instance: usize,
    place: Place,
    round: u16,
}

#[derive(Debug, Clone)]
struct Start {
    workflow: String,
    plan: MeaningHash,
    with: Vec<(String, Value)>,
    parent: Option<Parent>,
}

/// What is still to happen at this time.
enum Next {
    Event(usize, EventKind),
    Start(Start),
}

impl MemoryStage {
    /// A stage for some programs, with the hashes by which they name one another.
    #[must_use]
    pub fn new(programs: impl IntoIterator<Item = (MeaningHash, Program)>) -> Self {
        let programs =
            programs.into_iter().map(|(hash, program)| (hash, Arc::new(Prepared::new(&program)))).collect();
        Self { programs, ..Self::default() }
    }

    /// The same programs, with nothing started yet: one scenario after the other needs them prepared only once.
    #[must_use]
    pub fn cleared(&self) -> Self {
        Self { programs: self.programs.clone(), ..Self::default() }
    }

    fn newest(&self, workflow: &str) -> Option<&(MeaningHash, Arc<Prepared>)> {
        let named = self.programs.iter().filter(|(_, prepared)| prepared.program().workflow == workflow);
        named.max_by_key(|(_, prepared)| prepared.program().version)
    }

    fn add(&mut self, plan: MeaningHash, prepared: Arc<Prepared>, parent: Option<Parent>) -> usize {
        self.instances.push(Actual { prepared, plan, state: State::new(), parent });
        self.instances.len() - 1
    }

    /// Works off what is to happen now, with everything that follows at once.
    fn settle(&mut self, first: Vec<Next>) -> Result<Vec<Seen>, StageError> {
        let mut open: VecDeque<Next> = first.into();
        let mut seen = Vec::new();
        while let Some(next) = open.pop_front() {
            match next {
                Next::Start(start) => open.extend(self.begin(start)?),
                Next::Event(instance, kind) => {
                    let effects = self.happen(instance, kind);
                    for effect in effects {
                        open.extend(self.follow(instance, &effect));
                        seen.push(Seen { instance, at: self.now, effect });
                    }
                    open.extend(self.tell_parent(instance));
                }
            }
        }
        Ok(seen)
    }

    fn happen(&mut self, instance: usize, kind: EventKind) -> Vec<Effect> {
        let mut effects = Vec::new();
        let event = Event { at: self.now, kind };
        if let Some(actual) = self.instances.get_mut(instance) {
            crate::step::apply(&actual.prepared, &mut actual.state, &event, &mut effects);
        }
        effects
    }

    /// What an effect means for other instances.
    fn follow(&mut self, instance: usize, effect: &Effect) -> Vec<Next> {
        match effect {
            Effect::StartChild { place, round, workflow, plan, with } => {
                let parent = Some(Parent { instance, place: *place, round: *round });
                vec![Next::Start(Start {
                    workflow: workflow.clone(),
                    plan: *plan,
                    with: with.clone(),
                    parent,
                })]
            }
            Effect::CancelChild { place, round } => {
                let parent = Parent { instance, place: *place, round: *round };
                let reason = "its parent no longer waits for it".to_owned();
                let child = self.instances.iter().position(|actual| actual.parent == Some(parent));
                child
                    .map(|child| Next::Event(child, EventKind::Cancel { reason, by: None }))
                    .into_iter()
                    .collect()
            }
            Effect::StartWorkflow { workflow, plan, with, at } => {
                let own = self.instances.get(instance).map(|actual| actual.plan);
                let plan = if *plan == MeaningHash::ITSELF { own.unwrap_or(*plan) } else { *plan };
                let start = Start { workflow: workflow.clone(), plan, with: with.clone(), parent: None };
                if *at > self.now {
                    self.later.push((*at, start));
                    return Vec::new();
                }
                vec![Next::Start(start)]
            }
            _ => Vec::new(),
        }
    }

    /// Starts a child or a workflow of its own.
    fn begin(&mut self, start: Start) -> Result<Vec<Next>, StageError> {
        if self.instances.len() >= MAX_INSTANCES {
            return Err(StageError(format!(
                "{MAX_INSTANCES} workflows have been started and there is no end: does `{}` start itself?",
                start.workflow
            )));
        }
        let by_plan = self.programs.iter().find(|(hash, _)| *hash == start.plan);
        let found = by_plan.or_else(|| self.newest(&start.workflow)).cloned();
        let Some((plan, prepared)) = found else {
            return Err(StageError(format!("there is no workflow `{}` to start", start.workflow)));
        };
        let inputs = by_name(prepared.program(), &start.with);
        let instance = self.add(plan, prepared, start.parent);
        let number = u64::try_from(instance).unwrap_or(u64::MAX).saturating_add(1);
        Ok(vec![Next::Event(instance, EventKind::Start { inputs, starter: None, number })])
    }

    /// A child that has just ended tells its parent, once.
    fn tell_parent(&mut self, instance: usize) -> Option<Next> {
        let actual = self.instances.get_mut(instance)?;
        let Phase::Ended(end) = actual.state.phase else { return None };
        let parent = actual.parent.take()?;
        let reached = match end {
            End::Outcome(node) => actual.prepared.node(node).map(|node| node.name.clone()),
            End::Finished | End::WithoutOutcome | End::Cancelled => None,
        };
        let waiting = self.instances.get(parent.instance)?;
        let NodeKind::Run(run) = &waiting.prepared.node(parent.place.node)?.kind else { return None };
        let outcome = reached.and_then(|name| run.outcomes.iter().position(|outcome| *outcome == name));
        let outcome = outcome.and_then(|at| u16::try_from(at).ok());
        let kind = EventKind::ChildEnded { place: parent.place, round: parent.round, outcome };
        Some(Next::Event(parent.instance, kind))
    }

    fn due_now(&mut self) -> Vec<Next> {
        let now = self.now;
        let due = |actual: &Actual| next_due(&actual.state).is_some_and(|due| due <= now);
        let ticks = self.instances.iter().enumerate().filter(|(_, actual)| due(actual));
        let mut next: Vec<Next> = ticks.map(|(at, _)| Next::Event(at, EventKind::Tick)).collect();
        let (starts, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.later).into_iter().partition(|(at, _)| *at <= now);
        self.later = later;
        next.extend(starts.into_iter().map(|(_, start)| Next::Start(start)));
        next
    }
}

/// Values in the order of a program's inputs.
fn by_name(program: &Program, with: &[(String, Value)]) -> Vec<Value> {
    let value = |name: &str| with.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    program.inputs.iter().map(|field| value(&field.name).unwrap_or_default()).collect()
}

impl Stage for MemoryStage {
    fn program(&self, workflow: &str) -> Option<&Prepared> {
        self.newest(workflow).map(|(_, prepared)| &**prepared)
    }

    fn workflows(&self) -> Vec<String> {
        self.programs.iter().map(|(_, prepared)| prepared.program().workflow.clone()).collect()
    }

    fn now(&self) -> Moment {
        self.now
    }

    fn start(
        &mut self,
        workflow: &str,
        at: Moment,
        inputs: Vec<Value>,
        starter: Option<Actor>,
    ) -> Result<Vec<Seen>, StageError> {
        let found = self.newest(workflow).cloned();
        let (plan, prepared) =
            found.ok_or_else(|| StageError(format!("there is no workflow `{workflow}`")))?;
        self.now = at;
        let instance = self.add(plan, prepared, None);
        self.settle(vec![Next::Event(instance, EventKind::Start { inputs, starter, number: 1 })])
    }

    fn apply(&mut self, instance: usize, kind: EventKind) -> Result<Vec<Seen>, StageError> {
        self.settle(vec![Next::Event(instance, kind)])
    }

    fn next_due(&self) -> Option<Moment> {
        let timers = self.instances.iter().filter_map(|actual| next_due(&actual.state));
        timers.chain(self.later.iter().map(|(at, _)| *at)).min()
    }

    fn advance(&mut self, to: Moment) -> Result<Vec<Seen>, StageError> {
        self.now = self.now.max(to);
        let mut seen = Vec::new();
        loop {
            let due = self.due_now();
            if due.is_empty() {
                return Ok(seen);
            }
            seen.extend(self.settle(due)?);
        }
    }

    fn instances(&self) -> Vec<Instance<'_>> {
        self.instances
            .iter()
            .map(|actual| Instance { prepared: &actual.prepared, state: &actual.state })
            .collect()
    }
}
