//! WF805: a `# wf: allow` that does not say why.

use wf_lang::diagnostic::Diagnostic;
use wf_lang::diagnostic::{Rule, Severity};
use wf_lang::span::FileSpan;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF805",
    name: "suppression-without-reason",
    severity: Severity::Error,
    summary: "every permission says why",
};

/// A permission without a reason.
pub fn problem(at: FileSpan, rule: &str) -> Diagnostic<FileSpan> {
    Diagnostic::new(&RULE, at, format!("this comment allows `{rule}` and does not say why"))
        .with_help("write `because` and the reason behind it, so that the next reader can judge it")
}
