//! How long a file may be, and that it says at its top what it is.
//!
//! Functions are held to 70 lines by clippy (`too_many_lines`, see `clippy.toml`).

use super::{Tree, assert_none, is_product_source, repository, tree};

/// Lines of product code in one file, its test module left out: beyond this it wants splitting by meaning.
const FILE_LINES: usize = 400;

fn faults(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in tree.iter().filter(|(path, _)| is_product_source(path)) {
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        if lines > FILE_LINES {
            faults.push(format!("{path}: {lines} lines, more than {FILE_LINES}: split it by meaning"));
        }
        if !text.starts_with("//!") {
            faults.push(format!("{path}: does not begin by saying what lives here (`//!`)"));
        }
    }
    faults
}

#[test]
fn files_are_short_and_introduce_themselves() {
    assert_none(&faults(&repository()));
}

#[test]
fn a_long_or_nameless_file_is_seen() {
    let long = format!("//! long\n{}", "x\n".repeat(FILE_LINES));
    let at_the_limit = format!("//! long\n{}", "x\n".repeat(FILE_LINES - 1));
    assert_eq!(faults(&tree(&[("lang/src/a.rs", &long)])).len(), 1);
    assert_none(&faults(&tree(&[("lang/src/a.rs", &at_the_limit)])));
    assert_eq!(faults(&tree(&[("lang/src/a.rs", "fn f() {}\n")])).len(), 1);
}
