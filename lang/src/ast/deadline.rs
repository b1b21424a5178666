//! Deadlines in each of their forms.
//!
//! A line is `deadline FORM [, paused …] [, moved to the next working day] [when E]`; the forms nest only
//! in `earlier of`. Invariant: the views do not judge whether units or names fit.

use super::{Duration, Expr, Kind, Node, Token, View, choice, views};

views! {
    /// A `deadline` line.
    Deadline {
        /// How the moment is found.
        form: one DeadlineForm,
        /// `, paused while …`.
        pause: one PausedWhile,
        /// Whether it says `, moved to the next working day`.
        moved_to_working_day: has MovedClause,
        /// The condition under which this line holds.
        when: inside WhenClause Expr,
    }

    /// `D`: from the node's start.
    DeadlineFromStart {
        /// How long.
        duration: one Duration,
    }

    /// `D after start` (the instance's) or `D after X` (when X last settled).
    DeadlineAfter {
        /// How long.
        duration: one Duration,
    }

    /// `by E`: a moment, or a date meaning its end.
    DeadlineBy {
        /// The moment.
        moment: one Expr,
    }

    /// `end of D after X`, or `end of D` from the node's start: leaves X's day out and ends at midnight.
    DeadlineEndOf {
        /// How long.
        duration: one Duration,
    }

    /// `earlier of A, B`.
    DeadlineEarlier {
        /// The forms.
        forms: many DeadlineForm,
    }

    /// `, paused while waiting on ROLE` or `, paused while blocked`.
    PausedWhile {
        /// The role that is waited on.
        waiting_on: token Name,
    }
}

choice! {
    /// How a deadline's moment is found.
    DeadlineForm {
        /// `D`
        DeadlineFromStart,
        /// `D after start`, `D after X`
        DeadlineAfter,
        /// `by E`
        DeadlineBy,
        /// `end of D after X`
        DeadlineEndOf,
        /// `earlier of A, B`
        DeadlineEarlier,
    }
}

/// What a deadline counts from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DeadlineAnchor<'t> {
    /// `after start`: the instance's start.
    InstanceStart(Token<'t>),
    /// `after X`: when that node last settled.
    Node(Token<'t>),
}

fn anchor(node: Node<'_>) -> Option<DeadlineAnchor<'_>> {
    let start = node.child(Kind::StartWord).map(|word| DeadlineAnchor::InstanceStart(Token(word)));
    start.or_else(|| node.child(Kind::Name).map(|name| DeadlineAnchor::Node(Token(name))))
}

impl<'t> DeadlineAfter<'t> {
    /// What it counts from.
    pub fn anchor(self) -> Option<DeadlineAnchor<'t>> {
        anchor(self.0)
    }
}

impl<'t> DeadlineEndOf<'t> {
    /// What it counts from; nothing if from the node's start.
    pub fn anchor(self) -> Option<DeadlineAnchor<'t>> {
        anchor(self.0)
    }
}

impl PausedWhile<'_> {
    /// Whether it is `paused while blocked`, whoever is waited on.
    pub fn is_blocked(self) -> bool {
        self.0.child(Kind::BlockedWord).is_some()
    }
}

impl<'t> DeadlineForm<'t> {
    /// Every duration in it, also those inside `earlier of`.
    pub fn durations(self) -> impl Iterator<Item = Duration<'t>> + 't {
        self.node().descendants().filter_map(Duration::cast)
    }
}
