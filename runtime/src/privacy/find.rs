//! Finding a person: whom a value or an instance's name means, and where else the value stands.
//!
//! A workflow's own person (`one per`, reference) is found by its mark. A value in any other field is sealed and has no
//! mark on purpose; it is found by opening every instance that can be opened, which takes time and is rarely asked.
//! Invariant: nothing here changes anything.

use super::Held;
use crate::engine::Engine;
use crate::error::{Class, Problem, Result};
use crate::store::Wanted;
use crate::store::row::InstanceRow;
use crate::transition::state_of;
use std::collections::BTreeMap;

/// Instances read in one go.
const PAGE: i64 = 512;

/// Data subjects with the instances in which a value stands.
pub type Holders = BTreeMap<String, Vec<String>>;

/// The one data subject that a value, or an instance by its name, means.
///
/// # Errors
/// When there is none, or more than one.
pub async fn subject_meant(engine: &Engine, value: &str) -> Result<String> {
    let mark = engine.store.secret().await?.subject(value);
    if let Some((id, _)) = engine.store.subject_marked(&mark).await? {
        return Ok(id);
    }
    match engine.find(value).await {
        Ok(InstanceRow { subject: Some(subject), .. }) => return Ok(subject.id),
        Ok(instance) => {
            return Err(Problem::input(format!("no personal data of `{}` is sealed", instance.id)).help(
                "its workflow has no `personal` fields, or it started before personal data was sealed",
            ));
        }
        Err(problem) if problem.class() == Class::NotFound => {}
        Err(problem) => return Err(problem),
    }
    let mut holders = holders_of(engine, value).await?;
    match (holders.pop_first(), holders.is_empty()) {
        (Some((id, _)), true) => Ok(id),
        (None, _) => Err(Problem::not_found(format!("nobody is known by `{value}`"))
            .help("`wfrun subject list` shows whom there is; erased persons are not found any more")),
        (Some((_, first)), false) => {
            let others = holders.into_values();
            let instances: Vec<String> =
                std::iter::once(first).chain(others).filter_map(|list| list.into_iter().next()).collect();
            Err(Problem::input(format!("`{value}` stands in the data of more than one person"))
                .help(format!("name the one you mean by an instance: {}", instances.join(", "))))
        }
    }
}

/// Everybody in whose personal data a value stands as a whole text.
///
/// # Errors
/// When the store fails.
pub async fn holders_of(engine: &Engine, value: &str) -> Result<Holders> {
    let wanted = value.trim().to_lowercase();
    let mut holders = Holders::new();
    let mut after = String::new();
    loop {
        let page = engine.store.instances_after(&after, &Wanted::default(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(holders) };
        after.clone_from(&last.id);
        for row in &page {
            let Some(subject) = row.subject.as_ref().filter(|subject| matches!(subject.held, Held::Key(_)))
            else {
                continue;
            };
            let (Ok(ready), Ok(state)) = (engine.plan_of(row).await, state_of(row)) else { continue };
            if ready.personal.texts(&state).contains(&wanted) {
                holders.entry(subject.id.clone()).or_default().push(row.id.clone());
            }
        }
    }
}
