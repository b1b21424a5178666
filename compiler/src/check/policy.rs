//! Policies: every name in a rule must mean something in a workflow that the policy applies to.
//!
//! Whether the rules hold is for the proofs. Invariant: a policy over all or tagged workflows may name what only some
//! of them have; a name that none has is an error.

use super::Checker;
use super::environment::{Env, Stage};
use crate::hir::{
    self, AppliesTo, Declaration, DeclarationKind, Name, Node, NodeKind, PolicyDecl, PolicyNode, PolicyRule,
    WorkflowDecl,
};
use crate::lint::policy_applies_to_nothing;
use crate::place::{DeclId, Problem};
use crate::resolve::nearest::nearest;
use crate::scope::Scope;
use crate::typed::TypedPolicy;
use crate::typed::policy::{Excuse, TypedRule};
use std::collections::{BTreeMap, BTreeSet};
use wf_plan::calendar::Duration;

/// What `every step has …` may ask for.
const CLAUSES: [&str; 5] = ["deadline", "escalation", "reminder", "owner", "form"];

/// Checks a policy.
pub fn policy(scope: &dyn Scope, id: DeclId) -> (Option<TypedPolicy>, Vec<Problem>) {
    let declaration = scope.declaration(id);
    let DeclarationKind::Policy(written) = &declaration.kind else { return (None, Vec::new()) };
    let mut checker = Checker::new(scope, id, BTreeMap::new());
    if declaration.damaged {
        checker.found.mark_broken();
    }
    let found = checker.typed_policy(declaration, written);
    let broken = checker.found.is_broken();
    (found.filter(|_| !broken), checker.found.into_problems())
}

impl<'a> Checker<'a> {
    fn typed_policy(&mut self, declaration: &Declaration, written: &PolicyDecl) -> Option<TypedPolicy> {
        let env = Env::new(self.home, Stage::Instance);
        let at = self.home_place(declaration.name.as_ref().map_or(declaration.at, |name| name.at));
        let applies = written.applies.as_ref()?;
        let workflows = self.policy_workflows(env, &applies.value);
        self.damaged = workflows.iter().any(|id| self.scope.declaration(*id).damaged);
        let unless = written.unless.as_ref();
        let excuses = unless.map(|unless| self.excuses(env, unless, &workflows)).unwrap_or_default();
        let sources: Vec<&'a WorkflowDecl> =
            workflows.iter().filter_map(|id| self.workflow_decl(*id)).collect();
        let mut rules = Vec::with_capacity(written.rules.len());
        for rule in &written.rules {
            if !sources.is_empty() {
                self.rule_names(env, &rule.value, &sources);
            }
            let text = self.rule_words(env, &rule.value);
            rules.push(TypedRule { text, rule: rule.value.clone(), at: env.place(rule.at) });
        }
        let name = declaration.name.as_ref().map(|name| name.text.clone()).unwrap_or_default();
        Some(TypedPolicy {
            decl: self.home,
            title: declaration.title.as_ref().map_or_else(|| name.clone(), |title| title.value.clone()),
            name,
            at,
            workflows,
            unless: written.unless.clone(),
            excuses,
            rules,
        })
    }

    /// `unless E` over the inputs of each workflow; it must make sense in at least one. A workflow without what it
    /// reads is not excused by it.
    fn excuses(&mut self, env: Env<'_>, unless: &hir::Expr, workflows: &[DeclId]) -> Vec<Excuse> {
        let mut first: Option<Vec<Problem>> = None;
        let mut found = Vec::new();
        for id in workflows {
            let Some(source) = self.workflow_decl(*id) else { continue };
            let mut asked = Checker::new(self.scope, self.home, BTreeMap::new());
            asked.damaged = self.damaged;
            asked.inputs = asked.elsewhere(|checker| checker.fields(*id, &source.inputs, "input"));
            match asked.condition(env, unless) {
                Some(condition) => {
                    found.push(Excuse { workflow: *id, condition, enums: asked.tables.enums });
                }
                None => drop(first.get_or_insert(asked.found.into_problems())),
            }
        }
        if found.is_empty() {
            first.into_iter().flatten().for_each(|problem| self.report(env, problem));
        }
        found
    }

