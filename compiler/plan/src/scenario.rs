//! A `test` block as plain data: what people and systems do, and what is expected.
//!
//! The compiler makes it from source; `wfc test` plays it on the interpreter and `wfrun play` through its store.
//! Names stay names here, because a scenario outlives a plan: the player resolves them and says what is not there.
//! Invariant: `line` is the source line of the statement, so that a failure can be shown where it was written.

use crate::calendar::Duration;
use crate::time::Moment;
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// One test.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Scenario {
    /// The test's title.
    pub title: String,
    /// File, relative to the project's root.
    pub file: String,
    /// Line of `test`.
    pub line: u32,
    /// `start WORKFLOW`.
    pub workflow: String,
    /// `at DATE TIME`, in the workflow's zone, already a moment.
    pub start: Moment,
    /// Values of the inputs by name, already of their types.
    pub inputs: Vec<(String, Value)>,
    /// `by ROLE`.
    pub by: Option<String>,
    /// In order.
    pub statements: Vec<Statement>,
}

/// One line of a test.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// Source line.
    pub line: u32,
    /// The statement as written, for reports.
    pub text: String,
    /// `by ROLE`, where the statement's kind keeps none of its own.
    pub by: Option<String>,
    /// What it does.
    pub kind: StatementKind,
}

/// A node, or one copy of it: `review("Anna")`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The node's name.
    pub node: String,
    /// The element of the copy, as written.
    pub copy: Option<Value>,
}

/// The statements of a test.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the language's own words
pub enum StatementKind {
    Complete {
        targets: Vec<Target>,
        after: Option<Duration>,
        with: Vec<(String, Value)>,
        by: Option<String>,
    },
    Block {
        target: Target,
        reason: String,
        waiting_on: Option<String>,
    },
    Unblock {
        target: Target,
    },
    Skip {
        target: Target,
        reason: String,
    },
    Comment {
        target: Target,
        text: String,
    },
    Reassign {
        target: Target,
        to: String,
    },
    Acknowledge {
        target: Target,
    },
    Choose {
        decision: String,
        option: String,
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
        value: Value,
    },
    Reopen {
        node: String,
    },
    Event {
        system: String,
        event: String,
        with: Vec<(String, Value)>,
    },
    Wait(Duration),
    WaitUntil(Moment),
    ExpectState {
        target: Target,
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
        target: Target,
        due: Moment,
    },
    ExpectDuePaused {
        target: Target,
    },
    ExpectSystem {
        system: String,
        field: String,
        value: Value,
    },
    ExpectOutcome {
        outcome: String,
        within: Option<Duration>,
    },
    ExpectNoOutcome,
    /// `reach OUTCOME by ROLE because …`: an outcome `at any time`.
    End {
        outcome: String,
        by: Option<String>,
        because: Option<String>,
    },
}

/// States a test may expect of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ExpectedState {
    Active,
    Waiting,
    Blocked,
    Done,
    Skipped,
    NotTaken,
}
