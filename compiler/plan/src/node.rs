//! Nodes and joins: what stands in a workflow and what it waits for.
//!
//! One struct for all kinds, because they share nearly every clause; what is particular is in [`NodeKind`].
//! Invariant: a clause that a kind may not have is empty (the compiler reports it, `load` refuses it).

use crate::calendar::Duration;
use crate::ladder::{Action, Words};
use crate::plan::{
    CodeId, DeadlineRule, FieldIndex, JoinId, LadderId, MeaningHash, NodeId, ReminderId, RoleId, SystemId,
};
use crate::value::Field;
use serde::{Deserialize, Serialize};

/// A step, decision, converge, wait, pause, run or outcome.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Name in the source.
    pub name: String,
    /// Title for people; the name, where the source has none.
    pub label: String,
    /// `was OLD_NAME`.
    pub was: Option<String>,
    /// What it is.
    pub kind: NodeKind,
    /// What it waits for; `None`: starts with the instance (an outcome: reached only by an action or lateness).
    pub after: Option<JoinId>,
    /// `when E`, evaluated once when ready.
    pub when: Option<CodeId>,
    /// `tags …`.
    pub tags: Vec<String>,
    /// Who does it; empty for a wait or run: the process owner.
    pub owners: Vec<Owner>,
    /// `seen by ROLE, …`.
    pub seen_by: Vec<RoleId>,
    /// Form fields of a step or decision; the event's fields of a wait, in the event's order.
    pub form: Vec<Field>,
    /// Deadline lines in order; the first whose condition is true holds.
    pub deadlines: Vec<DeadlineRule>,
    /// `takes A to B`.
    pub takes: Option<(Duration, Duration)>,
    /// `say`: text of the work message at the start.
    pub say: Option<Words>,
    /// `heads up D before start`.
    pub heads_up: Option<Duration>,
    /// `different person from …`.
    pub different_from: Vec<Separation>,
    /// `optional`: a person may skip it, with a reason.
    pub optional: bool,
    /// `for each x in LIST settles when …`.
    pub for_each: Option<ForEach>,
    /// `redo` of a step or wait: taken when it settles. (A decision's redo is in its options.)
    pub redo: Option<Redo>,
    /// Reminders, in order.
    pub reminders: Vec<ReminderId>,
    /// Ladders, each climbed by itself.
    pub ladders: Vec<LadderId>,
    /// `on start|done|skip|block|overdue { … }`.
    pub on: Handlers,
}

/// What a node is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum NodeKind {
    /// Work that an owner does.
    Step,
    /// A point at which people choose.
    Decision(Decision),
    /// A named meeting point.
    Converge,
    /// Something that happens in another system.
    Wait(Wait),
    /// Time that must pass.
    Pause(Pause),
    /// Another workflow as one node.
    Run(Run),
    /// An end of the instance.
    Outcome(Outcome),
}

/// Who does a node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Owner {
    /// The people of a role.
    Role(RoleId),
    /// The person (or address) that code yields: a field of type person.
    Person(CodeId),
}

/// `option …` and `if late choose …`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// In file order; at least two.
    pub options: Vec<DecisionOption>,
    /// `if late choose OPTION`: position in `options`.
    pub if_late: Option<u16>,
}

/// One option of a decision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DecisionOption {
    /// Name in the source.
    pub name: String,
    /// Text on the button.
    pub label: String,
    /// `short "…"`, for channels with little room.
    pub short: Option<String>,
    /// `when E`: evaluated once when the decision becomes ready; false: nobody can choose it.
    pub when: Option<CodeId>,
    /// `needs N`: people who must choose it; 1 where nothing is said.
    pub needs: u16,
    /// `needs reason`.
    pub needs_reason: bool,
    /// `redo S at most N times`: choosing it does not settle the decision.
    pub redo: Option<Redo>,
}

/// A return to an earlier node.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Redo {
    /// The node that starts again.
    pub to: NodeId,
    /// Every node on a path from `to` to the node that holds the redo, both included, ascending.
    pub region: Vec<NodeId>,
    /// How often at most.
    pub at_most: u16,
    /// `otherwise outcome Y` of a step or wait.
    pub otherwise: Option<NodeId>,
}

/// `wait … for SYSTEM "event" [where E]`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// The system that sends the event.
    pub system: SystemId,
    /// Position of the event in the system's `events`.
    pub event: u16,
    /// `where E` over the event's fields.
    pub condition: Option<CodeId>,
    /// `if late …`.
    pub if_late: Option<IfLate>,
}

