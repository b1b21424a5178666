//! Abstract interpretation of every piece of code: heights and types of the stack, and whether what a piece leaves
//! is what the place that uses it needs.
//!
//! Each piece is walked once, in the setting of its first use. A piece whose meaning depends on its setting (it reads
//! the element, the event or the copy at hand) may be shared only between places of one setting.
//! Invariant: a piece that passes never underflows, leaves one value, and refers only to pieces before it.

use super::{Checked, at_most, ensure, row};
use crate::error::{Fault, Part};
use crate::limits;
use crate::op::{Context, Gives, Op, Takes};
use crate::plan::{CodeId, FieldIndex, NodeId, Program, SystemId};
use crate::value::{Scalar, Type};
use slot::{Slot, context_type, is_money, scalar, stays_date};

mod slot;

pub(super) use slot::Wants;

/// What surrounds a use of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Setting {
    /// Type of the element, inside a node with `for each`.
    pub(super) element: Option<Type>,
    /// The event under test.
    pub(super) event: Option<(SystemId, u16)>,
    /// The node whose copies an aggregate looks at.
    pub(super) copy: Option<NodeId>,
}

/// Which parts of its setting, and which texts of the workflow, a piece reads.
#[derive(Clone, Copy, Debug, Default)]
struct Reads {
    element: bool,
    event: bool,
    copy: bool,
    aggregate: bool,
    title: bool,
    reference: bool,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    setting: Setting,
    reads: Reads,
    leaves: Slot,
}

/// All pieces of a program and what is known of them.
pub(super) struct Pieces<'a> {
    program: &'a Program,
    known: Vec<Option<Piece>>,
    /// Whether a piece used since this was last forgotten reads the element at hand.
    element_read: bool,
}

impl<'a> Pieces<'a> {
    /// Nothing known yet.
    pub(super) fn new(program: &'a Program) -> Checked<Self> {
        for (id, piece) in (0..=u16::MAX).zip(&program.code) {
            at_most(Part::Code(CodeId(id), None), "instructions", piece.ops.len(), limits::OPS)?;
        }
        Ok(Self { program, known: vec![None; program.code.len()], element_read: false })
    }

    /// Checks one use of a piece by `part`.
    pub(super) fn used(&mut self, part: Part, id: CodeId, setting: Setting, wants: Wants) -> Checked {
        let piece = self.piece(part, id, setting)?;
        ensure(piece.leaves.is(wants), part, "uses a piece of code that leaves a value of another type")
    }

    /// Begins to watch whether pieces read the element.
    pub(super) fn forget_element(&mut self) {
        self.element_read = false;
    }

    /// Whether a piece used since then does.
    pub(super) fn has_read_element(&self) -> bool {
        self.element_read
    }

    /// As [`Self::used`], for a piece that may be absent.
    pub(super) fn maybe_used(
        &mut self,
        part: Part,
        id: Option<CodeId>,
        setting: Setting,
        wants: Wants,
    ) -> Checked {
        id.map_or(Ok(()), |id| self.used(part, id, setting, wants))
    }

    /// The title does not read itself, nor the reference itself or the title: showing one would never end.
    pub(super) fn check_title_and_reference(&self) -> Checked {
        let reads = |id: Option<CodeId>| {
            let piece = id.and_then(|id| self.known.get(id.index()).copied().flatten());
            piece.map(|piece| piece.reads).unwrap_or_default()
        };
        let (title, reference) = (reads(self.program.title), reads(self.program.reference));
        ensure(!title.title, Part::Workflow, "has a title that needs itself")?;
        ensure(!reference.title && !reference.reference, Part::Workflow, "has a reference that needs itself")
    }

    /// Dead code has no place in a plan that auditors read.
    pub(super) fn check_all_used(&self) -> Checked {
        let unused = (0..=u16::MAX).zip(&self.known).find(|(_, piece)| piece.is_none());
        unused.map_or(Ok(()), |(id, _)| Err(Fault::new(Part::Code(CodeId(id), None), "is used by nothing")))
    }

