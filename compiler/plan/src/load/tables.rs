//! The tables that everything else refers to: types, constants, roles, channels, systems, calendars, and how
//! long each table may be.
//!
//! Invariant: after this check an index found in these tables points at a row, and records do not contain
//! themselves.

use super::{Checked, at_most, ensure, row, text};
use crate::error::{Fault, Part};
use crate::limits;
use crate::plan::{Program, RoleId};
use crate::value::{Constant, Currency, EnumType, Field, Scalar, Type};

/// Checks them all.
pub(super) fn check(program: &Program) -> Checked {
    lengths(program)?;
    program.enums.iter().try_for_each(enum_type)?;
    records(program)?;
    program.constants.iter().try_for_each(|value| constant(program, value))?;
    fields(program, Part::Workflow, &program.inputs)?;
    systems(program)?;
    program.channels.iter().try_for_each(|channel| {
        text::line(Part::Table("channels"), &channel.name)?;
        text::line(Part::Table("channels"), &channel.kind)
    })?;
    for calendar in &program.calendars {
        text::line(Part::Table("calendars"), &calendar.name)?;
        if let Some(problem) = calendar.problem() {
            return Err(Fault::new(Part::Table("calendars"), format!("`{}`: {problem}", calendar.name)));
        }
    }
    (0..=u16::MAX).map(RoleId).take(program.roles.len()).try_for_each(|id| role(program, id))
}

fn lengths(program: &Program) -> Checked {
    for (what, count, limit) in [
        ("enums", program.enums.len(), limits::ENUMS),
        ("records", program.records.len(), limits::RECORDS),
        ("roles", program.roles.len(), limits::ROLES),
        ("channels", program.channels.len(), limits::CHANNELS),
        ("systems", program.systems.len(), limits::SYSTEMS),
        ("calendars", program.calendars.len(), limits::CALENDARS),
        ("nodes", program.nodes.len(), limits::NODES),
        ("joins", program.joins.len(), limits::JOINS),
        ("reminders", program.reminders.len(), limits::REMINDERS),
        ("escalations", program.ladders.len(), limits::LADDERS),
        ("constants", program.constants.len(), limits::CONSTANTS),
        ("pieces of code", program.code.len(), limits::CODE),
        ("policies", program.policies.len(), limits::POLICIES),
    ] {
        at_most(Part::Workflow, what, count, limit)?;
    }
    Ok(())
}

fn enum_type(kind: &EnumType) -> Checked {
    let part = Part::Table("enums");
    text::name(part, &kind.name)?;
    at_most(part, "values in one enum", kind.values.len(), limits::ENUM_VALUES)?;
    kind.values.iter().try_for_each(|value| text::name(part, value))
}

/// Records stand in an order in which each holds only earlier ones, so one pass knows how deep each is.
fn records(program: &Program) -> Checked {
    let part = Part::Table("records");
    let mut depths: Vec<usize> = Vec::with_capacity(program.records.len());
    for record in &program.records {
        text::name(part, &record.name)?;
        fields(program, part, &record.fields)?;
        let mut depth = 1;
        for field in &record.fields {
            if let Scalar::Record(inner) = field.kind.of {
                let inner = depths.get(inner.index());
                let inner = inner.ok_or_else(|| {
                    Fault::new(part, format!("`{}` holds itself or a record after it", record.name))
                })?;
                depth = depth.max(inner + 1);
            }
        }
        at_most(part, "records inside each other", depth, limits::RECORD_DEPTH)?;
        depths.push(depth);
    }
    Ok(())
}

fn constant(program: &Program, value: &Constant) -> Checked {
    let part = Part::Table("constants");
    match value {
        Constant::Bool(_) | Constant::Number(_) | Constant::Moment(_) => Ok(()),
        Constant::Money(_, currency) => currency_code(part, *currency),
        Constant::Text(words) => text::text(part, words),
        Constant::Date(date) => ensure(date.in_range(), part, "a date is outside the years 1 to 9999"),
        Constant::Duration(length) => text::duration(part, *length),
        Constant::Enum(id, value) => {
            let kind = row(&program.enums, id.index(), "enum", part)?;
            row(&kind.values, usize::from(*value), "value of an enum", part).map(|_| ())
        }
    }
}

fn currency_code(part: Part, Currency(code): Currency) -> Checked {
    ensure(
        code.iter().all(u8::is_ascii_uppercase),
        part,
        "names a currency that is not three capital letters",
    )
}

/// Fields of one owner: unique names, types that exist, systems that exist.
pub(super) fn fields(program: &Program, part: Part, fields: &[Field]) -> Checked {
    at_most(part, "fields in one place", fields.len(), limits::FIELDS)?;
    let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    names.sort_unstable();
    ensure(names.is_sorted_by(|before, after| before < after), part, "has two fields of one name")?;
    for field in fields {
        text::name(part, &field.name)?;
        type_exists(program, part, field.kind)?;
        if let Some(system) = field.key_of {
            row(&program.systems, system.index(), "system", part)?;
        }
        if let Some((system, source)) = field.from {
            let system = row(&program.systems, system.index(), "system", part)?;
            let source = row(&system.fields, usize::from(source), "field of a system", part)?;
            ensure(source.kind == field.kind, part, "reads a field of a system that has another type")?;
        }
    }
    Ok(())
}

/// An enum, record or currency that a type names is there.
pub(super) fn type_exists(program: &Program, part: Part, kind: Type) -> Checked {
    match kind.of {
        Scalar::Enum(id) => row(&program.enums, id.index(), "enum", part).map(|_| ()),
        Scalar::Record(id) => row(&program.records, id.index(), "record", part).map(|_| ()),
        Scalar::Money(currency) => currency_code(part, currency),
        _ => Ok(()),
    }
}

fn systems(program: &Program) -> Checked {
    let part = Part::Table("systems");
    for system in &program.systems {
        text::name(part, &system.name)?;
        text::line(part, &system.kind)?;
        fields(program, part, &system.fields)?;
        at_most(part, "events of one system", system.events.len(), limits::EVENTS)?;
        for event in &system.events {
            text::line(part, &event.name)?;
            fields(program, part, &event.fields)?;
        }
        if let Some(key) = system.key {
            row(&program.inputs, key.index(), "input", part)?;
        }
    }
    Ok(())
}

fn role(program: &Program, id: RoleId) -> Checked {
    let part = Part::Role(id);
    let role = row(&program.roles, id.index(), "role", part)?;
    text::name(part, &role.name)?;
    text::line(part, &role.label)?;
    at_most(part, "people", role.people.len(), limits::PEOPLE)?;
    role.people.iter().try_for_each(|person| text::line(part, person))?;
    at_most(part, "ways to be reached", role.reach.len(), limits::ENTRIES)?;
    for reach in &role.reach {
        row(&program.channels, reach.channel.index(), "channel", part)?;
    }
    if let Some(deputy) = role.deputy {
        row(&program.roles, deputy.index(), "role", part)?;
    }
    if let Some(calendar) = role.calendar {
        row(&program.calendars, calendar.index(), "calendar", part)?;
    }
    role.speaks.iter().try_for_each(|language| text::line(part, language))?;
    match role.quiet.as_ref().and_then(crate::calendar::QuietHours::problem) {
        Some(problem) => Err(Fault::new(part, problem)),
        None => Ok(()),
    }
}
