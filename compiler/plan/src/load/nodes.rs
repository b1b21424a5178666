//! Nodes: the clauses each kind may have, and everything a clause refers to.
//!
//! What nodes wait for is in `graph.rs`, what their ladders do in `ladders.rs`.
//! Invariant: a clause that a kind may not have is empty, and a node named by a clause is of the kind it needs.

use super::code::{Pieces, Setting, Wants};
use super::{Checked, at_most, ensure, ladders, row, tables, text, workflow};
use crate::error::{Fault, Part};
use crate::limits;
use crate::node::{
    CountFrom, Decision, IfLate, LimitKind, Node, NodeKind, Owner, Pause, Redo, Separation, Settles,
};
use crate::plan::{ClockPause, CodeId, DeadlineRule, NodeId, Program, SystemId};
use crate::value::Type;

/// Checks them all.
pub(super) fn check(program: &Program, code: &mut Pieces<'_>) -> Checked {
    let mut names: Vec<&str> = program.nodes.iter().map(|node| node.name.as_str()).collect();
    names.sort_unstable();
    if let Some((name, _)) = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next) {
        return Err(Fault::new(Part::Workflow, format!("has two nodes named `{}`", name.escape_debug())));
    }
    for (id, node) in (0..=u16::MAX).map(NodeId).zip(&program.nodes) {
        let part = Part::Node(id);
        names_and_lists(part, node)?;
        belongs(part, node)?;
        shared(program, code, id, node)?;
        kind(program, code, id, node)?;
    }
    Ok(())
}

fn names_and_lists(part: Part, node: &Node) -> Checked {
    text::name(part, &node.name)?;
    text::line(part, &node.label)?;
    node.was.iter().try_for_each(|was| text::name(part, was))?;
    text::lines(part, "tags", node.tags.iter().map(String::as_str))?;
    for (what, count) in [
        ("owners", node.owners.len()),
        ("people to differ from", node.different_from.len()),
        ("reminders", node.reminders.len()),
        ("escalations", node.ladders.len()),
    ] {
        at_most(part, what, count, limits::ENTRIES)?;
    }
    Ok(())
}

/// No clause stands where the language has no place for it.
fn belongs(part: Part, node: &Node) -> Checked {
    let (step, decision) = (matches!(node.kind, NodeKind::Step), matches!(node.kind, NodeKind::Decision(_)));
    let (wait, run) = (matches!(node.kind, NodeKind::Wait(_)), matches!(node.kind, NodeKind::Run(_)));
    let worked = step || decision;
    let lasts = worked || wait || run;
    let on = &node.on;
    let handlers = [&on.start, &on.done, &on.skip, &on.block, &on.overdue];
    for (clause, present, allowed) in [
        ("owner", !node.owners.is_empty(), worked),
        ("form", !node.form.is_empty(), worked || wait),
        ("deadline", !node.deadlines.is_empty(), lasts),
        ("takes", node.takes.is_some(), worked),
        ("say", node.say.is_some(), worked),
        ("heads up", node.heads_up.is_some(), lasts),
        ("different person from", !node.different_from.is_empty(), worked),
        ("optional", node.optional, worked),
        ("for each", node.for_each.is_some(), worked || run),
        ("redo", node.redo.is_some(), step || wait),
        ("remind", !node.reminders.is_empty(), lasts),
        ("escalate", !node.ladders.is_empty(), lasts),
        ("on", handlers.iter().any(|actions| !actions.is_empty()), lasts),
        ("seen by", !node.seen_by.is_empty(), lasts),
    ] {
        if present && !allowed {
            return Err(Fault::new(part, format!("has a clause `{clause}`, which does not belong there")));
        }
    }
    ensure(!worked || !node.owners.is_empty(), part, "has no owner")?;
    ensure(!step || node.owners.len() == 1, part, "is a step with several owners")
}

/// The setting of a node's own code: its element, where it has copies.
pub(super) fn setting(program: &Program, node: &Node) -> Setting {
    let list = node.for_each.as_ref().and_then(|each| program.code.get(each.list.index()));
    let element = list.and_then(|code| list_element(program, &code.ops));
    Setting { element, ..Setting::default() }
}

