//! When a node runs and when it does not, as the model decides it: which choices and values lead to it or exclude it.
//!
//! A choice or value excludes a node if no run with it ever starts the node. Invariant: every line holds for all runs
//! without a forced act, whatever opaque tests answer.

use super::{Asked, listed, waits};
use crate::model::{Case, Ending, Formula, How, Kind, Logic, Model, Moment, States};
use crate::typed::NodeKind;
use crate::witness;
use wf_plan::Value;
use wf_plan::plan::NodeId;

/// Everything about when it runs.
pub fn lines(asked: &Asked<'_>) -> Vec<String> {
    let mut lines = waits::start(asked);
    lines.extend(condition(asked));
    let Some(model) = asked.subject.model else { return lines };
    let moments = moments(model, asked.id);
    let possible = moments.iter().any(|(_, here)| model.space.is_possible(here));
    if !possible {
        if !waits_for_a_person(asked) {
            lines.push("No run ever comes to it.".to_owned());
        }
        return lines;
    }
    let facts = facts(asked, model);
    let (only, never) = decided(model, &moments, &facts);
    let comes =
        if matches!(asked.node.kind, NodeKind::Outcome { .. } | NodeKind::Converge) { "come" } else { "run" };
    if !only.is_empty() {
        lines.push(format!("It {comes}s only {}.", listed(&only, "and")));
    }
    if !never.is_empty() {
        lines.push(format!("It does not {comes} {}.", listed(&never, "or")));
    }
    let before = ends_before(asked, model);
    if !before.is_empty() {
        lines.push(format!("The instance can end before it comes to this: in {}.", listed(&before, "or")));
    }
    if !only.is_empty() || !never.is_empty() {
        lines.extend(example(asked, model));
    }
    lines
}

fn waits_for_a_person(asked: &Asked<'_>) -> bool {
    matches!(&asked.node.kind, NodeKind::Outcome { .. } if asked.node.after.is_none())
}

fn condition(asked: &Asked<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(when) = &asked.node.when {
        let when = asked.expression(when);
        lines.push(match asked.node.kind {
            NodeKind::Outcome { .. } => format!("It counts only when {when} holds."),
            _ => format!(
                "Then {when} is asked, once: if it does not hold, this is skipped at once, and what waits for it goes on."
            ),
        });
    }
    if let Some(each) = &asked.node.for_each {
        let list = asked.expression(&each.list);
        lines.push(format!("It is done once for each entry of {list}; with no entry it is skipped."));
    }
    if asked.node.optional {
        lines.push("It is optional: its owner may skip it, with a reason.".to_owned());
    }
    lines
}

/// The moments at which the node is there: started, reached, or the end itself.
fn moments(model: &Model, id: NodeId) -> Vec<(&States<Formula>, Formula)> {
    let space = &model.space;
    let Some(layout) = model.layout.nodes.get(id.index()) else { return Vec::new() };
    let mut found = Vec::new();
    if !matches!(layout.kind, Kind::Outcome { .. })
        && let Some(state) = model.state(id)
    {
        found.push((&model.any, space.and(&model.live, &state.ready)));
    }
    let own = model.layout.outcomes.iter().position(|outcome| *outcome == id);
    for finish in model.finishes() {
        let here = match (own, layout.kind) {
            (Some(own), _) => finish.ends.get(own).cloned(),
            (None, Kind::Converge) => finish
                .after
                .nodes
                .get(id.index())
                .map(|state| space.and(&space.any(&finish.ends), &state.ready)),
            _ => None,
        };
        found.extend(here.map(|here| (&finish.after, here)));
    }
    found
}

/// One thing that may be so: of several that exclude each other.
struct Fact {
    /// Facts of one group exclude each other, and one of them holds when the group's node has settled.
    group: usize,
    words: String,
    /// A choice: the node and its ways; else a formula.
    holds: Holds,
}

enum Holds {
    Chosen(NodeId, u16),
    Lies(Formula),
}

impl Fact {
    fn holds(&self, model: &Model, states: &States<Formula>) -> Formula {
        match &self.holds {
            Holds::Lies(formula) => formula.clone(),
            Holds::Chosen(node, option) => {
                let ways = model.layout.nodes.get(node.index()).map(|layout| &layout.ways);
                let ways = ways.into_iter().flatten();
                let state = states.nodes.get(node.index()).map(|state| &state.ways).into_iter().flatten();
                let chosen = ways.zip(state).filter(|(how, _)| is_choice(**how, *option));
                model.space.any(chosen.map(|(_, way)| way))
            }
        }
    }
}

fn is_choice(how: How, option: u16) -> bool {
    how.option() == Some(option)
}

