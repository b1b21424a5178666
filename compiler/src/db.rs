//! The queries: what is asked about a project, remembered between edits.
//!
//! All salsa attributes are here and nowhere else; what a query computes is a plain function of another module.
//! `pieces → parsed → lowered → item_tree → resolve → problems → diagnostics`: values without spans all the way,
//! so that an edit inside one workflow checks that workflow again and no other; the last step alone reads spans.
//! Invariant: what a query returns depends only on inputs read through the database.
#![allow(missing_docs, reason = "the constructors and getters that salsa makes have no place for docs")]

mod names;
mod project;
mod proofs;
mod scope;
mod steps;

pub use project::Database;
pub use scope::ProjectScope;

use crate::graph::Graph;
use crate::hir::lower::Lowered;
use crate::lint::suppression::Judged;
use crate::lock::Entry;
use crate::place::{DeclId, Place, Problem};
use crate::resolve::ItemTree;
use crate::settings::Settings;
use crate::subject::Subject;
use crate::typed::{Typed, TypedPolicy, TypedTest};
use crate::verify::Proven;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wf_lang::diagnostic::Diagnostic;
use wf_lang::span::FileSpan;
use wf_plan::MeaningHash;

/// A file: the unit of input.
#[salsa::input]
pub struct SourceFile {
    /// Its number, for [`DeclId`]; never given to another file.
    #[returns(copy)]
    pub number: u32,
    /// Its path from the project's root, with `/` between folders.
    pub path: Arc<str>,
    /// Its text.
    pub text: Arc<str>,
}

/// The project: its files, those open in an editor apart, because they change at every keystroke.
#[salsa::input]
pub struct ProjectFiles {
    /// Every file by its path, the standard library's too.
    pub by_path: BTreeMap<Arc<str>, SourceFile>,
    /// The project's own files that are not open.
    pub closed: Vec<SourceFile>,
    /// The project's own files that are open.
    pub open: Vec<SourceFile>,
    /// Today, as `2026-03-02`, if it is known: permissions may end.
    pub today: Option<String>,
    /// What `wf.lock` records of each version of a workflow.
    pub recorded: BTreeMap<(String, u32), Entry>,
    /// What the project decides about its checks.
    pub settings: Settings,
}

/// What queries need of the database.
#[salsa::db]
pub trait Queries: salsa::Database {
    /// The project.
    fn project(&self) -> ProjectFiles;
    /// The file with this number.
    fn file(&self, number: u32) -> Option<SourceFile>;
}

/// One declaration's text. It stays the same piece while other pieces of its file change.
#[salsa::tracked]
pub struct Piece<'db> {
    /// Its number in its file.
    #[returns(copy)]
    pub key: u32,
    /// Its text.
    #[tracked]
    pub text: Arc<str>,
    /// Where it begins in the file: read by the last step only.
    #[tracked]
    #[returns(copy)]
    pub offset: u32,
}

/// A word that is looked up.
#[salsa::interned]
pub struct Word<'db> {
    /// The word.
    pub text: String,
}

/// What the whole project says about names, one part for closed and one for open files.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Index {
    /// Workflows, by file and place in it.
    pub workflows: Vec<DeclId>,
    /// Policies, likewise.
    pub policies: Vec<DeclId>,
    /// Channels by name; the first of several.
    pub channels: BTreeMap<String, DeclId>,
    /// Which names of which file (by path) are brought into another file.
    pub imported: BTreeMap<String, BTreeSet<String>>,
    /// Channels that some file speaks of.
    pub channels_used: BTreeSet<String>,
}

/// The pieces of a file.
#[salsa::tracked]
pub fn pieces<'db>(db: &'db dyn Queries, file: SourceFile) -> Vec<Piece<'db>> {
    let text = file.text(db);
    let cut = crate::resolve::pieces::pieces(text).into_iter();
    cut.map(|piece| Piece::new(db, piece.key, Arc::from(piece.span.slice(text)), piece.span.start)).collect()
}

