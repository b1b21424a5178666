//! WF701: a workflow that does not keep a policy which applies to it.
//!
//! What breaks a rule is found by `policies`; here it is told at the node where it happens, beside the policy's own
//! line. Invariant: one finding for each rule of a policy that the workflow breaks.

use crate::place::Problem;
use crate::policies::{Breach, breaches};
use crate::subject::Subject;
use crate::witness;
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF701",
    name: "policy-violated",
    severity: Severity::Error,
    summary: "every workflow keeps the policies that apply to it",
};

/// One finding for each rule that does not hold.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Problem> {
    breaches(subject).into_iter().map(|breach| told(subject, breach)).collect()
}

fn told(subject: &Subject<'_>, breach: Breach<'_>) -> Problem {
    let Breach { policy, rule, found } = breach;
    let verdict = if found.is_shown { "is broken" } else { "cannot be shown to hold" };
    let message = format!("the policy `{}` {verdict}: {}", policy.title, found.what);
    let problem = Problem::new(&RULE, found.at, message)
        .with_related(rule.at, format!("the policy says: `{}`", rule.text))
        .with_help(found.help);
    match &found.case {
        Some(case) => witness::show(subject.typed, case, problem),
        None => problem,
    }
}
