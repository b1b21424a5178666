//! Reports in every form, held against the schemas of those who read them.
//!
//! The findings hold what hurts: letters of several bytes, line ends, control characters, and words that would be
//! commands or markup.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use serde_json::Value as Json;
use std::sync::Arc;
use wf_compiler::render::{self, FORMATS, Finding, Report, Silenced, Silencer, Sources};
use wf_compiler::rules;
use wf_lang::diagnostic::{Diagnostic, Edit, Fix, RunEvent, Severity};
use wf_lang::span::{FileSpan, Span};

const MAIN: &str = "workflow order \"Ordér 😀\" {\n  version 1\n  step ship \"Schiff 😀\" { owner clrk }\n  step bill \"Bill\" {\n    after ship\n  }\n}\n";
const TEAMS: &str = "role clerk \"Clerk\" {\n  reach email\n}\n";
const HOSTILE: &str =
    "\u{1b}[31m ]]> <b>&\"' ::error::x %0A ##vso[task.complete]; \u{0}\u{8}\u{FFFE}\nsecond `line` | * _x_";

fn at(file: &str, text: &str, word: &str) -> FileSpan {
    let start = text.find(word).unwrap();
    FileSpan { file: Arc::from(file), span: Span::new(start, start + word.len()) }
}

fn rule(code: &str) -> &'static wf_lang::diagnostic::Rule {
    rules::ALL.iter().map(|entry| entry.rule).find(|rule| rule.code == code).unwrap()
}

fn event(at: &str, node: &str, event: &str, detail: &str) -> RunEvent {
    RunEvent { at: at.to_owned(), event: event.to_owned(), node: node.to_owned(), detail: detail.to_owned() }
}

/// Three findings: a misspelt name with a fix, a hang with a run, and one whose words are hostile.
fn findings() -> Vec<Finding> {
    let clrk = at("main.wf", MAIN, "clrk");
    let misspelt = Diagnostic::new(rule("WF002"), clrk.clone(), "there is no role `clrk`")
        .with_help("did you mean `clerk`?")
        .with_related(at("sub folder/teams.wf", TEAMS, "clerk"), "`clerk` is here")
        .with_fix("write `clerk`", clrk, "clerk");
    let mut hang =
        Diagnostic::new(rule("WF103"), at("main.wf", MAIN, "after ship"), "`bill` may never be reached")
            .with_run(vec![
                event("2026-03-02 09:00", "ship", "done", ""),
                event("2026-03-02 09:00", "", "then nothing moves", ""),
            ]);
    let there = at("main.wf", MAIN, "bill");
    let edits = vec![
        Edit { at: there.clone(), replacement: "pay".to_owned() },
        Edit { at: at("main.wf", MAIN, "version"), replacement: String::new() },
    ];
    hang.fixes.push(Fix { title: "do both".to_owned(), edits });
    let hostile = Diagnostic::new(rule("WF803"), at("sub folder/teams.wf", TEAMS, "clerk"), HOSTILE)
        .with_help(HOSTILE)
        .with_run(vec![event(HOSTILE, HOSTILE, HOSTILE, HOSTILE)]);
    vec![misspelt, hang, hostile]
}

/// The findings in a form; below errors nothing fails.
fn rendered(name: &str, findings: &[Finding]) -> String {
    let sources = Sources::new([("main.wf", MAIN), ("sub folder/teams.wf", TEAMS), ("./clean.wf", "")]);
    let known = Diagnostic::new(rule("WF306"), at("main.wf", MAIN, "ship"), "`ship` has no deadline");
    let silenced = [
        Silenced { finding: known.clone(), by: Silencer::Comment("the customer sets the pace".to_owned()) },
        Silenced { finding: known, by: Silencer::Baseline },
    ];
    let looked_at = ["main.wf", "sub folder/teams.wf", "./clean.wf"].map(str::to_owned);
    let report = Report {
        findings,
        silenced: &silenced,
        sources: &sources,
        looked_at: &looked_at,
        fails: &|finding| finding.severity == Severity::Error,
    };
    (render::format(name).unwrap().render)(&report).unwrap()
}