/// The element type of a list that is read from one place; lists are never calculated.
fn list_element(program: &Program, ops: &[crate::op::Op]) -> Option<Type> {
    use crate::op::Op;
    let mut kind: Option<Type> = None;
    for op in ops.iter().take(limits::RECORD_DEPTH + 1) {
        let field = match *op {
            Op::Input(field) => program.inputs.get(field.index()),
            Op::Form(node, field) => program.nodes.get(node.index())?.form.get(field.index()),
            Op::Field(field) => match kind?.of {
                crate::value::Scalar::Record(record) => {
                    program.records.get(record.index())?.fields.get(field.index())
                }
                _ => None,
            },
            _ => None,
        };
        kind = Some(field?.kind);
    }
    kind.filter(|kind| kind.list).map(|kind| Type { list: false, ..kind })
}

fn shared(program: &Program, code: &mut Pieces<'_>, id: NodeId, node: &Node) -> Checked {
    let part = Part::Node(id);
    let inside = setting(program, node);
    code.maybe_used(part, node.when, Setting::default(), Wants::Bool)?;
    for owner in &node.owners {
        match owner {
            Owner::Role(role) => workflow::roles(program, part, &[*role])?,
            Owner::Person(person) => code.used(part, *person, inside, Wants::Text)?,
        }
    }
    workflow::roles(program, part, &node.seen_by)?;
    tables::fields(program, part, &node.form)?;
    deadlines(program, code, part, &node.deadlines, inside)?;
    if let Some((least, most)) = node.takes {
        text::positive_duration(part, Some(least))?;
        text::positive_duration(part, Some(most))?;
    }
    if let Some(words) = &node.say {
        ladders::words(code, part, words, inside)?;
    }
    text::positive_duration(part, node.heads_up)?;
    for other in &node.different_from {
        if let Separation::Node(other) = other {
            let other = row(&program.nodes, other.index(), "node", part)?;
            ensure(other.is_worked_on(), part, "must differ from the owner of a node nobody works on")?;
        }
    }
    if let Some(each) = &node.for_each {
        text::name(part, &each.variable)?;
        code.used(part, each.list, Setting::default(), Wants::List)?;
        ensure(inside.element.is_some(), part, "goes through a list that is read from no field")?;
        ensure(each.settles != Settles::AtLeast(0), part, "settles when none of its copies has")?;
    }
    if let Some(redo) = &node.redo {
        self::redo(program, part, redo)?;
        ensure(redo.otherwise.is_some(), part, "has a `redo` that does not say where it ends")?;
    }
    let on = &node.on;
    for actions in [&on.start, &on.done, &on.skip, &on.block, &on.overdue] {
        ladders::effects(program, code, part, actions, inside)?;
    }
    Ok(())
}

/// Deadline lines of a node or of the workflow.
pub(super) fn deadlines(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    rules: &[DeadlineRule],
    inside: Setting,
) -> Checked {
    at_most(part, "deadlines", rules.len(), limits::ENTRIES)?;
    for rule in rules {
        code.maybe_used(part, rule.condition, inside, Wants::Bool)?;
        ensure(!rule.limits.is_empty(), part, "has a deadline without a limit")?;
        at_most(part, "limits in one deadline", rule.limits.len(), limits::ENTRIES)?;
        for limit in &rule.limits {
            match limit.kind {
                LimitKind::By(moment) => code.used(part, moment, inside, Wants::Moment)?,
                LimitKind::Within(length, from) | LimitKind::EndOf(length, from) => {
                    text::positive_duration(part, Some(length))?;
                    count_from(program, part, from)?;
                }
            }
        }
        if let ClockPause::WhileWaitingOn(role) = rule.pause {
            workflow::roles(program, part, &[role])?;
        }
    }
    Ok(())
}

fn count_from(program: &Program, part: Part, from: CountFrom) -> Checked {
    let CountFrom::Settled(node) = from else { return Ok(()) };
    let target = row(&program.nodes, node.index(), "node", part)?;
    let settles = !matches!(target.kind, NodeKind::Outcome(_)) && part != Part::Node(node);
    ensure(settles, part, "has a deadline that counts from a node which has not settled by then")
}

