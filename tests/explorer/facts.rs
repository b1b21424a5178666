//! What is seen while a space is explored: faults that one run shows, and what no run has shown so far.
//!
//! Each function asks one question of one state, one move or one end, in the words of the table of checks; `verdict`
//! draws the conclusions. Invariant: a fault is noted with the run that shows it.

use super::moves::{Move, forced};
use super::policies;
use super::reads::holds;
use super::space::{Number, Visit};
use super::subject::Subject;
use super::truth::{Truth, after, leaves, of_join, of_node, of_source};
use super::uses;
use std::collections::{BTreeMap, BTreeSet};
use wf_compiler::typed::{Join, NodeKind, Source, Typed};
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

/// The run that shows it: to a state, and (if so) a move more.
pub type Evidence = (Number, Option<Move>);

/// Everything that was seen.
#[derive(Default)]
pub struct Facts {
    /// Faults that one run shows.
    pub faults: BTreeMap<(&'static str, Where), Evidence>,
    /// Nodes that were active in a live state; converges that were reached; outcomes that ended a run.
    pub reached: Vec<bool>,
    /// Nodes whose `after` held in a live state (an outcome, a converge: or at an end).
    pub yes: Vec<bool>,
    /// Per node, per source of its `after`: whether it has held in such a state.
    pub held: Vec<Vec<bool>>,
    /// Per node, per pair of sources: the second held and the first did not.
    pub apart: Vec<BTreeSet<(usize, usize)>>,
    /// Truth values that a node's `when`, or an option's, has had: false, true.
    pub when: BTreeMap<Where, [bool; 2]>,
    /// A run ended quietly, without outcome, and no join hung.
    pub quiet: Option<Evidence>,
    /// Joins that could no longer hold although a source did, at an end by an outcome.
    pub dropped: BTreeMap<(usize, usize), Evidence>,
    /// Joins that held at an end by an outcome.
    pub met: BTreeSet<(usize, usize)>,
    /// Nodes left open, by the outcome that left them.
    pub left_open: BTreeMap<(usize, usize), Evidence>,
    /// Outcomes that race.
    pub races: BTreeMap<(usize, usize), Evidence>,
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
            races(self, subject, before, at, moves);
        }
        for (what, next) in moves {
            made_ready(self, subject, before, at, what, next);
            rules(self, subject, before, at, what, next);
            if matches!(next.phase, Phase::Ended(End::WithoutOutcome | End::Finished)) {
                live(self, subject, next, at);
            }
            if next.phase != Phase::Running {
                ended(self, subject, before, at, what, next);
            }
        }
    }
}

fn is_outcome(typed: &Typed, node: usize) -> bool {
    matches!(typed.nodes[node].kind, NodeKind::Outcome { .. })
}

/// What is asked of every live state.
fn live(facts: &mut Facts, subject: &Subject, state: &State, at: Number) {
    let typed = &subject.typed;
    for (node, declared) in typed.nodes.iter().enumerate() {
        let now = state.nodes[node].own.state;
        let converge = matches!(declared.kind, NodeKind::Converge) && now == NodeState::Completed;
        facts.reached[node] |= now.is_live() || converge;
        join_seen(facts, typed, state, node, true);
        overlapping(facts, typed, state, node, at, None);
    }
    state_rules(facts, subject, state, at, None);
}

/// Which sources of a node hold, and whether it does. At an end only outcomes and converges can still be reached.
fn join_seen(facts: &mut Facts, typed: &Typed, state: &State, node: usize, counts: bool) {
    facts.yes[node] |= counts && after(typed, state, node) == Truth::Yes;
    let Some(join) = &typed.nodes[node].after else { return };
    let holding: Vec<bool> =
        join.sources.iter().map(|source| of_source(typed, state, node, source) == Truth::Yes).collect();
    for (one, holds) in holding.iter().enumerate() {
        facts.held[node][one] |= counts && *holds;
        for (other, holds_too) in holding.iter().enumerate() {
            if *holds_too && !*holds {
                facts.apart[node].insert((one, other));
            }
        }
    }
}

/// WF108: two sources of an `any of` hold.
fn overlapping(
    facts: &mut Facts,
    typed: &Typed,
    state: &State,
    node: usize,
    at: Number,
    then: Option<&Move>,
) {
    let mut open: Vec<&Join> = typed.nodes[node].after.iter().collect();
    while let Some(join) = open.pop() {
        for source in &join.sources {
            if let Source::Join(inner) = source {
                open.push(inner);
            }
        }
        let holding =
            join.sources.iter().filter(|source| of_source(typed, state, node, source) == Truth::Yes);
        if join.kind == JoinKind::AtLeast(1) && holding.count() > 1 {
            facts.fault("WF108", Where::Node(node), at, then);
        }
    }
}

