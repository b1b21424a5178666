//! Wordings that many checks share: what is unknown, of the wrong kind, missing or repeated.
//!
//! Invariant: a name is called what the user called it, and what it is by the language's own keyword.

use super::Checker;
use super::environment::Env;
use crate::hir::{At, DeclarationKind, Name};
use crate::lint::{
    clause_misplaced, clause_missing, duplicate_name, type_mismatch, unknown_name, value_cycle,
};
use crate::place::{DeclId, Place, Problem};
use crate::resolve::nearest::nearest;
use crate::scope::Scope;

/// A word that means nothing where it stands, although it does elsewhere.
pub(super) fn meaningless(at: Place, word: &str, why: &str) -> Problem {
    Problem::new(&unknown_name::RULE, at, format!("`{word}` means nothing here: {why}"))
}

/// A name that is there and is something else than what is wanted.
pub(super) fn wrong_kind(scope: &dyn Scope, at: Place, name: &str, wanted: &str, decl: DeclId) -> Problem {
    let declaration = scope.declaration(decl);
    let is = declaration.kind.keyword();
    let declared = Place { decl, at: declaration.name.as_ref().map_or(declaration.at, |name| name.at) };
    type_mismatch::other(at, format!("`{name}` is {}, but {wanted} is expected here", with_article(is)))
        .with_related(declared, format!("`{name}` is declared here"))
}

/// A record that holds itself.
pub(super) fn record_in_itself(at: Place, name: &str) -> Problem {
    Problem::new(
        &value_cycle::RULE,
        at,
        format!("the record `{name}` holds itself, so no value of it ever ends"),
    )
    .with_help("take the field out, or make it a text that names the other record")
}

/// "a role", "an enum".
pub(super) fn with_article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

impl Checker<'_> {
    /// A finding at a place of the environment's words; shows the place of use, if that is elsewhere.
    pub(super) fn report(&mut self, env: Env<'_>, problem: Problem) {
        self.found.report_used(problem, env.used);
    }

    /// A name that nothing has. `what` says what it should be: `role`, `field of this event`.
    pub(super) fn unknown(&mut self, env: Env<'_>, what: &str, name: &Name, known: Vec<String>) {
        let at = env.place(name.at);
        // `field of `x`` becomes `there is no field `name` of `x``.
        let owner =
            [" of `", " in `", " in these"].iter().find_map(|word| what.find(word)).unwrap_or(what.len());
        let (kind, owner) = what.split_at(owner);
        let message = format!("there is no {kind} `{}`{owner}", name.text);
        let mut problem = Problem::new(&unknown_name::RULE, at, message);
        if self.scope.is_doubtful(env.decl, &name.text) {
            self.found.mark_broken();
            return;
        }
        match nearest(&name.text, known.iter().map(String::as_str)).map(str::to_owned) {
            Some(near) => {
                problem = problem.with_help(format!("did you mean `{near}`?")).with_fix(
                    format!("write `{near}`"),
                    at,
                    near,
                );
            }
            None if (1..=8).contains(&known.len()) => {
                let words: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                problem = problem.with_help(format!("there is {}", words.join(", ")));
            }
            None => {}
        }
        self.report(env, problem);
    }

    /// A node or result of one that is not there; silent where a line of the workflow did not parse.
    pub(super) fn unknown_node(&mut self, env: Env<'_>, what: &str, name: &Name, known: Vec<String>) {
        if self.damaged {
            self.found.mark_broken();
            return;
        }
        self.unknown(env, what, name, known);
    }

    /// Something that `owner` does not have; silent where a line of `owner` did not parse.
    pub(super) fn unknown_in(
        &mut self,
        env: Env<'_>,
        owner: Option<DeclId>,
        what: &str,
        name: &Name,
        known: Vec<String>,
    ) {
        if owner.is_some_and(|owner| self.scope.declaration(owner).damaged) {
            self.found.mark_broken();
            return;
        }
        self.unknown(env, what, name, known);
    }

    /// A name given twice in the same place.
    pub(super) fn duplicate(&mut self, env: Env<'_>, what: &str, name: &Name, first: At) {
        let message = format!("there are two {what}s named `{}`", name.text);
        let problem = Problem::new(&duplicate_name::RULE, env.place(name.at), message)
            .with_related(env.place(first), "the first one")
            .with_help("give one of them another name");
        self.report(env, problem);
    }

    /// A clause without which something cannot be.
    pub(super) fn missing(&mut self, env: Env<'_>, at: Place, message: impl Into<String>, help: &str) {
        let problem = Problem::new(&clause_missing::RULE, at, message).with_help(help);
        self.report(env, problem);
    }

    /// A clause that does not belong where it stands.
    pub(super) fn misplaced(&mut self, env: Env<'_>, at: Place, message: impl Into<String>, help: &str) {
        let problem = Problem::new(&clause_misplaced::RULE, at, message).with_help(help);
        self.report(env, problem);
    }

    /// The declaration of a name, if it is of the wanted kind.
    pub(super) fn resolve(
        &mut self,
        env: Env<'_>,
        name: &Name,
        wanted: &'static str,
        is_kind: fn(&DeclarationKind) -> bool,
    ) -> Option<DeclId> {
        match self.scope.resolve(env.decl, &name.text) {
            Some(decl) if is_kind(&self.scope.declaration(decl).kind) => Some(decl),
            Some(decl) => {
                let at = env.place(name.at);
                let problem = wrong_kind(self.scope, at, &name.text, &with_article(wanted), decl);
                self.report(env, problem);
                None
            }
            None => {
                let known = self.visible(env, is_kind);
                self.unknown(env, wanted, name, known);
                None
            }
        }
    }

    /// Names of one kind that can be seen from the words' file.
    pub(super) fn visible(&self, env: Env<'_>, is_kind: fn(&DeclarationKind) -> bool) -> Vec<String> {
        let visible = self.scope.visible_names(env.decl).into_iter();
        visible
            .filter(|(_, decl)| is_kind(&self.scope.declaration(*decl).kind))
            .map(|(name, _)| name)
            .collect()
    }
}
