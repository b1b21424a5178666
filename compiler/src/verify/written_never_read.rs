//! WF603: what people are asked to fill in is used.
//!
//! A use is any text, condition, effect, deadline or owner that reads the field, or a policy that asks for it. Fields
//! of events are not asked about: the other system sends them anyway. Invariant: a field that anything reads, even a
//! part of it, is used.

use crate::hir::PolicyRule;
use crate::place::Problem;
use crate::readings::What;
use crate::subject::Subject;
use crate::typed::{Field, Node, NodeKind};
use crate::types::{BOOL, NUMBER, is_money};
use std::collections::BTreeSet;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::plan::{FieldIndex, NodeId};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF603",
    name: "written-never-read",
    severity: Severity::Warning,
    summary: "what people fill in is used",
};

/// Form fields that nothing uses.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    let mut read: BTreeSet<(NodeId, FieldIndex)> = BTreeSet::new();
    for reading in &subject.uses.readings {
        if let What::Field(field) | What::Copies(field) = reading.what {
            read.insert((reading.node, field));
        }
    }
    let asked_for = by_policies(subject);
    let mut problems = Vec::new();
    for (id, node) in (0..).map(NodeId).zip(&subject.typed.nodes) {
        // The form of a wait is the event that the other system sends.
        if matches!(node.kind, NodeKind::Wait { .. }) {
            continue;
        }
        let fields = (0..).map(FieldIndex).zip(&node.form);
        let unused = fields.filter(|(index, field)| {
            !read.contains(&(id, *index)) && !asked_for.contains(field.data.name.as_str())
        });
        problems.extend(unused.map(|(_, field)| problem(node, field)));
    }
    problems
}

/// Names of fields that a policy wants in forms: `every step has form FIELD`.
fn by_policies<'a>(subject: &Subject<'a>) -> BTreeSet<&'a str> {
    let rules = subject.around.policies.iter().flat_map(|policy| &policy.rules);
    let asked = rules.filter_map(|rule| match &rule.rule {
        PolicyRule::EveryHas { what, argument: Some(field), .. } if what.text == "form" => {
            Some(field.text.as_str())
        }
        _ => None,
    });
    asked.collect()
}

/// How a later text could use the field; where each copy of the node fills in one, all of them are asked about.
fn example(node: &Node, field: &Field) -> String {
    let (name, owner, kind) = (&field.data.name, &node.name, field.data.kind);
    if node.for_each.is_none() {
        format!("{{{owner}.{name}}}")
    } else if kind == NUMBER || is_money(kind) {
        format!("{{total of {owner}.{name}}}")
    } else if kind == BOOL {
        format!("{{count of {owner} where {name}}}")
    } else {
        format!("{{count of {owner} where {name} is …}}")
    }
}

fn problem(node: &Node, field: &Field) -> Problem {
    let (name, owner) = (&field.data.name, &node.name);
    let example = example(node, field);
    Problem::new(&RULE, field.at, format!("nothing uses `{name}`, which `{owner}` asks for"))
        .with_label("filled in and never read")
        .with_help(format!(
            "use it, for example `{example}` in a text of a later step, or stop asking for it; \
             if it is kept for the record only, write above it \
             `# wf: allow written-never-read because …`"
        ))
}
