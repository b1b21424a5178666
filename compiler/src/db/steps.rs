//! The steps of one declaration: from its text to what is wrong with it, and where that stands.
//!
//! Invariant: only [`judged`], [`settled`] and [`span_of`] read spans and offsets.

use super::{
    Piece, ProjectScope, Queries, SourceFile, declarations, item_tree as item_tree_query,
    lowered as lowered_query, name_problems, parsed, pieces, problems as problems_query, site as site_query,
};
use crate::check;
use crate::hir::lower::{Lowered, lower};
use crate::hir::{DeclarationKind, WorkflowDecl};
use crate::lint;
use crate::lint::suppression::{self, Judged, Surroundings};
use crate::place::{DeclId, Place, Problem};
use crate::resolve::ItemTree;
use crate::resolve::pieces::declaration_key;
use crate::scope::Scope;
use crate::settings::Settings;
use crate::typed::{Typed, TypedTest};
use crate::verify::{self, Proven};
use std::collections::BTreeMap;
use std::sync::Arc;
use wf_lang::ast::File;
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::limits::MAX_SYNTAX_ERRORS;
use wf_lang::parse::SYNTAX_ERROR;
use wf_lang::span::{FileSpan, Span};

pub(super) fn lowered(parse: &wf_lang::Parse) -> Vec<Lowered> {
    File::of(&parse.tree).declarations().map(lower).collect()
}

pub(super) fn item_tree(db: &dyn Queries, file: SourceFile) -> ItemTree {
    let mut tree = ItemTree::default();
    let number = file.number(db);
    for piece in pieces(db, file) {
        for (index, declaration) in declarations(db, *piece).iter().enumerate() {
            let key = declaration_key(piece.key(db), index);
            tree.push(DeclId { file: number, key }, declaration);
        }
        tree.doubtful.extend(doubtful_words(&parsed(db, *piece).tree));
    }
    tree
}

/// The words of headers that did not parse; any may have been meant as the name.
fn doubtful_words(tree: &wf_lang::tree::Tree) -> Vec<String> {
    let mut words = Vec::new();
    for broken in File::of(tree).unparsed() {
        let header =
            broken.text().lines().find(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
        let header = header.and_then(|line| line.split(['"', '{']).next()).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        words.extend(header.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_owned));
    }
    words
}

pub(super) fn sites<'db>(db: &'db dyn Queries, file: SourceFile) -> BTreeMap<u32, (Piece<'db>, usize)> {
    let mut sites = BTreeMap::new();
    for piece in pieces(db, file) {
        for index in 0..declarations(db, *piece).len() {
            sites.insert(declaration_key(piece.key(db), index), (*piece, index));
        }
    }
    sites
}

pub(super) fn test(db: &dyn Queries, id: DeclId) -> (Option<TypedTest>, Vec<Problem>) {
    let scope = ProjectScope::new(db);
    let tested = check::tested_workflow(&scope, id);
    let typed_of = |id: DeclId| super::workflow(db, db.file(id.file)?, id.key).0.as_ref();
    let tested = tested.and_then(typed_of);
    let mut played: Vec<&Typed> = tested.into_iter().collect();
    let mut at = 0;
    while let Some(typed) = played.get(at) {
        for child in check::started_workflows(typed) {
            if played.iter().all(|known| known.decl != child) {
                played.extend(typed_of(child));
            }
        }
        at += 1;
    }
    check::test(&scope, id, &played)
}

pub(super) fn problems(db: &dyn Queries, file: SourceFile, id: DeclId) -> Vec<Problem> {
    let scope = ProjectScope::new(db);
    let declaration = scope.declaration(id);
    let mut problems = lint::clause_misplaced::find(id, declaration);
    problems.extend(lint::clause_repeated::find(id, declaration));
    problems.extend(lint::clause_missing::find(id, declaration));
    problems.extend(lint::name_style::find(id, declaration));
    problems.extend(lint::title_missing::find(id, declaration));
    problems.extend(lint::long_workflow::find(id, declaration));
    problems.extend(lint::deputies_go_round::find(&scope, id));
    match &declaration.kind {
        DeclarationKind::Use(_) => {}
        DeclarationKind::Workflow(source) => {
            problems.extend_from_slice(&super::workflow(db, file, id.key).1);
            // What is proven of a workflow in which a line was not understood may only follow from that line.
            if is_understood(db, file, id, &problems) {
                let proven = super::proven(db, file, id.key).as_ref();
                problems.extend(proven.into_iter().flat_map(|proven| proven.problems.iter().cloned()));
                problems.extend(changed(db, file, id, source, &problems));
            }
            problems.extend(verify::dependency_cycle::find_between_workflows(&scope, id));
        }
        DeclarationKind::Test(_) => problems.extend_from_slice(&super::test(db, file, id.key).1),
        DeclarationKind::Policy(_) => {
            let (policy, found) = super::policy(db, file, id.key);
            problems.extend_from_slice(found);
            let workflows = policy.iter().flat_map(|policy| &policy.workflows).copied().collect::<Vec<_>>();
            if policy.is_some() {
                problems.extend(lint::policy_applies_to_nothing::find(&scope, id, &workflows));
            }
        }
        DeclarationKind::Let(_) => {
            problems.extend(lint::value_cycle::find(&scope, id));
            problems.extend(check::declaration(&scope, id));
        }
        _ => problems.extend(check::declaration(&scope, id)),
    }
    problems
}

