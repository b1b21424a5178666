//! soon

/// Soon.
#[must_use]
pub fn loaded(_: &crate::LoadedPlan) -> String {
    String::new()
}
