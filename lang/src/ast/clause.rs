//! Clauses of nodes: one view per statement that may stand in a step, decision, wait, pause or run.
//!
//! All seven node kinds accept all of these in the tree; whether a clause belongs there is the
//! compiler's question. Invariant: one statement, one node.

use super::{
    Duration, Effect, EscalationBody, Expr, Field, Path, ReminderBody, Text, TextValue, Token, Who, With,
    many, one, views,
};
use crate::tree::{Kind, Node};

views! {
    /// `owner legal`; a decision may have several; a field of type person is a name too.
    Owner {
        /// Each owner: a role, a field, `starter` or `process owner`.
        people: many Who,
    }

    /// `when E`.
    When {
        /// The condition.
        condition: one Expr,
    }

    /// `tags onboarding, regulated`.
    Tags {
        /// The tags.
        names: tokens Name,
    }

    /// `was OLD_NAME`.
    Was {
        /// The name it had before.
        name: token Name,
    }

    /// `heads up D before start`.
    HeadsUp {
        /// How long before.
        duration: one Duration,
    }

    /// `remind gentle`, `remind never` or `remind { … }`.
    Remind {
        /// The reminders by name.
        names: tokens Name,
        /// Whether it is `remind never`.
        is_never: has NeverWord,
        /// The reminder written here.
        inline: one ReminderBody,
    }

    /// `escalate a, b`, `escalate never` or `escalate { … }`.
    Escalate {
        /// The escalations by name.
        names: tokens Name,
        /// Whether it is `escalate never`.
        is_never: has NeverWord,
        /// The escalation written here.
        inline: one EscalationBody,
    }

    /// `on start { … }` and its kin.
    OnEvent {
        /// The word after `on`.
        event_token: token EventWord,
        /// What is done then.
        effects: clauses Effect,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `seen by ROLE, …`.
    SeenBy {
        /// The roles.
        roles: tokens Name,
    }

    /// `form { signed_on: date }`.
    Form {
        /// The fields.
        fields: clauses Field,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `takes 1 to 4 business days`, or `takes 2 days`.
    Takes {}

    /// `say "…"`.
    Say {
        /// The text.
        text: one TextValue,
    }

    /// `different person from X, Y, starter`.
    DifferentPerson {
        /// The nodes whose owners must be others.
        nodes: tokens Name,
        /// Whether `starter` is among them.
        from_starter: has StarterWord,
    }

    /// `optional`.
    Optional {}

    /// `for each x in LIST [settles when …]`.
    ForEach {
        /// The name of one element.
        variable: token Name,
        /// The list.
        list: one Expr,
        /// `settles when …` on the same line.
        settles_when: one SettlesWhen,
    }

    /// `settles when all`, `any` or `N`.
    SettlesWhen {
        /// The number, if one is given.
        count: token Number,
        /// Whether it is `all`.
        is_all: has AllWord,
        /// Whether it is `any`.
        is_any: has AnyWord,
    }

    /// `redo S at most N times [otherwise outcome Y]`, as a clause or in an option.
    Redo {
        /// The node that starts again.
        node_name: token Name,
        /// How many rounds at most.
        times: token Number,
        /// The outcome taken when the rounds are used up.
        otherwise_outcome: token_inside OtherwiseOutcome Name,
    }

    /// `option NAME "…" [short "…"] [when E] [needs N] [needs reason] [redo S at most N times]`.
    OptionClause {
        /// The option's name.
        name: token Name,
        /// What it says to people.
        title: one Text,
        /// The short form, for buttons.
        short: inside ShortClause Text,
        /// When it may be chosen.
        when: inside WhenClause Expr,
        /// How many people must choose it.
        needs: token_inside NeedsCount Number,
        /// Whether a reason must be given.
        needs_reason: has NeedsReason,
        /// What is done again when it is chosen.
        redo: one Redo,
    }

    /// `if late choose O`, `if late skip`, `if late outcome X`, `if late go on`.
    IfLate {
        /// The option that is taken.
        choose: token_inside IfLateChoose Name,
        /// The outcome that ends the instance.
        outcome: token_inside IfLateOutcome Name,
        /// Whether the node is skipped.
        is_skip: has IfLateSkip,
        /// Whether the process goes on.
        is_go_on: has IfLateGoOn,
    }

    /// `for SYSTEM "event" [where E]`: what a wait waits for.
    WaitFor {
        /// The system.
        system: token Name,
        /// The event's name.
        event: one Text,
        /// Which events count.
        condition: inside WhereClause Expr,
    }

    /// `for DURATION`: how long a pause is.
    PauseFor {
        /// How long.
        duration: one Duration,
    }

    /// `until EXPR`: when a pause ends.
    PauseUntil {
        /// The moment.
        moment: one Expr,
    }

    /// `workflow NAME`: what a run runs.
    RunWorkflow {
        /// The workflow's name.
        name: token Name,
    }

    /// `with { … }` of a run.
    WithClause {
        /// What the child is given.
        with: one With,
    }

    /// `at any time by ROLE, … [until NODE]`, in an outcome.
    AtAnyTime {
        /// Who may end the instance.
        roles: tokens_inside NameList Name,
        /// Up to which node.
        until: token_inside UntilNode Name,
    }
}

/// What sets off the effects of an [`OnEvent`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NodeEvent {
    /// `on start`
    Start,
    /// `on done`
    Done,
    /// `on skip`
    Skip,
    /// `on block`
    Block,
    /// `on overdue`
    Overdue,
}

impl OnEvent<'_> {
    /// The event, if the word is one.
    pub fn event(self) -> Option<NodeEvent> {
        Some(match self.event_token()?.text() {
            "start" => NodeEvent::Start,
            "done" => NodeEvent::Done,
            "skip" => NodeEvent::Skip,
            "block" => NodeEvent::Block,
            "overdue" => NodeEvent::Overdue,
            _ => return None,
        })
    }
}

impl<'t> Takes<'t> {
    /// The least; the same as the most if only one is given. Its unit may be missing: then the most's counts.
    pub fn min(self) -> Option<Duration<'t>> {
        one(self.0)
    }

    /// The most.
    pub fn max(self) -> Option<Duration<'t>> {
        many(self.0).last()
    }
}

impl<'t> Owner<'t> {
    /// The names among the owners, for the usual case of roles.
    pub fn names(self) -> impl Iterator<Item = Path<'t>> + 't {
        self.people().filter_map(|who| match who {
            Who::Named(path) => Some(path),
            _ => None,
        })
    }
}

impl<'t> Redo<'t> {
    /// The keyword, for messages.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.0.child(Kind::Keyword).map(Token)
    }
}

/// The keyword a statement begins with, for messages.
pub fn keyword(statement: Node<'_>) -> Option<Token<'_>> {
    statement.child(Kind::Keyword).map(Token)
}
