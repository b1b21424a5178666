//! What is seen while a space is explored: faults that one run shows, and what no run has shown so far.
//!
//! Each function asks one question of one state, one move or one end, in the words of the table of checks; `verdict`
//! draws the conclusions. Invariant: a fault is noted with the run that shows it.

mod ends;
mod missing;

use super::moves::Move;
use super::policies;
use super::reads::{present, read};
use super::space::{Number, Visit};
use super::subject::Subject;
use super::truth::{Truth, after, groups, leaves, of_source, redos, taken};
use super::uses;
use missing::Event;
use std::collections::{BTreeMap, BTreeSet};
use wf_compiler::typed::{NodeKind, Typed};
use wf_plan::node::JoinKind;
use wf_vm::State;
use wf_vm::state::{End, NodeState, Phase};

/// What a fault is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Where {
    Workflow,
    Node(usize),
    Option(usize, usize),
    Rule(usize, usize),
}

/// The code of a state that the interpreter should not have come to, by this engine's own reading of *Meaning*.
pub const INTERPRETER: &str = "interpreter";

/// The run that shows it: to a state, and (if so) a move more.
pub type Evidence = (Number, Option<Move>);

/// Conditions that a run has met: the reader, and the node of which it looked at a field.
pub type Tests = BTreeSet<(usize, usize)>;

/// Everything that was seen.
#[derive(Default)]
pub struct Facts {
    /// Faults that one run shows.
    pub faults: BTreeMap<(&'static str, Where), Evidence>,
    /// Nodes that were active in a live state; converges that were reached; outcomes that ended a run.
    pub reached: Vec<bool>,
    /// Nodes whose `after` has held, perhaps only in the event that ended the instance.
    pub yes: Vec<bool>,
    /// Per node, per source of its `after`: whether it has held in such a state.
    pub held: Vec<Vec<bool>>,
    /// Per node, per group of its `after` (as `groups` counts them), per pair of its sources: the second held and the
    /// first did not.
    pub apart: Vec<BTreeSet<(usize, usize, usize)>>,
    /// Per node, per group, the sources that have held.
    pub seen: Vec<BTreeSet<(usize, usize)>>,
    /// Truth values that a node's `when`, or an option's, has had: false, true.
    pub when: BTreeMap<Where, [bool; 2]>,
    /// A run ended quietly, without outcome, and no join hung.
    pub quiet: Option<Evidence>,
    /// Joins that hung behind another that did.
    pub behind: BTreeSet<usize>,
    /// Joins that could no longer hold although a source did, at an end by an outcome.
    pub dropped: BTreeMap<(usize, usize), Evidence>,
    /// Joins that held at an end by an outcome.
    pub met: BTreeSet<(usize, usize)>,
    /// Outcomes that an alternative, lateness or a last round brought about.
    pub ended_by_hand: BTreeSet<usize>,
    /// Nodes left open, by the outcome that left them.
    pub left_open: BTreeMap<(usize, usize), Evidence>,
    /// Groups inside an `after` (as `groups` counts them) of which two sources held.
    pub overlapped: BTreeMap<(usize, usize), Evidence>,
    /// Such groups that held, with the whole `after`, while another source of the group could still come.
    pub went_ahead: BTreeSet<(usize, usize)>,
    /// Outcomes that race.
    pub races: BTreeMap<(usize, usize), Evidence>,
    /// A redo went back to a node that had not been done, so that nodes are active whose `after` does not hold; or it left
    /// something settled outside that others come after.
    pub went_astray: bool,
    /// Readers whose condition looked at a field of a node (the second) that might still have been done, so that its
    /// value depends on who is faster: what follows from it, the compiler may leave open (*How* 2 of the checks).
    pub early: BTreeSet<(usize, usize)>,
    /// Readers of a missing value, each with the runs that show it.
    pub missed: BTreeMap<usize, Vec<(Tests, Evidence)>>,
    /// Per node, the nodes of which its conditions may look at fields.
    asks: Vec<BTreeSet<usize>>,
    /// Where this engine could not evaluate a condition.
    pub unknown: bool,
}

impl Facts {
    pub fn new(typed: &Typed) -> Self {
        let count = typed.nodes.len();
        let sources =
            |node: &wf_compiler::typed::Node| node.after.as_ref().map_or(0, |join| join.sources.len());
        Self {
            reached: vec![false; count],
            yes: vec![false; count],
            held: typed.nodes.iter().map(|node| vec![false; sources(node)]).collect(),
            apart: vec![BTreeSet::new(); count],
            seen: vec![BTreeSet::new(); count],
            asks: typed.nodes.iter().map(missing::asks).collect(),
            ..Self::default()
        }
    }

