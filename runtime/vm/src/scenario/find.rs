//! From the names of a test to nodes, copies and fields of the instances there are.
//!
//! A name of the scenario's own workflow always means its own node. Any other is looked for in its children: one in
//! which the work is active goes first, then one that runs, then the order in which they started. Invariant: what is not there is said, with what there is.

use super::play::Player;
use super::stage::Instance;
use super::words;
use crate::eval::show;
use crate::event::Place;
use crate::prepared::Prepared;
use crate::state::{Phase, State};
use wf_plan::Value;
use wf_plan::node::Node;
use wf_plan::plan::NodeId;
use wf_plan::scenario::Target;
use wf_plan::value::Field;

/// Work in one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub instance: usize,
    pub place: Place,
}

impl Player<'_> {
    /// An instance.
    pub fn instance(&self, at: usize) -> Option<Instance<'_>> {
        self.stage.instances().get(at).copied()
    }

    /// The node of this name: the scenario's own instance's, else that of another one, where it is active first.
    pub fn node(&self, name: &str) -> Result<(usize, NodeId), String> {
        let instances = self.stage.instances();
        let found = instances
            .iter()
            .enumerate()
            .filter_map(|(at, of)| Some((at, of.prepared.program().node_named(name)?, of)));
        let best = found.min_by_key(|(at, node, of)| {
            let rank = match (is_live(of.state, *node), of.state.phase) {
                _ if *at == 0 => 0,
                (true, _) => 1,
                (false, Phase::Running) => 2,
                (false, Phase::New | Phase::Ended(_)) => 3,
            };
            (rank, *at)
        });
        best.map(|(at, node, _)| (at, node)).ok_or_else(|| {
            let all =
                instances.iter().flat_map(|of| &of.prepared.program().nodes).map(|node| node.name.as_str());
            format!("there is no `{name}`; there is {}", words::names(all, "no node"))
        })
    }

    /// What a target means to an expectation: the node itself, or the copy named.
    pub fn place(&self, target: &Target) -> Result<Found, String> {
        let (instance, node) = self.node(&target.node)?;
        let copy = target.copy.as_ref().map(|element| self.copy(instance, node, element)).transpose()?;
        Ok(Found { instance, place: Place { node, copy } })
    }

    /// What a target means to an act: the copy named, or every active copy, or the node itself.
    pub fn work(&self, target: &Target) -> Result<Vec<Found>, String> {
        let found = self.place(target)?;
        let Some(of) = self.instance(found.instance) else { return Ok(vec![found]) };
        let node = found.place.node;
        let many = of.prepared.node(node).is_some_and(|node| node.for_each.is_some());
        if !many || found.place.copy.is_some() {
            return Ok(vec![found]);
        }
        let copies = of.state.nodes.get(node.index()).map_or(0, |record| record.copies.len());
        let copies =
            (0..u16::try_from(copies).unwrap_or(u16::MAX)).map(|copy| Place { node, copy: Some(copy) });
        let live: Vec<Found> = copies
            .filter(|place| of.state.work(*place).is_some_and(|work| work.state.is_live()))
            .map(|place| Found { place, ..found })
            .collect();
        if live.is_empty() { Err(words::stands(of, found.place)) } else { Ok(live) }
    }

    fn copy(&self, instance: usize, node: NodeId, wanted: &Value) -> Result<u16, String> {
        let Some(of) = self.instance(instance) else { return Err(String::new()) };
        let name = of.prepared.node(node).map_or("", |node| node.name.as_str());
        if of.prepared.node(node).is_none_or(|node| node.for_each.is_none()) {
            return Err(format!("`{name}` has no copies: it has no `for each`"));
        }
        let elements = of.state.nodes.get(node.index()).map_or(&[] as &[Value], |record| &record.elements);
        let at = elements.iter().position(|element| same(of.prepared, element, of.prepared, wanted));
        at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| {
            let wanted = show::show(of.prepared, wanted, None);
            if elements.is_empty() {
                return format!(
                    "there is no `{name}` for {wanted}: {}",
                    words::stands(of, Place { node, copy: None })
                );
            }
            let all: Vec<String> =
                elements.iter().map(|element| show::show(of.prepared, element, None)).collect();
            let there = words::names(all.iter().map(String::as_str), "nobody");
            format!("there is no `{name}` for {wanted}; there is one for {there}")
        })
    }
}

fn is_live(state: &State, node: NodeId) -> bool {
    state.nodes.get(node.index()).is_some_and(|record| {
        record.own.state.is_live() || record.copies.iter().any(|copy| copy.state.is_live())
    })
}

/// Whether two values of perhaps different plans are the same to a person.
pub(super) fn same(one_of: &Prepared, one: &Value, other_of: &Prepared, other: &Value) -> bool {
    one == other
        || (std::mem::discriminant(one) == std::mem::discriminant(other)
            && show::show(one_of, one, None) == show::show(other_of, other, None))
}

/// Values by name in the order of fields; those not named come from `otherwise`.
pub(super) fn in_order(fields: &[Field], with: &[(String, Value)], otherwise: &[Value]) -> Vec<Value> {
    let given = |name: &str| with.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone());
    let values = fields.iter().enumerate();
    values
        .map(|(at, field)| given(&field.name).or_else(|| otherwise.get(at).cloned()).unwrap_or_default())
        .collect()
}

/// Fields that were given and are not there.
pub(super) fn unknown_field<'w>(fields: &[Field], with: &'w [(String, Value)]) -> Option<&'w str> {
    let unknown = with.iter().find(|(name, _)| !fields.iter().any(|field| field.name == *name));
    unknown.map(|(name, _)| name.as_str())
}

/// The fields of a form by name, for people.
pub(super) fn field_names(node: &Node) -> String {
    words::names(node.form.iter().map(|field| field.name.as_str()), "no form")
}