fn kind(program: &Program, code: &mut Pieces<'_>, id: NodeId, node: &Node) -> Checked {
    let part = Part::Node(id);
    let inside = setting(program, node);
    match &node.kind {
        NodeKind::Step => Ok(()),
        NodeKind::Converge => ensure(node.after.is_some(), part, "is a meeting point of nothing"),
        NodeKind::Decision(decision) => self::decision(program, code, part, decision, inside),
        NodeKind::Wait(wait) => {
            let fields = event(program, part, wait.system, wait.event)?;
            ensure(node.form == fields, part, "does not take the fields of the event it waits for")?;
            let setting = Setting { event: Some((wait.system, wait.event)), ..inside };
            code.maybe_used(part, wait.condition, setting, Wants::Bool)?;
            match wait.if_late {
                Some(IfLate::Outcome(outcome)) => is_outcome(program, part, outcome),
                _ => Ok(()),
            }
        }
        NodeKind::Pause(Pause::For(length)) => text::positive_duration(part, Some(*length)),
        NodeKind::Pause(Pause::Until(moment)) => code.used(part, *moment, inside, Wants::Moment),
        NodeKind::Run(run) => {
            text::name(part, &run.workflow)?;
            text::lines(part, "outcomes of another workflow", run.outcomes.iter().map(String::as_str))?;
            arguments(code, part, &run.with, inside)
        }
        NodeKind::Outcome(outcome) => {
            ladders::effects(program, code, part, &outcome.effects, inside)?;
            let Some(any_time) = &outcome.at_any_time else { return Ok(()) };
            ensure(!any_time.by.is_empty(), part, "can be reached at any time, but by nobody")?;
            workflow::roles(program, part, &any_time.by)?;
            any_time
                .until
                .map_or(Ok(()), |until| row(&program.nodes, until.index(), "node", part).map(|_| ()))
        }
    }
}

fn decision(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    decision: &Decision,
    inside: Setting,
) -> Checked {
    ensure(decision.options.len() >= 2, part, "is a decision with fewer than two options")?;
    at_most(part, "options", decision.options.len(), limits::CHOICES)?;
    for option in &decision.options {
        text::name(part, &option.name)?;
        text::line(part, &option.label)?;
        option.short.iter().try_for_each(|short| text::line(part, short))?;
        code.maybe_used(part, option.when, inside, Wants::Bool)?;
        ensure(
            (1..=limits::VOTES).contains(&option.needs),
            part,
            "has an option that needs too few or too many people",
        )?;
        if let Some(redo) = &option.redo {
            self::redo(program, part, redo)?;
            ensure(redo.otherwise.is_none(), part, "has an option with `redo … otherwise`")?;
        }
    }
    let Some(late) = decision.if_late else { return Ok(()) };
    let late = row(&decision.options, usize::from(late), "option", part)?;
    ensure(
        late.when.is_none() && late.redo.is_none(),
        part,
        "chooses an option by lateness that may not be open",
    )
}

fn redo(program: &Program, part: Part, redo: &Redo) -> Checked {
    let to = row(&program.nodes, redo.to.index(), "node", part)?;
    ensure(!matches!(to.kind, NodeKind::Outcome(_)), part, "returns to an outcome")?;
    ensure(
        (1..=limits::REDO_ROUNDS).contains(&redo.at_most),
        part,
        "has a `redo` with too few or too many rounds",
    )?;
    redo.otherwise.map_or(Ok(()), |outcome| is_outcome(program, part, outcome))
}

/// The node is there and is an outcome.
pub(super) fn is_outcome(program: &Program, part: Part, outcome: NodeId) -> Checked {
    let node = row(&program.nodes, outcome.index(), "node", part)?;
    ensure(matches!(node.kind, NodeKind::Outcome(_)), part, "names an outcome that is none")
}

fn event(program: &Program, part: Part, system: SystemId, event: u16) -> Checked<&[crate::value::Field]> {
    let system = row(&program.systems, system.index(), "system", part)?;
    row(&system.events, usize::from(event), "event", part).map(|event| event.fields.as_slice())
}

/// Named values handed to another workflow or system.
pub(super) fn arguments(
    code: &mut Pieces<'_>,
    part: Part,
    arguments: &[(String, CodeId)],
    inside: Setting,
) -> Checked {
    at_most(part, "values handed over", arguments.len(), limits::FIELDS)?;
    for (name, value) in arguments {
        text::line(part, name)?;
        code.used(part, *value, inside, Wants::Any)?;
    }
    Ok(())
}
