//! Runs that end, or whose work is done, behind a due time: found with the model, then timed exactly.
//!
//! The slowest pass shows which way could be the longest; whether one run can go it is for the model to say. From the end
//! backwards each node on the way is asked for with the result that the next one needs; where that cannot be, the next
//! slower source is tried. The run that the model shows is then pushed through the workflow with how each of its nodes
//! settles. Invariant: what is reported is a run that exists without any opaque test assumed, and its time is computed
//! from that run alone.

use super::fates::fates;
use super::pass::{Err, Fate, Measure, Origin, Pass, Times, get};
use super::path;
use super::schedule::{EVER, NEVER, Schedule, is_outcome, node_id};
use super::sweep::{Late, Sweep};
use crate::model::{Case, Ending, Formula, Found, How, Logic, Model, Moment as Asked, State, States};
use crate::typed::{Join, Typed};
use crate::witness::facts;
use wf_plan::Moment;
use wf_plan::node::Needed;
use wf_plan::plan::NodeId;

/// So many questions more than twice its nodes are put to the model about one workflow; then nothing is reported. A way
/// of so many nodes takes as many questions where the first answer is always yes.
const MOST_QUESTIONS: usize = 200;
/// So many runs are looked at.
const MOST_RUNS: usize = 12;

/// A run that its deadlines allow to end too late.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beyond {
    /// The worst start, the end, the due time.
    pub late: Late,
    /// The nodes that decide about the end and take time, by position, each with when it is ready and done.
    pub path: Vec<(usize, Moment, Moment)>,
    /// Whether that is so from every start.
    pub always: bool,
    /// The run.
    pub case: Case,
    /// The nodes on the way of which it needs one result and no other.
    pub choices: Vec<NodeId>,
}

impl Beyond {
    /// What has to be chosen and given for the run, as a clause that begins with "if"; empty if nothing.
    #[must_use]
    pub fn conditions(&self, typed: &Typed) -> String {
        // Only these facts of the case, not all that is done on the way.
        let case = Case {
            needed: self.choices.clone(),
            used_up: Vec::new(),
            ending: Ending::Quiet,
            ..self.case.clone()
        };
        facts(typed, &case)
    }
}

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'s, 'a> {
    /// The workflow.
    pub schedule: &'s Schedule<'a>,
    /// Its model.
    pub model: &'s Model,
    /// The nodes that are timed, in order: all of them, or those that decide about the one that is asked about.
    pub order: &'s [usize],
    /// What work takes: with [`Measure::Least`] the run is late however quick everybody is.
    pub measure: Measure,
    /// Where time begins.
    pub origin: Origin,
    /// Every round of every redo that can always be taken.
    pub all_rounds: bool,
}

/// A node on the way, and what of it is needed.
type Wish = (usize, Needed);

/// How a node on the way comes to what is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// Somebody or something does it.
    Work,
    /// It is skipped.
    Skip,
    /// Whichever its condition says: where nothing is certain of that, only what comes before it counts.
    Either,
}

struct Search<'s, 'a, Due> {
    question: Question<'s, 'a>,
    due: Due,
    /// The start from which the slowest way is worst.
    worst: Moment,
    /// The times of the slowest way from there.
    times: Times,
    asked: usize,
    /// Runs looked at so far.
    timed: usize,
    /// The nodes on the way of which one result and no other is needed.
    choices: Vec<NodeId>,
}

