//! Names and types over whole files: the examples have no finding, each mistake has exactly its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::Path;
use wf_compiler::hir::DeclarationKind;
use wf_compiler::{db, project};

fn folder(path: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap().path();
        if entry.extension().is_some_and(|extension| extension == "wf") {
            let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&entry).unwrap());
        }
    }
    files
}

fn findings(files: &BTreeMap<String, String>) -> Vec<String> {
    project::check(files)
        .into_iter()
        .map(|found| {
            let text = files.get(&*found.at.file).map_or("", String::as_str);
            let line = text[..(found.at.span.start as usize).min(text.len())].matches('\n').count() + 1;
            let help = found.help.unwrap_or_default();
            format!("{}:{line} {} {} = {help}", found.at.file, found.rule.code, found.message)
        })
        .collect()
}

#[test]
fn examples_have_no_finding() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in ["examples/onboarding", "examples/claims", "examples/change", "tests/cases/kitchen-sink"] {
        let found = findings(&folder(&root.join(name)));
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
    }
}

#[test]
fn examples_come_out_typed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in ["examples/onboarding", "examples/claims", "examples/change", "tests/cases/kitchen-sink"] {
        let db = project::open(&folder(&root.join(name)));
        for file in db.own_files() {
            for item in &db::item_tree(&db, file).all {
                let scope = db::ProjectScope::new(&db);
                let key = item.key;
                match &wf_compiler::scope::Scope::declaration(&scope, *item).kind {
                    DeclarationKind::Workflow(_) => {
                        assert!(db::workflow(&db, file, key).0.is_some(), "{name}")
                    }
                    DeclarationKind::Test(_) => assert!(db::test(&db, file, key).0.is_some(), "{name}"),
                    DeclarationKind::Policy(_) => assert!(db::policy(&db, file, key).0.is_some(), "{name}"),
                    _ => {}
                }
            }
        }
    }
}

/// Declarations that every case below may use.
const AROUND: &str = r#"
enum Region { EU, UK, US }
record Address { street: text, city: text }
let large = 50_000 EUR
calendar office { time zone "Europe/Rome"; working monday to friday 09:00 to 17:00 }
role legal "Legal" { reach email; deputy sales }
role sales "Sales" { reach slack, email; quiet 19:00 to 08:00, weekends; calendar office }
role customer "Customer" { external; reach email contact }
system crm = console { field stage: text; field amount: money EUR; event "won" { id: text, region: Region, at: moment } }
message hello(name: text, days: number) "Hello {name}, {days} days for {step}."
escalation nudge { on overdue; level 1 { tell owner "Late." } }
reminder soon { start 1 day before deadline }
"#;

/// A workflow with everything around it; `clauses` before its input, `nodes` behind it.
fn workflow(clauses: &str, inputs: &str, nodes: &str) -> String {
    format!(
        "{AROUND}\nworkflow w \"W\" {{\n  version 1\n  calendar office\n  process owner sales\n  {clauses}\n\
         \x20 input {{\n    deal: text key of crm\n    contact: email personal\n    {inputs}\n  }}\n\
         \x20 step first \"First\" {{\n    owner legal\n    deadline 5 days\n    form {{ signed: date, ok: bool, note: text? }}\n  }}\n\
         {nodes}\n}}\n"
    )
}

/// What is found about names, types and shape, but for names that nothing uses; what is proven of a workflow (that it
/// ends, in time, with somebody who hears of it) is for the tests of the proofs.
fn codes(text: &str) -> Vec<String> {
    let shape = ["WF101", "WF104", "WF201", "WF408", "WF501", "WF604"];
    let is_judged = |code: &str| (code.starts_with("WF0") && code != "WF007") || shape.contains(&code);
    let found = project::check_text(&[("main.wf", text)]);
    let judged = found.iter().filter(|found| is_judged(found.rule.code));
    judged.map(|found| format!("{} {}", found.rule.code, found.message)).collect()
}

fn assert_only(code: &str, words: &str, text: &str) {
    let found = codes(text);
    assert!(
        found.len() == 1 && found[0].starts_with(code) && found[0].contains(words),
        "wanted one {code} with `{words}`, found {found:#?}\n{text}"
    );
}

