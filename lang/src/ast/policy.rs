//! Policies: what must hold in workflows, whoever writes them.
//!
//! Invariant: each line is one [`PolicyRule`], after one or more `applies to` lines.

use super::{Duration, Expr, Kind, Text, Token, choice, many, views};

views! {
    /// A `policy`.
    Policy {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What it says to people.
        title: one Text,
        /// `applies to …`; each line.
        applies_to: clauses AppliesTo,
        /// The rules in order.
        rules: clauses PolicyRule,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `applies to workflows a, b | workflows tagged t, u | all workflows [unless E]`.
    AppliesTo {
        /// The workflows by name.
        workflows: tokens_inside NameList Name,
        /// The tags.
        tags: tokens_inside TaggedList Name,
        /// Whether it is `all workflows`.
        is_all: has AllWord,
        /// The exception.
        unless: inside UnlessClause Expr,
    }

    /// A node, `decision.option` or `step tagged t`; in tests also a copy: `review("Anna")`.
    Target {
        /// The tag of `step tagged t`.
        tag: token_inside TaggedClause Name,
        /// The element whose copy is meant.
        copy: inside CopyOf Expr,
        /// The kind of node before `tagged`: `step` or `decision`.
        tagged_kind: token NodeKindWord,
    }

    /// `always A before B [or skipped] [or late]`.
    AlwaysBefore {
        /// Whether A may be skipped too.
        or_skipped: has OrSkipped,
        /// Whether A may be late too.
        or_late: has OrLate,
    }

    /// `never A with B`.
    NeverWith {}

    /// `completing A leads to B`.
    LeadsTo {}

    /// `every step|decision [tagged t] has deadline|escalation|reminder|owner r|form f`.
    EveryHas {
        /// `step` or `decision`.
        node_kind: token NodeKindWord,
        /// The tag.
        tag: token_inside TaggedClause Name,
        /// Whether a deadline is asked for.
        deadline: has DeadlineWord,
        /// Whether an escalation is asked for.
        escalation: has EscalationWord,
        /// Whether a reminder is asked for.
        reminder: has ReminderWord,
        /// The owner that is asked for.
        owner: token_inside HasOwner Name,
        /// The form field that is asked for.
        form: token_inside HasForm Name,
    }

    /// `every run finishes within D`.
    FinishesWithin {
        /// How long.
        duration: one Duration,
    }

    /// `every run ends in outcome a, b`.
    EndsIn {
        /// The outcomes.
        outcomes: tokens Name,
    }

    /// `every escalation reaches ROLE within D`.
    EscalationReaches {
        /// The role.
        role: token Name,
        /// How long.
        duration: one Duration,
    }

    /// `different people for A, B`.
    DifferentPeople {
        /// The nodes.
        targets: many Target,
    }

    /// `no personal data via CHANNEL`.
    NoPersonalData {
        /// The channel.
        channel: token Name,
    }
}

choice! {
    /// One rule of a policy.
    PolicyRule {
        /// `always A before B`
        AlwaysBefore,
        /// `never A with B`
        NeverWith,
        /// `completing A leads to B`
        LeadsTo,
        /// `every step has …`
        EveryHas,
        /// `every run finishes within D`
        FinishesWithin,
        /// `every run ends in outcome …`
        EndsIn,
        /// `every escalation reaches ROLE within D`
        EscalationReaches,
        /// `different people for A, B`
        DifferentPeople,
        /// `no personal data via CHANNEL`
        NoPersonalData,
    }
}

macro_rules! two_targets {
    ($($view:ident)*) => {$(
        impl<'t> $view<'t> {
            /// A: the first of the two.
            pub fn first(self) -> Option<Target<'t>> {
                many(self.0).next()
            }

            /// B: the second of the two.
            pub fn second(self) -> Option<Target<'t>> {
                many(self.0).nth(1)
            }
        }
    )*};
}

two_targets! { AlwaysBefore NeverWith LeadsTo }

impl<'t> Target<'t> {
    /// The node's name.
    pub fn name(self) -> Option<Token<'t>> {
        self.0.child(Kind::Path)?.child(Kind::Name).map(Token)
    }

    /// The option or result after the dot.
    pub fn result(self) -> Option<Token<'t>> {
        self.0.child(Kind::Path)?.children_of(Kind::Name).nth(1).map(Token)
    }
}
