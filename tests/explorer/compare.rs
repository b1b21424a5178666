//! The verdicts of compiler and explorer on one text, held against each other.
//!
//! Only the codes that both decide are compared. What the explorer calls optional may stand or not. Invariant: a text
//! that was too large for the explorer is undecided, and counted as such.

use super::facts::{INTERPRETER, Where};
use super::places::{place_of, told};
use super::subject::{Checked, Finding, Subject, check};
use super::verdict::{Fault, Verdict, judge};
use std::collections::BTreeSet;

/// The codes that both engines decide.
pub const CODES: [&str; 14] = [
    "WF102", "WF103", "WF104", "WF105", "WF106", "WF107", "WF108", "WF110", "WF113", "WF203", "WF204",
    "WF205", "WF602", "WF701",
];

/// Those of them that a run shows.
const SHOWN: [&str; 8] = ["WF103", "WF105", "WF106", "WF107", "WF108", "WF113", "WF203", "WF602"];

/// What came of a comparison.
pub enum Compared {
    /// Names or types are wrong, or a rule refuses what the explorer does not ask for (a cycle, a leak).
    Unfit(String),
    /// Too many states.
    Undecided,
    /// Both say the same. Of what only a run can show, the codes that the compiler told without one.
    Same(BTreeSet<Fault>, Vec<&'static str>),
    /// They do not: told by both, in words.
    Different(Difference),
}

/// What one says and the other does not.
pub struct Difference {
    /// `compiler WF103 ready`, with its message; `explorer WF105 workflow`, with its run.
    pub lines: Vec<String>,
    /// The same without messages and runs, to see whether a smaller workflow still shows it.
    pub signs: BTreeSet<String>,
}

/// Compares both verdicts for the given codes.
pub fn compare(text: &str, codes: &[&str], bound: usize) -> Compared {
    let Checked { findings, subject } = check(text);
    let broken = findings.iter().find(|finding| finding.code < "WF100" || is_structural(finding.code));
    let (Some(subject), None) = (subject, broken) else {
        let why = |finding: &Finding| format!("{} {}", finding.code, finding.message);
        return Compared::Unfit(broken.map(why).unwrap_or_default());
    };
    let Some(verdict) = judge(&subject, bound) else { return Compared::Undecided };
    let found = placed(text, &subject, &findings, codes);
    let lines = differences(&subject, &verdict, &found, codes);
    if lines.is_empty() {
        let bare = found.iter().filter(|((code, _), finding)| SHOWN.contains(code) && !finding.is_shown);
        let bare = bare.map(|((code, _), _)| *code).collect();
        return Compared::Same(verdict.certain.keys().copied().collect(), bare);
    }
    let signs = lines.iter().map(|(sign, _)| sign.clone()).collect();
    Compared::Different(Difference { lines: lines.into_iter().map(|(_, line)| line).collect(), signs })
}

/// What leaves nothing to ask.
fn is_structural(code: &str) -> bool {
    matches!(code, "WF101" | "WF109")
}

/// The compiler's findings with their places. A race stands at the workflow, too, because it may be told at either
/// outcome; options' readings stand at their node.
fn placed<'f>(
    text: &str,
    subject: &Subject,
    findings: &'f [Finding],
    codes: &[&str],
) -> Vec<(Fault, &'f Finding)> {
    let mut placed = Vec::new();
    for finding in findings.iter().filter(|finding| codes.contains(&finding.code)) {
        let Some(place) = place_of(text, subject, finding) else { continue };
        let place = match (finding.code, place) {
            ("WF204" | "WF205", place) => place,
            // The end that is missing is told where the run ends.
            ("WF105", _) => Where::Workflow,
            (_, Where::Option(node, _)) => Where::Node(node),
            (_, place) => place,
        };
        placed.push(((finding.code, place), finding));
        if finding.code == "WF106" {
            placed.push((("WF106", Where::Workflow), finding));
        }
    }
    placed
}

fn differences(
    subject: &Subject,
    verdict: &Verdict,
    found: &[(Fault, &Finding)],
    codes: &[&str],
) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for ((code, place), finding) in found {
        let fault = (*code, *place);
        if !verdict.certain.contains_key(&fault) && !verdict.optional.contains(&fault) {
            let sign = format!("only the compiler: {code} {}", told(subject, *place));
            lines.push((sign.clone(), format!("{sign}: {}", finding.message)));
        }
    }
    for ((code, place), evidence) in &verdict.certain {
        let told_too = found.iter().any(|(fault, _)| *fault == (*code, *place));
        // Conditions that depend on who is faster are left open by the compiler, so it is not held to what follows.
        let left_open = !verdict.facts.early.is_empty() && !matches!(*code, "WF602" | INTERPRETER);
        if told_too || left_open || !(codes.contains(code) || *code == INTERPRETER) || silenced(found, code) {
            continue;
        }
        let sign = format!("only the explorer: {code} {}", told(subject, *place));
        let run = evidence.as_ref().map(|(at, then)| {
            let mut run = verdict.ways.run_to(subject, *at);
            if run.len() > 1 || !matches!(then, Some(super::moves::Move::Start(_))) {
                run.extend(then.iter().map(|what| verdict.ways.told(subject, what)));
            }
            run.join(" · ")
        });
        lines.push((sign.clone(), format!("{sign}: {}", run.unwrap_or_else(|| "in no run".to_owned()))));
    }
    lines
}

/// WF102 and WF104 silence what follows from them, wherever it shows.
fn silenced(found: &[(Fault, &Finding)], code: &str) -> bool {
    let tells = |cause: &str| found.iter().any(|((code, _), _)| *code == cause);
    match code {
        "WF105" => tells("WF102") || tells("WF104"),
        "WF103" => tells("WF102"),
        _ => false,
    }
}
