//! The ways in which a node can finish as a case says, each as events on a copy of the play.
//!
//! By hand, by time running out, by an event, by a child, or by a ladder's question (`ladder`, `arrive`).
//! Invariant: a way is taken only if the node finishes in the way it was meant to, and nothing else does.

use super::moves::Move;
use super::play::Play;
use super::tell::Told;
use super::{arrive, ladder, verdict};
use crate::model::case::How;
use wf_plan::Moment;
use wf_plan::node::{Decision, IfLate, Node, NodeKind, Redo};
use wf_plan::plan::NodeId;
use wf_vm::EventKind;
use wf_vm::event::{Act, Place};
use wf_vm::state::{NodeState, Task};
use wf_vm::view;

/// One way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// Its owner does it.
    ByHand,
    /// Its deadline passes.
    Lateness,
    /// The pause is over.
    Time,
    /// The event comes.
    Event,
    /// The child ends; in this outcome, or (`None`) copies end differently.
    Child(Option<u16>),
    /// Somebody answers a question of its ladder.
    Answered,
    /// Nobody answers a question of its ladder in time.
    Unanswered,
}

/// The play after a move; `None` where no way leads there undisturbed.
pub(super) fn take<'a, 'b>(play: &Play<'a, 'b>, wanted: Move) -> Option<Play<'a, 'b>> {
    let node = play.stage.node(wanted.node())?;
    if let Move::Redo(holder, slot) = wanted {
        return redo(play, node, holder, slot);
    }
    let (Move::Finish(id, how) | Move::Pass(id, how)) = wanted else { return None };
    let rounds = play.rounds(id, 0);
    ways(node, how).into_iter().find_map(|way| {
        // In its own time, else as soon as may be, so that nobody else's time runs out.
        [play.natural_of(id), play.soon()].into_iter().find_map(|at| {
            let mut tried = play.clone();
            let went = go(&mut tried, node, id, how, way, at);
            let again = node.redo.is_some() && tried.rounds(id, 0) > rounds;
            let reached = went && (again || verdict::is_as_said(&tried, id, how)) && tried.is_calm();
            reached.then(|| {
                let at = tried.state.now;
                by_the_way(play, &mut tried);
                tried.told.push(if again {
                    Told::Again(at, id, 0)
                } else {
                    Told::Finished(at, id, how, way)
                });
                tried
            })
        })
    })
}

/// When a move would naturally be made.
pub(super) fn estimate(play: &Play<'_, '_>, wanted: Move) -> Moment {
    let id = wanted.node();
    let places = play.live_places(id);
    let natural = places.first().map_or(play.state.now, |place| play.wanted(*place));
    let (Move::Finish(_, how) | Move::Pass(_, how)) = wanted else { return natural };
    let Some(node) = play.stage.node(id) else { return natural };
    let never = Moment(i64::MAX);
    let place = Place { node: id, copy: None };
    match ways(node, how).first() {
        Some(Way::Lateness) => play.timer(place, |task| task == Task::Deadline).unwrap_or(never),
        Some(Way::Time) => play.timer(place, |task| task == Task::Pause).unwrap_or(never),
        Some(way @ (Way::Answered | Way::Unanswered)) => {
            let mut tried = play.clone();
            if go(&mut tried, node, id, how, *way, natural) { tried.state.now } else { never }
        }
        _ => natural,
    }
}

/// Whether a move is that time runs out.
pub(super) fn is_late(wanted: &Move) -> bool {
    matches!(
        wanted,
        Move::Finish(
            _,
            How::Late
                | How::ChosenByNobody(_)
                | How::CompletedByNobody
                | How::EndedInstance(_)
                | How::SettledAndEnded(..)
        )
    )
}

fn ways(node: &Node, how: How) -> Vec<Way> {
    let late = |wanted: bool| wanted.then_some(Way::Lateness);
    let found: [Option<Way>; 4] = match (how, &node.kind) {
        (How::Completed, NodeKind::Pause(_)) => [Some(Way::Time), None, None, None],
        (How::Completed, NodeKind::Run(_)) => [Some(Way::Child(None)), None, None, None],
        (How::Completed | How::Chosen(_), _) => [Some(Way::ByHand), Some(Way::Answered), None, None],
        (How::ChosenInAnswer(_), _) => [Some(Way::Answered), None, None, None],
        (How::CompletedByNobody, _) => [Some(Way::Unanswered), None, None, None],
        (How::Skipped, kind) => {
            let wait = matches!(kind, NodeKind::Wait(wait) if wait.if_late == Some(IfLate::Skip));
            let by_hand = node.optional.then_some(Way::ByHand);
            [by_hand, late(wait), Some(Way::Answered), Some(Way::Unanswered)]
        }
        (How::ChosenByNobody(option), kind) => {
            let chosen = matches!(kind, NodeKind::Decision(decision) if decision.if_late == Some(option));
            [late(chosen), Some(Way::Unanswered), None, None]
        }
        (How::Arrived, _) => [Some(Way::Event), None, None, None],
        (How::Late, _) => [Some(Way::Lateness), None, None, None],
        (How::Ended(outcome), _) => [Some(Way::Child(Some(outcome))), None, None, None],
        (How::EndedInstance(outcome) | How::SettledAndEnded(_, outcome), kind) => {
            return ending(node, kind, outcome);
        }
    };
    found.into_iter().flatten().collect()
}

