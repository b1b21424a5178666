//! What is proven before a draft may become a plan; the only maker of [`Verified`].
//!
//! Each rule is one file under `verify/` and one entry in [`RULES`]; the proofs over the Boolean model join them
//! there. Then the draft is held against the load-time verifier, so that no plan is written that no runtime would
//! take. Invariant: without [`Verified`] nothing is sealed, and it exists only where no rule found an error.

pub mod alternative_impossible;
pub mod any_not_exclusive;
pub mod ask_may_stall;
pub mod ask_without_choice;
pub mod bad_start_date;
pub mod calendar_ends;
pub mod condition_constant;
pub mod convergence_may_hang;
pub mod convergence_unreachable;
pub mod date_in_the_past;
pub mod dead_node;
pub mod deadline_infeasible;
pub mod deadline_infeasible_on_a_path;
pub mod decision_needs_options;
pub mod dependency_cycle;
pub mod fires_outside_working_time;
pub mod join_dropped;
pub mod ladder_goes_round;
pub mod ladder_not_increasing;
pub mod ladder_without_a_human_end;
pub mod level_unreachable;
pub mod may_be_missing;
pub mod may_stall;
pub mod nagging;
pub mod needless_convergence;
pub mod no_deadline;
pub mod no_outcome;
pub mod option_gap;
pub mod option_never_open;
pub mod outcome_race;
pub mod personal_data_leak;
pub mod policy_violated;
pub mod promises_do_not_fit;
pub mod redo_leaks;
pub mod redundant_dependency;
pub mod reminder_never_fires;
pub mod self_approval;
pub mod separation_impossible;
pub mod single_point_of_failure;
pub mod threshold_past_deadline;
pub mod title_too_long_for_channel;
pub mod undecided;
pub mod work_left_open;
pub mod workflow_deadline_infeasible;
pub mod written_never_read;

use crate::emit::Draft;
use crate::place::{Place, Problem};
use crate::subject::Subject;
use wf_lang::diagnostic::Severity;
use wf_lang::limits::LIMIT_EXCEEDED;
use wf_plan::load::would_load;

/// Proof that a draft was verified.
#[derive(Debug)]
pub struct Verified(());

/// A rule about one workflow.
type Rule = fn(&Subject<'_>) -> Vec<Problem>;

/// The rules; the cause stands before its consequence.
const RULES: &[Rule] = &[
    dependency_cycle::find,
    convergence_unreachable::find,
    convergence_may_hang::find,
    dead_node::find,
    no_outcome::find,
    outcome_race::find,
    work_left_open::find,
    any_not_exclusive::find,
    redo_leaks::find,
    redundant_dependency::find,
    needless_convergence::find,
    undecided::find,
    join_dropped::find,
    decision_needs_options::find,
    may_stall::find,
    option_gap::find,
    condition_constant::find,
    option_never_open::find,
    deadline_infeasible::find,
    deadline_infeasible_on_a_path::find,
    workflow_deadline_infeasible::find,
    promises_do_not_fit::find,
    bad_start_date::find,
    no_deadline::find,
    date_in_the_past::find,
    calendar_ends::find,
    reminder_never_fires::find,
    threshold_past_deadline::find,
    ladder_not_increasing::find,
    ladder_without_a_human_end::find,
    ladder_goes_round::find,
    ask_may_stall::find,
    alternative_impossible::find,
    ask_without_choice::find,
    fires_outside_working_time::find,
    nagging::find,
    level_unreachable::find,
    title_too_long_for_channel::find,
    separation_impossible::find,
    single_point_of_failure::find,
    self_approval::find,
    personal_data_leak::find,
    may_be_missing::find,
    written_never_read::find,
    policy_violated::find,
];

/// What the rules found in one workflow: made by [`prove`] alone, so that nothing is sealed that was not looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(clippy::manual_non_exhaustive, reason = "within this crate, too, nobody but `prove` makes one")]
pub struct Proven {
    /// Everything that was found, warnings and notes too.
    pub problems: Vec<Problem>,
    _made_here: (),
}

impl Proven {
    /// The same without what people allowed in writing, each as heavy as the project says: `weight` gives the weight
    /// of a problem, or `None` where it is not told.
    #[must_use]
    pub fn settled(&self, weight: impl Fn(&Problem) -> Option<Severity>) -> Self {
        let told = |problem: &Problem| Some(problem.clone().with_severity(weight(problem)?));
        Self { problems: self.problems.iter().filter_map(told).collect(), _made_here: () }
    }
}

/// Asks every rule about a workflow without errors of names and types.
#[must_use]
pub fn prove(subject: &Subject<'_>) -> Proven {
    Proven { problems: RULES.iter().flat_map(|rule| rule(subject)).collect(), _made_here: () }
}

/// Verifies a draft of a workflow (`at`: its header): the proof, unless there is an error, and everything that was
/// found, warnings too.
#[must_use]
pub fn verify(proven: &Proven, at: Place, draft: &Draft) -> (Option<Verified>, Vec<Problem>) {
    let mut found = proven.problems.clone();
    if let Err(fault) = would_load(&draft.program, &draft.sources, &draft.docs) {
        found.push(Problem::new(&LIMIT_EXCEEDED, at, fault.to_string()));
    }
    let sound = !found.iter().any(|problem| problem.severity == Severity::Error);
    (sound.then_some(Verified(())), found)
}