fn schema(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// What a JSON schema says against a report.
pub(crate) fn faults_of_json(schema_name: &str, report: &Json) -> Vec<String> {
    let mut schema: Json = serde_json::from_str(&schema(schema_name)).unwrap();
    // An erratum of SARIF's schema: the pattern of `language`, which we do not write, is no regular expression.
    for owner in ["run", "toolComponent"] {
        if let Some(language) = schema.pointer_mut(&format!("/definitions/{owner}/properties/language")) {
            language.as_object_mut().unwrap().remove("pattern");
        }
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(report).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

/// A report as JSON that its schema takes.
fn valid_json(form: &str, schema_name: &str, findings: &[Finding]) -> Json {
    let report: Json = serde_json::from_str(&rendered(form, findings)).unwrap();
    assert_eq!(faults_of_json(schema_name, &report), [""; 0], "{form}");
    report
}

/// What an XML schema says against a text.
pub(crate) fn faults_of_xml(schema_name: &str, text: &str) -> Vec<String> {
    let schema = schema(schema_name);
    let schema = uppsala::parse(&schema).unwrap();
    let validator = uppsala::XsdValidator::from_schema(&schema).unwrap();
    match uppsala::parse(text) {
        Ok(document) => validator.validate(&document).iter().map(ToString::to_string).collect(),
        Err(fault) => vec![fault.to_string()],
    }
}

#[test]
fn sarif_is_what_its_schema_says_and_carries_everything() {
    let log = valid_json("sarif", "sarif-2.1.0.json", &findings());
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), rules::ALL.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 5, "three findings, and two that are allowed");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().unwrap().contains("## Why it matters"));
    }
    // `  step ship "Schiff 😀" { owner ` are 31 characters in 34 bytes.
    let place = &results[0]["locations"][0];
    let region = serde_json::json!({"startLine": 3, "startColumn": 32, "endLine": 3, "endColumn": 36});
    assert_eq!(place["physicalLocation"]["region"], region);
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "order/ship");
    let related = &results[0]["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "sub%20folder/teams.wf");
    let replacement = &results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["deletedRegion"], region);
    assert_eq!(replacement["insertedContent"]["text"], "clerk");
    let steps = results[1]["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    assert_eq!(steps.len(), 2);
    let line = |step: &Json| step["location"]["physicalLocation"]["region"]["startLine"].clone();
    assert_eq!(line(&steps[0]), 3, "the event is shown at its node");
    assert_eq!(line(&steps[1]), 5, "what happened to no node at the finding");
    assert_eq!(results[0]["suppressions"], serde_json::json!([]));
    assert_eq!(results[3]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[3]["suppressions"][0]["justification"], "the customer sets the pace");
    assert_eq!(results[4]["suppressions"][0]["kind"], "external");
    let fingerprints: std::collections::BTreeSet<&str> = results
        .iter()
        .map(|result| result["partialFingerprints"]["wfFinding/v1"].as_str().unwrap())
        .collect();
    assert_eq!(fingerprints.len(), results.len());
}

#[test]
fn gitlab_is_what_it_says_and_fingerprints_do_not_move_with_lines() {
    let report = valid_json("gitlab", "gitlab-code-quality.json", &findings());
    assert_eq!(
        report[0]["location"],
        serde_json::json!({"path": "main.wf", "lines": {"begin": 3, "end": 3}})
    );
    assert_eq!(report[0]["severity"], "critical");
    assert_eq!(report[2]["severity"], "info");
    let same = findings();
    let twice: Vec<Finding> = same.iter().chain(&same).cloned().collect();
    let report = valid_json("gitlab", "gitlab-code-quality.json", &twice);
    let prints: std::collections::BTreeSet<&str> =
        report.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 6, "unique even where findings are equal");
}

#[test]
fn rdjson_is_what_it_says_and_counts_bytes() {
    let report = valid_json("rdjson", "rdjson.json", &findings());
    let found = &report["diagnostics"][0];
    let range = serde_json::json!({"start": {"line": 3, "column": 35}, "end": {"line": 3, "column": 39}});
    assert_eq!(found["location"]["range"], range, "34 bytes stand before the word");
    assert_eq!(found["suggestions"], serde_json::json!([{"range": range, "text": "clerk"}]));
    assert_eq!(report["diagnostics"][1].get("suggestions"), None, "a fix of two edits is no suggestion");
    assert_eq!(report["severity"], "ERROR");
}

#[test]
fn junit_is_what_its_schema_says_and_fails_what_fails() {
    let text = rendered("junit", &findings());
    assert_eq!(faults_of_xml("junit-10.xsd", &text), [""; 0], "{text}");
    assert!(text.contains("<testsuites name=\"wfc\" tests=\"4\" failures=\"2\" errors=\"0\">"), "{text}");
    assert!(text.contains("<testcase name=\"no findings\" classname=\"clean.wf\"/>"), "{text}");
    assert_eq!(text.matches("<failure").count(), 2);
    assert_eq!(text.matches("<system-out>").count(), 1, "a note does not fail");
    assert!(!faults_of_xml("junit-10.xsd", &text.replace("<testcase", "<test-case")).is_empty());
    assert!(!faults_of_xml("junit-10.xsd", &text.replace(" errors=\"0\"", "")).is_empty());
}

