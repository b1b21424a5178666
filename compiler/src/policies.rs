//! Policies held against one workflow: which of their rules does not hold for it, where, and in which run.
//!
//! A rule speaks of nodes by their names (`targets`); a name that means nothing in this workflow makes the rule none of
//! its business. One file per kind of rule; `verify/policy_violated` puts what is found here before the user.
//! Invariant: what `unless` may excuse, or rests on how an opaque test answers, is never called a breach.

mod clauses;
mod ends;
mod escalation;
mod order;
mod people;
mod personal;
mod targets;
mod together;
mod within;

use crate::hir::{PolicyRule, expr::DurationLit};
use crate::model::{Case, Formula, Given, Logic, Model, Moment};
use crate::place::Place;
use crate::subject::Subject;
use crate::typed::policy::TypedRule;
use crate::typed::{Typed, TypedPolicy};
use wf_plan::calendar::Duration;
use wf_plan::plan::NodeId;

/// A rule of a policy that a workflow breaks.
pub struct Breach<'a> {
    /// The policy.
    pub policy: &'a TypedPolicy,
    /// Its rule.
    pub rule: &'a TypedRule,
    /// What breaks it.
    pub found: Found,
}

/// What breaks a rule.
pub struct Found {
    /// Where.
    pub at: Place,
    /// What happens there, as a clause: "`ship` can start before `check` is done".
    pub what: String,
    /// What to do about it.
    pub help: String,
    /// The run that shows it.
    pub case: Option<Case>,
    /// Whether it is broken for certain; else nothing shows that it holds.
    pub is_shown: bool,
}

/// Every rule of every policy that does not hold for a workflow, each once.
#[must_use]
pub fn breaches<'a>(subject: &Subject<'a>) -> Vec<Breach<'a>> {
    let mut found = Vec::new();
    for policy in &subject.around.policies {
        let Some(asked) = Asked::new(*subject, policy) else { continue };
        for rule in &policy.rules {
            let broken = asked.breach(&rule.rule);
            found.extend(broken.map(|found| Breach { policy, rule, found }));
        }
    }
    // What was read off diagrams beyond their limit means nothing; that they are too large is told by itself.
    if subject.model.is_some_and(|model| model.space.is_full()) {
        found.retain(|breach| breach.found.case.is_none());
    }
    found
}

/// One policy beside one workflow.
struct Asked<'a> {
    subject: Subject<'a>,
    /// The inputs for which it surely applies; `None`: it has no `unless` that speaks of this workflow.
    applies: Option<Vec<Given>>,
}

impl<'a> Asked<'a> {
    /// `None` where `unless` leaves no run of which it is certain that the policy applies.
    fn new(subject: Subject<'a>, policy: &TypedPolicy) -> Option<Self> {
        let excuse = policy.excuses.iter().find(|excuse| excuse.workflow == subject.typed.decl);
        let applies = match excuse {
            None => None,
            Some(excuse) => Some(subject.model?.unless(subject.typed, excuse)),
        };
        let somewhere = applies.as_ref().is_none_or(|given| !given.is_empty());
        somewhere.then_some(Self { subject, applies })
    }

    fn typed(&self) -> &'a Typed {
        self.subject.typed
    }

    fn breach(&self, rule: &PolicyRule) -> Option<Found> {
        match rule {
            PolicyRule::AlwaysBefore { first, then, or_skipped, or_late } => {
                order::always(self, first, then, order::Allowed { skipped: *or_skipped, late: *or_late })
            }
            PolicyRule::Never { a, b } => together::never(self, a, b),
            PolicyRule::LeadsTo { a, b } => ends::leads_to(self, a, b),
            PolicyRule::EndsIn(outcomes) => ends::ends_in(self, outcomes),
            PolicyRule::EveryHas { decisions, tagged, what, argument } => {
                let which = clauses::Which { decisions: *decisions, tagged: tagged.as_ref() };
                clauses::every_has(self, which, &what.text, argument.as_ref())
            }
            PolicyRule::FinishesWithin(within) => within::finishes(self, &duration(within)?),
            PolicyRule::EscalationReaches { role, within } => {
                escalation::reaches(self, &role.text, &duration(within)?)
            }
            PolicyRule::DifferentPeople { a, b } => people::different(self, a, b),
            PolicyRule::NoPersonalData { via } => personal::none_via(self, &via.text),
        }
    }

    /// A run in which a formula holds at a moment and the policy applies, whatever opaque tests say.
    fn find(&self, model: &Model, formula: &Formula, moment: Moment<'_>) -> Option<Case> {
        let Some(applies) = &self.applies else {
            return model.find(formula, moment)?.sure().cloned();
        };
        applies.iter().find_map(|given| {
            let here = model.space.and(formula, &given.holds);
            Some(given.filled_in(model.find(&here, moment)?.sure()?.clone()))
        })
    }

    /// Whether a node starts in some run to which the policy applies; true where nothing is known of the runs.
    fn concerns(&self, node: NodeId) -> bool {
        let (Some(applies), Some(model)) = (&self.applies, self.subject.model) else { return true };
        let Some(state) = model.state(node) else { return true };
        let started = model.space.and(&model.live, &state.ready);
        applies.iter().any(|given| model.space.are_possible(&started, &given.holds))
    }
}

/// A duration as written; `None` where it is none, which is an error of its own.
fn duration(written: &DurationLit) -> Option<Duration> {
    Some(Duration::new(written.amount.replace('_', "").parse().ok()?, written.unit.of_plan()))
}
