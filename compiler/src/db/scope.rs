//! The project as a [`Scope`]: what checks ask, answered by queries.
//!
//! Invariant: every answer comes through a query, so that a check runs again exactly when an answer changed.

use super::{Queries, SourceFile, Word, declarations, file_at, index, item_tree, resolve, site};
use crate::hir::{At, Declaration, DeclarationKind, Name};
use crate::place::DeclId;
use crate::resolve::{ItemKind, module_path};
use crate::scope::Scope;

/// A view of the database for checks.
#[derive(Clone, Copy)]
pub struct ProjectScope<'db> {
    db: &'db dyn Queries,
}

impl<'db> ProjectScope<'db> {
    /// The scope of this database.
    pub fn new(db: &'db dyn Queries) -> Self {
        Self { db }
    }

    fn file(&self, id: DeclId) -> Option<SourceFile> {
        self.db.file(id.file)
    }
}

/// What a number that nothing has stands for: a declaration that says nothing.
static NOTHING: Declaration = Declaration {
    name: None,
    doc: String::new(),
    title: None,
    at: At(0),
    damaged: true,
    misplaced: Vec::new(),
    kind: DeclarationKind::Let(None),
};

impl Scope for ProjectScope<'_> {
    fn resolve(&self, from: DeclId, name: &str) -> Option<DeclId> {
        resolve(self.db, self.file(from)?, Word::new(self.db, name))
    }

    fn resolve_path(&self, from: DeclId, path: &[Name]) -> Option<DeclId> {
        let (name, module) = path.split_last()?;
        if module.is_empty() {
            return self.resolve(from, &name.text);
        }
        let file = file_at(self.db, self.db.project(), Word::new(self.db, module_path(module)))?;
        super::exported(self.db, file, Word::new(self.db, &*name.text))
    }

    fn message_variants(&self, message: DeclId) -> Vec<DeclId> {
        let Some(file) = self.file(message) else { return Vec::new() };
        let items = &item_tree(self.db, file).items;
        let Some(own) = items.iter().find(|item| item.id == message) else { return Vec::new() };
        let variants = items.iter().filter(|item| item.kind == ItemKind::Message && item.name == own.name);
        let mut variants: Vec<_> = variants.collect();
        variants.sort_by_key(|item| item.language.is_some());
        variants.into_iter().map(|item| item.id).collect()
    }

    fn declaration(&self, id: DeclId) -> &Declaration {
        let found = self.file(id).and_then(|file| site(self.db, file, id.key));
        let found = found.and_then(|(piece, index)| declarations(self.db, piece).get(index));
        found.map_or(&NOTHING, |declaration| declaration)
    }

    fn visible_names(&self, from: DeclId) -> Vec<(String, DeclId)> {
        let Some(file) = self.file(from) else { return Vec::new() };
        let tree = item_tree(self.db, file);
        let own = tree.items.iter().filter(|item| item.kind.is_referred_to()).map(|item| item.name.as_str());
        let brought = tree.uses.iter().flat_map(|line| &line.names).map(|name| name.text.as_str());
        let visible =
            own.chain(brought).filter_map(|name| Some((name.to_owned(), self.resolve(from, name)?)));
        visible.collect()
    }

    fn workflows(&self) -> Vec<DeclId> {
        let project = self.db.project();
        let both = [false, true].map(|open| &index(self.db, project, open).workflows);
        both.into_iter().flatten().copied().collect()
    }

    fn is_doubtful(&self, from: DeclId, name: &str) -> bool {
        super::names::is_doubtful(self.db, from, name)
    }
}
