//! The view of an instance: what `status` and expectations read.

use super::support::*;
use wf_plan::plan::ClockPause;
use wf_vm::state::{NodeState, Phase};
use wf_vm::view::Due;

#[test]
fn where_every_node_stands_whose_it_is_and_what_it_waits_for() {
    let mut plan = Plan::new();
    plan.step("a", "legal").due(days(3)).step("b", "finance").after("a").converge("c").after("a, b");
    plan.decision("d", "legal", &["yes", "no"]).after("b").outcome("done").after("d.yes, c");
    let new = wf_vm::view(&plan.prepared(), &wf_vm::State::new());
    assert_eq!((new.phase, new.started, new.nodes.len()), (Phase::New, None, 5));
    let mut run = plan.start(vec![]);
    run.act("a", wf_vm::event::Act::Claim);
    let view = wf_vm::view(&run.prepared, &run.state);
    let (a, b, c) = (&view.nodes[0], &view.nodes[1], &view.nodes[2]);
    assert_eq!(
        (a.state, a.owner.as_str(), a.due),
        (NodeState::Active, "legal-1", Due::At(at("2026-03-05 09:00")))
    );
    assert_eq!((a.since, a.started), (Some(monday()), Some(monday())));
    assert_eq!((b.state, b.owner.as_str(), b.due), (NodeState::Waiting, "finance", Due::Never));
    assert_eq!(b.waits_for, [run.node("a").node]);
    assert_eq!(c.waits_for, [run.node("a").node, run.node("b").node]);
    assert_eq!(view.open, ["a, with legal-1"]);
    assert_eq!(view.next_due, Some(at("2026-03-05 09:00")));
    run.until("2026-03-06 09:00").complete("a").complete("b");
    let view = wf_vm::view(&run.prepared, &run.state);
    assert_eq!(view.nodes[0].done_by, ["legal-1"]);
    assert_eq!(view.nodes[3].options, [0, 1]);
    run.choose("d.yes");
    let view = wf_vm::view(&run.prepared, &run.state);
    assert_eq!(view.outcome.as_deref(), Some("done"));
    assert_eq!(view.nodes[3].result.as_deref(), Some("yes"));
    assert_eq!(view.ended, Some(at("2026-03-06 09:00")));
    assert!(view.open.is_empty());
}

#[test]
fn blocked_overdue_and_paused() {
    let mut plan = Plan::new();
    plan.role("customer");
    plan.step("a", "r").deadline(days(3), wf_plan::node::CountFrom::OwnStart, ClockPause::WhileBlocked);
    plan.step("b", "r").due(days(1));
    let mut run = plan.start(vec![]);
    run.block("a", Some("customer")).until("2026-03-04 09:00");
    let view = wf_vm::view(&run.prepared, &run.state);
    assert_eq!((view.nodes[0].due, view.nodes[0].overdue), (Due::Paused, false));
    assert_eq!(view.nodes[0].block_reason.as_deref(), Some("stuck"));
    assert_eq!(view.nodes[0].waiting_on, run.prepared.program().role_named("customer"));
    assert_eq!((view.nodes[1].due, view.nodes[1].overdue), (Due::At(at("2026-03-03 09:00")), true));
    assert_eq!(view.open, ["a, with r-1, blocked: stuck", "b, with r"]);
}

#[test]
fn copies_follow_their_whole() {
    let mut plan = Plan::new();
    plan.step("review", "r").for_each("people", wf_plan::node::Settles::All);
    let mut run = plan.start(vec![list(&["Anna", "Bert"])]);
    run.complete("review#0");
    let view = wf_vm::view(&run.prepared, &run.state);
    let elements: Vec<_> = view.nodes.iter().map(|node| node.element.as_deref()).collect();
    assert_eq!(elements, [None, Some("Anna"), Some("Bert")]);
    assert_eq!(view.open, ["review for Bert, with r"]);
}
