//! Tests: what people do in them, and what is expected.
//!
//! Each line is one [`TestAct`]. Invariant: acts come in file order, which is the order of their time.

use super::{ByClause, Duration, Expr, Path, Target, Text, Token, Who, With, choice, many, one, views};
use crate::tree::Kind;

views! {
    /// A `test`.
    Test {
        /// Its doc comment.
        doc: doc,
        /// What it shows.
        title: one Text,
        /// What happens, line by line.
        acts: clauses TestAct,
        /// Every statement in it, in order.
        statements: statements,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// `start WORKFLOW at DATE TIME with { … } [by ROLE]`.
    TestStart {
        /// The workflow.
        workflow: token Name,
        /// The day.
        date: token_inside AtMoment Date,
        /// The time.
        time: token_inside AtMoment Time,
        /// The inputs.
        with: one With,
        /// Who starts it.
        by: one ByClause,
    }

    /// `complete A, B [after D] [with { … }] [by ROLE]`.
    TestComplete {
        /// The nodes.
        targets: many Target,
        /// How long after the act before.
        after: inside AfterDuration Duration,
        /// The form's values.
        with: one With,
        /// Who does it.
        by: one ByClause,
    }

    /// `block A "reason" [waiting on ROLE]`.
    TestBlock {
        /// The node.
        target: one Target,
        /// The reason.
        reason: one Text,
        /// Who is waited on.
        waiting_on: token_inside WaitingOnClause Name,
        /// Who does it.
        by: one ByClause,
    }

    /// `unblock A`.
    TestUnblock {
        /// The nodes.
        targets: many Target,
        /// Who does it.
        by: one ByClause,
    }

    /// `skip A "reason"`.
    TestSkip {
        /// The node.
        target: one Target,
        /// The reason.
        reason: one Text,
        /// Who does it.
        by: one ByClause,
    }

    /// `comment A "…"`.
    TestComment {
        /// The node.
        target: one Target,
        /// The comment.
        text: one Text,
        /// Who does it.
        by: one ByClause,
    }

    /// `reassign A to ROLE`.
    TestReassign {
        /// The node.
        target: one Target,
        /// The role.
        role: token_inside ToRole Name,
        /// Who does it.
        by: one ByClause,
    }

    /// `acknowledge A`.
    TestAcknowledge {
        /// The nodes.
        targets: many Target,
        /// Who does it.
        by: one ByClause,
    }

    /// `claim A [by ROLE]`.
    TestClaim {
        /// The nodes.
        targets: many Target,
        /// Who does it.
        by: one ByClause,
    }

    /// `release A [by ROLE]`.
    TestRelease {
        /// The nodes.
        targets: many Target,
        /// Who does it.
        by: one ByClause,
    }

    /// `choose DECISION.OPTION [by ROLE] [because "…"]`, or `choose "Text of an alternative" [by ROLE]`.
    TestChoose {
        /// The decision and its option.
        target: one Target,
        /// The alternative's text.
        alternative: one Text,
        /// Who chooses.
        by: one ByClause,
        /// Why.
        because: inside BecauseClause Text,
    }

    /// `answer "free text" [by ROLE]`.
    TestAnswer {
        /// The answer.
        text: one Text,
        /// Who answers.
        by: one ByClause,
    }

    /// `correct FIELD = value`.
    TestCorrect {
        /// The field: `name`, or `step.field`.
        field: one Path,
        /// Who does it.
        by: one ByClause,
    }

    /// `reopen A`.
    TestReopen {
        /// The node.
        target: one Target,
        /// Who does it.
        by: one ByClause,
    }

    /// `event SYSTEM "name" [with { … }]`.
    TestEvent {
        /// The system.
        system: token Name,
        /// The event's name.
        event: one Text,
        /// Its fields.
        with: one With,
    }

    /// `wait D`.
    TestWait {
        /// How long.
        duration: one Duration,
    }

    /// `wait until DATE TIME`.
    TestWaitUntil {
        /// The day.
        date: token Date,
        /// The time.
        time: token Time,
    }

    /// `expect A active|waiting|blocked|done|skipped|not taken`.
    ExpectState {
        /// The node.
        target: one Target,
        /// The state as written.
        state_token: token StateWord,
    }

    /// `expect A asks ROLE [with N alternatives]`.
    ExpectAsks {
        /// The node.
        target: one Target,
        /// Who is asked.
        who: one Who,
        /// How many alternatives.
        alternatives: token_inside WithAlternatives Number,
    }

    /// `expect message to ROLE [via CHANNEL] [containing "…"] [N times]`.
    ExpectMessage {
        /// To whom.
        to: one Who,
        /// Through which channel.
        via: token_inside ViaClause Name,
        /// What it says.
        containing: inside ContainingClause Text,
        /// How often.
        times: token_inside TimesClause Number,
    }

    /// `expect no message for D`.
    ExpectNoMessage {
        /// How long.
        duration: one Duration,
    }

    /// `expect A due DATE TIME` or `expect A due paused`.
    ExpectDue {
        /// The node.
        target: one Target,
        /// The day.
        date: token Date,
        /// The time; the day's end if not given.
        time: token Time,
        /// Whether the clock stands.
        is_paused: has PausedWord,
    }

    /// `expect SYSTEM.field is value`.
    ExpectField {
        /// `SYSTEM.field`
        field: one Path,
    }

    /// `expect outcome NAME [within D]`.
    ExpectOutcome {
        /// The outcome.
        outcome: token Name,
        /// How long from the start.
        within: inside WithinClause Duration,
    }

    /// `expect no outcome`.
    ExpectNoOutcome {}
}

choice! {
    /// One line of a test.
    TestAct {
        /// `start`
        TestStart,
        /// `complete`
        TestComplete,
        /// `block`
        TestBlock,
        /// `unblock`
        TestUnblock,
        /// `skip`
        TestSkip,
        /// `comment`
        TestComment,
        /// `reassign`
        TestReassign,
        /// `acknowledge`
        TestAcknowledge,
        /// `claim`
        TestClaim,
        /// `release`
        TestRelease,
        /// `choose`
        TestChoose,
        /// `answer`
        TestAnswer,
        /// `correct`
        TestCorrect,
        /// `reopen`
        TestReopen,
        /// `event`
        TestEvent,
        /// `wait D`
        TestWait,
        /// `wait until`
        TestWaitUntil,
        /// `expect A STATE`
        ExpectState,
        /// `expect A asks`
        ExpectAsks,
        /// `expect message`
        ExpectMessage,
        /// `expect no message`
        ExpectNoMessage,
        /// `expect A due`
        ExpectDue,
        /// `expect SYSTEM.field is`
        ExpectField,
        /// `expect outcome`
        ExpectOutcome,
        /// `expect no outcome`
        ExpectNoOutcome,
    }
}

/// A state a test may expect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ExpectedState {
    /// `active`
    Active,
    /// `waiting`
    Waiting,
    /// `blocked`
    Blocked,
    /// `done`
    Done,
    /// `skipped`
    Skipped,
    /// `not taken`
    NotTaken,
}

impl ExpectState<'_> {
    /// The state, if the words are one.
    pub fn state(self) -> Option<ExpectedState> {
        let text = self.state_token()?.text();
        Some(match text {
            "active" => ExpectedState::Active,
            "waiting" => ExpectedState::Waiting,
            "blocked" => ExpectedState::Blocked,
            "done" => ExpectedState::Done,
            "skipped" => ExpectedState::Skipped,
            _ if text.split_whitespace().eq(["not", "taken"]) => ExpectedState::NotTaken,
            _ => return None,
        })
    }
}

impl<'t> TestCorrect<'t> {
    /// The new value.
    pub fn value(self) -> Option<Expr<'t>> {
        many(self.0).nth(1)
    }
}

impl<'t> ExpectField<'t> {
    /// The value that is expected.
    pub fn value(self) -> Option<Expr<'t>> {
        many(self.0).nth(1)
    }
}

impl<'t> TestAct<'t> {
    /// Who does it, where a role is named.
    pub fn by(self) -> Option<Token<'t>> {
        one::<ByClause<'t>>(self.node())?.role()
    }

    /// The keyword the line begins with.
    pub fn keyword(self) -> Option<Token<'t>> {
        self.node().child(Kind::Keyword).map(Token)
    }
}
