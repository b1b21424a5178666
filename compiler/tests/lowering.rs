//! Text to HIR: every construct becomes the data that the language page says, and what does not belong is set aside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::sync::Arc;
use wf_compiler::hir::expr::{AggregateBody, DurationLit, TextBody, UnitLit};
use wf_compiler::hir::lower::{Lowered, lower};
use wf_compiler::hir::node::{
    ActionKind, Escalate, HandlerEvent, IfLateDecl, JoinExpr, LimitDeclKind, PauseClock, PauseDecl, Remind,
    SettlesDecl,
};
use wf_compiler::hir::{
    AppliesTo, DayPattern, Declaration, DeclarationKind, Expr, ExprKind, Name, Node, NodeKind, PolicyNode,
    PolicyRule, TestStatementKind, Text, TextPart, WhoKind, WorkflowDecl,
};
use wf_lang::ast::File;

fn lowered(text: &str) -> Lowered {
    let parse = wf_lang::parse(text);
    assert!(parse.errors.is_empty(), "{:#?}", parse.errors);
    File::of(&parse.tree).declarations().map(lower).next().unwrap()
}

fn declaration(text: &str) -> Arc<Declaration> {
    lowered(text).declaration
}

fn workflow(body: &str) -> WorkflowDecl {
    let declaration = declaration(&format!("workflow w \"W\" {{\n{body}\n}}\n"));
    assert!(!declaration.damaged);
    assert_eq!(declaration.misplaced, []);
    match &declaration.kind {
        DeclarationKind::Workflow(workflow) => (**workflow).clone(),
        other => panic!("{other:?}"),
    }
}

fn node(text: &str) -> Node {
    workflow(text).nodes.into_iter().next().unwrap()
}

/// The misplaced clauses of a workflow, as `clause in kind`, with a `twice` for repetitions.
fn misplaced(body: &str) -> Vec<String> {
    let declaration = declaration(&format!("workflow w \"W\" {{\n{body}\n}}\n"));
    let told = declaration.misplaced.iter();
    told.map(|one| {
        let twice = if one.first.is_some() { " twice" } else { "" };
        format!("{} in {} {}{twice}", one.clause, one.inside_kind, one.inside)
    })
    .collect()
}

fn words(names: &[Name]) -> Vec<&str> {
    names.iter().map(|name| name.text.as_str()).collect()
}

fn length(duration: &DurationLit) -> (&str, UnitLit) {
    (&duration.amount, duration.unit)
}

fn said(text: &Text) -> String {
    let TextBody::Parts(parts) = &text.body else { panic!("{text:?}") };
    let part = |part: &TextPart| match part {
        TextPart::Words(words) => words.clone(),
        TextPart::Value(value) => format!("<{}>", shape(value)),
    };
    parts.iter().map(part).collect()
}