/// How a node ends the instance: by the last round of its `redo`, by lateness, or by a question.
fn ending(node: &Node, kind: &NodeKind, outcome: NodeId) -> Vec<Way> {
    let wait = match kind {
        NodeKind::Wait(wait) => wait.if_late,
        _ => None,
    };
    if node.redo.as_ref().is_some_and(|redo| redo.otherwise == Some(outcome)) {
        let settles = matches!(kind, NodeKind::Wait(_));
        let mut found = vec![if settles { Way::Event } else { Way::ByHand }];
        found.extend(wait.map(|_| Way::Lateness));
        found.extend([Way::Answered, Way::Unanswered]);
        return found;
    }
    let late = (wait == Some(IfLate::Outcome(outcome))).then_some(Way::Lateness);
    late.into_iter().chain([Way::Answered, Way::Unanswered]).collect()
}

/// Goes one way. False where it is barred; whether it led to the goal is asked afterwards.
fn go(play: &mut Play<'_, '_>, node: &Node, id: NodeId, how: How, way: Way, at: Moment) -> bool {
    let places = play.live_places(id);
    for (turn, place) in (0u16..).zip(places) {
        // Enough copies have finished, or the instance has ended.
        if !play.live_places(id).contains(&place) {
            continue;
        }
        let went = match way {
            Way::ByHand => by_hand(play, node, place, how, at),
            Way::Lateness => passes(play, place, Task::Deadline),
            Way::Time => passes(play, place, Task::Pause),
            Way::Event => arrive::arrives(play, node, place, at),
            Way::Child(outcome) => child(play, node, place, outcome, turn, at),
            Way::Answered => ladder::climb(play, place, how, true, at),
            Way::Unanswered => ladder::climb(play, place, how, false, at),
        };
        if !went {
            return false;
        }
    }
    true
}

fn by_hand(play: &mut Play<'_, '_>, node: &Node, place: Place, how: How, at: Moment) -> bool {
    match (how.settling().unwrap_or(how), &node.kind) {
        (How::Skipped, _) => play.act(at, place, &Act::Skip { reason: "not needed this time".to_owned() }),
        (How::Chosen(option), NodeKind::Decision(decision)) => choose(play, decision, place, option, at),
        _ => {
            let values = play.stage.values.form(place.node);
            play.act(at, place, &Act::Complete(values))
        }
    }
}

/// Fills in the form, and lets as many people choose as it needs.
fn choose(play: &mut Play<'_, '_>, decision: &Decision, place: Place, option: u16, at: Moment) -> bool {
    let Some(declared) = decision.options.get(usize::from(option)) else { return false };
    let values = play.stage.values.form(place.node);
    if !values.is_empty() && !play.act(at, place, &Act::Complete(values)) {
        return false;
    }
    let reason = declared.needs_reason.then(|| "as agreed".to_owned());
    let act = Act::Choose { option, reason };
    // Where any option is voted on, every choice is a vote, and one vote is enough for an option that needs one.
    (0..declared.needs.max(1)).all(|_| play.act(at, place, &act))
}

fn passes(play: &mut Play<'_, '_>, place: Place, task: Task) -> bool {
    let Some(due) = play.timer(place, |other| other == task) else { return false };
    play.waits(due, place);
    true
}

fn child(
    play: &mut Play<'_, '_>,
    node: &Node,
    place: Place,
    outcome: Option<u16>,
    turn: u16,
    at: Moment,
) -> bool {
    let NodeKind::Run(run) = &node.kind else { return false };
    let outcomes = u16::try_from(run.outcomes.len()).unwrap_or(u16::MAX);
    let outcome = outcome.or_else(|| turn.checked_rem(outcomes));
    let Some(round) = play.state.work(place).map(|work| work.children) else { return false };
    play.happens(at, EventKind::ChildEnded { place, round, outcome })
}

