//! One start moment pushed through a workflow: when each node is ready, and when its work is done.
//!
//! A [`Pass`] is one question: what work takes (the least that `takes` says, or all that deadlines allow), which way to
//! err where something is not known (never too late, or never too early), and, if it is about one run, how each node
//! settles in it. Each node is looked at once, behind all that it waits for; a redo goes through its region again.
//! Invariant: with [`Err::Early`] no run is earlier than the answer, with [`Err::Late`] none that keeps its deadlines
//! is later; [`EVER`] and [`NEVER`] stand for times that are left open on either side.

use super::schedule::{Child, EVER, NEVER, Schedule, fixed_moment};
use crate::typed::{Join, Node, NodeKind, Source};
use wf_plan::Moment;
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// How long work takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// The least that `takes` says; nothing where it says nothing.
    Least,
    /// Until its deadline.
    Promised,
}

/// Which way to err.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Err {
    /// What is not known takes no time, and of several ways the quickest is gone.
    Early,
    /// What is not known takes for ever, and of several ways the slowest is gone.
    Late,
    /// As [`Err::Late`], but for work without a known deadline, which takes no time.
    LateAsFarAsKnown,
}

/// How a node settles in one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is left open.
    Open,
    /// It is not taken, or never ready.
    NotTaken,
    /// It becomes ready and does not settle before the run ends.
    Unfinished,
    /// It is done: completed, arrived, passed, met.
    Done,
    /// It is skipped.
    Skipped,
    /// It is late and goes on.
    Late,
    /// This option is chosen.
    Option(u16),
    /// The child ends in this outcome of it.
    Outcome(u16),
}

/// Where time begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// With the instance.
    Start,
    /// When this node settles; what does not follow from that happened ever before.
    Settling(NodeId),
}

/// A question about one start moment.
#[derive(Clone, Copy)]
pub struct Pass<'s, 'a> {
    /// The workflow.
    pub schedule: &'s Schedule<'a>,
    /// The nodes that are looked at, each behind all that it waits for: all of them, or those before one.
    pub order: &'s [usize],
    /// What work takes.
    pub measure: Measure,
    /// Which way to err.
    pub err: Err,
    /// How each node settles, if it is about one run; else empty.
    pub fates: &'s [Fate],
    /// Every round of every redo, not only the first.
    pub all_rounds: bool,
    /// A node whose work is done later than it would be, by so many milliseconds.
    pub delayed: Option<(usize, i64)>,
}

/// What a pass finds, per node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Times {
    /// When it can be ready.
    pub ready: Vec<Moment>,
    /// When its work can be done.
    pub done: Vec<Moment>,
    /// For runs: when the child can be in each of its outcomes.
    pub ended: Vec<Vec<Moment>>,
    /// The moment time began at.
    pub origin: Option<Moment>,
}

impl<'s, 'a> Pass<'s, 'a> {
    /// The earliest of every node, whatever happens: a bound that no run is below.
    #[must_use]
    pub fn earliest(schedule: &'s Schedule<'a>) -> Self {
        Self {
            schedule,
            order: &schedule.order,
            measure: Measure::Least,
            err: Err::Early,
            fates: &[],
            all_rounds: false,
            delayed: None,
        }
    }

    /// The latest of every node, if everybody uses the whole deadline: a bound that no run is above.
    #[must_use]
    pub fn latest(schedule: &'s Schedule<'a>, all_rounds: bool) -> Self {
        Self { measure: Measure::Promised, err: Err::Late, all_rounds, ..Self::earliest(schedule) }
    }

    /// Pushes a moment through the workflow.
    pub fn run(&self, origin: Origin, at: Moment, times: &mut Times) {
        let count = self.schedule.typed.nodes.len();
        times.ready.clear();
        times.ready.resize(count, EVER);
        times.done.clear();
        times.done.resize(count, EVER);
        times.ended.clear();
        times.ended.resize(if self.schedule.children.is_empty() { 0 } else { count }, Vec::new());
        times.origin = (origin == Origin::Start).then_some(at);
        let root = if origin == Origin::Start { at } else { EVER };
        for index in self.order {
            if origin == Origin::Settling(super::schedule::node_id(*index)) {
                set(&mut times.ready, *index, at);
                set(&mut times.done, *index, at);
                continue;
            }
            let Some(node) = self.schedule.node(*index) else { continue };
            let ready = match &node.after {
                None => root,
                Some(join) => self.join(join, times),
            };
            self.work(*index, node, ready, times);
            if self.all_rounds {
                self.again(*index, node, times);
            }
        }
        if self.all_rounds {
            self.outcomes_again(times);
        }
    }

