//! A baseline: the findings that were there when a project began to be checked, so that only new ones fail.
//!
//! Entries are known by their fingerprint, which lines do not change; the rest of an entry is for people. Invariant:
//! the same findings give the same bytes, so that version control shows what was cured.

use crate::fingerprint::fingerprints;
use crate::render::{Finding, Sources};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the file's form.
const VERSION: u32 = 1;

/// The known findings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

/// A known finding.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Its file, from the root of its project.
    pub file: String,
    /// The declaration or node it stands in.
    pub symbol: String,
    /// The code of its rule.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// By what it is known again.
    pub fingerprint: String,
}

/// What became of findings that were held against a baseline.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Compared {
    /// Those that are new.
    pub new: Vec<Finding>,
    /// Those that were known.
    pub known: Vec<Finding>,
    /// Entries of the baseline that no longer occur.
    pub gone: Vec<Known>,
}

impl Baseline {
    /// The baseline of these findings.
    #[must_use]
    pub fn of(findings: &[Finding], sources: &Sources<'_>) -> Self {
        let fingerprints = fingerprints(&findings.iter().collect::<Vec<_>>(), sources);
        let known = |(finding, fingerprint): (&Finding, String)| Known {
            file: sources.name_in_project(&finding.at.file).to_owned(),
            symbol: sources.symbol(&finding.at).map(|symbol| symbol.path.clone()).unwrap_or_default(),
            code: finding.rule.code.to_owned(),
            message: finding.message.clone(),
            fingerprint,
        };
        let mut findings: Vec<Known> = findings.iter().zip(fingerprints).map(known).collect();
        findings.sort();
        Self { version: VERSION, findings }
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// What is wrong with the text, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
        if read.version == VERSION {
            Ok(read)
        } else {
            Err(format!("its version is {}, and {VERSION} is the one known here", read.version))
        }
    }

    /// The text of the baseline.
    ///
    /// # Errors
    /// Only if serde_json cannot serialize, which plain strings and numbers never cause.
    pub fn render(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Parts new findings from known ones.
    #[must_use]
    pub fn compare(&self, findings: Vec<Finding>, sources: &Sources<'_>) -> Compared {
        let fingerprints = fingerprints(&findings.iter().collect::<Vec<_>>(), sources);
        let mut open: BTreeSet<&str> = self.findings.iter().map(|known| &*known.fingerprint).collect();
        let mut compared = Compared::default();
        for (finding, fingerprint) in findings.into_iter().zip(fingerprints) {
            let list = if open.remove(&*fingerprint) { &mut compared.known } else { &mut compared.new };
            list.push(finding);
        }
        let is_open = |known: &&Known| open.contains(&*known.fingerprint);
        compared.gone = self.findings.iter().filter(is_open).cloned().collect();
        compared
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::check_text;

    fn workflow(owner: &str) -> String {
        format!(
            "workflow order \"Order\" {{\n  version 1\n  step ship \"Ship\" {{\n    owner {owner}\n    deadline 1 day\n  }}\n}}\n"
        )
    }

    fn compared(baseline: &Baseline, text: &str) -> Compared {
        baseline.compare(check_text(&[("main.wf", text)]), &Sources::new([("main.wf", text)]))
    }

    #[test]
    fn known_findings_are_known_again_wherever_they_stand() {
        let text = workflow("clerk");
        let findings = check_text(&[("main.wf", &text)]);
        let written = Baseline::of(&findings, &Sources::new([("main.wf", &*text)]));
        assert!(!written.is_empty());
        let baseline = Baseline::parse(&written.render().unwrap()).unwrap();
        assert_eq!(baseline, written);

        let moved = compared(&baseline, &format!("# new\n\n{text}"));
        assert_eq!((moved.new.len(), moved.known.len(), moved.gone.len()), (0, written.len(), 0));

        let other = compared(&baseline, &workflow("boss"));
        assert!(other.new.iter().any(|finding| finding.message.contains("`boss`")));
        assert!(
            other.gone.iter().any(|known| known.message.contains("`clerk`") && known.symbol == "order/ship")
        );
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        assert!(Baseline::parse("[]").is_err());
        assert!(Baseline::parse("{\"version\": 2, \"findings\": []}").unwrap_err().contains("version is 2"));
    }
}
