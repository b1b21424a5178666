//! Typed nodes: clauses, joins as trees, deadlines, redo regions.
//!
//! One struct for all kinds, as in the plan. Invariant: a clause that a kind may not have is empty.

use super::expr::{Expr, Words};
use super::ladder::{Action, Ladder, Reminder};
use super::{Field, Placed};
use crate::place::{DeclId, Place};
use std::collections::BTreeSet;
use std::sync::Arc;
use wf_plan::calendar::Duration;
use wf_plan::node::{CountFrom, IfLate, JoinKind, Needed, Separation, Settles};
use wf_plan::plan::{ClockPause, NodeId, RoleId, SystemId};
use wf_plan::value::Type;

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its title; the name, where there is none.
    pub label: String,
    /// Its header.
    pub at: Place,
    /// Directly behind its last character: where another node can be added.
    pub end: Place,
    /// Directly behind its last clause, inside its braces: where another clause can be added.
    pub clauses_end: Place,
    /// Doc comment.
    pub doc: String,
    /// `was OLD_NAME`.
    pub was: Option<String>,
    /// What it is.
    pub kind: NodeKind,
    /// `after …`; `None`: starts with the instance (an outcome: reached only by an action or lateness).
    pub after: Option<Join>,
    /// `when E`.
    pub when: Option<Expr>,
    /// The whole clause `when E`.
    pub when_clause: Option<Place>,
    /// `tags …`.
    pub tags: Vec<String>,
    /// `owner …`.
    pub owners: Vec<Placed<Owner>>,
    /// `seen by …`.
    pub seen_by: Vec<RoleId>,
    /// Form fields; of a wait, the event's fields in the event's order.
    pub form: Vec<Field>,
    /// `deadline …` lines in order.
    pub deadlines: Vec<Deadline>,
    /// `takes A to B`.
    pub takes: Option<Placed<(Duration, Duration)>>,
    /// `say …`.
    pub say: Option<Words>,
    /// `heads up D before start`.
    pub heads_up: Option<Placed<Duration>>,
    /// `different person from …`.
    pub different_from: Vec<Placed<Separation>>,
    /// `optional`.
    pub optional: bool,
    /// `for each …`.
    pub for_each: Option<ForEach>,
    /// `redo …` of a step or wait.
    pub redo: Option<Redo>,
    /// Reminders that hold for it, the workflow's default among them; shared where one clause means the same for many.
    pub reminders: Vec<Arc<Reminder>>,
    /// Ladders that hold for it, the workflow's defaults among them; shared likewise.
    pub ladders: Vec<Arc<Ladder>>,
    /// `on EVENT { … }`.
    pub on: Handlers,
}

/// What a node is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NodeKind {
    /// Work that an owner does.
    Step,
    /// A point at which people choose.
    Decision {
        /// In file order.
        options: Vec<DecisionOption>,
        /// `if late choose OPTION`: position in `options`.
        if_late: Option<u16>,
    },
    /// A named meeting point.
    Converge,
    /// Something that happens in another system.
    Wait {
        /// The system.
        system: SystemId,
        /// Position of the event in it.
        event: u16,
        /// `where E`.
        condition: Option<Expr>,
        /// `if late …`.
        if_late: Option<IfLate>,
    },
    /// `for D`, in the workflow's calendar.
    PauseFor(Placed<Duration>),
    /// `until E`: a moment; a date was turned into its start.
    PauseUntil(Expr),
    /// Another workflow as one node.
    Run {
        /// Its name.
        workflow: String,
        /// Its declaration.
        decl: DeclId,
        /// The word that names it.
        at: Place,
        /// Values of its inputs, by their names, in the order of its inputs.
        with: Vec<(String, Expr)>,
        /// Names of its outcomes in file order.
        outcomes: Vec<String>,
    },
    /// An end of the instance.
    Outcome {
        /// Effects.
        effects: Vec<Action>,
        /// `at any time by ROLE, …`: the roles; empty: it has no such clause.
        at_any_time_by: Vec<RoleId>,
        /// `until NODE` of it.
        until: Option<NodeId>,
    },
}

