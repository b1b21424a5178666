//! Rows that did not fit, and rows that had to be forced: how many, why, and the first of them.
//!
//! Invariant: every row of the log is in one of the counts.

use super::event::Fits;
use crate::audit::fact;
use crate::plans::Ready;
use serde::Serialize;
use std::collections::BTreeMap;
use wf_vm::effect::Refusal;
use wf_vm::event::Place;
use wf_vm::state::NodeState;
use wf_vm::{EventKind, State};

/// Examples told of each reason.
const EXAMPLES: usize = 3;

/// Rows that share an activity and a reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Misfit {
    /// The activity, as the log names it.
    pub activity: String,
    /// Why, in words.
    pub reason: String,
    /// How many.
    pub rows: u64,
    /// The first lines.
    pub lines: Vec<u64>,
}

/// Reasons with their rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Misfits(BTreeMap<(String, String), (u64, Vec<u64>)>);

impl Misfits {
    /// Counts a row.
    pub fn count(&mut self, activity: &str, reason: String, line: u64) {
        let (rows, lines) = self.0.entry((activity.to_owned(), reason)).or_default();
        *rows += 1;
        if lines.len() < EXAMPLES {
            lines.push(line);
        }
    }

    /// Most rows first.
    #[must_use]
    pub fn sorted(self) -> Vec<Misfit> {
        let all = self.0.into_iter();
        let mut all: Vec<Misfit> =
            all.map(|((activity, reason), (rows, lines))| Misfit { activity, reason, rows, lines }).collect();
        all.sort_by_key(|misfit| std::cmp::Reverse(misfit.rows));
        all
    }
}

/// Why a row does not fit, in words; `None`: it does.
pub(super) fn reason(ready: &Ready, state: &State, fits: &Fits) -> Option<String> {
    match fits {
        Fits::Yes(_) | Fits::Forced(..) => None,
        Fits::Nothing(why) => Some((*why).to_owned()),
        Fits::No(EventKind::Act { place, .. }, Refusal::NotActive) => Some(not_active(ready, state, *place)),
        Fits::No(_, refusal) => Some(fact::refusal(refusal, ready.program()).0),
    }
}

/// Why something was forced, in words that name nobody.
pub(super) fn forced(ready: &Ready, refusal: &Refusal) -> String {
    match refusal {
        Refusal::ClaimedByAnother { .. } => "somebody else had claimed it".to_owned(),
        Refusal::SamePerson { .. } => "the plan wants a different person".to_owned(),
        Refusal::FieldMissing { field } => format!("the log has no value of `{field}`"),
        other => fact::refusal(other, ready.program()).0,
    }
}

fn not_active(ready: &Ready, state: &State, place: Place) -> String {
    let name = ready.program().nodes.get(place.node.index()).map_or("", |node| node.name.as_str());
    match state.node_state(place.node) {
        NodeState::Waiting => format!("`{name}` has not started yet"),
        NodeState::NotTaken => format!("`{name}` is not taken any more"),
        _ => format!("`{name}` is settled already"),
    }
}
