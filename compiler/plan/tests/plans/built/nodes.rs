//! The nodes and joins of the program: one of each kind, all clauses among them.

use super::*;

pub(super) fn nodes() -> Vec<Node> {
    let contract = Node {
        deadlines: vec![DeadlineRule {
            condition: Some(CodeId(CONDITION)),
            limits: vec![Limit { kind: LimitKind::By(CodeId(MOMENT)), moved_to_working_day: true }],
            pause: ClockPause::WhileWaitingOn(RoleId(1)),
        }],
        takes: Some((days(1), days(4))),
        say: Some(words(LETTER)),
        heads_up: Some(days(2)),
        optional: true,
        reminders: vec![ReminderId(0)],
        ladders: vec![LadderId(0)],
        on: Handlers { done: vec![tell()], ..Handlers::default() },
        ..step("contract", None)
    };
    let review = Node {
        form: vec![field("objection", Scalar::Bool), field("score", Scalar::Number)],
        for_each: Some(ForEach {
            variable: "reviewer".to_owned(),
            list: CodeId(LIST),
            settles: Settles::AtLeast(2),
        }),
        owners: vec![Owner::Person(CodeId(ELEMENT))],
        different_from: vec![Separation::Node(NodeId(0)), Separation::Starter],
        ..step("review", Some(0))
    };
    let redo = Redo { to: NodeId(1), region: vec![NodeId(1), NodeId(2)], at_most: 2, otherwise: None };
    let decide = Node {
        owners: vec![Owner::Role(RoleId(0)), Owner::Role(RoleId(1))],
        when: Some(CodeId(REVIEWED)),
        ladders: vec![LadderId(1)],
        ..node(
            "decide",
            NodeKind::Decision(Decision {
                options: vec![
                    option("yes"),
                    option("no"),
                    DecisionOption { redo: Some(redo), ..option("again") },
                ],
                if_late: Some(1),
            }),
            Some(1),
        )
    };
    let wait =
        Wait { system: SystemId(0), event: 0, condition: Some(CodeId(LARGE)), if_late: Some(IfLate::GoOn) };
    let payment = Node { form: paid_fields(), ..node("payment", NodeKind::Wait(wait), Some(2)) };
    let run = Run {
        workflow: "archive".to_owned(),
        plan: MeaningHash([7; 32]),
        with: vec![("what".to_owned(), CodeId(WORDS))],
        outcomes: vec!["kept".to_owned()],
    };
    let until = |node| AtAnyTime { by: vec![RoleId(1)], until: Some(node) };
    vec![
        contract,
        review,
        decide,
        payment,
        node("rest", NodeKind::Pause(Pause::For(Duration::new(2, Unit::Weeks))), Some(2)),
        node("ready", NodeKind::Converge, Some(4)),
        node("archive", NodeKind::Run(run), Some(5)),
        node("live", NodeKind::Outcome(Outcome { effects: vec![set()], at_any_time: None }), Some(6)),
        node(
            "lost",
            NodeKind::Outcome(Outcome { effects: Vec::new(), at_any_time: Some(until(NodeId(2))) }),
            Some(7),
        ),
    ]
}

pub(super) fn joins() -> Vec<Join> {
    let join = |kind, sources: Vec<Source>| Join { kind, sources };
    let of = |node, needed| Source::Node(NodeId(node), needed);
    vec![
        join(JoinKind::All, vec![of(0, Needed::Settled)]),
        join(JoinKind::All, vec![of(1, Needed::Done)]),
        join(JoinKind::All, vec![of(2, Needed::Option(0))]),
        join(JoinKind::AtLeast(1), vec![of(3, Needed::Arrived), of(3, Needed::Late)]),
        join(JoinKind::AllTaken, vec![of(4, Needed::Settled), Source::Join(JoinId(3))]),
        join(JoinKind::All, vec![of(5, Needed::Settled)]),
        join(JoinKind::All, vec![of(6, Needed::Outcome(0))]),
        join(JoinKind::All, vec![of(2, Needed::Option(1))]),
    ]
}
