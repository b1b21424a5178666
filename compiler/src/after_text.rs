//! An `after` clause as text again: what a fix writes in place of the old one.
//!
//! Between a rule that changes a [`Join`] and the edit it proposes. Invariant: what is written reads back as the same
//! join; a bare source stands only where it counts as the join says (in `any of` and `N of`, settling turns into being
//! done, which is all that can be written there).

use crate::typed::{Join, NodeKind, Source, Typed};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// `after any of a, (b, c.done)`.
#[must_use]
pub fn after(typed: &Typed, join: &Join) -> String {
    format!("after {}", group(typed, join))
}

fn group(typed: &Typed, join: &Join) -> String {
    let sources: Vec<String> = join
        .sources
        .iter()
        .map(|source| match source {
            Source::Node(node, needed, _) => result(typed, *node, *needed, bare(join.kind)),
            Source::Join(inner) => format!("({})", group(typed, inner)),
        })
        .collect();
    let sources = sources.join(", ");
    match join.kind {
        JoinKind::All => sources,
        JoinKind::AtLeast(1) => format!("any of {sources}"),
        JoinKind::AtLeast(least) => format!("{least} of {sources}"),
        JoinKind::AllTaken => format!("all taken of {sources}"),
    }
}

/// What a source without a result stands for in a group.
fn bare(kind: JoinKind) -> Needed {
    match kind {
        JoinKind::AtLeast(_) => Needed::Done,
        JoinKind::All | JoinKind::AllTaken => Needed::Settled,
    }
}

fn result(typed: &Typed, node: NodeId, needed: Needed, bare: Needed) -> String {
    let name = typed.nodes.get(node.index()).map(|node| node.name.as_str()).unwrap_or_default();
    match word(typed, node, needed).filter(|_| needed != bare) {
        Some(word) => format!("{name}.{word}"),
        None => name.to_owned(),
    }
}

/// The word behind the dot.
fn word(typed: &Typed, node: NodeId, needed: Needed) -> Option<&str> {
    let kind = typed.nodes.get(node.index()).map(|node| &node.kind);
    match (needed, kind) {
        (Needed::Done, _) => Some("done"),
        (Needed::Skipped, _) => Some("skipped"),
        (Needed::Arrived, _) => Some("arrived"),
        (Needed::Late, _) => Some("late"),
        (Needed::Option(option), Some(NodeKind::Decision { options, .. })) => {
            options.get(usize::from(option)).map(|option| option.name.as_str())
        }
        (Needed::Outcome(outcome), Some(NodeKind::Run { outcomes, .. })) => {
            outcomes.get(usize::from(outcome)).map(String::as_str)
        }
        _ => None,
    }
}

/// A source as a person writes it where it stands by itself: `dpa`, `go_live.yes`, `any of a, b`.
#[must_use]
pub fn source(typed: &Typed, source: &Source) -> String {
    match source {
        Source::Node(node, needed, _) => named(typed, *node, *needed),
        Source::Join(inner) => group(typed, inner),
    }
}

/// A node and the result that is meant; being done or settled goes without saying.
#[must_use]
pub fn named(typed: &Typed, node: NodeId, needed: Needed) -> String {
    let bare = if needed == Needed::Done { Needed::Done } else { Needed::Settled };
    result(typed, node, needed, bare)
}
