//! One glob test per stage: a case goes in, what a person would see comes out, both in one snapshot.
//!
//! `check/` holds files that are wrong, and their findings as a terminal without colour shows them; `build/` holds files
//! that are right, and their plans in words. Invariant: a case's first line says in a comment what it is about.

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::render::{self, Sources, Summary};
use wf_lang::diagnostic::Severity;

/// Runs `stage` over every case of a folder and holds its output with the case's text.
fn glob(folder: &str, stage: fn(&str) -> String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(folder));
    settings.bind(|| {
        insta::glob!(&format!("cases/{folder}"), "*.wf", |path| {
            let text = std::fs::read_to_string(path).unwrap();
            let about = text.lines().next().unwrap_or_default();
            assert!(about.starts_with("# "), "{}: its first line says what it is about", path.display());
            insta::assert_snapshot!(format!("{text}\n{:─<100}\n\n{}", "", stage(&text)));
        });
    });
}

fn project(text: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("main.wf".to_owned(), text.to_owned())])
}

/// Everything `wfc check` says.
fn checked(text: &str) -> String {
    let findings = wf_compiler::project::check(&project(text));
    let sources = Sources::new([("main.wf", text)]);
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let summary = Summary {
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        notes: of(Severity::Note),
        files: 1,
    };
    let drawn: String = findings.iter().map(|finding| render::terminal::finding(finding, &sources)).collect();
    without_colour(&(drawn + &render::terminal::summary(summary)))
}

/// Everything `wfc show` says of the plans.
fn built(text: &str) -> String {
    let built = wf_compiler::build::build(&project(text));
    let errors = built.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<&String> = errors.map(|finding| &finding.message).collect();
    assert_eq!(errors, Vec::<&String>::new(), "a case of `build/` has no errors");
    let shown = |plan: &wf_compiler::build::BuiltPlan| {
        wf_plan::show::loaded(&wf_plan::load::load(&plan.bytes).unwrap())
    };
    built.plans.iter().map(shown).collect()
}

/// The text without the escape sequences of colours.
pub fn without_colour(drawn: &str) -> String {
    let mut out = String::new();
    let mut letters = drawn.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            out.push(letter);
        }
    }
    // codespan-reporting pads lines; editors would not keep that in a snapshot.
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn check() {
    glob("check", checked);
}

#[test]
fn build() {
    glob("build", built);
}
