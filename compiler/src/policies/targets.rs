//! What a policy's rule speaks of, in one workflow: a node, an option of a decision, or all steps with a tag.
//!
//! Invariant: a name that means nothing in the workflow gives no target, and so breaks nothing.

use crate::hir::PolicyNode;
use crate::model::{Finish, Formula, How, Kind, Logic, Model, States};
use crate::place::Place;
use crate::typed::{Node, NodeKind, Typed};
use wf_plan::plan::NodeId;

/// A node, or an option of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// The node.
    pub node: NodeId,
    /// The option of a decision, by position; `None`: the node itself.
    pub option: Option<u16>,
}

/// What a rule's A or B means in a workflow.
pub fn targets(typed: &Typed, name: &PolicyNode) -> Vec<Target> {
    match name {
        PolicyNode::Tagged(tag) => {
            let tagged = |node: &Node| node.tags.contains(&tag.text);
            let nodes = (0u16..).map(NodeId).zip(&typed.nodes).filter(|(_, node)| tagged(node));
            nodes.map(|(node, _)| Target { node, option: None }).collect()
        }
        PolicyNode::Path(path) => {
            let Some((name, rest)) = path.split_first() else { return Vec::new() };
            let nodes = (0u16..).map(NodeId).zip(&typed.nodes);
            let named = nodes.filter(|(_, node)| node.name == name.text);
            let targets = named.filter_map(|(id, node)| match rest.first() {
                None => Some(Target { node: id, option: None }),
                Some(option) => Some(Target { node: id, option: Some(option_named(node, &option.text)?) }),
            });
            targets.collect()
        }
    }
}

fn option_named(node: &Node, name: &str) -> Option<u16> {
    let NodeKind::Decision { options, .. } = &node.kind else { return None };
    u16::try_from(options.iter().position(|option| option.name == name)?).ok()
}

impl Target {
    /// As people write it: `check`, `approval.yes`.
    pub fn name(self, typed: &Typed) -> String {
        let Some(node) = typed.nodes.get(self.node.index()) else { return String::new() };
        match (self.option, &node.kind) {
            (Some(option), NodeKind::Decision { options, .. }) => {
                let option = options.get(usize::from(option)).map_or("", |option| &option.name);
                format!("{}.{option}", node.name)
            }
            _ => node.name.clone(),
        }
    }

    /// Where it is declared.
    pub fn at(self, typed: &Typed) -> Place {
        let Some(node) = typed.nodes.get(self.node.index()) else { return typed.at };
        match (self.option, &node.kind) {
            (Some(option), NodeKind::Decision { options, .. }) => {
                options.get(usize::from(option)).map_or(node.at, |option| option.at)
            }
            _ => node.at,
        }
    }

    /// What kind of thing its node is to the model.
    pub fn kind(self, model: &Model) -> Option<Kind> {
        model.layout.nodes.get(self.node.index()).map(|node| node.kind)
    }

    /// Its position among the outcomes, if it is one.
    pub fn outcome(self, model: &Model) -> Option<usize> {
        model.layout.outcomes.iter().position(|outcome| *outcome == self.node)
    }

    /// It finished in one of these ways.
    pub fn came_by(self, model: &Model, states: &States<Formula>, wanted: &dyn Fn(How) -> bool) -> Formula {
        let space = &model.space;
        let (Some(node), Some(state)) =
            (model.layout.nodes.get(self.node.index()), states.nodes.get(self.node.index()))
        else {
            return space.constant(false);
        };
        let of_option = |how: &How| self.option.is_none_or(|option| how.option() == Some(option));
        let ways = node.ways.iter().zip(&state.ways).filter(|(how, _)| of_option(how) && wanted(**how));
        space.any(ways.map(|(_, way)| way))
    }

    /// It is done, by whomever: completed, chosen, arrived.
    pub fn done(self, model: &Model, states: &States<Formula>) -> Formula {
        match (self.option, states.nodes.get(self.node.index())) {
            (Some(_), _) => self.came_by(model, states, &|_| true),
            (None, Some(state)) if self.outcome(model).is_none() => state.done.clone(),
            _ => model.space.constant(false),
        }
    }

    /// It is done in the end: right after the finish that ends the instance in an outcome, by its position.
    pub fn done_in(self, model: &Model, finish: &Finish, outcome: usize) -> Formula {
        match self.outcome(model) {
            Some(own) => model.space.constant(own == outcome),
            None => self.done(model, &finish.after),
        }
    }
}
