//! Every file under `cases/clean` parses without an error, and its tree is its text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::path::Path;
use wf_lang::span::LineIndex;

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wf"))
        .collect();
    files.sort();
    files
}

#[test]
fn clean_files_have_no_errors() {
    let mut wrong = String::new();
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/clean")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let parse = wf_lang::parse(&text);
        assert_eq!(parse.tree.text(), text);
        let lines = LineIndex::new(&text);
        for error in &parse.errors {
            let line = lines.position(&text, error.at.start).line;
            wrong += &format!("{}:{line}: {}\n", path.display(), error.message);
        }
        assert!(!parse.tree.root().has_error() || !parse.errors.is_empty(), "an error node without an error");
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
