//! How each node settles in a run that the model shows, in the words of a [`Pass`](super::pass::Pass).
//!
//! Between `model`, which tells what finished and how, and `pass`, which times it. Invariant: of what was reached and did
//! not finish, only what has a condition counts as skipped by it; the rest is unfinished.

use super::pass::Fate;
use super::schedule::{Schedule, is_outcome};
use crate::model::{Case, How};
use crate::typed::{Join, NodeKind, Source};
use std::collections::BTreeMap;
use wf_plan::node::{JoinKind, Needed};

/// How each node settles in a run.
#[must_use]
pub fn fates(schedule: &Schedule<'_>, case: &Case) -> Vec<Fate> {
    let mut fates = vec![Fate::NotTaken; schedule.typed.nodes.len()];
    let hows: BTreeMap<usize, How> = case.finished.iter().map(|(node, how)| (node.index(), *how)).collect();
    for index in &schedule.order {
        let finished = hows.get(index).map(|how| how.settling().unwrap_or(*how));
        let Some(node) = schedule.node(*index) else { continue };
        let fate = match finished {
            Some(How::Skipped) => Fate::Skipped,
            Some(How::Chosen(option) | How::ChosenInAnswer(option) | How::ChosenByNobody(option)) => {
                Fate::Option(option)
            }
            Some(How::Late) => Fate::Late,
            Some(How::Ended(outcome)) => Fate::Outcome(outcome),
            Some(
                How::Completed
                | How::CompletedByNobody
                | How::Arrived
                | How::EndedInstance(_)
                | How::SettledAndEnded(..),
            ) => Fate::Done,
            None if !node.after.as_ref().map_or(!is_outcome(node), |join| holds(join, &fates)) => {
                Fate::NotTaken
            }
            None if matches!(node.kind, NodeKind::Converge | NodeKind::Outcome { .. }) => Fate::Done,
            // It was reached and did not finish: skipped by rule where that can be, which takes no time.
            None if node.when.is_some() || node.for_each.is_some() => Fate::Skipped,
            None => Fate::Unfinished,
        };
        if let Some(place) = fates.get_mut(*index) {
            *place = fate;
        }
    }
    fates
}

fn holds(join: &Join, fates: &[Fate]) -> bool {
    let held = join.sources.iter().filter(|source| source_holds(source, fates)).count();
    match join.kind {
        JoinKind::All => held == join.sources.len(),
        JoinKind::AtLeast(least) => held >= usize::from(least),
        JoinKind::AllTaken => held > 0,
    }
}

fn source_holds(source: &Source, fates: &[Fate]) -> bool {
    let (node, needed) = match source {
        Source::Join(inner) => return holds(inner, fates),
        Source::Node(node, needed, _) => (node.index(), *needed),
    };
    let fate = fates.get(node).copied().unwrap_or(Fate::NotTaken);
    match (needed, fate) {
        (_, Fate::NotTaken | Fate::Unfinished | Fate::Open) => false,
        (Needed::Settled, _) => true,
        (Needed::Skipped, _) => fate == Fate::Skipped,
        (_, Fate::Skipped) => false,
        (Needed::Late, _) => fate == Fate::Late,
        (_, Fate::Late) => false,
        (Needed::Option(wanted), Fate::Option(chosen)) => wanted == chosen,
        (Needed::Outcome(wanted), Fate::Outcome(ended)) => wanted == ended,
        _ => true,
    }
}