    /// Outcomes may wait for what stands inside a region, and so come in its last round only.
    fn outcomes_again(&self, times: &mut Times) {
        for index in self.schedule.outcomes() {
            let after = self.schedule.node(index).and_then(|node| node.after.as_ref());
            let Some(ready) = after.map(|join| self.join(join, times)) else { continue };
            set(&mut times.ready, index, ready);
            set(&mut times.done, index, ready);
        }
    }

    /// When a node has settled, as far as that can be said of it.
    #[must_use]
    pub fn settled(&self, index: usize, times: &Times) -> Moment {
        let (ready, done) = (get(&times.ready, index), get(&times.done, index));
        match self.fate(index) {
            Fate::NotTaken | Fate::Unfinished => NEVER,
            Fate::Skipped => ready,
            Fate::Open if self.err == Err::Early && self.may_skip(index) => ready,
            _ => done,
        }
    }

    fn may_skip(&self, index: usize) -> bool {
        self.schedule.may_skip.get(index).copied().unwrap_or(false)
    }

    /// How a node settles.
    #[must_use]
    pub fn fate(&self, index: usize) -> Fate {
        self.fates.get(index).copied().unwrap_or(Fate::Open)
    }

    fn work(&self, index: usize, node: &Node, ready: Moment, times: &mut Times) {
        set(&mut times.ready, index, ready);
        let mut done = match (&node.kind, self.fate(index)) {
            _ if ready == NEVER => NEVER,
            (NodeKind::Converge | NodeKind::Outcome { .. }, _) => ready,
            (NodeKind::PauseFor(duration), _) => {
                self.schedule.add(ready, &duration.value).unwrap_or(self.unknown(ready))
            }
            (NodeKind::PauseUntil(until), _) => {
                fixed_moment(self.schedule, until).map_or(self.unknown(ready), |until| until.max(ready))
            }
            (NodeKind::Run { .. }, _) if self.measure == Measure::Least || node.deadlines.is_empty() => {
                self.child(index, ready, times)
            }
            (_, Fate::Late) => self.due(node, ready, times),
            _ => match self.measure {
                Measure::Promised => self.due(node, ready, times),
                Measure::Least => node.takes.as_ref().map_or(ready, |takes| {
                    self.schedule.add(ready, &takes.value.0).unwrap_or(self.unknown(ready))
                }),
            },
        };
        if let Some((delayed, by_ms)) = self.delayed
            && delayed == index
            && done != EVER
            && done != NEVER
        {
            done = Moment(done.0.saturating_add(by_ms));
        }
        set(&mut times.done, index, done);
    }

    /// The moment of something that is not known.
    pub(super) fn unknown(&self, ready: Moment) -> Moment {
        if self.err == Err::Late { NEVER } else { ready }
    }

    /// When the child of a run ends that starts at a moment.
    #[must_use]
    pub fn child_done(&self, index: usize, start: Moment) -> Option<Moment> {
        self.schedule.children.get(&index)?;
        Some(self.child(index, start, &mut Times::default()))
    }

    /// When the child of a run ends.
    fn child(&self, index: usize, ready: Moment, times: &mut Times) -> Moment {
        let Some(child) = self.schedule.children.get(&index).filter(|_| ready != EVER) else {
            return self.unknown(ready);
        };
        let ended = self.child_ends(child, ready);
        let comes = child.outcomes.iter().zip(&ended).filter(|((_, comes), _)| *comes).map(|(_, at)| *at);
        let any = if self.err == Err::Early { comes.min() } else { comes.max() };
        let chosen = match self.fate(index) {
            Fate::Outcome(outcome) => ended.get(usize::from(outcome)).copied(),
            _ => any,
        };
        if let Some(row) = times.ended.get_mut(index) {
            *row = ended;
        }
        chosen.unwrap_or(self.unknown(ready))
    }

    /// When a child that starts now is in each of its outcomes.
    fn child_ends(&self, child: &Child<'a>, start: Moment) -> Vec<Moment> {
        let pass = Pass {
            schedule: &child.schedule,
            order: &child.schedule.order,
            fates: &[],
            delayed: None,
            ..*self
        };
        let mut times = Times::default();
        pass.run(Origin::Start, start, &mut times);
        let at = |index: usize| {
            let led_to = child.schedule.node(index).is_some_and(|node| node.after.is_some());
            // What somebody ends at any time, or only lateness reaches, comes at a time that nobody can say.
            let cut_short = pass.err == Err::Early && child.schedule.is_reached_otherwise(index);
            if led_to && !cut_short { get(&times.ready, index) } else { self.unknown(start) }
        };
        child.outcomes.iter().map(|(index, _)| at(*index)).collect()
    }