    fn piece(&mut self, part: Part, id: CodeId, setting: Setting) -> Checked<Piece> {
        let known = row(&self.known, id.index(), "piece of code", part)?;
        let piece = match known {
            Some(piece) => *piece,
            None => self.walk(id, setting)?,
        };
        let same = (!piece.reads.element || piece.setting.element == setting.element)
            && (!piece.reads.event || piece.setting.event == setting.event)
            && (!piece.reads.copy || piece.setting.copy == setting.copy);
        ensure(same, part, "shares a piece of code with a place where it means something else")?;
        self.element_read |= piece.reads.element;
        if let Some(slot) = self.known.get_mut(id.index()) {
            *slot = Some(piece);
        }
        Ok(piece)
    }

    fn walk(&mut self, id: CodeId, setting: Setting) -> Checked<Piece> {
        let program = self.program;
        let code = row(&program.code, id.index(), "piece of code", Part::Code(id, None))?;
        let mut walk = Walk { pieces: self, id, setting, stack: Vec::new(), reads: Reads::default() };
        for (at, op) in code.ops.iter().enumerate() {
            walk.step(*op).map_err(|fault| match fault.part {
                Part::Code(inner, None) if inner == id => Fault { part: Part::Code(id, Some(at)), ..fault },
                _ => fault,
            })?;
        }
        match walk.stack.as_slice() {
            [leaves] => Ok(Piece { setting, reads: walk.reads, leaves: *leaves }),
            _ => Err(Fault::new(Part::Code(id, None), "does not end with exactly one value")),
        }
    }
}

/// One piece being walked.
struct Walk<'p, 'a> {
    pieces: &'p mut Pieces<'a>,
    id: CodeId,
    setting: Setting,
    stack: Vec<Slot>,
    reads: Reads,
}

impl Walk<'_, '_> {
    fn part(&self) -> Part {
        Part::Code(self.id, None)
    }

    fn step(&mut self, op: Op) -> Checked {
        let row = crate::op::row(op);
        let Some(below) = self.stack.len().checked_sub(op.pops()) else {
            return Err(self.fault(op, "finds too few values"));
        };
        let taken = self.stack.split_off(below);
        self.takes(op, row.takes, &taken)?;
        let operand = self.operand(op, taken.first())?;
        let gives = self.gives(op, row.gives, &taken, operand)?;
        self.stack.push(gives);
        at_most(self.part(), "values at once", self.stack.len(), limits::STACK)
    }

    fn fault(&self, op: Op, what: &str) -> Fault {
        Fault::new(self.part(), format!("`{}` {what}", crate::op::row(op).name))
    }

    /// Holds the values taken against the row. The last entry takes all that are left.
    fn takes(&self, op: Op, takes: &[Takes], taken: &[Slot]) -> Checked {
        let first = taken.first().copied().unwrap_or(Slot::MISSING);
        let last = takes.last().copied().unwrap_or(Takes::Any);
        let expected = takes.iter().copied().chain(std::iter::repeat(last));
        let wrong = expected.zip(taken).any(|(takes, slot)| !slot.can_be(takes, first));
        if wrong { Err(self.fault(op, "finds values of the wrong type")) } else { Ok(()) }
    }

    /// Looks up what the operand names, and gives its type; `None` for a field of a missing record.
    fn operand(&mut self, op: Op, top: Option<&Slot>) -> Checked<Slot> {
        let (program, part) = (self.pieces.program, self.part());
        let field = |fields: &[crate::value::Field], index: FieldIndex| {
            row(fields, index.index(), "field", part).map(|field| Slot::of(field.kind))
        };
        match op {
            Op::Constant(id) => row(&program.constants, id.index(), "constant", part).map(Slot::of_constant),
            Op::Input(index) => field(&program.inputs, index),
            Op::Form(node, index) => field(&row(&program.nodes, node.index(), "node", part)?.form, index),
            Op::TotalOf(node, index) => {
                self.reads.aggregate = true;
                let total = field(&copies(program, node, part)?.form, index)?;
                ensure(total.can_be(Takes::Amount, total), part, "adds up a field that is no number")?;
                Ok(total)
            }
            Op::Event(index) => {
                self.reads.event = true;
                field(event_fields(program, self.setting.event, part)?, index)
            }
            Op::Copy(index) => {
                self.reads.copy = true;
                let node =
                    self.setting.copy.ok_or_else(|| Fault::new(part, "reads a copy where there is none"))?;
                field(&row(&program.nodes, node.index(), "node", part)?.form, index)
            }
            Op::Element => {
                self.reads.element = true;
                let element = self.setting.element;
                element.map(Slot::of).ok_or_else(|| Fault::new(part, "reads an element where there is none"))
            }
            Op::Context(context) => {
                self.reads.title |= context == Context::Title;
                self.reads.reference |= context == Context::Reference;
                Ok(Slot::of(scalar(context_type(context))))
            }
            Op::Field(index) => match top.and_then(|slot| slot.kind) {
                Some(Type { of: Scalar::Record(record), list: false }) => {
                    field(&row(&program.records, record.index(), "record", part)?.fields, index)
                }
                _ => Ok(Slot::MISSING),
            },
            Op::AnyWhere(node, code) | Op::EveryWhere(node, code) | Op::CountWhere(node, code) => {
                self.aggregate(node, code).map(|()| Slot::MISSING)
            }
            _ => Ok(Slot::MISSING),
        }
    }

