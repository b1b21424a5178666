//! A smaller workflow that still shows the same kind of difference.
//!
//! Takes out one thing at a time (a node, a clause, a source, an option, an input, a policy) as long as a difference
//! of the same code remains. Invariant: what comes back differs, and no single cut more would leave it so.

use super::compare::{Compared, Difference, compare};
use super::run::Settings;
use super::sketch::{Alternative, Cond, Field, Join, Kind, Late, Node, Policy, Sketch, Source, write};
use std::collections::BTreeSet;

/// Cuts a sketch down; gives its text and the differences in words.
pub fn shrink(sketch: &Sketch, difference: &Difference, settings: &Settings) -> (String, Vec<String>) {
    let wanted = kinds(difference);
    let mut best = sketch.clone();
    let mut lines = difference.lines.clone();
    loop {
        let smaller = cuts(&best).into_iter().find_map(|cut| {
            let text = write(&cut);
            match compare(&text, &settings.codes, settings.bound) {
                Compared::Different(found) if !kinds(&found).is_disjoint(&wanted) => Some((cut, found.lines)),
                _ => None,
            }
        });
        match smaller {
            Some((cut, found)) => (best, lines) = (cut, found),
            None => return (write(&best), lines),
        }
    }
}

/// Who says what code alone.
fn kinds(difference: &Difference) -> BTreeSet<String> {
    let kind = |sign: &String| sign.split(' ').take(4).collect::<Vec<_>>().join(" ");
    difference.signs.iter().map(kind).collect()
}

/// Every way to take one thing out.
fn cuts(sketch: &Sketch) -> Vec<Sketch> {
    let mut found: Vec<Sketch> = (0..sketch.nodes.len()).map(|node| without_node(sketch, node)).collect();
    for at in 0..sketch.policies.len() {
        let mut cut = sketch.clone();
        cut.policies.remove(at);
        found.push(cut);
    }
    for node in 0..sketch.nodes.len() {
        clause_cuts(sketch, node, &mut found);
    }
    let used = |at: usize| write(sketch).matches(&format!("i{at}")).count() > 1;
    for at in (0..sketch.inputs.len()).filter(|at| !used(*at)) {
        if at + 1 == sketch.inputs.len() {
            let mut cut = sketch.clone();
            cut.inputs.pop();
            found.push(cut);
        }
    }
    found
}

fn clause_cuts(sketch: &Sketch, node: usize, found: &mut Vec<Sketch>) {
    let mut cut = |change: &dyn Fn(&mut Node)| {
        let mut cut = sketch.clone();
        change(&mut cut.nodes[node]);
        found.push(cut);
    };
    let own = &sketch.nodes[node];
    if own.when.is_some() {
        cut(&|node| node.when = None);
    }
    if let Some(Cond::And(one, other) | Cond::Or(one, other)) = &own.when {
        cut(&|node| node.when = Some((**one).clone()));
        cut(&|node| node.when = Some((**other).clone()));
    }
    if own.optional {
        cut(&|node| node.optional = false);
    }
    if own.for_each.is_some() {
        cut(&|node| node.for_each = None);
    }
    if own.ladder.is_some() {
        cut(&|node| node.ladder = None);
    }
    if let Some(ladder) = &own.ladder {
        if ladder.otherwise.is_some() {
            cut(&|node| node.ladder.as_mut().unwrap().otherwise = None);
        }
        for at in 0..ladder.alternatives.len() {
            if ladder.alternatives.len() > 1 && ladder.otherwise.is_none() {
                cut(&|node| {
                    node.ladder.as_mut().unwrap().alternatives.remove(at);
                });
            }
        }
    }
    if own.redo.is_some() {
        cut(&|node| node.redo = None);
    }
    if !own.reads.is_empty() {
        cut(&|node| node.reads.clear());
    }
    if !own.reads_done.is_empty() {
        cut(&|node| node.reads_done.clear());
    }
    if own.deadline_after.is_some() {
        cut(&|node| node.deadline_after = None);
    }
    if let Some(join) = &own.after {
        for smaller in smaller_joins(join) {
            cut(&|node| node.after = Some(smaller.clone()));
        }
        if !matches!(own.kind, Kind::Outcome { .. } | Kind::Converge) {
            cut(&|node| node.after = None);
        }
    }
    kind_cuts(own, &mut cut);
    // Cuts that change nothing would be taken for ever.
    let before = write(sketch);
    found.retain(|cut| write(cut) != before);
}

fn kind_cuts(own: &Node, cut: &mut impl FnMut(&dyn Fn(&mut Node))) {
    match &own.kind {
        Kind::Decision { options, if_late } => {
            if if_late.is_some() {
                cut(&|node| {
                    if let Kind::Decision { if_late, .. } = &mut node.kind {
                        *if_late = None;
                    }
                });
            }
            for at in 0..options.len() {
                cut(&|node| {
                    if let Kind::Decision { options, .. } = &mut node.kind {
                        options[at].when = None;
                    }
                });
                cut(&|node| {
                    if let Kind::Decision { options, .. } = &mut node.kind {
                        options[at].redo = None;
                        options[at].needs = 1;
                    }
                });
            }
            if options.len() > 2 {
                cut(&|node| {
                    if let Kind::Decision { options, .. } = &mut node.kind {
                        options.pop();
                    }
                });
            }
        }
        Kind::Wait(Some(_)) => cut(&|node| node.kind = Kind::Wait(None)),
        Kind::Run | Kind::Pause | Kind::Wait(None) => cut(&|node| node.kind = Kind::Step),
        _ => {}
    }
}