/// What a wait does when its deadline passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum IfLate {
    /// `if late skip`: settles as skipped.
    Skip,
    /// `if late outcome X`: the instance ends there.
    Outcome(NodeId),
    /// `if late go on`: settles as late.
    GoOn,
}

/// `pause`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Pause {
    /// `for DURATION`, in the workflow's calendar.
    For(Duration),
    /// `until EXPR`: a moment, or a date meaning its start.
    Until(CodeId),
}

/// `run NAME workflow W with { … }`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Run {
    /// Name of the child workflow.
    pub workflow: String,
    /// Its plan at compile time.
    pub plan: MeaningHash,
    /// Values of the child's inputs, by the child's input name.
    pub with: Vec<(String, CodeId)>,
    /// Names of the child's outcomes in its file order: the possible results.
    pub outcomes: Vec<String>,
}

/// An end of the instance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Effects when it is reached.
    pub effects: Vec<Action>,
    /// `at any time by ROLE, … [until NODE]`.
    pub at_any_time: Option<AtAnyTime>,
}

/// Who may end the instance, and how long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AtAnyTime {
    /// Roles that may; always with a reason.
    pub by: Vec<RoleId>,
    /// Only while this node has not settled.
    pub until: Option<NodeId>,
}

/// Whom the owner must differ from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Separation {
    /// Whoever did that node.
    Node(NodeId),
    /// Whoever started the instance.
    Starter,
}

/// `for each x in LIST`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ForEach {
    /// Name of the element variable, for people.
    pub variable: String,
    /// The list, evaluated once when ready and kept; at most [`crate::value::LIST_LIMIT`] elements.
    pub list: CodeId,
    /// When the node settles.
    pub settles: Settles,
}

/// `settles when all|any|N`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Settles {
    /// When every copy has (the default).
    All,
    /// When N copies have, or all if there are fewer; `any` is 1.
    AtLeast(u16),
}

/// Effects of a node's own events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
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

/// One limit of a deadline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Limit {
    /// Where it counts from and how far.
    pub kind: LimitKind,
    /// `, moved to the next working day`.
    pub moved_to_working_day: bool,
}

/// The forms of a deadline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LimitKind {
    /// `D [after …]`.
    Within(Duration, CountFrom),
    /// `end of D after …`: the day itself left out, ends at midnight.
    EndOf(Duration, CountFrom),
    /// `by EXPR`: code that yields a moment (a date was turned into its end by the compiler).
    By(CodeId),
}

/// Where a duration counts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CountFrom {
    /// The node's own start.
    OwnStart,
    /// `after start`: the instance's start.
    InstanceStart,
    /// `after X`: when X last settled.
    Settled(NodeId),
}

/// What `after` waits for: one row of the join table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Join {
    /// How its sources combine.
    pub kind: JoinKind,
    /// Never empty.
    pub sources: Vec<Source>,
}

/// How the sources of a join combine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum JoinKind {
    /// `a, b`: every source holds.
    All,
    /// `any of`, `N of`: at least this many hold.
    AtLeast(u16),
    /// `all taken of`: every source holds or no longer can, and at least one holds.
    AllTaken,
}

/// One source of a join.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Source {
    /// A node, and what of it counts.
    Node(NodeId, Needed),
    /// A nested group.
    Join(JoinId),
}

/// What of a node a source needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Needed {
    /// Settled in any way: a bare source in `all` and `all taken`.
    Settled,
    /// Completed, chosen or arrived (a run: ended with an outcome): a bare source in `any of` and `N of`; `.done`.
    Done,
    /// `.skipped`: by rule or by a person.
    Skipped,
    /// `decision.option`: this position was chosen.
    Option(u16),
    /// `wait.arrived`.
    Arrived,
    /// `wait.late`.
    Late,
    /// `run.OUTCOME`: position in [`Run::outcomes`].
    Outcome(u16),
}

/// A field of the instance that a person may correct.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum FieldRef {
    /// An input.
    Input(FieldIndex),
    /// A form field of a node.
    Form(NodeId, FieldIndex),
}

impl Node {
    /// True for the kinds a person works on: they can be claimed, completed, blocked.
    #[must_use]
    pub fn is_worked_on(&self) -> bool {
        matches!(self.kind, NodeKind::Step | NodeKind::Decision(_))
    }
}
