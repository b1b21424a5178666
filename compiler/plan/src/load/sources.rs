//! The source map and the doc texts: as long as what they describe, and every place in range.
//!
//! Invariant: a place that passes names a line the plan carries, and a column on it (or nothing at all).

use super::{Checked, at_most, ensure, row, text};
use crate::error::{Fault, Part};
use crate::limits;
use crate::plan::Program;
use crate::source::{Docs, SourceFile, SourceMap, SourcePlace};

/// Columns of each line that a file's map holds.
type Columns = Vec<(u32, usize)>;

/// Checks both.
pub(super) fn check(program: &Program, sources: &SourceMap, docs: &Docs) -> Checked {
    let part = Part::Sources;
    at_most(part, "files", sources.files.len(), limits::FILES)?;
    let files: Vec<Columns> = sources.files.iter().map(columns).collect::<Checked<_>>()?;
    for (what, count, expected) in [
        ("nodes", sources.nodes.len(), program.nodes.len()),
        ("joins", sources.joins.len(), program.joins.len()),
        ("reminders", sources.reminders.len(), program.reminders.len()),
        ("escalations", sources.ladders.len(), program.ladders.len()),
        ("roles", sources.roles.len(), program.roles.len()),
        ("pieces of code", sources.code.len(), program.code.len()),
    ] {
        same_length(part, what, count, expected)?;
    }
    for (places, code) in sources.code.iter().zip(&program.code) {
        same_length(part, "instructions", places.len(), code.ops.len())?;
    }
    for (places, ladder) in sources.ladders.iter().zip(&program.ladders) {
        same_length(part, "levels", places.len(), ladder.levels.len() + 1)?;
    }
    let tables = [&sources.nodes, &sources.joins, &sources.reminders, &sources.roles];
    let nested = sources.ladders.iter().chain(&sources.code);
    let mut places = tables.into_iter().chain(nested).flatten().chain([&sources.workflow]);
    places.try_for_each(|place| in_range(&files, *place))?;
    same_length(Part::Docs, "nodes", docs.nodes.len(), program.nodes.len())?;
    text::text(Part::Docs, &docs.workflow)?;
    docs.nodes.iter().try_for_each(|doc| text::text(Part::Docs, doc))
}

fn same_length(part: Part, what: &str, count: usize, expected: usize) -> Checked {
    if count == expected {
        return Ok(());
    }
    Err(Fault::new(part, format!("speaks of {count} {what} where the program has {expected}")))
}

fn columns(file: &SourceFile) -> Checked<Columns> {
    let part = Part::Sources;
    text::line(part, &file.path)?;
    let mut steps = file.path.split('/');
    let relative =
        steps.all(|step| !step.is_empty() && step != "." && step != "..") && !file.path.contains('\\');
    ensure(relative, part, "names a file by a path that is not relative to the project")?;
    ensure(
        file.lines.is_sorted_by(|(before, _), (after, _)| before < after),
        part,
        "has lines out of order",
    )?;
    file.lines
        .iter()
        .map(|(number, words)| {
            text::text(part, words)?;
            ensure(*number > 0, part, "has a line 0")?;
            Ok((*number, words.chars().count()))
        })
        .collect()
}

fn in_range(files: &[Columns], place: SourcePlace) -> Checked {
    if place == SourcePlace::default() {
        return Ok(());
    }
    let lines = row(files, usize::from(place.file), "file", Part::Sources)?;
    let line =
        lines.binary_search_by_key(&place.line, |(number, _)| *number).ok().and_then(|at| lines.get(at));
    let column = usize::try_from(place.column).unwrap_or(usize::MAX);
    // One column after the last is where something that is missing would stand.
    let known = line.is_some_and(|(_, columns)| (1..=columns + 1).contains(&column));
    ensure(known, Part::Sources, "names a place that is not in its lines")
}
