//! Code read back as the expression it came from.
//!
//! The stack is run with texts instead of values; parentheses are written only where an operator binds less than its
//! surroundings. Invariant: total over any code, verified or not: what is missing on the stack shows as `?`.

use super::{Shown, words};
use crate::node::NodeKind;
use crate::op::{Context, Op};
use crate::plan::{CodeId, FieldIndex, NodeId, Program, SystemId};
use std::collections::HashMap;

/// What pieces that read a copy or an event are about.
#[derive(Default)]
pub(super) struct Settings {
    copies: HashMap<CodeId, NodeId>,
    events: HashMap<CodeId, (SystemId, u16)>,
}

/// Finds them by looking at who uses the pieces.
pub(super) fn settings(program: &Program) -> Settings {
    let mut settings = Settings::default();
    for op in program.code.iter().flat_map(|code| &code.ops) {
        if let Op::AnyWhere(node, code) | Op::EveryWhere(node, code) | Op::CountWhere(node, code) = op {
            settings.copies.insert(*code, *node);
        }
    }
    for start in &program.starts_on {
        let pieces = start.condition.into_iter().chain(start.with.iter().map(|(_, code)| *code));
        settings.events.extend(pieces.map(|code| (code, (start.system, start.event))));
    }
    for node in &program.nodes {
        if let NodeKind::Wait(wait) = &node.kind {
            settings.events.extend(wait.condition.map(|code| (code, (wait.system, wait.event))));
        }
    }
    settings
}

/// An expression on the stack of texts.
struct Part {
    /// As it stands in an expression.
    written: String,
    /// As it stands between the quotation marks of a text.
    in_text: String,
    /// How tightly its operator binds.
    binds: u8,
}

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const NAME: u8 = 7;

impl Part {
    fn new(written: impl Into<String>, binds: u8) -> Self {
        let written = written.into();
        Self { in_text: format!("{{{written}}}"), written, binds }
    }

    fn text(in_text: String) -> Self {
        Self { written: format!("\"{in_text}\""), in_text, binds: NAME }
    }

    /// In parentheses, if its operator binds less tightly than what is around it.
    fn within(&self, binds: u8) -> String {
        if self.binds < binds { format!("({})", self.written) } else { self.written.clone() }
    }
}

