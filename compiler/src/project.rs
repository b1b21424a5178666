//! A whole project checked or built in one call: the plain functions behind the queries.
//!
//! For programs that read files once, for tests, and for fixes, which are tried in memory before they are offered.
//! Invariant: the same files give the same answer, in the same order.

use crate::db::Database;
use std::collections::BTreeMap;
use wf_lang::diagnostic::Diagnostic;
use wf_lang::span::FileSpan;

/// A project of these files: paths from its root with `/` between folders, and texts.
pub fn open(files: &BTreeMap<String, String>) -> Database {
    let mut db = Database::default();
    db.set_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    db
}

/// Everything that is wrong with a project, by file and place.
pub fn check(files: &BTreeMap<String, String>) -> Vec<Diagnostic<FileSpan>> {
    let db = open(files);
    let found = db.check_all();
    // Everything that is known about a large project takes a while to free; nobody has to wait for it.
    std::thread::spawn(move || drop(db));
    found
}

/// The same for files as they stand in a test or a rule's page.
pub fn check_text(files: &[(&str, &str)]) -> Vec<Diagnostic<FileSpan>> {
    let mut db = Database::default();
    db.set_files(files.iter().copied());
    db.check_all()
}