fn assert_clean(text: &str) {
    assert_eq!(codes(text), Vec::<String>::new(), "{text}");
}

#[test]
fn conditions_and_comparisons() {
    let when = |inputs: &str, condition: &str| {
        workflow("", inputs, &format!("step s {{\n owner legal\n after first\n when {condition}\n}}"))
    };
    for (inputs, condition) in [
        ("region: Region", "region is one of EU, UK"),
        ("region: Region", "EU is region"),
        ("region: Region", "region is not Region.US"),
        ("amount: money", "amount > large"),
        ("amount: money EUR", "amount * 0.2 + 5 EUR >= large / 3"),
        ("due: date", "due + 5 days < 2026-12-24"),
        ("due: moment", "due + 5 business days < 2026-12-24 09:00"),
        ("home: Address", "home.city is \"Rome\""),
        ("seats: number?", "seats is missing or seats > 10"),
        ("", "first.ok and first.signed > 2026-01-01"),
        ("", "first.note is not missing"),
        ("late: duration", "late > 5 days"),
    ] {
        assert_clean(&when(inputs, condition));
    }
    for (code, words, inputs, condition) in [
        ("WF004", "a condition is true or false", "seats: number", "seats"),
        ("WF004", "cannot compare", "seats: number", "seats is \"ten\""),
        ("WF004", "cannot compare", "amount: money EUR", "amount > 5"),
        ("WF004", "greater or less", "", "deal > \"a\""),
        ("WF004", "cannot add", "seats: number", "seats + deal > 5"),
        ("WF004", "only a record has fields", "seats: number", "seats.much is 5"),
        ("WF005", "different currencies", "amount: money EUR", "amount > 5 USD"),
        ("WF005", "different currencies", "amount: money EUR", "amount + 5 USD > large"),
        ("WF005", "a date and a moment", "due: date", "due > 2026-12-24 09:00"),
        ("WF005", "durations are not added", "due: moment", "due + (5 days + 1 hour) > 2026-12-24 09:00"),
        ("WF005", "mixes working time and calendar time", "", "5 business days > 1 week"),
        ("WF009", "does not exist", "due: date", "due > 2026-02-30"),
        ("WF009", "does not exist on 2026-03-29", "due: moment", "due > 2026-03-29 02:30"),
        ("WF009", "currency", "amount: money EUR", "amount > 5 EUO"),
        ("WF009", "more decimals", "amount: money EUR", "amount > 5.125 EUR"),
        ("WF009", "too many digits", "seats: number", "seats > 123456789012345678901234567890123"),
        ("WF002", "there is no value `FR` of `Region`", "region: Region", "region is FR"),
        ("WF002", "there is no field `signd` of `first`", "", "first.signd is missing"),
        ("WF002", "there is no name `regoin`", "region: Region", "regoin is EU"),
        ("WF002", "`deadline` means nothing here", "", "deadline > 2026-12-24 09:00"),
    ] {
        assert_only(code, words, &when(inputs, condition));
    }
}

#[test]
fn a_currency_is_taken_from_what_the_amount_meets() {
    let met = workflow(
        "",
        "a: money\n b: money",
        "step s {\n owner legal\n after first\n when a > b and b > 5 USD\n}",
    );
    assert_clean(&met);
    let both =
        workflow("", "a: money", "step s {\n owner legal\n after first\n when a > 5 USD or a < 2 EUR\n}");
    assert_only("WF005", "different currencies", &both);
    assert_only("WF011", "nothing says in which currency", &workflow("", "a: money", ""));
    let system = workflow("", "", "").replace("field amount: money EUR", "field amount: money");
    assert_only("WF011", "nothing says in which currency", &system);
}

