//! Random programs and random events.

use crate::support::*;
use proptest::prelude::*;
use wf_plan::ladder::{Action, Ladder};
use wf_plan::node::{CountFrom, FieldRef, IfLate, NodeKind, Redo, Separation, Settles};
use wf_plan::people::Who;
use wf_plan::plan::{ClockPause, FieldIndex, NodeId, RoleId, SystemId};
use wf_plan::value::Scalar;
use wf_plan::{Moment, Value};
use wf_vm::event::{Act, Actor, Answer, Place, QuestionId};
use wf_vm::{Event, EventKind};

/// A node in small numbers, from which a real one is built whatever they are.
#[derive(Clone, Debug)]
pub struct Seed {
    kind: u8,
    sources: u8,
    join: u8,
    needed: u8,
    clauses: u16,
    redo: u8,
    days: u8,
}

pub fn seed() -> impl Strategy<Value = Seed> {
    (0..9u8, any::<u8>(), 0..5u8, 0..5u8, any::<u16>(), any::<u8>(), 1..6u8).prop_map(
        |(kind, sources, join, needed, clauses, redo, days)| Seed {
            kind,
            sources,
            join,
            needed,
            clauses,
            redo,
            days,
        },
    )
}

pub fn build(seeds: &[Seed]) -> Plan {
    let mut plan = Plan::new();
    plan.reads_input("flag");
    plan.input("people", wf_plan::value::Type { of: Scalar::Text, list: true });
    for (at, seed) in seeds.iter().enumerate() {
        let name = format!("n{at}");
        add_node(&mut plan, &name, seed, at);
        add_clauses(&mut plan, seed, at);
    }
    plan
}

fn add_node(plan: &mut Plan, name: &str, seed: &Seed, at: usize) {
    match seed.kind {
        0 | 1 => plan.step(name, ["r", "q"][usize::from(seed.kind)]),
        2 => plan.decision(name, "r", &["yes", "no", "maybe"]),
        3 => plan.converge(name),
        4 => {
            let late = [None, Some(IfLate::Skip), Some(IfLate::GoOn), Some(IfLate::Outcome(NodeId(0)))];
            plan.wait(name, late[usize::from(seed.needed) % 4])
        }
        5 => plan.pause(name, days(i64::from(seed.days))),
        6 => plan.run(name, &["good", "bad"]),
        7 if at > 1 => plan.outcome(name),
        _ => plan.step(name, "q"),
    };
    let earlier: Vec<String> = (0..at)
        .filter(|other| seed.sources & (1 << (other % 8)) != 0)
        .filter(|other| !matches!(plan.program.nodes[*other].kind, NodeKind::Outcome(_)))
        .map(|other| {
            let result = match (&plan.program.nodes[other].kind, seed.needed) {
                (NodeKind::Decision(_), 1) => ".yes",
                (NodeKind::Decision(_), 2) => ".no",
                (NodeKind::Run(_), 1) => ".good",
                (NodeKind::Wait(_), 1) => ".late",
                (NodeKind::Wait(_), 2) => ".arrived",
                (_, 3) => ".done",
                (_, 4) => ".skipped",
                _ => "",
            };
            format!("n{other}{result}")
        })
        .collect();
    if earlier.is_empty() {
        return;
    }
    let list = earlier.join(", ");
    let sources = match seed.join {
        0 => list,
        1 => format!("any({list})"),
        2 => format!("2({list})"),
        3 => format!("taken({list})"),
        _ => format!("{}, any({list})", earlier[0]),
    };
    plan.after(&sources);
}

