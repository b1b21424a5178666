//! What a node waits for: the names in its `after`, and all that stands before those.
//!
//! Invariant: nothing else can hold the node up but what is listed here.

use super::{Asked, listed, who_words};
use crate::typed::{Action, ActionKind, Join, Node, NodeKind, Source, Who};
use std::collections::BTreeSet;
use wf_plan::node::{IfLate, JoinKind, Needed};
use wf_plan::plan::{NodeId, RoleId};

/// The names it waits for, and who sends it back.
pub fn lines(asked: &Asked<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(join) = &asked.node.after {
        let direct: BTreeSet<NodeId> = join.nodes().into_iter().map(|(node, ..)| node).collect();
        let names: Vec<String> = direct.iter().map(|node| with_owner(asked, *node)).collect();
        let before = all_before(asked, &direct);
        let mut line = format!("At most for {}", listed(&names, "and"));
        if !before.is_empty() {
            let names: Vec<String> = before.iter().map(|node| name(asked, *node)).collect();
            line.push_str(&format!(", and through them for {}", listed(&names, "and")));
        }
        lines.push(format!("{line}. Nothing else can hold it up."));
    }
    lines.extend(again(asked));
    lines
}

/// When it starts, from its `after`.
pub fn start(asked: &Asked<'_>) -> Vec<String> {
    match (&asked.node.after, &asked.node.kind) {
        (None, NodeKind::Outcome { at_any_time_by, until, .. }) => {
            outcome_alone(asked, at_any_time_by, *until)
        }
        (None, _) => vec!["It starts with the instance.".to_owned()],
        (Some(join), kind) => {
            let verb = match kind {
                NodeKind::Converge => "is reached",
                NodeKind::Outcome { .. } => "ends the instance",
                _ => "starts",
            };
            joined(asked, join, verb)
        }
    }
}

fn outcome_alone(asked: &Asked<'_>, by: &[RoleId], until: Option<NodeId>) -> Vec<String> {
    let mut lines = Vec::new();
    if !by.is_empty() {
        let by: Vec<String> = by.iter().map(|role| super::role_words(asked.typed(), *role)).collect();
        let until =
            until.map(|until| format!(", until {} has settled", name(asked, until))).unwrap_or_default();
        let by = listed(&by, "or");
        lines.push(format!("{by} may end the instance here at any time, with a reason{until}."));
    }
    let ending: Vec<String> = ending(asked).into_iter().map(|(_, how)| how).collect();
    if !ending.is_empty() {
        lines.push(format!("The instance ends here when {}.", listed(&ending, "or when")));
    }
    if lines.is_empty() {
        lines.push("Nothing leads to it.".to_owned());
    }
    lines
}

fn joined(asked: &Asked<'_>, join: &Join, verb: &str) -> Vec<String> {
    if let [only] = join.sources.as_slice() {
        return vec![format!("It {verb} as soon as {}.", source(asked, only))];
    }
    let head = match join.kind {
        JoinKind::All => "all of these hold".to_owned(),
        JoinKind::AtLeast(1) => "one of these holds".to_owned(),
        JoinKind::AtLeast(least) => format!("{least} of these hold"),
        JoinKind::AllTaken => "none of these is still to come, and at least one has come".to_owned(),
    };
    let mut lines = vec![format!("It {verb} as soon as {head}:"), String::new()];
    lines.extend(join.sources.iter().map(|one| format!("- {}", source(asked, one))));
    lines.push(String::new());
    lines
}

fn source(asked: &Asked<'_>, source_of: &Source) -> String {
    match source_of {
        Source::Node(node, needed, _) => result(asked, *node, *needed),
        Source::Join(inner) => {
            let parts: Vec<String> = inner.sources.iter().map(|one| source(asked, one)).collect();
            match inner.kind {
                JoinKind::All => listed(&parts, "and"),
                JoinKind::AtLeast(1) => format!("either {}", listed(&parts, "or")),
                JoinKind::AtLeast(least) => format!("{least} of: {}", listed(&parts, "and")),
                JoinKind::AllTaken => format!("all that come of: {}", listed(&parts, "and")),
            }
        }
    }
}

/// "`contract` is done", "`go_live` is decided as `yes`".
fn result(asked: &Asked<'_>, id: NodeId, needed: Needed) -> String {
    let name = name(asked, id);
    let Some(node) = asked.typed().nodes.get(id.index()) else { return name };
    let vertex = asked.vertex(id);
    let skipped = vertex.is_some_and(|vertex| vertex.may_be_skipped);
    let late = vertex.is_some_and(|vertex| vertex.may_be_late);
    match (needed, &node.kind) {
        (Needed::Option(option), NodeKind::Decision { options, .. }) => {
            let option = options.get(usize::from(option)).map_or("", |option| &option.name);
            format!("{name} is decided as `{option}`")
        }
        (Needed::Outcome(outcome), NodeKind::Run { outcomes, .. }) => {
            let outcome = outcomes.get(usize::from(outcome)).map_or("", |outcome| outcome);
            format!("{name} ends in `{outcome}`")
        }
        (Needed::Skipped, _) => format!("{name} is skipped"),
        (Needed::Late, _) => format!("{name} does not come in time"),
        (Needed::Arrived, _) => format!("{name} arrives"),
        (Needed::Settled, _) => {
            let done = done(&name, node);
            let is = if done.contains(" has ") { "is " } else { "" };
            match (skipped, late) {
                (true, true) => format!("{done}, {is}skipped, or is late"),
                (true, false) => format!("{done} or {is}skipped"),
                (false, true) => format!("{done} or is late"),
                (false, false) => done,
            }
        }
        _ => done(&name, node),
    }
}

