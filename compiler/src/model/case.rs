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
    /// An option was chosen by a person who answered a question, which leaves the decision's form empty.
    ChosenInAnswer(u16),
    /// An option was taken because nobody chose: `if late choose`, or the `otherwise` of a question.
    ChosenByNobody(u16),
    /// The event arrived.
    Arrived,
    /// `if late go on`.
    Late,
    /// The child of a run ended in this outcome of it, by position.
    Ended(u16),
    /// It ended the instance in this outcome and did not settle: by an alternative, or `if late outcome`.
    EndedInstance(NodeId),
    /// It settled and so ended the instance in this outcome: in the last round of its `redo`, or by an alternative
    /// that does both.
    SettledAndEnded(Settling, NodeId),
}

/// How a node settled that ended the instance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Settling {
    /// As [`How::Completed`].
    Completed,
    /// As [`How::CompletedByNobody`].
    CompletedByNobody,
    /// As [`How::Skipped`].
    Skipped,
    /// As [`How::ChosenInAnswer`]; of a decision without a form, [`How::Chosen`].
    Chosen(u16),
    /// As [`How::ChosenByNobody`].
    ChosenByNobody(u16),
    /// As [`How::Arrived`].
    Arrived,
    /// As [`How::Late`].
    Late,
}

impl How {
    /// How it settled, whatever followed from it; `None`: it did not.
    #[must_use]
    pub fn settling(self) -> Option<Self> {
        Some(match self {
            Self::EndedInstance(_) => return None,
            Self::SettledAndEnded(settling, _) => match settling {
                Settling::Completed => Self::Completed,
                Settling::CompletedByNobody => Self::CompletedByNobody,
                Settling::Skipped => Self::Skipped,
                Settling::Chosen(option) => Self::ChosenInAnswer(option),
                Settling::ChosenByNobody(option) => Self::ChosenByNobody(option),
                Settling::Arrived => Self::Arrived,
                Settling::Late => Self::Late,
            },
            how => how,
        })
    }

    /// The outcome that it brought about by itself.
    #[must_use]
    pub fn outcome(self) -> Option<NodeId> {
        match self {
            Self::EndedInstance(outcome) | Self::SettledAndEnded(_, outcome) => Some(outcome),
            _ => None,
        }
    }

    /// The option that was chosen, by whomever.
    #[must_use]
    pub fn option(self) -> Option<u16> {
        match self.settling()? {
            Self::Chosen(option) | Self::ChosenInAnswer(option) | Self::ChosenByNobody(option) => {
                Some(option)
            }
            _ => None,
        }
    }

    /// The same, with the instance ended in an outcome by it; `None` where nothing can follow.
    #[must_use]
    pub fn and_ended(self, outcome: NodeId) -> Option<Self> {
        let settling = match self {
            Self::Completed => Settling::Completed,
            Self::CompletedByNobody => Settling::CompletedByNobody,
            Self::Skipped => Settling::Skipped,
            Self::Chosen(option) | Self::ChosenInAnswer(option) => Settling::Chosen(option),
            Self::ChosenByNobody(option) => Settling::ChosenByNobody(option),
            Self::Arrived => Settling::Arrived,
            Self::Late => Settling::Late,
            Self::Ended(_) | Self::EndedInstance(_) | Self::SettledAndEnded(..) => return None,
        };
        Some(Self::SettledAndEnded(settling, outcome))
    }
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
