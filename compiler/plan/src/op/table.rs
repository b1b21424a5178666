//! The one table of instructions: name, operands, what they take from and leave on the stack, one sentence.
//!
//! The load-time verifier reads the stack effects from it, `wfc show` the names and operands, and readers the
//! sentences. Invariant: [`row`] is the only place that knows an instruction's effect; there is no second list.

use super::Op;

/// What one instruction is.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// How a disassembly writes it.
    pub name: &'static str,
    /// What its operands name, in order.
    pub operands: &'static [Operand],
    /// What it pops, the deepest first.
    pub takes: &'static [Takes],
    /// What it pushes.
    pub gives: Gives,
    /// What it does, in one sentence.
    pub sentence: &'static str,
}

/// What an operand of an instruction names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A row of the constant pool.
    Constant,
    /// An input of the workflow.
    Input,
    /// A node, and one of the fields of its form.
    FormField,
    /// A field of the event under test.
    EventField,
    /// A field of the copy an aggregate looks at.
    CopyField,
    /// A field of the record on top of the stack.
    RecordField,
    /// A name that needs no declaration.
    Context,
    /// How many values are popped.
    Count,
    /// A node with copies, and the condition looked at in each.
    Copies,
}

/// What an instruction expects in one place of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any value.
    Any,
    /// A value comparable with the first one taken.
    SameAsFirst,
    /// As many values as the operand says, each comparable with the first one taken.
    ManySameAsFirst,
    /// As many texts as the operand says.
    ManyTexts,
    /// A truth value.
    Bool,
    /// A number or an amount of money.
    Amount,
    /// An amount of money.
    Money,
    /// Something with an order: number, money, date, moment, duration.
    Ordered,
    /// A date.
    Date,
    /// A date or a moment.
    Time,
    /// A duration.
    Duration,
    /// A record.
    Record,
}

/// What an instruction leaves on the stack: always exactly one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// Nothing is known but that it is missing.
    Missing,
    /// The type of what the operand names.
    OfOperand,
    /// A truth value.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A moment.
    Moment,
    /// The type of the first value taken.
    OfFirst,
    /// Number by number gives number; a number and money give money.
    Product,
    /// By a number, the first one's type; money by money of its currency, a number.
    Quotient,
    /// A date moved by calendar days, weeks, months or years stays a date; everything else is a moment.
    Shifted,
}

/// Writes the rows as a table: one line of signature and one of words per instruction.
macro_rules! table {
    ($($pattern:pat => $name:literal $operands:tt $takes:tt -> $gives:ident $sentence:literal)*) => {
        /// The table's row of an instruction.
        #[must_use]
        pub fn row(op: Op) -> &'static Row {
            #[allow(unused_imports)] // each row names only what it needs
            use self::{Operand::*, Takes::*};
            match op {
                $($pattern => &Row {
                    name: $name, operands: &$operands, takes: &$takes, gives: Gives::$gives, sentence: $sentence,
                },)*
            }
        }
    };
}