/// A piece's tree and its syntax errors.
#[salsa::tracked]
pub fn parsed<'db>(db: &'db dyn Queries, piece: Piece<'db>) -> wf_lang::Parse {
    wf_lang::parse(piece.text(db))
}

/// A piece's declarations with their spans; more than one where a line holds several.
#[salsa::tracked]
pub fn lowered<'db>(db: &'db dyn Queries, piece: Piece<'db>) -> Vec<Lowered> {
    steps::lowered(parsed(db, piece))
}

/// A piece's declarations without spans: equal after an edit that changes only blanks or comments.
#[salsa::tracked]
pub fn declarations<'db>(db: &'db dyn Queries, piece: Piece<'db>) -> Vec<Arc<crate::hir::Declaration>> {
    lowered(db, piece).iter().map(|lowered| Arc::clone(&lowered.declaration)).collect()
}

/// Whether a piece has no syntax error: a yes that stays a yes whatever blanks and comments do.
#[salsa::tracked(returns(copy))]
pub fn is_read_whole<'db>(db: &'db dyn Queries, piece: Piece<'db>) -> bool {
    parsed(db, piece).errors.is_empty()
}

/// The words of a piece that may refer to other declarations.
#[salsa::tracked]
pub fn mentions<'db>(db: &'db dyn Queries, piece: Piece<'db>) -> BTreeSet<String> {
    crate::resolve::mentions::mentions(&parsed(db, piece).tree)
}

/// The outline of a file.
#[salsa::tracked]
pub fn item_tree(db: &dyn Queries, file: SourceFile) -> ItemTree {
    steps::item_tree(db, file)
}

/// Where each declaration of a file is, by key: its piece, and which of the piece's declarations it is.
#[salsa::tracked]
pub fn sites<'db>(db: &'db dyn Queries, file: SourceFile) -> BTreeMap<u32, (Piece<'db>, usize)> {
    steps::sites(db, file)
}

/// Where one declaration is, so that the others of its file may come and go.
#[salsa::tracked(returns(copy))]
pub fn site<'db>(db: &'db dyn Queries, file: SourceFile, key: u32) -> Option<(Piece<'db>, usize)> {
    sites(db, file).get(&key).copied()
}

/// All words of a file that may refer to declarations.
#[salsa::tracked]
pub fn file_mentions(db: &dyn Queries, file: SourceFile) -> BTreeSet<String> {
    pieces(db, file).iter().flat_map(|piece| mentions(db, *piece)).cloned().collect()
}

/// What the open, or the closed, files say about names.
#[salsa::tracked]
pub fn index(db: &dyn Queries, project: ProjectFiles, open: bool) -> Index {
    names::index(db, if open { project.open(db) } else { project.closed(db) })
}

/// The file at a path.
#[salsa::tracked(returns(copy))]
pub fn file_at<'db>(db: &'db dyn Queries, project: ProjectFiles, path: Word<'db>) -> Option<SourceFile> {
    project.by_path(db).get(path.text(db).as_str()).copied()
}

/// What a name means in a file.
#[salsa::tracked(returns(copy))]
pub fn resolve<'db>(db: &'db dyn Queries, file: SourceFile, name: Word<'db>) -> Option<DeclId> {
    names::resolve(db, file, name.text(db))
}

/// What a file itself declares under a name.
#[salsa::tracked(returns(copy))]
pub fn exported<'db>(db: &'db dyn Queries, file: SourceFile, name: Word<'db>) -> Option<DeclId> {
    item_tree(db, file).find(name.text(db)).map(|item| item.id)
}

/// Whether a name that means nothing may be one that a broken line was to declare or bring in.
#[salsa::tracked(returns(copy))]
pub fn doubtful<'db>(db: &'db dyn Queries, file: SourceFile, name: Word<'db>) -> bool {
    names::doubtful(db, file, name.text(db))
}

