//! `every step has deadline`, `… escalation`, `… reminder`, `… owner r`, `… form f`: read off the nodes.
//!
//! Invariant: the workflow's defaults count as the node's own, because they hold for it.

use super::{Asked, Found};
use crate::hir::Name;
use crate::typed::{Node, NodeKind, Owner, Typed};
use wf_plan::plan::NodeId;

/// Which nodes are meant.
#[derive(Clone, Copy)]
pub struct Which<'a> {
    /// Decisions; else steps.
    pub decisions: bool,
    /// Those with this tag only.
    pub tagged: Option<&'a Name>,
}

impl Which<'_> {
    fn are_meant(self, node: &Node) -> bool {
        let kind = match &node.kind {
            NodeKind::Step => !self.decisions,
            NodeKind::Decision { .. } => self.decisions,
            _ => false,
        };
        kind && self.tagged.is_none_or(|tag| node.tags.contains(&tag.text))
    }
}

/// The first node that lacks what the rule asks for.
pub fn every_has(asked: &Asked<'_>, which: Which<'_>, what: &str, argument: Option<&Name>) -> Option<Found> {
    let typed = asked.typed();
    let meant = (0u16..).map(NodeId).zip(&typed.nodes).filter(|(_, node)| which.are_meant(node));
    let mut lacking = meant.filter(|(id, node)| !has(typed, node, what, argument) && asked.concerns(*id));
    let (_, node) = lacking.next()?;
    let others = lacking.count();
    let kind = if which.decisions { "decision" } else { "step" };
    let (lacks, help) = match (what, argument) {
        ("owner", Some(role)) => {
            (format!("is not owned by `{}`", role.text), format!("write `owner {}`", role.text))
        }
        ("form", Some(field)) => (
            format!("has no form field `{}`", field.text),
            format!("add the field to its form: `form {{ {}: text }}`", field.text),
        ),
        ("escalation", _) => (
            "has no escalation".to_owned(),
            "write `escalate …` here, or for all nodes at the head of the workflow".to_owned(),
        ),
        ("reminder", _) => (
            "has no reminder".to_owned(),
            "write `remind …` here, or for all nodes at the head of the workflow".to_owned(),
        ),
        _ => (
            "has no deadline".to_owned(),
            "write a `deadline`, such as `deadline 5 business days`".to_owned(),
        ),
    };
    let more = match others {
        0 => String::new(),
        1 => format!(", and one more {kind} like it"),
        _ => format!(", and {others} more {kind}s like it"),
    };
    Some(Found {
        at: node.at,
        what: format!("the {kind} `{}` {lacks}{more}", node.name),
        help,
        case: None,
        is_shown: true,
    })
}

fn has(typed: &Typed, node: &Node, what: &str, argument: Option<&Name>) -> bool {
    let named = argument.map(|name| name.text.as_str()).unwrap_or_default();
    match what {
        "deadline" => !node.deadlines.is_empty(),
        "escalation" => !node.ladders.is_empty(),
        "reminder" => !node.reminders.is_empty(),
        "owner" => node.owners.iter().any(|owner| match &owner.value {
            Owner::Role(role) => typed.roles.get(role.index()).is_some_and(|role| role.name == named),
            Owner::Person(_) => false,
        }),
        "form" => node.form.iter().any(|field| field.data.name == named),
        _ => true,
    }
}
