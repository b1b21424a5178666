//! What a name means where it stands: the one interface between the project's index and the checks.
//!
//! `db` implements it with queries, tests with a few lines. Invariant: an answer depends only on the name asked
//! for, so that a new declaration elsewhere does not run checks again that never asked for its name.

use crate::hir::{Declaration, Name};
use crate::place::DeclId;

/// Looks names up.
pub trait Scope {
    /// The declaration that `name` means in the file of `from`: its own, or one brought in by `use`.
    fn resolve(&self, from: DeclId, name: &str) -> Option<DeclId>;

    /// The declaration a dotted path means: `std.calendars.target2`.
    fn resolve_path(&self, from: DeclId, path: &[Name]) -> Option<DeclId>;

    /// All language variants of a message, `message NAME in …`, the plain one first.
    fn message_variants(&self, message: DeclId) -> Vec<DeclId>;

    /// A declaration's HIR.
    fn declaration(&self, id: DeclId) -> &Declaration;

    /// Names visible from the file of `from`, for "did you mean"; read only when something is not found.
    fn visible_names(&self, from: DeclId) -> Vec<(String, DeclId)>;

    /// Every workflow of the project, for policies.
    fn workflows(&self) -> Vec<DeclId>;

    /// Whether `name`, which means nothing, may be one that a broken line of the file was to declare or bring in:
    /// then the broken line is reported and nothing else.
    fn is_doubtful(&self, _from: DeclId, _name: &str) -> bool {
        false
    }
}