/// The channel of the project with this name.
#[salsa::tracked(returns(copy))]
pub fn channel<'db>(db: &'db dyn Queries, project: ProjectFiles, name: Word<'db>) -> Option<DeclId> {
    names::channel(db, project, name.text(db))
}

/// Which names of a file other files bring in or, of channels, speak of.
#[salsa::tracked]
pub fn used_elsewhere(db: &dyn Queries, project: ProjectFiles, file: SourceFile) -> BTreeSet<String> {
    names::used_elsewhere(db, project, file)
}

/// A workflow with everything resolved, and what is wrong with it.
#[salsa::tracked]
pub fn workflow(db: &dyn Queries, file: SourceFile, key: u32) -> (Option<Typed>, Vec<Problem>) {
    crate::check::workflow(&ProjectScope::new(db), DeclId { file: file.number(db), key })
}

/// The graph of a workflow whose names and types are sound.
#[salsa::tracked]
pub fn graph(db: &dyn Queries, file: SourceFile, key: u32) -> Option<Graph> {
    workflow(db, file, key).0.as_ref().map(crate::graph::build)
}

/// What is proven of a workflow whose names and types are sound.
#[salsa::tracked]
pub fn proven(db: &dyn Queries, file: SourceFile, key: u32) -> Option<Proven> {
    proofs::proven(db, file, key)
}

/// What the plan of a workflow means; `None` where it has none, or comes back to itself.
#[salsa::tracked(returns(copy))]
pub fn meaning(db: &dyn Queries, file: SourceFile, key: u32) -> Option<MeaningHash> {
    proofs::meaning(db, file, key)
}

/// Which outcomes of a workflow some run ends in, in file order.
#[salsa::tracked]
pub fn reachable_outcomes(db: &dyn Queries, file: SourceFile, key: u32) -> Vec<bool> {
    proofs::outcomes(db, file, key)
}

/// Asks something about a workflow as the rules would; `None` where its names or types are wrong.
pub fn with_subject<T>(db: &dyn Queries, id: DeclId, ask: impl FnOnce(&Subject<'_>) -> T) -> Option<T> {
    proofs::with_subject(db, id, ask)
}

/// A policy with everything resolved, and what is wrong with it.
#[salsa::tracked]
pub fn policy(db: &dyn Queries, file: SourceFile, key: u32) -> (Option<TypedPolicy>, Vec<Problem>) {
    crate::check::policy(&ProjectScope::new(db), DeclId { file: file.number(db), key })
}

/// A test with everything resolved, and what is wrong with it.
#[salsa::tracked]
pub fn test(db: &dyn Queries, file: SourceFile, key: u32) -> (Option<TypedTest>, Vec<Problem>) {
    steps::test(db, DeclId { file: file.number(db), key })
}

/// What is wrong with one declaration.
#[salsa::tracked]
pub fn problems(db: &dyn Queries, file: SourceFile, key: u32) -> Vec<Problem> {
    steps::problems(db, file, DeclId { file: file.number(db), key })
}

/// What is wrong with the names of a file: imports, duplicates, names that nothing uses.
#[salsa::tracked]
pub fn name_problems(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    names::problems(db, file)
}

/// Everything that is wrong with a file and everything that is allowed in it, in the order of its text.
#[salsa::tracked]
pub fn judged(db: &dyn Queries, file: SourceFile) -> Judged {
    steps::judged(db, file)
}

/// Everything that is wrong with a file, in the order of its text.
pub fn diagnostics(db: &dyn Queries, file: SourceFile) -> &Vec<Diagnostic<FileSpan>> {
    &judged(db, file).told
}

/// What was found in a workflow, without what a comment allows, as heavy as the project says.
pub fn settled(db: &dyn Queries, proven: &Proven) -> Proven {
    steps::settled(db, proven)
}

/// Where a place stands.
pub fn span_of(db: &dyn Queries, place: Place) -> FileSpan {
    steps::span_of(db, place)
}
