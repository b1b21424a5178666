//! A program built by hand with every kind of node, clause and instruction, to be spoilt by the tests around it.

use rust_decimal::Decimal;
use wf_plan::calendar::{Calendar, Duration, QuietHours, QuietSpan, Unit};
use wf_plan::codec::Plan;
use wf_plan::ladder::{Action, Alternative, Ask, Ladder, Level, Reminder, Template, Words};
use wf_plan::node::*;
use wf_plan::op::{Code, Context, Op};
use wf_plan::people::*;
use wf_plan::plan::*;
use wf_plan::source::{Docs, SourceFile, SourceMap, SourcePlace};
use wf_plan::value::{Constant, Currency, EnumType, Field, RecordType, Scalar, Type};
use wf_plan::{Date, MeaningHash, Program};

#[path = "built/nodes.rs"]
mod nodes;

pub const EUR: Currency = Currency(*b"EUR");

pub fn scalar(of: Scalar) -> Type {
    Type { of, list: false }
}

pub fn field(name: &str, of: Scalar) -> Field {
    Field {
        name: name.to_owned(),
        kind: scalar(of),
        optional: false,
        personal: false,
        secret: false,
        key_of: None,
        from: None,
    }
}

pub fn node(name: &str, kind: NodeKind, after: Option<u16>) -> Node {
    Node {
        name: name.to_owned(),
        label: format!("The {name}"),
        was: None,
        kind,
        after: after.map(JoinId),
        when: None,
        tags: Vec::new(),
        owners: Vec::new(),
        seen_by: Vec::new(),
        form: Vec::new(),
        deadlines: Vec::new(),
        takes: None,
        say: None,
        heads_up: None,
        different_from: Vec::new(),
        optional: false,
        for_each: None,
        redo: None,
        reminders: Vec::new(),
        ladders: Vec::new(),
        on: Handlers::default(),
    }
}

pub fn step(name: &str, after: Option<u16>) -> Node {
    Node { owners: vec![Owner::Role(RoleId(0))], ..node(name, NodeKind::Step, after) }
}

pub fn option(name: &str) -> DecisionOption {
    DecisionOption {
        name: name.to_owned(),
        label: name.to_owned(),
        short: None,
        when: None,
        needs: 1,
        needs_reason: false,
        redo: None,
    }
}

pub fn words(text: u16) -> Words {
    Words { text: CodeId(text), languages: Vec::new(), templates: Vec::new(), draft: None }
}

fn role(name: &str) -> Role {
    Role {
        name: name.to_owned(),
        label: format!("The {name}"),
        external: false,
        reach: vec![Reach { channel: ChannelId(0), address: None }],
        deputy: None,
        quiet: None,
        calendar: None,
        speaks: None,
        one_person: false,
        people: Vec::new(),
    }
}

fn days(amount: i64) -> Duration {
    Duration::new(amount, Unit::BusinessDays)
}

/// Code 0: a text that names nothing.
pub const WORDS: u16 = 0;
/// Code 1: `region is one of EU, UK`.
pub const CONDITION: u16 = 1;
/// Code 2: a text with every value in it.
pub const LETTER: u16 = 2;
/// Code 3: a moment.
pub const MOMENT: u16 = 3;
/// Code 4: the list of reviewers.
pub const LIST: u16 = 4;
/// Code 5: a condition over copies.
pub const OBJECTION: u16 = 5;
/// Code 6: aggregates over that.
pub const REVIEWED: u16 = 6;
/// Code 7: the element.
pub const ELEMENT: u16 = 7;
/// Code 8: a field of an event.
pub const EVENT: u16 = 8;
/// Code 9: the event's sum is large.
pub const LARGE: u16 = 9;
/// Code 10: an address.
pub const CONTACT: u16 = 10;

