//! From bytes to a plan that may run: the load-time verifier.
//!
//! Bytes may come from anywhere and are trusted in nothing: first the frame and its hash, then each section's
//! encoding, then every rule of the program, a file of `load/` for each kind of part. Every check is linear in the
//! size of the plan, and the first fault is reported with the source line it came from.
//! Invariant: [`load`] is the only maker of a [`LoadedPlan`], and it never panics.

use crate::codec::{Section, hash_meaning, layout, spell};
use crate::error::{Fault, Part, PlanError};
use crate::plan::{MeaningHash, Program};
use crate::source::{Docs, SourceMap};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod code;
mod graph;
mod ladders;
mod nodes;
mod sources;
mod tables;
mod text;
mod workflow;

/// A plan that has passed the load-time verifier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadedPlan {
    program: Program,
    sources: SourceMap,
    docs: Docs,
    meaning: MeaningHash,
}

impl LoadedPlan {
    /// What runs.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Where it came from.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// Doc comments.
    #[must_use]
    pub fn docs(&self) -> &Docs {
        &self.docs
    }

    /// The hash of what it means: its name for locks, `run` and instances.
    #[must_use]
    pub fn meaning(&self) -> MeaningHash {
        self.meaning
    }

    /// `onboarding@3#9f2c41d7aa05`, as people write and compare it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{}", self.program.name_and_version(), self.meaning.short())
    }
}

/// Reads and verifies a plan.
///
/// # Errors
/// A [`PlanError`] that says what is wrong and, where the source map can be read, where it came from.
pub fn load(bytes: &[u8]) -> Result<LoadedPlan, PlanError> {
    let sections = layout::read(bytes)?;
    let known: Vec<(Section, &[u8])> = sections
        .iter()
        .map(|(id, bytes)| {
            let section = Section::ALL.into_iter().find(|section| section.id() == *id);
            section.map(|section| (section, *bytes)).ok_or_else(|| unknown_section(*id))
        })
        .collect::<Result<_, _>>()?;
    if known.iter().any(|(section, _)| *section == Section::Signature) {
        return Err(PlanError::Signed);
    }
    let program: Program = read(&known, Section::Program)?;
    let sources: SourceMap = read(&known, Section::Sources)?;
    let docs: Docs = read(&known, Section::Docs)?;
    verify(&program, &sources, &docs).map_err(|fault| fault.located(&program, &sources))?;
    Ok(LoadedPlan { meaning: hash_meaning(known), program, sources, docs })
}

/// Holds a program that was just made against every rule of the load-time verifier, so that nothing is sealed that no
/// reader would take.
///
/// # Errors
/// The first rule it breaks, with the place it came from.
pub fn would_load(program: &Program, sources: &SourceMap, docs: &Docs) -> Result<(), PlanError> {
    verify(program, sources, docs).map_err(|fault| fault.located(program, sources))
}

fn unknown_section(id: u16) -> PlanError {
    PlanError::Layout(format!("there is no section {id} in this format"))
}

/// Reads one section's value. Only the one spelling that `encode` writes is accepted, so that a meaning has one hash.
///
/// Lists are read as far as there are bytes for them: postcard gives no size hint beyond what is left to read, and
/// serde allocates at most a megabyte ahead.
fn read<T: DeserializeOwned + Serialize>(
    known: &[(Section, &[u8])],
    section: Section,
) -> Result<T, PlanError> {
    let unreadable = |why: &str| PlanError::Unreadable { section: section.name(), why: why.to_owned() };
    let found = known.iter().find(|(found, _)| *found == section);
    let (_, bytes) = found.ok_or_else(|| unreadable("it is not there"))?;
    let value = postcard::from_bytes(bytes).map_err(|error| unreadable(&error.to_string()))?;
    if spell(section, &value)? != *bytes {
        return Err(unreadable("it is not written the way plans are"));
    }
    Ok(value)
}

/// A check's result: nothing, or the first fault.
type Checked<T = ()> = Result<T, Fault>;

/// Every rule of a program and what stands beside it.
fn verify(program: &Program, sources: &SourceMap, docs: &Docs) -> Checked {
    tables::check(program)?;
    let mut code = code::Pieces::new(program)?;
    workflow::check(program, &mut code)?;
    nodes::check(program, &mut code)?;
    ladders::check(program, &mut code)?;
    code.check_all_used()?;
    graph::check(program)?;
    sources::check(program, sources, docs)
}

/// The row of a table that an index names.
fn row<'a, T>(table: &'a [T], index: usize, what: &str, part: Part) -> Checked<&'a T> {
    table.get(index).ok_or_else(|| not_there(part, what))
}

fn not_there(part: Part, what: &str) -> Fault {
    let article = if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    Fault::new(part, format!("names {article} {what} that is not there"))
}

/// Refuses more than `limit` of something.
fn at_most(part: Part, what: &str, count: usize, limit: usize) -> Checked {
    if count > limit {
        return Err(Fault::new(part, format!("has {count} {what}; a plan may have at most {limit}")));
    }
    Ok(())
}

/// Refuses a part when a rule does not hold for it.
fn ensure(holds: bool, part: Part, what: &str) -> Checked {
    if holds { Ok(()) } else { Err(Fault::new(part, what)) }
}
