//! What is told of instances as JSON: where one stands, what followed from an act, what came of a start.
//!
//! `wfrun … --json` prints these, the HTTP API answers with them, and its description is made from them. Invariant:
//! a field that was once told keeps its name and meaning.

mod standing;

use crate::engine::{Applied, Arrival, Started};
use crate::moment::iso;
use crate::opened::in_words;
use crate::store::row::InstanceRow;
use serde::Serialize;
use utoipa::ToSchema;
use wf_plan::Moment;

pub use standing::{InstanceTold, state_in_words};

/// Anything of this file as a JSON value.
#[must_use]
pub fn shown(told: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(told).unwrap_or_default()
}

/// An instance in a list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = InstanceSummary)]
pub struct Listed {
    /// Its id.
    #[schema(example = "onboarding-17")]
    pub instance: String,
    /// Its reference, if the workflow gives one.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// Name of the workflow.
    pub workflow: String,
    /// `running`, `outcome`, `finished`, `ended without outcome` or `cancelled`.
    #[schema(example = "running")]
    pub status: String,
    /// Name of the outcome it reached.
    pub outcome: Option<String>,
    /// When it started.
    pub started: String,
    /// When it ended.
    pub ended: Option<String>,
}

impl Listed {
    /// A row of the list.
    #[must_use]
    pub fn of(instance: &InstanceRow) -> Self {
        Self {
            instance: instance.id.clone(),
            reference: instance.reference.clone(),
            title: instance.title.clone(),
            workflow: instance.workflow.clone(),
            status: instance.status.clone(),
            outcome: instance.outcome.clone(),
            started: iso(Moment(instance.started_at_ms)),
            ended: instance.ended_at_ms.map(|at| iso(Moment(at))),
        }
    }
}

/// What followed from an act.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Followed {
    /// The instance.
    #[schema(example = "onboarding-17")]
    pub instance: String,
    /// Its status afterwards.
    #[schema(example = "running")]
    pub status: String,
    /// Name of the outcome it reached.
    pub outcome: Option<String>,
    /// What happened, in order.
    pub happened: Vec<Happened>,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Happened {
    /// What.
    #[schema(example = "completed")]
    pub fact: &'static str,
    /// At which node; empty: the instance itself.
    pub node: String,
    /// Who did it; nothing: the process.
    pub by: Option<String>,
    /// The rest, in words.
    pub detail: String,
}

impl Followed {
    /// What an event brought about.
    #[must_use]
    pub fn of(applied: &Applied) -> Self {
        let happened = applied.records.iter().map(|record| {
            let (fact, node) = in_words(applied, record);
            Happened { fact, node, by: record.by.clone(), detail: record.detail.clone() }
        });
        Self {
            instance: applied.instance.id.clone(),
            status: applied.instance.status.clone(),
            outcome: applied.instance.outcome.clone(),
            happened: happened.collect(),
        }
    }
}

/// What came of a start.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Started)]
pub struct StartTold {
    /// The instance: a new one, or the one that stands for it already.
    #[schema(example = "onboarding-17")]
    pub instance: String,
    /// Its reference, if the workflow gives one.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// Its status.
    #[schema(example = "running")]
    pub status: String,
    /// It was started by this request.
    pub new: bool,
}

impl StartTold {
    /// A start.
    #[must_use]
    pub fn of(started: &Started) -> Self {
        let instance = started.instance();
        Self {
            instance: instance.id.clone(),
            reference: instance.reference.clone(),
            title: instance.title.clone(),
            status: instance.status.clone(),
            new: matches!(started, Started::New(_)),
        }
    }
}

/// What came of a system's event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Taken {
    /// It was known already, by its sender's number; nothing was done.
    pub known: bool,
    /// Instances that were given it.
    pub given_to: Vec<String>,
    /// Instances it started.
    pub started: Vec<String>,
    /// Why workflows it should start did not start.
    pub refused: Vec<String>,
}

impl Taken {
    /// An event's arrival.
    #[must_use]
    pub fn of(arrival: &Arrival) -> Self {
        Self {
            known: arrival.known,
            given_to: arrival.given_to.clone(),
            started: arrival.started.clone(),
            refused: arrival.refused.clone(),
        }
    }
}
