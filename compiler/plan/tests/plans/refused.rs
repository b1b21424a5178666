//! Each rule of the verifier, broken once: the fault is named, at the line it came from.

use super::built::{self, CONDITION, ELEMENT, EVENT, LIST, MOMENT, OBJECTION, REVIEWED, WORDS};
use wf_plan::calendar::{Duration, Unit};
use wf_plan::ladder::Action;
use wf_plan::node::*;
use wf_plan::op::{Code, Context, Op};
use wf_plan::people::{Reach, Who};
use wf_plan::plan::*;
use wf_plan::source::{SourceMap, SourcePlace};
use wf_plan::value::{Constant, Currency, Scalar};
use wf_plan::{Plan, Program, encode, load};

/// What loading says after the plan was spoilt.
#[track_caller]
fn plan_refused(spoil: impl FnOnce(&mut Plan)) -> String {
    let mut plan = built::plan();
    spoil(&mut plan);
    load(&encode(&plan).unwrap()).unwrap_err().to_string()
}

/// What loading says after the program was spoilt (its map and docs made to fit again).
#[track_caller]
fn refused(spoil: impl FnOnce(&mut Program)) -> String {
    plan_refused(|plan| {
        spoil(&mut plan.program);
        let files = std::mem::take(&mut plan.sources.files);
        let nodes = std::mem::take(&mut plan.sources.nodes);
        plan.sources = SourceMap { files, nodes, ..SourceMap::nowhere(&plan.program) };
        plan.sources.nodes.resize(plan.program.nodes.len(), SourcePlace::default());
        plan.docs.nodes.resize(plan.program.nodes.len(), String::new());
    })
}

/// What loading says of one piece of code, put in the place of the workflow's title.
#[track_caller]
fn title_refused(ops: &[Op]) -> String {
    refused(|program| {
        program.code.push(Code { ops: ops.to_vec() });
        program.title = Some(CodeId(u16::try_from(program.code.len() - 1).unwrap()));
    })
}

#[track_caller]
fn says(found: &str, expected: &str) {
    assert!(found.contains(expected), "expected `{expected}` in: {found}");
}

const fn input(at: u16) -> Op {
    Op::Input(FieldIndex(at))
}

const fn constant(at: u16) -> Op {
    Op::Constant(ConstantId(at))
}

#[test]
fn faults_are_shown_where_they_were_written() {
    let found = refused(|program| program.nodes[2].owners.clear());
    assert_eq!(found, "flows/main.wf:4:3 (node `decide`): has no owner");
    let found = refused(|program| program.nodes[200 % 9].name = "bad name".to_owned());
    says(&found, "`bad name` is no name");
}

#[test]
fn names_are_safe_and_unique() {
    says(&refused(|program| program.workflow = "../../etc/passwd".to_owned()), "is no name");
    says(&refused(|program| program.workflow.clear()), "is no name");
    says(&refused(|program| program.nodes[1].name = "contract".to_owned()), "two nodes named `contract`");
    says(&refused(|program| program.inputs[1].name = "region".to_owned()), "two fields of one name");
}

