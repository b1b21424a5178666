//! The database: files put in, edited, opened and closed; cold checks on all cores.
//!
//! Invariant: a file's number is never given to another file, so a [`DeclId`](crate::place::DeclId) that outlives an
//! edit means the same declaration or none.

use super::{ProjectFiles, Queries, SourceFile, diagnostics, judged};
use crate::consequence;
use crate::lint::suppression_unused;
use crate::lock::Entry;
use crate::resolve::STANDARD_LIBRARY;
use crate::settings::Settings;
use salsa::{Durability, Setter};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::FileSpan;

/// What a salsa event callback looks like.
pub type EventCallback = Box<dyn Fn(salsa::Event) + Send + Sync + 'static>;

/// The project in memory, and all that is known about it. A clone is a handle on the same data for another thread.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    /// By number.
    files: Arc<Vec<SourceFile>>,
    project: Option<ProjectFiles>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Queries for Database {
    fn project(&self) -> ProjectFiles {
        // `new` sets it before anybody has the database.
        self.project.unwrap_or_else(|| empty_project(self))
    }

    fn file(&self, number: u32) -> Option<SourceFile> {
        self.files.get(number as usize).copied()
    }
}

impl Default for Database {
    fn default() -> Self {
        Self::new(None)
    }
}

fn empty_project(db: &Database) -> ProjectFiles {
    ProjectFiles::builder(BTreeMap::new(), Vec::new(), Vec::new(), None, BTreeMap::new(), Settings::default())
        .durability(Durability::HIGH)
        .new(db)
}

impl Database {
    /// A project that holds the standard library only. `events` hears of every query that is run.
    pub fn new(events: Option<EventCallback>) -> Self {
        let storage = salsa::Storage::new(events);
        let mut db = Self { storage, files: Arc::new(Vec::new()), project: None };
        db.project = Some(empty_project(&db));
        let library: Vec<_> =
            STANDARD_LIBRARY.map(|(path, text)| db.add(path, text, Durability::HIGH)).to_vec();
        let by_path = library.into_iter().map(|file| (Arc::clone(file.path(&db)), file)).collect();
        db.project().set_by_path(&mut db).to(by_path);
        db
    }

    fn add(&mut self, path: &str, text: &str, durability: Durability) -> SourceFile {
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let file =
            SourceFile::builder(number, Arc::from(path), Arc::from(text)).durability(durability).new(self);
        Arc::make_mut(&mut self.files).push(file);
        file
    }

