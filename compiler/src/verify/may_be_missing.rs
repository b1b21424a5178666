//! WF602: what is read has a value by then.
//!
//! A form is read where it may not have been filled in, an event where it may not have come, or a deadline counts from
//! a node that may not have settled. What is tested with `is missing` is free. Asked while the instance runs, and for
//! effects of outcomes right after the finish that ends it. Invariant: a run that rests on an opaque test is not told.

use crate::model::{Case, Formula, Logic, Model, State};
use crate::place::Problem;
use crate::readings::{Moment, Reading, Test, What};
use crate::subject::Subject;
use crate::typed::{NodeKind, Typed};
use crate::witness;
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF602",
    name: "may-be-missing",
    severity: Severity::Error,
    summary: "what is read has a value by then",
};

/// Why there is no value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is the reader's own form.
    Own,
    /// The node may still be to come.
    NotYet,
    /// It may be skipped.
    Skipped,
    /// It is not taken in every run.
    NotTaken,
    /// It may settle in a way that leaves its form empty.
    Unfilled,
}

/// Readings of what may have no value; of several of one node by one reader the first.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let (typed, Some(model)) = (subject.typed, subject.model) else { return Vec::new() };
    let mut groups: BTreeMap<(NodeId, NodeId, bool), Vec<&Reading>> = BTreeMap::new();
    for reading in subject.uses.readings.iter().filter(|reading| !is_free(reading)) {
        let settling = match reading.what {
            What::Field(_) => false,
            What::Settling => true,
            What::Copies(_) | What::Count => continue,
        };
        groups.entry((reading.reader, reading.node, settling)).or_default().push(reading);
    }
    groups.values().filter_map(|group| first_missing(typed, model, group)).collect()
}

/// Whether the author has thought of it: it is tested with `is missing`. Of a condition that says what may happen it is
/// known what is read and when; of others nothing is claimed right of `and` and `or`.
fn is_free(reading: &Reading) -> bool {
    reading.test.map_or(reading.guarded || reading.behind, |test| test.excluded)
}

fn first_missing(typed: &Typed, model: &Model, group: &[&Reading]) -> Option<Problem> {
    let ask = |reading: &Reading| Some((reading.clone(), missing(typed, model, reading)?));
    let mut asked: BTreeSet<(Moment, Option<Test>)> = BTreeSet::new();
    let mut found: Option<(Reading, (Why, Case))> = None;
    let mut others = Vec::new();
    for reading in group {
        match &found {
            None if !asked.insert((reading.moment, reading.test)) => {}
            None => found = ask(reading),
            Some(_) => others.push(reading),
        }
    }
    let (reading, (why, case)) = found?;
    let mut problem = problem(typed, &reading, why)?;
    for other in others.iter().filter(|other| other.at != reading.at).take(3) {
        problem = problem.with_related(other.at, "read here as well");
    }
    if let Some(label) = label(typed, &case, &reading) {
        problem = problem.with_label(label);
    }
    Some(witness::show(typed, &case, problem))
}

/// What leads there: values and choices, or else what is done; that other work is still open says nothing.
fn label(typed: &Typed, case: &Case, reading: &Reading) -> Option<String> {
    let mut told = case.clone();
    let is_done = |node: &NodeId| case.finished.iter().any(|(done, _)| done == node);
    told.needed.retain(|node| *node == reading.node || is_done(node));
    Some(witness::facts_but_for_work(typed, &told)).filter(|facts| !facts.is_empty())
}

/// A run in which the reading has no value, and why, if there is one.
fn missing(typed: &Typed, model: &Model, reading: &Reading) -> Option<(Why, Case)> {
    let own = reading.reader == reading.node;
    if own && reading.moment == Moment::Done {
        let copies = typed.nodes.get(reading.reader.index()).is_some_and(|node| node.for_each.is_some());
        // Each copy's own form was filled in when it was done.
        if copies {
            return None;
        }
    }
    let there = |state: &State<Formula>| match reading.what {
        What::Settling => state.settled.clone(),
        _ => state.filled.clone(),
    };
    let any = model.lacking(reading, &|state| model.space.not(&there(state)))?;
    let reasons: &[Why] = match reading.what {
        _ if own && reading.moment != Moment::Done => return Some((Why::Own, any)),
        _ if own => &[],
        What::Settling => &[Why::NotYet],
        _ => &[Why::NotYet, Why::Skipped, Why::NotTaken],
    };
    // The run that is told is one that shows the reason best.
    let case = |why: Why| model.lacking(reading, &|state| without_value(model, state, why));
    let told = reasons.iter().find_map(|why| Some((*why, case(*why)?)));
    Some(told.unwrap_or((Why::Unfilled, any)))
}