table! {
    Op::Constant(_)       => "constant"  [Constant] [] -> OfOperand
        "pushes a constant of the pool"
    Op::Missing           => "missing"   [] [] -> Missing
        "pushes the missing value"
    Op::Input(_)          => "input"     [Input] [] -> OfOperand
        "pushes an input of the workflow"
    Op::Form(..)          => "form"      [FormField] [] -> OfOperand
        "pushes a form field of a node, or a field of the event that a wait took"
    Op::Event(_)          => "event"     [EventField] [] -> OfOperand
        "pushes a field of the event under test"
    Op::Element           => "element"   [] [] -> OfOperand
        "pushes the list element that this copy of a node is for"
    Op::Copy(_)           => "copy"      [CopyField] [] -> OfOperand
        "pushes a form field of the copy that an aggregate looks at"
    Op::Context(_)        => "context"   [Context] [] -> OfOperand
        "pushes what a text may name without declaring it"
    Op::Field(_)          => "field"     [RecordField] [Record] -> OfOperand
        "pushes one field of a record"
    Op::Not               => "not"       [] [Bool] -> Bool
        "turns true into false and false into true"
    Op::And               => "and"       [] [Bool, Bool] -> Bool
        "is true if both are; decided by the left side where that is false or missing"
    Op::Or                => "or"        [] [Bool, Bool] -> Bool
        "is true if one is; decided by the left side where that is true or missing"
    Op::IsMissing         => "missing?"  [] [Any] -> Bool
        "says whether a value is missing, and is never missing itself"
    Op::Equal             => "is"        [] [Any, SameAsFirst] -> Bool
        "says whether two values are the same"
    Op::NotEqual          => "is not"    [] [Any, SameAsFirst] -> Bool
        "says whether two values differ"
    Op::Less              => "<"         [] [Ordered, SameAsFirst] -> Bool
        "says whether the first is less than the second"
    Op::LessOrEqual       => "<="        [] [Ordered, SameAsFirst] -> Bool
        "says whether the first is at most the second"
    Op::Greater           => ">"         [] [Ordered, SameAsFirst] -> Bool
        "says whether the first is more than the second"
    Op::GreaterOrEqual    => ">="        [] [Ordered, SameAsFirst] -> Bool
        "says whether the first is at least the second"
    Op::OneOf(_)          => "one of"    [Count] [Any, ManySameAsFirst] -> Bool
        "says whether the first is one of the others"
    Op::Add               => "+"         [] [Amount, SameAsFirst] -> OfFirst
        "adds two numbers, or two amounts of one currency"
    Op::Subtract          => "-"         [] [Amount, SameAsFirst] -> OfFirst
        "takes the second from the first: numbers, or amounts of one currency"
    Op::Multiply          => "*"         [] [Amount, Amount] -> Product
        "multiplies two numbers, or an amount and a number"
    Op::Divide            => "/"         [] [Amount, Amount] -> Quotient
        "divides the first by the second; by zero is missing"
    Op::RoundMoney        => "round"     [] [Money] -> OfFirst
        "rounds an amount half up to the currency's minor unit"
    Op::After             => "after"     [] [Time, Duration] -> Shifted
        "moves a date or moment forward by a duration, in the workflow's calendar"
    Op::Before            => "before"    [] [Time, Duration] -> Shifted
        "moves a date or moment back by a duration, in the workflow's calendar"
    Op::EndOfDay          => "end of day" [] [Date] -> Moment
        "is the moment at which a date ends, in the workflow's calendar"
    Op::StartOfDay        => "start of day" [] [Date] -> Moment
        "is the moment at which a date begins, in the workflow's calendar"
    Op::Show              => "show"      [] [Any] -> Text
        "writes a value as a person reads it, in the reader's language"
    Op::Concat(_)         => "join"      [Count] [ManyTexts] -> Text
        "joins texts in order"
    Op::AnyWhere(..)      => "any where" [Copies] [] -> Bool
        "says whether the condition holds for at least one completed copy"
    Op::EveryWhere(..)    => "every where" [Copies] [] -> Bool
        "says whether the condition holds for every completed copy"
    Op::CountWhere(..)    => "count where" [Copies] [] -> Number
        "counts the completed copies for which the condition holds"
    Op::TotalOf(..)       => "total"     [FormField] [] -> OfOperand
        "adds up a form field over all completed copies"
}

impl Op {
    /// How many values the instruction pops, its counted ones included.
    #[must_use]
    pub fn pops(self) -> usize {
        let counted = match self {
            Self::OneOf(count) | Self::Concat(count) => usize::from(count),
            _ => 1,
        };
        let many = |takes: &Takes| matches!(takes, Takes::ManySameAsFirst | Takes::ManyTexts);
        row(self).takes.iter().map(|takes| if many(takes) { counted } else { 1 }).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{CodeId, ConstantId, FieldIndex, NodeId};

    #[test]
    fn counted_instructions_pop_what_they_say() {
        assert_eq!(Op::OneOf(3).pops(), 4);
        assert_eq!(Op::Concat(0).pops(), 0);
        assert_eq!(Op::And.pops(), 2);
        assert_eq!(Op::Not.pops(), 1);
        assert_eq!(Op::AnyWhere(NodeId(0), CodeId(0)).pops(), 0);
    }

    #[test]
    fn sentences_are_sentences() {
        for op in [Op::Constant(ConstantId(0)), Op::Copy(FieldIndex(0)), Op::Divide, Op::Concat(2)] {
            let row = row(op);
            assert!(row.sentence.starts_with(char::is_lowercase) && !row.sentence.ends_with('.'), "{row:?}");
        }
    }
}
