//! What is proven before a draft may become a plan; the only maker of [`Verified`].
//!
//! A draft that comes here has no error of family 0. It is held against the load-time verifier, so that no plan is
//! written that no runtime would take; the proofs about the graph join it here, one file for each rule.
//! Invariant: without [`Verified`] nothing is sealed.

use crate::emit::Draft;
use wf_plan::PlanError;
use wf_plan::load::would_load;

/// Proof that a draft was verified.
#[derive(Debug)]
pub struct Verified(());

/// Verifies a draft.
///
/// # Errors
/// The rule of plans that it breaks: a bound (WF010), or a fault of the compiler.
pub fn verify(draft: &Draft) -> Result<Verified, PlanError> {
    would_load(&draft.program, &draft.sources, &draft.docs)?;
    Ok(Verified(()))
}
