//! Rules that look at what is written: words, names, clauses, types. One file and one page each.
//!
//! A file holds the rule and finds or words its findings; which of them a declaration has is asked by `db` (names
//! and clauses) and `check` (types). Invariant: no rule file reads another.

pub mod bad_literal;
pub mod changed_without_new_version;
pub mod clause_misplaced;
pub mod clause_missing;
pub mod clause_repeated;
pub mod deputies_go_round;
pub mod duplicate_name;
pub mod import_not_found;
pub mod long_workflow;
pub mod message_arguments;
pub mod name_style;
pub mod owner_unreachable;
pub mod policy_applies_to_nothing;
pub mod suppression;
pub mod suppression_unused;
pub mod suppression_without_reason;
pub mod title_missing;
pub mod type_mismatch;
pub mod unit_mix;
pub mod unknown_name;
pub mod unused_name;
pub mod value_cycle;
