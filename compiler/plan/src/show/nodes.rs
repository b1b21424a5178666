//! Nodes in file order, with all they wait for, need and do.
//!
//! Invariant: a clause that is not there takes no line.

use super::page::Page;
use super::{Shown, actions, words};
use crate::node::{
    AtAnyTime, Decision, DecisionOption, IfLate, Node, NodeKind, Owner, Pause, Redo, Separation, Settles,
    Wait,
};
use crate::plan::NodeId;

/// All nodes.
pub(super) fn nodes(shown: &Shown<'_>, page: &mut Page) {
    page.heading("nodes", shown.program.nodes.len());
    for (id, node) in (0..=u16::MAX).map(NodeId).zip(&shown.program.nodes) {
        let place = shown.sources.nodes.get(id.index()).and_then(|place| shown.sources.line(*place));
        page.item(&format!("{} {} · {}", kind_name(&node.kind), node.name, node.label), place);
        if let Some(doc) = shown.docs.nodes.get(id.index()) {
            doc.lines().for_each(|line| page.line(2, line));
        }
        beginning(shown, page, node);
        owners(shown, page, node);
        own(shown, page, node);
        clauses(shown, page, node);
        handlers(shown, page, node);
    }
}

fn kind_name(kind: &NodeKind) -> &'static str {
    match kind {
        NodeKind::Step => "step",
        NodeKind::Decision(_) => "decision",
        NodeKind::Converge => "converge",
        NodeKind::Wait(_) => "wait",
        NodeKind::Pause(_) => "pause",
        NodeKind::Run(_) => "run",
        NodeKind::Outcome(_) => "outcome",
    }
}

/// When it begins.
fn beginning(shown: &Shown<'_>, page: &mut Page, node: &Node) {
    page.entry_some("was", node.was.clone());
    page.entry_some("tags", words::listed(&node.tags));
    match (node.after, &node.kind) {
        (Some(after), _) => page.entry("after", &shown.join(after)),
        (None, NodeKind::Outcome(_)) => {}
        (None, _) => page.entry("after", "(starts with the instance)"),
    }
    page.entry_some("when", node.when.map(|code| shown.expression(code)));
    if let Some(each) = &node.for_each {
        let settles = match each.settles {
            Settles::All => "all".to_owned(),
            Settles::AtLeast(1) => "any".to_owned(),
            Settles::AtLeast(count) => count.to_string(),
        };
        let list = shown.expression(each.list);
        page.entry("for each", &format!("{} in {list}, settles when {settles}", each.variable));
    }
}

/// Who does it, and who must not.
fn owners(shown: &Shown<'_>, page: &mut Page, node: &Node) {
    let owner = |owner: &Owner| match owner {
        Owner::Role(role) => shown.role(*role),
        Owner::Person(code) => shown.expression(*code),
    };
    page.entry_some("owner", words::listed(&node.owners.iter().map(owner).collect::<Vec<_>>()));
    let other = |other: &Separation| match other {
        Separation::Node(node) => shown.node(*node).to_owned(),
        Separation::Starter => "starter".to_owned(),
    };
    let others: Vec<String> = node.different_from.iter().map(other).collect();
    page.entry_some("different from", words::listed(&others));
}

/// What is particular to its kind.
fn own(shown: &Shown<'_>, page: &mut Page, node: &Node) {
    match &node.kind {
        NodeKind::Step | NodeKind::Converge => {}
        NodeKind::Decision(decision) => self::decision(shown, page, decision),
        NodeKind::Wait(wait) => self::wait(shown, page, wait),
        NodeKind::Pause(Pause::For(length)) => page.entry("for", &length.to_string()),
        NodeKind::Pause(Pause::Until(code)) => page.entry("until", &shown.expression(*code)),
        NodeKind::Run(run) => {
            let with = shown.with(run.with.iter().cloned());
            page.entry("runs", &format!("workflow {}{}{with}", run.workflow, actions::bound_to(run.plan)));
            page.entry_some("its outcomes", words::listed(&run.outcomes));
        }
        NodeKind::Outcome(outcome) => {
            page.entry_some(
                "at any time",
                outcome.at_any_time.as_ref().map(|any_time| at_any_time(shown, any_time)),
            );
            page.entry_list("then", outcome.effects.iter().map(|action| shown.action(action)));
        }
    }
    page.entry_some("redo", node.redo.as_ref().map(|redo| self::redo(shown, redo)));
}

