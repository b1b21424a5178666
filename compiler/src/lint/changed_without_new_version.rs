//! WF703: a version that was built once never comes to mean something else.
//!
//! `wfc build` records in `wf.lock` what each version means; running instances and auditors rely on it. Invariant: what
//! changes no plan (comments, layout, doc comments, tests) is never told.

use crate::lock::Entry;
use crate::place::{Place, Problem};
use crate::typed::Typed;
use wf_lang::diagnostic::{Rule, Severity};
use wf_plan::MeaningHash;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF703",
    name: "changed-without-new-version",
    severity: Severity::Error,
    summary: "a version that was built once keeps its meaning",
};

/// A version that means something else than when it was built. `at` is its clause `version`, `newest` the highest
/// version of the workflow that is recorded.
#[must_use]
pub fn changed(
    typed: &Typed,
    at: Place,
    recorded: &Entry,
    meaning: MeaningHash,
    newest: Option<u32>,
) -> Problem {
    let (name, version) = (&typed.name, typed.version);
    let next = newest.unwrap_or(version).max(version).saturating_add(1);
    let message = format!(
        "`{name}` version {version} has changed since {}, when it was built and `wf.lock` recorded it",
        recorded.date
    );
    Problem::new(&RULE, at, message)
        .with_label(format!("recorded as {}, now {}", recorded.meaning.short(), meaning.short()))
        .with_help(format!(
            "give the change a new version: `version {next}`; a role, calendar, message or policy that it uses, or a \
             workflow that it runs, may be what has changed. If version {version} was never loaded anywhere, remove \
             its entry from `wf.lock` instead"
        ))
        .with_fix(format!("write `version {next}`"), at, format!("version {next}"))
}
