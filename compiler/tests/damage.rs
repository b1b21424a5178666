//! Real projects with a line taken out, a word misspelt, a file cut off: nothing panics, and one slip is not told
//! many times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::string_slice)]

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::project;

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

/// What is told when `file` of the project has this text.
fn told(files: &BTreeMap<String, String>, file: &str, text: String) -> Vec<String> {
    let mut files = files.clone();
    files.insert(file.to_owned(), text);
    let found = project::check(&files);
    found
        .iter()
        .map(|finding| {
            let text = &files[&*finding.at.file];
            let line = text[..finding.at.span.start as usize].matches('\n').count() + 1;
            format!("{} {}:{line} {}", finding.rule.code, finding.at.file, finding.message)
        })
        .collect()
}

/// Every `step`th word of a file with two letters swapped: where, and the text.
fn misspelt(text: &str, step: usize) -> Vec<(String, String)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut broken = Vec::new();
    let (mut at, mut count) = (0, 0);
    while let Some(start) = text[at..].find(is_word).map(|start| at + start) {
        let end = text[start..].find(|c| !is_word(c)).map_or(text.len(), |end| start + end);
        at = end;
        let line = text[..start].rsplit('\n').next().unwrap();
        let letters: Vec<char> = text[start..end].chars().collect();
        if letters.len() < 4 || letters[1] == letters[2] || line.contains(['#', '"']) {
            continue;
        }
        count += 1;
        if count % step == 0 {
            let mut swapped = letters.clone();
            swapped.swap(1, 2);
            let swapped: String = swapped.into_iter().collect();
            let place = format!("line {}: {swapped}", text[..start].matches('\n').count() + 1);
            broken.push((place, format!("{}{swapped}{}", &text[..start], &text[end..])));
        }
    }
    broken
}

#[test]
fn a_misspelt_word_costs_few_findings() {
    let files = folder("examples/onboarding");
    for (file, text) in &files {
        for (place, broken) in misspelt(text, 7) {
            let told = told(&files, file, broken);
            assert!(told.len() <= 3, "{file}, {place}: {told:#?}");
        }
    }
}

#[test]
fn a_missing_line_costs_few_findings() {
    let files = folder("examples/onboarding");
    for (file, text) in &files {
        let lines: Vec<&str> = text.lines().collect();
        for index in (0..lines.len()).step_by(6) {
            let mut rest = lines.clone();
            let line = rest.remove(index);
            let told = told(&files, file, rest.join("\n") + "\n");
            assert!(told.len() <= 8, "{file} without `{line}`: {told:#?}");
        }
    }
}

#[test]
fn a_file_cut_off_anywhere_is_read_to_its_end() {
    let files = folder("examples/onboarding");
    let text = &files["main.wf"];
    for end in (0..text.len()).step_by(397).filter(|end| text.is_char_boundary(*end)) {
        let told = told(&files, "main.wf", text[..end].to_owned());
        assert!(!told.is_empty() || end == 0, "cut off at {end}: something is missing");
        assert!(told.len() <= 60, "cut off at {end}: {told:#?}");
    }
}
