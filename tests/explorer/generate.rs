//! Workflows from a seed: all joins, all results, conditions, redo, votes, waits, ladders, outcomes early and late.
//!
//! Nodes are made in the order of the file, each after some of those before it, half of the time after ends that
//! nobody follows yet, so that sound workflows are among them. Redo regions are kept closed. Invariant: the same seed
//! makes the same workflow.

mod clauses;
mod dice;

use super::sketch::{Choice, Input, Join, JoinKind, Kind, Late, Node, Policy, Result, Sketch, Source};
use dice::Dice;

/// Outcomes are named by their position from here on until all nodes are known.
const OUTCOME: usize = 1000;
const MOST_DECISIONS: usize = 4;
const MOST_NODES: usize = 12;

/// A workflow in the making.
struct Making {
    dice: Dice,
    sketch: Sketch,
    /// Nodes of a redo region: nothing outside may depend on them.
    sealed: Vec<bool>,
    /// Decisions inside a region, of which only options that leave it may be named.
    options_only: Vec<bool>,
    outcomes: usize,
    decisions: usize,
}

/// The workflow of a seed.
pub fn generate(seed: u64) -> Sketch {
    let mut dice = Dice::new(seed);
    let outcomes = [0, 1, 1, 2, 2, 2, 2, 3, 3, 4][dice.below(10)];
    let mut making = Making {
        dice,
        sketch: Sketch::default(),
        sealed: Vec::new(),
        options_only: Vec::new(),
        outcomes,
        decisions: 0,
    };
    for _ in 0..[0, 0, 1, 1, 1, 2, 2][making.dice.below(7)] {
        let kind = [Input::Region, Input::Region, Input::Flag, Input::Flag, Input::Number, Input::Names];
        let kind = kind[making.dice.below(6)];
        making.sketch.inputs.push(kind);
    }
    let count = [1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7, 8, 9, 10][making.dice.below(18)];
    while making.sketch.nodes.len() < count.min(MOST_NODES) {
        making.add_node();
    }
    making.add_outcomes();
    making.add_policies();
    making.sketch
}

impl Making {
    fn add_node(&mut self) {
        let at = self.sketch.nodes.len();
        let kind = self.kind();
        let mut node = Node { name: format!("n{at}"), kind, ..Node::default() };
        node.after = self.join_for(matches!(node.kind, Kind::Converge));
        if matches!(node.kind, Kind::Converge) && node.after.is_none() {
            node.kind = Kind::Step;
        }
        self.decisions += usize::from(matches!(node.kind, Kind::Decision { .. }));
        clauses::add(self, &mut node);
        self.sketch.nodes.push(node);
        self.sealed.push(false);
        self.options_only.push(false);
        if matches!(self.sketch.nodes[at].kind, Kind::Decision { .. }) && self.dice.chance(20) {
            self.add_redo(at);
        }
    }

    fn kind(&mut self) -> Kind {
        match self.dice.below(100) {
            0..=49 => Kind::Step,
            50..=73 if self.decisions < MOST_DECISIONS => {
                let count = 2 + usize::from(self.dice.chance(30));
                let options = (0..count).map(|_| Choice { needs: 1, ..Choice::default() }).collect();
                let if_late = self.dice.chance(15).then(|| self.dice.below(count));
                Kind::Decision { options, if_late }
            }
            74..=81 => Kind::Converge,
            82..=90 => {
                let late = match self.dice.below(5) {
                    0 => Some(Late::Skip),
                    1 | 2 => Some(Late::GoOn),
                    3 if self.outcomes > 0 => Some(Late::Outcome(OUTCOME + self.dice.below(self.outcomes))),
                    _ => None,
                };
                Kind::Wait(late)
            }
            91..=93 => Kind::Pause,
            94..=96 => Kind::Run,
            _ => Kind::Step,
        }
    }

    /// Nodes that something may stand after.
    fn sources(&self) -> Vec<usize> {
        (0..self.sealed.len()).filter(|node| !self.sealed[*node]).collect()
    }

    /// Of those, the ones that nobody follows yet (a decision: always, as it has more options).
    fn ends(&self) -> Vec<usize> {
        let followed = |node: usize| {
            self.sketch.nodes.iter().any(|other| other.after.as_ref().is_some_and(|join| names(join, node)))
        };
        let is_decision = |node: usize| matches!(self.sketch.nodes[node].kind, Kind::Decision { .. });
        self.sources().into_iter().filter(|node| is_decision(*node) || !followed(*node)).collect()
    }

    fn join_for(&mut self, needed: bool) -> Option<Join> {
        let all = self.sources();
        if all.is_empty() || (!needed && self.dice.chance(15)) {
            return None;
        }
        let ends = self.ends();
        let pool = if self.dice.chance(60) && !ends.is_empty() { ends } else { all };
        Some(self.join(&pool, 0))
    }

