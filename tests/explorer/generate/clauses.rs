//! The clauses of a generated node: conditions, forms, ladders, readings.
//!
//! Conditions and texts read fields of nodes before, mostly of those the node waits for. Invariant: nothing outside a
//! redo region reads what is inside.

use super::super::sketch::{Alternative, Cond, Field, Input, Kind, Ladder, Late, Node};
use super::{Making, OUTCOME};

/// Adds clauses to a node that is not in the sketch yet.
pub fn add(making: &mut Making, node: &mut Node) {
    let is_work = matches!(node.kind, Kind::Step | Kind::Decision { .. });
    if matches!(node.kind, Kind::Step) && making.dice.chance(25)
        || matches!(node.kind, Kind::Wait(_)) && making.dice.chance(40)
        || matches!(node.kind, Kind::Decision { .. }) && making.dice.chance(6)
    {
        let kinds = [Input::Region, Input::Flag, Input::Number];
        node.form.push(kinds[making.dice.below(3)]);
    }
    let chance = if matches!(node.kind, Kind::Wait(_) | Kind::Run | Kind::Pause) { 8 } else { 20 };
    if making.dice.chance(chance) {
        node.when = condition(making, node);
    }
    if let Kind::Decision { options, .. } = &mut node.kind {
        let count = options.len();
        let vote = making.dice.chance(8);
        // Mostly an option without condition is left; where none is, there may be a gap.
        let likely = if making.dice.chance(12) { 90 } else { 15 };
        for at in 0..count {
            let when = making.dice.chance(likely).then(|| condition(making, node)).flatten();
            let Kind::Decision { options, if_late } = &mut node.kind else { return };
            options[at].needs = if vote { 1 + u16::from(making.dice.chance(60)) } else { 1 };
            if *if_late != Some(at) {
                options[at].when = when;
            }
        }
    }
    if matches!(node.kind, Kind::Step) {
        node.optional = making.dice.chance(12);
        let list = making.sketch.inputs.iter().position(|kind| *kind == Input::Names);
        node.for_each = list.filter(|_| making.dice.chance(25));
        let nodes = making.sources();
        if !nodes.is_empty() && making.dice.chance(4) {
            node.deadline_after = Some(nodes[making.dice.below(nodes.len())]);
        }
    }
    if is_work && making.dice.chance(20) {
        node.reads.extend(field(making, node, None));
    }
    if is_work && making.dice.chance(6) {
        node.reads_done.extend(field(making, node, None));
    }
    if node.for_each.is_none() && making.dice.chance(14) {
        node.ladder = ladder(making, node);
    }
}

/// A condition or a reading of an outcome.
pub fn add_to_outcome(making: &mut Making, node: &mut Node) {
    if making.dice.chance(15) {
        node.reads.extend(field(making, node, None));
    }
}

fn ladder(making: &mut Making, node: &Node) -> Option<Ladder> {
    let mut possible = vec![Alternative::Resume, Alternative::Extend];
    let outcome = |making: &mut Making| OUTCOME + making.dice.below(making.outcomes);
    match &node.kind {
        Kind::Step => {
            possible.push(Alternative::Skip);
            if node.form.is_empty() {
                possible.push(Alternative::Complete);
            }
        }
        Kind::Decision { options, .. } => possible.extend((0..options.len()).map(Alternative::Choose)),
        Kind::Wait(_) | Kind::Run => possible.push(Alternative::Skip),
        _ => return None,
    }
    if making.outcomes > 0 {
        possible.push(Alternative::Outcome(outcome(making)));
        // Beside an outcome that follows the node, the one that is named here never comes first: rarely worth asking.
        if matches!(node.kind, Kind::Step) && making.dice.chance(2) {
            possible.push(Alternative::SkipAndOutcome(outcome(making)));
            possible.push(Alternative::CompleteAndOutcome(outcome(making)));
        }
    }
    let mut alternatives: Vec<Alternative> = Vec::new();
    for _ in 0..2 {
        let one = possible[making.dice.below(possible.len())];
        let fits = !matches!(one, Alternative::CompleteAndOutcome(_)) || node.form.is_empty();
        if fits && !alternatives.contains(&one) {
            alternatives.push(one);
        }
    }
    let has_late = matches!(node.kind, Kind::Wait(Some(_)) | Kind::Decision { if_late: Some(_), .. });
    let trigger = match making.dice.below(6) {
        0 if !has_late => "on overdue",
        1 if matches!(node.kind, Kind::Step) => "on block of 1 day",
        _ => "on silence of 1 day",
    };
    if alternatives.is_empty() {
        return None;
    }
    let otherwise = making.dice.chance(30).then(|| making.dice.below(alternatives.len()));
    Some(Ladder { trigger, alternatives, otherwise })
}

