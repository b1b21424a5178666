//! What stays the same of a finding when the lines around it move.
//!
//! Build servers and baselines tell old findings from new ones by it. It hashes rule, file, symbol and message, never a
//! line; equal findings of one symbol are numbered in their order. Invariant: no two findings of a report share one.

use crate::render::{Finding, Sources};
use std::collections::BTreeMap;

/// How many letters: 128 bits.
const LETTERS: usize = 32;

/// The fingerprints of findings, in their order.
#[must_use]
pub fn fingerprints(findings: &[&Finding], sources: &Sources<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbered = |finding: &Finding| {
        let same = identity(finding, sources);
        let number = seen.entry(same.clone()).or_default();
        *number += 1;
        hash(&format!("{same}\0{number}"))
    };
    findings.iter().map(|finding| numbered(finding)).collect()
}

/// What makes two findings the same finding: rule, file in its project, symbol, message.
#[must_use]
pub fn identity(finding: &Finding, sources: &Sources<'_>) -> String {
    let file = sources.name_in_project(&finding.at.file);
    let symbol = sources.symbol(&finding.at).map_or("", |symbol| &symbol.path);
    [finding.rule.code, file, symbol, &finding.message].join("\0")
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().as_str().chars().take(LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::check_text;

    const WRONG: &str = "workflow order \"Order\" {\n  version 1\n  step ship \"Ship\" {\n    owner clrk\n    deadline 1 day\n  }\n  step pack \"Pack\" {\n    owner clrk\n    deadline 1 day\n  }\n}\n";

    fn of(text: &str) -> Vec<String> {
        let findings = check_text(&[("main.wf", text)]);
        let sources = Sources::new([("main.wf", text)]);
        fingerprints(&findings.iter().collect::<Vec<_>>(), &sources)
    }

    #[test]
    fn lines_may_move_and_names_may_not() {
        let before = of(WRONG);
        assert_eq!(of(&format!("# a comment\n\n\n{WRONG}")), before);
        assert_ne!(of(&WRONG.replace("step ship", "step send")), before);
    }

    #[test]
    fn no_two_are_the_same() {
        let findings = check_text(&[("main.wf", WRONG)]);
        let twice: Vec<&Finding> = findings.iter().chain(&findings).collect();
        let mut all = fingerprints(&twice, &Sources::new([("main.wf", WRONG)]));
        all.sort();
        all.dedup();
        assert!(!findings.is_empty());
        assert_eq!(all.len(), twice.len());
    }
}
