//! The Boolean model of a workflow's runs; see *How* in the description of the checks.
//!
//! Invariant: what it says of a workflow, the interpreter does.

use crate::graph::Graph;
use crate::place::DeclId;
use crate::typed::Typed;
use std::collections::BTreeMap;

/// The model of one workflow.
pub struct Model {}

/// Why there is no model.
pub enum NoModel {
    /// Nothing to ask.
    Circular,
}

/// Builds.
pub fn build(
    _typed: &Typed,
    _graph: &Graph,
    _reachable: &BTreeMap<DeclId, &[bool]>,
) -> Result<Model, NoModel> {
    Err(NoModel::Circular)
}

impl Model {
    /// Outcomes.
    pub fn reachable_outcomes(&self) -> Vec<bool> {
        Vec::new()
    }
}