/// A condition; `None` where there is nothing to ask about.
fn condition(making: &mut Making, node: &Node) -> Option<Cond> {
    let mut cond = atom(making, node)?;
    while making.dice.chance(25) {
        let other = Box::new(atom(making, node)?);
        cond = if making.dice.chance(50) {
            Cond::And(Box::new(cond), other)
        } else {
            Cond::Or(Box::new(cond), other)
        };
    }
    if making.dice.chance(8) {
        cond = Cond::Not(Box::new(cond));
    }
    Some(cond)
}

fn atom(making: &mut Making, node: &Node) -> Option<Cond> {
    let read = field(making, node, Some(()))?;
    let kind = kind_of(making, read);
    let dice = making.dice.below(4);
    let (one, other) = (making.dice.below(3), making.dice.below(3));
    let atom = match kind {
        Input::Region if dice < 2 => Cond::Is(read, one),
        Input::Region if dice == 2 || one == other => Cond::IsNot(read, one),
        Input::Region => Cond::OneOf(read, one, other),
        Input::Flag if dice < 3 => Cond::Flag(read),
        Input::Flag => Cond::Not(Box::new(Cond::Flag(read))),
        _ => {
            let number = [5, 10][making.dice.below(2)];
            if dice < 2 { Cond::Less(read, number) } else { Cond::More(read, number) }
        }
    };
    let guarded = matches!(read, Field::Form(..)) && making.dice.chance(10);
    Some(match guarded {
        true if making.dice.chance(50) => Cond::Or(Box::new(Cond::Missing(read)), Box::new(atom)),
        true => Cond::And(Box::new(Cond::Not(Box::new(Cond::Missing(read)))), Box::new(atom)),
        false => atom,
    })
}

fn kind_of(making: &Making, field: Field) -> Input {
    match field {
        Field::Input(at) => making.sketch.inputs[at],
        Field::Form(node, at) => making.sketch.nodes[node].form[at],
    }
}

/// An input, or a field of a node before; for a text, forms only.
fn field(making: &mut Making, node: &Node, condition: Option<()>) -> Option<Field> {
    let mut known: Vec<Field> = Vec::new();
    if condition.is_some() {
        let inputs = making.sketch.inputs.iter().enumerate().filter(|(_, kind)| **kind != Input::Names);
        known.extend(inputs.map(|(at, _)| Field::Input(at)));
    }
    let near: Vec<usize> = node
        .after
        .iter()
        .flat_map(super::named)
        .flat_map(|source| {
            let mut all = making.ancestors(source);
            all.push(source);
            all
        })
        .collect();
    let far = making.dice.chance(10);
    for at in making.sources() {
        let has = making.sketch.nodes[at].form.len();
        let single = making.sketch.nodes[at].for_each.is_none() && !making.options_only[at];
        if single && (far || near.contains(&at)) {
            known.extend((0..has).map(|field| Field::Form(at, field)));
        }
    }
    (!known.is_empty()).then(|| known[making.dice.below(known.len())])
}

/// The nodes whose fields a node reads.
pub fn fields(node: &Node) -> Vec<usize> {
    let mut found: Vec<Field> = node.reads.iter().chain(&node.reads_done).copied().collect();
    let mut open: Vec<&Cond> = node.when.iter().collect();
    if let Kind::Decision { options, .. } = &node.kind {
        open.extend(options.iter().filter_map(|option| option.when.as_ref()));
    }
    while let Some(cond) = open.pop() {
        match cond {
            Cond::Is(of, _) | Cond::IsNot(of, _) | Cond::OneOf(of, ..) | Cond::Flag(of) => found.push(*of),
            Cond::Less(of, _) | Cond::More(of, _) | Cond::Missing(of) => found.push(*of),
            Cond::Not(inner) => open.push(inner),
            Cond::And(one, other) | Cond::Or(one, other) => open.extend([&**one, &**other]),
        }
    }
    let of = |field: Field| match field {
        Field::Form(node, _) => Some(node),
        Field::Input(_) => None,
    };
    found.into_iter().filter_map(of).collect()
}

/// Gives the outcomes that clauses name their numbers.
pub fn name_outcomes(node: &mut Node, number: &impl Fn(usize) -> usize) {
    if let Kind::Wait(Some(Late::Outcome(outcome))) = &mut node.kind {
        *outcome = number(*outcome);
    }
    if let Some((_, _, otherwise)) = &mut node.redo {
        *otherwise = number(*otherwise);
    }
    for alternative in node.ladder.iter_mut().flat_map(|ladder| &mut ladder.alternatives) {
        match alternative {
            Alternative::Outcome(outcome)
            | Alternative::SkipAndOutcome(outcome)
            | Alternative::CompleteAndOutcome(outcome) => *outcome = number(*outcome),
            _ => {}
        }
    }
}
