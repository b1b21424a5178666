//! Effects and actions: what a run does to the world, and what an alternative does to its node.
//!
//! Every effect is an action too. Invariant: order is the file's order; `outcome` last is the
//! compiler's question.

use super::{Arguments, Assignment, Duration, Expr, Path, TextValue, Token, Who, With, choice, one, views};

choice! {
    /// What is asked of the world.
    Effect {
        /// `set SYSTEM.field = E`
        Set,
        /// `note SYSTEM "…"`
        Note,
        /// `tell WHO "…"`
        Tell,
        /// `call SYSTEM.operation(…)`
        Call,
        /// `start workflow W with {…} [in D]`
        StartWorkflow,
    }
}

choice! {
    /// What an alternative does.
    Action {
        /// `resume`
        Resume,
        /// `complete`
        CompleteAction,
        /// `skip`
        SkipAction,
        /// `extend deadline by D`
        ExtendDeadline,
        /// `reassign to ROLE`
        ReassignTo,
        /// `choose OPTION`
        ChooseAction,
        /// `outcome X`
        OutcomeAction,
        /// `set SYSTEM.field = E`
        Set,
        /// `note SYSTEM "…"`
        Note,
        /// `tell WHO "…"`
        Tell,
        /// `call SYSTEM.operation(…)`
        Call,
        /// `start workflow W with {…} [in D]`
        StartWorkflow,
    }
}

views! {
    /// `set SYSTEM.field = E`.
    Set {
        /// `SYSTEM.field`
        target: one Path,
    }

    /// `note SYSTEM "…"`.
    Note {
        /// The system.
        system: token Name,
        /// The text.
        text: one TextValue,
    }

    /// `tell WHO "…" [via CHANNEL] [urgent]`.
    Tell {
        /// To whom.
        to: one Who,
        /// The text.
        text: one TextValue,
        /// Through which channel.
        via: token_inside ViaClause Name,
        /// Whether it passes through quiet hours.
        is_urgent: has UrgentWord,
    }

    /// `call SYSTEM.operation(…)`.
    Call {
        /// `SYSTEM.operation`
        target: one Path,
        /// What stands in the parentheses.
        argument_list: one Arguments,
    }

    /// `start workflow W with {…} [in D]`.
    StartWorkflow {
        /// The workflow.
        workflow: token Name,
        /// Its inputs.
        with: one With,
        /// How long from now.
        delay: inside InClause Duration,
    }

    /// `resume`.
    Resume {}

    /// `complete`.
    CompleteAction {}

    /// `skip`.
    SkipAction {}

    /// `extend deadline by D`.
    ExtendDeadline {
        /// By how much.
        duration: one Duration,
    }

    /// `reassign to ROLE`.
    ReassignTo {
        /// The role.
        role: token Name,
    }

    /// `choose OPTION`.
    ChooseAction {
        /// The option.
        option: token Name,
    }

    /// `outcome X`.
    OutcomeAction {
        /// The outcome.
        outcome: token Name,
    }
}

impl<'t> Set<'t> {
    /// The value.
    pub fn value(self) -> Option<Expr<'t>> {
        super::many(self.0).nth(1)
    }
}

impl<'t> Call<'t> {
    /// The arguments in order.
    pub fn arguments(self) -> impl Iterator<Item = Assignment<'t>> + 't {
        self.argument_list().into_iter().flat_map(Arguments::assignments)
    }

    /// The system.
    pub fn system(self) -> Option<Token<'t>> {
        one::<Path<'t>>(self.0)?.first()
    }
}