/// A run that ends after `due` (a function of its start), if there is one beyond doubt.
#[must_use]
pub fn ends_beyond(question: Question<'_, '_>, due: impl Fn(Moment) -> Option<Moment>) -> Option<Beyond> {
    let schedule = question.schedule;
    let latest = |pass: &Pass<'_, '_>, times: &Times| super::finish::latest_end(pass, times);
    let (worst, times) = question.worst(latest, &due)?;
    let mut ends: Vec<usize> =
        if schedule.has_outcomes() { schedule.outcomes().collect() } else { schedule.order.clone() };
    ends.retain(|end| get(&times.done, *end) > worst.due && get(&times.done, *end) != NEVER);
    ends.sort_by_key(|end| std::cmp::Reverse(get(&times.done, *end)));
    let mut search =
        Search { question, due, worst: worst.start, times, asked: 0, timed: 0, choices: Vec::new() };
    let ended = ends.into_iter().find_map(|end| {
        let ways = Way::ending_at(question.model, schedule, end);
        ways.into_iter().find_map(|way| search.back(&way, end, end, &way.holds))
    });
    ended.or_else(|| search.still_at_work(worst.due))
}

/// A run in which a node starts so late that its work cannot be done by `due` (a function of the start).
#[must_use]
pub fn works_beyond(
    question: Question<'_, '_>,
    node: usize,
    due: impl Fn(Moment) -> Option<Moment>,
) -> Option<Beyond> {
    let done = |_: &Pass<'_, '_>, times: &Times| get(&times.done, node);
    let (worst, times) = question.worst(done, &due)?;
    let way = Way::working_at(question.model, node)?;
    Search { question, due, worst: worst.start, times, asked: 0, timed: 0, choices: Vec::new() }
        .back(&way, node, node, &way.holds)
}

impl<'s, 'a> Question<'s, 'a> {
    /// The worst start if every way could be gone, and the times from there; `None` where even so nothing is late.
    fn worst(
        &self,
        end: impl Fn(&Pass<'_, '_>, &Times) -> Moment,
        due: impl Fn(Moment) -> Option<Moment>,
    ) -> Option<(Late, Times)> {
        let pass = self.pass(&[], Err::LateAsFarAsKnown);
        let mut times = Times::default();
        let found = self.schedule.years.sweep(|start| {
            pass.run(self.origin, start, &mut times);
            Some((end(&pass, &times), due(start)?)).filter(|(end, _)| *end != NEVER)
        });
        let (Sweep::Sometimes(worst) | Sweep::Always(worst)) = found else { return None };
        pass.run(self.origin, worst.start, &mut times);
        Some((worst, times))
    }

    fn pass<'f>(&self, fates: &'f [Fate], err: Err) -> Pass<'f, 'a>
    where
        's: 'f,
    {
        let Self { schedule, order, measure, all_rounds, .. } = *self;
        Pass { schedule, order, measure, err, fates, all_rounds, delayed: None }
    }
}

impl<Due: Fn(Moment) -> Option<Moment>> Search<'_, '_, Due> {
    /// Where opaque tests leave open how the slowest runs end: one in which somebody is still at work when it is due.
    fn still_at_work(&mut self, due: Moment) -> Option<Beyond> {
        let Question { schedule, model, .. } = self.question;
        if model.layout.opaque.is_empty() {
            return None;
        }
        let mut late: Vec<usize> = schedule.order.clone();
        late.retain(|node| get(&self.times.done, *node) > due && get(&self.times.done, *node) != NEVER);
        late.sort_by_key(|node| std::cmp::Reverse(get(&self.times.done, *node)));
        late.into_iter().find_map(|node| {
            let way = Way::working_at(model, node)?;
            self.back(&way, node, node, &way.holds)
        })
    }

