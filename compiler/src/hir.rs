//! The HIR: one declaration as plain data, without spans.
//!
//! `lower(ast)` makes it; names are still words, nothing is looked up. Where something stands in the text is only
//! an [`At`], a number that the lowering hands out in order and a table beside the HIR maps to a span. So typing
//! blanks or comments changes spans and not the HIR, and nothing behind it runs again.
//! Invariant: every `Option` that is `None` was not written or did not parse; `damaged` tells which of the two
//! may be the case, and whoever would report something missing stays silent where it is set.

pub mod calendar;
pub mod expr;
pub mod ladder;
pub mod lower;
pub mod node;
pub mod people;
pub mod policy;
pub mod test;
pub mod workflow;

pub use calendar::{CalendarDecl, DayPattern};
pub use expr::{Expr, ExprKind, Text, TextPart};
pub use ladder::{
    AlternativeDecl, AskDecl, EscalationDecl, LevelDecl, MessageDecl, ReminderDecl, WhoKind, WhoRef,
};
pub use node::{Node, NodeKind};
pub use people::{Carries, EventDecl, Quiet, RoleDecl, SystemDecl};
pub use policy::{AppliesTo, PolicyDecl, PolicyNode, PolicyRule};
pub use test::{TestDecl, TestStart, TestStatement, TestStatementKind, TestTarget};
pub use workflow::{AgentDecl, StartsEvery, StartsOn, SummaryDecl, WorkflowDecl};

/// A place within one declaration: an index into its span table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct At(pub u32);

/// A word and its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its place.
    pub at: At,
}

/// Something written, and the place of the whole clause.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// The clause.
    pub at: At,
}

/// A declaration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Declaration {
    /// Its name; `None` where it did not parse, or for a test (which has a title).
    pub name: Option<Name>,
    /// Doc comment, lines joined.
    pub doc: String,
    /// The title text after the name.
    pub title: Option<Placed<String>>,
    /// The whole header.
    pub at: At,
    /// Some statement inside did not parse; of a workflow, one outside its nodes, which say so themselves.
    pub damaged: bool,
    /// Clauses that do not belong here or came twice: found by lowering, reported by check.
    pub misplaced: Vec<Misplaced>,
    /// What it declares.
    pub kind: DeclarationKind,
}

/// A clause that does not belong where it stands (WF006) or was repeated (WF012).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Misplaced {
    /// The clause's keyword as written.
    pub clause: String,
    /// Its place.
    pub at: At,
    /// Where the first one stands, if it is a repetition.
    pub first: Option<At>,
    /// Name of the node it stands in, or of the declaration.
    pub inside: String,
    /// What it stands in, in the user's words: `converge`, `workflow`.
    pub inside_kind: &'static str,
}

/// The kinds of declarations.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the variants are the language's own keywords
pub enum DeclarationKind {
    /// `use a.b.{c, d}`: one declaration per `use` line.
    Use(Use),
    Enum(Vec<Name>),
    Record(Vec<FieldDecl>),
    Let(Option<Expr>),
    Calendar(CalendarDecl),
    Channel(Carries),
    Role(RoleDecl),
    System(SystemDecl),
    Reminder(ReminderDecl),
    Escalation(EscalationDecl),
    Message(MessageDecl),
    Workflow(Box<WorkflowDecl>),
    Policy(PolicyDecl),
    Test(TestDecl),
}

impl DeclarationKind {
    /// Its keyword.
    #[must_use]
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Use(_) => "use",
            Self::Enum(_) => "enum",
            Self::Record(_) => "record",
            Self::Let(_) => "let",
            Self::Calendar(_) => "calendar",
            Self::Channel(_) => "channel",
            Self::Role(_) => "role",
            Self::System(_) => "system",
            Self::Reminder(_) => "reminder",
            Self::Escalation(_) => "escalation",
            Self::Message(_) => "message",
            Self::Workflow(_) => "workflow",
            Self::Policy(_) => "policy",
            Self::Test(_) => "test",
        }
    }
}

/// `use a.b.c` or `use a.b.{c, d}`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Use {
    /// The module's path: `a.b`, or `std.calendars`.
    pub module: Vec<Name>,
    /// The names brought into scope.
    pub names: Vec<Name>,
}

/// A field of input, form, record, event or system.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldDecl {
    /// Its name.
    pub name: Name,
    /// Doc comment.
    pub doc: String,
    /// Its type; `None` where it did not parse.
    pub kind: Option<TypeRef>,
    /// `personal`.
    pub personal: bool,
    /// `secret`.
    pub secret: bool,
    /// `key of SYSTEM`.
    pub key_of: Option<Name>,
    /// `from SYSTEM.field`.
    pub from: Option<(Name, Name)>,
}

/// A type as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TypeRef {
    /// `text`, `money`, an enum's or a record's name.
    pub name: Name,
    /// The currency after `money`.
    pub currency: Option<Name>,
    /// `list of …`; how many times (more than once is refused by check).
    pub list: u8,
    /// `?`.
    pub optional: bool,
}
