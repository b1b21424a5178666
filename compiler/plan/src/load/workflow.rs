//! The workflow's own clauses: starts, deadline, summaries, people, policies.
//!
//! Invariant: everything a start may fill in is an input, with a value of its type.

use super::code::{Pieces, Setting, Wants};
use super::{Checked, at_most, ensure, nodes, row, text};
use crate::error::Part;
use crate::limits;
use crate::plan::{CodeId, FieldIndex, Program, RoleId};
use crate::time::DAY_MINUTES;

/// Checks them all.
pub(super) fn check(program: &Program, code: &mut Pieces<'_>) -> Checked {
    let part = Part::Workflow;
    text::name(part, &program.workflow)?;
    text::line(part, &program.label)?;
    text::lines(part, "tags", program.tags.iter().map(String::as_str))?;
    code.maybe_used(part, program.title, Setting::default(), Wants::Text)?;
    code.maybe_used(part, program.reference, Setting::default(), Wants::Text)?;
    code.check_title_and_reference()?;
    row(&program.calendars, program.calendar.index(), "calendar", part)?;
    if let Some(field) = program.one_per {
        row(&program.inputs, field.index(), "input", part)?;
    }
    roles(program, part, &program.starts_by)?;
    roles(program, part, &program.seen_by)?;
    roles(program, part, program.process_owner.as_slice())?;
    nodes::deadlines(program, code, part, &program.deadlines, Setting::default())?;
    starts(program, code)?;
    summaries(program, code)?;
    reach(program, code)?;
    agent_and_policies(program)
}

/// Roles that are named somewhere.
pub(super) fn roles(program: &Program, part: Part, roles: &[RoleId]) -> Checked {
    at_most(part, "roles in one place", roles.len(), limits::ENTRIES)?;
    roles.iter().try_for_each(|id| row(&program.roles, id.index(), "role", part).map(|_| ()))
}

fn starts(program: &Program, code: &mut Pieces<'_>) -> Checked {
    let part = Part::Workflow;
    at_most(part, "ways to start", program.starts_on.len(), limits::ENTRIES)?;
    at_most(part, "ways to start", program.starts_every.len(), limits::ENTRIES)?;
    for start in &program.starts_on {
        let system = row(&program.systems, start.system.index(), "system", part)?;
        row(&system.events, usize::from(start.event), "event", part)?;
        let setting = Setting { event: Some((start.system, start.event)), ..Setting::default() };
        code.maybe_used(part, start.condition, setting, Wants::Bool)?;
        inputs(program, code, &start.with, setting)?;
    }
    for start in &program.starts_every {
        ensure(start.every.amount > 0, part, "starts again after no time at all")?;
        text::duration(part, start.every)?;
        ensure(start.from.in_range(), part, "starts at a date outside the years 1 to 9999")?;
        inputs(program, code, &start.with, Setting::default())?;
    }
    Ok(())
}

fn inputs(
    program: &Program,
    code: &mut Pieces<'_>,
    with: &[(FieldIndex, CodeId)],
    setting: Setting,
) -> Checked {
    let part = Part::Workflow;
    at_most(part, "values given at a start", with.len(), limits::FIELDS)?;
    for (field, value) in with {
        let input = row(&program.inputs, field.index(), "input", part)?;
        code.used(part, *value, setting, Wants::Type(input.kind))?;
    }
    Ok(())
}

fn summaries(program: &Program, code: &mut Pieces<'_>) -> Checked {
    let part = Part::Workflow;
    at_most(part, "summaries", program.summaries.len(), limits::ENTRIES)?;
    for summary in &program.summaries {
        ensure(summary.minute < DAY_MINUTES, part, "has a summary at a minute outside the day")?;
        super::ladders::receivers(program, code, part, &summary.to, Setting::default())?;
        if let Some(channel) = summary.via {
            row(&program.channels, channel.index(), "channel", part)?;
        }
    }
    Ok(())
}

/// Addresses of roles are read from inputs.
fn reach(program: &Program, code: &mut Pieces<'_>) -> Checked {
    for (id, role) in (0..=u16::MAX).map(RoleId).zip(&program.roles) {
        for reach in &role.reach {
            code.maybe_used(Part::Role(id), reach.address, Setting::default(), Wants::Text)?;
        }
    }
    Ok(())
}

fn agent_and_policies(program: &Program) -> Checked {
    if let Some(agent) = &program.agent {
        text::lines(Part::Workflow, "topics", agent.topics.iter().map(String::as_str))?;
    }
    for policy in &program.policies {
        let part = Part::Table("policies");
        text::name(part, &policy.name)?;
        text::line(part, &policy.title)?;
        text::lines(part, "rules in one policy", policy.rules.iter().map(String::as_str))?;
    }
    Ok(())
}
