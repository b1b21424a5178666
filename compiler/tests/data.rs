//! Personal data, missing values, unused forms: what is told, and above all what is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use wf_compiler::project;
use wf_lang::diagnostic::Diagnostic;
use wf_lang::span::FileSpan;

fn found(code: &str, text: &str) -> Vec<Diagnostic<FileSpan>> {
    let found = project::check_text(&[("main.wf", text)]);
    let wrong: Vec<_> = found
        .iter()
        .filter(|found| found.rule.code < "WF020" && found.rule.code != "WF007")
        .map(|found| format!("{} {}", found.rule.code, found.message))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{text}");
    found.into_iter().filter(|found| found.rule.code == code).collect()
}

/// The messages of one rule.
fn told(code: &str, text: &str) -> Vec<String> {
    found(code, text).into_iter().map(|found| found.message).collect()
}

/// Channels and people with and without leave to carry personal data; `contact` is personal, `pin` is secret.
fn sending(clauses: &str, nodes: &str) -> String {
    format!(
        r#"
record Person {{ name: text, tax_number: text personal }}
channel email {{ carries personal }}
channel slack {{}}
role clerk "Clerk" {{ reach email }}
role lead "Lead" {{ reach email, slack }}
role caller "Caller" {{ reach chat }}
role customer "Customer" {{ external; reach email contact }}
system crm = console {{ carries personal; field mail: email; event "came" {{ by: email personal }} }}
system log = console {{ field mail: text; field known: bool }}
message hello(who: text) "Hello {{who}}." {{ template whatsapp "hello" }}
workflow w "W" {{
  version 1
  process owner clerk
  starts by clerk
  {clauses}
  input {{ deal: text key of crm, name: text, contact: email personal, pin: text secret, boss: person personal,
           known: list of email personal, buyer: Person }}
  {nodes}
}}
"#
    )
}

fn leaks(clauses: &str, nodes: &str) -> Vec<String> {
    told("WF601", &sending(clauses, nodes))
}

fn step(clauses: &str) -> String {
    format!("step s \"S\" {{ owner clerk; deadline 1 day\n{clauses}\n}}")
}

#[test]
fn a_personal_value_reaches_only_channels_that_carry_it() {
    let one = |nodes: &str, wanted: &str| assert_eq!(leaks("", nodes), [wanted], "{nodes}");
    one(
        "step s \"S\" { owner lead; deadline 1 day; say \"Call {contact}.\" }",
        "`contact` is personal and reaches `slack`, which does not carry it",
    );
    one(
        &step(
            "escalate { on overdue; level 1 { ask caller, lead \"Call {contact}?\" { alternative \"Yes\" { resume } } } }",
        ),
        "`contact` is personal and reaches `chat` and `slack`, which do not carry it",
    );
    one(
        &step("on start { tell clerk \"Call {contact}.\" via slack }"),
        "`contact` is personal and reaches `slack`, which does not carry it",
    );
    one(&step("say \"The code is {pin}.\""), "`pin` is secret and reaches `email`, which does not carry it");
    one(
        &step("remind { start 1 hour before deadline; to caller; say \"{contact} waits.\" }"),
        "`contact` is personal and reaches `chat`, which does not carry it",
    );
    one(
        &step("on start { set log.mail = \"{contact}\" }"),
        "`contact` is personal and reaches `log`, which does not carry it",
    );
    one(
        &step("on done { note log \"Done for {contact}.\"; call crm.tell(mail = contact) }"),
        "`contact` is personal and reaches `log`, which does not carry it",
    );
    for sound in [
        step("say \"Call {contact}.\""),
        step("on start { tell customer \"We write to {contact}.\" via email }"),
        step("on start { tell lead \"Call {name}.\" }"),
        step("on start { tell contact \"We have your request, {name}.\" via slack }"),
        step("on start { set crm.mail = contact; note crm \"Mail {contact}\" }"),
        step("on start { set log.known = contact is not missing }"),
        step("on start { call crm.look(pin = name) }"),
    ] {
        assert_eq!(leaks("", &sound), [""; 0], "{sound}");
    }
}

