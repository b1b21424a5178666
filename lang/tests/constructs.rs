//! One test per construct: text in, typed view out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use wf_lang::Parse;
use wf_lang::ast::*;

fn clean(text: &str) -> Parse {
    let parse = wf_lang::parse(text);
    assert_eq!(parse.errors, [], "{text}");
    parse
}

fn texts<'t>(tokens: impl IntoIterator<Item = Token<'t>>) -> Vec<&'t str> {
    tokens.into_iter().map(Token::text).collect()
}

fn text_of<'t, V: View<'t>>(view: Option<V>) -> &'t str {
    view.unwrap().node().text()
}

/// Parses one declaration and hands it over.
fn declaration<R>(text: &str, read: impl FnOnce(Declaration<'_>) -> R) -> R {
    let parse = clean(text);
    let found = File::of(&parse.tree).declarations().next().unwrap();
    read(found)
}

fn workflow<R>(clauses: &str, read: impl FnOnce(Workflow<'_>) -> R) -> R {
    declaration(&format!("workflow w \"W\" {{\n{clauses}\n}}\n"), |found| match found {
        Declaration::Workflow(workflow) => read(workflow),
        other => panic!("{other:?}"),
    })
}

fn node<R>(text: &str, read: impl FnOnce(FlowNode<'_>) -> R) -> R {
    workflow(text, |workflow| read(workflow.nodes().next().unwrap()))
}

fn step<R>(clauses: &str, read: impl FnOnce(FlowNode<'_>) -> R) -> R {
    node(&format!("step s {{\n{clauses}\n}}"), read)
}

fn expression<R>(text: &str, read: impl FnOnce(Expr<'_>) -> R) -> R {
    declaration(&format!("let x = {text}\n"), |found| match found {
        Declaration::Let(found) => read(found.value().unwrap()),
        other => panic!("{other:?}"),
    })
}

/// An expression with parentheses around every operator.
fn grouped(expression: Expr<'_>) -> String {
    match expression {
        Expr::Binary(binary) => format!(
            "({} {} {})",
            grouped(binary.left().unwrap()),
            binary.operator().unwrap().as_str(),
            grouped(binary.right().unwrap())
        ),
        Expr::Not(not) => format!("(not {})", grouped(not.operand().unwrap())),
        Expr::Paren(paren) => grouped(paren.inner().unwrap()),
        Expr::IsOneOf(is) => {
            let values: Vec<_> = is.values().map(grouped).collect();
            let negated = if is.is_negated() { "not " } else { "" };
            format!("({} is {negated}one of [{}])", grouped(is.subject().unwrap()), values.join(", "))
        }
        Expr::IsMissing(is) => {
            let negated = if is.is_negated() { "not " } else { "" };
            format!("({} is {negated}missing)", grouped(is.subject().unwrap()))
        }
        other => other.node().text().to_owned(),
    }
}

#[test]
fn operators_bind_as_people_read_them() {
    for (text, expected) in [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("a and b or c and not d", "((a and b) or (c and (not d)))"),
        ("a is b and c is not d", "((a is b) and (c is not d))"),
        ("a <= 3 or b >= 4", "((a <= 3) or (b >= 4))"),
        ("region is one of EU, UK or b", "((region is one of [EU, UK]) or b)"),
        ("a is not one of B", "(a is not one of [B])"),
        ("a.b.c is missing", "(a.b.c is missing)"),
        ("not a is missing", "(not (a is missing))"),
        ("a is not missing", "(a is not missing)"),
        ("due - 3 business days < 2026-01-01", "((due - 3 business days) < 2026-01-01)"),
    ] {
        assert_eq!(expression(text, grouped), expected);
    }
}

#[test]
fn literals_have_their_kinds() {
    expression("50_000 EUR", |expr| {
        let Expr::Money(money) = expr else { panic!("{expr:?}") };
        assert_eq!(
            (money.number().unwrap().digits(), money.currency().unwrap().text()),
            ("50000".into(), "EUR")
        );
    });
    expression("1.5 business days", |expr| {
        let Expr::Duration(duration) = expr else { panic!("{expr:?}") };
        assert_eq!(duration.number().unwrap().text(), "1.5");
        assert_eq!(duration.unit(), Some(DurationUnit::BusinessDays));
    });
    expression("2026-12-24 09:00", |expr| {
        let Expr::Moment(moment) = expr else { panic!("{expr:?}") };
        assert_eq!((text_of_token(moment.date()), text_of_token(moment.time())), ("2026-12-24", "09:00"));
    });
    for (text, is_right) in [
        ("-3", (|expr| matches!(expr, Expr::Number(_))) as fn(Expr<'_>) -> bool),
        ("0.5", |expr| matches!(expr, Expr::Number(_))),
        ("2026-12-24", |expr| matches!(expr, Expr::Date(_))),
        ("9:00", |expr| matches!(expr, Expr::Time(_))),
        ("true", |expr| matches!(expr, Expr::Boolean(_))),
        ("truest", |expr| matches!(expr, Expr::Path(_))),
        ("\"x\"", |expr| matches!(expr, Expr::Text(_))),
        ("[]", |expr| matches!(expr, Expr::List(list) if list.elements().count() == 0)),
        ("[1, 2,]", |expr| matches!(expr, Expr::List(list) if list.elements().count() == 2)),
        (
            "{ a = 1; b = 2 }",
            |expr| matches!(expr, Expr::Record(record) if record.assignments().count() == 2),
        ),
    ] {
        assert!(expression(text, is_right), "{text}");
    }
}

fn text_of_token(token: Option<Token<'_>>) -> &str {
    token.unwrap().text()
}

#[test]
fn questions_over_copies() {
    for (text, kind, source, has_condition) in [
        ("any review where objection", AggregateKind::Any, "review", true),
        ("every review where score >= 3", AggregateKind::Every, "review", true),
        ("count of review where objection", AggregateKind::Count, "review", true),
        ("total of review.amount", AggregateKind::Total, "review.amount", false),
    ] {
        expression(text, |expr| {
            let Expr::Aggregate(aggregate) = expr else { panic!("{expr:?}") };
            assert_eq!(aggregate.kind(), Some(kind));
            assert_eq!(aggregate.source().unwrap().to_text(), source);
            assert_eq!(aggregate.condition().is_some(), has_condition);
        });
    }
}

#[test]
fn texts_have_parts_with_escapes_resolved() {
    expression(r#""Dear {a.b}, \"x\" \{y\} \\ \n""#, |expr| {
        let Expr::Text(text) = expr else { panic!("{expr:?}") };
        let parts = text.parts();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], TextPart::Literal("Dear ".into()));
        let TextPart::Expression(Some(Expr::Path(path)), span) = &parts[1] else { panic!("{parts:?}") };
        assert_eq!(path.to_text(), "a.b");
        assert_eq!(span.len(), "{a.b}".len());
        assert_eq!(parts[2], TextPart::Literal(", \"x\" {y} \\ \n".into()));
        assert_eq!(text.plain(), None);
    });
}

#[test]
fn long_texts_lose_their_common_indentation() {
    let text = "message m \"\"\"\n    Hello {name},\n      indented\n\n    {name} first\n    \"\"\"\n";
    declaration(text, |found| {
        let Declaration::Message(message) = found else { panic!("{found:?}") };
        let read: String = message
            .text()
            .unwrap()
            .parts()
            .into_iter()
            .map(|part| match part {
                TextPart::Literal(text) => text,
                TextPart::Expression(..) => "NAME".into(),
            })
            .collect();
        assert_eq!(read, "Hello NAME,\n  indented\n\nNAME first");
    });
}

#[test]
fn a_draft_and_a_named_message_stand_where_a_text_stands() {
    step("say draft \"Ask\" otherwise \"Please\"", |step| {
        let Some(TextValue::Draft(draft)) = step.say().unwrap().text() else { panic!() };
        assert_eq!(draft.instruction().unwrap().plain().unwrap(), "Ask");
        assert_eq!(text_of(draft.otherwise()), "\"Please\"");
    });
    step("say due_soon(days = 3, who = owner)", |step| {
        let Some(TextValue::MessageUse(used)) = step.say().unwrap().text() else { panic!() };
        assert_eq!(used.name().unwrap().text(), "due_soon");
        assert_eq!(texts(used.arguments().filter_map(Assignment::name)), ["days", "who"]);
    });
}

#[test]
fn uses() {
    for (text, module, names) in
        [("use a.b.c\n", vec!["a", "b"], vec!["c"]), ("use a.{c,\n  d}\n", vec!["a"], vec!["c", "d"])]
    {
        declaration(text, |found| {
            let Declaration::Use(found) = found else { panic!("{found:?}") };
            assert_eq!(texts(found.module()), module);
            assert_eq!(texts(found.names()), names);
        });
    }
}

#[test]
fn fields_and_their_marks() {
    let text = "record r { a: text, b: list of person?; c: money EUR personal\n d: text secret key of crm from crm.stage }\n";
    declaration(text, |found| {
        let Declaration::Record(record) = found else { panic!("{found:?}") };
        let fields: Vec<_> = record.fields().collect();
        assert_eq!(texts(fields.iter().filter_map(|field| field.name())), ["a", "b", "c", "d"]);
        let list = fields[1].type_ref().unwrap();
        assert!(list.is_list() && list.is_optional() && text_of_token(list.name()) == "person");
        assert_eq!(text_of_token(fields[2].type_ref().unwrap().currency()), "EUR");
        assert!(fields[2].is_personal() && !fields[2].is_secret() && fields[3].is_secret());
        assert_eq!(text_of_token(fields[3].key_of()), "crm");
        assert_eq!(fields[3].from().unwrap().to_text(), "crm.stage");
    });
}

#[test]
fn calendars() {
    let text = "calendar c \"C\" { time zone \"Europe/Rome\"; working monday to friday, sunday 09:00 to 13:00, 14:00 to 18:00\n holiday every 08-15 \"F\"; holidays of std.calendars.target2\n closed 2026-08-10 to 2026-08-21; half day 2026-12-24 until 13:00 }\n";
    declaration(text, |found| {
        let Declaration::Calendar(calendar) = found else { panic!("{found:?}") };
        assert_eq!(calendar.time_zone().unwrap().zone().unwrap().plain().unwrap(), "Europe/Rome");
        let working = calendar.working().next().unwrap();
        assert_eq!(
            working.days().map(|range| texts(range.days())).collect::<Vec<_>>(),
            [vec!["monday", "friday"], vec!["sunday"]]
        );
        assert_eq!(working.hours().count(), 2);
        let holiday = calendar.holidays().next().unwrap();
        assert_eq!((text_of_token(holiday.yearly()), holiday.date()), ("08-15", None));
        assert_eq!(
            calendar.holidays_of().next().unwrap().calendar().unwrap().to_text(),
            "std.calendars.target2"
        );
        assert_eq!(texts(calendar.closures().next().unwrap().dates()), ["2026-08-10", "2026-08-21"]);
        assert_eq!(text_of_token(calendar.half_days().next().unwrap().until()), "13:00");
    });
}

#[test]
fn roles() {
    let text = "## The lead.\nrole r \"R\" { external; reach slack, email contact; deputy d; quiet 19:00 to 08:00, weekends, holidays; speaks it; one person; people a, b; calendar c }\n";
    declaration(text, |found| {
        let Declaration::Role(role) = found else { panic!("{found:?}") };
        assert_eq!(role.doc().unwrap(), "The lead.");
        assert!(role.is_external() && role.is_one_person());
        let reach: Vec<_> = role.reach().unwrap().items().collect();
        assert_eq!((text_of_token(reach[0].channel()), reach[0].field()), ("slack", None));
        assert_eq!(
            (text_of_token(reach[1].channel()), text_of_token(reach[1].field())),
            ("email", "contact")
        );
        let quiet = role.quiet().next().unwrap();
        assert!(quiet.weekends() && quiet.holidays() && quiet.hours().count() == 1);
        assert_eq!(texts(role.people().unwrap().names()), ["a", "b"]);
    });
}

#[test]
fn starts_of_a_workflow() {
    let text = "starts by a, b\nstarts on crm \"won\" where event.x is missing with { a = event.y,\n b = 1\n c = [2] }\nstarts every 1 month from 2026-01-01 with { a = 1 }";
    workflow(text, |workflow| {
        assert_eq!(texts(workflow.starts_by().next().unwrap().roles()), ["a", "b"]);
        let on = workflow.starts_on().next().unwrap();
        assert_eq!((text_of_token(on.system()), on.event().unwrap().plain().unwrap()), ("crm", "won".into()));
        assert!(matches!(on.condition(), Some(Expr::IsMissing(_))));
        assert_eq!(texts(on.with().unwrap().assignments().filter_map(Assignment::name)), ["a", "b", "c"]);
        let every = workflow.starts_every().next().unwrap();
        assert_eq!(every.every().unwrap().unit(), Some(DurationUnit::Months));
        assert!(matches!(every.from(), Some(Expr::Date(_))));
    });
}

fn shape(join: Join<'_>) -> String {
    let items = || join.items().map(shape).collect::<Vec<_>>().join(" ");
    match join {
        Join::All(_) => format!("all({})", items()),
        Join::Any(_) => format!("any({})", items()),
        Join::Count(count) => format!("{}({})", count.count().unwrap().text(), items()),
        Join::AllTaken(_) => format!("taken({})", items()),
        Join::Source(source) => {
            let result = source.result().map(|result| format!(".{}", result.text())).unwrap_or_default();
            source.name().unwrap().text().to_owned() + &result
        }
    }
}

#[test]
fn joins_are_trees() {
    for (text, expected) in [
        ("a", "all(a)"),
        ("a, b.done", "all(a b.done)"),
        ("any of a, b", "any(a b)"),
        ("2 of a, b, c", "2(a b c)"),
        ("all taken of a, b", "taken(a b)"),
        ("a, (any of b, (2 of c, d)), e", "all(a any(b 2(c d)) e)"),
        ("a,\n  b", "all(a b)"),
    ] {
        step(&format!("after {text}"), |step| {
            assert_eq!(shape(step.after().unwrap().join().unwrap()), expected)
        });
    }
}

#[test]
fn deadlines_in_every_form() {
    let form = |text: &str| {
        step(&format!("deadline {text}"), |step| {
            let deadline = step.deadlines().next().unwrap();
            format!("{:?}", deadline.form().unwrap().node().kind())
        })
    };
    assert_eq!(form("5 business days"), "DeadlineFromStart");
    assert_eq!(form("5 days after start"), "DeadlineAfter");
    assert_eq!(form("5 days after a"), "DeadlineAfter");
    assert_eq!(form("by due + 3 days"), "DeadlineBy");
    assert_eq!(form("end of 60 days after a"), "DeadlineEndOf");
    assert_eq!(form("earlier of 3 days, by due"), "DeadlineEarlier");
    let text = "deadline earlier of 3 days after start, end of 2 weeks after a, by due, paused while waiting on customer, moved to the next working day when x is 3";
    step(text, |step| {
        let deadline = step.deadlines().next().unwrap();
        let Some(DeadlineForm::DeadlineEarlier(earlier)) = deadline.form() else { panic!() };
        let forms: Vec<_> = earlier.forms().collect();
        assert_eq!(forms.len(), 3);
        assert!(
            matches!(forms[0], DeadlineForm::DeadlineAfter(after) if matches!(after.anchor(), Some(DeadlineAnchor::InstanceStart(_))))
        );
        assert!(
            matches!(forms[1], DeadlineForm::DeadlineEndOf(end) if matches!(end.anchor(), Some(DeadlineAnchor::Node(_))))
        );
        assert_eq!(text_of_token(deadline.pause().unwrap().waiting_on()), "customer");
        assert!(deadline.moved_to_working_day() && deadline.when().is_some());
    });
    step("deadline 3 days, paused while blocked", |step| {
        assert!(step.deadlines().next().unwrap().pause().unwrap().is_blocked());
    });
}

#[test]
fn clauses_of_a_step() {
    let text = "owner a, starter, process owner\ntakes 1 to 4 business days\nheads up 2 days before start\ndifferent person from b, starter\nfor each x in xs\nsettles when 2\nredo b at most 2 times otherwise outcome lost\nremind never\nescalate a, b\nwas old\noptional\nseen by c";
    step(text, |step| {
        let people: Vec<_> = step.owners().next().unwrap().people().collect();
        assert!(matches!(people[..], [Who::Named(_), Who::Starter(_), Who::ProcessOwner(_)]));
        let takes = step.takes().unwrap();
        assert_eq!((text_of_token(takes.min().unwrap().number()), takes.min().unwrap().unit()), ("1", None));
        assert_eq!(takes.max().unwrap().unit(), Some(DurationUnit::BusinessDays));
        let different = step.different_person().next().unwrap();
        assert_eq!((texts(different.nodes()), different.from_starter()), (vec!["b"], true));
        assert_eq!(text_of_token(step.for_each().unwrap().variable()), "x");
        assert_eq!(text_of_token(step.settles_when().unwrap().count()), "2");
        let redo = step.redo().unwrap();
        assert_eq!(
            (
                text_of_token(redo.node_name()),
                text_of_token(redo.times()),
                text_of_token(redo.otherwise_outcome())
            ),
            ("b", "2", "lost")
        );
        assert!(step.remind().unwrap().is_never() && step.optional().is_some());
        assert_eq!(texts(step.escalate().unwrap().names()), ["a", "b"]);
        assert_eq!(text_of_token(step.was().unwrap().name()), "old");
        assert_eq!(texts(step.seen_by().unwrap().roles()), ["c"]);
    });
}

#[test]
fn effects_of_a_step() {
    let text = "on done { set crm.stage = \"X\"; note crm \"n\"; tell waiting on \"t\" via email urgent\n call crm.archive(id = deal); start workflow w with { a = 1 } in 2 days }";
    step(text, |step| {
        let on = step.on_events().next().unwrap();
        assert_eq!(on.event(), Some(NodeEvent::Done));
        let effects: Vec<_> = on.effects().collect();
        let [
            Effect::Set(set),
            Effect::Note(note),
            Effect::Tell(tell),
            Effect::Call(call),
            Effect::StartWorkflow(start),
        ] = effects[..]
        else {
            panic!("{effects:?}")
        };
        assert_eq!((set.target().unwrap().to_text(), text_of(set.value())), ("crm.stage".into(), "\"X\""));
        assert_eq!(text_of_token(note.system()), "crm");
        assert!(matches!(tell.to(), Some(Who::WaitingOn(_))) && tell.is_urgent());
        assert_eq!(text_of_token(tell.via()), "email");
        assert_eq!((call.target().unwrap().to_text(), call.arguments().count()), ("crm.archive".into(), 1));
        assert_eq!((text_of_token(start.workflow()), text_of(start.delay())), ("w", "2 days"));
    });
}

#[test]
fn options_of_a_decision() {
    let text = "decision d { option yes \"Yes\" short \"Y\" when a is 3 needs 2 needs reason redo s at most 1 time\nif late choose yes }";
    node(text, |node| {
        assert_eq!(node.kind(), FlowNodeKind::Decision);
        let option = node.options().next().unwrap();
        assert_eq!(
            (text_of_token(option.name()), option.short().unwrap().plain().unwrap()),
            ("yes", "Y".into())
        );
        assert_eq!((text_of_token(option.needs()), option.needs_reason()), ("2", true));
        assert_eq!(option.when().map(grouped).unwrap(), "(a is 3)");
        assert_eq!(text_of_token(option.redo().unwrap().node_name()), "s");
        assert_eq!(text_of_token(node.if_late().unwrap().choose()), "yes");
    });
}

#[test]
fn waits_pauses_runs_and_outcomes() {
    node("wait w { for crm \"signed\" where event.by is x; if late go on }", |node| {
        let wait = node.wait_for().unwrap();
        assert_eq!(
            (text_of_token(wait.system()), wait.event().unwrap().plain().unwrap()),
            ("crm", "signed".into())
        );
        assert!(wait.condition().is_some() && node.if_late().unwrap().is_go_on());
    });
    node("pause p { for 2 weeks }", |node| {
        assert_eq!(text_of(node.pause_for().unwrap().duration()), "2 weeks")
    });
    node("pause p { until due }", |node| assert_eq!(text_of(node.pause_until().unwrap().moment()), "due"));
    node("run r { workflow other; with { a = 1 } }", |node| {
        assert_eq!(text_of_token(node.run_workflow().unwrap().name()), "other");
        assert!(node.with().unwrap().value_of("a").is_some());
    });
    node("outcome o \"O\" after any of a, b { set crm.x = 1 }", |node| {
        assert_eq!(shape(node.after().unwrap().join().unwrap()), "any(a b)");
        assert_eq!(node.effects().count(), 1);
    });
    node("outcome o \"O\" at any time by a, b until c", |node| {
        let at_any_time = node.at_any_time().unwrap();
        assert_eq!((texts(at_any_time.roles()), text_of_token(at_any_time.until())), (vec!["a", "b"], "c"));
    });
}

#[test]
fn escalations() {
    let text = "escalation e { on silence of 3 days; on overdue\nlevel 1 { tell owner \"x\" }\nlevel 2 after 1 day { ask a, b \"q\" { alternative \"A\" short \"a\" { resume; extend deadline by 2 days; outcome lost }\n suggest up to 2 more }\n decide within 2 days otherwise \"A\" } }\n";
    declaration(text, |found| {
        let Declaration::Escalation(escalation) = found else { panic!("{found:?}") };
        let body = escalation.body().unwrap();
        assert!(matches!(
            body.triggers().collect::<Vec<_>>()[..],
            [Trigger::OnSilence(_), Trigger::OnOverdue(_)]
        ));
        let level = body.levels().nth(1).unwrap();
        assert_eq!((text_of_token(level.number()), text_of(level.after())), ("2", "1 day"));
        let ask = level.asks().next().unwrap();
        assert_eq!(ask.people().count(), 2);
        let alternative = ask.alternatives().next().unwrap();
        let actions: Vec<_> = alternative.actions().collect();
        assert!(matches!(
            actions[..],
            [Action::Resume(_), Action::ExtendDeadline(_), Action::OutcomeAction(_)]
        ));
        assert_eq!(text_of_token(ask.suggest().unwrap().count()), "2");
        assert_eq!(level.decide().unwrap().otherwise().unwrap().plain().unwrap(), "A");
    });
    step("escalate { on overdue; level 1 { tell owner \"late\" } }", |step| {
        assert_eq!(step.escalate().unwrap().inline().unwrap().levels().count(), 1);
    });
}

#[test]
fn policies() {
    let text = "policy p \"P\" { applies to workflows tagged a, b unless c is 1; always d.yes before k or skipped or late; every step tagged legal has owner legal\n different people for a, step tagged x; every escalation reaches r within 2 days }\n";
    declaration(text, |found| {
        let Declaration::Policy(policy) = found else { panic!("{found:?}") };
        let applies = policy.applies_to().next().unwrap();
        assert_eq!((texts(applies.tags()), applies.unless().is_some()), (vec!["a", "b"], true));
        let rules: Vec<_> = policy.rules().collect();
        let [
            PolicyRule::AlwaysBefore(always),
            PolicyRule::EveryHas(every),
            PolicyRule::DifferentPeople(people),
            PolicyRule::EscalationReaches(reaches),
        ] = rules[..]
        else {
            panic!("{rules:?}")
        };
        let first = always.first().unwrap();
        assert_eq!((text_of_token(first.name()), text_of_token(first.result())), ("d", "yes"));
        assert!(always.or_skipped() && always.or_late());
        assert_eq!((text_of_token(every.tag()), text_of_token(every.owner())), ("legal", "legal"));
        assert_eq!(text_of_token(people.targets().nth(1).unwrap().tag()), "x");
        assert_eq!(text_of_token(reaches.role()), "r");
    });
}

#[test]
fn acts_and_expectations_of_tests() {
    let text = "test \"t\" {\n start w at 2026-03-02 09:00 with { a = 1 } by sales\n complete a, review(\"Anna\") after 2 days with { x = 1 }\n choose d.yes by csm because \"b\"\n choose \"A\"\n expect a asks csm with 3 alternatives\n expect message to csm via email containing \"x\" 2 times\n expect a due 2026-03-02 18:00\n expect a due paused\n expect crm.stage is \"Live\"\n expect a not taken\n expect outcome live within 6 weeks\n}\n";
    declaration(text, |found| {
        let Declaration::Test(test) = found else { panic!("{found:?}") };
        let acts: Vec<_> = test.acts().collect();
        let TestAct::TestStart(start) = acts[0] else { panic!("{acts:?}") };
        assert_eq!((text_of_token(start.date()), text_of_token(start.time())), ("2026-03-02", "09:00"));
        assert_eq!(acts[0].by().unwrap().text(), "sales");
        let TestAct::TestComplete(complete) = acts[1] else { panic!("{acts:?}") };
        assert_eq!(text_of(complete.targets().nth(1).unwrap().copy()), "\"Anna\"");
        assert_eq!(text_of(complete.after()), "2 days");
        let TestAct::TestChoose(choose) = acts[2] else { panic!("{acts:?}") };
        assert_eq!(text_of_token(choose.target().unwrap().result()), "yes");
        assert!(matches!(acts[3], TestAct::TestChoose(choose) if choose.alternative().is_some()));
        assert!(matches!(acts[4], TestAct::ExpectAsks(asks) if asks.alternatives().unwrap().text() == "3"));
        let TestAct::ExpectMessage(message) = acts[5] else { panic!("{acts:?}") };
        assert_eq!((text_of_token(message.via()), text_of_token(message.times())), ("email", "2"));
        assert!(matches!(acts[6], TestAct::ExpectDue(due) if due.date().is_some() && !due.is_paused()));
        assert!(matches!(acts[7], TestAct::ExpectDue(due) if due.is_paused()));
        assert!(matches!(acts[8], TestAct::ExpectField(field) if field.value().is_some()));
        assert!(
            matches!(acts[9], TestAct::ExpectState(state) if state.state() == Some(ExpectedState::NotTaken))
        );
        assert!(
            matches!(acts[10], TestAct::ExpectOutcome(outcome) if text_of(outcome.within()) == "6 weeks")
        );
    });
}
