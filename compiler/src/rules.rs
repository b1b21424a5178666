//! All rules: code, name, severity, and the page that explains each.
//!
//! Invariant: one entry, one page under `compiler/rules/` and one rule per name, in the order of their codes; a test
//! compares them.

use crate::{lint, verify};
use wf_lang::diagnostic::Rule;

/// A rule and its page.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The rule.
    pub rule: &'static Rule,
    /// Its page, in Markdown.
    pub page: &'static str,
}

macro_rules! rules {
    ($($rule:expr => $name:literal),* $(,)?) => {
        &[$(Entry { rule: &$rule, page: include_str!(concat!("../rules/", $name, ".md")) }),*]
    };
}

/// Every rule, by code.
pub static ALL: &[Entry] = rules![
    wf_lang::parse::SYNTAX_ERROR => "syntax-error",
    lint::unknown_name::RULE => "unknown-name",
    lint::duplicate_name::RULE => "duplicate-name",
    lint::type_mismatch::RULE => "type-mismatch",
    lint::unit_mix::RULE => "unit-mix",
    lint::clause_misplaced::RULE => "clause-misplaced",
    lint::unused_name::RULE => "unused-name",
    lint::import_not_found::RULE => "import-not-found",
    lint::bad_literal::RULE => "bad-literal",
    wf_lang::limits::LIMIT_EXCEEDED => "limit-exceeded",
    lint::clause_missing::RULE => "clause-missing",
    lint::clause_repeated::RULE => "clause-repeated",
    lint::value_cycle::RULE => "value-cycle",
    verify::dependency_cycle::RULE => "dependency-cycle",
    verify::convergence_unreachable::RULE => "convergence-unreachable",
    verify::convergence_may_hang::RULE => "convergence-may-hang",
    verify::dead_node::RULE => "dead-node",
    verify::no_outcome::RULE => "no-outcome",
    verify::outcome_race::RULE => "outcome-race",
    verify::work_left_open::RULE => "work-left-open",
    verify::any_not_exclusive::RULE => "any-not-exclusive",
    verify::redo_leaks::RULE => "redo-leaks",
    verify::redundant_dependency::RULE => "redundant-dependency",
    verify::needless_convergence::RULE => "needless-convergence",
    verify::undecided::RULE => "undecided",
    verify::join_dropped::RULE => "join-dropped",
    verify::decision_needs_options::RULE => "decision-needs-options",
    verify::may_stall::RULE => "may-stall",
    verify::option_gap::RULE => "option-gap",
    verify::condition_constant::RULE => "condition-constant",
    verify::option_never_open::RULE => "option-never-open",
    verify::deadline_infeasible::RULE => "deadline-infeasible",
    verify::deadline_infeasible_on_a_path::RULE => "deadline-infeasible-on-a-path",
    verify::workflow_deadline_infeasible::RULE => "workflow-deadline-infeasible",
    verify::promises_do_not_fit::RULE => "promises-do-not-fit",
    verify::bad_start_date::RULE => "bad-start-date",
    verify::no_deadline::RULE => "no-deadline",
    verify::date_in_the_past::RULE => "date-in-the-past",
    verify::calendar_ends::RULE => "calendar-ends",
    verify::reminder_never_fires::RULE => "reminder-never-fires",
    verify::threshold_past_deadline::RULE => "threshold-past-deadline",
    verify::ladder_not_increasing::RULE => "ladder-not-increasing",
    verify::ladder_without_a_human_end::RULE => "ladder-without-a-human-end",
    verify::ladder_goes_round::RULE => "ladder-goes-round",
    verify::ask_may_stall::RULE => "ask-may-stall",
    verify::alternative_impossible::RULE => "alternative-impossible",
    verify::ask_without_choice::RULE => "ask-without-choice",
    verify::fires_outside_working_time::RULE => "fires-outside-working-time",
    verify::nagging::RULE => "nagging",
    verify::level_unreachable::RULE => "level-unreachable",
    verify::title_too_long_for_channel::RULE => "title-too-long-for-channel",
    lint::owner_unreachable::RULE => "owner-unreachable",
    verify::separation_impossible::RULE => "separation-impossible",
    verify::single_point_of_failure::RULE => "single-point-of-failure",
    verify::self_approval::RULE => "self-approval",
    lint::deputies_go_round::RULE => "deputies-go-round",
    verify::personal_data_leak::RULE => "personal-data-leak",
    verify::may_be_missing::RULE => "may-be-missing",
    verify::written_never_read::RULE => "written-never-read",
    lint::message_arguments::RULE => "message-arguments",
    verify::policy_violated::RULE => "policy-violated",
    lint::policy_applies_to_nothing::RULE => "policy-applies-to-nothing",
    lint::changed_without_new_version::RULE => "changed-without-new-version",
    lint::name_style::RULE => "name-style",
    lint::title_missing::RULE => "title-missing",
    lint::long_workflow::RULE => "long-workflow",
    lint::suppression_unused::RULE => "suppression-unused",
    lint::suppression_without_reason::RULE => "suppression-without-reason",
];
