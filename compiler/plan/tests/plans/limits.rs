//! Each bound of `limits.rs`: at the limit a plan is read, one above it is refused.

use super::built;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::limits;
use wf_plan::node::{JoinKind, NodeKind, Redo, Source};
use wf_plan::op::{Code, Op};
use wf_plan::plan::*;
use wf_plan::source::{Docs, SourceFile, SourceMap};
use wf_plan::value::{Constant, EnumType, RecordType, Scalar};
use wf_plan::{Plan, Program, encode, load};

fn loads(program: Program) -> Result<(), String> {
    let plan = Plan { sources: SourceMap::nowhere(&program), docs: Docs::none(&program), program };
    load(&encode(&plan).unwrap()).map(|_| ()).map_err(|error| error.to_string())
}

/// At the limit the plan is read; one more is refused, for that reason.
#[track_caller]
fn bound(limit: usize, reason: &str, fill: impl Fn(&mut Program, usize)) {
    let filled = |count| {
        let mut program = built::program();
        fill(&mut program, count);
        loads(program)
    };
    assert_eq!(filled(limit), Ok(()), "at the limit");
    let above = filled(limit + 1).unwrap_err();
    assert!(above.contains(reason), "expected `{reason}` in: {above}");
}

fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|at| format!("n{at}"))
}

fn lines(count: usize) -> Vec<String> {
    vec!["line".to_owned(); count]
}

fn last(len: usize) -> u16 {
    u16::try_from(len - 1).unwrap()
}

#[test]
fn tables() {
    let step = |name: String| built::step(&name, None);
    bound(limits::NODES, "nodes", |program, count| {
        program.nodes.extend(names(count - program.nodes.len()).map(step));
    });
    bound(limits::JOINS, "joins", |program, count| {
        let more = count - program.joins.len();
        let join = program.joins[2].clone();
        program.joins.extend(std::iter::repeat_n(join.clone(), more));
        // The first node waits for groups of groups.
        let mut open: Vec<u16> = (8..=last(count)).collect();
        open.truncate(more - 3);
        let (first, second) = open.split_at(limits::JOIN_SOURCES.min(open.len()));
        let group = |ids: &[u16]| ids.iter().map(|id| Source::Join(JoinId(*id))).collect::<Vec<_>>();
        let at = count - 3;
        program.joins[at].sources = group(first);
        program.joins[at + 1].sources = group(second);
        program.joins[at + 2].sources = group(&[last(at + 1), last(at + 2)]);
        program.nodes[4].after = Some(JoinId(last(count)));
    });
    bound(limits::ENUMS, "enums", |program, count| {
        program.enums.resize(count, EnumType { name: "E".to_owned(), values: Vec::new() });
    });
    bound(limits::RECORDS, "records", |program, count| {
        program.records.resize(count, RecordType { name: "R".to_owned(), fields: Vec::new() });
    });
    bound(limits::ROLES, "roles", |program, count| {
        program.roles.resize(count, program.roles[0].clone());
    });
    bound(limits::CHANNELS, "channels", |program, count| {
        program.channels.resize(count, program.channels[0].clone());
    });
    bound(limits::SYSTEMS, "systems", |program, count| {
        program.systems.resize(count, program.systems[0].clone());
    });
    bound(limits::CALENDARS, "calendars", |program, count| {
        program.calendars.resize(count, program.calendars[0].clone());
    });
    bound(limits::POLICIES, "policies", |program, count| {
        program.policies.resize(count, program.policies[0].clone());
    });
    bound(limits::CONSTANTS, "constants", |program, count| {
        program.constants.resize(count, Constant::Bool(true));
    });
}

#[test]
fn shared_tables() {
    bound(limits::REMINDERS, "reminders", |program, count| {
        program.reminders.resize(count, program.reminders[0].clone());
        let ids: Vec<ReminderId> = (0..u16::try_from(count).unwrap()).map(ReminderId).collect();
        spread(program, &ids, |node, ids| node.reminders = ids);
    });
    bound(limits::LADDERS, "escalations", |program, count| {
        let plain = program.ladders[0].levels[0].clone();
        let mut ladder = program.ladders[0].clone();
        ladder.levels = vec![plain];
        program.ladders.resize(count, ladder);
        let ids: Vec<LadderId> = (0..u16::try_from(count).unwrap()).map(LadderId).collect();
        program.nodes[0].ladders.clear();
        program.nodes[2].ladders.clear();
        let (fitted, rest) = ids.split_at(2);
        spread(program, rest, |node, ids| node.ladders = ids);
        program.nodes[0].ladders = vec![fitted[0]];
        program.nodes[2].ladders = vec![fitted[1]];
    });
}

/// New steps that use the ids, so many each as one may.
fn spread<Id: Copy>(program: &mut Program, ids: &[Id], give: impl Fn(&mut wf_plan::node::Node, Vec<Id>)) {
    for (at, ids) in ids.chunks(limits::ENTRIES).enumerate() {
        let mut step = built::step(&format!("n{at}"), None);
        give(&mut step, ids.to_vec());
        program.nodes.push(step);
    }
}