#[test]
fn personal_values_are_followed_under_other_names() {
    let one = |clauses: &str, nodes: &str, field: &str| {
        let told = leaks(clauses, nodes);
        assert!(told.len() == 1 && told[0].starts_with(&format!("`{field}` is ")), "{nodes}: {told:#?}");
    };
    one("", &step("on start { tell caller hello(who = contact) }"), "contact");
    one("title \"{contact}\"", &step("on start { tell caller \"Hello.\" }"), "contact");
    one(
        "title \"{reference}\"\nreference \"{contact}\"",
        &step("on start { set log.mail = title }"),
        "contact",
    );
    one("", &step("on start { tell caller \"{buyer.tax_number}\" }"), "tax_number");
    one(
        "",
        "step s \"S\" { for each mail in known; owner clerk; deadline 1 day; on start { tell caller \"{mail}\" } }",
        "known",
    );
    one(
        "",
        "step s \"S\" { owner boss; deadline 1 day; on start { tell caller \"{owner} has it.\" } }",
        "boss",
    );
    one(
        "",
        "wait e \"E\" { for crm \"came\"; deadline 1 day; if late skip; on done { tell caller \"{e.by}\" } }",
        "e.by",
    );
    assert_eq!(leaks("", &step("on start { tell caller \"{buyer.name}\" }")), [""; 0]);
    assert_eq!(leaks("title \"{contact}\"", &step("say \"{title}\"")), [""; 0]);
    assert_eq!(leaks("title \"{name}\"", &step("on start { tell caller \"{title}, {owner}\" }")), [""; 0]);
}

#[test]
fn the_agent_counts_as_a_channel() {
    let draft = step("on start { tell clerk draft \"Ask {contact} for it\" otherwise \"Please ask.\" }");
    assert_eq!(leaks("", &draft), [""; 0], "no agent, no draft");
    assert_eq!(
        leaks("agent { drafts messages }", &draft),
        ["`contact` is personal and reaches the agent, which does not carry it"]
    );
    assert_eq!(leaks("agent { drafts messages; carries personal }", &draft), [""; 0]);
    let ask = |words: &str| {
        step(&format!(
            "escalate {{ on overdue; level 1 {{ ask clerk \"{words}\" {{ alternative \"Go on\" {{ resume }}; suggest up to 2 more }} }} }}"
        ))
    };
    assert_eq!(leaks("agent { suggests alternatives }", &ask("What about {contact}?")).len(), 1);
    assert_eq!(leaks("agent { suggests alternatives }", &ask("What about {name}?")), [""; 0]);
}

#[test]
fn an_owner_that_an_alternative_names_reads_what_owners_are_told() {
    let ladder = |role: &str| {
        step(&format!(
            "escalate {{ on overdue; level 1 {{ tell owner \"Call {{contact}}.\" }}; level 2 after 1 day {{ ask clerk \"Who?\" {{ alternative \"Other\" {{ reassign to {role} }} }} }} }}"
        ))
    };
    assert_eq!(leaks("", &ladder("caller")).len(), 1);
    assert_eq!(leaks("", &ladder("clerk")), [""; 0]);
}

#[test]
fn the_way_from_the_field_to_the_text_is_shown() {
    let text = sending("", &step("on start { tell caller hello(who = contact) }"));
    let found = found("WF601", &text);
    let slice = |at: &FileSpan| &text[at.span.start as usize..at.span.end as usize];
    assert_eq!(slice(&found[0].at), "hello(who = contact)");
    let way: Vec<&str> = found[0].related.iter().map(|related| slice(&related.at)).collect();
    assert_eq!(way, ["contact", "contact", "who", "who", "chat"]);
}

/// `a` is a step with a form, `b` may be skipped, `s` is what is asked about.
fn reading(nodes: &str) -> String {
    format!(
        r#"
role team "Team" {{ reach email }}
system crm = console {{ field stage: text; event "came" {{ by: text }} }}
workflow w "W" {{
  version 1
  process owner team
  input {{ deal: text key of crm, big: bool, items: list of text }}
  step a "A" {{ owner team; deadline 1 day; form {{ note: text, ok: bool }} }}
  {nodes}
}}
"#
    )
}