#[test]
fn texts_and_messages() {
    let says = |text: &str| {
        workflow("", "home: Address", &format!("step s {{\n owner legal\n after first\n say {text}\n}}"))
    };
    assert_clean(&says("\"{step} for {home.city}: {first.signed}, {contact}, {round}, {large}.\""));
    assert_clean(&says("hello(name = \"Ann\", days = 3)"));
    assert_clean(&says("draft \"Be kind to {contact}\" otherwise \"Hello\""));
    assert_only("WF604", "needs `days`", &says("hello(name = \"Ann\")"));
    assert_only("WF604", "no argument `day`", &says("hello(name = \"Ann\", days = 3, day = 1)"));
    assert_only("WF004", "number is expected here", &says("hello(name = \"Ann\", days = \"3\")"));
    assert_only("WF002", "there is no message `helo`", &says("helo(name = \"Ann\", days = 3)"));
    assert_only("WF002", "`level` means nothing here", &says("\"{level}\""));
    assert_only("WF002", "there is no field `town` of `Address`", &says("\"{home.town}\""));
}

#[test]
fn joins_name_nodes_and_results() {
    let decision = "decision d {\n owner legal\n after first\n option yes \"Yes\"\n option again \"Again\" redo first at most 2 times\n option no \"No\"\n}\n";
    let after = |join: &str| {
        workflow(
            "",
            "",
            &format!("{decision}step s {{\n owner legal\n after {join}\n}}\noutcome end after d.no"),
        )
    };
    assert_clean(&after("d.yes"));
    assert_clean(&after("any of d.yes, first.skipped"));
    assert_clean(&after("2 of d.yes, first, d.skipped"));
    assert_clean(&after("all taken of d.yes, (any of first, d.no)"));
    assert_only("WF002", "`frist`", &after("frist"));
    assert_only("WF002", "result `maybe` of `d`", &after("d.maybe"));
    assert_only("WF002", "result `arrived` of `first`", &after("first.arrived"));
    assert_only("WF006", "nothing comes after the outcome `end`", &after("end"));
    assert_only("WF006", "nothing comes after `d.again`", &after("d.again"));
    assert_only("WF009", "is not a number of sources", &after("3 of first, d.yes"));
    assert_only("WF012", "named twice", &after("first, first"));
}

#[test]
fn deadlines_and_durations() {
    let node = |lines: &str| {
        workflow("", "due: date", &format!("step s {{\n owner legal\n after first\n {lines}\n}}"))
    };
    for lines in [
        "deadline by due",
        "deadline by first.signed + 2 weeks",
        "deadline end of 60 days after start, moved to the next working day",
        "deadline earlier of 5 business days, 10 days after first",
        "deadline 1 day when first.ok\n deadline 5 days",
        "deadline 5 days, paused while waiting on customer",
        "takes 1 to 4 business days",
    ] {
        assert_clean(&node(lines));
    }
    assert_only("WF005", "`takes` mixes", &node("takes 1 day to 4 business days"));
    assert_only("WF009", "down to", &node("takes 5 days to 2 days"));
    assert_only("WF009", "not a whole number", &node("deadline 1.5 days"));
    assert_only("WF009", "no time at all", &node("deadline 0 days"));
    assert_only("WF004", "a date or a moment", &node("deadline by deal"));
    assert_only(
        "WF011",
        "none of these deadlines may hold",
        &node(
            "deadline 1 day when first.ok
 deadline 2 days when first.signed is missing",
        ),
    );
    assert_only("WF002", "`frist`", &node("deadline 5 days after frist"));
    assert_only(
        "WF002",
        "there is no role `custmer`",
        &node("deadline 5 days, paused while waiting on custmer"),
    );
}

#[test]
fn people_and_channels() {
    let step = |clause: &str| {
        workflow("", "boss: person", &format!("step s {{\n owner legal\n after first\n {clause}\n}}"))
    };
    assert_clean(&step(
        "on done { tell customer \"Done\" via email; tell boss \"Done\"; tell process owner \"Done\"; tell starter \"Done\" }",
    ));
    assert_clean(&step("different person from first, starter"));
    assert_only("WF002", "there is no channel `emial`", &step("on done { tell legal \"Done\" via emial }"));
    assert_only("WF002", "there is no role `legl`", &step("on done { tell legl \"Done\" }"));
    assert_only("WF004", "a message goes to", &step("on done { tell deal \"Done\" }"));
    assert_only("WF006", "cannot differ from themselves", &step("different person from s"));
    assert_clean(&workflow("", "boss: person", "step s {\n owner boss\n after first\n}"));
    assert_only("WF004", "work goes to", &workflow("", "", "step s {\n owner deal\n after first\n}"));
    assert_only("WF501", "nothing reaches `deaf`", "role deaf \"Deaf\" { external }\n");
    let without =
        workflow("", "", "step s {\n owner legal\n after first\n on done { tell customer \"Done\" }\n}")
            .replace("contact: email personal\n", "");
    assert_only("WF002", "input of the workflow `contact`", &without);
}

