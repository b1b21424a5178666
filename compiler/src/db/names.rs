//! Names across files: what the queries of names compute.
//!
//! Invariant: the whole index is read only through queries that answer for one name or one file, so that a new name
//! somewhere does not ask everything again.

use super::{
    Index, ProjectFiles, Queries, SourceFile, Word, channel as channel_query, doubtful as doubtful_query,
    exported, file_at, file_mentions, index as index_query, item_tree, resolve as resolve_query,
    used_elsewhere as used_query,
};
use crate::lint::{duplicate_name, import_not_found, unused_name};
use crate::place::{DeclId, Place, Problem};
use crate::resolve::nearest::nearest;
use crate::resolve::{CHANNELS, ItemKind, UseLine, module_path};
use std::collections::BTreeSet;

pub(super) fn index(db: &dyn Queries, files: &[SourceFile]) -> Index {
    let mut index = Index::default();
    for file in files {
        let tree = item_tree(db, *file);
        for item in &tree.items {
            match item.kind {
                ItemKind::Workflow => index.workflows.push(item.id),
                ItemKind::Policy => index.policies.push(item.id),
                ItemKind::Channel => {
                    index.channels.entry(item.name.clone()).or_insert(item.id);
                }
                _ => {}
            }
        }
        for line in &tree.uses {
            let names = line.names.iter().map(|name| name.text.clone());
            index.imported.entry(module_path(&line.module)).or_default().extend(names);
        }
        let mentions = file_mentions(db, *file);
        let channels = CHANNELS.iter().filter(|channel| mentions.contains(**channel));
        index.channels_used.extend(channels.map(|channel| (*channel).to_owned()));
    }
    index
}

/// Its own declarations, then what its `use` lines bring in, then the project's channels.
pub(super) fn resolve(db: &dyn Queries, file: SourceFile, name: &str) -> Option<DeclId> {
    let tree = item_tree(db, file);
    if let Some(item) = tree.find(name) {
        return Some(item.id);
    }
    if let Some(line) = tree.import(name) {
        return imported(db, line, name);
    }
    if CHANNELS.contains(&name) { channel_query(db, db.project(), Word::new(db, name)) } else { None }
}

fn imported(db: &dyn Queries, line: &UseLine, name: &str) -> Option<DeclId> {
    let file = module(db, line)?;
    exported(db, file, Word::new(db, name))
}

fn module(db: &dyn Queries, line: &UseLine) -> Option<SourceFile> {
    file_at(db, db.project(), Word::new(db, module_path(&line.module)))
}

pub(super) fn channel(db: &dyn Queries, project: ProjectFiles, name: &str) -> Option<DeclId> {
    let closed = index_query(db, project, false).channels.get(name);
    closed.or_else(|| index_query(db, project, true).channels.get(name)).copied()
}

/// Broken lines cast doubt on the names they may have been about, and on the name that is proposed instead.
pub(super) fn doubtful(db: &dyn Queries, file: SourceFile, name: &str) -> bool {
    let tree = item_tree(db, file);
    if tree.doubtful.contains(name) {
        return true;
    }
    tree.uses.iter().any(|line| {
        let broken = |brought: &str| imported(db, line, brought).is_none();
        line.names.iter().any(|brought| {
            let close = brought.text == name || nearest(&brought.text, [name]).is_some();
            close && broken(&brought.text)
        })
    })
}

pub(super) fn used_elsewhere(db: &dyn Queries, project: ProjectFiles, file: SourceFile) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for open in [false, true] {
        let index = index_query(db, project, open);
        let brought = index.imported.get(file.path(db).as_ref()).into_iter().flatten();
        used.extend(brought.map(|name| meant(db, file, name)));
        used.extend(index.channels_used.iter().cloned());
    }
    used
}

/// The name of the file that a `use` elsewhere means, also where it is mistyped.
fn meant(db: &dyn Queries, file: SourceFile, name: &str) -> String {
    let tree = item_tree(db, file);
    let near = || nearest(name, tree.items.iter().map(|item| item.name.as_str()));
    let known = tree.find(name).is_some();
    if known { name } else { near().unwrap_or(name) }.to_owned()
}

/// What is wrong with the names of a file.
pub(super) fn problems(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    let mut problems = imports(db, file);
    problems.extend(duplicates(db, file));
    problems.extend(unused(db, file));
    problems
}

fn imports(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    for line in &item_tree(db, file).uses {
        let Some(target) = module(db, line) else {
            let paths = db.project().by_path(db).keys().map(AsRef::as_ref);
            problems.extend(import_not_found::no_such_file(line, file.path(db), paths));
            continue;
        };
        for name in &line.names {
            if resolves_or_doubtful(db, target, &name.text) {
                continue;
            }
            let tree = item_tree(db, target);
            let names: Vec<&str> = tree.items.iter().map(|item| item.name.as_str()).collect();
            let brought_in = tree.import(&name.text).is_some();
            let at = Place { decl: line.id, at: name.at };
            problems.push(import_not_found::no_such_name(at, name, &line.module, &names, brought_in));
        }
    }
    problems
}

fn resolves_or_doubtful(db: &dyn Queries, target: SourceFile, name: &str) -> bool {
    exported(db, target, Word::new(db, name)).is_some() || item_tree(db, target).doubtful.contains(name)
}

/// Two declarations of one name, a declaration and an import, or one import twice.
fn duplicates(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    let tree = item_tree(db, file);
    duplicate_name::of_declarations(&tree.items)
        .into_iter()
        .chain(duplicate_name::of_imports(&tree.uses, &tree.items))
        .collect()
}

fn unused(db: &dyn Queries, file: SourceFile) -> Vec<Problem> {
    let tree = item_tree(db, file);
    let here = file_mentions(db, file);
    let elsewhere = used_query(db, db.project(), file);
    let is_used =
        |name: &str| here.contains(name) || elsewhere.contains(name) || tree.doubtful.contains(name);
    let resolves = |name: &str| resolve_query(db, file, Word::new(db, name)).is_some();
    let imports = unused_name::of_imports(&tree.uses, |name| here.contains(name) || !resolves(name));
    imports.into_iter().chain(unused_name::of_declarations(&tree.items, is_used)).collect()
}

/// Whether the name may be one that a broken line was about, as seen from the file of `from`.
pub(super) fn is_doubtful(db: &dyn Queries, from: DeclId, name: &str) -> bool {
    db.file(from.file).is_some_and(|file| doubtful_query(db, file, Word::new(db, name)))
}
