//! WF111: a converge brings something together, and a decision makes a difference.
//!
//! A converge with a `when` is a gate and not asked about, nor is a decision that can send work back, or one that
//! nothing comes after. Invariant: a decision is told only if every node treats all of its options alike.

use crate::after_text::after;
use crate::place::Problem;
use crate::rejoin;
use crate::subject::Subject;
use crate::typed::{Join, Node, NodeKind, Source, Typed};
use std::collections::BTreeSet;
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
            NodeKind::Converge => lonely(typed, id, node),
            NodeKind::Decision { options, .. } => {
                let goes_back = options.iter().any(|option| option.redo.is_some());
                let indifferent =
                    options.len() > 1 && !goes_back && all_alike(groups.get(id.index()), id, options.len());
                indifferent.then(|| without_difference(typed, id, node))
            }
            _ => None,
        })
        .collect()
}

fn lonely(typed: &Typed, id: NodeId, node: &Node) -> Option<Problem> {
    let join = node.after.as_ref()?;
    let sources = join.nodes();
    let [(source, _, at)] = sources.as_slice() else { return None };
    if node.when.is_some() {
        return None;
    }
    let source = typed.nodes.get(source.index()).map(|node| node.name.as_str()).unwrap_or_default();
    let message = format!("`{}` waits for `{source}` alone, so nothing comes together here", node.name);
    let problem =
        Problem::new(&RULE, node.at, message).with_related(*at, "its only source").with_help(format!(
            "delete `{}` and name its source where it is named, or add what it should wait for as well",
            node.name
        ));
    let Some(forgotten) = forgotten(typed, id) else { return Some(problem) };
    let other = typed.nodes.get(forgotten.index())?;
    let title = format!("wait for `{}` as well, which nothing waits for", other.name);
    let cured = after(typed, &rejoin::and_also(join, forgotten));
    Some(problem.with_related(other.at, "nothing waits for this").with_fix(title, join.at, cured))
}

/// The one piece of work that nothing comes after, if there is only one beside what comes after the converge itself.
fn forgotten(typed: &Typed, converge: NodeId) -> Option<NodeId> {
    let mut named = vec![false; typed.nodes.len()];
    let mut onward: Vec<Vec<NodeId>> = vec![Vec::new(); typed.nodes.len()];
    for (reader, node) in (0..).map(NodeId).zip(&typed.nodes) {
        for (source, ..) in node.after.as_ref().map(Join::nodes).unwrap_or_default() {
            named.get_mut(source.index()).into_iter().for_each(|named| *named = true);
            onward.get_mut(source.index()).into_iter().for_each(|next| next.push(reader));
        }
    }
    let mut behind = BTreeSet::from([converge]);
    let mut open = vec![converge];
    while let Some(node) = open.pop() {
        let next = onward.get(node.index()).into_iter().flatten();
        open.extend(next.filter(|next| behind.insert(**next)));
    }
    let is_work = |node: &Node| !matches!(node.kind, NodeKind::Converge | NodeKind::Outcome { .. });
    let nodes = (0..).map(NodeId).zip(&typed.nodes).zip(named);
    let mut last = nodes.filter(|((id, node), named)| is_work(node) && !named && !behind.contains(id));
    let ((only, _), _) = last.next()?;
    last.next().is_none().then_some(only)
}

/// By node: every group of sources, nested ones too, that names it; of decisions only.
fn groups(typed: &Typed) -> Vec<Vec<&Join>> {
    let mut found: Vec<Vec<&Join>> = vec![Vec::new(); typed.nodes.len()];
    let is_decision: Vec<bool> =
        typed.nodes.iter().map(|node| matches!(node.kind, NodeKind::Decision { .. })).collect();
    let mut open: Vec<&Join> = typed.nodes.iter().filter_map(|node| node.after.as_ref()).collect();
    while let Some(group) = open.pop() {
        for source in &group.sources {
            match source {
                Source::Join(inner) => open.push(inner),
                Source::Node(node, ..) if is_decision.get(node.index()) == Some(&true) => {
                    let Some(of_node) = found.get_mut(node.index()) else { continue };
                    if of_node.last().is_none_or(|last| !std::ptr::eq(*last, group)) {
                        of_node.push(group);
                    }
                }
                Source::Node(..) => {}
            }
        }
    }
    found
}

/// Whether something comes after the decision, and nothing that does asks which option was chosen.
fn all_alike(groups: Option<&Vec<&Join>>, decision: NodeId, options: usize) -> bool {
    let groups = groups.filter(|groups| !groups.is_empty());
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