    fn policy_workflows(&mut self, env: Env<'_>, applies: &AppliesTo) -> Vec<DeclId> {
        match applies {
            AppliesTo::Workflows(names) => {
                names.iter().filter_map(|name| self.child(env, name)).map(|(decl, _)| decl).collect()
            }
            AppliesTo::All => self.scope.workflows(),
            AppliesTo::Tagged(tags) => {
                self.tags_of_workflows(env, tags);
                let wanted = |decl: &DeclId| {
                    let source = self.workflow_decl(*decl);
                    source.is_some_and(|source| {
                        tags.iter().any(|tag| source.tags.iter().any(|has| has.text == tag.text))
                    })
                };
                self.scope.workflows().into_iter().filter(wanted).collect()
            }
        }
    }

    /// A tag that no workflow has: the policy would hold for nothing, and nobody would know. Most likely misspelt if
    /// another tag is much like it; otherwise the workflow may be yet to come.
    fn tags_of_workflows(&mut self, env: Env<'_>, tags: &[Name]) {
        let workflows = self.scope.workflows();
        if workflows.iter().any(|id| self.scope.declaration(*id).damaged) {
            return;
        }
        let sources = workflows.iter().filter_map(|id| self.workflow_decl(*id));
        let known: BTreeSet<String> =
            sources.flat_map(|source| &source.tags).map(|tag| tag.text.clone()).collect();
        for tag in tags.iter().filter(|tag| !known.contains(&tag.text)) {
            if nearest(&tag.text, known.iter().map(String::as_str)).is_some() {
                self.unknown(env, "workflow tagged", tag, known.iter().cloned().collect());
                continue;
            }
            if tags.iter().any(|other| known.contains(&other.text)) {
                continue;
            }
            let problem = policy_applies_to_nothing::no_workflow_tagged(env.place(tag.at), &tag.text);
            self.report(env, problem);
        }
    }