    /// Goes back from a node over its slowest sources; at the first node of the way, times the run.
    fn back(&mut self, way: &Way<'_>, end: usize, at: usize, formula: &Formula) -> Option<Beyond> {
        let space = &self.question.model.space;
        let join = self.question.schedule.node(at).and_then(|node| node.after.as_ref());
        let mut sources: Vec<Wish> = join.map(leaves).unwrap_or_default();
        let ends_here = self.question.origin == Origin::Settling(node_id(at));
        if sources.is_empty() || ends_here {
            return self.timed(way, end, formula);
        }
        sources.sort_by_key(|(node, _)| std::cmp::Reverse(get(&self.times.done, *node)));
        for (node, needed) in sources {
            for by in [By::Work, By::Skip, By::Either] {
                let Some(wish) = way.wish(node, needed, by) else { continue };
                self.asked += 1;
                if self.asked > MOST_QUESTIONS + 2 * self.question.schedule.order.len() {
                    return None;
                }
                let both = space.and(formula, &wish);
                if !self.question.model.is_sure(&both, way.asked) {
                    continue;
                }
                let is_choice =
                    by == By::Skip || !matches!(needed, Needed::Settled | Needed::Done | Needed::Arrived);
                let before = self.choices.len();
                self.choices.extend(is_choice.then(|| node_id(node)));
                if let Some(found) = self.back(way, end, node, &both) {
                    return Some(found);
                }
                self.choices.truncate(before);
            }
        }
        None
    }

    /// The run of a formula, if it is sure and ends too late from some start. Work that the run leaves unfinished although
    /// its deadline comes before the end is then asked to be finished as well: a run in which everybody keeps the
    /// deadlines.
    fn timed(&mut self, way: &Way<'_>, end: usize, formula: &Formula) -> Option<Beyond> {
        self.timed += 1;
        if self.timed > MOST_RUNS {
            return None;
        }
        let mut formula = formula.clone();
        for _ in 0..=self.question.schedule.order.len() {
            let Some(Found::Sure(case)) = self.question.model.find(&formula, way.asked) else { return None };
            let fates = self.fates(end, &case);
            let overtaken = self.overtaken(end, &fates)?;
            if overtaken.is_empty() {
                return self.late(end, case, &fates);
            }
            let states = overtaken.iter().filter_map(|index| way.states.nodes.get(*index));
            let settled = states.map(|state| &state.settled).collect::<Vec<&Formula>>();
            formula = self.question.model.space.and(&formula, &self.question.model.space.all(settled));
        }
        None
    }

    /// From which starts a run is late.
    fn late(&self, end: usize, case: Case, fates: &[Fate]) -> Option<Beyond> {
        let question = self.question;
        let pass = question.pass(fates, Err::Early);
        let mut times = Times::default();
        let found = question.schedule.years.sweep(|start| {
            pass.run(question.origin, start, &mut times);
            let ends = Some(end_of(&pass, &times, end)).filter(|at| *at != NEVER && *at != EVER)?;
            Some((ends, (self.due)(start)?))
        });
        let (late, always) = match found {
            Sweep::Fits => return None,
            Sweep::Sometimes(late) => (late, false),
            Sweep::Always(late) => (late, true),
        };
        pass.run(question.origin, late.start, &mut times);
        let path = path::working(&times, &path::critical(&pass, &times, end));
        Some(Beyond { late, path, always, case, choices: self.choices.clone() })
    }

    /// The nodes that a run leaves unfinished although their deadlines come before its end; `None` where the run is in
    /// time from the start at which the slowest way is worst, and so is not looked at any further.
    fn overtaken(&self, end: usize, fates: &[Fate]) -> Option<Vec<usize>> {
        let pass = self.question.pass(fates, Err::Early);
        let mut times = Times::default();
        pass.run(self.question.origin, self.worst, &mut times);
        let at = end_of(&pass, &times, end);
        if at <= (self.due)(self.worst)? {
            return None;
        }
        if self.question.measure == Measure::Least {
            return Some(Vec::new());
        }
        let unfinished =
            fates.iter().enumerate().filter(|(index, fate)| **fate == Fate::Unfinished && *index != end);
        let keeps = |index: &usize| {
            self.question.schedule.node(*index).is_some_and(|node| !node.deadlines.is_empty())
                && get(&times.done, *index) < at
        };
        Some(unfinished.map(|(index, _)| index).filter(keeps).collect())
    }

