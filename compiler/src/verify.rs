//! What is proven before a draft may become a plan; the only maker of [`Verified`].
//!
//! Each rule is one file under `verify/` and one entry in [`RULES`]; the proofs over the Boolean model join them
//! there. Then the draft is held against the load-time verifier, so that no plan is written that no runtime would
//! take. Invariant: without [`Verified`] nothing is sealed, and it exists only where no rule found an error.

pub mod dead_node;
pub mod decision_needs_options;
pub mod dependency_cycle;

use crate::emit::Draft;
use crate::graph::Graph;
use crate::place::Problem;
use wf_lang::diagnostic::Severity;
use wf_lang::limits::LIMIT_EXCEEDED;
use wf_plan::load::would_load;

/// Proof that a draft was verified.
#[derive(Debug)]
pub struct Verified(());

/// A rule about one workflow.
type Rule = fn(&Graph) -> Vec<Problem>;

/// The rules; the cause stands before its consequence.
const RULES: [Rule; 3] = [dependency_cycle::find, decision_needs_options::find, dead_node::find];

/// What the rules find in a workflow without errors of names and types.
#[must_use]
pub fn problems(graph: &Graph) -> Vec<Problem> {
    RULES.iter().flat_map(|rule| rule(graph)).collect()
}

/// Verifies a draft: the proof, unless there is an error, and everything that was found, warnings too.
#[must_use]
pub fn verify(graph: &Graph, draft: &Draft) -> (Option<Verified>, Vec<Problem>) {
    let mut found = problems(graph);
    if let Err(fault) = would_load(&draft.program, &draft.sources, &draft.docs) {
        found.push(Problem::new(&LIMIT_EXCEEDED, graph.at, fault.to_string()));
    }
    let sound = !found.iter().any(|problem| problem.severity == Severity::Error);
    (sound.then_some(Verified(())), found)
}
