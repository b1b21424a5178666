//! WF804: a `# wf: allow` that silences nothing.

use crate::resolve::nearest::nearest;
use crate::rules;
use crate::settings;
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

/// How the message begins where a rule found nothing.
const NOTHING: &str = "nothing on the next line is reported as";

/// Whether a finding says that a rule found nothing: not to be believed while an error keeps rules from looking.
#[must_use]
pub fn is_doubtful(finding: &Diagnostic<FileSpan>) -> bool {
    finding.rule == &RULE && finding.message.starts_with(NOTHING)
}

/// A permission for `rule` (empty: for none) that silences nothing; `line` is all that goes with it, `ended` its last
/// day, if that is over.
#[must_use]
pub fn problem(at: FileSpan, line: FileSpan, rule: &str, ended: Option<&str>) -> Diagnostic<FileSpan> {
    let (message, help) = words(rule, ended);
    Diagnostic::new(&RULE, at, message).with_help(help).with_fix("delete the comment", line, "")
}

fn words(rule: &str, ended: Option<&str>) -> (String, String) {
    if rule.is_empty() {
        let help = "write `# wf: allow NAME because REASON` on the line above what it allows";
        return ("this comment allows nothing".to_owned(), help.to_owned());
    }
    if let Some(until) = ended {
        let help = "cure what it allowed, or decide anew and write a later date";
        return (format!("the permission for `{rule}` ended on {until}"), help.to_owned());
    }
    if settings::rule(rule).is_none() {
        let names = rules::ALL.iter().map(|entry| entry.rule.name);
        let help = nearest(rule, names).map(|near| format!("did you mean `{near}`?"));
        let help = help.unwrap_or_else(|| "`wfc explain` lists all rules".to_owned());
        return (format!("there is no rule `{rule}` that this comment could allow"), help);
    }
    let help = "delete the comment; it stands directly above the line it is for, and errors in words, names and \
                types cannot be allowed";
    (format!("{NOTHING} `{rule}`"), help.to_owned())
}