    /// How each node settles; where the least time is asked, what a person may skip takes none.
    fn fates(&self, end: usize, case: &Case) -> Vec<Fate> {
        let schedule = self.question.schedule;
        let mut fates = fates(schedule, case);
        if self.question.measure == Measure::Least {
            for (index, fate) in fates.iter_mut().enumerate().filter(|(index, _)| *index != end) {
                let skips = schedule.may_skip.get(index) == Some(&true);
                let by_rule =
                    schedule.node(index).is_some_and(|node| node.when.is_some() || node.for_each.is_some());
                if skips && !by_rule && *fate == Fate::Done {
                    *fate = Fate::Skipped;
                }
            }
        }
        fates
    }
}

/// When a run is at its end: at the end of a node's work, if that is what is asked about.
fn end_of(pass: &Pass<'_, '_>, times: &Times, end: usize) -> Moment {
    if pass.fate(end) == Fate::Unfinished { get(&times.done, end) } else { pass.settled(end, times) }
}

/// One moment that is asked about: the states then, and what makes it that moment.
struct Way<'m> {
    model: &'m Model,
    states: &'m States<Formula>,
    holds: Formula,
    asked: Asked<'m>,
}

impl<'m> Way<'m> {
    /// The node is started while the instance runs.
    fn working_at(model: &'m Model, node: usize) -> Option<Self> {
        let ready = &model.any.nodes.get(node)?.ready;
        let holds = model.space.and(&model.live, ready);
        Some(Self { model, states: &model.any, holds, asked: Asked::Running })
            .filter(|way| model.space.is_possible(&way.holds))
    }

    /// The ways to end at a node: in an outcome by any finish that reaches it, or quietly.
    fn ending_at(model: &'m Model, schedule: &Schedule<'_>, end: usize) -> Vec<Self> {
        let id = node_id(end);
        if !schedule.node(end).is_some_and(is_outcome) {
            let asked = Asked::Quiet;
            return vec![Self { model, states: model.end(), holds: model.quiet.clone(), asked }];
        }
        let Some(place) = model.layout.outcomes.iter().position(|outcome| *outcome == id) else {
            return Vec::new();
        };
        let ways = model.finishes().iter().filter_map(|finish| {
            let reached = &finish.after.nodes.get(end)?.ready;
            let holds = model.space.and(finish.ends.get(place)?, reached);
            Some(Self { model, states: &finish.after, holds, asked: Asked::Ended(finish, id) })
        });
        ways.filter(|way| model.space.is_possible(&way.holds)).collect()
    }

    /// That a node came to a result so, where that counts.
    fn wish(&self, node: usize, needed: Needed, by: By) -> Option<Formula> {
        let state = self.states.nodes.get(node)?;
        match by {
            By::Work => {}
            By::Skip => {
                return matches!(needed, Needed::Settled | Needed::Skipped).then(|| state.skipped.clone());
            }
            By::Either => return (needed == Needed::Settled).then(|| state.settled.clone()),
        }
        let of = |wanted: &dyn Fn(How) -> bool| Some(self.finished(node, state, wanted));
        match needed {
            Needed::Settled => {
                let late = self.finished(node, state, &|how| how == How::Late);
                Some(self.model.space.or(&state.done, &late))
            }
            Needed::Done | Needed::Arrived => Some(state.done.clone()),
            Needed::Skipped => None,
            Needed::Late => of(&|how| how == How::Late),
            Needed::Option(option) => of(&|how| how.option() == Some(option)),
            Needed::Outcome(outcome) => of(&|how| how == How::Ended(outcome)),
        }
    }

    fn finished(&self, node: usize, state: &State<Formula>, wanted: &dyn Fn(How) -> bool) -> Formula {
        let ways = self.model.layout.nodes.get(node).map_or(&[][..], |layout| &layout.ways);
        let chosen = ways.iter().zip(&state.ways).filter(|(how, _)| wanted(**how));
        self.model.space.any(chosen.map(|(_, formula)| formula))
    }
}

fn leaves(join: &Join) -> Vec<Wish> {
    join.nodes().into_iter().map(|(node, needed, _)| (node.index(), needed)).collect()
}
