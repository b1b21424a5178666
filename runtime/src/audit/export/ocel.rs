//! OCEL 2.0, the object-centric event log: facts as events, and the objects they are about.
//!
//! Objects are instances, their nodes, people, roles and plans. An event is called as the fact, with its node, and
//! relates to all of them by a qualifier. Flow: [`events`] and [`Objects`] turn chunks into plain data, [`json`] and
//! [`sqlite`] write it. Invariant: an object is given out once, before or with the first event that names it.

pub mod json;
pub mod sqlite;

use super::{Case, Chunk, activity};
use crate::moment;
use crate::store::row::TrailRow;
use std::collections::BTreeSet;
use wf_plan::Moment;

/// Attributes an event may have, with the type OCEL gives them.
pub(super) const EVENT_ATTRIBUTES: [(&str, &str); 10] = [
    ("fact", "string"),
    ("row", "integer"),
    ("detail", "string"),
    ("channel", "string"),
    ("external_id", "string"),
    ("offered", "string"),
    ("chosen", "string"),
    ("forced_reason", "string"),
    ("source", "string"),
    ("hash", "string"),
];

/// Types of objects, each with its attributes.
pub(super) const OBJECT_TYPES: [(&str, &[&str]); 5] = [
    ("instance", &["tenant", "workflow", "reference", "title", "status", "outcome"]),
    ("node", &["name", "copy"]),
    ("person", &["name"]),
    ("role", &["name"]),
    ("plan", &["workflow", "version"]),
];