#[test]
fn systems_events_and_waits() {
    let wait = |lines: &str| workflow("", "", &format!("wait s {{\n after first\n {lines}\n}}"));
    assert_clean(&wait("for crm \"won\" where event.region is EU\n deadline 5 days\n if late skip"));
    assert_only("WF002", "event `wn` of `crm`", &wait("for crm \"wn\""));
    assert_only("WF002", "field of this event `regio`", &wait("for crm \"won\" where event.regio is EU"));
    assert_only("WF011", "needs a deadline", &wait("for crm \"won\"\n if late skip"));
    let effects = |line: &str| {
        workflow("", "", &format!("step s {{\n owner legal\n after first\n on done {{ {line} }}\n}}"))
    };
    assert_clean(&effects(
        "set crm.stage = \"Done\"; set crm.amount = 5 EUR; note crm \"Done {deal}\"; call crm.close(reason = deal)",
    ));
    assert_only("WF002", "field `stge` of `crm`", &effects("set crm.stge = \"Done\""));
    assert_only("WF004", "money EUR is expected here", &effects("set crm.amount = 5"));
    assert_only("WF005", "different currencies", &effects("set crm.amount = 5 USD"));
    let starts = |with: &str| workflow(&format!("starts on crm \"won\" with {{ {with} }}"), "", "");
    assert_clean(&starts("deal = event.id, contact = \"a@b.example\""));
    assert_only("WF011", "without `contact`", &starts("deal = event.id"));
    assert_only(
        "WF002",
        "input `del` of `w`",
        &starts("del = event.id, deal = event.id, contact = \"a@b.example\""),
    );
    assert_only("WF004", "email is expected here", &starts("deal = event.id, contact = event.id"));
}

#[test]
fn ladders_are_checked_where_they_are_used() {
    let ladder = |level: &str| {
        workflow("", "", "step s {\n owner legal\n after first\n deadline 5 days\n escalate mine\n}")
            + &format!("escalation mine {{\n on overdue\n level 1 {{ {level} }}\n}}\n")
    };
    assert_clean(&ladder("tell owner \"{step} level {level} {waiting_on} {first.signed}\""));
    assert_clean(&ladder(
        "ask sales \"How?\" { alternative \"A\" { resume; set crm.stage = \"x\" }; alternative \"B\" { extend deadline by 2 days } }; decide within 1 day otherwise \"A\"",
    ));
    assert_only("WF002", "there is no name `frst`", &ladder("tell owner \"{frst.signed}\""));
    assert_only(
        "WF408",
        "is no decision",
        &ladder("ask sales \"How?\" { alternative \"A\" { choose yes } }"),
    );
    assert_only(
        "WF002",
        "there is no alternative `C`",
        &ladder("ask sales \"How?\" { alternative \"A\" { resume } }; decide within 1 day otherwise \"C\""),
    );
    let found = project::check_text(&[("main.wf", &ladder("tell owner \"{frst.signed}\""))]);
    let found = found.iter().find(|found| found.rule.code == "WF002").unwrap();
    assert_eq!(found.related.len(), 1, "the place of use is shown");
    let broken = workflow("", "", "")
        + "escalation mine {\n on overdue\n level 1 { tell owner \"a\" }\n level 2 { tell process owner \"b\" }\n}\n";
    assert_only("WF011", "level 2 does not say when it comes", &broken);
}