/// WF106: two outcomes by one event, or two different ones by two nodes that are active at once.
fn races(facts: &mut Facts, subject: &Subject, before: &State, at: Number, moves: &[(Move, State)]) {
    let mut ends: Vec<(usize, usize, &Move)> = Vec::new();
    for (what, next) in moves {
        let Phase::Ended(End::Outcome(_)) = next.phase else { continue };
        let Some(by) = what.node() else { continue };
        let outcomes = coming(subject, Some(before), what, next);
        for (place, one) in outcomes.iter().enumerate() {
            for other in &outcomes[place + 1..] {
                let pair = (*one.min(other), *one.max(other));
                facts.races.entry(pair).or_insert_with(|| (at, Some(what.clone())));
            }
            ends.push((by, *one, what));
        }
    }
    for (by, one, what) in &ends {
        for (other_by, other, _) in &ends {
            if by != other_by && one < other {
                facts.races.entry((*one, *other)).or_insert_with(|| (at, Some((*what).clone())));
            }
        }
    }
}

/// The outcomes that hold at an end, in file order; those `at any time` are left out.
fn coming(subject: &Subject, before: Option<&State>, what: &Move, next: &State) -> Vec<usize> {
    let typed = &subject.typed;
    let forced = before.map(|before| forced(subject, before, what, next)).unwrap_or_default();
    let by_itself = |node: usize| {
        let waiting = matches!(next.nodes[node].own.state, NodeState::Waiting);
        waiting && after(typed, next, node) == Truth::Yes
    };
    let is_the_end =
        |node: usize| matches!(next.phase, Phase::Ended(End::Outcome(outcome)) if outcome.index() == node);
    let outcomes = (0..typed.nodes.len()).filter(|node| is_outcome(typed, *node));
    outcomes.filter(|node| is_the_end(*node) || forced.contains(node) || by_itself(*node)).collect()
}

/// Nodes that became ready by a move: their conditions, readings and options.
fn made_ready(
    facts: &mut Facts,
    subject: &Subject,
    before: Option<&State>,
    at: Number,
    what: &Move,
    next: &State,
) {
    let typed = &subject.typed;
    let running = next.phase == Phase::Running;
    for (node, declared) in typed.nodes.iter().enumerate() {
        let own = &next.nodes[node].own;
        let was = before.map(|before| &before.nodes[node].own);
        let anew = was.is_none_or(|was| was.state == NodeState::Waiting || was.resets != own.resets);
        // A condition is evaluated before an outcome ends the instance, also of what then never starts.
        let ready = match own.state {
            NodeState::NotTaken => false,
            NodeState::Waiting => !running && after(typed, next, node) == Truth::Yes,
            _ => true,
        };
        if anew && ready {
            condition(facts, declared.when.as_ref(), Where::Node(node), (at, what), next);
            let list = declared.for_each.as_ref().and_then(|each| super::reads::read(&each.list, next));
            if list.is_some_and(|list| list.missed) {
                facts.fault("WF602", Where::Node(node), at, Some(what));
            }
        }
        if anew && running && own.state.is_live() {
            started(facts, subject, node, (at, what), next);
        }
        let was_live = was.is_some_and(|was| was.state.is_live());
        let misses = was_live && own.state.is_done() && uses::actions_miss(&declared.on.done, next)
            || was_live && own.state.is_skipped() && uses::actions_miss(&declared.on.skip, next);
        if misses {
            facts.fault("WF602", Where::Node(node), at, Some(what));
        }
    }
}

/// A condition's truth, and whether it missed something.
fn condition(
    facts: &mut Facts,
    when: Option<&wf_compiler::typed::Expr>,
    place: Where,
    evidence: (Number, &Move),
    state: &State,
) -> Option<bool> {
    let when = when?;
    let Some((truth, missed)) = holds(when, state) else {
        facts.unknown = true;
        return None;
    };
    facts.when.entry(place).or_default()[usize::from(truth)] = true;
    if missed {
        let node = match place {
            Where::Option(node, _) => Where::Node(node),
            other => other,
        };
        facts.fault("WF602", node, evidence.0, Some(evidence.1));
    }
    Some(truth)
}

