//! Texts, receivers, channels and languages of messages; effects on systems.

use super::support::*;
use wf_plan::calendar::{Duration, Unit};
use wf_plan::ladder::{Action, Template, Words};
use wf_plan::op::{Context, Op};
use wf_plan::people::{Agent, Channel, Reach, Who};
use wf_plan::plan::{ChannelId, CodeId, FieldIndex, MeaningHash, SystemId};
use wf_plan::value::{Constant, Currency, Scalar, Type};
use wf_plan::{Date, Value};
use wf_vm::effect::{Change, Effect, Fact, Purpose, Receiver, Route};
use wf_vm::event::Act;

fn words(text: CodeId) -> Words {
    Words { text, languages: vec![], templates: vec![], draft: None }
}

/// `"x {E} y"` as one piece of code.
fn shown(plan: &mut Plan, ops: &[Op]) -> CodeId {
    let (before, after) =
        (plan.constant(Constant::Text("[".into())), plan.constant(Constant::Text("]".into())));
    let mut code = vec![before];
    code.extend_from_slice(ops);
    code.extend([Op::Show, after, Op::Concat(3)]);
    plan.code(&code)
}

/// The work message of one step whose text shows an expression, to someone who speaks a language.
fn said(language: Option<&str>, input: Type, value: Value) -> String {
    let mut plan = Plan::new();
    let field = plan.input("x", input);
    plan.step("a", "r");
    let text = shown(&mut plan, &[Op::Input(field)]);
    plan.last().say = Some(words(text));
    let role = plan.role("r");
    plan.program.roles[role.index()].speaks = language.map(str::to_owned);
    let run = plan.start(vec![value]);
    assert_eq!(run.refusal(), None);
    run.messages(Purpose::Work)[0].text.clone()
}

#[test]
fn values_read_as_the_reader_writes_them() {
    let money = |text: &str| Value::Money(text.parse().unwrap(), Currency(*b"EUR"));
    let euro = scalar(Scalar::Money(Currency(*b"EUR")));
    let day = Value::Date(Date::from_ymd(2026, 10, 4).unwrap());
    let date = scalar(Scalar::Date);
    for (language, kind, value, expected) in [
        (None, euro, money("50000"), "[50,000.00 EUR]"),
        (Some("it"), euro, money("50000.5"), "[50.000,50 EUR]"),
        (Some("fr"), euro, money("1234"), "[1\u{a0}234,00 EUR]"),
        (None, date, day.clone(), "[4 October 2026]"),
        (Some("de-CH"), date, day.clone(), "[4. Oktober 2026]"),
        (Some("es"), date, day, "[4 de octubre de 2026]"),
        (None, scalar(Scalar::Moment), Value::Moment(at("2026-10-04 17:05")), "[4 October 2026, 17:05]"),
        (Some("it"), scalar(Scalar::Bool), Value::Bool(true), "[sì]"),
        (Some("de"), scalar(Scalar::Text), Value::Missing, "[(fehlt)]"),
        (
            Some("it"),
            scalar(Scalar::Duration),
            Value::Duration(Duration::new(5, Unit::BusinessDays)),
            "[5 giorni lavorativi]",
        ),
        (Some("xx"), scalar(Scalar::Number), number(2026), "[2026]"),
        (None, Type { of: Scalar::Text, list: true }, list(&["Anna", "Bert"]), "[Anna, Bert]"),
    ] {
        assert_eq!(said(language, kind, value), expected, "{language:?}");
    }
}

#[test]
fn a_deadline_at_midnight_reads_as_the_end_of_its_day_and_paused_while_it_stands() {
    let mut plan = Plan::new();
    plan.step("a", "r");
    let text = shown(&mut plan, &[Op::Context(Context::Deadline)]);
    plan.last().say = Some(words(text));
    let block = Action::Tell { who: vec![Who::ProcessOwner], words: words(text), via: None, urgent: true };
    plan.last().on.block = vec![block];
    plan.last().deadlines = vec![wf_plan::plan::DeadlineRule {
        condition: None,
        limits: vec![wf_plan::node::Limit {
            kind: wf_plan::node::LimitKind::EndOf(days(3), wf_plan::node::CountFrom::OwnStart),
            moved_to_working_day: false,
        }],
        pause: wf_plan::plan::ClockPause::WhileBlocked,
    }];
    let mut run = plan.start(vec![]);
    assert_eq!(run.messages(Purpose::Work)[0].text, "[end of 5 March 2026]");
    run.block("a", None);
    let told = run.messages(Purpose::Notice)[0];
    assert_eq!(told.text, "[paused]");
    assert!(told.urgent);
}

