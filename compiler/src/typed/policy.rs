//! A policy whose names are known to exist; the proofs read it beside each workflow it applies to.
//!
//! Its rules stay as written, because the same words mean other nodes in another workflow.
//! Invariant: every name of a rule means something in at least one workflow the policy applies to.

use super::{Expr, Placed};
use crate::hir::PolicyRule;
use crate::place::{DeclId, Place};
use wf_plan::value::EnumType;

/// A policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedPolicy {
    /// The declaration.
    pub decl: DeclId,
    /// Its name.
    pub name: String,
    /// Its title; the name, where there is none.
    pub title: String,
    /// Its header.
    pub at: Place,
    /// The workflows it applies to (before `unless`), in the order of the project.
    pub workflows: Vec<DeclId>,
    /// `unless E`, asked of each workflow's inputs.
    pub unless: Option<crate::hir::Expr>,
    /// The same over the inputs of each workflow that has all it reads.
    pub excuses: Vec<Excuse>,
    /// Its rules.
    pub rules: Vec<TypedRule>,
}

/// `unless E` over the inputs of one workflow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excuse {
    /// The workflow.
    pub workflow: DeclId,
    /// The condition; its inputs are those of the workflow, its enums those of `enums`.
    pub condition: Expr,
    /// The enums it speaks of, each with its place, by which the workflow's own row is found.
    pub enums: Vec<Placed<EnumType>>,
}

/// One rule of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypedRule {
    /// The rule in the language's words, as the plan shows it to auditors.
    pub text: String,
    /// As written.
    pub rule: PolicyRule,
    /// Its place.
    pub at: Place,
}