fn missing(nodes: &str) -> Vec<String> {
    told("WF602", &reading(nodes))
}

#[test]
fn a_reader_waits_for_what_it_reads() {
    let s = |after: &str| format!("step s \"S\" {{ owner team; {after}deadline 1 day; say \"{{a.note}}\" }}");
    assert_eq!(missing(&s("")), ["`a.note` may be missing here: `s` does not wait for `a`"]);
    assert_eq!(missing(&s("after a\n")), [""; 0]);
    let behind = "step b \"B\" { owner team; after a; deadline 1 day }\n".to_owned();
    assert_eq!(missing(&(behind + &s("after b\n"))), [""; 0]);
}

#[test]
fn skips_of_every_kind_count() {
    let cases = [
        ("when big", "`b.note` may be missing here: `b` is skipped where its `when` does not hold"),
        ("optional", "`b.note` may be missing here: `b` may be skipped"),
    ];
    for (clause, wanted) in cases {
        let b = format!(
            "step b \"B\" {{ owner team; after a; {clause}; deadline 1 day; form {{ note: text }} }}\n"
        );
        let read = |after: &str| {
            format!("{b}step s \"S\" {{ owner team; after {after}; deadline 1 day; say \"{{b.note}}\" }}")
        };
        assert_eq!(missing(&read("b")), [wanted]);
        assert_eq!(missing(&read("b.done")), [""; 0]);
    }
    let same_condition = "step b \"B\" { owner team; after a; when big; deadline 1 day; form { note: text } }
        step s \"S\" { owner team; after b; when big; deadline 1 day; say \"{b.note}\" }";
    assert_eq!(missing(same_condition), [""; 0]);
}

#[test]
fn ways_that_are_not_taken_count() {
    let nodes = |after: &str| {
        format!(
            "decision d \"D\" {{ owner team; after a; deadline 1 day; option yes \"Yes\"; option no \"No\" }}
             step b \"B\" {{ owner team; after d.yes; deadline 1 day; form {{ note: text }} }}
             step s \"S\" {{ owner team; after {after}; deadline 1 day; say \"{{b.note}}\" }}"
        )
    };
    let wanted = "`b.note` may be missing here: not every way to `s` goes through `b`";
    assert_eq!(missing(&nodes("any of b, d.no")), [wanted]);
    assert_eq!(missing(&nodes("all taken of b, d.no")), [wanted]);
    assert_eq!(missing(&nodes("b")), [""; 0]);
}

#[test]
fn what_is_tested_is_free() {
    let nodes = |clauses: &str| {
        format!(
            "step b \"B\" {{ owner team; after a; when big; deadline 1 day; form {{ note: text, ok: bool }} }}
             step s \"S\" {{ owner team; after b; deadline 1 day\n{clauses}\n}}"
        )
    };
    assert_eq!(missing(&nodes("when b.ok")).len(), 1);
    assert_eq!(missing(&nodes("when b.ok is not missing and b.ok")), [""; 0]);
    assert_eq!(missing(&nodes("when b.note is not missing\nsay \"{b.note}\"")), [""; 0]);
}

#[test]
fn ones_own_form_is_filled_in_at_the_end() {
    let nodes = |clause: &str| {
        format!("step s \"S\" {{ owner team; after a; deadline 1 day; form {{ note: text }}; {clause} }}")
    };
    let wanted = "`s.note` may be missing here: it is filled in only when `s` is completed";
    assert_eq!(missing(&nodes("say \"{s.note}\"")), [wanted]);
    assert_eq!(missing(&nodes("on overdue { note crm \"{s.note}\" }")), [wanted]);
    assert_eq!(missing(&nodes("on done { note crm \"{s.note}\" }")), [""; 0]);
}

