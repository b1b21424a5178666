//! Open questions of ladders, and events that no wait has taken yet.
//!
//! A question lives from its level until it is answered, withdrawn or its node leaves active. Invariant: a
//! question's place is active or blocked, and its ladder and level exist in the program.

use crate::event::{Place, QuestionId};
use serde::{Deserialize, Serialize};
use wf_plan::plan::SystemId;
use wf_plan::{Moment, Value};

/// A question that waits for an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Question {
    /// Its number.
    pub id: QuestionId,
    /// About which work.
    pub place: Place,
    /// Which of the node's ladders.
    pub ladder: u16,
    /// Which level of it, counted from 0.
    pub level: u16,
    /// When it was asked.
    pub asked: Moment,
    /// What the agent added.
    pub suggestions: Vec<String>,
    /// Its time is over and nothing followed: an incident that waits for an answer.
    pub expired: bool,
}

/// An event that waits for a wait.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// When it came.
    pub at: Moment,
    /// From which system.
    pub system: SystemId,
    /// Position in the system's events.
    pub event: u16,
    /// Its fields.
    pub fields: Vec<Value>,
}
