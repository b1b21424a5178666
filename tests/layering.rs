//! The house of the architecture, held by tests: arrows between packages, imports, sizes, lists.
//!
//! Each rule is a pure function from a [`Tree`] (paths and texts) to sentences that name what is wrong. It runs
//! on this repository, and once on a small tree that breaks it: a rule that cannot fail is not one.

mod arrows;
mod imports;
mod lists;
mod sizes;

use std::collections::BTreeMap;
use std::path::Path;

/// The repository's text files by path from its root, `/`-separated.
pub type Tree = BTreeMap<String, String>;

/// A small tree for the proof that a rule can fail.
fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// This repository, without what is built or fetched.
fn repository() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Tree::new();
    read(root, root, &mut found);
    found
}

fn read(root: &Path, folder: &Path, found: &mut Tree) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("target")
            || [".git", "node_modules", "corpus", "artifacts"].contains(&name.as_str())
        {
            continue;
        }
        if path.is_dir() {
            read(root, &path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.insert(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"), text);
        }
    }
}

/// Lines of a source file that are code of the product: without comments and without its test module.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .map(|(number, line)| (number + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Whether a path is Rust source of the product, no test, bench or fuzz target.
fn is_product_source(path: &str) -> bool {
    path.ends_with(".rs")
        && path.contains("src/")
        && !path.starts_with("tests/")
        && !["/tests/", "/benches/", "/fuzz/"].iter().any(|part| path.contains(part))
}

/// Fails with every sentence on a line of its own.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "the house is out of order:\n{}", faults.join("\n"));
}