#[test]
fn checkstyle_is_what_its_schema_says() {
    let text = rendered("checkstyle", &findings());
    assert_eq!(faults_of_xml("checkstyle.xsd", &text), [""; 0], "{text}");
    assert_eq!(text.matches("<error ").count(), 3);
    assert!(text.contains("<file name=\"sub folder/teams.wf\">"));
    assert!(text.contains("line=\"3\" column=\"32\" severity=\"error\""), "{text}");
    assert!(
        !faults_of_xml("checkstyle.xsd", &text.replace("severity=\"error\"", "severity=\"bad\"")).is_empty()
    );
    assert!(!faults_of_xml("checkstyle.xsd", &text.replace("line=\"3\"", "line=\"0\"")).is_empty());
}

#[test]
fn an_empty_report_is_a_report_in_every_form() {
    valid_json("sarif", "sarif-2.1.0.json", &[]);
    valid_json("gitlab", "gitlab-code-quality.json", &[]);
    valid_json("rdjson", "rdjson.json", &[]);
    assert_eq!(faults_of_xml("junit-10.xsd", &rendered("junit", &[])), [""; 0]);
    assert_eq!(faults_of_xml("checkstyle.xsd", &rendered("checkstyle", &[])), [""; 0]);
    assert_eq!(rendered("json-lines", &[]), "");
    assert!(rendered("markdown", &[]).starts_with("## Workflows: no findings in 3 files\n"));
}

/// The lines that GitHub and Azure would take for commands.
fn commands<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.trim_start().starts_with(mark)).collect()
}

#[test]
fn no_words_of_a_finding_become_commands() {
    let text = rendered("github", &findings());
    let found = commands(&text, "::");
    assert_eq!(found.len(), 5, "three annotations, a group and its end: {text}");
    assert!(
        found[0].starts_with(
            "::error file=main.wf,line=3,endLine=3,col=32,endColumn=36,title=WF002 unknown-name::"
        )
    );
    let text = rendered("azure", &findings());
    assert_eq!(commands(&text, "##vso").len(), 2, "{text}");
    assert!(text.contains("sourcepath=main.wf;linenumber=3;columnnumber=32;code=WF002;]there is no role"));
}

#[test]
fn github_gets_the_worst_first_and_a_summary() {
    let mut many: Vec<Finding> = Vec::new();
    for number in 0..12 {
        many.push(Diagnostic::new(rule("WF803"), at("main.wf", MAIN, "order"), format!("note {number}")));
        many.push(Diagnostic::new(rule("WF103"), at("main.wf", MAIN, "ship"), format!("error {number}")));
    }
    let text = rendered("github", &many);
    let kinds: Vec<&str> =
        commands(&text, "::").iter().filter_map(|line| line.split([' ', ':']).nth(2)).collect();
    let expected = [vec!["error"; 12], vec!["notice"; 13], vec!["group", "endgroup"]].concat();
    assert_eq!(kinds, expected, "the last notice says that GitHub shows ten");
    assert!(text.contains("the log of this step lists all 24"));
    assert!(text.ends_with("12 errors, 12 notes in 3 files\n") || text.contains("12 errors"), "{text}");
}

#[test]
fn nothing_that_steers_a_terminal_comes_from_a_finding() {
    for form in FORMATS {
        let text = rendered(form.name, &findings()[2..]);
        assert!(!text.contains("\u{1b}[31m ]]>"), "{}: {text:?}", form.name);
        assert!(!text.contains('\u{0}') && !text.contains('\u{8}'), "{}", form.name);
    }
}

#[test]
fn concise_is_a_line_each_and_json_lines_an_object_each() {
    let text = rendered("concise", &findings());
    assert_eq!(text.lines().count(), 4);
    assert_eq!(text.lines().next(), Some("main.wf:3:32: error[WF002] there is no role `clrk`"));
    let text = rendered("json-lines", &findings());
    let codes: Vec<Json> =
        text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()["code"].clone()).collect();
    assert_eq!(codes, ["WF002", "WF103", "WF803"]);
    let whole: Json = serde_json::from_str(&rendered("json", &findings())).unwrap();
    let first: Json = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(whole["diagnostics"][0], first);
}

#[test]
fn markdown_shows_words_and_never_takes_them_for_markup() {
    let text = rendered("markdown", &findings());
    assert!(text.starts_with("## Workflows: 2 errors, 1 note in 3 files\n"), "{text}");
    assert!(text.contains("line 3, column 32: there is no role `clrk` (`unknown-name`)"), "{text}");
    let help = text.lines().find(|line| line.contains("help:") && line.contains("second")).unwrap();
    assert!(help.contains("&lt;b&gt;") && !help.contains("<b>"), "{help}");
    assert!(text.contains("2 findings allowed by a comment or by the baseline"), "{text}");
}
