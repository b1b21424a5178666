//! `wfc why NODE`: one node explained in words: when it runs and when not, what it waits for, its days, who hears of it.
//!
//! Everything is read off what the rules are decided on: the typed workflow, the model of its runs, the times of its
//! schedule. The page is Markdown; the program shows it. Invariant: nothing is said of all runs that the model has not
//! decided; where nothing is known, the page says so or says nothing.

mod days;
pub mod ladders;
mod runs;
mod tells;
mod waits;

use crate::graph::Vertex;
use crate::place::Place;
use crate::subject::Subject;
use crate::typed::{Expr, Node, NodeKind, Text, TextPart, Typed, Who};
use std::fmt::Write as _;
use wf_plan::plan::{NodeId, RoleId};

/// A node, and how to read the source.
pub struct Asked<'a> {
    /// The workflow.
    pub subject: Subject<'a>,
    /// The node.
    pub id: NodeId,
    /// It.
    pub node: &'a Node,
    /// The text that stands at a place.
    pub source: &'a dyn Fn(Place) -> String,
}

/// The page of a node; `None` where there is no such node.
#[must_use]
pub fn page(subject: Subject<'_>, id: NodeId, source: &dyn Fn(Place) -> String) -> Option<String> {
    let node = subject.typed.nodes.get(id.index())?;
    let asked = Asked { subject, id, node, source };
    let mut page = asked.heading();
    for (title, lines) in [
        ("When it runs", runs::lines(&asked)),
        ("What it waits for", waits::lines(&asked)),
        ("Its days", days::lines(&asked)),
        ("Who hears of it", tells::lines(&asked)),
    ] {
        if !lines.is_empty() {
            let _ = write!(page, "\n## {title}\n\n{}\n", lines.join("\n"));
        }
    }
    Some(page)
}

impl<'a> Asked<'a> {
    fn typed(&self) -> &'a Typed {
        self.subject.typed
    }

    fn vertex(&self, id: NodeId) -> Option<&'a Vertex> {
        self.subject.graph.vertex(id)
    }

    fn heading(&self) -> String {
        let typed = self.typed();
        let keyword = self.vertex(self.id).map_or("node", |vertex| vertex.keyword);
        let article = if keyword == "outcome" { "An" } else { "A" };
        let mut page = format!("# {}\n\n{article} {keyword} of `{}`", titled(self.node), typed.name);
        let owners = self.owners();
        if !owners.is_empty() {
            let _ = write!(page, ", in the hands of {}", listed(&owners, "and"));
        }
        page.push_str(".\n");
        if let NodeKind::Decision { options, .. } = &self.node.kind {
            let options: Vec<String> = options.iter().map(option_words).collect();
            let _ = writeln!(page, "It is decided as {}.", listed(&options, "or"));
        }
        match &self.node.kind {
            NodeKind::Run { workflow, .. } => {
                let _ = writeln!(page, "It runs the workflow `{workflow}` and waits for its end.");
            }
            NodeKind::Wait { system, event, .. } => {
                if let Some(system) = typed.systems.get(system.index())
                    && let Some(event) = system.events.get(usize::from(*event))
                {
                    let _ = writeln!(page, "It waits for the event “{}” of `{}`.", event.name, system.name);
                }
            }
            _ => {}
        }
        if !self.node.doc.is_empty() {
            let _ = writeln!(page, "{}", self.node.doc.trim());
        }
        page
    }

    fn owners(&self) -> Vec<String> {
        if self.node.owners.is_empty() {
            return Vec::new();
        }
        who_words(self.typed(), self.node, &Who::Owner, self.source)
    }

    /// A text as it is written, values in braces.
    fn text(&self, text: &Text) -> String {
        let part = |part: &TextPart| match part {
            TextPart::Words(words) => words.clone(),
            TextPart::Value(value) => format!("{{{}}}", (self.source)(value.at)),
        };
        let words: String = text.parts.iter().map(part).collect();
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn expression(&self, expression: &Expr) -> String {
        format!("`{}`", (self.source)(expression.at))
    }
}

fn option_words(option: &crate::typed::node::DecisionOption) -> String {
    if option.label == option.name {
        format!("`{}`", option.name)
    } else {
        format!("`{}` ({})", option.name, option.label)
    }
}

/// A node by name and title: "`dpa` · Data processing agreement".
#[must_use]
pub fn titled(node: &Node) -> String {
    if node.label == node.name {
        format!("`{}`", node.name)
    } else {
        format!("`{}` · {}", node.name, node.label)
    }
}

/// A role by its name.
#[must_use]
pub fn role_words(typed: &Typed, role: RoleId) -> String {
    format!("`{}`", crate::reach::role_name(typed, role))
}

/// Whom a receiver means at a node, in words.
#[must_use]
pub fn who_words(typed: &Typed, node: &Node, who: &Who, source: &dyn Fn(Place) -> String) -> Vec<String> {
    use crate::typed::Owner;
    let process_owner = || typed.process_owner.map(|role| role_words(typed, role)).into_iter().collect();
    match who {
        Who::Role(role) => vec![role_words(typed, *role)],
        Who::Owner if node.owners.is_empty() => process_owner(),
        Who::Owner => {
            let owners = node.owners.iter().map(|owner| match &owner.value {
                Owner::Role(role) => role_words(typed, *role),
                Owner::Person(field) => format!("whoever `{}` names", source(field.at)),
            });
            owners.collect()
        }
        Who::ProcessOwner => process_owner(),
        Who::Starter => vec!["whoever started it".to_owned()],
        Who::WaitingOn => vec!["whoever it waits on".to_owned()],
        Who::Value(field) => vec![format!("whoever `{}` names", source(field.at))],
    }
}

/// "a, b and c".
#[must_use]
pub fn listed(words: &[String], last: &str) -> String {
    crate::proof_words::listed(words, last)
}