    /// Puts many files in at once, closed; they replace those of the same paths.
    pub fn set_files<'a>(&mut self, files: impl IntoIterator<Item = (&'a str, &'a str)>) {
        let project = self.project();
        let mut by_path = project.by_path(self).clone();
        let mut closed = project.closed(self).clone();
        for (path, text) in files {
            match by_path.get(path) {
                Some(file) => {
                    let file = *file;
                    file.set_text(self).to(Arc::from(text));
                }
                None => {
                    let file = self.add(path, text, Durability::HIGH);
                    by_path.insert(Arc::from(path), file);
                    closed.push(file);
                }
            }
        }
        project.set_by_path(self).to(by_path);
        project.set_closed(self).to(closed);
    }

    /// Changes the text of a file, if the project has it.
    pub fn set_text(&mut self, path: &str, text: &str) {
        if let Some(file) = self.file_at(path)
            && **file.text(self) != *text
        {
            file.set_text(self).to(Arc::from(text));
        }
    }

    /// Opens a file for edits to come (adding it if it is new), so that what depends on closed files only is not
    /// looked at again at every keystroke.
    pub fn open(&mut self, path: &str, text: &str) {
        self.set_files([(path, text)]);
        self.move_between(path, true);
    }

    /// Closes a file after edits.
    pub fn close(&mut self, path: &str) {
        self.move_between(path, false);
    }

    fn move_between(&mut self, path: &str, opens: bool) {
        let Some(file) = self.file_at(path) else { return };
        let project = self.project();
        let durability = if opens { Durability::LOW } else { Durability::HIGH };
        let text = Arc::clone(file.text(self));
        file.set_text(self).with_durability(durability).to(text);
        let (mut open, mut closed) = (project.open(self).clone(), project.closed(self).clone());
        open.retain(|other| *other != file);
        closed.retain(|other| *other != file);
        if opens {
            open.push(file)
        } else {
            closed.push(file)
        }
        project.set_open(self).to(open);
        project.set_closed(self).to(closed);
    }

    /// Takes a file out of the project.
    pub fn remove(&mut self, path: &str) {
        let Some(file) = self.file_at(path) else { return };
        let project = self.project();
        let mut by_path = project.by_path(self).clone();
        by_path.remove(path);
        let without =
            |files: &Vec<SourceFile>| files.iter().copied().filter(|other| *other != file).collect();
        let (open, closed): (Vec<_>, Vec<_>) = (without(project.open(self)), without(project.closed(self)));
        project.set_by_path(self).to(by_path);
        project.set_open(self).to(open);
        project.set_closed(self).to(closed);
    }

    /// Says what day it is, as `2026-03-02`: permissions may have ended.
    pub fn set_today(&mut self, today: Option<String>) {
        self.project().set_today(self).to(today);
    }

    /// Says what each version of a workflow meant when it was first built, and when that was, as `wf.lock` records it.
    pub fn set_recorded(&mut self, recorded: BTreeMap<(String, u32), Entry>) {
        self.project().set_recorded(self).to(recorded);
    }

    /// Says what the project decides about its checks.
    pub fn set_settings(&mut self, settings: Settings) {
        self.project().set_settings(self).to(settings);
    }

    /// The file at a path from the project's root.
    pub fn file_at(&self, path: &str) -> Option<SourceFile> {
        self.project().by_path(self).get(path).copied()
    }

    /// The project's own files by path: not the standard library's.
    pub fn own_files(&self) -> Vec<SourceFile> {
        let project = self.project();
        let mut files: Vec<_> = project.closed(self).iter().chain(project.open(self)).copied().collect();
        files.sort_by(|a, b| a.path(self).cmp(b.path(self)));
        files
    }

    /// Everything that is wrong with the project, by file and place, on as many threads as there are cores; what
    /// only follows from something else that is told is left out.
    pub fn check_all(&self) -> Vec<Diagnostic<FileSpan>> {
        let files = self.own_files();
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(files.len());
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let db = self.clone();
                    let (files, next) = (&files, &next);
                    scope.spawn(move || check_next(&db, files, next))
                })
                .collect();
            for worker in workers {
                // A bug of the compiler is shown by whoever catches it, not swallowed here.
                if let Err(panic) = worker.join() {
                    std::panic::resume_unwind(panic);
                }
            }
        });
        let used: Vec<&FileSpan> =
            files.iter().flat_map(|file| &judged(self, *file).used_elsewhere).collect();
        let told = files.iter().flat_map(|file| diagnostics(self, *file));
        let is_sound = told.clone().all(|finding| finding.severity != Severity::Error);
        let is_needed = |finding: &&Diagnostic<FileSpan>| {
            suppression_unused::is_doubtful(finding) && (!is_sound || used.contains(&&finding.at))
        };
        let found = told.filter(|finding| !is_needed(finding)).cloned().collect();
        let texts = files.iter().map(|file| (&**file.path(self), &**file.text(self))).collect();
        consequence::told(found, &texts)
    }
}

impl Database {
    /// What is allowed in the project, and the reason for each.
    pub fn silenced(&self) -> Vec<(Diagnostic<FileSpan>, String)> {
        let files = self.own_files();
        files.iter().flat_map(|file| &judged(self, *file).silenced).cloned().collect()
    }
}

/// Each thread takes the next file that nobody has taken; what it finds is remembered by the queries.
fn check_next(db: &Database, files: &[SourceFile], next: &AtomicUsize) {
    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
        diagnostics(db, *file);
    }
}