fn done(name: &str, node: &Node) -> String {
    match node.kind {
        NodeKind::Decision { .. } => format!("{name} is decided"),
        NodeKind::Converge => format!("{name} is reached"),
        NodeKind::Wait { .. } => format!("{name} has arrived"),
        NodeKind::PauseFor(_) | NodeKind::PauseUntil(_) => format!("{name} is over"),
        NodeKind::Run { .. } => format!("{name} has ended"),
        _ => format!("{name} is done"),
    }
}

fn all_before(asked: &Asked<'_>, direct: &BTreeSet<NodeId>) -> Vec<NodeId> {
    let mut found = direct.clone();
    let mut open: Vec<NodeId> = direct.iter().copied().collect();
    while let Some(id) = open.pop() {
        let node = asked.typed().nodes.get(id.index());
        let sources = node.and_then(|node| node.after.as_ref()).map(Join::nodes).unwrap_or_default();
        open.extend(sources.into_iter().map(|(node, ..)| node).filter(|node| found.insert(*node)));
    }
    found.into_iter().filter(|node| !direct.contains(node)).collect()
}

/// Everything that stands before the node, or before what ends the instance in it.
pub fn earlier(asked: &Asked<'_>) -> BTreeSet<NodeId> {
    let sources = asked.node.after.as_ref().map(Join::nodes).unwrap_or_default();
    let mut found: BTreeSet<NodeId> = sources.into_iter().map(|(node, ..)| node).collect();
    found.extend(ending(asked).into_iter().map(|(node, _)| node));
    let before = all_before(asked, &found);
    found.extend(before);
    found
}

/// The nodes that end the instance in this outcome by themselves, each with how.
fn ending(asked: &Asked<'_>) -> Vec<(NodeId, String)> {
    let mut found = Vec::new();
    for (id, node) in (0u16..).map(NodeId).zip(&asked.typed().nodes) {
        if matches!(&node.kind, NodeKind::Wait { if_late: Some(IfLate::Outcome(to)), .. } if *to == asked.id)
        {
            found.push((id, format!("`{}` does not come in time", node.name)));
        }
        if node.redo.as_ref().and_then(|redo| redo.otherwise) == Some(asked.id) {
            found.push((id, format!("`{}` has sent the work back as often as it may", node.name)));
        }
        let levels = node.ladders.iter().flat_map(|ladder| &ladder.levels);
        let alternatives = levels.filter_map(|level| level.ask.as_ref()).flat_map(|ask| &ask.alternatives);
        for alternative in alternatives {
            let ends = |action: &Action| matches!(action.kind, ActionKind::Outcome(to) if to == asked.id);
            if alternative.actions.iter().any(ends) {
                found.push((id, format!("“{}” is chosen for `{}`", alternative.label, node.name)));
            }
        }
    }
    found.dedup();
    found
}

/// Decisions of which one option must be chosen, as its `after` says.
pub fn demanded(asked: &Asked<'_>) -> BTreeSet<NodeId> {
    let Some(join) = asked.node.after.as_ref().filter(|join| join.kind == JoinKind::All) else {
        return BTreeSet::new();
    };
    let sources = join.sources.iter().filter_map(|source| match source {
        Source::Node(node, Needed::Option(_), _) => Some(*node),
        _ => None,
    });
    sources.collect()
}

/// Who may send it back, and how often.
fn again(asked: &Asked<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for node in &asked.typed().nodes {
        let options = match &node.kind {
            NodeKind::Decision { options, .. } => options.as_slice(),
            _ => &[],
        };
        let by_options =
            options.iter().filter_map(|option| Some((Some(&option.name), option.redo.as_ref()?)));
        for (option, redo) in by_options.chain(node.redo.as_ref().map(|redo| (None, redo))) {
            if redo.region.contains(&asked.id) {
                let times =
                    if redo.at_most == 1 { "once".to_owned() } else { format!("{} times", redo.at_most) };
                let when = match option {
                    Some(option) => format!("`{}` is decided as `{option}`", node.name),
                    None => format!("`{}` settles", node.name),
                };
                let done = if asked.node.kind == NodeKind::Converge { "reached" } else { "done" };
                lines.push(format!("It is {done} again when {when}, at most {times}."));
            }
        }
    }
    lines
}

pub fn name(asked: &Asked<'_>, id: NodeId) -> String {
    format!("`{}`", crate::proof_words::name(asked.typed(), id))
}

fn with_owner(asked: &Asked<'_>, id: NodeId) -> String {
    let Some(node) = asked.typed().nodes.get(id.index()) else { return String::new() };
    let owners = match node.owners.is_empty() {
        true => Vec::new(),
        false => who_words(asked.typed(), node, &Who::Owner, asked.source),
    };
    match owners.is_empty() {
        true => name(asked, id),
        false => format!("{} (by {})", name(asked, id), listed(&owners, "and")),
    }
}