fn code() -> Vec<Code> {
    let (input, constant) = (|at| Op::Input(FieldIndex(at)), |at| Op::Constant(ConstantId(at)));
    let review = NodeId(1);
    let pieces: Vec<Vec<Op>> = vec![
        vec![constant(0)],
        vec![input(0), constant(1), constant(2), Op::OneOf(2)],
        vec![
            constant(0),
            input(2),
            Op::Field(FieldIndex(0)),
            Op::Show,
            Op::Context(Context::Step),
            Op::Concat(3),
        ],
        vec![constant(3), constant(4), Op::After, Op::EndOfDay],
        vec![input(3)],
        vec![Op::Copy(FieldIndex(0)), Op::Copy(FieldIndex(1)), constant(5), Op::Less, Op::Not, Op::And],
        vec![
            Op::AnyWhere(review, CodeId(5)),
            Op::EveryWhere(review, CodeId(5)),
            Op::CountWhere(review, CodeId(5)),
            Op::TotalOf(review, FieldIndex(1)),
            Op::GreaterOrEqual,
            Op::Or,
            Op::And,
        ],
        vec![Op::Element],
        vec![Op::Event(FieldIndex(0))],
        vec![Op::Event(FieldIndex(1)), constant(6), constant(5), Op::Multiply, Op::RoundMoney, Op::Greater],
        vec![input(1)],
    ];
    pieces.into_iter().map(|ops| Code { ops }).collect()
}

fn tell() -> Action {
    let template = Template {
        language: Some("it".to_owned()),
        channel: "whatsapp".to_owned(),
        name: "ready_it".to_owned(),
        arguments: vec![CodeId(WORDS)],
    };
    let words = Words {
        languages: vec![("de".to_owned(), CodeId(WORDS)), ("it".to_owned(), CodeId(LETTER))],
        templates: vec![template],
        draft: Some(CodeId(WORDS)),
        ..words(LETTER)
    };
    let who = vec![Who::Owner, Who::Role(RoleId(1)), Who::Value(CodeId(CONTACT), scalar(Scalar::Email))];
    Action::Tell { who, words, via: Some(ChannelId(0)), urgent: true }
}

fn set() -> Action {
    Action::Set { system: SystemId(0), field: FieldIndex(0), value: CodeId(WORDS) }
}

fn paid_fields() -> Vec<Field> {
    vec![field("by", Scalar::Text), field("amount", Scalar::Money(EUR))]
}

fn ladder(alternatives: Vec<Action>) -> Ladder {
    let alternative = |label: &str, actions| Alternative { label: label.to_owned(), short: None, actions };
    let ask = Ask {
        who: vec![Who::Role(RoleId(1)), Who::ProcessOwner],
        words: words(LETTER),
        alternatives: vec![
            alternative("go on", alternatives),
            alternative("stop", vec![Action::Outcome(NodeId(8))]),
        ],
        suggest: 2,
        decide_within: Some(days(2)),
        otherwise: Some(0),
    };
    Ladder {
        name: "nudge".to_owned(),
        on_silence: Some(days(3)),
        on_block: Some(days(1)),
        on_overdue: true,
        levels: vec![
            Level { number: 1, after: None, actions: vec![tell()], ask: None },
            Level { number: 2, after: Some(days(1)), actions: Vec::new(), ask: Some(ask) },
            Level { number: 3, after: None, actions: vec![tell()], ask: None },
        ],
    }
}

fn reminder() -> Reminder {
    Reminder {
        name: "gentle".to_owned(),
        start: Some(days(2)),
        repeat: Some(days(1)),
        stop_after: Some(3),
        to: vec![Who::Owner],
        via: None,
        words: words(LETTER),
    }
}

/// The whole program.
pub fn program() -> Program {
    Program {
        workflow: "onboarding".to_owned(),
        version: 3,
        label: "New customer".to_owned(),
        versioning: Versioning::Keep,
        title: Some(CodeId(WORDS)),
        reference: None,
        one_per: Some(FieldIndex(1)),
        starts_by: vec![RoleId(0)],
        starts_on: vec![starts_on()],
        starts_every: vec![starts_every()],
        calendar: CalendarId(0),
        deadlines: vec![DeadlineRule {
            condition: None,
            limits: vec![Limit {
                kind: LimitKind::Within(Duration::new(6, Unit::Weeks), CountFrom::InstanceStart),
                moved_to_working_day: false,
            }],
            pause: ClockPause::Never,
        }],
        process_owner: Some(RoleId(0)),
        summaries: vec![summary()],
        tags: vec!["regulated".to_owned()],
        seen_by: vec![RoleId(1)],
        agent: Some(agent()),
        inputs: inputs(),
        enums: vec![EnumType {
            name: "Region".to_owned(),
            values: ["EU", "UK", "US"].map(str::to_owned).into(),
        }],
        records: vec![RecordType { name: "Address".to_owned(), fields: vec![field("city", Scalar::Text)] }],
        roles: vec![role("legal"), customer()],
        channels: vec![Channel {
            name: "email".to_owned(),
            kind: "email".to_owned(),
            carries_personal: true,
            carries_secret: false,
        }],
        systems: vec![crm()],
        calendars: vec![Calendar::utc_office_hours()],
        nodes: nodes::nodes(),
        joins: nodes::joins(),
        reminders: vec![reminder()],
        ladders: vec![
            ladder(vec![Action::Resume, Action::Extend(days(5)), Action::Reassign(RoleId(1))]),
            ladder(vec![Action::Choose(2), set()]),
        ],
        constants: constants(),
        code: code(),
        policies: vec![PolicyNote {
            name: "decided".to_owned(),
            title: "A person decides".to_owned(),
            rules: vec!["always decide.yes before archive".to_owned()],
        }],
    }
}