/// Takes a redo once.
fn redo<'a, 'b>(play: &Play<'a, 'b>, node: &Node, holder: NodeId, slot: u16) -> Option<Play<'a, 'b>> {
    let place = Place { node: holder, copy: None };
    let rounds = play.rounds(holder, slot);
    [play.natural_of(holder), play.soon()].into_iter().find_map(|at| {
        let mut tried = play.clone();
        let went = match &node.kind {
            NodeKind::Decision(decision) => choose(&mut tried, decision, place, slot, at),
            NodeKind::Wait(_) => arrive::arrives(&mut tried, node, place, at),
            _ => by_hand(&mut tried, node, place, How::Completed, at),
        };
        let taken = went && tried.rounds(holder, slot) > rounds && tried.is_calm();
        taken.then(|| {
            let at = tried.state.now;
            by_the_way(play, &mut tried);
            tried.told.push(Told::Again(at, holder, slot));
            tried
        })
    })
}

/// Tells what time has settled meanwhile among the nodes that the case leaves open.
fn by_the_way(before: &Play<'_, '_>, after: &mut Play<'_, '_>) {
    let stage = after.stage;
    let mut settled: Vec<Told> = Vec::new();
    for (id, node) in stage.worked().filter(|(id, _)| stage.how(*id).is_none()) {
        let state = after.state.node_state(id);
        if !verdict::counts(state) || verdict::counts(before.state.node_state(id)) {
            continue;
        }
        let (how, way) = match (state, &node.kind) {
            (NodeState::Completed, NodeKind::Pause(_)) => (How::Completed, Way::Time),
            (NodeState::Completed, _) => (How::CompletedByNobody, Way::Unanswered),
            (NodeState::Chosen(option), _) => (How::ChosenByNobody(option), Way::Lateness),
            (NodeState::Late, _) => (How::Late, Way::Lateness),
            (NodeState::SkippedByPerson, NodeKind::Wait(_)) => (How::Skipped, Way::Lateness),
            (NodeState::SkippedByPerson, _) => (How::Skipped, Way::Unanswered),
            _ => continue,
        };
        let since = after.state.nodes.get(id.index()).map_or(after.state.now, |record| record.own.since);
        settled.push(Told::Finished(since, id, how, way));
    }
    settled.sort_by_key(Told::at);
    after.told.extend(settled);
}

/// The redo of an option, or (0) of a step or wait.
pub(super) fn redo_of(node: &Node, slot: u16) -> Option<&Redo> {
    match &node.kind {
        NodeKind::Decision(decision) => decision.options.get(usize::from(slot))?.redo.as_ref(),
        _ => node.redo.as_ref(),
    }
}

/// Some way to finish a node that the case does not list, in a round that a redo ends.
pub(super) fn as_it_comes(play: &Play<'_, '_>, id: NodeId) -> Option<How> {
    match &play.stage.node(id)?.kind {
        NodeKind::Step | NodeKind::Pause(_) => Some(How::Completed),
        NodeKind::Decision(_) => detour(play, id, play.manner.detour),
        NodeKind::Wait(_) => Some(How::Arrived),
        NodeKind::Run(_) => Some(How::Ended(0)),
        NodeKind::Converge | NodeKind::Outcome(_) => None,
    }
}

/// The option of a decision that is so many further than the one of its last round, leaving out those that go back.
pub(super) fn detour(play: &Play<'_, '_>, id: NodeId, further: u16) -> Option<How> {
    let NodeKind::Decision(decision) = &play.stage.node(id)?.kind else { return None };
    let place = Place { node: id, copy: None };
    let goes_on = |option: &u16| {
        decision.options.get(usize::from(*option)).is_some_and(|declared| declared.redo.is_none())
    };
    let open: Vec<u16> =
        view::open_options(&play.stage.prepared, &play.state, place).into_iter().filter(goes_on).collect();
    let last = match play.stage.how(id) {
        Some(how) => {
            let chosen = how.option();
            open.iter().position(|other| Some(*other) == chosen).unwrap_or(0)
        }
        None => 0,
    };
    let at = (last + usize::from(further)).checked_rem(open.len())?;
    open.get(at).map(|option| How::Chosen(*option))
}

impl Play<'_, '_> {
    /// When a node's work would naturally be finished.
    pub fn natural_of(&self, id: NodeId) -> Moment {
        let places = self.live_places(id);
        places.first().map_or_else(|| self.soon(), |place| self.natural(*place))
    }
}