#[test]
fn names_that_need_no_declaration() {
    let mut plan = Plan::new();
    let name = plan.input("name", scalar(Scalar::Text));
    let title = plan.code(&[Op::Input(name), Op::Show]);
    plan.program.title = Some(title);
    let number_code = plan.code(&[Op::Context(Context::Number), Op::Show]);
    plan.program.reference = Some(number_code);
    plan.step("a", "r");
    let mut ops = vec![];
    let slash = plan.constant(Constant::Text("/".into()));
    let names = [
        Context::Step,
        Context::Workflow,
        Context::Title,
        Context::Reference,
        Context::Owner,
        Context::ProcessOwner,
        Context::Starter,
        Context::Started,
        Context::BlockReason,
        Context::WaitingOn,
    ];
    for name in names {
        ops.extend([Op::Context(name), Op::Show, slash]);
    }
    ops.push(Op::Concat(u16::try_from(names.len() * 2).unwrap()));
    let code = plan.code(&ops);
    let boss = plan.role("boss");
    plan.last().on.block =
        vec![Action::Tell { who: vec![Who::Role(boss)], words: words(code), via: None, urgent: false }];
    let mut run = plan.start(vec![text("Gamma")]);
    run.block("a", Some("boss"));
    assert_eq!(
        run.messages(Purpose::Notice)[0].text,
        "a/The workflow/Gamma/7/r-1/boss/starter/2 March 2026, 09:00/stuck/boss/"
    );
}

#[test]
fn channels_addresses_templates_and_drafts() {
    let mut plan = Plan::new();
    let contact = plan.input("contact", scalar(Scalar::Email));
    let address = plan.code(&[Op::Input(contact)]);
    for name in ["slack", "email"] {
        plan.program.channels.push(Channel {
            name: name.into(),
            kind: name.into(),
            carries_personal: true,
            carries_secret: true,
        });
    }
    let customer = plan.role("customer");
    plan.program.roles[customer.index()].reach = vec![
        Reach { channel: ChannelId(0), address: None },
        Reach { channel: ChannelId(1), address: Some(address) },
    ];
    plan.program.roles[customer.index()].speaks = Some("it".into());
    plan.step("a", "customer");
    let mut said = plan.words("hello");
    let italian = plan.words("ciao");
    let instruction = plan.words("write kindly");
    said.languages = vec![("it".into(), italian.text)];
    said.draft = Some(instruction.text);
    let template = |language: Option<&str>, name: &str| Template {
        language: language.map(str::to_owned),
        channel: "whatsapp".into(),
        name: name.into(),
        arguments: vec![address],
    };
    said.templates = vec![template(None, "hello_en"), template(Some("it"), "hello_it")];
    plan.last().say = Some(said);
    let inputs = vec![text("it@gamma.example")];
    let run = plan.start(inputs.clone());
    let message = run.messages(Purpose::Work)[0].clone();
    assert_eq!(message.text, "ciao");
    assert_eq!(message.language.as_deref(), Some("it"));
    let by_slack = Route { channel: ChannelId(0), address: None };
    let by_email = Route { channel: ChannelId(1), address: Some("it@gamma.example".into()) };
    assert_eq!(message.routes, [by_slack.clone(), by_email.clone()], "the address is the email's alone");
    assert_eq!(message.to, Receiver::Role(customer));
    assert_eq!(
        message.templates,
        [("whatsapp".into(), "hello_it".into(), vec!["it@gamma.example".to_owned()])]
    );
    assert_eq!(message.draft, None, "no agent, so the text is sent");
    assert_eq!(message.buttons[0].label, "Fatto");
    let mut slack_only = plan.tell(Who::Role(customer), "ping");
    if let Action::Tell { via, .. } = &mut slack_only {
        *via = Some(ChannelId(0));
    }
    plan.last().on.start = vec![slack_only];
    let run = plan.start(inputs.clone());
    let told = run.messages(Purpose::Notice)[0];
    assert_eq!(told.routes, [by_slack], "the address is that of another channel");
    assert_eq!(told.to, Receiver::Role(customer));
    if let Action::Tell { via, .. } = &mut plan.last().on.start[0] {
        *via = Some(ChannelId(1));
    }
    let run = plan.start(inputs.clone());
    assert_eq!(run.messages(Purpose::Notice)[0].routes, [by_email], "sent by email alone");
    plan.program.agent = Some(Agent {
        topics: vec![],
        drafts: true,
        suggests: false,
        carries_personal: true,
        calls_per_day: None,
    });
    let run = plan.start(inputs);
    assert_eq!(run.messages(Purpose::Work)[0].draft.as_deref(), Some("write kindly"));
}

