//! What came of a scenario: a time line for people, and per line whether it held.
//!
//! Texts are finished (dates are on the workflow's own clocks), so that a terminal, a web page and a tool print the
//! same. Invariant: scenes stand in the order of time, and every statement of the scenario has one row.

use crate::effect::Purpose;
use serde::Serialize;
use wf_plan::Moment;

/// A scenario, played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The test's title.
    pub title: String,
    /// Its file.
    pub file: String,
    /// Line of `test`.
    pub line: u32,
    /// The workflow.
    pub workflow: String,
    /// What the start brought about, and whether it was allowed.
    pub start: Played,
    /// One per statement, in order.
    pub statements: Vec<Played>,
    /// Name of the outcome it ended in.
    pub outcome: Option<String>,
    /// How it stands behind the last line, in words: how it ended, or what is still open.
    pub stands: String,
}

/// One line of a test, played.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Played {
    /// Source line.
    pub line: u32,
    /// The statement as written.
    pub text: String,
    /// The clock after it.
    pub at: Moment,
    /// The same as people read it.
    pub when: String,
    /// What happened, in order.
    pub scenes: Vec<Scene>,
    /// Whether it held.
    pub verdict: Verdict,
}

/// Whether a line held.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Verdict {
    /// An act that was done, or an expectation that held.
    Held,
    /// It did not.
    Failed(Failure),
    /// The story had ended before: an act above it failed.
    NotPlayed,
}

/// What was expected and what happened instead: whole sentences, lower case, no full stop.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Failure {
    /// What the line wanted.
    pub expected: String,
    /// What happened instead, and where it helps, what to do.
    pub happened: String,
}

/// A moment of the time line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Scene {
    /// When.
    pub at: Moment,
    /// The same as people read it: `Thu 5 Mar 2026 09:00`, in the workflow's zone.
    pub when: String,
    /// The instance: 0 is the scenario's own, others are children and workflows that were started.
    pub instance: usize,
    /// What.
    pub what: Happening,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Happening {
    /// An instance started.
    Started {
        /// Its title.
        title: String,
        /// Who started it.
        by: Option<String>,
    },
    /// Nothing at all happened for a stretch of time that ends now: nobody acted, nothing was sent.
    Silence {
        /// Since when.
        since: Moment,
        /// How long, in words: `3 days`.
        length: String,
    },
    /// A node changed, or somebody did something with it.
    Node {
        /// Name in the source.
        node: String,
        /// Title for people, with the element of a copy.
        label: String,
        /// What: `started`, `done`, `blocked: the customer has to choose`.
        change: String,
        /// Who did it; `None`: the process itself.
        by: Option<String>,
    },
    /// An escalation climbed a level.
    Level {
        /// Title of the node.
        label: String,
        /// Name of the escalation, if it has one.
        ladder: String,
        /// The level's number.
        level: u16,
    },
    /// A message was delivered (a question is one, too).
    Message {
        /// What it is for.
        purpose: Purpose,
        /// To whom, for people.
        to: String,
        /// Channels in the order they are tried; empty: the receiver's own.
        channels: Vec<String>,
        /// Its words.
        text: String,
        /// Words of its buttons.
        buttons: Vec<String>,
        /// Quiet hours held it back since this moment.
        held_since: Option<Moment>,
    },
    /// A question was closed: how.
    Closed {
        /// In the reader's words.
        answer: String,
    },
    /// A system was updated.
    Update {
        /// Name of the system.
        system: String,
        /// What: `stage is now Live`, `note: …`.
        change: String,
    },
    /// An outcome was reached.
    Outcome {
        /// Name in the source.
        outcome: String,
        /// Title for people.
        label: String,
    },
    /// It ended otherwise, or something needs a person's look.
    Remark {
        /// A sentence.
        words: String,
    },
}

impl Report {
    /// Whether every line held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.rows().all(|row| row.verdict == Verdict::Held)
    }

    /// The start and every statement, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Played> {
        std::iter::once(&self.start).chain(&self.statements)
    }

    /// The time line.
    pub fn scenes(&self) -> impl Iterator<Item = &Scene> {
        self.rows().flat_map(|row| &row.scenes)
    }

    /// The lines that did not hold, with why.
    pub fn failures(&self) -> impl Iterator<Item = (&Played, &Failure)> {
        self.rows().filter_map(|row| match &row.verdict {
            Verdict::Failed(failure) => Some((row, failure)),
            Verdict::Held | Verdict::NotPlayed => None,
        })
    }
}
