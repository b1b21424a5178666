//! WF111: a converge brings something together, and a decision makes a difference.
//!
//! A converge with a `when` is a gate and not asked about, nor is a decision that can send work back, or one that
//! nothing comes after. Invariant: a decision is told only if every node treats all of its options alike.

use crate::place::Problem;
use crate::subject::Subject;
use crate::typed::{Join, Node, NodeKind, Source, Typed};
use std::collections::{BTreeMap, BTreeSet};
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF111",
    name: "needless-convergence",
    severity: Severity::Warning,
    summary: "a converge has several sources, and options of a decision lead to different nodes",
};

/// Converges of one source, and decisions without a difference.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let typed = subject.typed;
    let groups = groups(typed);
    let nodes = (0..).map(NodeId).zip(&typed.nodes);
    nodes
        .filter_map(|(id, node)| match &node.kind {
            NodeKind::Converge => lonely(typed, node),
            NodeKind::Decision { options, .. } => {
                let goes_back = options.iter().any(|option| option.redo.is_some());
                let indifferent =
                    options.len() > 1 && !goes_back && all_alike(groups.get(&id), id, options.len());
                indifferent.then(|| without_difference(typed, id, node))
            }
            _ => None,
        })
        .collect()
}

fn lonely(typed: &Typed, node: &Node) -> Option<Problem> {
    let sources = node.after.as_ref()?.nodes();
    let [(source, _, at)] = sources.as_slice() else { return None };
    if node.when.is_some() {
        return None;
    }
    let source = typed.nodes.get(source.index()).map(|node| node.name.as_str()).unwrap_or_default();
    let message = format!("`{}` waits for `{source}` alone, so nothing comes together here", node.name);
    let problem = Problem::new(&RULE, node.at, message).with_related(*at, "its only source");
    Some(problem.with_help(format!(
        "delete `{}` and name its source where it is named, or add what it should wait for as well",
        node.name
    )))
}

/// By node: every group of sources, nested ones too, that names it.
fn groups(typed: &Typed) -> BTreeMap<NodeId, Vec<&Join>> {
    let mut found: BTreeMap<NodeId, Vec<&Join>> = BTreeMap::new();
    let mut open: Vec<&Join> = typed.nodes.iter().filter_map(|node| node.after.as_ref()).collect();
    while let Some(group) = open.pop() {
        for source in &group.sources {
            match source {
                Source::Join(inner) => open.push(inner),
                Source::Node(node, ..) => {
                    let of_node = found.entry(*node).or_default();
                    if of_node.last().is_none_or(|last| !std::ptr::eq(*last, group)) {
                        of_node.push(group);
                    }
                }
            }
        }
    }
    found
}

/// Whether something comes after the decision, and nothing that does asks which option was chosen.
fn all_alike(groups: Option<&Vec<&Join>>, decision: NodeId, options: usize) -> bool {
    groups.into_iter().flatten().all(|group| match named_in(group, decision) {
        Named::Whole => true,
        // `any of d.yes, d.no` means `d`; with other quantities the options would count one by one.
        Named::Options(chosen) => chosen.len() == options && group.kind == JoinKind::AtLeast(1),
    }) && groups.is_some()
}

/// How a group names a decision.
enum Named {
    /// By itself, whatever is chosen.
    Whole,
    /// By these of its options.
    Options(BTreeSet<u16>),
}

fn named_in(group: &Join, decision: NodeId) -> Named {
    let mut options = BTreeSet::new();
    for source in &group.sources {
        match source {
            Source::Node(node, Needed::Option(option), _) if *node == decision => {
                options.insert(*option);
            }
            // That nobody had to decide is a difference of its own.
            Source::Node(node, Needed::Skipped, _) if *node == decision => {
                return Named::Options(BTreeSet::new());
            }
            _ => {}
        }
    }
    if options.is_empty() { Named::Whole } else { Named::Options(options) }
}

fn without_difference(typed: &Typed, id: NodeId, node: &Node) -> Problem {
    let message = format!("whatever is chosen in `{}`, the process goes on the same way", node.name);
    let mut problem = Problem::new(&RULE, node.at, message).with_help(
        "let steps or outcomes come after single options (`after DECISION.OPTION`), or make it a step",
    );
    for reader in &typed.nodes {
        let sources = reader.after.as_ref().map(Join::nodes).unwrap_or_default();
        if let Some((_, _, at)) = sources.iter().find(|(source, ..)| *source == id) {
            problem = problem.with_related(*at, format!("`{}` comes after every option", reader.name));
        }
    }
    problem
}