#[test]
fn code() {
    let text = Op::Constant(ConstantId(0));
    bound(limits::OPS, "instructions", |program, count| {
        // Pairs of join and its text, so that the stack stays low.
        let mut ops = vec![text, Op::Show];
        while ops.len() < count {
            ops.push(Op::Concat(1));
        }
        program.code[0] = Code { ops };
    });
    bound(limits::STACK, "values at once", |program, count| {
        let mut ops = vec![text; count];
        ops.push(Op::Concat(u16::try_from(count).unwrap()));
        program.code[0] = Code { ops };
    });
    // A plan with every piece that a `CodeId` can name is read: each a topic of a template's arguments.
    let mut program = built::program();
    program.code.resize(limits::CODE + 1, Code { ops: vec![text] });
    let above = loads(program).unwrap_err();
    assert!(above.contains("pieces of code"), "{above}");
}

#[test]
fn people_fields_and_values() {
    bound(limits::FIELDS, "fields in one place", |program, count| {
        let fields = names(count).map(|name| built::field(&name, Scalar::Text)).collect();
        program.nodes[0].form = fields;
    });
    bound(limits::ENUM_VALUES, "values in one enum", |program, count| {
        program.enums[0].values = names(count).collect();
    });
    bound(limits::RECORD_DEPTH, "records inside each other", |program, count| {
        for at in 1..count {
            let inner = built::field("inner", Scalar::Record(RecordId(u16::try_from(at - 1).unwrap())));
            program.records.push(RecordType { name: "R".to_owned(), fields: vec![inner] });
        }
    });
    bound(limits::PEOPLE, "people", |program, count| program.roles[0].people = lines(count));
    bound(limits::EVENTS, "events of one system", |program, count| {
        let event = program.systems[0].events[0].clone();
        program.systems[0].events.resize(count, event);
    });
    bound(limits::ENTRIES, "tags", |program, count| program.tags = lines(count));
    bound(limits::NAME_BYTES, "bytes in a name", |program, count| program.workflow = "a".repeat(count));
    bound(limits::LINE_BYTES, "bytes in one line", |program, count| program.label = "a".repeat(count));
    bound(limits::TEXT_BYTES, "bytes in one text", |program, count| {
        program.constants[0] = Constant::Text("a".repeat(count));
    });
}

#[test]
fn graph() {
    bound(limits::JOIN_SOURCES, "sources", |program, count| {
        let source = program.joins[0].sources[0];
        program.joins[0].sources = vec![source; count];
        program.joins[0].kind = JoinKind::All;
    });
    bound(limits::JOIN_DEPTH, "groups inside each other", |program, count| {
        for depth in 1..=count {
            let mut join = program.joins[2].clone();
            if depth > 1 {
                join.sources = vec![Source::Join(JoinId(last(program.joins.len())))];
            }
            program.joins.push(join);
        }
        program.nodes[4].after = Some(JoinId(last(program.joins.len())));
    });
    bound(limits::REDOS, "returns by `redo`", |program, count| {
        for name in names(count - 1) {
            let id = NodeId(u16::try_from(program.nodes.len()).unwrap());
            let redo = Redo { to: id, region: vec![id], at_most: 1, otherwise: Some(NodeId(8)) };
            program.nodes.push(wf_plan::node::Node { redo: Some(redo), ..built::step(&name, None) });
        }
    });
    bound(usize::from(limits::REDO_ROUNDS), "rounds", |program, count| {
        decision(program).options[2].redo.as_mut().unwrap().at_most = u16::try_from(count).unwrap();
    });
    bound(usize::from(limits::VOTES), "people", |program, count| {
        decision(program).options[0].needs = u16::try_from(count).unwrap();
    });
    bound(limits::CHOICES, "options", |program, count| {
        decision(program).options.extend(names(count - 3).map(|name| built::option(&name)));
    });
}

fn decision(program: &mut Program) -> &mut wf_plan::node::Decision {
    let NodeKind::Decision(decision) = &mut program.nodes[2].kind else { panic!("the decision") };
    decision
}

#[test]
fn ladders_and_actions() {
    bound(limits::LEVELS, "levels", |program, count| {
        let level = program.ladders[0].levels[0].clone();
        let levels = (1..=u16::try_from(count).unwrap()).map(|number| wf_plan::ladder::Level {
            number,
            after: Some(Duration::new(1, Unit::Days)),
            ..level.clone()
        });
        program.ladders[0].levels = levels.collect();
    });
    bound(limits::CHOICES, "alternatives", |program, count| {
        let ask = program.ladders[0].levels[1].ask.as_mut().unwrap();
        ask.alternatives.resize(count - usize::from(ask.suggest), ask.alternatives[0].clone());
    });
    bound(limits::ACTIONS, "actions", |program, count| {
        let action = program.nodes[0].on.done[0].clone();
        program.nodes[0].on.done.resize(count, action);
    });
    bound(usize::try_from(limits::DURATION_AMOUNT).unwrap(), "too long", |program, count| {
        program.ladders[0].on_silence =
            Some(Duration::new(i64::try_from(count).unwrap(), Unit::BusinessDays));
    });
}

#[test]
fn files() {
    let files = |count| {
        let mut plan = built::plan();
        let file = SourceFile { path: "std/a.wf".to_owned(), lines: Vec::new() };
        plan.sources.files.resize(count, file);
        load(&encode(&plan).unwrap()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(files(limits::FILES), Ok(()));
    assert!(files(limits::FILES + 1).unwrap_err().contains("files"));
}

#[test]
fn a_plan_too_large_is_not_written() {
    let mut plan = built::plan();
    let text = "a".repeat(limits::TEXT_BYTES);
    plan.docs.nodes = vec![text; limits::PLAN_BYTES / limits::TEXT_BYTES + 1];
    assert!(encode(&plan).unwrap_err().to_string().contains("too large"));
}