fn smaller_joins(join: &Join) -> Vec<Join> {
    let mut found = Vec::new();
    for at in 0..join.sources.len() {
        if join.sources.len() > 1 {
            let mut smaller = join.clone();
            smaller.sources.remove(at);
            found.push(smaller);
        }
        if let Source::Join(inner) = &join.sources[at] {
            for inner in smaller_joins(inner) {
                let mut smaller = join.clone();
                smaller.sources[at] = Source::Join(inner);
                found.push(smaller);
            }
            let mut smaller = join.clone();
            smaller.sources[at] = inner.sources[0].clone();
            found.push(smaller);
        }
    }
    found
}

/// Takes a node out with everything that names it.
fn without_node(sketch: &Sketch, gone: usize) -> Sketch {
    let mut cut = sketch.clone();
    cut.nodes.remove(gone);
    let to = |node: usize| match node.cmp(&gone) {
        std::cmp::Ordering::Less => Some(node),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(node - 1),
    };
    for node in &mut cut.nodes {
        node.after = node.after.take().and_then(|join| moved_join(join, &to));
        node.when = node.when.take().and_then(|cond| moved_cond(cond, &to));
        node.reads = moved_fields(&node.reads, &to);
        node.reads_done = moved_fields(&node.reads_done, &to);
        node.deadline_after = node.deadline_after.and_then(to);
        node.redo = node.redo.and_then(|(back, most, otherwise)| Some((to(back)?, most, to(otherwise)?)));
        if let Some(ladder) = &mut node.ladder {
            ladder.alternatives =
                ladder.alternatives.iter().map(|one| moved_alternative(*one, &to)).collect();
        }
        match &mut node.kind {
            Kind::Decision { options, .. } => {
                for option in options {
                    option.when = option.when.take().and_then(|cond| moved_cond(cond, &to));
                    option.redo = option.redo.and_then(|(back, most)| Some((to(back)?, most)));
                }
            }
            Kind::Wait(late @ Some(Late::Outcome(_))) => {
                if let Some(Late::Outcome(outcome)) = *late {
                    *late = to(outcome).map(Late::Outcome);
                }
            }
            Kind::Outcome { any_time: Some(until) } => *until = until.and_then(to),
            _ => {}
        }
    }
    cut.policies = cut.policies.into_iter().filter_map(|policy| moved_policy(policy, &to)).collect();
    cut
}

fn moved_alternative(alternative: Alternative, to: &impl Fn(usize) -> Option<usize>) -> Alternative {
    match alternative {
        Alternative::Outcome(outcome) => to(outcome).map_or(Alternative::Resume, Alternative::Outcome),
        Alternative::SkipAndOutcome(outcome) => {
            to(outcome).map_or(Alternative::Skip, Alternative::SkipAndOutcome)
        }
        Alternative::CompleteAndOutcome(outcome) => {
            to(outcome).map_or(Alternative::Complete, Alternative::CompleteAndOutcome)
        }
        other => other,
    }
}

fn moved_join(join: Join, to: &impl Fn(usize) -> Option<usize>) -> Option<Join> {
    let sources: Vec<Source> =
        join.sources.into_iter().filter_map(|source| moved_source(source, to)).collect();
    (!sources.is_empty()).then_some(Join { kind: join.kind, sources })
}

fn moved_source(source: Source, to: &impl Fn(usize) -> Option<usize>) -> Option<Source> {
    match source {
        Source::Node(node, result) => to(node).map(|node| Source::Node(node, result)),
        Source::Join(join) => moved_join(join, to).map(Source::Join),
    }
}

fn moved_field(field: Field, to: &impl Fn(usize) -> Option<usize>) -> Option<Field> {
    match field {
        Field::Form(node, at) => to(node).map(|node| Field::Form(node, at)),
        input => Some(input),
    }
}

fn moved_fields(fields: &[Field], to: &impl Fn(usize) -> Option<usize>) -> Vec<Field> {
    fields.iter().filter_map(|field| moved_field(*field, to)).collect()
}

fn moved_cond(cond: Cond, to: &impl Fn(usize) -> Option<usize>) -> Option<Cond> {
    let field = |field: Field| moved_field(field, to);
    Some(match cond {
        Cond::Is(of, at) => Cond::Is(field(of)?, at),
        Cond::IsNot(of, at) => Cond::IsNot(field(of)?, at),
        Cond::OneOf(of, one, other) => Cond::OneOf(field(of)?, one, other),
        Cond::Flag(of) => Cond::Flag(field(of)?),
        Cond::Less(of, number) => Cond::Less(field(of)?, number),
        Cond::More(of, number) => Cond::More(field(of)?, number),
        Cond::Missing(of) => Cond::Missing(field(of)?),
        Cond::Not(inner) => Cond::Not(Box::new(moved_cond(*inner, to)?)),
        Cond::And(one, other) => {
            Cond::And(Box::new(moved_cond(*one, to)?), Box::new(moved_cond(*other, to)?))
        }
        Cond::Or(one, other) => Cond::Or(Box::new(moved_cond(*one, to)?), Box::new(moved_cond(*other, to)?)),
    })
}

fn moved_policy(policy: Policy, to: &impl Fn(usize) -> Option<usize>) -> Option<Policy> {
    let source = |source: Source| moved_source(source, to);
    Some(match policy {
        Policy::Before(one, other, skipped, late) => {
            Policy::Before(source(one)?, source(other)?, skipped, late)
        }
        Policy::Never(one, other) => Policy::Never(source(one)?, source(other)?),
        Policy::LeadsTo(one, other) => Policy::LeadsTo(source(one)?, source(other)?),
        Policy::EndsIn(outcomes) => {
            let outcomes: Vec<usize> = outcomes.into_iter().filter_map(to).collect();
            (!outcomes.is_empty()).then_some(Policy::EndsIn(outcomes))?
        }
    })
}