#[test]
fn every_index_points_at_something() {
    says(&refused(|program| program.calendar = CalendarId(1)), "names a calendar that is not there");
    says(&refused(|program| program.title = Some(CodeId(999))), "names a piece of code that is not there");
    says(&refused(|program| program.one_per = Some(FieldIndex(9))), "names an input that is not there");
    says(&refused(|program| program.starts_by = vec![RoleId(9)]), "names a role that is not there");
    says(&refused(|program| program.roles[1].deputy = Some(RoleId(2))), "names a role that is not there");
    says(&refused(|program| program.roles[0].calendar = Some(CalendarId(7))), "names a calendar");
    let reach = Reach { channel: ChannelId(4), address: None };
    says(&refused(|program| program.roles[0].reach.push(reach)), "names a channel that is not there");
    says(&refused(|program| program.nodes[0].after = Some(JoinId(99))), "names a join that is not there");
    says(&refused(|program| program.nodes[0].ladders = vec![LadderId(2)]), "names an escalation");
    says(&refused(|program| program.nodes[0].reminders = vec![ReminderId(1)]), "names a reminder");
    says(
        &refused(|program| program.joins[0].sources = vec![Source::Node(NodeId(77), Needed::Done)]),
        "names a node",
    );
    says(&refused(|program| program.systems[0].key = Some(FieldIndex(4))), "names an input");
    says(&refused(|program| program.inputs[0].kind.of = Scalar::Enum(EnumId(1))), "names an enum");
    says(&refused(|program| program.inputs[0].from = Some((SystemId(0), 3))), "names a field of a system");
    says(&refused(|program| program.constants[1] = Constant::Enum(EnumId(0), 3)), "names a value of an enum");
    says(&title_refused(&[constant(99)]), "names a constant that is not there");
    says(&title_refused(&[input(99)]), "names a field that is not there");
    says(&title_refused(&[Op::Form(NodeId(99), FieldIndex(0))]), "names a node that is not there");
    let wait = |program: &mut Program, system, event| {
        let NodeKind::Wait(wait) = &mut program.nodes[3].kind else { panic!("the wait") };
        (wait.system, wait.event) = (SystemId(system), event);
    };
    says(&refused(|program| wait(program, 0, 1)), "names an event that is not there");
    says(&refused(|program| wait(program, 1, 0)), "names a system that is not there");
}

#[test]
fn stacks_neither_underflow_nor_overflow_nor_end_with_two() {
    says(&title_refused(&[Op::Show]), "`show` finds too few values");
    says(&title_refused(&[constant(0), Op::Concat(2)]), "`join` finds too few values");
    says(&title_refused(&[constant(0), constant(0)]), "does not end with exactly one value");
    says(&title_refused(&[]), "does not end with exactly one value");
    let found = title_refused(&vec![constant(0); wf_plan::limits::STACK + 1]);
    says(&found, "values at once");
}

#[test]
fn types_are_held_through_every_instruction() {
    let wrong = "finds values of the wrong type";
    says(&title_refused(&[constant(0), Op::Not]), wrong);
    says(&title_refused(&[constant(0), constant(5), Op::Equal]), wrong);
    says(&title_refused(&[constant(0), constant(0), Op::Less]), wrong);
    says(&title_refused(&[constant(5), constant(6), Op::Add]), wrong);
    says(&title_refused(&[constant(3), constant(3), Op::After]), wrong);
    says(&title_refused(&[constant(0), constant(4), Op::After]), wrong);
    says(&title_refused(&[constant(5), Op::RoundMoney]), wrong);
    says(&title_refused(&[constant(5), Op::Concat(1)]), wrong);
    says(&title_refused(&[input(0), Op::Field(FieldIndex(0))]), wrong);
    says(&title_refused(&[input(0), constant(1), constant(0), Op::OneOf(2)]), wrong);
    says(&title_refused(&[constant(6), constant(6), Op::Multiply]), "multiplies money with money");
    says(&title_refused(&[constant(5), constant(6), Op::Divide]), "divides by money");
    says(&title_refused(&[input(2), Op::Field(FieldIndex(1))]), "names a field that is not there");
    says(&title_refused(&[constant(5)]), "leaves a value of another type");
}

