//! Names across files: what resolves, what is reported, and what stays silent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::project;

/// The `.wf` files below a folder of the repository.
fn folder(path: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "wf") {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&file).unwrap());
        }
    }
    files
}

fn told(files: &BTreeMap<String, String>) -> Vec<String> {
    let found = project::check(files);
    found
        .iter()
        .map(|finding| {
            let text = &files[&*finding.at.file];
            let line = text[..finding.at.span.start as usize].lines().count();
            format!("{} {}:{line} {}", finding.rule.code, finding.at.file, finding.message)
        })
        .collect()
}

#[test]
fn real_projects_have_no_finding() {
    for path in ["tests/cases/kitchen-sink", "examples/onboarding", "examples/claims", "examples/change"] {
        assert_eq!(told(&folder(path)), [""; 0], "{path}");
    }
}

#[test]
fn the_standard_library_has_no_finding_of_its_own() {
    let files =
        folder("stdlib").into_iter().map(|(name, text)| (name, text.replace("use std.", "use "))).collect();
    let found: Vec<_> = told(&files).into_iter().filter(|line| !line.starts_with("WF007")).collect();
    assert_eq!(found, [""; 0], "nothing in a library is used by itself, everything else holds");
}