impl Shown<'_> {
    /// The expression of a piece.
    pub(super) fn expression(&self, id: CodeId) -> String {
        let mut stack: Vec<Part> = Vec::new();
        for op in self.program.code.get(id.index()).map_or(&[][..], |code| &code.ops) {
            let below = stack.len().saturating_sub(op.pops());
            let taken = stack.split_off(below);
            stack.push(self.part(id, *op, &taken));
        }
        stack.pop().map_or_else(|| "?".to_owned(), |part| part.written)
    }

    fn part(&self, id: CodeId, op: Op, taken: &[Part]) -> Part {
        let one = |binds| taken.first().map_or_else(|| "?".to_owned(), |part| part.within(binds));
        let two = |sign: &str, binds: u8| {
            let right = taken.get(1).map_or_else(|| "?".to_owned(), |part| part.within(binds + 1));
            Part::new(format!("{} {sign} {right}", one(binds)), binds)
        };
        match op {
            Op::And => two("and", AND),
            Op::Or => two("or", OR),
            Op::Equal => two("is", COMPARISON),
            Op::NotEqual => two("is not", COMPARISON),
            Op::Less => two("<", COMPARISON),
            Op::LessOrEqual => two("<=", COMPARISON),
            Op::Greater => two(">", COMPARISON),
            Op::GreaterOrEqual => two(">=", COMPARISON),
            Op::Add | Op::After => two("+", SUM),
            Op::Subtract | Op::Before => two("-", SUM),
            Op::Multiply => two("*", PRODUCT),
            Op::Divide => two("/", PRODUCT),
            Op::Not => Part::new(format!("not {}", one(NOT)), NOT),
            Op::IsMissing => Part::new(format!("{} is missing", one(SUM)), COMPARISON),
            Op::OneOf(_) => {
                let among: Vec<String> = taken.iter().skip(1).map(|part| part.within(SUM)).collect();
                Part::new(format!("{} is one of {}", one(SUM), among.join(", ")), COMPARISON)
            }
            Op::EndOfDay => Part::new(format!("end of {}", one(NAME)), SUM),
            Op::StartOfDay => Part::new(format!("start of {}", one(NAME)), SUM),
            Op::RoundMoney => Part::new(one(OR), taken.first().map_or(NAME, |part| part.binds)),
            Op::Field(field) => Part::new(format!("{}.{}", one(NAME), self.record_field(field)), NAME),
            Op::Show => Part::text(taken.first().map_or_else(String::new, |part| part.in_text.clone())),
            Op::Concat(_) => Part::text(taken.iter().map(|part| part.in_text.as_str()).collect()),
            _ => self.leaf(id, op),
        }
    }

    /// What only pushes.
    fn leaf(&self, id: CodeId, op: Op) -> Part {
        let inner = |code: CodeId| if code < id { self.expression(code) } else { "?".to_owned() };
        match op {
            Op::Constant(at) => match self.program.constants.get(at.index()) {
                Some(crate::value::Constant::Text(text)) => Part::text(words::escaped(text)),
                Some(constant) => Part::new(self.constant(constant), NAME),
                None => Part::new("?", NAME),
            },
            Op::Missing => Part::new("missing", NAME),
            Op::Input(field) => Part::new(self.input(field), NAME),
            Op::Form(node, field) => {
                Part::new(format!("{}.{}", self.node(node), self.form_field(node, field)), NAME)
            }
            Op::Event(field) => Part::new(format!("event.{}", self.event_field(id, field)), NAME),
            Op::Element => Part::new(self.element(), NAME),
            Op::Copy(field) => {
                let node = self.settings.copies.get(&id);
                Part::new(node.map_or_else(|| "?".to_owned(), |node| self.form_field(*node, field)), NAME)
            }
            Op::Context(context) => Part::new(context_name(context), NAME),
            Op::AnyWhere(node, code) => {
                Part::new(format!("any {} where {}", self.node(node), inner(code)), NOT)
            }
            Op::EveryWhere(node, code) => {
                Part::new(format!("every {} where {}", self.node(node), inner(code)), NOT)
            }
            Op::CountWhere(node, code) => {
                Part::new(format!("count of {} where {}", self.node(node), inner(code)), COMPARISON)
            }
            Op::TotalOf(node, field) => {
                Part::new(format!("total of {}.{}", self.node(node), self.form_field(node, field)), NAME)
            }
            _ => Part::new("?", NAME),
        }
    }

    /// The variable of `for each`, where all nodes call it the same.
    fn element(&self) -> &str {
        let mut names =
            self.program.nodes.iter().filter_map(|node| node.for_each.as_ref()).map(|each| &*each.variable);
        let first = names.next().unwrap_or("element");
        if names.all(|name| name == first) { first } else { "element" }
    }

    /// The name of an event's field, where it is known which event a piece is about.
    pub(super) fn event_field(&self, id: CodeId, field: FieldIndex) -> String {
        let event = self.settings.events.get(&id).and_then(|(system, event)| {
            self.program.systems.get(system.index())?.events.get(usize::from(*event))
        });
        event.map_or_else(|| "?".to_owned(), |event| words::field_name(&event.fields, field))
    }

    /// The name of a record's field. Records are told apart by type only, so the position is shown where several
    /// records have differently named fields there.
    pub(super) fn record_field(&self, field: FieldIndex) -> String {
        let mut names = self.program.records.iter().filter_map(|record| record.fields.get(field.index()));
        match (names.next(), names.next()) {
            (Some(only), None) => only.name.clone(),
            _ => format!("field {}", field.index() + 1),
        }
    }
}

/// As the language writes it.
pub(super) fn context_name(context: Context) -> &'static str {
    match context {
        Context::Step => "step",
        Context::Workflow => "workflow",
        Context::Title => "title",
        Context::Reference => "reference",
        Context::Number => "number",
        Context::Owner => "owner",
        Context::ProcessOwner => "process_owner",
        Context::Starter => "starter",
        Context::Deadline => "deadline",
        Context::Started => "started",
        Context::BlockReason => "block_reason",
        Context::WaitingOn => "waiting_on",
        Context::Level => "level",
        Context::Round => "round",
    }
}