    fn workflow_decl(&self, id: DeclId) -> Option<&'a WorkflowDecl> {
        match &self.scope.declaration(id).kind {
            DeclarationKind::Workflow(source) => Some(source),
            _ => None,
        }
    }

    fn rule_names(&mut self, env: Env<'_>, rule: &PolicyRule, sources: &[&WorkflowDecl]) {
        match rule {
            PolicyRule::AlwaysBefore { first, then, .. } => {
                self.policy_node(env, first, sources);
                self.policy_node(env, then, sources);
            }
            PolicyRule::Never { a, b }
            | PolicyRule::LeadsTo { a, b }
            | PolicyRule::DifferentPeople { a, b } => {
                self.policy_node(env, a, sources);
                self.policy_node(env, b, sources);
            }
            PolicyRule::EveryHas { what, argument, .. } => {
                self.asked_clause(env, what, argument.as_ref(), sources)
            }
            PolicyRule::FinishesWithin(within) => {
                self.duration(env, within);
            }
            PolicyRule::EndsIn(outcomes) => {
                for name in outcomes {
                    self.named_in(env, "outcome", name, sources, |node| {
                        matches!(node.kind, NodeKind::Outcome { .. })
                    });
                }
            }
            PolicyRule::EscalationReaches { role, within } => {
                self.role(env, role);
                self.duration(env, within);
            }
            PolicyRule::NoPersonalData { via } => {
                self.channel(env, via);
            }
        }
    }

    fn asked_clause(
        &mut self,
        env: Env<'_>,
        what: &Name,
        argument: Option<&Name>,
        sources: &[&WorkflowDecl],
    ) {
        match (what.text.as_str(), argument) {
            ("owner", Some(role)) => {
                self.role(env, role);
            }
            ("form", Some(field)) => {
                let forms = sources.iter().flat_map(|source| &source.nodes).flat_map(|node| &node.form);
                let known: Vec<String> = forms.map(|field| field.name.text.clone()).collect();
                if !known.contains(&field.text) {
                    self.unknown_node(env, "form field in these workflows", field, known);
                }
            }
            (word, _) if CLAUSES.contains(&word) => {}
            _ => {
                let known = CLAUSES.iter().map(|word| (*word).to_owned()).collect();
                self.unknown(env, "clause", what, known);
            }
        }
    }

    fn policy_node(&mut self, env: Env<'_>, node: &PolicyNode, sources: &[&WorkflowDecl]) {
        let PolicyNode::Path(path) = node else { return };
        let Some((name, rest)) = path.split_first() else { return };
        if !self.named_in(env, "step or other node", name, sources, |_| true) {
            return;
        }
        let Some(option) = rest.first() else { return };
        let named = |node: &&Node| node.name.as_ref().is_some_and(|has| has.text == name.text);
        let nodes = sources.iter().flat_map(|source| &source.nodes).filter(named);
        let mut known = Vec::new();
        for node in nodes {
            if let NodeKind::Decision(options) = &node.kind {
                known.extend(options.iter().map(|option| option.name.text.clone()));
            }
        }
        if !known.contains(&option.text) {
            self.unknown_node(env, &format!("option of `{}`", name.text), option, known);
        }
    }

    fn named_in(
        &mut self,
        env: Env<'_>,
        what: &str,
        name: &Name,
        sources: &[&WorkflowDecl],
        is_kind: fn(&Node) -> bool,
    ) -> bool {
        let nodes = sources.iter().flat_map(|source| &source.nodes).filter(|node| is_kind(node));
        let known: Vec<String> =
            nodes.filter_map(|node| node.name.as_ref()).map(|name| name.text.clone()).collect();
        if known.contains(&name.text) {
            return true;
        }
        self.unknown_node(env, &format!("{what} in these workflows"), name, known);
        false
    }

    /// A rule as the language writes it.
    fn rule_words(&mut self, env: Env<'_>, rule: &PolicyRule) -> String {
        let within = |checker: &mut Self, written: &hir::expr::DurationLit| {
            checker.found.mute();
            let found: Option<Duration> = checker.duration(env, written);
            checker.found.unmute();
            found.map(|found| found.to_string()).unwrap_or_default()
        };
        match rule {
            PolicyRule::AlwaysBefore { first, then, or_skipped, or_late } => {
                let skipped = if *or_skipped { " or skipped" } else { "" };
                let late = if *or_late { " or late" } else { "" };
                format!("always {} before {}{skipped}{late}", node_words(first), node_words(then))
            }
            PolicyRule::Never { a, b } => format!("never {} with {}", node_words(a), node_words(b)),
            PolicyRule::LeadsTo { a, b } => {
                format!("completing {} leads to {}", node_words(a), node_words(b))
            }
            PolicyRule::EveryHas { decisions, tagged, what, argument } => {
                let kind = if *decisions { "decision" } else { "step" };
                let tagged = tagged.as_ref().map(|tag| format!(" tagged {}", tag.text)).unwrap_or_default();
                let argument = argument.as_ref().map(|name| format!(" {}", name.text)).unwrap_or_default();
                format!("every {kind}{tagged} has {}{argument}", what.text)
            }
            PolicyRule::FinishesWithin(time) => format!("every run finishes within {}", within(self, time)),
            PolicyRule::EndsIn(outcomes) => {
                let names: Vec<&str> = outcomes.iter().map(|name| name.text.as_str()).collect();
                format!("every run ends in outcome {}", names.join(", "))
            }
            PolicyRule::EscalationReaches { role, within: time } => {
                format!("every escalation reaches {} within {}", role.text, within(self, time))
            }
            PolicyRule::DifferentPeople { a, b } => {
                format!("different people for {}, {}", node_words(a), node_words(b))
            }
            PolicyRule::NoPersonalData { via } => format!("no personal data via {}", via.text),
        }
    }
}

fn node_words(node: &PolicyNode) -> String {
    match node {
        PolicyNode::Path(path) => {
            let words: Vec<&str> = path.iter().map(|name| name.text.as_str()).collect();
            words.join(".")
        }
        PolicyNode::Tagged(tag) => format!("step tagged {}", tag.text),
    }
}
