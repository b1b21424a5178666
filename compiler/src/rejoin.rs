//! Joins as a cure changes them: wait for what was taken, for one source less, for one more.
//!
//! The rules of the proofs ask for them, and `after_text` writes them. Invariant: only the kind of a group, the result
//! of a source or the list of sources changes; everything else stays as it was written.

use crate::place::Place;
use crate::typed::{Join, Source};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// Each group that names one of these sources waits only for those that are taken.
#[must_use]
pub fn all_taken(join: &Join, at: &[Place]) -> Join {
    let mut changed = join.clone();
    let names = |source: &Source| matches!(source, Source::Node(_, _, place) if at.contains(place));
    if join.sources.len() > 1 && join.sources.iter().any(names) {
        changed = whole_taken(join);
    }
    each_group(&mut changed, |inner| all_taken(inner, at));
    changed
}

/// The outermost group waits only for those of its sources that are taken; a bare source of `any of` or `N of` stays
/// bare.
#[must_use]
pub fn whole_taken(join: &Join) -> Join {
    let mut changed = Join { kind: JoinKind::AllTaken, ..join.clone() };
    for source in &mut changed.sources {
        if let (Source::Node(_, needed, _), JoinKind::AtLeast(_)) = (source, join.kind)
            && *needed == Needed::Done
        {
            *needed = Needed::Settled;
        }
    }
    changed
}

/// One of its sources is enough.
#[must_use]
pub fn any_of(join: &Join) -> Join {
    Join { kind: JoinKind::AtLeast(1), ..join.clone() }
}

/// Without one source; a group that is left empty goes as well.
#[must_use]
pub fn without(join: &Join, at: Place) -> Join {
    let mut changed = join.clone();
    changed.sources.retain(|source| !matches!(source, Source::Node(_, _, place) if *place == at));
    each_group(&mut changed, |inner| without(inner, at));
    changed.sources.retain(|source| !matches!(source, Source::Join(inner) if inner.sources.is_empty()));
    changed
}

/// One source as a bare name: whatever its node came to.
#[must_use]
pub fn whatever_came(join: &Join, at: Place) -> Join {
    let mut changed = join.clone();
    let bare = if matches!(join.kind, JoinKind::AtLeast(_)) { Needed::Done } else { Needed::Settled };
    for source in &mut changed.sources {
        if let Source::Node(_, needed, place) = source
            && *place == at
        {
            *needed = bare;
        }
    }
    each_group(&mut changed, |inner| whatever_came(inner, at));
    changed
}

/// Waits for one more node.
#[must_use]
pub fn and_also(join: &Join, node: NodeId) -> Join {
    let more = Source::Node(node, Needed::Settled, join.at);
    let sources = match join.kind {
        JoinKind::All => join.sources.iter().cloned().chain([more]).collect(),
        _ => vec![Source::Join(join.clone()), more],
    };
    Join { kind: JoinKind::All, sources, at: join.at }
}

/// Comes with this result of a node as well.
#[must_use]
pub fn or_also(join: &Join, node: NodeId, needed: Needed) -> Join {
    let more = Source::Node(node, needed, join.at);
    let first = join.sources.first().filter(|_| join.sources.len() == 1);
    let sources = match (join.kind, first) {
        (JoinKind::AtLeast(1), _) => join.sources.iter().cloned().chain([more]).collect(),
        (_, Some(first)) => vec![first.clone(), more],
        _ => vec![Source::Join(join.clone()), more],
    };
    Join { kind: JoinKind::AtLeast(1), sources, at: join.at }
}

/// Whether a join names nothing but results of one and the same node, of which one comes at most.
#[must_use]
pub fn is_about_one_choice(join: &Join) -> bool {
    let of = |source: &Source| match source {
        Source::Node(node, Needed::Option(_) | Needed::Outcome(_), _) => Some(*node),
        _ => None,
    };
    let first = join.sources.first().and_then(of);
    first.is_some() && join.sources.len() > 1 && join.sources.iter().all(|source| of(source) == first)
}

/// Whether in some group inside every source is among these.
#[must_use]
pub fn is_group_lost(join: &Join, at: &[Place]) -> bool {
    join.sources.iter().any(|source| match source {
        Source::Join(inner) => {
            inner.nodes().iter().all(|(_, _, place)| at.contains(place)) || is_group_lost(inner, at)
        }
        Source::Node(..) => false,
    })
}

fn each_group(join: &mut Join, change: impl Fn(&Join) -> Join) {
    for source in &mut join.sources {
        if let Source::Join(inner) = source {
            *inner = change(inner);
        }
    }
}
