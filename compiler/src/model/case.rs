//! One run of a workflow, as far as it matters for a verdict: what the model answers when asked "can this be?".
//!
//! A case is an abstract run: values, and which nodes finished how, in an order in which they can. `witness` turns it
//! into events with dates and replays them on the interpreter. Invariant: every node in `finished` is ready once
//! those before it have finished, and what is not in `finished` has not.

use crate::place::Place;
use wf_plan::Value;
use wf_plan::plan::{FieldIndex, NodeId};

/// A field whose value a condition reads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldKey {
    /// `None`: an input; else a form field, or a field of the event that a wait took.
    pub node: Option<NodeId>,
    /// The field, and within records the field of that, and so on. Never empty.
    pub path: Vec<FieldIndex>,
}

/// How a node finished.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum How {
    /// A step was completed by a person (a `for each`: at least one copy was); a pause passed; the children of a run
    /// for each of several ended in different outcomes.
    Completed,
    /// A step was completed because nobody decided: the `otherwise` of a question.
    CompletedByNobody,
    /// A person skipped it: `optional`, `if late skip`, or an alternative (see [`Case::finished`]).
    Skipped,
    /// An option was chosen by a person.
    Chosen(u16),
    /// An option was taken because nobody chose: `if late choose`, or the `otherwise` of a question.
    ChosenByNobody(u16),
    /// The event arrived.
    Arrived,
    /// `if late go on`.
    Late,
    /// The child of a run ended in this outcome of it, by position.
    Ended(u16),
    /// It ended the instance in this outcome: by an alternative, `if late outcome`, or the last round of its `redo`.
    EndedInstance(NodeId),
}

/// Where a case ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ending {
    /// At a moment while it runs: no outcome has come, and something may still be active.
    Running,
    /// Quietly: nothing is active any more, and no outcome has come.
    Quiet,
    /// In this outcome, by the finish of the last node in [`Case::finished`] (of none: at the start).
    Outcome(NodeId),
}

/// One run, as far as it matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Values of inputs and forms that conditions read, those that matter for the verdict first; what is not here
    /// may be anything. A list that must be empty or not stands here as a list; [`Value::Missing`] is left out.
    pub values: Vec<(FieldKey, Value)>,
    /// How many of `values`, from the first, the verdict rests on.
    pub values_needed: usize,
    /// The nodes whose way of finishing, or of not finishing, the verdict rests on, in the order of `finished`.
    pub needed: Vec<NodeId>,
    /// What finished, in an order in which it can; skips by rule, converges and outcomes are not listed, they follow.
    pub finished: Vec<(NodeId, How)>,
    /// Decisions (with the option's position) and steps (0) whose `redo` was taken as often as it may be before.
    pub used_up: Vec<(NodeId, u16)>,
    /// Where it ends.
    pub ending: Ending,
    /// Opaque tests that are assumed to be true or false.
    pub assumed: Vec<(Place, bool)>,
}