#[test]
fn an_event_that_may_not_come_is_missing() {
    let nodes = |late: &str, after: &str| {
        format!(
            "wait e \"E\" {{ after a; for crm \"came\"; deadline 5 days; {late} }}
             step s \"S\" {{ owner team; after {after}; deadline 1 day; say \"{{e.by}}\" }}"
        )
    };
    assert_eq!(
        missing(&nodes("if late go on", "e")),
        ["`e.by` may be missing here: `e` may go on without its event"]
    );
    assert_eq!(missing(&nodes("if late skip", "e")), ["`e.by` may be missing here: `e` may be skipped"]);
    assert_eq!(missing(&nodes("if late go on", "e.arrived")), [""; 0]);
    let ends = "outcome over \"Over\"\noutcome fine \"Fine\" after s";
    let nodes = format!("{}\n{ends}", nodes("if late outcome over", "e"));
    assert_eq!(missing(&nodes), [""; 0]);
}

#[test]
fn effects_of_outcomes_are_asked_at_the_end() {
    let nodes = |outcomes: &str| {
        format!(
            "decision d \"D\" {{ owner team; after a; deadline 1 day; option yes \"Yes\"; option no \"No\" }}
             step b \"B\" {{ owner team; after d.yes; deadline 1 day; form {{ note: text }} }}
             {outcomes}"
        )
    };
    let good = "outcome good \"Good\" after b { note crm \"{a.note} {b.note}\" }\noutcome bad \"Bad\" after d.no { note crm \"{a.note}\" }";
    assert_eq!(missing(&nodes(good)), [""; 0]);
    let bad = "outcome good \"Good\" after b\noutcome bad \"Bad\" after d.no { note crm \"{b.note}\" }";
    assert_eq!(
        missing(&nodes(bad)),
        ["`b.note` may be missing here: not every way to `bad` goes through `b`"]
    );
    let any_time = "outcome good \"Good\" after b\noutcome bad \"Bad\" after d.no\noutcome stopped \"Stopped\" at any time by team { note crm \"{a.note}\" }";
    assert_eq!(
        missing(&nodes(any_time)),
        ["`a.note` may be missing here: `a` may not be done when `stopped` is reached"]
    );
}

#[test]
fn a_deadline_counts_from_what_has_settled() {
    let nodes = |after: &str| {
        format!(
            "step b \"B\" {{ owner team; when big; deadline 1 day }}
             step s \"S\" {{ owner team; after {after}; deadline 3 days after b }}"
        )
    };
    assert_eq!(
        missing(&nodes("a")),
        ["the deadline of `s` counts from `b`, which may not have settled by then"]
    );
    assert_eq!(missing(&nodes("a, b")), [""; 0]);
}

#[test]
fn copies_are_never_missing() {
    let nodes = "step each \"Each\" { for each item in items; owner team; after a; deadline 1 day; form { score: number } }
        step s \"S\" { owner team; after each; deadline 1 day; when any each where score > 3; say \"{total of each.score}\" }";
    assert_eq!(missing(nodes), [""; 0]);
}

#[test]
fn a_finding_shows_the_run() {
    let text = reading(
        "step b \"B\" { owner team; after a; when big; deadline 1 day; form { note: text } }
         step s \"S\" { owner team; after b; deadline 1 day; say \"{b.note}\" }",
    );
    let found = found("WF602", &text);
    assert!(found[0].run.as_ref().is_some_and(|run| !run.is_empty()), "{:#?}", found[0]);
    assert!(found[0].label.as_ref().is_some_and(|label| label.contains("`big`")), "{:#?}", found[0]);
}