#[test]
fn copies_and_aggregates() {
    let each = "step review {\n owner legal\n after first\n for each place in places\n form { objection: bool, cost: money EUR, score: number }\n say \"{place}\"\n}\n";
    let step = |clause: &str| {
        workflow(
            "",
            "places: list of text",
            &format!("{each}step s {{\n owner legal\n after review\n {clause}\n}}"),
        )
    };
    for condition in [
        "when any review where objection",
        "when every review where score >= 3 and not objection",
        "when (count of review where objection) > 2",
        "when total of review.cost > 5 EUR",
    ] {
        assert_clean(&step(condition));
    }
    assert_only("WF004", "is many values", &step("when review.objection"));
    assert_only("WF004", "runs only once", &step("when any first where ok"));
    assert_only("WF004", "only numbers and money add up", &step("when total of review.objection > 5"));
    assert_only("WF002", "there is no name `place`", &step("say \"{place}\""));
    let wrong = "step r {\n owner legal\n after first\n for each x in lacking\n say \"{x}\"\n}";
    assert_only("WF002", "there is no name `lacking`", &workflow("", "", wrong));
    let single = workflow("", "", "step s {\n owner legal\n after first\n for each x in deal\n}");
    assert_only("WF004", "goes through a list", &single);
}

#[test]
fn redo_goes_back() {
    let step = |clause: &str| {
        workflow(
            "",
            "",
            &format!(
                "step s {{\n owner legal\n after first\n {clause}\n}}\nstep aside {{\n owner legal\n}}\noutcome end after s"
            ),
        )
    };
    assert_clean(&step("redo first at most 2 times otherwise outcome end"));
    assert_only("WF006", "does not go back", &step("redo aside at most 2 times otherwise outcome end"));
    assert_only(
        "WF004",
        "`aside` is no outcome",
        &step("redo first at most 2 times otherwise outcome aside"),
    );
}

#[test]
fn other_workflows() {
    let child = "workflow child \"Child\" {\n version 1\n input { size: number, region: Region? }\n outcome small\n outcome big\n}\n";
    let run = |with: &str, after: &str| {
        workflow(
            "",
            "",
            &format!(
                "run r {{\n after first\n workflow child\n with {{ {with} }}\n}}\nstep s {{\n owner legal\n after {after}\n}}"
            ),
        ) + child
    };
    let only = |code: &str, words: &str, text: String| {
        let found = codes(&text).into_iter().filter(|found| !found.contains("WF104")).collect::<Vec<_>>();
        assert!(found.len() == 1 && found[0].starts_with(code) && found[0].contains(words), "{found:#?}");
    };
    assert!(codes(&run("size = 3, region = EU", "r.small")).iter().all(|found| found.contains("WF104")));
    only("WF011", "without `size`", run("region = EU", "r.small"));
    only("WF002", "input `sise` of `child`", run("size = 3, sise = 4", "r.small"));
    only("WF002", "result `tiny` of `r`", run("size = 3", "r.tiny"));
}

#[test]
fn tests_give_values_that_fit() {
    let test = |line: &str| {
        workflow(
            "",
            "places: list of text\n home: Address",
            "decision d {\n owner legal\n after first\n option yes \"Yes\"\n option no \"No\"\n}\noutcome end after d.yes",
        ) + &format!(
            "test \"t\" {{\n start w at 2026-03-02 09:00 with {{ deal = \"D\", contact = \"a@b.example\", places = [\"a\", \"b\"],\n home = {{ street = \"S\", city = \"C\" }} }}\n {line}\n}}\n"
        )
    };
    for line in [
        "complete first after 2 business days with { signed = 2026-03-04, ok = true } by legal",
        "choose d.yes by sales because \"why\"",
        "expect first due 2026-03-07 09:00",
        "event crm \"won\" with { id = \"x\", region = EU, at = 2026-03-04 10:00 }",
        "correct deal = \"E\"",
        "correct first.ok = false",
        "expect crm.stage is \"x\"",
        "expect outcome end within 2 weeks",
        "expect first not taken",
    ] {
        assert_clean(&test(line));
    }
    assert_only("WF002", "`frist`", &test("complete frist"));
    assert_only(
        "WF002",
        "form field `signd` of `first`",
        &test("complete first with { signd = 2026-03-04 }"),
    );
    assert_only("WF004", "date is expected", &test("complete first with { signed = \"2026-03-04\" }"));
    assert_only("WF002", "option `maybe` of `d`", &test("choose d.maybe"));
    assert_only("WF004", "`first` is no decision", &test("choose first.yes"));
    assert_only("WF004", "`first` has no copies", &test("complete first(\"a\")"));
    assert_only("WF004", "`first` is no outcome", &test("expect outcome first"));
    assert_only("WF009", "does not exist", &test("wait until 2026-02-30 09:00"));
    assert_only("WF002", "there is no role `nobody`", &test("complete first by nobody"));
}

