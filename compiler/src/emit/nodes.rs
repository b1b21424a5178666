//! Nodes: each clause of the typed node as the plan's, its expressions as code.
//!
//! Invariant: nodes come out in file order with the same numbers, so everything that names a node needs no change.

use super::ladders::length;
use super::pool::Setting;
use super::{EmitProblem, Emitter};
use crate::typed::{self, NodeKind as Typed};
use wf_plan::node::{
    AtAnyTime, Decision, DecisionOption, ForEach, Handlers, Limit, LimitKind, Node, NodeKind, Outcome, Owner,
    Pause, Redo, Run, Wait,
};
use wf_plan::plan::DeadlineRule;

type Emitted<T> = Result<T, EmitProblem>;

/// One node.
pub(super) fn node(emitter: &mut Emitter<'_>, node: &typed::Node) -> Emitted<Node> {
    let outside = Setting::default();
    let inside = Setting { element: node.for_each.as_ref().map(|each| each.element), ..outside };
    Ok(Node {
        name: node.name.clone(),
        label: node.label.clone(),
        was: node.was.clone(),
        after: node.after.as_ref().map(|after| emitter.join(after)).transpose()?,
        when: emitter.maybe_value(node.when.as_ref(), outside)?,
        for_each: for_each(emitter, node.for_each.as_ref())?,
        kind: kind(emitter, &node.kind, inside)?,
        tags: node.tags.clone(),
        owners: owners(emitter, node, inside)?,
        seen_by: node.seen_by.clone(),
        form: node.form.iter().map(|field| field.data.clone()).collect(),
        deadlines: deadlines(emitter, &node.deadlines, inside)?,
        takes: node.takes.as_ref().map(|takes| takes.value),
        say: node.say.as_ref().map(|say| emitter.words(say, inside)).transpose()?,
        heads_up: length(node.heads_up.as_ref()),
        different_from: node.different_from.iter().map(|other| other.value).collect(),
        optional: node.optional,
        redo: node.redo.as_ref().map(redo),
        reminders: node
            .reminders
            .iter()
            .map(|reminder| emitter.reminder(reminder, inside))
            .collect::<Emitted<_>>()?,
        ladders: node.ladders.iter().map(|ladder| emitter.ladder(ladder, inside)).collect::<Emitted<_>>()?,
        on: handlers(emitter, &node.on, inside)?,
    })
}

fn for_each(emitter: &mut Emitter<'_>, each: Option<&typed::ForEach>) -> Emitted<Option<ForEach>> {
    let Some(each) = each else { return Ok(None) };
    let list = emitter.value(&each.list, Setting::default())?;
    Ok(Some(ForEach { variable: each.variable.clone(), list, settles: each.settles }))
}

fn owners(emitter: &mut Emitter<'_>, node: &typed::Node, inside: Setting) -> Emitted<Vec<Owner>> {
    let mut owners = Vec::with_capacity(node.owners.len());
    for owner in &node.owners {
        owners.push(match &owner.value {
            typed::Owner::Role(role) => Owner::Role(*role),
            typed::Owner::Person(person) => Owner::Person(emitter.value(person, inside)?),
        });
    }
    Ok(owners)
}

fn handlers(emitter: &mut Emitter<'_>, on: &typed::Handlers, inside: Setting) -> Emitted<Handlers> {
    Ok(Handlers {
        start: emitter.actions(&on.start, inside)?,
        done: emitter.actions(&on.done, inside)?,
        skip: emitter.actions(&on.skip, inside)?,
        block: emitter.actions(&on.block, inside)?,
        overdue: emitter.actions(&on.overdue, inside)?,
    })
}

/// Deadline lines of a node or of the workflow.
pub(super) fn deadlines(
    emitter: &mut Emitter<'_>,
    lines: &[typed::Deadline],
    inside: Setting,
) -> Emitted<Vec<DeadlineRule>> {
    let mut rules = Vec::with_capacity(lines.len());
    for line in lines {
        let condition = emitter.maybe_value(line.condition.as_ref(), inside)?;
        let mut limits = Vec::with_capacity(line.limits.len());
        for limit in &line.limits {
            let kind = match &limit.kind {
                typed::LimitKind::Within(length, from) => LimitKind::Within(*length, *from),
                typed::LimitKind::EndOf(length, from) => LimitKind::EndOf(*length, *from),
                typed::LimitKind::By(moment) => LimitKind::By(emitter.value(moment, inside)?),
            };
            limits.push(Limit { kind, moved_to_working_day: limit.moved_to_working_day });
        }
        rules.push(DeadlineRule { condition, limits, pause: line.pause });
    }
    Ok(rules)
}

fn kind(emitter: &mut Emitter<'_>, kind: &Typed, inside: Setting) -> Emitted<NodeKind> {
    Ok(match kind {
        Typed::Step => NodeKind::Step,
        Typed::Converge => NodeKind::Converge,
        Typed::Decision { options, if_late } => {
            let options =
                options.iter().map(|option| self::option(emitter, option, inside)).collect::<Emitted<_>>()?;
            NodeKind::Decision(Decision { options, if_late: *if_late })
        }
        Typed::Wait { system, event, condition, if_late } => {
            let setting = Setting { event: Some((*system, *event)), ..inside };
            let condition = emitter.maybe_value(condition.as_ref(), setting)?;
            NodeKind::Wait(Wait { system: *system, event: *event, condition, if_late: *if_late })
        }
        Typed::PauseFor(length) => NodeKind::Pause(Pause::For(length.value)),
        Typed::PauseUntil(moment) => NodeKind::Pause(Pause::Until(emitter.value(moment, inside)?)),
        Typed::Run { workflow, decl, at, with, outcomes } => NodeKind::Run(Run {
            workflow: workflow.clone(),
            plan: emitter.plan_of(*decl, workflow, *at)?,
            with: emitter.arguments(with, inside)?,
            outcomes: outcomes.clone(),
        }),
        Typed::Outcome { effects, at_any_time_by, until } => NodeKind::Outcome(Outcome {
            effects: emitter.actions(effects, inside)?,
            at_any_time: (!at_any_time_by.is_empty())
                .then(|| AtAnyTime { by: at_any_time_by.clone(), until: *until }),
        }),
    })
}

fn option(
    emitter: &mut Emitter<'_>,
    option: &typed::node::DecisionOption,
    inside: Setting,
) -> Emitted<DecisionOption> {
    Ok(DecisionOption {
        name: option.name.clone(),
        label: option.label.clone(),
        short: option.short.clone(),
        when: emitter.maybe_value(option.when.as_ref(), inside)?,
        needs: option.needs,
        needs_reason: option.needs_reason,
        redo: option.redo.as_ref().map(redo),
    })
}

fn redo(redo: &typed::Redo) -> Redo {
    Redo { to: redo.to, region: redo.region.clone(), at_most: redo.at_most, otherwise: redo.otherwise }
}