#[test]
fn a_field_is_used_by_any_reading() {
    let unused = |nodes: &str| {
        let told = told("WF603", &reading(nodes));
        told.into_iter().map(|message| message.split('`').nth(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(unused(""), ["note", "ok"]);
    let reader = |clause: &str| format!("step s \"S\" {{ owner team; after a; deadline 1 day; {clause} }}");
    assert_eq!(unused(&reader("say \"{a.note}\"")), ["ok"]);
    assert_eq!(unused(&reader("when a.ok is not missing; on done { note crm \"{a.note}\" }")), [""; 0]);
    let own = "step b \"B\" { owner team; after a; deadline 1 day; form { pages: number }; on done { note crm \"{b.pages}, {a.note}, {a.ok}\" } }";
    assert_eq!(unused(own), [""; 0]);
    let copies = "step b \"B\" { for each item in items; owner team; deadline 1 day; form { score: number, why: text } }
        step s \"S\" { owner team; after a, b; deadline 1 day; when a.ok and any b where score > 3; say \"{a.note}\" }";
    assert_eq!(unused(copies), ["why"]);
    let wait = "wait e \"E\" { after a; for crm \"came\"; deadline 1 day; if late skip }
        step s \"S\" { owner team; after e; deadline 1 day; say \"{a.note} {a.ok}\" }";
    assert_eq!(unused(wait), [""; 0], "the event's fields are not asked for");
}

#[test]
fn a_field_that_a_policy_asks_for_is_used() {
    let policy = |field: &str| {
        format!(
            "{}policy p \"P\" {{ applies to workflows w; every step has form {field} }}\n",
            reading("step s \"S\" { owner team; after a; deadline 1 day; when a.ok; form { note: text } }")
        )
    };
    assert_eq!(told("WF603", &policy("note")), [""; 0]);
}

#[test]
fn conditions_are_followed_to_their_values() {
    let nodes = |written: &str, read: &str| {
        let text = reading(&format!(
            "step b \"B\" {{ owner team; after a; when {written}; deadline 1 day; form {{ note: text }} }}
             step s \"S\" {{ owner team; after b; when {read}; deadline 1 day; say \"{{b.note}}\" }}"
        ));
        told(
            "WF602",
            &text
                .replace("big: bool,", "big: bool, cost: money EUR, kind: Kind,")
                .replace("workflow w", "enum Kind { car, truck, bike }\nworkflow w"),
        )
    };
    for (written, read) in [
        ("cost > 1_000 EUR", "cost > 5_000 EUR"),
        ("kind is one of car, truck", "kind is car"),
        ("kind is not bike", "kind is truck and big"),
        ("big or cost > 10 EUR", "not big and cost > 10 EUR"),
    ] {
        assert_eq!(nodes(written, read), [""; 0], "{written} / {read}");
        assert_eq!(nodes(read, written).len(), 1, "{read} / {written}");
    }
}

#[test]
fn some_of_several_is_not_each_of_them() {
    let nodes = |after: &str| {
        format!(
            "step b \"B\" {{ owner team; after a; deadline 1 day; form {{ note: text }} }}
             step c \"C\" {{ owner team; after a; deadline 1 day }}
             step s \"S\" {{ owner team; after {after}; deadline 1 day; say \"{{b.note}}\" }}"
        )
    };
    assert_eq!(
        missing(&nodes("any of b, c")),
        ["`b.note` may be missing here: `s` may start before `b` is done"]
    );
    assert_eq!(missing(&nodes("2 of a, b, c")).len(), 1);
    assert_eq!(missing(&nodes("c, (any of b, a)")).len(), 1);
    assert_eq!(missing(&nodes("3 of a, b, c")), [""; 0]);
    assert_eq!(missing(&nodes("c, b")), [""; 0]);
}

#[test]
fn a_decision_that_nobody_makes_leaves_its_form_empty() {
    let nodes = |late: &str, after: &str| {
        format!(
            "decision d \"D\" {{ owner team; after a; deadline 1 day; {late} form {{ why: text }}
               option yes \"Yes\"; option no \"No\" }}
             step s \"S\" {{ owner team; after {after}; deadline 1 day; say \"{{d.why}}\" }}"
        )
    };
    assert_eq!(
        missing(&nodes("if late choose no;", "d.no")),
        ["`d.why` may be missing here: `d` may be settled without its form"]
    );
    assert_eq!(missing(&nodes("if late choose no;", "d.yes")), [""; 0]);
    assert_eq!(missing(&nodes("", "d.no")), [""; 0]);
}

#[test]
fn a_ladder_reads_for_each_step_that_uses_it() {
    let nodes = "
        step s \"S\" { owner team; after a; deadline 1 day; escalate late }
        step t \"T\" { owner team; deadline 1 day; escalate late }";
    let ladder = "escalation late { on overdue; level 1 { tell team \"{a.note}\" } }\n";
    let found = found("WF602", &format!("{ladder}{}", reading(nodes)));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].message, "`a.note` may be missing here: `t` does not wait for `a`");
    assert!(found[0].related.iter().any(|related| related.message == "used for `t` here"));
}
