//! The code itself: every piece with what it reads back as, and each instruction beside its source line.
//!
//! Names and stack effects come from the one table of instructions. Invariant: every instruction has its line here.

use super::page::Page;
use super::{Shown, expression};
use crate::op::{Op, row};
use crate::plan::CodeId;
use crate::source::SourcePlace;

/// Width of the column of instructions.
const INSTRUCTIONS: usize = 56;

/// All pieces.
pub(super) fn code(shown: &Shown<'_>, page: &mut Page) {
    page.heading("code", shown.program.code.len());
    for (id, piece) in (0..=u16::MAX).map(CodeId).zip(&shown.program.code) {
        page.item(&format!("code {} · {}", id.index(), shown.expression(id)), None);
        let places = shown.sources.code.get(id.index()).map_or(&[][..], Vec::as_slice);
        let mut last_line = None;
        for (at, op) in piece.ops.iter().enumerate() {
            let place = places.get(at).copied().unwrap_or_default();
            let line = (place.file, place.line);
            let source = shown.sources.line(place).filter(|_| last_line != Some(line));
            last_line = Some(line);
            let instruction = format!("{at:>3}  {:<12}{}", row(*op).name, operand(shown, id, *op));
            page.line(2, &beside(&instruction, place, source));
        }
    }
}

/// The instruction, and on its right the line it came from, where that is another one than before.
fn beside(instruction: &str, place: SourcePlace, source: Option<(String, &str)>) -> String {
    match source {
        Some((line, text)) => {
            format!("{instruction:<INSTRUCTIONS$} {line}:{} │ {}", place.column, text.trim())
        }
        None => instruction.to_owned(),
    }
}

/// What an instruction's operand names.
fn operand(shown: &Shown<'_>, id: CodeId, op: Op) -> String {
    match op {
        Op::Constant(at) => shown
            .program
            .constants
            .get(at.index())
            .map_or_else(|| "?".to_owned(), |value| shown.constant(value)),
        Op::Input(field) => shown.input(field),
        Op::Form(node, field) | Op::TotalOf(node, field) => {
            format!("{}.{}", shown.node(node), shown.form_field(node, field))
        }
        Op::Event(field) => shown.event_field(id, field),
        Op::Copy(field) => format!("field {}", field.index() + 1),
        Op::Field(field) => shown.record_field(field),
        Op::Context(context) => expression::context_name(context).to_owned(),
        Op::OneOf(count) | Op::Concat(count) => count.to_string(),
        Op::AnyWhere(node, code) | Op::EveryWhere(node, code) | Op::CountWhere(node, code) => {
            format!("{} code {}", shown.node(node), code.index())
        }
        _ => String::new(),
    }
}