#[test]
fn a_message_whose_field_names_nobody_is_an_incident() {
    let mut plan = Plan::new();
    let who = plan.input("who", scalar(Scalar::Email));
    let code = plan.code(&[Op::Input(who)]);
    plan.step("a", "r");
    let tell = plan.tell(Who::Value(code, scalar(Scalar::Email)), "hello");
    plan.last().on.start = vec![tell];
    let run = plan.start(vec![Value::Missing]);
    assert!(run.messages(Purpose::Notice).is_empty());
    assert!(run.facts("a").contains(&Fact::Incident));
    let run = plan.start(vec![text("x@y.example")]);
    assert_eq!(run.messages(Purpose::Notice)[0].to, Receiver::Email("x@y.example".into()));
}

#[test]
fn an_owner_from_a_field_is_that_person() {
    let mut plan = Plan::new();
    let who = plan.input("who", scalar(Scalar::Person));
    let code = plan.code(&[Op::Input(who)]);
    plan.step("a", "r");
    plan.last().owners = vec![wf_plan::node::Owner::Person(code)];
    let mut run = plan.start(vec![text("ann")]);
    assert_eq!(run.messages(Purpose::Work)[0].to, Receiver::Person("ann".into()));
    run.act_as("a", Act::Complete(vec![]), "bob", "r");
    assert_eq!(run.refusal(), Some(wf_vm::effect::Refusal::NotYourRole));
    run.act_as("a", Act::Complete(vec![]), "ann", "r");
    assert_eq!(run.refusal(), None);
}

#[test]
fn systems_are_updated_under_the_instances_key() {
    let mut plan = Plan::new();
    plan.wait("w", None);
    let deal = plan.input("deal", scalar(Scalar::Text));
    plan.program.systems[0].key = Some(deal);
    plan.step("a", "r");
    let stage = plan.constant(Constant::Text("Live".into()));
    let value = plan.code(&[stage]);
    let note = plan.words("a note");
    plan.last().on.start = vec![
        Action::Set { system: SystemId(0), field: FieldIndex(0), value },
        Action::Note { system: SystemId(0), words: note },
        Action::Call { system: SystemId(0), operation: "ping".into(), arguments: vec![("x".into(), value)] },
        Action::Start {
            workflow: "renewal".into(),
            plan: MeaningHash([1; 32]),
            with: vec![("deal".into(), value)],
            delay: Some(Duration::new(1, Unit::Months)),
        },
    ];
    let run = plan.start(vec![text("D-1")]);
    let updates: Vec<_> = run
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Update(update) => Some(update),
            _ => None,
        })
        .collect();
    assert!(
        updates.iter().all(|update| update.key == Some(text("D-1")) && update.place == Some(run.node("a")))
    );
    assert_eq!(
        updates[0].change,
        Change::Set { field: "stage".into(), value: text("Live"), shown: "Live".into() }
    );
    assert_eq!(updates[1].change, Change::Note { text: "a note".into(), draft: None });
    assert!(run.effects.contains(&Effect::StartWorkflow {
        workflow: "renewal".into(),
        plan: MeaningHash([1; 32]),
        with: vec![("deal".into(), text("Live"))],
        at: at("2026-04-02 09:00"),
    }));
}

#[test]
fn a_summary_lists_what_is_open() {
    let mut plan = Plan::new();
    plan.step("a", "legal").due(days(30)).step("b", "finance").step("later", "r").after("a");
    plan.program.summaries.push(wf_plan::plan::Summary {
        weekdays: [true, false, true, false, false, false, false],
        minute: 600,
        to: vec![],
        via: None,
    });
    let mut run = plan.start(vec![]);
    run.act("a", Act::Claim).until("2026-03-02 10:00");
    let summary = run.messages(Purpose::Summary);
    assert_eq!(summary[0].text, "The workflow. Open now:\n- a: legal-1 (1 April 2026, 09:00)\n- b: finance");
    assert_eq!(run.receiver(summary[0]), "boss");
    run.until("2026-03-04 10:00");
    assert_eq!(run.messages(Purpose::Summary).len(), 2);
}
