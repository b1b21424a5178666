//! Every state a workflow can come to, each visited once.
//!
//! Invariant: a visit sees a live state with all its moves, or the start with the states it leads to; beyond the bound
//! the workflow counts as not decided, never as sound.

use super::key::{Key, key};
use super::moves::{Move, moves, start, told};
use super::subject::Subject;
use super::values::{Cells, cells};
use std::collections::{HashSet, VecDeque};
use wf_compiler::typed::NodeKind;
use wf_vm::State;
use wf_vm::state::{End, Phase};

/// A state's number, in the order of their discovery.
pub type Number = usize;

/// What is told of a space while it is explored.
pub trait Visit {
    /// A live state (`None`: before the start) and everything that can happen in it. `at` is the state's number.
    fn visit(&mut self, subject: &Subject, before: Option<&State>, at: Number, moves: &[(Move, State)]);
}

/// The ways that lead to each state.
pub struct Ways {
    /// Per state: the one before (itself: the start) and the move.
    from: Vec<(Number, Move)>,
    cells: Cells,
}

impl Ways {
    /// The run that leads to a state.
    pub fn run_to(&self, subject: &Subject, state: Number) -> Vec<String> {
        let mut run = Vec::new();
        let mut at = state;
        while let Some((before, what)) = self.from.get(at) {
            run.push(told(subject, &self.cells, what));
            if *before == at {
                break;
            }
            at = *before;
        }
        run.reverse();
        run
    }

    pub fn told(&self, subject: &Subject, what: &Move) -> String {
        told(subject, &self.cells, what)
    }

    pub fn states(&self) -> usize {
        self.from.len()
    }
}

/// Visits every state; `None`: there are more than the bound.
pub fn explore(subject: &Subject, bound: usize, visit: &mut impl Visit) -> Option<Ways> {
    let cells = cells(&subject.typed);
    let mut from = Vec::new();
    let mut seen: HashSet<Key> = HashSet::new();
    let mut open: VecDeque<(Number, State)> = VecDeque::new();
    if cells.inputs.len() > 256 || cells.forms.iter().any(|forms| forms.len() > 64) {
        return None;
    }
    for combination in 0..cells.inputs.len() {
        let Some(first) = start(subject, &cells, combination) else { continue };
        let what = Move::Start(combination);
        let number = from.len();
        let after = [(what.clone(), first)];
        from.push((number, what));
        visit.visit(subject, None, number, &after);
        let [(_, first)] = after;
        if first.phase == Phase::Running && seen.insert(key(&first)) {
            open.push_back((number, first));
        }
    }
    while let Some((number, state)) = open.pop_front() {
        let next = moves(subject, &cells, &state);
        visit.visit(subject, Some(&state), number, &next);
        for (what, after) in next {
            if after.phase == Phase::Running && seen.insert(key(&after)) {
                if from.len() >= bound {
                    return None;
                }
                open.push_back((from.len(), after));
                from.push((number, what));
            }
        }
    }
    Some(Ways { from, cells })
}

struct Ended(Vec<bool>);

impl Visit for Ended {
    fn visit(&mut self, _: &Subject, _: Option<&State>, _: Number, moves: &[(Move, State)]) {
        for (_, after) in moves {
            if let Phase::Ended(End::Outcome(outcome)) = after.phase {
                self.0[outcome.index()] = true;
            }
        }
    }
}

/// Which outcomes some run ends in, in file order of the outcomes.
pub fn reachable_outcomes(subject: &Subject) -> Vec<bool> {
    let mut ended = Ended(vec![false; subject.typed.nodes.len()]);
    let known = explore(subject, 100_000, &mut ended).is_some();
    let outcomes = subject.typed.nodes.iter().zip(&ended.0);
    let outcomes = outcomes.filter(|(node, _)| matches!(node.kind, NodeKind::Outcome { .. }));
    outcomes.map(|(_, ended)| *ended || !known).collect()
}
