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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::At;
    use crate::place::DeclId;

    fn at(number: u32) -> Place {
        Place { decl: DeclId { file: 0, key: 0 }, at: At(number) }
    }

    fn node(number: u16) -> Source {
        Source::Node(NodeId(number), Needed::Settled, at(u32::from(number)))
    }

    fn join(kind: JoinKind, sources: Vec<Source>) -> Join {
        Join { kind, sources, at: at(99) }
    }

    #[test]
    fn only_the_group_that_names_a_source_changes() {
        let inner = join(JoinKind::All, vec![node(1), node(2)]);
        let whole = join(JoinKind::All, vec![node(0), Source::Join(inner)]);
        let changed = all_taken(&whole, &[at(2)]);
        assert_eq!(changed.kind, JoinKind::All);
        let Some(Source::Join(inner)) = changed.sources.last() else { panic!("{changed:?}") };
        assert_eq!(inner.kind, JoinKind::AllTaken);
    }

    #[test]
    fn a_group_left_empty_goes_with_its_last_source() {
        let inner = join(JoinKind::AtLeast(1), vec![node(1)]);
        let whole = join(JoinKind::All, vec![node(0), Source::Join(inner)]);
        assert_eq!(without(&whole, at(1)).sources, [node(0)]);
    }

    #[test]
    fn one_more_node_stands_beside_a_group_that_is_no_list() {
        let any = join(JoinKind::AtLeast(1), vec![node(0), node(1)]);
        let more = and_also(&any, NodeId(2));
        assert_eq!((more.kind, more.sources.len()), (JoinKind::All, 2));
        assert_eq!(more.sources.first(), Some(&Source::Join(any)));
    }

    #[test]
    fn results_of_one_decision_are_one_choice() {
        let option = |number| Source::Node(NodeId(0), Needed::Option(number), at(u32::from(number)));
        assert!(is_about_one_choice(&join(JoinKind::All, vec![option(0), option(1)])));
        assert!(!is_about_one_choice(&join(JoinKind::All, vec![option(0), node(1)])));
        assert!(!is_about_one_choice(&join(JoinKind::All, vec![option(0)])));
    }
}