/// A node that has just started.
fn started(facts: &mut Facts, subject: &Subject, node: usize, evidence: (Number, &Move), next: &State) {
    let declared = &subject.typed.nodes[node];
    if uses::start_misses(declared, next) {
        facts.fault("WF602", Where::Node(node), evidence.0, Some(evidence.1));
    }
    let NodeKind::Decision { options, .. } = &declared.kind else { return };
    let mut some_open = false;
    for (option, written) in options.iter().enumerate() {
        let place = Where::Option(node, option);
        let open = match &written.when {
            None => true,
            when => condition(facts, when.as_ref(), place, evidence, next) != Some(false),
        };
        some_open |= open && written.redo.is_none();
        let closed = next.nodes[node]
            .own
            .active
            .as_ref()
            .is_some_and(|active| active.closed.contains(&u16::try_from(option).unwrap()));
        assert!(open || closed, "two engines evaluate a condition differently");
    }
    if !some_open {
        facts.fault("WF203", Where::Node(node), evidence.0, Some(evidence.1));
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

/// What is asked of an end.
fn ended(facts: &mut Facts, subject: &Subject, before: Option<&State>, at: Number, what: &Move, end: &State) {
    let typed = &subject.typed;
    state_rules(facts, subject, end, at, Some(what));
    for node in 0..typed.nodes.len() {
        overlapping(facts, typed, end, node, at, Some(what));
    }
    match end.phase {
        Phase::Ended(End::Outcome(outcome)) => {
            for (node, declared) in typed.nodes.iter().enumerate() {
                let converge = matches!(declared.kind, NodeKind::Converge);
                facts.reached[node] |= converge && end.nodes[node].own.state == NodeState::Completed;
                join_seen(facts, typed, end, node, converge || is_outcome(typed, node));
            }
            facts.reached[outcome.index()] = true;
            if before.is_none() {
                let outcomes = coming(subject, None, what, end);
                if let [one, other, ..] = outcomes[..] {
                    facts.races.entry((one, other)).or_insert_with(|| (at, Some(what.clone())));
                }
            }
            if uses::actions_miss(effects(typed, outcome.index()), end) {
                facts.fault("WF602", Where::Node(outcome.index()), at, Some(what));
            }
            if !matches!(what, Move::AtAnyTime(_)) {
                cut_off(facts, typed, before, at, what, end, outcome.index());
            }
        }
        _ => quiet(facts, typed, at, what, end),
    }
}

fn effects(typed: &Typed, outcome: usize) -> &[wf_compiler::typed::Action] {
    match &typed.nodes[outcome].kind {
        NodeKind::Outcome { effects, .. } => effects,
        _ => &[],
    }
}

/// WF107 and WF113: what an outcome cuts off.
fn cut_off(
    facts: &mut Facts,
    typed: &Typed,
    before: Option<&State>,
    at: Number,
    what: &Move,
    end: &State,
    outcome: usize,
) {
    for (node, declared) in typed.nodes.iter().enumerate() {
        let was_live = before.is_some_and(|before| before.nodes[node].own.state.is_live());
        if was_live && what.node() != Some(node) && end.nodes[node].own.state == NodeState::Cancelled {
            facts.left_open.entry((node, outcome)).or_insert_with(|| (at, Some(what.clone())));
        }
        let Some(join) = declared.after.as_ref().filter(|join| leaves(join).len() > 1) else { continue };
        match of_join(typed, end, node, join) {
            Truth::Yes => {
                facts.met.insert((node, outcome));
            }
            Truth::No if some_leaf_holds(typed, end, node, join) => {
                facts.dropped.entry((node, outcome)).or_insert_with(|| (at, Some(what.clone())));
            }
            _ => {}
        }
    }
}

fn some_leaf_holds(typed: &Typed, state: &State, node: usize, join: &Join) -> bool {
    leaves(join).iter().any(|(of, needed)| of_node(typed, state, node, of.index(), *needed) == Truth::Yes)
}

/// WF103 and WF105: an end without outcome.
fn quiet(facts: &mut Facts, typed: &Typed, at: Number, what: &Move, end: &State) {
    let mut hangs = false;
    for (node, declared) in typed.nodes.iter().enumerate() {
        let Some(join) = declared.after.as_ref().filter(|join| leaves(join).len() > 1) else { continue };
        if of_join(typed, end, node, join) != Truth::Yes && some_leaf_holds(typed, end, node, join) {
            hangs = true;
            facts.fault("WF103", Where::Node(node), at, Some(what));
        }
    }
    if !hangs && facts.quiet.is_none() {
        facts.quiet = Some((at, Some(what.clone())));
    }
}
