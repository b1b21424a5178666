//! Words that several forms share.
//!
//! Invariant: what is called one line here holds no line end and nothing that steers a terminal.

use super::{Finding, Sources};
use std::borrow::Cow;
use wf_lang::diagnostic::RunEvent;

/// Whether a character could steer a terminal.
fn steers(letter: char) -> bool {
    letter.is_ascii_control() && !"\n\r\t".contains(letter)
}

/// A text that steers no terminal, byte for byte as long.
pub(super) fn readable(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) {
        Cow::Owned(text.chars().map(|letter| if steers(letter) { '?' } else { letter }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// One event of a run: when, to what, what.
pub(super) fn event(event: &RunEvent) -> String {
    format!("{} {}", event.at, super::run::sentence(event)).trim_start().to_owned()
}

/// What stands below a finding: the run that shows it, and the cure.
pub(super) fn notes(finding: &Finding) -> Vec<String> {
    let run = finding.run.as_ref().map(|run| super::run::told(run));
    let help = finding.help.as_ref().map(|help| format!("help: {help}"));
    run.into_iter().chain(help).map(|note| readable(&note).into_owned()).collect()
}

/// What is wrong.
pub(super) fn message(finding: &Finding) -> String {
    readable(&finding.message).into_owned()
}

/// `main.wf:41:5`.
pub(super) fn place(finding: &Finding, sources: &Sources<'_>) -> String {
    let start = sources.region(&finding.at).start;
    format!("{}:{}:{}", finding.at.file, start.line, start.column)
}

/// `main.wf:41:5: error[WF103] what is wrong`.
pub(super) fn line(finding: &Finding, sources: &Sources<'_>) -> String {
    let (weight, code) = (finding.severity.as_str(), finding.rule.code);
    format!("{}: {weight}[{code}] {}", place(finding, sources), one_line(&finding.message))
}

/// `WF103 convergence-may-hang`.
pub(super) fn rule(finding: &Finding) -> String {
    format!("{} {}", finding.rule.code, finding.rule.name)
}

/// A path as tools compare it: without `./` before it.
pub(super) fn plain_path(path: &str) -> &str {
    path.trim_start_matches("./")
}

/// Replaces characters by what stands for them in a form.
pub(super) fn escaped(text: &str, table: &[(char, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match table.iter().find(|(character, _)| *character == letter) {
            Some((_, instead)) => out.push_str(instead),
            None => out.push(letter),
        }
    }
    out
}