    fn join(&mut self, pool: &[usize], depth: u8) -> Join {
        let count = match self.dice.below(10) {
            0..=3 if depth == 0 => 1,
            8 | 9 => 3,
            _ => 2,
        };
        let mut sources: Vec<Source> = Vec::new();
        for _ in 0..count {
            if depth < 1 && count > 1 && self.dice.chance(8) {
                let inner = self.join(pool, depth + 1);
                if inner.sources.len() > 1 {
                    sources.push(Source::Join(inner));
                }
                continue;
            }
            let node = pool[self.dice.below(pool.len())];
            let result = self.result(node);
            // In `any of` a bare source is a done one.
            let plain = |result: Result| matches!(result, Result::Bare | Result::Done | Result::Arrived);
            let alike = |also: Result| also == result || (plain(also) && plain(result));
            let same = |source: &Source| matches!(source, Source::Node(other, also) if *other == node && alike(*also));
            if !sources.iter().any(same) {
                sources.push(Source::Node(node, result));
            }
        }
        if sources.is_empty() {
            let node = pool[self.dice.below(pool.len())];
            let result = self.result(node);
            sources.push(Source::Node(node, result));
        }
        let kind = match self.dice.below(20) {
            _ if sources.len() == 1 => JoinKind::All,
            0..=8 => JoinKind::All,
            9..=12 => JoinKind::Any,
            13 | 14 if sources.len() > 2 => JoinKind::AtLeast(2),
            13 => JoinKind::AtLeast(1),
            _ => JoinKind::AllTaken,
        };
        Join { kind, sources }
    }

    fn result(&mut self, node: usize) -> Result {
        let dice = self.dice.below(100);
        let own = &self.sketch.nodes[node];
        let skippable = own.optional || own.when.is_some() || own.for_each.is_some();
        match &own.kind {
            Kind::Decision { options, .. } => {
                let open: Vec<usize> = (0..options.len()).filter(|at| options[*at].redo.is_none()).collect();
                match dice {
                    0..=14 if !self.options_only[node] => Result::Bare,
                    15..=19 if !self.options_only[node] && skippable => Result::Skipped,
                    _ => Result::Option(open[self.dice.below(open.len())]),
                }
            }
            Kind::Wait(Some(Late::GoOn)) => match dice {
                0..=34 => Result::Bare,
                35..=64 => Result::Late,
                _ => Result::Arrived,
            },
            Kind::Wait(Some(Late::Skip)) if dice < 30 => Result::Skipped,
            Kind::Wait(_) => [Result::Bare, Result::Bare, Result::Arrived, Result::Done][dice % 4],
            Kind::Run => match dice {
                0..=29 => Result::Bare,
                30..=59 => Result::Ended(0),
                60..=95 => Result::Ended(1),
                _ => Result::Ended(2),
            },
            Kind::Converge | Kind::Pause => Result::Bare,
            _ if skippable => match dice {
                0..=44 => Result::Bare,
                45..=74 => Result::Done,
                _ => Result::Skipped,
            },
            _ => match dice {
                0..=84 => Result::Bare,
                85..=97 => Result::Done,
                _ => Result::Skipped,
            },
        }
    }

    /// Lets the decision that was made last send back, by an option or by a step behind one.
    fn add_redo(&mut self, decision: usize) {
        let ancestors = self.ancestors(decision);
        let back: Vec<usize> =
            ancestors.into_iter().filter(|node| self.may_go_back_to(*node, decision)).collect();
        if back.is_empty() {
            return;
        }
        let to = back[self.dice.below(back.len())];
        let most = 1 + u16::from(self.dice.chance(50));
        let behind = self.dice.chance(30) && self.outcomes > 0;
        let mut region = self.region(to, decision);
        let Kind::Decision { options, if_late } = &mut self.sketch.nodes[decision].kind else { return };
        if behind {
            let option = options.len() - 1;
            let after =
                Join { kind: JoinKind::All, sources: vec![Source::Node(decision, Result::Option(option))] };
            let otherwise = OUTCOME + self.dice.below(self.outcomes);
            let name = format!("n{}", self.sketch.nodes.len());
            let redo = Some((to, most, otherwise));
            region.push(self.sketch.nodes.len());
            self.sketch.nodes.push(Node { name, after: Some(after), redo, ..Node::default() });
            self.sealed.push(false);
            self.options_only.push(false);
            // The option that leads to the step stays inside; the others leave.
            if let Kind::Decision { options, .. } = &self.sketch.nodes[decision].kind
                && options.len() < 2
            {
                return;
            }
        } else {
            if options.len() < 3 {
                options.push(Choice { needs: 1, ..Choice::default() });
            }
            let option = options.len() - 1;
            options[option].redo = Some((to, most));
            options[option].when = None;
            if *if_late == Some(option) && self.dice.chance(50) {
                *if_late = None;
            }
        }
        for node in region {
            self.sealed[node] = node != decision;
        }
        self.options_only[decision] = true;
    }

