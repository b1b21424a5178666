//! What `after` says: nodes, their results, and groups of them.
//!
//! A bare source counts when settled, directly inside `any of` and `N of` only when done. Invariant: a typed join
//! names only nodes and results that are there, and never an outcome or an option with `redo`.

use super::Checker;
use super::environment::Env;
use crate::hir::node::JoinExpr;
use crate::hir::{Name, NodeKind, Placed};
use crate::lint::bad_literal;
use crate::place::Place;
use crate::typed::{Join, Source};
use wf_plan::node::{JoinKind, Needed};
use wf_plan::plan::NodeId;

impl Checker<'_> {
    /// The join of a node.
    pub(super) fn join(&mut self, env: Env<'_>, written: &Placed<JoinExpr>) -> Option<Join> {
        let at = env.place(written.at);
        match &written.value {
            JoinExpr::Source(path) => {
                let source = self.source(env, path, Needed::Settled)?;
                Some(Join { kind: JoinKind::All, sources: vec![source], at })
            }
            group => self.group(env, group, at),
        }
    }

    fn group(&mut self, env: Env<'_>, written: &JoinExpr, at: Place) -> Option<Join> {
        let (kind, members, bare) = match written {
            JoinExpr::All(members) => (JoinKind::All, members, Needed::Settled),
            JoinExpr::AllTaken(members) => (JoinKind::AllTaken, members, Needed::Settled),
            JoinExpr::Any(members) => (JoinKind::AtLeast(1), members, Needed::Done),
            JoinExpr::AtLeast(number, members) => {
                (JoinKind::AtLeast(self.group_size(env, number, members.len())?), members, Needed::Done)
            }
            JoinExpr::Source(_) | JoinExpr::Damaged => {
                self.found.mark_broken();
                return None;
            }
        };
        let mut sources = Vec::with_capacity(members.len());
        let mut sound = true;
        for member in members {
            let source = match member {
                JoinExpr::Source(path) => self.source(env, path, bare),
                group => self.group(env, group, first_place(env, group).unwrap_or(at)).map(Source::Join),
            };
            match source {
                Some(source) => sources.push(source),
                None => sound = false,
            }
        }
        self.repeated_sources(env, &sources);
        sound.then_some(Join { kind, sources, at })
    }

    fn group_size(&mut self, env: Env<'_>, number: &Placed<u64>, members: usize) -> Option<u16> {
        let wanted =
            u16::try_from(number.value).ok().filter(|wanted| (1..=members).contains(&usize::from(*wanted)));
        if wanted.is_none() {
            let why = format!("is not a number of sources: there are {members} of them");
            let problem = bad_literal::because(env.place(number.at), &number.value.to_string(), &why);
            self.report(env, problem);
        }
        wanted
    }

    fn repeated_sources(&mut self, env: Env<'_>, sources: &[Source]) {
        for (index, source) in sources.iter().enumerate() {
            let Source::Node(node, needed, at) = source else { continue };
            let same = |other: &&Source| matches!(other, Source::Node(n, d, _) if n == node && d == needed);
            if let Some(Source::Node(_, _, first)) = sources.iter().take(index).find(same) {
                let name = self.node_name(*node);
                let problem = crate::place::Problem::new(
                    &crate::lint::clause_repeated::RULE,
                    *at,
                    format!("`{name}` is named twice in the same group"),
                )
                .with_related(*first, "first named here");
                self.report(env, problem);
            }
        }
    }

    fn source(&mut self, env: Env<'_>, path: &[Name], bare: Needed) -> Option<Source> {
        let (name, rest) = path.split_first()?;
        let node = self.node(env, name)?;
        let at = env.place(name.at);
        if let Some(NodeKind::Outcome { .. }) = self.written_kind(node) {
            let message = format!("nothing comes after the outcome `{}`: it ends the instance", name.text);
            self.misplaced(env, at, message, "name the nodes that lead to the outcome instead");
            return None;
        }
        let needed = match rest {
            [] => bare,
            [result] => self.result(env, node, result)?,
            [_, more, ..] => {
                let message =
                    format!("`{}` is too much: a source is a node, or a node and its result", more.text);
                self.misplaced(
                    env,
                    env.place(more.at),
                    message,
                    "write `step`, `step.skipped` or `decision.option`",
                );
                return None;
            }
        };
        Some(Source::Node(node, needed, at))
    }

    /// `.done`, `.skipped`, an option, `.arrived`, `.late`, an outcome of a `run`.
    fn result(&mut self, env: Env<'_>, node: NodeId, result: &Name) -> Option<Needed> {
        let word = result.text.as_str();
        let kind = self.written_kind(node)?;
        let named = match kind {
            NodeKind::Decision(options) => options.iter().position(|option| option.name.text == word),
            NodeKind::Run { .. } => {
                self.outline.get(node.index())?.outcomes.iter().position(|outcome| outcome == word)
            }
            _ => None,
        };
        if let Some(position) = named.and_then(|position| u16::try_from(position).ok()) {
            if let NodeKind::Decision(options) = kind {
                self.not_after_redo(env, node, options, position, result)?;
                return Some(Needed::Option(position));
            }
            return Some(Needed::Outcome(position));
        }
        match (kind, word) {
            (_, "done") => return Some(Needed::Done),
            (NodeKind::Converge | NodeKind::Pause(_), _) => {}
            (_, "skipped") => return Some(Needed::Skipped),
            (NodeKind::Wait(_), "arrived") => return Some(Needed::Arrived),
            (NodeKind::Wait(_), "late") => return Some(Needed::Late),
            _ => {}
        }
        let known = self.results(node);
        let owner = self.node_name(node);
        self.unknown_node(env, &format!("result of `{owner}`"), result, known);
        None
    }

    fn not_after_redo(
        &mut self,
        env: Env<'_>,
        node: NodeId,
        options: &[crate::hir::node::OptionDecl],
        position: u16,
        result: &Name,
    ) -> Option<()> {
        let option = options.get(usize::from(position))?;
        let Some(redo) = &option.redo else { return Some(()) };
        let message = format!(
            "nothing comes after `{}.{}`: choosing it goes back to `{}`",
            self.node_name(node),
            option.name.text,
            redo.value.to.text
        );
        let at = env.place(result.at);
        let problem = crate::place::Problem::new(&crate::lint::clause_misplaced::RULE, at, message)
            .with_related(env.place(redo.at), "it goes back here");
        self.report(env, problem);
        None
    }

    fn results(&self, node: NodeId) -> Vec<String> {
        let mut known = vec!["done".to_owned()];
        match self.written_kind(node) {
            Some(NodeKind::Decision(options)) => {
                known = options.iter().map(|option| option.name.text.clone()).collect();
                known.push("skipped".to_owned());
            }
            Some(NodeKind::Wait(_)) => known.extend(["arrived", "late", "skipped"].map(str::to_owned)),
            Some(NodeKind::Run { .. }) => {
                let outline = self.outline.get(node.index());
                known = outline.map(|outline| outline.outcomes.clone()).unwrap_or_default();
            }
            Some(NodeKind::Step) => known.push("skipped".to_owned()),
            _ => {}
        }
        known
    }
}

fn first_place(env: Env<'_>, written: &JoinExpr) -> Option<Place> {
    match written {
        JoinExpr::Source(path) => path.first().map(|name| env.place(name.at)),
        JoinExpr::AtLeast(number, _) => Some(env.place(number.at)),
        JoinExpr::All(members) | JoinExpr::Any(members) | JoinExpr::AllTaken(members) => {
            members.first().and_then(|member| first_place(env, member))
        }
        JoinExpr::Damaged => None,
    }
}
