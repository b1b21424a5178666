//! Instructions: straight-line stack code without jumps, loops or calls into the world.
//!
//! Conditions are three-valued: an operation on [`Value::Missing`](crate::Value) yields missing, `and`/`or` look at
//! their left side first (a decided left side hides the right one, a missing left side makes all missing), and
//! a condition that ends missing is false. So "stop early" needs no jump.
//! Invariant: running a verified piece of code never underflows the stack and ends with exactly one value on it.

use crate::plan::{CodeId, ConstantId, FieldIndex, NodeId};
use serde::{Deserialize, Serialize};

mod table;

pub use table::{Gives, Operand, Row, Takes, row};

/// A piece of code that leaves one value.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Code {
    /// Executed from first to last.
    pub ops: Vec<Op>,
}

/// One instruction. `a b -> c` in the comments: pops b then a, pushes c.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Op {
    /// `-> constant`.
    Constant(ConstantId),
    /// `-> missing`.
    Missing,
    /// `-> value` of an input.
    Input(FieldIndex),
    /// `-> value` of a form field (of a wait: of the event that arrived).
    Form(NodeId, FieldIndex),
    /// `-> value` of the field of the event under test (`where`, `starts on … with`).
    Event(FieldIndex),
    /// `-> value` of `for each`'s variable in this copy.
    Element,
    /// `-> value` of a form field of the copy an aggregate looks at.
    Copy(FieldIndex),
    /// `-> value` a text or condition may name without declaring it.
    Context(Context),
    /// `record -> value` of a field.
    Field(FieldIndex),
    /// `a -> not a`.
    Not,
    /// `a b -> a and b`; false if a is false; missing if a is.
    And,
    /// `a b -> a or b`; true if a is true; missing if a is.
    Or,
    /// `a -> bool`: never missing itself.
    IsMissing,
    /// `a b -> a is b`.
    Equal,
    /// `a b -> a is not b`.
    NotEqual,
    /// `a b -> a < b`.
    Less,
    /// `a b -> a <= b`.
    LessOrEqual,
    /// `a b -> a > b`.
    Greater,
    /// `a b -> a >= b`.
    GreaterOrEqual,
    /// `a x1 … xN -> a is one of them`.
    OneOf(u16),
    /// `a b -> a + b`: numbers, money of one currency.
    Add,
    /// `a b -> a - b`.
    Subtract,
    /// `a b -> a * b`: at most one of them money.
    Multiply,
    /// `a b -> a / b`: by a number, or money by money of the same currency; by zero: missing.
    Divide,
    /// `money -> money` rounded half up to the currency's minor unit: once, at an expression's end.
    RoundMoney,
    /// `moment duration -> moment`, in the workflow's calendar. A date moved by a constant number of days, weeks,
    /// months or years stays a date; by another constant it counts from its start. A date is never moved by a
    /// duration that is no constant (the compiler makes it a moment first).
    After,
    /// `moment duration -> moment`: backwards.
    Before,
    /// `date -> moment` at which the date ends, in the workflow's calendar.
    EndOfDay,
    /// `date -> moment` at which the date begins, in the workflow's calendar.
    StartOfDay,
    /// `a -> text` as a person reads it, in the reader's language; missing reads "(missing)".
    Show,
    /// `t1 … tN -> text`.
    Concat(u16),
    /// `-> bool`: the condition holds for at least one completed copy of a `for each`.
    AnyWhere(NodeId, CodeId),
    /// `-> bool`: for every completed copy.
    EveryWhere(NodeId, CodeId),
    /// `-> number` of completed copies for which it holds.
    CountWhere(NodeId, CodeId),
    /// `-> number or money`: the sum of a field over completed copies; missing values are left out.
    TotalOf(NodeId, FieldIndex),
}

/// What texts and conditions may name without declaring it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Context {
    /// `step`: the label of the node.
    Step,
    /// `workflow`: the label of the workflow.
    Workflow,
    /// `title` of the instance.
    Title,
    /// `reference` of the instance.
    Reference,
    /// `number` of the instance.
    Number,
    /// `owner` of the node, as people call them.
    Owner,
    /// `process_owner`.
    ProcessOwner,
    /// `starter`.
    Starter,
    /// `deadline` of the node; "paused" while its clock stands.
    Deadline,
    /// `started`: when the node started.
    Started,
    /// `block_reason`.
    BlockReason,
    /// `waiting_on`.
    WaitingOn,
    /// `level` of the ladder.
    Level,
    /// `round` of redo, from 1.
    Round,
}