/// An expression as nested words, to compare shapes.
fn shape(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Number(number) => number.clone(),
        ExprKind::Money(amount, currency) => format!("{amount} {currency}"),
        ExprKind::Date(date) => date.clone(),
        ExprKind::Moment(date, time) => format!("{date} {time}"),
        ExprKind::Duration(duration) => format!("{} {:?}", duration.amount, duration.unit),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Text(text) => format!("{:?}", said(text)),
        ExprKind::Path(path) => words(path).join("."),
        ExprKind::Not(inner) => format!("not({})", shape(inner)),
        ExprKind::Negative(inner) => format!("-({})", shape(inner)),
        ExprKind::Binary(operator, left, right) => format!("{operator:?}({}, {})", shape(left), shape(right)),
        ExprKind::OneOf(subject, values) => {
            format!("{} of [{}]", shape(subject), values.iter().map(shape).collect::<Vec<_>>().join(", "))
        }
        ExprKind::IsMissing(subject, false) => format!("missing({})", shape(subject)),
        ExprKind::IsMissing(subject, true) => format!("given({})", shape(subject)),
        ExprKind::Aggregate(kind, node, body) => match &**body {
            AggregateBody::Where(condition) => format!("{kind:?} {} where {}", node.text, shape(condition)),
            AggregateBody::Field(field) => format!("{kind:?} {}.{}", node.text, field.text),
            AggregateBody::Nothing => format!("{kind:?} {}", node.text),
        },
        ExprKind::List(values) => format!("[{}]", values.iter().map(shape).collect::<Vec<_>>().join(", ")),
        ExprKind::Record(fields) => {
            let field = |(name, value): &(Name, Expr)| format!("{} = {}", name.text, shape(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Damaged => "damaged".to_owned(),
    }
}

fn when(condition: &str) -> String {
    shape(&node(&format!("step s {{\n  when {condition}\n}}")).when.unwrap())
}

fn join(after: &str) -> String {
    fn told(join: &JoinExpr) -> String {
        let list = |items: &[JoinExpr]| items.iter().map(told).collect::<Vec<_>>().join(", ");
        match join {
            JoinExpr::Source(path) => words(path).join("."),
            JoinExpr::All(items) => format!("all({})", list(items)),
            JoinExpr::Any(items) => format!("any({})", list(items)),
            JoinExpr::AtLeast(count, items) => format!("{}({})", count.value, list(items)),
            JoinExpr::AllTaken(items) => format!("taken({})", list(items)),
            JoinExpr::Damaged => "damaged".to_owned(),
        }
    }
    told(&node(&format!("step s {{\n  after {after}\n}}")).after.unwrap().value)
}

#[test]
fn expressions() {
    assert_eq!(when("a is b and not c.d or e"), "Or(And(Is(a, b), not(c.d)), e)");
    assert_eq!(
        when("a + b * 2 >= 50_000 EUR - c"),
        "GreaterOrEqual(Add(a, Multiply(b, 2)), Subtract(50000 EUR, c))"
    );
    assert_eq!(when("(a or b) and c"), "And(Or(a, b), c)");
    assert_eq!(when("region is one of EU, UK"), "region of [EU, UK]");
    assert_eq!(when("region is not one of EU, UK"), "not(region of [EU, UK])");
    assert_eq!(when("a is missing or b is not missing"), "Or(missing(a), given(b))");
    assert_eq!(when("a is not \"x {b}\""), "IsNot(a, \"x <b>\")");
    assert_eq!(
        when("start_at + 2 weeks < 2026-03-02 09:00"),
        "Less(Add(start_at, 2 Weeks), 2026-03-02 09:00)"
    );
    assert_eq!(when("day > 2026-12-24 and ok is true"), "And(Greater(day, 2026-12-24), Is(ok, true))");
    assert_eq!(when("a / 2 < -3"), "Less(Divide(a, 2), -3)");
    assert_eq!(when("any review where score < 3"), "Any review where Less(score, 3)");
    assert_eq!(when("every review where done"), "Every review where done");
    assert_eq!(when("count of review where objection > 1"), "Count review where Greater(objection, 1)");
    assert_eq!(when("(count of review) > 1"), "Greater(Count review, 1)");
    assert_eq!(when("(total of visit.cost) > 10 EUR"), "Greater(Total visit.cost, 10 EUR)");
}

#[test]
fn joins() {
    assert_eq!(join("a"), "a");
    assert_eq!(join("a, b.yes"), "all(a, b.yes)");
    assert_eq!(join("any of a, b"), "any(a, b)");
    assert_eq!(join("2 of a, b, c"), "2(a, b, c)");
    assert_eq!(join("all taken of a, b"), "taken(a, b)");
    assert_eq!(join("a, (any of b, c.skipped)"), "all(a, any(b, c.skipped))");
}

#[test]
fn deadlines() {
    let limits = |line: &str| {
        let line = node(&format!("step s {{\n  {line}\n}}")).deadlines.remove(0);
        let told = |kind: &LimitDeclKind| match kind {
            LimitDeclKind::Within(length, None) => format!("{} {:?}", length.amount, length.unit),
            LimitDeclKind::Within(length, Some(from)) => {
                format!("{} {:?} after {}", length.amount, length.unit, from.text)
            }
            LimitDeclKind::EndOf(length, from) => {
                let from = from.as_ref().map_or("begin", |from| &from.text);
                format!("end of {} {:?} after {from}", length.amount, length.unit)
            }
            LimitDeclKind::By(moment) => format!("by {}", shape(moment)),
        };
        let limits: Vec<String> = line.limits.iter().map(|limit| told(&limit.kind)).collect();
        let moved = line.limits.iter().all(|limit| limit.moved);
        let pause = line.pause.map(|pause| match pause.value {
            PauseClock::Blocked => "blocked".to_owned(),
            PauseClock::WaitingOn(role) => role.text,
        });
        (limits.join(" | "), moved, pause, line.when.map(|when| shape(&when)))
    };
    assert_eq!(limits("deadline 5 business days"), ("5 BusinessDays".into(), false, None, None));
    assert_eq!(limits("deadline 12 weeks after start").0, "12 Weeks after start");
    assert_eq!(limits("deadline 10 days after offer").0, "10 Days after offer");
    assert_eq!(limits("deadline end of 60 days after offer").0, "end of 60 Days after offer");
    assert_eq!(limits("deadline by needed_by - 2 weeks").0, "by Subtract(needed_by, 2 Weeks)");
    assert_eq!(limits("deadline earlier of 10 days, by needed_by").0, "10 Days | by needed_by");
    let moved = limits("deadline 10 days, moved to the next working day");
    assert!(moved.1);
    let paused = limits("deadline 10 days, paused while waiting on customer when urgent");
    assert_eq!((paused.2.as_deref(), paused.3.as_deref()), (Some("customer"), Some("urgent")));
    assert_eq!(limits("deadline 10 days, paused while blocked").2.as_deref(), Some("blocked"));
}

#[test]
fn a_step_with_every_clause() {
    let step = node(
        "step s \"S\" {\n  owner legal\n  after a\n  when b\n  tags x, y\n  was old\n  deadline 2 days\n  \
         heads up 1 day before start\n  takes 1 to 4 business days\n  say \"Do {it}.\"\n  form { on_day: date, note: text? }\n  \
         different person from a, starter\n  optional\n  for each item in items\n  settles when 2\n  \
         redo a at most 3 times otherwise outcome failed\n  remind gentle\n  escalate first, second\n  seen by auditor\n  \
         on start { set crm.stage = \"S\"; note crm \"began\" }\n  on done { tell owner \"thanks\" via email urgent }\n}",
    );
    assert_eq!(step.name.as_ref().unwrap().text, "s");
    assert_eq!(step.title.as_ref().unwrap().value, "S");
    assert_eq!(step.owners.iter().map(|owner| words(owner)).collect::<Vec<_>>(), [["legal"]]);
    assert_eq!((words(&step.tags), step.was.as_ref().unwrap().text.as_str()), (vec!["x", "y"], "old"));
    assert_eq!(length(&step.heads_up.as_ref().unwrap().value), ("1", UnitLit::Days));
    let (least, most) = &step.takes.as_ref().unwrap().value;
    assert_eq!(length(least), ("1", UnitLit::BusinessDays), "the first takes the unit of the second");
    assert_eq!(length(most), ("4", UnitLit::BusinessDays));
    assert_eq!(said(step.say.as_ref().unwrap()), "Do <it>.");
    let fields: Vec<_> =
        step.form.iter().map(|field| (field.name.text.as_str(), field.kind.as_ref().unwrap())).collect();
    assert_eq!(
        (fields[0].0, fields[0].1.name.text.as_str(), fields[0].1.optional),
        ("on_day", "date", false)
    );
    assert_eq!((fields[1].0, fields[1].1.optional), ("note", true));
    assert_eq!(words(&step.different_from), ["a", "starter"]);
    assert!(step.optional.is_some());
    let each = &step.for_each.as_ref().unwrap().value;
    assert_eq!((each.variable.text.as_str(), shape(&each.list)), ("item", "items".to_owned()));
    assert_eq!(each.settles.as_ref().unwrap().value, SettlesDecl::Count(2));
    let redo = &step.redo.as_ref().unwrap().value;
    assert_eq!((redo.to.text.as_str(), redo.at_most.as_ref().unwrap().value), ("a", 3));
    assert_eq!(redo.otherwise.as_ref().unwrap().text, "failed");
    assert!(matches!(&step.remind[..], [Remind::Named(name)] if name.text == "gentle"));
    assert_eq!(step.escalate.len(), 2);
    assert_eq!(words(&step.seen_by), ["auditor"]);
    let events: Vec<_> = step.handlers.iter().map(|(event, actions)| (event.value, actions.len())).collect();
    assert_eq!(events, [(HandlerEvent::Start, 2), (HandlerEvent::Done, 1)]);
    let ActionKind::Tell { who, via, urgent, .. } = &step.handlers[1].1[0].kind else { panic!() };
    assert_eq!(
        (who[0].kind.clone(), via.as_ref().unwrap().text.as_str(), *urgent),
        (WhoKind::Owner, "email", true)
    );
}

#[test]
fn settles_when_stands_behind_its_list_or_on_its_own_line() {
    for text in [
        "for each x in xs settles when 2",
        "for each x in xs\n  settles when 2",
        "settles when 2\n  for each x in xs",
    ] {
        let each = node(&format!("step s {{\n  {text}\n}}")).for_each.unwrap().value;
        assert_eq!(each.settles.map(|settles| settles.value), Some(SettlesDecl::Count(2)), "{text}");
        assert_eq!(shape(&each.list), "xs", "{text}");
    }
}

#[test]
fn the_other_kinds_of_nodes() {
    let decision = node(
        "decision d {\n  owner a, b\n  option yes \"Yes\" short \"Y\" when x needs 2 needs reason\n  \
         option again \"Again\" redo s at most 2 times\n  if late choose yes\n}",
    );
    let NodeKind::Decision(options) = &decision.kind else { panic!() };
    assert_eq!(decision.owners.len(), 2);
    assert_eq!(
        (options[0].name.text.as_str(), options[0].label.as_ref().unwrap().text.as_str()),
        ("yes", "Yes")
    );
    assert_eq!(options[0].short.as_ref().unwrap().text, "Y");
    assert_eq!((options[0].needs.as_ref().unwrap().value, options[0].needs_reason), (2, true));
    assert_eq!(options[1].redo.as_ref().unwrap().value.to.text, "s");
    assert!(
        matches!(&decision.if_late.as_ref().unwrap().value, IfLateDecl::Choose(name) if name.text == "yes")
    );

    let wait = node("wait w1 {\n  for crm \"won\" where event.total > 3\n  if late outcome lost\n}");
    let NodeKind::Wait(Some(event)) = &wait.kind else { panic!() };
    assert_eq!((event.value.0.text.as_str(), event.value.1.text.as_str()), ("crm", "won"));
    assert_eq!(shape(event.value.2.as_ref().unwrap()), "Greater(event.total, 3)");
    assert!(
        matches!(&wait.if_late.as_ref().unwrap().value, IfLateDecl::Outcome(name) if name.text == "lost")
    );
    assert_eq!(
        node("wait w1 {\n  for crm \"won\"\n  if late skip\n}").if_late.unwrap().value,
        IfLateDecl::Skip
    );
    assert_eq!(
        node("wait w1 {\n  for crm \"won\"\n  if late go on\n}").if_late.unwrap().value,
        IfLateDecl::GoOn
    );

    assert!(matches!(node("pause p {\n  for 2 days\n}").kind, NodeKind::Pause(Some(PauseDecl::For(_)))));
    assert!(matches!(
        node("pause p {\n  until day + 2 days\n}").kind,
        NodeKind::Pause(Some(PauseDecl::Until(_)))
    ));
    let NodeKind::Run { workflow, with } = node("run r {\n  workflow child\n  with { a = b, c = 1 }\n}").kind
    else {
        panic!()
    };
    assert_eq!((workflow.unwrap().text, with.len()), ("child".to_owned(), 2));
    assert_eq!(node("converge c {\n  after a, b\n}").kind, NodeKind::Converge);

    let end = node("outcome o \"O\" after a { set crm.stage = \"x\" }");
    let NodeKind::Outcome { effects, at_any_time } = &end.kind else { panic!() };
    assert_eq!((effects.len(), at_any_time.is_none(), end.after.is_some()), (1, true, true));
    let NodeKind::Outcome { at_any_time: Some(any), .. } =
        node("outcome o \"O\" at any time by a, b until c").kind
    else {
        panic!()
    };
    assert_eq!((words(&any.value.0), any.value.1.unwrap().text), (vec!["a", "b"], "c".to_owned()));
}

#[test]
fn a_workflow_with_every_clause() {
    let workflow = workflow(
        "version 3\nrunning instances move to this version when compatible\ntitle \"{name}\"\nreference \"R-{number}\"\n\
         one per deal\nstarts by a, b\nstarts on crm \"won\" where event.x > 1 with { name = event.name }\n\
         starts every 1 month from 2027-01-04 with { name = \"m\" }\ncalendar italy\ndeadline 6 weeks\nprocess owner boss\n\
         summary every monday at 09:00 to boss via slack\ntags t\nseen by auditor\nremind never\nescalate { on overdue\n\
         level 1 { tell boss \"late\" } }\nagent { topics \"x\", \"y\"; drafts messages; suggests alternatives; carries personal; \
         at most 20 calls per day }\ninput { name: text personal, deal: text key of crm, credit: money EUR from erp.credit, \
         list_of: list of Region }",
    );
    assert_eq!((workflow.version.unwrap().value, workflow.moves.unwrap().value), (3, true));
    assert_eq!(said(&workflow.title.unwrap()), "<name>");
    assert_eq!(workflow.one_per.unwrap().text, "deal");
    assert_eq!(words(&workflow.starts_by), ["a", "b"]);
    let on = &workflow.starts_on[0].value;
    assert_eq!((on.event.text.as_str(), on.condition.is_some(), on.with.len()), ("won", true, 1));
    assert_eq!(workflow.starts_every[0].value.from.text, "2027-01-04");
    assert_eq!(words(workflow.calendar.as_ref().unwrap()), ["italy"]);
    assert_eq!(workflow.process_owner.unwrap().text, "boss");
    let summary = &workflow.summaries[0].value;
    assert_eq!((&summary.weekdays[..], summary.time.text.as_str()), (&[0_u8][..], "09:00"));
    assert!(matches!(workflow.remind[..], [Remind::Never(_)]));
    let [Escalate::Inline(ladder)] = &workflow.escalate[..] else { panic!() };
    assert_eq!((ladder.value.on_overdue.is_some(), ladder.value.levels.len()), (true, 1));
    let agent = workflow.agent.unwrap().value;
    assert_eq!(agent.topics, ["x", "y"]);
    assert!(agent.drafts && agent.suggests && agent.carries.personal);
    assert_eq!(agent.calls_per_day.unwrap().value, 20);
    assert!(workflow.inputs[0].personal);
    assert_eq!(workflow.inputs[1].key_of.as_ref().unwrap().text, "crm");
    assert_eq!(workflow.inputs[2].from.as_ref().unwrap().1.text, "credit");
    assert_eq!(workflow.inputs[2].kind.as_ref().unwrap().currency.as_ref().unwrap().text, "EUR");
    assert_eq!(workflow.inputs[3].kind.as_ref().unwrap().list, 1);
}

#[test]
fn ladders_ask_and_decide() {
    let text = "escalation e {\n  on silence of 3 business days\n  on block of 1 day\n  level 1 { tell owner, }\n}\n";
    assert!(!wf_lang::parse(text).errors.is_empty(), "a trailing comma is an error");
    let declaration = declaration(
        "escalation e {\n  on silence of 3 business days\n  on block of 1 day\n  on overdue\n  level 1 { tell waiting on \"x\" }\n  \
         level 2 after 1 business day {\n    ask csm, process owner \"How?\" {\n      alternative \"Go\" short \"G\" { resume; \
         extend deadline by 2 days; reassign to legal; choose yes; skip; complete; outcome lost }\n      suggest up to 2 more\n    }\n    \
         decide within 2 days otherwise \"Go\"\n  }\n}\n",
    );
    let DeclarationKind::Escalation(ladder) = &declaration.kind else { panic!() };
    assert_eq!(length(&ladder.on_silence.as_ref().unwrap().value), ("3", UnitLit::BusinessDays));
    assert!(ladder.on_block.is_some() && ladder.on_overdue.is_some());
    let level = &ladder.levels[1];
    assert_eq!((level.number.value, length(&level.after.as_ref().unwrap().value).0), (2, "1"));
    let ask = level.ask.as_ref().unwrap();
    assert_eq!(ask.who[1].kind, WhoKind::ProcessOwner);
    assert_eq!(ask.suggest.as_ref().unwrap().value, 2);
    let alternative = &ask.alternatives[0];
    assert_eq!(
        (alternative.label.text.as_str(), alternative.short.as_ref().unwrap().text.as_str()),
        ("Go", "G")
    );
    let kinds = ["Resume", "Extend", "Reassign", "Choose", "Skip", "Complete", "Outcome"];
    for (action, kind) in alternative.actions.iter().zip(kinds) {
        assert!(format!("{:?}", action.kind).starts_with(kind), "{action:?}");
    }
    let (within, otherwise) = &level.decide_within.as_ref().unwrap().value;
    assert_eq!((length(within).0, otherwise.as_ref().unwrap().text.as_str()), ("2", "Go"));
}

#[test]
fn calendars_roles_systems_and_messages() {
    let calendar = declaration(
        "calendar c {\n  time zone \"Europe/Rome\"\n  working monday to wednesday, friday 09:00 to 13:00, 14:00 to 18:00\n  \
         holiday 2026-12-25 \"Natale\"\n  holiday every 08-15\n  holidays of std.calendars.target2\n  \
         closed 2026-08-10 to 2026-08-21 \"Summer\"\n  half day every 12-24 until 13:00\n}\n",
    );
    let DeclarationKind::Calendar(calendar) = &calendar.kind else { panic!() };
    assert_eq!(calendar.zone.as_ref().unwrap().value, "Europe/Rome");
    assert_eq!(calendar.working[0].value.0, [0, 1, 2, 4]);
    assert_eq!(calendar.working[0].value.1[1], ("14:00".to_owned(), "18:00".to_owned()));
    assert_eq!(calendar.holidays[0].value, (DayPattern::On("2026-12-25".into()), Some("Natale".into())));
    assert_eq!(calendar.holidays[1].value, (DayPattern::Every("08-15".into()), None));
    assert_eq!(words(&calendar.holidays_of[0].value), ["std", "calendars", "target2"]);
    assert_eq!(calendar.closures[0].value.1, "2026-08-21");
    assert_eq!(calendar.half_days[0].value, (DayPattern::Every("12-24".into()), "13:00".into()));

    let role = declaration(
        "role r \"R\" { reach slack, email contact; deputy d; quiet 19:00 to 08:00, weekends, holidays; calendar india; speaks it; \
         one person; external; people a, \"Bob B\" }\n",
    );
    let DeclarationKind::Role(role) = &role.kind else { panic!() };
    assert!(role.external && role.one_person.is_some());
    assert_eq!(
        (role.reach[0].1.is_none(), role.reach[1].1.as_ref().unwrap().text.as_str()),
        (true, "contact")
    );
    let quiet = &role.quiet.as_ref().unwrap().value;
    assert!(quiet.weekends && quiet.holidays);
    assert_eq!(quiet.spans, [("19:00".to_owned(), "08:00".to_owned())]);
    assert_eq!(words(&role.people), ["a", "Bob B"]);
    assert_eq!(role.speaks.as_ref().unwrap().text, "it");

    let system = declaration(
        "system crm = hubspot.deal { carries personal; field stage: text; event \"won\" { by: text, mail: email personal } }\n",
    );
    let DeclarationKind::System(system) = &system.kind else { panic!() };
    assert_eq!(
        (system.kind.as_ref().unwrap().text.as_str(), system.carries.personal),
        ("hubspot.deal", true)
    );
    assert_eq!((system.fields.len(), system.events[0].fields.len()), (1, 2));

    let message = declaration(
        "message m(days: number) \"\"\"\n  Due in {days}.\n    Please.\n  \"\"\" { template whatsapp \"t\" }\n",
    );
    let DeclarationKind::Message(message) = &message.kind else { panic!() };
    assert_eq!(said(message.text.as_ref().unwrap()), "Due in <days>.\n  Please.");
    assert_eq!((message.arguments.len(), message.templates[0].1.text.as_str()), (1, "t"));
    let message = declaration("message m in it \"ciao\"\n");
    let DeclarationKind::Message(message) = &message.kind else { panic!() };
    assert_eq!(message.language.as_ref().unwrap().text, "it");
}

#[test]
fn policies_and_tests() {
    let policy = declaration(
        "policy p \"P\" {\n  applies to workflows tagged t, u unless small\n  always d.yes before s or skipped or late\n  \
         never a with b\n  completing a leads to b\n  every step tagged x has owner r\n  every decision has deadline\n  \
         every run finishes within 3 weeks\n  every run ends in outcome a, b\n  every escalation reaches r within 2 days\n  \
         different people for a, b, c\n  no personal data via slack\n}\n",
    );
    let DeclarationKind::Policy(policy) = &policy.kind else { panic!() };
    assert!(
        matches!(&policy.applies.as_ref().unwrap().value, AppliesTo::Tagged(tags) if words(tags) == ["t", "u"])
    );
    assert_eq!(shape(policy.unless.as_ref().unwrap()), "small");
    assert_eq!(policy.rules.len(), 12, "three people are three pairs");
    let PolicyRule::AlwaysBefore { first: PolicyNode::Path(first), or_skipped, or_late, .. } =
        &policy.rules[0].value
    else {
        panic!()
    };
    assert_eq!((words(first), *or_skipped, *or_late), (vec!["d", "yes"], true, true));
    let PolicyRule::EveryHas { decisions, tagged, what, argument } = &policy.rules[3].value else { panic!() };
    assert_eq!((*decisions, tagged.as_ref().unwrap().text.as_str()), (false, "x"));
    assert_eq!((what.text.as_str(), argument.as_ref().unwrap().text.as_str()), ("owner", "r"));

    let test = declaration(
        "test \"t\" {\n  start w at 2026-03-02 09:00 with { a = [1, 2], b = { c = \"x\" } } by r\n  \
         complete a, review(\"Anna\") after 2 days with { ok = true } by r\n  block a \"why\" waiting on r\n  unblock a\n  \
         skip a \"why\"\n  comment a \"hm\"\n  reassign a to r\n  acknowledge a\n  choose d.yes by r because \"so\"\n  choose \"Go\"\n  \
         answer \"free\"\n  correct a.f = 3\n  reopen a\n  event crm \"won\" with { by = \"x\" }\n  wait 2 days\n  \
         wait until 2026-03-09 10:00\n  expect a not taken\n  expect a asks r with 3 alternatives\n  \
         expect message to r via email containing \"x\" 2 times\n  expect no message for 2 days\n  expect a due 2026-03-09 10:00\n  \
         expect a due paused\n  expect crm.stage is \"x\"\n  expect outcome o within 3 weeks\n  expect no outcome\n}\n",
    );
    let DeclarationKind::Test(test) = &test.kind else { panic!() };
    let start = &test.start.as_ref().unwrap().value;
    assert_eq!((start.workflow.text.as_str(), start.time.as_ref().unwrap().text.as_str()), ("w", "09:00"));
    assert_eq!((shape(&start.with[0].1), shape(&start.with[1].1)), ("[1, 2]".into(), "{c = \"x\"}".into()));
    let kinds = [
        "Complete",
        "Block",
        "Unblock",
        "Skip",
        "Comment",
        "Reassign",
        "Acknowledge",
        "Choose {",
        "ChooseAlternative",
        "Answer",
        "Correct",
        "Reopen",
        "Event",
        "Wait(",
        "WaitUntil",
        "ExpectState",
        "ExpectAsks",
        "ExpectMessage",
        "ExpectNoMessage",
        "ExpectDue {",
        "ExpectDuePaused",
        "ExpectSystem",
        "ExpectOutcome",
        "ExpectNoOutcome",
    ];
    assert_eq!(test.statements.len(), kinds.len());
    for (statement, kind) in test.statements.iter().zip(kinds) {
        assert!(format!("{:?}", statement.kind).starts_with(kind), "{kind}: {:?}", statement.kind);
    }
    let TestStatementKind::Complete { targets, .. } = &test.statements[0].kind else { panic!() };
    assert_eq!(shape(targets[1].copy.as_ref().unwrap()), "\"Anna\"");
    let TestStatementKind::ExpectState { state, .. } = &test.statements[15].kind else { panic!() };
    assert_eq!(state.text, "not taken");
    assert_eq!(test.statements[3 - 1].text, "unblock a");
}

#[test]
fn what_does_not_belong_is_set_aside_with_its_place() {
    assert_eq!(misplaced("converge c {\n  after a\n  owner b\n}"), ["owner in converge c"]);
    assert_eq!(misplaced("pause p {\n  for 2 days\n  deadline 2 days\n}"), ["deadline in pause p"]);
    assert_eq!(misplaced("pause p {\n  for 2 days\n  until x\n}"), ["until in pause p"]);
    assert_eq!(misplaced("step s {\n  owner a\n  settles when any\n}"), ["settles when in step s"]);
    assert_eq!(misplaced("wait w1 {\n  for crm \"x\"\n  if late choose y\n}"), ["if late choose in wait w1"]);
    assert_eq!(misplaced("decision d {\n  owner a\n  if late skip\n}"), ["if late skip in decision d"]);
    assert_eq!(misplaced("step s {\n  owner a\n  owner b\n}"), ["owner in step s twice"]);
    assert_eq!(misplaced("step s {\n  owner a\n  on done {}\n  on done {}\n}"), ["on done in step s twice"]);
    assert_eq!(misplaced("step s {\n  when x > 09:00\n}"), ["09:00 in expression "], "a time needs its date");
    assert_eq!(misplaced("step s {\n  when (total of a.b where c) > 2\n}"), ["total of in expression "]);
    let again = misplaced("step s {\n  deadline 2 days\n  deadline 3 days when x\n}");
    assert_eq!(again, ["deadline in step s twice"], "a deadline behind one that always holds");
    assert_eq!(misplaced("step s {\n  deadline 2 days when x\n  deadline 3 days\n}"), [""; 0]);
    assert_eq!(misplaced("version 1\nversion 2"), ["version in workflow w twice"]);
    assert_eq!(misplaced("summary every 2 weeks at 09:00"), ["summary every in workflow w"]);
}

#[test]
fn broken_lines_mark_their_node_and_nothing_else() {
    let parse = wf_lang::parse(
        "workflow w {\n  step a {\n    frobnicate the widgets\n  }\n  step b {\n    owner x\n  }\n}\n",
    );
    let lowered = File::of(&parse.tree).declarations().map(lower).next().unwrap();
    let DeclarationKind::Workflow(workflow) = &lowered.declaration.kind else { panic!() };
    assert!(!lowered.declaration.damaged, "what is broken inside a node is doubtful there only");
    assert_eq!(workflow.nodes.iter().map(|node| node.damaged).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn places_are_numbers_in_order_and_spans_stay_out_of_the_hir() {
    let text = "role legal \"Legal\" { reach email }\n";
    let tight = lowered(text);
    let loose = lowered("# above\n\nrole   legal   \"Legal\" {\n  reach   email   # by mail\n}\n");
    assert_eq!(tight.declaration, loose.declaration, "blanks and comments are not in the HIR");
    assert_ne!(tight.spans, loose.spans);
    let name = tight.declaration.name.as_ref().unwrap();
    assert_eq!(tight.spans.get(name.at).slice(text), "legal");
    assert_eq!(tight.spans.get(tight.declaration.at).slice(text), "role legal \"Legal\"");
}
