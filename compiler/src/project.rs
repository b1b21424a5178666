//! A whole project checked or built in one call: the plain functions behind the queries.
//!
//! For programs that read files once, for tests, and for fixes, which are tried in memory before they are offered.
//! Invariant: the same files give the same answer, in the same order.

use crate::db::{self, Database};
use std::collections::BTreeMap;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::FileSpan;

/// A project of these files: paths from its root with `/` between folders, and texts.
pub fn open(files: &BTreeMap<String, String>) -> Database {
    let mut db = Database::default();
    db.set_files(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    db
}

/// Everything that is wrong with a project, by file and place.
pub fn check(files: &BTreeMap<String, String>) -> Vec<Diagnostic<FileSpan>> {
    findings(open(files))
}

/// Everything that is wrong with an open project, which is closed.
pub fn findings(db: Database) -> Vec<Diagnostic<FileSpan>> {
    let found = db.check_all();
    close(db);
    found
}

/// Closes a project. Everything that is known about a large one takes a while to free; nobody has to wait for it.
pub fn close(db: Database) {
    std::thread::spawn(move || drop(db));
}

/// What is wrong in some files of an open project. What is wrong there because of another file is told with that
/// file's finding, so that nobody is sent away with "no findings" from a file that does not work.
pub fn findings_in(db: &Database, is_named: impl Fn(&str) -> bool) -> Vec<Diagnostic<FileSpan>> {
    let is_error = |finding: &Diagnostic<FileSpan>| finding.severity == Severity::Error;
    let told = db.check_all();
    let told_in = |file: &str| told.iter().any(|finding| is_error(finding) && *finding.at.file == *file);
    let held_back = db.own_files().into_iter().any(|file| {
        let path = file.path(db);
        is_named(path) && !told_in(path) && db::diagnostics(db, file).iter().any(is_error)
    });
    let is_told =
        |finding: &Diagnostic<FileSpan>| is_named(&finding.at.file) || (held_back && is_error(finding));
    told.into_iter().filter(is_told).collect()
}

/// The same for files as they stand in a test or a rule's page.
pub fn check_text(files: &[(&str, &str)]) -> Vec<Diagnostic<FileSpan>> {
    let mut db = Database::default();
    db.set_files(files.iter().copied());
    db.check_all()
}