fn add_clauses(plan: &mut Plan, seed: &Seed, at: usize) {
    let has = |bit: u16| seed.clauses & (1 << bit) != 0;
    let works = plan.last().is_worked_on();
    let timed = works || matches!(plan.last().kind, NodeKind::Wait(_) | NodeKind::Run(_));
    if has(0) && has(1) {
        plan.when_input("flag");
    }
    if (has(2) || has(3)) && timed {
        let pause = if has(3) { ClockPause::WhileBlocked } else { ClockPause::Never };
        let duration = if has(4) { business_days(i64::from(seed.days)) } else { days(i64::from(seed.days)) };
        plan.deadline(duration, CountFrom::OwnStart, pause);
    }
    if has(5) && works {
        plan.optional();
    }
    if has(6) && timed {
        plan.reminder(has(7).then(|| days(1)), Some(days(1)), Some(5));
    }
    if has(8) && timed {
        add_ladder(plan, seed);
    }
    if has(9) && timed {
        plan.last().heads_up = Some(days(1));
    }
    if has(10) && seed.kind == 0 {
        plan.last().for_each = Some(wf_plan::node::ForEach {
            variable: "x".into(),
            list: wf_plan::plan::CodeId(0),
            settles: if has(11) { Settles::All } else { Settles::AtLeast(1) },
        });
        let code = plan.code(&[wf_plan::op::Op::Input(FieldIndex(1))]);
        plan.last().for_each.as_mut().unwrap().list = code;
    }
    if has(12) && works {
        plan.form("size", scalar(Scalar::Number), has(13));
    }
    if has(14) && works && at > 0 {
        plan.last().different_from = vec![Separation::Node(NodeId(0)), Separation::Starter];
    }
    if has(15) && at > 0 {
        add_redo(plan, seed, at);
    }
}

fn add_ladder(plan: &mut Plan, seed: &Seed) {
    let tell = plan.tell(Who::Owner, "hello");
    let words = plan.words("what now?");
    let mut question = ask(
        Who::ProcessOwner,
        words,
        vec![
            ("resume", vec![Action::Resume]),
            ("extend", vec![Action::Extend(days(2))]),
            ("skip", vec![Action::Skip]),
            ("complete", vec![Action::Complete]),
            ("choose", vec![Action::Choose(u16::from(seed.days) % 3)]),
            ("reassign", vec![Action::Reassign(RoleId(1))]),
        ],
    );
    question.decide_within = Some(days(1));
    question.otherwise = (seed.needed > 2).then_some(u16::from(seed.needed));
    question.suggest = 1;
    plan.ladder(Ladder {
        name: String::new(),
        on_silence: Some(days(1)),
        on_block: Some(days(1)),
        on_overdue: true,
        levels: vec![
            level(1, None, vec![tell.clone()], None),
            level(2, Some(days(1)), vec![], Some(question)),
            level(3, None, vec![tell], None),
        ],
    });
}

/// A redo with every node on a path from its goal to its holder.
fn add_redo(plan: &mut Plan, seed: &Seed, at: usize) {
    let holder = NodeId(u16::try_from(at).unwrap());
    let to = NodeId(u16::from(seed.redo) % holder.0.max(1));
    let reach = |from: NodeId, program: &wf_plan::Program| {
        let mut seen = vec![from];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for (other, declared) in program.nodes.iter().enumerate() {
                let other = NodeId(u16::try_from(other).unwrap());
                let mut joins: Vec<_> = declared.after.into_iter().collect();
                while let Some(join) = joins.pop() {
                    for source in &program.joins[join.index()].sources {
                        match source {
                            wf_plan::node::Source::Node(source, _)
                                if *source == node && !seen.contains(&other) =>
                            {
                                seen.push(other);
                                open.push(other);
                            }
                            wf_plan::node::Source::Join(inner) => joins.push(*inner),
                            wf_plan::node::Source::Node(..) => {}
                        }
                    }
                }
            }
        }
        seen
    };
    let from_goal = reach(to, &plan.program);
    let region: Vec<NodeId> = (to.0..=holder.0)
        .map(NodeId)
        .filter(|node| *node == to || from_goal.contains(node))
        .filter(|node| *node == holder || reach(*node, &plan.program).contains(&holder))
        .collect();
    if !from_goal.contains(&holder) || matches!(plan.program.nodes[to.index()].kind, NodeKind::Outcome(_)) {
        return;
    }
    let redo = Redo { to, region, at_most: 2, otherwise: None };
    match &mut plan.last().kind {
        NodeKind::Decision(decision) => decision.options[2].redo = Some(redo),
        NodeKind::Step | NodeKind::Wait(_) => plan.last().redo = Some(redo),
        _ => {}
    }
}