#[test]
fn policies_name_what_is_there() {
    let policy = |rule: &str| {
        workflow(
            "tags t",
            "",
            "decision d {\n owner legal\n after first\n option yes \"Yes\"\n option no \"No\"\n}\noutcome end after d.yes",
        ) + &format!("policy p \"P\" {{\n applies to workflows tagged t\n {rule}\n}}\n")
    };
    for rule in [
        "always first before d.yes",
        "every step has deadline",
        "every run ends in outcome end",
        "no personal data via slack",
    ] {
        assert_clean(&policy(rule));
    }
    let unless = |condition: &str| {
        policy("every step has deadline").replace("tagged t\n", &format!("tagged t unless {condition}\n"))
    };
    assert_clean(&unless("deal is \"x\""));
    assert_only("WF002", "there is no name `dael`", &unless("dael is \"x\""));
    assert_only("WF002", "`frist`", &policy("always frist before d"));
    assert_only("WF002", "option `maybe` of `d`", &policy("always first before d.maybe"));
    assert_only("WF002", "outcome `first` in these workflows", &policy("every run ends in outcome first"));
}

#[test]
fn calendars_and_declarations() {
    let calendar = |line: &str| {
        format!(
            "calendar c {{ time zone \"Europe/Rome\"; working monday to friday 09:00 to 17:00; {line} }}\n"
        )
    };
    assert_clean(&calendar(
        "holiday 2026-12-25 \"Natale\"; holiday every 08-15; closed 2026-08-10 to 2026-08-21 \"Summer\"",
    ));
    assert_clean(&calendar("holidays of std.calendars.target2; half day every 12-24 until 13:00"));
    assert_only("WF009", "does not exist", &calendar("holiday 2026-02-30 \"Never\""));
    assert_only("WF009", "no day of any year", &calendar("holiday every 02-30"));
    assert_only("WF009", "ends before it begins", &calendar("closed 2026-08-21 to 2026-08-10"));
    assert_only(
        "WF009",
        "is no time zone",
        "calendar c { time zone \"Europe/Rom\"; working monday to friday 09:00 to 17:00 }\n",
    );
    assert_only(
        "WF009",
        "no time of day",
        "calendar c { time zone \"UTC\"; working monday to friday 09:00 to 25:00 }\n",
    );
    assert_only("WF002", "kind of system", "system s = hubspot.deel { field a: text }\n");
    assert_only("WF002", "there is no type `txt`", "record r { a: txt }\n");
    assert_only("WF003", "named `A`", "enum E { A, B, A }\n");
    assert_only("WF003", "no node can be called", &workflow("", "", "step never {\n owner legal\n}"));
    let version = workflow("", "", "").replace("  version 1\n", "");
    assert_only("WF011", "has no version", &version);
}

#[test]
fn what_waits_for_itself_is_shown_as_a_path() {
    let steps = |first: &str, second: &str, third: &str| {
        workflow(
            "",
            "",
            &format!(
                "step a {{\n owner legal\n after {first}\n}}\nstep b {{\n owner legal\n after {second}\n}}\nstep c {{\n owner legal\n after {third}\n}}"
            ),
        )
    };
    assert_clean(&steps("first", "a", "b"));
    assert_only("WF101", "`a` → `b` → `c` → `a`", &steps("c", "a", "b"));
    assert_only("WF101", "`a` → `b` → `a`", &steps("any of b, c", "a", "b"));
    assert_only("WF101", "`a` waits for itself", &steps("a", "first", "b"));
    let found = project::check_text(&[("main.wf", &steps("c", "a", "b"))]);
    let found = found.iter().find(|found| found.rule.code == "WF101").unwrap();
    assert_eq!(found.related.len() + 1, 3, "one place for each edge");
    let runs = |a: &str, b: &str| {
        format!(
            "workflow a \"A\" {{\n version 1\n run x {{ workflow {a} }}\n}}\nworkflow b \"B\" {{\n version 1\n run x {{ workflow {b} }}\n}}\nworkflow c \"C\" {{\n version 1\n pause p {{ for 1 day }}\n}}\n"
        )
    };
    assert_clean(&runs("b", "c"));
    assert_only("WF101", "run each other", &runs("b", "a"));
    assert_only("WF101", "`a` runs itself", &runs("a", "c"));
}

