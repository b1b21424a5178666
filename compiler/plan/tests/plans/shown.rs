//! The page that `wfc show` prints, read as an auditor would.

use super::built;
use wf_plan::{encode, load, show};

#[test]
fn a_whole_plan() {
    let loaded = load(&encode(&built::plan()).unwrap()).unwrap();
    insta::assert_snapshot!(show::loaded(&loaded));
}

#[test]
fn control_characters_reach_no_terminal() {
    let mut plan = built::plan();
    plan.program.label = "\u{1b}[31mred\u{7}".to_owned();
    let page = show::loaded(&load(&encode(&plan).unwrap()).unwrap());
    assert!(!page.contains(['\u{1b}', '\u{7}']));
}

#[test]
fn a_program_that_nobody_verified_is_shown_without_panic() {
    let mut plan = built::plan();
    plan.program.nodes.truncate(1);
    plan.program.roles.clear();
    plan.program.constants.clear();
    plan.program.code.truncate(3);
    plan.program.joins.reverse();
    assert!(show::sealed(&plan).contains('?'));
}
