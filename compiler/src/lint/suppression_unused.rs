//! WF804: a `# wf: allow` that silences nothing.

use wf_lang::diagnostic::Diagnostic;
use wf_lang::diagnostic::{Rule, Severity};
use wf_lang::span::FileSpan;

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF804",
    name: "suppression-unused",
    severity: Severity::Warning,
    summary: "every permission silences something",
};

/// A permission that silences nothing, or whose last day is over.
pub fn problem(at: FileSpan, rule: &str, until: Option<&str>, today: Option<&str>) -> Diagnostic<FileSpan> {
    let ended = until.zip(today).filter(|(until, today)| until < today);
    let message = match ended {
        Some((until, _)) => format!("the permission for `{rule}` ended on {until}"),
        None => format!("nothing on the next line is reported as `{rule}`"),
    };
    let help = match ended {
        Some(_) => "cure what it allowed, or decide anew and write a later date",
        None => {
            "delete the comment; it stands directly above the line it is for, and errors in words, names and types cannot be allowed"
        }
    };
    Diagnostic::new(&RULE, at.clone(), message).with_help(help).with_fix("delete the comment", at, "")
}