#[test]
fn what_nothing_leads_to_is_dead() {
    let after = |clause: &str, join: &str| {
        workflow(
            "",
            "",
            &format!(
                "step a {{\n owner legal\n after first\n {clause}\n}}\nstep b {{\n owner legal\n after {join}\n}}\nstep c {{\n owner legal\n after b\n}}"
            ),
        )
    };
    assert_clean(&after("optional", "a.skipped"));
    assert_clean(&after("when first.ok", "a.skipped"));
    assert_clean(&after("", "any of a.skipped, first"));
    assert_only("WF104", "`b` is never reached", &after("", "a.skipped"));
    assert_only("WF104", "`b` is never reached", &after("", "first, a.skipped"));
    assert_only("WF104", "nothing leads to the outcome `end`", &workflow("", "", "outcome end"));
    assert_clean(&workflow("", "", "outcome end at any time by sales"));
    assert_clean(&workflow(
        "",
        "",
        "wait a {\n after first\n for crm \"won\"\n deadline 5 days\n if late outcome end\n}\noutcome end",
    ));
    let asks = "step a {\n owner legal\n after first\n deadline 5 days\n escalate {\n on overdue\n level 1 { ask sales \"How?\" { alternative \"Stop\" { outcome end }; alternative \"Skip\" { skip } } }\n }\n}\nstep b {\n owner legal\n after a.skipped\n}\noutcome end";
    assert_clean(&workflow("", "", asks));
}

#[test]
fn decisions_have_something_to_choose() {
    let decision = |options: &str| {
        workflow("", "", &format!("decision d {{\n owner legal\n after first\n {options}\n}}"))
    };
    assert_clean(&decision("option yes \"Yes\"\n option no \"No\""));
    assert_only("WF201", "one option only", &decision("option yes \"Yes\""));
    assert_only("WF201", "no option", &decision(""));
    assert_only("WF201", "two options named `yes`", &decision("option yes \"Yes\"\n option yes \"No\""));
}

#[test]
fn a_line_that_did_not_parse_is_the_only_finding() {
    for broken in [
        "message hi(name: text, ???) \"Hello {name}\"\nworkflow w \"W\" {\n version 1\n input { contact: email }\n step s {\n owner boss\n say hi(name = \"Ann\", days = 3)\n }\n}",
        "system crm = console {\n event \"won\" { id: text\n feld stage: text\n}\nworkflow w \"W\" {\n version 1\n input { contact: email, id: text key of crm }\n step s {\n owner boss\n on done { set crm.stage = \"x\" }\n }\n}",
        "workflow w \"W\" {\n version 1\n input { contact: email, amount: money EUR,\n seats }\n step s {\n owner boss\n when seats > 3\n }\n step t {\n owner boss\n after s\n }\n}",
        "workflow w \"W\" {\n version 1\n stpe s {\n owner boss\n form { ok: bool }\n }\n step t {\n owner boss\n after s\n when s.ok\n }\n}",
    ] {
        let found = codes(&format!("role boss \"Boss\" {{ reach email }}\n{broken}\n"));
        assert!(found.iter().all(|found| found.starts_with("WF001")), "{broken}\n{found:#?}");
        assert!(!found.is_empty(), "{broken}");
    }
}

#[test]
fn a_condition_cannot_read_the_form_that_its_own_node_will_show() {
    let decision = |when: &str| {
        let form = "form {\n points: number\n}\n";
        let options = format!("option yes \"Yes\" when {when}\n option no \"No\"\n if late choose no\n");
        let inside = format!("owner legal\n after first\n deadline 5 days\n {form}{options}");
        workflow("", "", &format!("decision d \"D\" {{\n {inside}}}"))
    };
    assert_only("WF004", "`d.points` has no value yet here", &decision("d.points > 3"));
    assert_clean(&decision("d.points is missing"));
    assert_clean(&decision("first.ok"));
}