    /// The condition of an aggregate: an earlier piece, a bool, without an aggregate of its own (which would make
    /// the work grow with the product of the copies).
    fn aggregate(&mut self, node: NodeId, code: CodeId) -> Checked {
        let part = self.part();
        copies(self.pieces.program, node, part)?;
        ensure(code < self.id, part, "refers to code that does not stand before it")?;
        let inner = self.pieces.piece(part, code, Setting { copy: Some(node), ..self.setting })?;
        ensure(inner.leaves.is(Wants::Bool), part, "asks copies for something that is no condition")?;
        ensure(!inner.reads.aggregate, part, "asks every copy about every other copy")?;
        self.reads.aggregate = true;
        self.reads.element |= inner.reads.element;
        self.reads.event |= inner.reads.event;
        self.reads.title |= inner.reads.title;
        self.reads.reference |= inner.reads.reference;
        Ok(())
    }

    fn gives(&self, op: Op, gives: Gives, taken: &[Slot], operand: Slot) -> Checked<Slot> {
        let kind = |at: usize| taken.get(at).and_then(|slot| slot.kind);
        let (first, second) = (kind(0), kind(1));
        let of = |of: Scalar| Slot::of(scalar(of));
        Ok(match gives {
            Gives::Missing => Slot::MISSING,
            Gives::OfOperand => operand,
            Gives::Bool => of(Scalar::Bool),
            Gives::Number => of(Scalar::Number),
            Gives::Text => of(Scalar::Text),
            Gives::Moment => of(Scalar::Moment),
            Gives::OfFirst => Slot { kind: first.or(second), unit: None },
            Gives::Product => match (is_money(first), is_money(second)) {
                (true, true) => return Err(self.fault(op, "multiplies money with money")),
                (_, true) => Slot { kind: second, unit: None },
                (..) => Slot { kind: first, unit: None },
            },
            Gives::Quotient => match (is_money(first), is_money(second)) {
                (true, true) if first == second => of(Scalar::Number),
                (_, true) => return Err(self.fault(op, "divides by money of another kind")),
                (..) => Slot { kind: first, unit: None },
            },
            Gives::Shifted => match (first.map(|kind| kind.of), taken.get(1).and_then(|slot| slot.unit)) {
                (Some(Scalar::Date), Some(unit)) if stays_date(unit) => of(Scalar::Date),
                (Some(Scalar::Date), None) if second.is_some() => {
                    return Err(self.fault(op, "moves a date by a duration that is no constant"));
                }
                (..) => of(Scalar::Moment),
            },
        })
    }
}

/// A node whose copies can be asked.
fn copies(program: &Program, node: NodeId, part: Part) -> Checked<&crate::node::Node> {
    let node = row(&program.nodes, node.index(), "node", part)?;
    ensure(node.for_each.is_some(), part, "asks for copies of a node that has none")?;
    Ok(node)
}

fn event_fields(
    program: &Program,
    event: Option<(SystemId, u16)>,
    part: Part,
) -> Checked<&[crate::value::Field]> {
    let (system, event) = event.ok_or_else(|| Fault::new(part, "reads an event where there is none"))?;
    let system = row(&program.systems, system.index(), "system", part)?;
    row(&system.events, usize::from(event), "event", part).map(|event| event.fields.as_slice())
}