/// An event: a fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// `order-1#12`.
    pub id: String,
    /// `pack: completed`.
    pub kind: String,
    /// When.
    pub time: String,
    /// What [`EVENT_ATTRIBUTES`] names, where there is something.
    pub attributes: Vec<(&'static str, String)>,
    /// Objects it is about, by qualifier.
    pub relations: Vec<(String, &'static str)>,
}

/// Something events are about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// `order-1`, `order-1/pack`, `person:anna`, …
    pub id: String,
    /// What [`OBJECT_TYPES`] names.
    pub kind: &'static str,
    /// Attribute, value, and from when on; `None`: from the beginning.
    pub attributes: Vec<(&'static str, String, Option<String>)>,
    /// Other objects, by qualifier.
    pub relations: Vec<(String, &'static str)>,
}

/// The events of a chunk, in order.
pub fn events(chunk: &Chunk) -> impl Iterator<Item = Event> {
    chunk.facts.iter().map(|fact| event(&chunk.case, fact))
}

fn event(case: &Case, fact: &TrailRow) -> Event {
    let instance = &case.row.id;
    let given = |text: &Option<String>| text.clone().unwrap_or_default();
    let attributes = [
        ("fact", fact.fact.clone()),
        ("row", fact.sequence.to_string()),
        ("detail", fact.detail.clone()),
        ("channel", given(&fact.channel)),
        ("external_id", given(&fact.external_id)),
        ("offered", given(&fact.alternatives_shown)),
        ("chosen", given(&fact.alternative_chosen)),
        ("forced_reason", given(&fact.forced_reason)),
        ("source", given(&fact.source)),
        ("hash", fact.hash.clone()),
    ];
    let mut relations = vec![(instance.clone(), "of"), (plan_id(&fact.plan_hash), "under")];
    relations.extend(node_id(instance, fact).map(|id| (id, "at")));
    relations.extend(fact.person.as_deref().map(|person| (person_id(person), "by")));
    relations.extend(fact.role.as_deref().map(|role| (role_id(role), "as")));
    Event {
        id: format!("{instance}#{}", fact.sequence),
        kind: activity::named(fact),
        time: moment::iso(Moment(fact.at_ms)),
        attributes: attributes.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        relations,
    }
}

/// Remembers which objects were given out: nodes of the instance at hand, and people, roles and plans of all.
#[derive(Debug, Default)]
pub struct Objects {
    nodes: BTreeSet<String>,
    shared: BTreeSet<String>,
    /// Parents are named only where every instance is exported.
    with_parents: bool,
}

impl Objects {
    /// None given out yet.
    #[must_use]
    pub fn new(with_parents: bool) -> Self {
        Self { with_parents, ..Self::default() }
    }

    /// Objects that appear in a chunk for the first time.
    pub fn first_seen(&mut self, chunk: &Chunk) -> Vec<Object> {
        let case = &chunk.case;
        let mut new = Vec::new();
        if chunk.begins {
            self.nodes.clear();
            self.shared(&mut new, "plan", plan_id(&case.row.plan_hash), || {
                vec![("workflow", case.row.workflow.clone()), ("version", case.version.to_string())]
            });
            new.push(instance(case, self.with_parents));
        }
        for fact in &chunk.facts {
            // A plan the instance had before it was moved to another.
            self.shared(&mut new, "plan", plan_id(&fact.plan_hash), || {
                vec![("workflow", case.row.workflow.clone())]
            });
            if let Some(person) = &fact.person {
                self.shared(&mut new, "person", person_id(person), || vec![("name", person.clone())]);
            }
            if let Some(role) = &fact.role {
                self.shared(&mut new, "role", role_id(role), || vec![("name", role.clone())]);
            }
            if let Some(id) = node_id(&case.row.id, fact)
                && self.nodes.insert(id.clone())
            {
                new.push(node(case, fact, id));
            }
        }
        new
    }

    fn shared(
        &mut self,
        new: &mut Vec<Object>,
        kind: &'static str,
        id: String,
        attributes: impl FnOnce() -> Vec<(&'static str, String)>,
    ) {
        if self.shared.insert(id.clone()) {
            let attributes = attributes().into_iter().map(|(name, value)| (name, value, None)).collect();
            new.push(Object { id, kind, attributes, relations: Vec::new() });
        }
    }
}

fn instance(case: &Case, with_parent: bool) -> Object {
    let row = &case.row;
    let mut attributes = vec![
        ("tenant", case.tenant.clone(), None),
        ("workflow", row.workflow.clone(), None),
        ("title", row.title.clone(), None),
        ("status", "running".to_owned(), None),
    ];
    attributes.extend(row.reference.iter().map(|reference| ("reference", reference.clone(), None)));
    if let Some(ended) = row.ended_at_ms {
        let ended = moment::iso(Moment(ended));
        attributes.push(("status", row.status.clone(), Some(ended.clone())));
        attributes
            .extend(row.outcome.iter().map(|outcome| ("outcome", outcome.clone(), Some(ended.clone()))));
    }
    let mut relations = vec![(plan_id(&row.plan_hash), "runs")];
    relations.extend(row.parent.iter().filter(|_| with_parent).map(|parent| (parent.clone(), "run by")));
    Object { id: row.id.clone(), kind: "instance", attributes, relations }
}

fn node(case: &Case, fact: &TrailRow, id: String) -> Object {
    let mut attributes = vec![("name", fact.node.clone().unwrap_or_default(), None)];
    attributes.extend(fact.copy.map(|copy| ("copy", copy.to_string(), None)));
    Object { id, kind: "node", attributes, relations: vec![(case.row.id.clone(), "part of")] }
}

fn node_id(instance: &str, fact: &TrailRow) -> Option<String> {
    let node = fact.node.as_deref()?;
    Some(match fact.copy {
        Some(copy) => format!("{instance}/{node}:{copy}"),
        None => format!("{instance}/{node}"),
    })
}

fn person_id(person: &str) -> String {
    format!("person:{person}")
}

fn role_id(role: &str) -> String {
    format!("role:{role}")
}

fn plan_id(hash: &str) -> String {
    format!("plan:{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn chunk(begins: bool, facts: Vec<TrailRow>) -> Chunk {
        Chunk { case: Arc::new(Case::of_a_test()), begins, events: Vec::new(), facts, ends: false }
    }

    fn by_anna(sequence: i64, fact: &str) -> TrailRow {
        TrailRow { person: Some("anna".to_owned()), ..Case::fact_of_a_test(sequence, fact, Some("pack")) }
    }

    #[test]
    fn an_event_relates_to_all_it_is_about() {
        let chunk = chunk(true, vec![by_anna(2, "completed")]);
        let event = events(&chunk).next().unwrap();
        assert_eq!((event.id.as_str(), event.kind.as_str()), ("order-1#2", "pack: completed"));
        let plan = format!("plan:{}", "ab".repeat(32));
        let about: Vec<(&str, &str)> = event.relations.iter().map(|(id, how)| (id.as_str(), *how)).collect();
        assert_eq!(
            about,
            [("order-1", "of"), (plan.as_str(), "under"), ("order-1/pack", "at"), ("person:anna", "by")]
        );
    }

    #[test]
    fn every_object_related_to_is_given_out_once() {
        let mut objects = Objects::new(true);
        let (first, second) =
            (chunk(true, vec![by_anna(1, "started")]), chunk(false, vec![by_anna(2, "completed")]));
        let mut given: Vec<String> = [&first, &second]
            .iter()
            .flat_map(|chunk| objects.first_seen(chunk))
            .map(|object| object.id)
            .collect();
        let related: BTreeSet<String> = [&first, &second]
            .iter()
            .flat_map(|chunk| events(chunk))
            .flat_map(|event| event.relations)
            .map(|(id, _)| id)
            .collect();
        given.sort();
        assert_eq!(given, related.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn parents_are_named_only_where_they_are_exported_too() {
        for (with_parents, expected) in [(true, true), (false, false)] {
            let new = Objects::new(with_parents).first_seen(&chunk(true, Vec::new()));
            let instance = new.iter().find(|object| object.kind == "instance").unwrap();
            assert_eq!(instance.relations.contains(&("season-7".to_owned(), "run by")), expected);
        }
    }

    #[test]
    fn attributes_are_declared() {
        let mut objects = Objects::new(true);
        let full = TrailRow { role: Some("clerk".to_owned()), copy: Some(2), ..by_anna(1, "started") };
        for object in objects.first_seen(&chunk(true, vec![full.clone()])) {
            let (_, declared) = OBJECT_TYPES.iter().find(|(kind, _)| *kind == object.kind).unwrap();
            assert!(object.attributes.iter().all(|(name, ..)| declared.contains(name)), "{object:?}");
        }
        let event = event(&Case::of_a_test(), &full);
        assert!(
            event.attributes.iter().all(|(name, _)| EVENT_ATTRIBUTES.iter().any(|(known, _)| known == name))
        );
    }
}
