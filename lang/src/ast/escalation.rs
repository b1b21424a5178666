//! Escalations: triggers, levels, and what a level asks people.
//!
//! A named escalation and `escalate { … }` share [`EscalationBody`]. Invariant: levels come in file
//! order, numbered as written.

use super::{
    Action, Duration, Kind, Node, Tell, Text, TextValue, Token, View, Who, choice, many, one, views,
};

views! {
    /// A named `escalation`.
    Escalation {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What it does.
        body: one EscalationBody,
    }

    /// `on silence of D`.
    OnSilence {
        /// How long nobody did anything.
        duration: one Duration,
    }

    /// `on block of D`.
    OnBlock {
        /// How long it was blocked.
        duration: one Duration,
    }

    /// `on overdue`.
    OnOverdue {}

    /// `level N [after D] { … }`.
    Level {
        /// Its number as written.
        number: token Number,
        /// How long after the one before.
        after: inside AfterDuration Duration,
        /// The messages.
        tells: clauses Tell,
        /// The question; each one, though one is enough.
        asks: clauses Ask,
        /// `decide within D`
        decide: clause DecideWithin,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `ask WHO, WHO "…" { … }`.
    Ask {
        /// Who is asked.
        people: many Who,
        /// The question.
        text: one TextValue,
        /// The alternatives in order.
        alternatives: clauses Alternative,
        /// `suggest up to N more`
        suggest: clause Suggest,
        /// `decide within D`, if it stands inside the question's braces.
        decide: clause DecideWithin,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `alternative "…" [short "…"] { actions }`.
    Alternative {
        /// What it says.
        text: one Text,
        /// The short form, for buttons.
        short: inside ShortClause Text,
        /// What it does, in order.
        actions: clauses Action,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `suggest up to N more`.
    Suggest {
        /// How many.
        count: token Number,
    }

    /// `decide within D [otherwise "ALTERNATIVE"]`.
    DecideWithin {
        /// How long.
        duration: one Duration,
        /// The alternative that is taken then.
        otherwise: inside OtherwiseText Text,
    }
}

choice! {
    /// What makes a node climb its ladder.
    Trigger {
        /// `on silence of D`
        OnSilence,
        /// `on block of D`
        OnBlock,
        /// `on overdue`
        OnOverdue,
    }
}

/// What an escalation does: the block of a named one, or of `escalate { … }`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EscalationBody<'t>(Node<'t>);

impl<'t> View<'t> for EscalationBody<'t> {
    fn cast(node: Node<'t>) -> Option<Self> {
        (node.kind() == Kind::Block).then_some(Self(node))
    }

    fn node(self) -> Node<'t> {
        self.0
    }
}

impl<'t> EscalationBody<'t> {
    /// Every statement in it, in order.
    pub fn statements(self) -> impl Iterator<Item = Node<'t>> + 't {
        self.0.children().filter(|node| node.kind().is_statement())
    }

    /// The triggers in order.
    pub fn triggers(self) -> impl Iterator<Item = Trigger<'t>> + 't {
        many(self.0)
    }

    /// The levels in order.
    pub fn levels(self) -> impl Iterator<Item = Level<'t>> + 't {
        many(self.0)
    }

    /// What of it did not parse.
    pub fn unparsed(self) -> impl Iterator<Item = Node<'t>> + 't {
        self.statements().filter(|node| node.kind().is_error())
    }
}

impl<'t> Alternative<'t> {
    /// The block with the actions, for edits.
    pub fn block(self) -> Option<Node<'t>> {
        self.0.child(Kind::Block)
    }
}

impl<'t> Trigger<'t> {
    /// The duration of silence or block.
    pub fn duration(self) -> Option<Duration<'t>> {
        one(self.node())
    }

    /// The word after `on`.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.node().children_of(Kind::Keyword).nth(1).map(Token)
    }
}
