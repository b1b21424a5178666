//! A typed `test` block: names exist in the workflow under test, values have the types of their fields.
//!
//! Dates and times are still local; emission turns them into moments with the zone of the workflow's calendar, and
//! the whole into a [`wf_plan::scenario::Scenario`]. Invariant: enum values and records are those of the tables of
//! the [`Typed`](super::Typed) whose node or system the statement names: of the tested workflow, or of one it runs.

use crate::place::{DeclId, Place};
use wf_plan::Date;
use wf_plan::calendar::Duration;
use wf_plan::scenario::ExpectedState;
use wf_plan::value::Value;

/// A date and a minute of its day, in the zone of the workflow's calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LocalMoment {
    /// The date.
    pub date: Date,
    /// Minute of the day.
    pub minute: u16,
}

/// A value given by a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Given {
    /// A value without a moment in it.
    Plain(Value),
    /// A moment.
    Local(LocalMoment),
    /// A list.
    List(Vec<Given>),
    /// A record's fields in order; [`Value::Missing`] where none is given.
    Record(Vec<Given>),
}

/// A test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedTest {
    /// The declaration.
    pub decl: DeclId,
    /// Its title.
    pub title: String,
    /// Its header.
    pub at: Place,
    /// Name of the workflow under test.
    pub workflow: String,
    /// Its declaration.
    pub workflow_decl: DeclId,
    /// `at DATE TIME`.
    pub start: LocalMoment,
    /// `with { … }`, by input name.
    pub inputs: Vec<(String, Given)>,
    /// `by ROLE`.
    pub by: Option<String>,
    /// In order.
    pub statements: Vec<TestStatement>,
}

/// One statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestStatement {
    /// Its place.
    pub at: Place,
    /// As written, blanks folded.
    pub text: String,
    /// `by ROLE`, where the statement's kind keeps none of its own.
    pub by: Option<String>,
    /// What it does.
    pub kind: TestStatementKind,
}

/// A node, or one copy of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestTarget {
    /// The node's name.
    pub node: String,
    /// The copy's element.
    pub copy: Option<Given>,
}

/// The statements; [`wf_plan::scenario::StatementKind`] with local times.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)] // the names are the language's own words
pub enum TestStatementKind {
    Complete {
        targets: Vec<TestTarget>,
        after: Option<Duration>,
        with: Vec<(String, Given)>,
        by: Option<String>,
    },
    Block {
        target: TestTarget,
        reason: String,
        waiting_on: Option<String>,
    },
    Unblock {
        target: TestTarget,
    },
    Skip {
        target: TestTarget,
        reason: String,
    },
    Comment {
        target: TestTarget,
        text: String,
    },
    Reassign {
        target: TestTarget,
        to: String,
    },
    Acknowledge {
        target: TestTarget,
    },
    Choose {
        decision: String,
        option: String,
        by: Option<String>,
        because: Option<String>,
    },
    End {
        outcome: String,
        by: Option<String>,
        because: Option<String>,
    },
    ChooseAlternative {
        label: String,
        by: Option<String>,
    },
    Answer {
        text: String,
        by: Option<String>,
    },
    Correct {
        node: Option<String>,
        field: String,
        value: Given,
    },
    Reopen {
        node: String,
    },
    Event {
        system: String,
        event: String,
        with: Vec<(String, Given)>,
    },
    Wait(Duration),
    WaitUntil(LocalMoment),
    ExpectState {
        target: TestTarget,
        state: ExpectedState,
    },
    ExpectAsks {
        node: String,
        role: String,
        alternatives: Option<u16>,
    },
    ExpectMessage {
        role: String,
        channel: Option<String>,
        containing: Option<String>,
        times: Option<u16>,
    },
    ExpectNoMessage(Duration),
    ExpectDue {
        target: TestTarget,
        due: LocalMoment,
    },
    ExpectDuePaused {
        target: TestTarget,
    },
    ExpectSystem {
        system: String,
        field: String,
        value: Given,
    },
    ExpectOutcome {
        outcome: String,
        within: Option<Duration>,
    },
    ExpectNoOutcome,
}