/// That what is read has no value, for this reason.
fn without_value(model: &Model, node: &State<Formula>, why: Why) -> Formula {
    let space = &model.space;
    let unfilled = space.not(&node.filled);
    match why {
        Why::Own => unfilled,
        Why::NotYet => space.and(&unfilled, &space.not(&space.or(&node.settled, &node.no))),
        Why::Skipped => space.and(&unfilled, &node.skipped),
        Why::NotTaken => space.and(&unfilled, &node.no),
        Why::Unfilled => space.without(&space.and(&unfilled, &node.settled), &node.skipped),
    }
}

fn problem(typed: &Typed, reading: &Reading, why: Why) -> Option<Problem> {
    let node = typed.nodes.get(reading.node.index())?;
    let reader = &typed.nodes.get(reading.reader.index())?.name;
    let name = &node.name;
    let (message, help) = match reading.what {
        What::Field(field) => {
            let field = format!("{name}.{}", node.form.get(field.index())?.data.name);
            (
                format!("`{field}` may be missing here: {}", reason(typed, reading, why)?),
                cure(typed, reading, (name, reader), &field, why),
            )
        }
        _ => (
            format!("the deadline of `{reader}` counts from `{name}`, which may not have settled by then"),
            format!("let `{reader}` come after `{name}`, or count from something that it waits for"),
        ),
    };
    let problem =
        Problem::new(&RULE, reading.at, message).with_related(node.at, format!("`{name}` is declared here"));
    let problem = match reading.used_at {
        Some(used) => problem.with_related(used, format!("used for `{reader}` here")),
        None => problem,
    };
    Some(problem.with_help(help))
}

fn reason(typed: &Typed, reading: &Reading, why: Why) -> Option<String> {
    let node = typed.nodes.get(reading.node.index())?;
    let reader = &typed.nodes.get(reading.reader.index())?.name;
    let name = &node.name;
    let is_wait = matches!(node.kind, NodeKind::Wait { .. });
    Some(match why {
        Why::Own if is_wait => format!("the event that `{name}` waits for has not come yet"),
        Why::Own => format!("it is filled in only when `{name}` is completed"),
        Why::NotYet if reading.moment == Moment::Outcome => {
            format!("`{name}` may not be done when `{reader}` is reached")
        }
        Why::NotYet if names(typed, reading) => format!("`{reader}` may start before `{name}` is done"),
        Why::NotYet => format!("`{reader}` does not wait for `{name}`"),
        Why::Skipped if node.when.is_some() => format!("`{name}` is skipped where its `when` does not hold"),
        Why::Skipped => format!("`{name}` may be skipped"),
        Why::NotTaken => format!("not every way to `{reader}` goes through `{name}`"),
        Why::Unfilled if is_wait => format!("`{name}` may go on without its event"),
        Why::Unfilled => format!("`{name}` may be settled without its form"),
    })
}

/// Whether the reader names the node in its own `after`, and goes on without it all the same.
fn names(typed: &Typed, reading: &Reading) -> bool {
    let join = typed.nodes.get(reading.reader.index()).and_then(|reader| reader.after.as_ref());
    join.is_some_and(|join| join.nodes().iter().any(|(node, ..)| *node == reading.node))
}

fn cure(typed: &Typed, reading: &Reading, (name, reader): (&str, &str), field: &str, why: Why) -> String {
    let test = if reading.in_text || (reading.test.is_none() && reading.moment > Moment::Ready) {
        format!("or let `{reader}` start only `when {field} is not missing`")
    } else {
        format!("or ask first: `{field} is not missing and …`")
    };
    match why {
        Why::Own => format!("use it in `on done`, or in a step after `{name}`"),
        _ if reading.moment == Moment::Outcome => {
            format!("move this to `on done` of `{name}`, or let the outcome come only after `{name}.done`")
        }
        Why::NotYet if names(typed, reading) => {
            format!("let `{reader}` wait for `{name}` in every run, {test}")
        }
        Why::NotYet => format!("let `{reader}` come after `{name}`, {test}"),
        Why::Skipped | Why::NotTaken | Why::Unfilled => {
            format!("move this to a step that comes only after `{name}` was done, {test}")
        }
    }
}
