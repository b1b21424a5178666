//! Tests as written: a start and the statements behind it, each with its own text for reports.
//!
//! Made by lowering, read by `check`. Invariant: values are expressions; `check` gives them the types of the fields they are for.

use super::expr::{DurationLit, Expr};
use super::{At, Name, Placed};

/// `test "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct TestDecl {
    /// `start WORKFLOW …`.
    pub start: Option<Placed<TestStart>>,
    /// The statements behind it.
    pub statements: Vec<TestStatement>,
}

/// `start WORKFLOW at DATE TIME with { … } [by ROLE]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestStart {
    /// The workflow.
    pub workflow: Name,
    /// Date and time as written.
    pub date: Option<Name>,
    /// Time as written.
    pub time: Option<Name>,
    /// `with { … }`.
    pub with: Vec<(Name, Expr)>,
    /// `by ROLE`.
    pub by: Option<Name>,
}

/// One statement of a test, with its text for reports.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestStatement {
    /// Its place.
    pub at: At,
    /// As written, blanks folded.
    pub text: String,
    /// `by ROLE`, where the statement's kind keeps none of its own.
    pub by: Option<Name>,
    /// What it is.
    pub kind: TestStatementKind,
}

/// A node or a copy: `review`, `review("Anna")`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestTarget {
    /// The node.
    pub node: Name,
    /// The copy's element.
    pub copy: Option<Expr>,
}

/// The statements of a test.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each variant is a statement of the language's test block
pub enum TestStatementKind {
    Complete {
        targets: Vec<TestTarget>,
        after: Option<DurationLit>,
        with: Vec<(Name, Expr)>,
        by: Option<Name>,
    },
    Block {
        target: TestTarget,
        reason: String,
        waiting_on: Option<Name>,
    },
    Unblock(TestTarget),
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
        to: Name,
    },
    Acknowledge(TestTarget),
    Choose {
        decision: Name,
        option: Name,
        by: Option<Name>,
        because: Option<String>,
    },
    /// `choose OUTCOME`: an outcome `at any time`.
    End {
        outcome: Name,
        by: Option<Name>,
        because: Option<String>,
    },
    ChooseAlternative {
        label: Name,
        by: Option<Name>,
    },
    Answer {
        text: String,
        by: Option<Name>,
    },
    Correct {
        field: Vec<Name>,
        value: Expr,
    },
    Reopen(Name),
    Event {
        system: Name,
        event: Name,
        with: Vec<(Name, Expr)>,
    },
    Wait(DurationLit),
    WaitUntil {
        date: Name,
        time: Option<Name>,
    },
    ExpectState {
        target: TestTarget,
        state: Name,
    },
    ExpectAsks {
        node: Name,
        role: Name,
        alternatives: Option<u64>,
    },
    ExpectMessage {
        role: Name,
        channel: Option<Name>,
        containing: Option<String>,
        times: Option<u64>,
    },
    ExpectNoMessage(DurationLit),
    ExpectDue {
        target: TestTarget,
        date: Name,
        time: Option<Name>,
    },
    ExpectDuePaused(TestTarget),
    ExpectSystem {
        system: Name,
        field: Name,
        value: Expr,
    },
    ExpectOutcome {
        outcome: Name,
        within: Option<DurationLit>,
    },
    ExpectNoOutcome,
}
