//! Policies: what they apply to, and their rules.
//!
//! Invariant: one line is one rule; `different people for a, b, c` is a rule for each pair.

use super::Lowering;
use super::block::{Fits, Inside};
use crate::hir::{AppliesTo, Placed, PolicyDecl, PolicyNode, PolicyRule};
use wf_lang::ast::{self, Kind, View};
use wf_lang::span::Span;

impl Lowering {
    pub(super) fn policy(&mut self, view: ast::Policy<'_>, name: &str) -> PolicyDecl {
        let mut policy = PolicyDecl::default();
        let inside = Inside { kind: "policy", name };
        for statement in self.sort_out(inside, view.statements(), policy_fits) {
            if let Some(applies) = ast::AppliesTo::cast(statement) {
                policy.applies = Some(self.applies_to(applies));
                policy.unless = applies.unless().map(|unless| self.expression(unless));
            } else if let Some(rule) = ast::PolicyRule::cast(statement) {
                self.rule(rule, &mut policy.rules);
            }
        }
        policy
    }

    fn applies_to(&mut self, view: ast::AppliesTo<'_>) -> Placed<AppliesTo> {
        let tags = self.names(view.tags());
        let applies = if view.is_all() {
            AppliesTo::All
        } else if tags.is_empty() {
            AppliesTo::Workflows(self.names(view.workflows()))
        } else {
            AppliesTo::Tagged(tags)
        };
        self.placed(view.span(), applies)
    }

    fn rule(&mut self, rule: ast::PolicyRule<'_>, rules: &mut Vec<Placed<PolicyRule>>) {
        let lowered = match rule {
            ast::PolicyRule::AlwaysBefore(view) => {
                self.two_targets(view.first(), view.second()).map(|(first, then)| {
                    let (or_skipped, or_late) = (view.or_skipped(), view.or_late());
                    PolicyRule::AlwaysBefore { first, then, or_skipped, or_late }
                })
            }
            ast::PolicyRule::NeverWith(view) => {
                self.two_targets(view.first(), view.second()).map(|(a, b)| PolicyRule::Never { a, b })
            }
            ast::PolicyRule::LeadsTo(view) => {
                self.two_targets(view.first(), view.second()).map(|(a, b)| PolicyRule::LeadsTo { a, b })
            }
            ast::PolicyRule::EveryHas(view) => self.every_has(view),
            ast::PolicyRule::FinishesWithin(view) => {
                self.duration(view.duration()).map(PolicyRule::FinishesWithin)
            }
            ast::PolicyRule::EndsIn(view) => Some(PolicyRule::EndsIn(self.names(view.outcomes()))),
            ast::PolicyRule::EscalationReaches(view) => {
                let role = self.maybe_name(view.role());
                let within = self.duration(view.duration());
                role.zip(within).map(|(role, within)| PolicyRule::EscalationReaches { role, within })
            }
            ast::PolicyRule::DifferentPeople(view) => return self.different_people(view, rules),
            ast::PolicyRule::NoPersonalData(view) => {
                self.maybe_name(view.channel()).map(|via| PolicyRule::NoPersonalData { via })
            }
        };
        self.push_rule(rule.span(), lowered, rules);
    }

    fn push_rule(&mut self, span: Span, rule: Option<PolicyRule>, rules: &mut Vec<Placed<PolicyRule>>) {
        if let Some(rule) = self.needed(rule) {
            let rule = self.placed(span, rule);
            rules.push(rule);
        }
    }

    fn different_people(&mut self, view: ast::DifferentPeople<'_>, rules: &mut Vec<Placed<PolicyRule>>) {
        let nodes: Vec<PolicyNode> = view.targets().filter_map(|target| self.policy_node(target)).collect();
        for (index, a) in nodes.iter().enumerate() {
            for b in nodes.iter().skip(index + 1) {
                let rule = PolicyRule::DifferentPeople { a: a.clone(), b: b.clone() };
                self.push_rule(view.span(), Some(rule), rules);
            }
        }
    }

    fn every_has(&mut self, view: ast::EveryHas<'_>) -> Option<PolicyRule> {
        let decisions = view.node_kind()?.text() == "decision";
        let tagged = self.maybe_name(view.tag());
        let words =
            [Kind::DeadlineWord, Kind::EscalationWord, Kind::ReminderWord, Kind::HasOwner, Kind::HasForm];
        let what = view.node().children().find(|child| words.contains(&child.kind()))?;
        let argument = self.maybe_name(view.owner().or(view.form()));
        let word = what.leaves().next()?;
        let what = crate::hir::Name { text: word.text().to_owned(), at: self.at(what.span()) };
        Some(PolicyRule::EveryHas { decisions, tagged, what, argument })
    }

    fn two_targets(
        &mut self,
        first: Option<ast::Target<'_>>,
        second: Option<ast::Target<'_>>,
    ) -> Option<(PolicyNode, PolicyNode)> {
        let first = self.policy_node(first?)?;
        let second = self.policy_node(second?)?;
        Some((first, second))
    }

    fn policy_node(&mut self, target: ast::Target<'_>) -> Option<PolicyNode> {
        if let Some(tag) = target.tag() {
            return Some(PolicyNode::Tagged(self.name(tag)));
        }
        let name = self.needed(target.name())?;
        let path = self.names([Some(name), target.result()].into_iter().flatten());
        Some(PolicyNode::Path(path))
    }
}

fn policy_fits(kind: Kind) -> Fits {
    match kind {
        Kind::AppliesTo => Fits::Once,
        Kind::AlwaysBefore
        | Kind::NeverWith
        | Kind::LeadsTo
        | Kind::EveryHas
        | Kind::FinishesWithin
        | Kind::EndsIn
        | Kind::EscalationReaches
        | Kind::DifferentPeople
        | Kind::NoPersonalData => Fits::Often,
        _ => Fits::Never,
    }
}
