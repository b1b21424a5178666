//! `--format sarif`: SARIF 2.1.0, the exchange format of code scanning.
//!
//! Rules carry their pages; a finding carries its places, the run that shows it as a code flow, its fixes and what
//! allows it; columns count Unicode scalar values. Invariant: what is written validates against the schema of SARIF
//! 2.1.0, which a test holds.

mod log;

use super::words::{self, plain_path};
use super::{Finding, Report, Silenced, Silencer, Sources};
use crate::fingerprint::fingerprints;
use crate::{reference, rules};
use log::{
    ArtifactChange, ArtifactContent, ArtifactLocation, CodeFlow, Configuration, Driver, Fix, Level, Location,
    Log, LogicalLocation, Message, Multiformat, PartialFingerprints, PhysicalLocation, Properties, Region,
    Replacement, ResultEntry, Rule, Run, Suppression, ThreadFlow, ThreadFlowLocation, Tool,
};
use std::collections::BTreeMap;
use std::io;
use wf_lang::diagnostic::{Edit, Fix as Cure, Severity};
use wf_lang::span::FileSpan;

/// One log with one run.
///
/// # Errors
/// Only if serde_json cannot serialize, which plain strings and numbers never cause.
pub fn render(report: &Report<'_>) -> io::Result<String> {
    let silenced = report.silenced.iter().map(|silenced| (&silenced.finding, Some(silenced)));
    let all: Vec<(&Finding, Option<&Silenced>)> =
        report.findings.iter().map(|finding| (finding, None)).chain(silenced).collect();
    let findings: Vec<&Finding> = all.iter().map(|(finding, _)| *finding).collect();
    let fingerprints = fingerprints(&findings, report.sources);
    let results = all
        .iter()
        .zip(fingerprints)
        .map(|((finding, silenced), fingerprint)| result(finding, *silenced, fingerprint, report.sources));
    let driver = Driver {
        name: "wfc",
        version: env!("CARGO_PKG_VERSION"),
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: rules::ALL.iter().map(rule).collect(),
    };
    let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results: results.collect() };
    Ok(serde_json::to_string_pretty(&Log::of(run))? + "\n")
}

fn rule(entry: &rules::Entry) -> Rule {
    let rule = entry.rule;
    Rule {
        id: rule.code,
        name: rule.name,
        short_description: Message { text: rule.summary.to_owned() },
        help: Multiformat { text: entry.page.to_owned(), markdown: entry.page },
        default_configuration: Configuration { level: level(rule.severity) },
        properties: Properties { tags: [reference::family(rule.code)] },
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    }
}

fn result(
    finding: &Finding,
    silenced: Option<&Silenced>,
    fingerprint: String,
    sources: &Sources<'_>,
) -> ResultEntry {
    let mut message = vec![words::message(finding)];
    message.extend(words::notes(finding));
    let own =
        Location { logical_locations: logical(finding, sources), ..location(&finding.at, None, sources) };
    let related =
        finding.related.iter().map(|related| location(&related.at, Some(&related.message), sources));
    ResultEntry {
        rule_id: finding.rule.code,
        rule_index: rules::ALL.iter().position(|entry| entry.rule == finding.rule),
        level: level(finding.severity),
        message: Message { text: message.join("\n") },
        locations: vec![own],
        related_locations: related.zip(0..).map(|(place, id)| Location { id: Some(id), ..place }).collect(),
        code_flows: code_flow(finding, sources).into_iter().collect(),
        fixes: finding.fixes.iter().map(|cure| fix(cure, sources)).collect(),
        partial_fingerprints: PartialFingerprints { finding: fingerprint },
        suppressions: silenced.map(suppression).into_iter().collect(),
    }
}

fn suppression(silenced: &Silenced) -> Suppression {
    match &silenced.by {
        Silencer::Comment(reason) => Suppression { kind: "inSource", justification: reason.clone() },
        Silencer::Baseline => {
            Suppression { kind: "external", justification: "known when the baseline was written".to_owned() }
        }
    }
}

/// The run that shows a finding: each event at the node it happened to.
fn code_flow(finding: &Finding, sources: &Sources<'_>) -> Option<CodeFlow> {
    let events = finding.run.as_ref().filter(|run| !run.is_empty())?;
    let step = |(event, number): (&wf_lang::diagnostic::RunEvent, u32)| {
        let at = sources.node_near(&event.node, &finding.at).unwrap_or_else(|| finding.at.clone());
        ThreadFlowLocation {
            location: location(&at, Some(&words::event(event)), sources),
            execution_order: number,
        }
    };
    let locations = events.iter().zip(1..).map(step).collect();
    Some(CodeFlow { thread_flows: vec![ThreadFlow { locations }] })
}

fn fix(cure: &Cure<FileSpan>, sources: &Sources<'_>) -> Fix {
    let mut by_file: BTreeMap<&str, Vec<&Edit<FileSpan>>> = BTreeMap::new();
    for edit in &cure.edits {
        by_file.entry(&edit.at.file).or_default().push(edit);
    }
    let replacement = |edit: &&Edit<FileSpan>| Replacement {
        deleted_region: region(&edit.at, sources),
        inserted_content: ArtifactContent { text: edit.replacement.clone() },
    };
    let change = |(file, edits): (&str, Vec<&Edit<FileSpan>>)| ArtifactChange {
        artifact_location: artifact(file),
        replacements: edits.iter().map(replacement).collect(),
    };
    Fix {
        description: Message { text: cure.title.clone() },
        artifact_changes: by_file.into_iter().map(change).collect(),
    }
}

fn location(at: &FileSpan, message: Option<&str>, sources: &Sources<'_>) -> Location {
    Location {
        id: None,
        message: message.map(|text| Message { text: text.to_owned() }),
        physical_location: PhysicalLocation {
            artifact_location: artifact(&at.file),
            region: region(at, sources),
        },
        logical_locations: Vec::new(),
    }
}

fn logical(finding: &Finding, sources: &Sources<'_>) -> Vec<LogicalLocation> {
    let symbol = sources.symbol(&finding.at);
    let logical = symbol.map(|symbol| LogicalLocation {
        name: symbol.name.clone(),
        fully_qualified_name: symbol.path.clone(),
        kind: symbol.kind.clone(),
    });
    logical.into_iter().collect()
}

fn region(at: &FileSpan, sources: &Sources<'_>) -> Region {
    let region = sources.region(at);
    Region {
        start_line: region.start.line,
        start_column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    }
}

/// A path as a relative URI; every byte that a URI does not carry is written `%XX`.
fn artifact(path: &str) -> ArtifactLocation {
    let mut uri = String::new();
    for byte in plain_path(path).bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    ArtifactLocation { uri }
}