    fn may_go_back_to(&self, to: usize, decision: usize) -> bool {
        let region = self.region(to, decision);
        let workable = !matches!(self.sketch.nodes[to].kind, Kind::Converge | Kind::Outcome { .. });
        let inside = |node: usize| region.contains(&node);
        let depends = |node: &Node| {
            let after = node.after.as_ref().is_some_and(|join| region.iter().any(|of| names(join, *of)));
            let reads = clauses::fields(node).iter().any(|of| inside(*of));
            after || reads || node.deadline_after.is_some_and(inside)
        };
        let outside = self.sketch.nodes.iter().enumerate().filter(|(at, _)| !inside(*at));
        workable && !self.sealed[to] && !outside.map(|(_, node)| node).any(depends)
    }

    fn ancestors(&self, node: usize) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut open = vec![node];
        while let Some(at) = open.pop() {
            for source in self.sketch.nodes[at].after.iter().flat_map(named) {
                if !found.contains(&source) {
                    found.push(source);
                    open.push(source);
                }
            }
        }
        found
    }

    /// Every node on a path between the two.
    fn region(&self, to: usize, holder: usize) -> Vec<usize> {
        let before = self.ancestors(holder);
        let on_path = |node: &usize| *node == to || *node == holder || self.ancestors(*node).contains(&to);
        let mut region: Vec<usize> = before.into_iter().chain([holder]).filter(on_path).collect();
        region.sort_unstable();
        region
    }

    fn add_outcomes(&mut self) {
        let first = self.sketch.nodes.len();
        for at in 0..self.outcomes {
            let mut node = Node { name: format!("end{at}"), ..Node::default() };
            let any_time = self.dice.chance(8).then(|| {
                let sources = self.sources();
                (self.dice.chance(50) && !sources.is_empty()).then(|| sources[self.dice.below(sources.len())])
            });
            let alone = any_time.is_some() || self.dice.chance(5);
            node.kind = Kind::Outcome { any_time };
            if !alone {
                node.after = self.join_for(true);
                clauses::add_to_outcome(self, &mut node);
            }
            self.sketch.nodes.push(node);
        }
        // Nothing stands after an outcome, so that those just made are no sources of each other.
        for node in &mut self.sketch.nodes {
            clauses::name_outcomes(node, &|outcome| {
                if outcome >= OUTCOME { outcome - OUTCOME + first } else { outcome }
            });
        }
    }

    fn add_policies(&mut self) {
        for _ in 0..[0, 0, 1, 2][self.dice.below(4)] {
            let policy = match self.dice.below(8) {
                0..=2 => {
                    let (skipped, late) = (self.dice.chance(30), self.dice.chance(30));
                    Policy::Before(self.target(false), self.target(true), skipped, late)
                }
                3 | 4 => Policy::Never(self.target(false), self.target(true)),
                5 | 6 => Policy::LeadsTo(self.target(false), self.target(true)),
                _ => {
                    let outcomes = self.sketch.nodes.iter().enumerate();
                    let outcomes = outcomes.filter(|(_, node)| matches!(node.kind, Kind::Outcome { .. }));
                    let outcomes: Vec<usize> = outcomes.map(|(at, _)| at).collect();
                    let kept: Vec<usize> = outcomes.into_iter().filter(|_| self.dice.chance(70)).collect();
                    if kept.is_empty() {
                        continue;
                    }
                    Policy::EndsIn(kept)
                }
            };
            if !speaks_of_one(&policy) {
                self.sketch.policies.push(policy);
            }
        }
    }

    fn target(&mut self, outcomes: bool) -> Source {
        let work = self.sketch.nodes.len() - self.outcomes;
        let node = self.dice.below(if outcomes { self.sketch.nodes.len() } else { work });
        if let Kind::Decision { options, .. } = &self.sketch.nodes[node].kind
            && !outcomes
        {
            let option = self.dice.below(options.len());
            if options[option].redo.is_none() {
                return Source::Node(node, Result::Option(option));
            }
        }
        Source::Node(node, Result::Bare)
    }
}

/// Whether both sides of a policy are one node.
fn speaks_of_one(policy: &Policy) -> bool {
    match policy {
        Policy::Before(one, other, ..) | Policy::Never(one, other) | Policy::LeadsTo(one, other) => {
            matches!((one, other), (Source::Node(one, _), Source::Node(other, _)) if one == other)
        }
        Policy::EndsIn(_) => false,
    }
}

fn named(join: &Join) -> Vec<usize> {
    let of = |source: &Source| match source {
        Source::Node(node, _) => vec![*node],
        Source::Join(inner) => named(inner),
    };
    join.sources.iter().flat_map(of).collect()
}

fn names(join: &Join, node: usize) -> bool {
    named(join).contains(&node)
}
