//! `--format junit`: JUnit XML, in which a finding that fails the check is a failed test.
//!
//! One suite for each file that was looked at; a file without findings passes one test, a finding below `--fail-on`
//! passes and says itself in the output. Invariant: no two tests of a suite share a name, and no name holds a line, so
//! that build servers follow a test from run to run.

use super::xml::Document;
use super::{Finding, Report, words};
use std::collections::BTreeMap;
use std::io;

/// The report.
///
/// # Errors
/// When the XML library refuses a text.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for file in report.looked_at {
        files.entry(file).or_default();
    }
    for finding in report.findings {
        files.entry(&finding.at.file).or_default().push(finding);
    }
    let tests: usize = files.values().map(|findings| findings.len().max(1)).sum();
    let mut out = Document::new()?;
    let failures = report.findings.iter().filter(|finding| (report.fails)(finding)).count();
    out.open("testsuites", &counts("wfc", tests, failures).each())?;
    for (file, findings) in files {
        suite(&mut out, words::plain_path(file), &findings, report)?;
    }
    out.close("testsuites")?;
    out.finish()
}

struct Counts {
    name: String,
    tests: String,
    failures: String,
}

fn counts(name: &str, tests: usize, failures: usize) -> Counts {
    Counts { name: name.to_owned(), tests: tests.to_string(), failures: failures.to_string() }
}

impl Counts {
    fn each(&self) -> [(&str, &str); 4] {
        [("name", &self.name), ("tests", &self.tests), ("failures", &self.failures), ("errors", "0")]
    }
}

fn suite(out: &mut Document, file: &str, findings: &[&Finding], report: &Report<'_>) -> io::Result<()> {
    let failures = findings.iter().filter(|finding| (report.fails)(finding)).count();
    out.open("testsuite", &counts(file, findings.len().max(1), failures).each())?;
    if findings.is_empty() {
        out.empty("testcase", &[("name", "no findings"), ("classname", file)])?;
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let name = format!("{}: {}", words::rule(finding), words::one_line(&finding.message));
        let number = names.entry(name.clone()).or_default();
        *number += 1;
        let name = if *number == 1 { name } else { format!("{name} ({number})") };
        case(out, &name, file, finding, report)?;
    }
    out.close("testsuite")
}

fn case(
    out: &mut Document,
    name: &str,
    file: &str,
    finding: &Finding,
    report: &Report<'_>,
) -> io::Result<()> {
    let mut lines = vec![words::line(finding, report.sources)];
    lines.extend(words::notes(finding));
    let details = lines.join("\n");
    out.open("testcase", &[("name", name), ("classname", file)])?;
    if (report.fails)(finding) {
        let message = words::one_line(&finding.message);
        out.text("failure", &[("type", finding.severity.as_str()), ("message", &message)], &details)?;
    } else {
        out.text("system-out", &[], &details)?;
    }
    out.close("testcase")
}