/// Hours that pass, and what happens then, in small numbers.
pub type Happening = (u16, u8, u8, u8, u8);

pub fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    prop::collection::vec((0..40u16, any::<u8>(), any::<u8>(), 0..6u8, any::<u8>()), 1..40)
}

fn event(happening: &Happening, at: Moment, nodes: usize) -> Event {
    let (_, what, node, detail, who) = *happening;
    let copy = if who & 3 == 0 { Some(u16::from(detail)) } else { None };
    // Now and then one beyond the last node.
    let place = Place { node: NodeId(u16::from(node) % u16::try_from(nodes + 1).unwrap()), copy };
    let person = ["ann", "ann", "ann", "bob", "starter"][usize::from(who) % 5].to_owned();
    let forced = (who > 230).then(|| "must be".to_owned());
    let by = Actor { person, roles: vec![RoleId(0), RoleId(1), RoleId(2)], forced };
    let reason = "because".to_owned();
    let kind = match what % 26 {
        0..=5 => EventKind::Act {
            place,
            act: if detail == 0 { Act::Complete(vec![]) } else { Act::Complete(vec![number(detail.into())]) },
            by,
        },
        6..=8 => {
            let act = Act::Choose { option: u16::from(detail) % 4, reason: Some(reason) };
            EventKind::Act { place, act, by }
        }
        9 => EventKind::Act { place, act: Act::Claim, by },
        10 => EventKind::Act { place, act: Act::Release, by },
        11 | 12 => {
            let act = Act::Block { reason, waiting_on: (detail > 2).then(|| RoleId(detail.into())) };
            EventKind::Act { place, act, by }
        }
        13 | 24 | 25 => EventKind::Act { place, act: Act::Unblock, by },
        14 => EventKind::Act { place, act: Act::Acknowledge, by },
        15 => EventKind::Act { place, act: Act::Skip { reason }, by },
        16 => EventKind::Act { place, act: Act::Reassign(RoleId(detail.into())), by },
        17 | 18 => {
            let answer = match detail {
                5 => Answer::Words("hm".into()),
                alternative => Answer::Alternative(alternative.into()),
            };
            EventKind::Answer { question: QuestionId(u32::from(node % 4)), answer, by }
        }
        19 => EventKind::Arrived { system: SystemId(0), event: 0, fields: vec![text("x")] },
        20 => EventKind::ChildEnded {
            place,
            round: u16::from(who) % 3,
            outcome: (detail > 1).then(|| u16::from(detail) % 3),
        },
        21 => EventKind::Reopen { node: place.node, reason, by },
        22 => EventKind::Correct {
            field: if detail > 2 {
                FieldRef::Form(place.node, FieldIndex(0))
            } else {
                FieldRef::Input(FieldIndex(u16::from(detail)))
            },
            value: if detail == 0 { Value::Bool(who > 100) } else { number(1) },
            reason,
            by,
        },
        _ if who % 16 == 7 => EventKind::Cancel { reason, by: None },
        _ if who % 16 == 8 => EventKind::EndAtAnyTime { outcome: place.node, reason, by },
        _ if who % 16 == 9 => EventKind::Suggested {
            question: QuestionId(u32::from(node % 4)),
            suggestions: vec!["try".into()],
        },
        _ => EventKind::Tick,
    };
    Event { at, kind }
}

pub fn journal(happenings: &[Happening], nodes: usize) -> Vec<Event> {
    let starter = Some(Actor { person: "starter".into(), roles: vec![], forced: None });
    let inputs = vec![Value::Bool(happenings.len().is_multiple_of(2)), list(&["Anna", "Bert", "Carl"])];
    let mut now = monday();
    let mut events = vec![Event { at: now, kind: EventKind::Start { inputs, starter, number: 1 } }];
    for happening in happenings {
        now = Moment(now.0 + i64::from(happening.0) * 3_600_000);
        events.push(event(happening, now, nodes));
    }
    events
}