#[test]
fn money_by_money_is_a_number_and_a_moved_date_a_date() {
    let accepted = |ops: &[Op]| {
        let mut program = built::program();
        program.code.push(Code { ops: [ops, &[Op::Show]].concat() });
        program.title = Some(CodeId(u16::try_from(program.code.len() - 1).unwrap()));
        let plan = Plan {
            sources: SourceMap::nowhere(&program),
            docs: wf_plan::source::Docs::none(&program),
            program,
        };
        load(&encode(&plan).unwrap()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(accepted(&[constant(6), constant(6), Op::Divide, constant(5), Op::Less]), Ok(()));
    assert_eq!(accepted(&[constant(3), constant(4), Op::Before, constant(3), Op::Less]), Ok(()));
    assert_eq!(accepted(&[Op::Missing, constant(4), Op::After, Op::Missing, Op::Less]), Ok(()));
    let text_for_email = [input(1), constant(0), Op::Equal];
    assert_eq!(accepted(&text_for_email), Ok(()));
}

#[test]
fn code_stands_in_the_right_setting() {
    says(&title_refused(&[Op::Element]), "reads an element where there is none");
    says(&title_refused(&[Op::Event(FieldIndex(0))]), "reads an event where there is none");
    says(&title_refused(&[Op::Copy(FieldIndex(0))]), "reads a copy where there is none");
    says(&title_refused(&[Op::Context(Context::Title)]), "has a title that needs itself");
    let shared = refused(|program| program.nodes[0].say = Some(built::words(EVENT)));
    says(&shared, "means something else");
    let shared = refused(|program| program.nodes[0].say = Some(built::words(ELEMENT)));
    assert!(shared.contains("no") || shared.contains("something else"), "{shared}");
    let looped = refused(|program| {
        program.reference = Some(CodeId(11));
        program.code.push(Code { ops: vec![Op::Context(Context::Title), Op::Show] });
    });
    says(&looped, "has a reference that needs itself");
}

#[test]
fn aggregates_look_back_at_copies_and_no_deeper() {
    let aggregate = |node, code| vec![Op::CountWhere(NodeId(node), CodeId(code)), Op::Show];
    says(&title_refused(&aggregate(0, OBJECTION)), "asks for copies of a node that has none");
    says(&title_refused(&aggregate(1, 11)), "does not stand before it");
    says(&title_refused(&aggregate(1, WORDS)), "for something that is no condition");
    says(&title_refused(&aggregate(1, REVIEWED)), "asks every copy about every other copy");
    says(
        &title_refused(&[Op::TotalOf(NodeId(1), FieldIndex(0)), Op::Show]),
        "adds up a field that is no number",
    );
}

#[test]
fn places_get_values_of_their_types() {
    let another = "leaves a value of another type";
    says(&refused(|program| program.nodes[2].when = Some(CodeId(WORDS))), another);
    says(&refused(|program| program.nodes[0].deadlines[0].condition = Some(CodeId(MOMENT))), another);
    let by = |code| LimitKind::By(CodeId(code));
    says(&refused(|program| program.nodes[0].deadlines[0].limits[0].kind = by(CONDITION)), another);
    let list = |program: &mut Program| {
        program.nodes[1].owners = vec![Owner::Role(RoleId(0))];
        program.nodes[1].for_each.as_mut().unwrap().list = CodeId(WORDS);
    };
    says(&refused(list), another);
    says(&refused(|program| program.starts_on[0].with[0] = (FieldIndex(0), CodeId(EVENT))), another);
    let set = Action::Set { system: SystemId(0), field: FieldIndex(0), value: CodeId(MOMENT) };
    says(&refused(|program| program.nodes[0].on.start = vec![set]), another);
    says(&refused(|program| program.starts_on[0].condition = Some(CodeId(LIST))), another);
    let to = Who::Value(CodeId(WORDS), built::scalar(Scalar::Text));
    says(&refused(|program| program.reminders[0].to = vec![to]), "no person, email or phone");
}

#[test]
fn dead_code_and_unused_rows_are_refused() {
    says(&refused(|program| program.code.push(Code { ops: vec![constant(0)] })), "is used by nothing");
    says(&refused(|program| program.joins.push(program.joins[0].clone())), "is waited for by nothing");
    says(&refused(|program| program.ladders.push(program.ladders[0].clone())), "is used by no node");
    says(&refused(|program| program.reminders.push(program.reminders[0].clone())), "is used by no node");
}

#[test]
fn joins_fit_the_graph() {
    let source = |node, needed| vec![Source::Node(NodeId(node), needed)];
    let join = |at: usize, sources: Vec<Source>| refused(|program| program.joins[at].sources = sources);
    says(&join(0, Vec::new()), "waits for nothing");
    says(&join(0, vec![Source::Join(JoinId(0))]), "does not stand before it");
    says(&join(0, source(7, Needed::Settled)), "waits for a result that `live` cannot have");
    says(&join(1, source(0, Needed::Option(0))), "waits for a result that `contract` cannot have");
    says(&join(2, source(2, Needed::Option(2))), "waits for a result that `decide` cannot have");
    says(&join(2, source(2, Needed::Option(3))), "cannot have");
    says(&join(2, source(2, Needed::Late)), "cannot have");
    says(&join(6, source(6, Needed::Outcome(1))), "cannot have");
    says(&join(0, source(0, Needed::Arrived)), "cannot have");
    let shared = refused(|program| program.joins[4].sources.push(Source::Join(JoinId(3))));
    says(&shared, "is shared by several groups");
    let least = |least| refused(|program| program.joins[3].kind = JoinKind::AtLeast(least));
    says(&least(0), "waits for none, or for more sources than it has");
    says(&least(3), "waits for none, or for more sources than it has");
}

#[test]
fn the_graph_has_no_cycle() {
    let found = refused(|program| program.joins[0].sources.push(Source::Node(NodeId(5), Needed::Settled)));
    says(&found, "waits for itself");
    let found = refused(|program| program.joins[0].sources = vec![Source::Node(NodeId(1), Needed::Done)]);
    says(&found, "node `review`): waits for itself");
}

#[test]
fn redo_regions_are_what_lies_between() {
    let redo = |change: &dyn Fn(&mut Redo)| {
        refused(|program| {
            let NodeKind::Decision(decision) = &mut program.nodes[2].kind else { panic!("the decision") };
            change(decision.options[2].redo.as_mut().unwrap());
        })
    };
    says(&redo(&|redo| redo.region = vec![NodeId(1)]), "region is not what lies between its ends");
    says(&redo(&|redo| redo.region.reverse()), "region is not what lies between its ends");
    says(&redo(&|redo| redo.to = NodeId(0)), "region is not what lies between its ends");
    says(&redo(&|redo| redo.to = NodeId(3)), "returns to a node that it does not come after");
    says(&redo(&|redo| redo.to = NodeId(8)), "returns to an outcome");
    says(&redo(&|redo| redo.at_most = 0), "too few or too many rounds");
    says(&redo(&|redo| redo.otherwise = Some(NodeId(8))), "`redo … otherwise`");
}

#[test]
fn clauses_stand_where_they_belong() {
    let on = |node: usize, spoil: &dyn Fn(&mut Node)| refused(|program| spoil(&mut program.nodes[node]));
    let days = Duration::new(1, Unit::Days);
    says(&on(5, &|node| node.owners = vec![Owner::Role(RoleId(0))]), "clause `owner`");
    says(&on(4, &|node| node.heads_up = Some(days)), "clause `heads up`");
    says(&on(3, &|node| node.optional = true), "clause `optional`");
    says(&on(6, &|node| node.takes = Some((days, days))), "clause `takes`");
    says(&on(7, &|node| node.ladders = vec![LadderId(0)]), "clause `escalate`");
    says(&on(7, &|node| node.seen_by = vec![RoleId(0)]), "clause `seen by`");
    says(&on(6, &|node| node.say = Some(built::words(WORDS))), "clause `say`");
    says(&on(0, &|node| node.owners.push(Owner::Role(RoleId(1)))), "is a step with several owners");
    says(&on(5, &|node| node.after = None), "is a meeting point of nothing");
    says(&on(3, &|node| node.form.truncate(1)), "does not take the fields of the event");
    let redo = Redo { to: NodeId(0), region: vec![NodeId(0)], at_most: 1, otherwise: None };
    says(&on(0, &|node| node.redo = Some(redo.clone())), "does not say where it ends");
}

#[test]
fn decisions_can_be_decided() {
    let on = |spoil: &dyn Fn(&mut Decision)| {
        refused(|program| {
            let NodeKind::Decision(decision) = &mut program.nodes[2].kind else { panic!("the decision") };
            spoil(decision);
        })
    };
    says(&on(&|decision| decision.options.truncate(1)), "fewer than two options");
    says(&on(&|decision| decision.if_late = Some(2)), "chooses an option by lateness that may not be open");
    says(&on(&|decision| decision.if_late = Some(3)), "names an option that is not there");
    says(&on(&|decision| decision.options[0].needs = 0), "needs too few or too many people");
}

#[test]
fn ladders_fit_their_nodes() {
    let on = |ladder: usize, spoil: &dyn Fn(&mut wf_plan::ladder::Ladder)| {
        refused(|program| spoil(&mut program.ladders[ladder]))
    };
    let actions = |ladder: usize, actions: Vec<Action>| {
        on(ladder, &|ladder| {
            ladder.levels[1].ask.as_mut().unwrap().alternatives[0].actions.clone_from(&actions);
        })
    };
    says(&on(0, &|ladder| ladder.levels.clear()), "has no levels");
    says(&on(0, &|ladder| ladder.levels[2].number = 2), "levels that are out of order");
    says(&on(0, &|ladder| ladder.levels[1].after = None), "a level that nothing leads to");
    says(&on(0, &|ladder| ladder.levels[0].actions = vec![Action::Resume]), "outside an alternative");
    says(&actions(0, vec![Action::Outcome(NodeId(8)), Action::Resume]), "goes on after an outcome");
    says(&actions(0, vec![Action::Outcome(NodeId(0))]), "names an outcome that is none");
    says(&actions(0, vec![Action::Choose(0)]), "an alternative that it cannot take");
    says(&actions(1, vec![Action::Choose(3)]), "an alternative that it cannot take");
    says(&actions(1, vec![Action::Complete]), "an alternative that it cannot take");
    says(&actions(1, vec![Action::Skip]), "an alternative that it cannot take");
    says(
        &on(0, &|ladder| ladder.levels[1].ask.as_mut().unwrap().otherwise = Some(2)),
        "names an alternative that is not there",
    );
    // A ladder that reads nothing of a copy serves nodes with copies and without; one that does, does not.
    let mut shared = built::plan();
    shared.program.nodes[1].ladders = vec![LadderId(0)];
    assert_eq!(load(&encode(&shared).unwrap()).map(|_| ()), Ok(()));
    let other = refused(|program| {
        program.nodes[1].ladders = vec![LadderId(2)];
        program.nodes[0].ladders.push(LadderId(2));
        let mut ladder = program.ladders[0].clone();
        ladder.levels = vec![ladder.levels[0].clone()];
        ladder.levels[0].actions = vec![Action::Tell {
            who: vec![Who::Value(CodeId(ELEMENT), built::scalar(Scalar::Person))],
            words: built::words(WORDS),
            via: None,
            urgent: false,
        }];
        program.ladders.push(ladder);
    });
    says(&other, "where it means something else");
}

#[test]
fn tables_are_sound() {
    says(&refused(|program| program.calendars[0].week[0][0].open = 1440), "ends before it begins");
    says(
        &refused(|program| program.inputs[1].kind.of = Scalar::Money(Currency(*b"eur"))),
        "three capital letters",
    );
    let own = |program: &mut Program| program.records[0].fields[0].kind.of = Scalar::Record(RecordId(0));
    says(&refused(own), "`Address` holds itself or a record after it");
    says(&refused(|program| program.summaries[0].minute = 1440), "a minute outside the day");
    says(
        &refused(|program| program.constants[3] = Constant::Date(wf_plan::Date(i32::MAX))),
        "outside the years",
    );
    says(&refused(|program| program.starts_every[0].every.amount = 0), "after no time at all");
    says(&refused(|program| program.starts_every[0].every.amount = i64::MIN), "after no time at all");
}

#[test]
fn source_maps_are_as_long_as_their_tables_and_in_range() {
    says(&plan_refused(|plan| plan.sources.nodes.truncate(1)), "speaks of 1 nodes where the program has 9");
    says(&plan_refused(|plan| plan.sources.code[0].clear()), "instructions where the program has 1");
    says(&plan_refused(|plan| plan.sources.ladders[0].truncate(3)), "speaks of 3 levels");
    says(&plan_refused(|plan| plan.sources.nodes[0].file = 1), "names a file that is not there");
    says(&plan_refused(|plan| plan.sources.nodes[0].line = 99), "names a place that is not in its lines");
    says(&plan_refused(|plan| plan.sources.nodes[0].column = 99), "names a place that is not in its lines");
    says(&plan_refused(|plan| plan.sources.nodes[0].column = 0), "names a place that is not in its lines");
    says(&plan_refused(|plan| plan.sources.files[0].lines.swap(0, 1)), "lines out of order");
    for path in ["/etc/main.wf", "../main.wf", "a//b.wf", "a\\b.wf", ""] {
        says(
            &plan_refused(|plan| plan.sources.files[0].path = path.to_owned()),
            "not relative to the project",
        );
    }
    says(&plan_refused(|plan| drop(plan.docs.nodes.pop())), "speaks of 8 nodes");
}