    /// The region of each redo of a node once more per round, from its first node's start to the node's end.
    fn again(&self, index: usize, node: &Node, times: &mut Times) {
        let options = match &node.kind {
            NodeKind::Decision { options, .. } => options.as_slice(),
            _ => &[],
        };
        // A round that a condition may forbid is not counted where the answer must not be too late.
        let counts = |when: bool| self.err != Err::Early || !when;
        let options = options.iter().filter(|option| counts(option.when.is_some()));
        let redos = options.filter_map(|option| option.redo.as_ref()).chain(&node.redo);
        for redo in redos {
            for _ in 0..redo.at_most {
                let from = get(&times.done, index);
                if from == NEVER || from == EVER {
                    return;
                }
                let round = Pass { all_rounds: false, ..*self };
                for member in self
                    .schedule
                    .order
                    .iter()
                    .filter(|member| redo.region.contains(&super::schedule::node_id(**member)))
                {
                    let Some(node) = self.schedule.node(*member) else { continue };
                    let ready = if *member == redo.to.index() {
                        from
                    } else {
                        node.after.as_ref().map_or(from, |join| round.join(join, times))
                    };
                    round.work(*member, node, ready, times);
                }
            }
        }
    }

    /// When a join holds.
    pub(super) fn join(&self, join: &Join, times: &Times) -> Moment {
        let held = join.sources.iter().map(|source| self.source(source, times));
        match join.kind {
            JoinKind::All => held.max().unwrap_or(EVER),
            JoinKind::AtLeast(least) => self.at_least(join, usize::from(least), held.collect(), times),
            JoinKind::AllTaken if self.err == Err::Early && self.fates.is_empty() => {
                let certain = join
                    .sources
                    .iter()
                    .filter(|source| self.schedule.source_surely_holds(source, &self.schedule.certain));
                let certain = certain.map(|source| self.source(source, times)).max();
                certain.or(held.min()).unwrap_or(EVER)
            }
            JoinKind::AllTaken => {
                held.filter(|moment| *moment != NEVER || self.err == Err::Late).max().unwrap_or(NEVER)
            }
        }
    }

    /// When as many sources hold as are needed. Where it is open which of them do, the latest answer is that all but
    /// the slowest fail, unless as many as needed are certain.
    fn at_least(&self, join: &Join, least: usize, mut held: Vec<Moment>, times: &Times) -> Moment {
        if self.err != Err::Early && self.fates.is_empty() {
            let sure = join
                .sources
                .iter()
                .filter(|source| self.schedule.source_surely_holds(source, &self.schedule.certain));
            let mut sure: Vec<Moment> = sure.map(|source| self.source(source, times)).collect();
            sure.sort_unstable();
            let slowest = held.iter().max().copied().unwrap_or(NEVER);
            return sure.get(least.saturating_sub(1)).copied().unwrap_or(slowest);
        }
        held.sort_unstable();
        held.get(least.saturating_sub(1)).copied().unwrap_or(NEVER)
    }

    /// When a source holds.
    pub(super) fn source(&self, source: &Source, times: &Times) -> Moment {
        let (node, needed) = match source {
            Source::Join(inner) => return self.join(inner, times),
            Source::Node(node, needed, _) => (node.index(), *needed),
        };
        let (ready, done) = (get(&times.ready, node), get(&times.done, node));
        let fate = self.fate(node);
        match (needed, fate) {
            (_, Fate::NotTaken | Fate::Unfinished) => NEVER,
            (Needed::Settled, _) => self.settled(node, times),
            (Needed::Skipped, Fate::Skipped) => ready,
            (Needed::Skipped, Fate::Open) if self.err == Err::Early => ready,
            // A person may skip until the deadline, and after it.
            (Needed::Skipped, Fate::Open) => done,
            (Needed::Skipped, _) | (_, Fate::Skipped) => NEVER,
            (Needed::Late, Fate::Late) => done,
            (Needed::Late, Fate::Open) => self.late(node, ready, times),
            (Needed::Late, _) | (_, Fate::Late) => NEVER,
            (Needed::Option(wanted), Fate::Option(chosen)) if wanted != chosen => NEVER,
            (Needed::Outcome(wanted), Fate::Outcome(ended)) if wanted != ended => NEVER,
            (Needed::Outcome(wanted), _) => {
                let ends = times.ended.get(node).and_then(|row| row.get(usize::from(wanted)));
                ends.copied().unwrap_or(done)
            }
            (Needed::Done | Needed::Arrived | Needed::Option(_), _) => done,
        }
    }

    /// When a wait goes on as late: exactly at its deadline.
    fn late(&self, index: usize, ready: Moment, times: &Times) -> Moment {
        self.schedule.node(index).map_or(ready, |node| self.due(node, ready, times))
    }
}

/// The moment at a position.
pub(super) fn get(moments: &[Moment], index: usize) -> Moment {
    moments.get(index).copied().unwrap_or(EVER)
}

fn set(moments: &mut [Moment], index: usize, moment: Moment) {
    if let Some(place) = moments.get_mut(index) {
        *place = moment;
    }
}