    fn fault(&mut self, code: &'static str, place: Where, at: Number, then: Option<&Move>) {
        self.faults.entry((code, place)).or_insert_with(|| (at, then.cloned()));
    }
}

impl Visit for Facts {
    fn visit(&mut self, subject: &Subject, before: Option<&State>, at: Number, moves: &[(Move, State)]) {
        if let Some(before) = before {
            live(self, subject, before, at);
            ends::races(self, subject, before, at, moves);
        }
        for (what, next) in moves {
            made_ready(self, subject, Event { before, at, what, next });
            rules(self, subject, before, at, what, next);
            if matches!(next.phase, Phase::Ended(End::WithoutOutcome | End::Finished)) {
                live(self, subject, next, at);
            }
            if next.phase != Phase::Running {
                ends::ended(self, subject, before, at, what, next);
            }
        }
    }
}

fn is_outcome(typed: &Typed, node: usize) -> bool {
    matches!(typed.nodes[node].kind, NodeKind::Outcome { .. })
}

fn at_any_time(typed: &Typed, node: usize) -> bool {
    matches!(&typed.nodes[node].kind, NodeKind::Outcome { at_any_time_by, .. } if !at_any_time_by.is_empty())
}

/// What is asked of every live state.
fn live(facts: &mut Facts, subject: &Subject, state: &State, at: Number) {
    let typed = &subject.typed;
    for (node, declared) in typed.nodes.iter().enumerate() {
        let now = state.nodes[node].own.state;
        let converge = matches!(declared.kind, NodeKind::Converge) && now == NodeState::Completed;
        facts.reached[node] |= now.is_live() || converge;
        join_seen(facts, typed, state, node);
        let truth = after(typed, state, node);
        let agrees = match now {
            NodeState::Waiting => truth == Truth::Perhaps || is_outcome(typed, node),
            NodeState::NotTaken => truth == Truth::No,
            NodeState::SkippedByRule | NodeState::Completed if keeps_its_state(typed, state, node) => {
                // What that means for those that come after it, nothing says: no region may be left like that (rule 5).
                facts.went_astray |= truth != Truth::Yes && is_followed(typed, node);
                true
            }
            _ => truth == Truth::Yes,
        };
        // A node to which a redo goes back starts without its `after`.
        if !agrees && !facts.went_astray {
            facts.fault(INTERPRETER, Where::Node(node), at, None);
        }
        overlapping(facts, typed, state, node, at, None);
    }
    state_rules(facts, subject, state, at, None);
}

/// A node outside of what was done again keeps its state (rule 5). Work there must not have started (WF109 says so); what
/// settled at once and has nothing after it does no harm.
fn keeps_its_state(typed: &Typed, state: &State, node: usize) -> bool {
    let at_once = matches!(typed.nodes[node].kind, NodeKind::Converge)
        || state.nodes[node].own.state == NodeState::SkippedByRule;
    let inside =
        |redo: &wf_compiler::typed::Redo, id: usize| redo.region.iter().any(|inside| inside.index() == id);
    at_once
        && redos(typed).any(|(holder, slot, redo)| {
            let sources = typed.nodes[node].after.iter().flat_map(leaves);
            taken(state, holder, slot) > 0
                && !inside(redo, node)
                && sources.into_iter().any(|(source, _)| inside(redo, source.index()))
        })
}

/// Whether something comes after a node.
fn is_followed(typed: &Typed, node: usize) -> bool {
    let sources = typed.nodes.iter().flat_map(|other| other.after.iter().flat_map(leaves));
    sources.into_iter().any(|(source, _)| source.index() == node)
}

/// Which sources of a node hold, and whether it does.
fn join_seen(facts: &mut Facts, typed: &Typed, state: &State, node: usize) {
    facts.yes[node] |= after(typed, state, node) == Truth::Yes;
    let Some(join) = &typed.nodes[node].after else { return };
    for (group, join) in groups(join).into_iter().enumerate() {
        let holding: Vec<bool> =
            join.sources.iter().map(|source| of_source(typed, state, node, source) == Truth::Yes).collect();
        for (one, holds) in holding.iter().enumerate() {
            if group == 0 {
                facts.held[node][one] |= *holds;
            }
            if *holds {
                facts.seen[node].insert((group, one));
            }
            for (other, holds_too) in holding.iter().enumerate() {
                if *holds_too && !*holds {
                    facts.apart[node].insert((group, one, other));
                }
            }
        }
    }
}

/// WF108: two sources of an `any of` hold, and once the reader went on with one of them while another still could.
fn overlapping(
    facts: &mut Facts,
    typed: &Typed,
    state: &State,
    node: usize,
    at: Number,
    then: Option<&Move>,
) {
    for (group, join) in typed.nodes[node].after.iter().flat_map(groups).enumerate() {
        if join.kind != JoinKind::AtLeast(1) {
            continue;
        }
        let truths: Vec<Truth> =
            join.sources.iter().map(|source| of_source(typed, state, node, source)).collect();
        let holding = truths.iter().filter(|truth| **truth == Truth::Yes).count();
        if holding > 1 {
            facts.overlapped.entry((node, group)).or_insert_with(|| (at, then.cloned()));
        }
        if holding > 0 && truths.contains(&Truth::Perhaps) && after(typed, state, node) == Truth::Yes {
            facts.went_ahead.insert((node, group));
        }
    }
}

/// Nodes that became ready by a move: their conditions, readings and options.
fn made_ready(facts: &mut Facts, subject: &Subject, event: Event<'_>) {
    let typed = &subject.typed;
    let Event { before, at, what, next } = event;
    let running = next.phase == Phase::Running;
    for (node, declared) in typed.nodes.iter().enumerate() {
        let own = &next.nodes[node].own;
        let was = before.map(|before| &before.nodes[node].own);
        let anew = was.is_none_or(|was| was.state == NodeState::Waiting || was.resets != own.resets);
        if was.is_some_and(|was| was.resets != own.resets) && after(typed, next, node) != Truth::Yes {
            facts.went_astray |= !matches!(own.state, NodeState::Waiting | NodeState::NotTaken);
        }
        // A condition is evaluated before an outcome ends the instance, also of what then never starts.
        let ready = match own.state {
            NodeState::NotTaken => false,
            NodeState::Waiting => !running && after(typed, next, node) == Truth::Yes,
            _ => true,
        };
        if anew && ready {
            let truth = condition(facts, typed, declared.when.as_ref(), Where::Node(node), event);
            let skipped = own.state == NodeState::SkippedByRule;
            if truth.is_some_and(|truth| truth == skipped) && declared.for_each.is_none() {
                facts.fault(INTERPRETER, Where::Node(node), at, Some(what));
            }
            let list = declared.for_each.as_ref().and_then(|each| read(&each.list, next));
            if list.is_some_and(|list| !list.missed.is_empty()) {
                missing::read_by(facts, typed, (node, false), event, None);
            }
        }
        if anew && running && own.state.is_live() {
            started(facts, subject, node, event);
        }
        let was_live = was.is_some_and(|was| was.state.is_live());
        let misses = was_live && own.state.is_done() && uses::actions_miss(&declared.on.done, next)
            || was_live && own.state.is_skipped() && uses::actions_miss(&declared.on.skip, next);
        if misses {
            missing::read_by(facts, typed, (node, false), event, None);
        }
    }
}

/// A condition's truth, and whether it missed something that it does not itself exclude.
fn condition(
    facts: &mut Facts,
    typed: &Typed,
    when: Option<&wf_compiler::typed::Expr>,
    place: Where,
    event: Event<'_>,
) -> Option<bool> {
    let when = when?;
    let Some(reading) = read(when, event.next) else {
        facts.unknown = true;
        return None;
    };
    let truth = reading.holds();
    facts.when.entry(place).or_default()[usize::from(truth)] = true;
    if let Where::Node(reader) | Where::Option(reader, _) = place {
        missing::too_early(facts, typed, reader, &reading.early);
        let excluded = present(when);
        for missed in reading.missed.iter().filter(|missed| !excluded.contains(&missed.node)) {
            missing::read_by(facts, typed, (reader, place == Where::Node(reader)), event, Some(missed));
        }
    }
    Some(truth)
}

/// A node that has just started.
fn started(facts: &mut Facts, subject: &Subject, node: usize, event: Event<'_>) {
    let declared = &subject.typed.nodes[node];
    let Event { at, what, next, .. } = event;
    if uses::start_misses(declared, next) {
        missing::read_by(facts, &subject.typed, (node, false), event, None);
    }
    // Without what it counts from there is no deadline, and whether it comes in time depends on who is faster, too.
    facts.early.extend(uses::unsettled(declared, next).into_iter().map(|since| (node, since)));
    let NodeKind::Decision { options, .. } = &declared.kind else { return };
    let mut some_open = false;
    for (option, written) in options.iter().enumerate() {
        let place = Where::Option(node, option);
        let open = match &written.when {
            None => true,
            when => condition(facts, &subject.typed, when.as_ref(), place, event) != Some(false),
        };
        some_open |= open && written.redo.is_none();
        let closed = next.nodes[node]
            .own
            .active
            .as_ref()
            .is_some_and(|active| active.closed.contains(&u16::try_from(option).unwrap()));
        if open == closed && written.redo.is_none() {
            facts.fault(INTERPRETER, place, at, Some(what));
        }
    }
    if !some_open {
        facts.fault("WF203", Where::Node(node), at, Some(what));
    }
}

fn state_rules(facts: &mut Facts, subject: &Subject, state: &State, at: Number, then: Option<&Move>) {
    for (which, policy) in subject.policies.iter().enumerate() {
        for (line, rule) in policy.rules.iter().enumerate() {
            if policies::state_breaks(&subject.typed, &rule.rule, state) {
                facts.fault("WF701", Where::Rule(which, line), at, then);
            }
        }
    }
}

fn rules(
    facts: &mut Facts,
    subject: &Subject,
    before: Option<&State>,
    at: Number,
    what: &Move,
    next: &State,
) {
    for (which, policy) in subject.policies.iter().enumerate() {
        for (line, rule) in policy.rules.iter().enumerate() {
            let by_move = policies::move_breaks(&subject.typed, &rule.rule, before, next);
            let by_end =
                next.phase != Phase::Running && policies::end_breaks(&subject.typed, &rule.rule, next);
            if by_move || by_end {
                facts.fault("WF701", Where::Rule(which, line), at, Some(what));
            }
        }
    }
}