/// Who does a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Owner {
    /// The people of a role.
    Role(RoleId),
    /// A field of type person.
    Person(Expr),
}

/// `option …`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecisionOption {
    /// Its name.
    pub name: String,
    /// The words on its button; the name, where there are none.
    pub label: String,
    /// `short "…"`.
    pub short: Option<String>,
    /// Its name's place.
    pub at: Place,
    /// `when E`.
    pub when: Option<Expr>,
    /// The whole clause `when E`.
    pub when_clause: Option<Place>,
    /// `needs N`; 1 where nothing is said.
    pub needs: u16,
    /// `needs reason`.
    pub needs_reason: bool,
    /// `redo …`.
    pub redo: Option<Redo>,
    /// Directly behind its last character: where another option can be added.
    pub end: Place,
}

/// `redo S at most N times [otherwise outcome Y]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redo {
    /// The node that starts again.
    pub to: NodeId,
    /// Every node on a path from `to` to the node that holds the redo, both included, ascending.
    pub region: Vec<NodeId>,
    /// How often at most.
    pub at_most: u16,
    /// `otherwise outcome Y`.
    pub otherwise: Option<NodeId>,
    /// The clause.
    pub at: Place,
}

/// `for each x in LIST [settles when …]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForEach {
    /// Name of the variable.
    pub variable: String,
    /// Type of an element.
    pub element: Type,
    /// The list.
    pub list: Expr,
    /// `settles when …`.
    pub settles: Settles,
    /// The clause.
    pub at: Place,
}

/// What `after` waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// How the sources combine.
    pub kind: JoinKind,
    /// Never empty.
    pub sources: Vec<Source>,
    /// The clause, for a nested join its first source.
    pub at: Place,
}

/// One source of a join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A node, what of it counts, and where it is named.
    Node(NodeId, Needed, Place),
    /// A nested group.
    Join(Join),
}

/// One line `deadline …`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deadline {
    /// `when E`.
    pub condition: Option<Expr>,
    /// One, or several for `earlier of`.
    pub limits: Vec<Limit>,
    /// `paused while …`.
    pub pause: ClockPause,
    /// The line.
    pub at: Place,
}

/// One limit of a deadline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// Its form.
    pub kind: LimitKind,
    /// `, moved to the next working day`.
    pub moved_to_working_day: bool,
    /// Its place.
    pub at: Place,
}

/// The forms of a limit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LimitKind {
    /// `D [after …]`.
    Within(Duration, CountFrom),
    /// `end of D [after …]`.
    EndOf(Duration, CountFrom),
    /// `by E`: a moment; a date was turned into its end.
    By(Expr),
}

/// Effects of a node's own events.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Handlers {
    /// `on start`.
    pub start: Vec<Action>,
    /// `on done`.
    pub done: Vec<Action>,
    /// `on skip`.
    pub skip: Vec<Action>,
    /// `on block`.
    pub block: Vec<Action>,
    /// `on overdue`.
    pub overdue: Vec<Action>,
}

impl Join {
    /// The decisions that it waits for, where it waits for one result of each of several and for nothing else.
    #[must_use]
    pub fn decisions(&self) -> Option<BTreeSet<NodeId>> {
        let of = |source: &Source| match source {
            Source::Node(node, Needed::Option(_), _) if self.kind == JoinKind::All => Some(*node),
            _ => None,
        };
        let decisions: BTreeSet<NodeId> = self.sources.iter().map(of).collect::<Option<_>>()?;
        (decisions.len() > 1 && decisions.len() == self.sources.len()).then_some(decisions)
    }

    /// Every node named anywhere in the join, with what of it counts and where it is named.
    pub fn nodes(&self) -> Vec<(NodeId, Needed, Place)> {
        let mut found = Vec::with_capacity(self.sources.len());
        let mut open = vec![self];
        while let Some(join) = open.pop() {
            for source in &join.sources {
                match source {
                    Source::Node(node, needed, at) => found.push((*node, *needed, *at)),
                    Source::Join(inner) => open.push(inner),
                }
            }
        }
        found
    }
}