fn at_any_time(shown: &Shown<'_>, any_time: &AtAnyTime) -> String {
    let by = shown.roles(&any_time.by).unwrap_or_default();
    let until = any_time.until.map(|node| format!(" until {}", shown.node(node))).unwrap_or_default();
    format!("by {by}{until}")
}

fn decision(shown: &Shown<'_>, page: &mut Page, decision: &Decision) {
    page.entry_list("option", decision.options.iter().map(|option| self::option(shown, option)));
    let late = decision.if_late.and_then(|at| decision.options.get(usize::from(at)));
    page.entry_some("if late", late.map(|option| format!("choose {}", option.name)));
}

fn option(shown: &Shown<'_>, option: &DecisionOption) -> String {
    let mut line = format!("{} {}", option.name, words::quoted(&option.label));
    if let Some(short) = &option.short {
        line.push_str(&format!(" short {}", words::quoted(short)));
    }
    if let Some(when) = option.when {
        line.push_str(&format!(" when {}", shown.expression(when)));
    }
    if option.needs > 1 {
        line.push_str(&format!(" needs {}", option.needs));
    }
    if option.needs_reason {
        line.push_str(" needs reason");
    }
    if let Some(redo) = &option.redo {
        line.push_str(&format!(" redo {}", self::redo(shown, redo)));
    }
    line
}

fn redo(shown: &Shown<'_>, redo: &Redo) -> String {
    let region: Vec<&str> = redo.region.iter().map(|node| shown.node(*node)).collect();
    let otherwise = redo.otherwise.map(|outcome| format!(" otherwise outcome {}", shown.node(outcome)));
    let (to, rounds, otherwise) = (shown.node(redo.to), redo.at_most, otherwise.unwrap_or_default());
    let times = if rounds == 1 { "time" } else { "times" };
    format!("{to} at most {rounds} {times}{otherwise} (starts again: {})", region.join(", "))
}

fn wait(shown: &Shown<'_>, page: &mut Page, wait: &Wait) {
    let condition =
        wait.condition.map(|code| format!(" where {}", shown.expression(code))).unwrap_or_default();
    page.entry("for", &format!("{}{condition}", shown.event(wait.system, wait.event)));
    let late = wait.if_late.map(|late| match late {
        IfLate::Skip => "skip".to_owned(),
        IfLate::GoOn => "go on".to_owned(),
        IfLate::Outcome(outcome) => format!("outcome {}", shown.node(outcome)),
    });
    page.entry_some("if late", late);
}

/// By when, with which form and words, and who is reminded of it.
fn clauses(shown: &Shown<'_>, page: &mut Page, node: &Node) {
    if node.optional {
        page.entry("optional", "a person may skip it, with a reason");
    }
    page.entry_list("deadline", node.deadlines.iter().map(|rule| shown.deadline(rule)));
    let takes = node.takes.map(|(least, most)| format!("{} to {}", least, most));
    page.entry_some("takes", takes);
    page.entry_some("heads up", node.heads_up.map(|before| format!("{} before start", before)));
    page.entry_list("form", node.form.iter().map(|field| shown.field(field)));
    page.entry_some("say", node.say.as_ref().map(|say| shown.spoken(say)));
    let reminders: Vec<String> = node.reminders.iter().map(|id| shown.reminder_name(*id)).collect();
    page.entry_some("remind", words::listed(&reminders));
    let ladders: Vec<String> = node.ladders.iter().map(|id| shown.ladder_name(*id)).collect();
    page.entry_some("escalate", words::listed(&ladders));
    page.entry_some("seen by", shown.roles(&node.seen_by));
}

fn handlers(shown: &Shown<'_>, page: &mut Page, node: &Node) {
    let on = &node.on;
    for (name, actions) in [
        ("on start", &on.start),
        ("on done", &on.done),
        ("on skip", &on.skip),
        ("on block", &on.block),
        ("on overdue", &on.overdue),
    ] {
        page.entry_list(name, actions.iter().map(|action| shown.action(action)));
    }
}