/// The options of decisions and the values of fields that the node may depend on. Only what stands before
/// it says something about it; an option that stands in its own `after` has been told.
fn facts(asked: &Asked<'_>, model: &Model) -> Vec<Fact> {
    let typed = asked.typed();
    let earlier = waits::earlier(asked);
    let told = waits::demanded(asked);
    let mut found = Vec::new();
    for (group, (id, node)) in (0u16..).map(NodeId).zip(&typed.nodes).enumerate() {
        let NodeKind::Decision { options, .. } = &node.kind else { continue };
        if !earlier.contains(&id) || told.contains(&id) {
            continue;
        }
        let others = options.iter().enumerate().filter(|(_, option)| option.redo.is_none());
        for (at, option) in others {
            let words = format!("if `{}` is decided as `{}`", node.name, option.name);
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            found.push(Fact { group, words, holds: Holds::Chosen(id, at) });
        }
    }
    for (group, field) in model.layout.fields.iter().enumerate() {
        if field.key.node.is_some_and(|node| !earlier.contains(&node)) {
            continue;
        }
        for (cell, value) in field.cells.iter().enumerate().filter(|(_, cell)| cell.value != Value::Missing) {
            let case = Case {
                values: vec![(field.key.clone(), value.value.clone())],
                values_needed: 1,
                needed: Vec::new(),
                finished: Vec::new(),
                used_up: Vec::new(),
                ending: Ending::Quiet,
                assumed: Vec::new(),
            };
            let words = witness::facts(typed, &case);
            let (group, lies) = (typed.nodes.len() + group, model.lies_in(field, cell));
            // Cells that no comparison tells apart are one fact.
            let same = |fact: &&mut Fact| fact.group == group && fact.words == words;
            match found.iter_mut().find(same).map(|fact| &mut fact.holds) {
                Some(Holds::Lies(known)) => *known = model.space.or(known, &lies),
                _ => found.push(Fact { group, words, holds: Holds::Lies(lies) }),
            }
        }
    }
    found
}

/// Facts without which, and facts with which, the node never comes.
fn decided(
    model: &Model,
    moments: &[(&States<Formula>, Formula)],
    facts: &[Fact],
) -> (Vec<String>, Vec<String>) {
    let space = &model.space;
    let can_be = |fact: &Fact| {
        moments.iter().any(|(states, here)| space.are_possible(here, &fact.holds(model, states)))
    };
    let must_be = |fact: &Fact| {
        moments
            .iter()
            .all(|(states, here)| !space.is_possible(&space.without(here, &fact.holds(model, states))))
    };
    let (mut only, mut never) = (Vec::new(), Vec::new());
    let mut needed_groups = Vec::new();
    for fact in facts {
        if must_be(fact) {
            only.push(fact.words.clone());
            needed_groups.push(fact.group);
        }
    }
    for fact in facts.iter().filter(|fact| !needed_groups.contains(&fact.group)) {
        if !can_be(fact) {
            never.push(fact.words.clone());
        }
    }
    (only, never)
}

/// Outcomes in which the instance can end without the node having been reached.
fn ends_before(asked: &Asked<'_>, model: &Model) -> Vec<String> {
    let space = &model.space;
    let mut found = Vec::new();
    for (index, outcome) in
        model.layout.outcomes.iter().enumerate().filter(|(_, outcome)| **outcome != asked.id)
    {
        let without = model.finishes().iter().any(|finish| {
            let state = finish.after.nodes.get(asked.id.index());
            let end = finish.ends.get(index);
            state.zip(end).is_some_and(|(state, end)| space.is_possible(&space.without(end, &state.yes)))
        });
        let at_any_time = || {
            let now = space.and(&model.live, &model.may_be_ended_in(*outcome));
            model.state(asked.id).is_some_and(|state| space.is_possible(&space.without(&now, &state.yes)))
        };
        if without || at_any_time() {
            found.push(waits::name(asked, *outcome));
        }
    }
    found
}

/// A run that comes to it.
fn example(asked: &Asked<'_>, model: &Model) -> Vec<String> {
    let own = model.layout.outcomes.iter().position(|outcome| *outcome == asked.id);
    let found = match own {
        None => {
            let Some(state) = model.state(asked.id) else { return Vec::new() };
            model.find(&model.space.and(&model.live, &state.ready), Moment::Running)
        }
        Some(own) => model
            .finishes()
            .iter()
            .find_map(|finish| model.find(finish.ends.get(own)?, Moment::Ended(finish, asked.id))),
    };
    let case = found.and_then(|found| found.sure().cloned());
    let Some(replayed) = case.and_then(|case| witness::replay(asked.typed(), &case)) else {
        return Vec::new();
    };
    let mut lines = vec![String::new(), "A run that comes to it:".to_owned(), String::new()];
    for event in replayed.run {
        let node = if event.node.is_empty() { String::new() } else { format!("`{}` ", event.node) };
        let detail = if event.detail.is_empty() { String::new() } else { format!(": {}", event.detail) };
        lines.push(format!("- {}  {node}{}{detail}", event.at, event.event));
    }
    lines
}