/// Whether a version that was built before means something else now; asked only where nothing else stops a build.
fn changed(
    db: &dyn Queries,
    file: SourceFile,
    id: DeclId,
    source: &WorkflowDecl,
    problems: &[Problem],
) -> Option<Problem> {
    let recorded = db.project().recorded(db);
    if recorded.is_empty() || problems.iter().any(|problem| problem.severity == Severity::Error) {
        return None;
    }
    let typed = super::workflow(db, file, id.key).0.as_ref()?;
    let entry = recorded.get(&(typed.name.clone(), typed.version))?;
    let meaning = super::meaning(db, file, id.key).filter(|meaning| *meaning != entry.meaning)?;
    let newest = recorded.keys().filter(|(name, _)| *name == typed.name).map(|(_, version)| *version).max();
    let at = source.version.as_ref().map_or(typed.at, |version| Place { decl: id, at: version.at });
    Some(lint::changed_without_new_version::changed(typed, at, entry, meaning, newest))
}

/// Whether a declaration was read without errors, so far as its own text and `problems` say.
fn is_understood(db: &dyn Queries, file: SourceFile, id: DeclId, problems: &[Problem]) -> bool {
    let piece = site_query(db, file, id.key).map(|(piece, _)| piece);
    piece.is_some_and(|piece| super::is_read_whole(db, piece))
        && !problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Declarations with a line that is not understood although nothing says so: what stands there would be left out
/// without a word.
fn not_understood(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    let scope = ProjectScope::new(db);
    let all = item_tree_query(db, file).all.iter();
    let damaged = all.map(|id| (*id, scope.declaration(*id))).filter(|(_, declaration)| declaration.damaged);
    damaged
        .map(|(id, declaration)| {
            let at = Place { decl: id, at: declaration.at };
            Problem::new(&SYNTAX_ERROR, at, "a line in here is read, but means nothing here").with_help(
                "compare its lines with the language's page, and report this: it should name the line",
            )
        })
        .collect()
}

/// Syntax errors first, so that they are found among equals; then everything in the order of the text.
pub(super) fn judged(db: &dyn Queries, file: SourceFile) -> Judged {
    let mut found = syntax_errors(db, file);
    found.truncate(MAX_SYNTAX_ERRORS);
    let place = |problem: &Problem| problem.clone().map_places(|place| span_of(db, place));
    found.extend(name_problems(db, file).iter().map(place));
    for id in &item_tree_query(db, file).all {
        found.extend(problems_query(db, file, id.key).iter().map(place));
    }
    if !found.iter().any(|finding| finding.severity == Severity::Error) {
        found.extend(not_understood(db, file).iter().map(place));
    }
    let mut judged = without_allowed(db, file, found);
    let settings = db.project().settings(db);
    judged.told.retain_mut(|finding| weigh(settings, finding));
    judged.told.sort_by(|a, b| (&a.at.span, a.rule.code).cmp(&(&b.at.span, b.rule.code)));
    judged
}

fn without_allowed(db: &dyn Queries, file: SourceFile, found: Vec<Diagnostic<FileSpan>>) -> Judged {
    let project = db.project();
    let text_of = |path: &str| project.by_path(db).get(path).map(|file| Arc::clone(file.text(db)));
    let around = Surroundings { text_of: &text_of, today: project.today(db).as_deref() };
    suppression::apply(found, file.path(db), &around)
}

/// Gives a finding the weight that the project says; false if it is not told at all.
fn weigh<At>(settings: &Settings, finding: &mut Diagnostic<At>) -> bool {
    match settings.weight(finding.rule, finding.severity) {
        Some(severity) => {
            finding.severity = severity;
            true
        }
        None => false,
    }
}

pub(super) fn settled(db: &dyn Queries, proven: &Proven) -> Proven {
    let settings = db.project().settings(db);
    proven.settled(|problem| {
        let found = problem.clone().map_places(|place| span_of(db, place));
        let file = db.project().by_path(db).get(&found.at.file).copied();
        let is_told = file.is_none_or(|file| {
            let judged = without_allowed(db, file, vec![found]);
            judged.silenced.is_empty()
        });
        if is_told { settings.weight(problem.rule, problem.severity) } else { None }
    })
}

fn syntax_errors(db: &dyn Queries, file: SourceFile) -> Vec<Diagnostic<FileSpan>> {
    let mut found = Vec::new();
    for piece in pieces(db, file) {
        let offset = piece.offset(db);
        let errors = parsed(db, *piece).errors.iter().cloned();
        found.extend(errors.map(|error| error.map_places(|span| in_file(db, file, span, offset))));
    }
    found
}

pub(super) fn span_of(db: &dyn Queries, place: Place) -> FileSpan {
    let nowhere = || FileSpan { file: Arc::from(""), span: Span::default() };
    let Some(file) = db.file(place.decl.file) else { return nowhere() };
    let Some((piece, index)) = site_query(db, file, place.decl.key) else { return nowhere() };
    let spans = lowered_query(db, piece).get(index).map(|lowered| lowered.spans.get(place.at));
    in_file(db, file, spans.unwrap_or_default(), piece.offset(db))
}

fn in_file(db: &dyn Queries, file: SourceFile, span: Span, offset: u32) -> FileSpan {
    FileSpan { file: Arc::clone(file.path(db)), span: span.moved(offset as usize) }
}