fn starts_on() -> StartOn {
    let with = vec![(FieldIndex(1), CodeId(EVENT))];
    StartOn { system: SystemId(0), event: 0, condition: Some(CodeId(LARGE)), with }
}

fn starts_every() -> StartEvery {
    let with = vec![(FieldIndex(1), CodeId(WORDS))];
    StartEvery { every: Duration::new(1, Unit::Months), from: Date(20_000), with }
}

fn summary() -> Summary {
    let weekdays = [true, false, false, false, false, false, false];
    Summary { weekdays, minute: 540, to: vec![Who::ProcessOwner], via: Some(ChannelId(0)) }
}

fn agent() -> Agent {
    Agent {
        topics: vec!["onboarding".to_owned()],
        drafts: true,
        suggests: true,
        carries_personal: false,
        calls_per_day: Some(20),
    }
}

fn inputs() -> Vec<Field> {
    let people = Type { of: Scalar::Person, list: true };
    vec![
        field("region", Scalar::Enum(EnumId(0))),
        Field { personal: true, key_of: Some(SystemId(0)), ..field("contact", Scalar::Email) },
        field("address", Scalar::Record(RecordId(0))),
        Field { kind: people, ..field("reviewers", Scalar::Person) },
    ]
}

fn customer() -> Role {
    let daily = vec![QuietSpan { from: 1140, to: 480 }];
    Role {
        external: true,
        reach: vec![Reach { channel: ChannelId(0), address: Some(CodeId(CONTACT)) }],
        quiet: Some(QuietHours { daily, weekends: true, holidays: true }),
        calendar: Some(CalendarId(0)),
        deputy: Some(RoleId(0)),
        ..role("customer")
    }
}

fn crm() -> System {
    System {
        name: "crm".to_owned(),
        kind: "hubspot.deal".to_owned(),
        carries_personal: true,
        carries_secret: false,
        fields: vec![field("stage", Scalar::Text)],
        events: vec![EventType { name: "paid".to_owned(), fields: paid_fields() }],
        key: Some(FieldIndex(1)),
    }
}

fn constants() -> Vec<Constant> {
    vec![
        Constant::Text("Hello".to_owned()),
        Constant::Enum(EnumId(0), 0),
        Constant::Enum(EnumId(0), 1),
        Constant::Date(Date(20_500)),
        Constant::Duration(Duration::new(30, Unit::Days)),
        Constant::Number(Decimal::new(15, 1)),
        Constant::Money(Decimal::new(50_000, 0), EUR),
    ]
}

/// The program with a source map of one file whose lines are the nodes.
pub fn plan() -> Plan {
    let program = program();
    let mut sources = SourceMap::nowhere(&program);
    let lines = (1..=20_u32).map(|line| (line, format!("line {line} of the workflow"))).collect();
    sources.files = vec![SourceFile { path: "flows/main.wf".to_owned(), lines }];
    let place = |line| SourcePlace { file: 0, line, column: 3 };
    sources.workflow = place(1);
    sources.nodes = (2..).map(place).take(program.nodes.len()).collect();
    sources.code.iter_mut().flatten().for_each(|at| *at = place(12));
    let mut docs = Docs::none(&program);
    docs.workflow = "What a new customer goes through.".to_owned();
    docs.nodes[0] = "The contract comes first.".to_owned();
    Plan { program, sources, docs }
}
