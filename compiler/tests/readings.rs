//! Who reads what, and when: every clause of a node, and what counts as guarded.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use wf_compiler::readings::{Moment, Reading, What, readings};
use wf_compiler::typed::Typed;
use wf_compiler::{db, project};

/// Everything around: `a` and `b` have forms, `every` one per element.
const AROUND: &str = r#"
role team { reach email }
system crm = console { field stage: text; event "came" { by: text, mail: email } }
escalation late { on overdue; level 1 { tell owner "{a.note} is late." } }
message about(word: text) "About {word}." { template whatsapp "about" }
message about in it "Di {word}."
workflow child "Child" {
  version 1
  input { word: text }
  step s "S" { owner team; deadline 1 day }
}
workflow w "W" {
  version 1
  process owner team
  input { deal: text key of crm, items: list of text }
  step a "A" { owner team; form { note: text, ok: bool, on: date, who: person, names: list of text } }
  step b "B" { owner team; form { ok: bool } }
  step many "Many" { for each item in items; owner team; form { score: number } }
"#;

fn typed(nodes: &str) -> Typed {
    let text = format!("{AROUND}{nodes}\n}}\n");
    let files = BTreeMap::from([("main.wf".to_owned(), text.clone())]);
    let db = project::open(&files);
    let file = db.own_files()[0];
    for id in &db::item_tree(&db, file).all {
        if let (Some(typed), _) = db::workflow(&db, file, id.key)
            && typed.name == "w"
        {
            return typed.clone();
        }
    }
    let told: Vec<String> = project::check(&files).into_iter().map(|found| found.message).collect();
    panic!("{told:#?}\n{text}")
}

/// `reader moment node.field [guarded] [behind] [text]`.
fn told(nodes: &str) -> Vec<String> {
    let typed = typed(nodes);
    readings(&typed).iter().map(|reading| line(&typed, reading)).collect()
}

fn line(typed: &Typed, reading: &Reading) -> String {
    let node = &typed.nodes[reading.node.index()];
    let what = match reading.what {
        What::Field(field) => format!(".{}", node.form[field.index()].data.name),
        What::Copies(field) => format!("[].{}", node.form[field.index()].data.name),
        What::Count => "[]".to_owned(),
        What::Settling => " settled".to_owned(),
    };
    let reader = &typed.nodes[reading.reader.index()].name;
    let guarded = if reading.guarded { " guarded" } else { "" };
    let behind = if reading.behind { " behind" } else { "" };
    let text = if reading.in_text { " text" } else { "" };
    format!("{reader} {:?} {}{what}{guarded}{behind}{text}", reading.moment, node.name)
}

#[test]
fn every_clause_of_a_step_is_read_at_its_moment() {
    let found = told(
        r#"
        step s "S" {
          owner a.who
          after a, b
          when a.ok
          deadline 3 days after b when b.ok
          deadline by a.on
          say "{a.note}"
          remind { start 1 day before deadline; to a.who; say "{a.on}" }
          escalate late
          on start { set crm.stage = a.note }
          on done { note crm "{a.note}" }
          on skip { tell a.who "Skipped." }
          on block { start workflow child with { word = a.note } }
          on overdue { call crm.look(word = a.note) }
        }"#,
    );
    let expected = [
        "s Ready a.ok",
        "s Start a.note text",
        "s Start a.note",
        "s Start a.on",
        "s Start a.who",
        "s Start b.ok",
        "s Start b settled",
        "s Active a.note",
        "s Active a.note",
        "s Active a.note text",
        "s Active a.on text",
        "s Active a.who",
        "s Done a.note text",
        "s Skip a.who",
    ];
    assert_eq!(sorted(&found), sorted(&expected));
}

fn sorted<T: ToString>(lines: &[T]) -> Vec<String> {
    let mut lines: Vec<String> = lines.iter().map(T::to_string).collect();
    lines.sort();
    lines
}

#[test]
fn other_kinds_read_too() {
    let found = told(
        r#"
        decision d "D" { owner team; after a, b; option yes "Yes" when a.ok; option no "No" }
        wait e "E" { after a; for crm "came" where event.by is a.note; deadline 5 days; if late skip }
        pause p "P" { after a; until a.on }
        run r "R" { after a; workflow child; with { word = a.note } }
        step each "Each" { for each name in a.names; owner team; after a; say "{name}" }
        outcome end "End" after d, e, p, r, each { set crm.stage = a.note; tell e.mail "Done." }"#,
    );
    let expected = [
        "d Start a.ok",
        "e Start a.note",
        "p Start a.on",
        "r Start a.note",
        "each List a.names",
        "end Outcome a.note",
        "end Outcome e.mail",
    ];
    assert_eq!(sorted(&found), sorted(&expected));
}

#[test]
fn copies_are_counted_and_never_missing() {
    let found = told(
        r#"
        step s "S" { owner team; after many; when any many where score > 3 or (count of many > 2); say "{total of many.score}" }"#,
    );
    let expected = ["s Ready many[].score", "s Ready many[] behind", "s Start many[].score text"];
    assert_eq!(sorted(&found), sorted(&expected));
}

#[test]
fn what_is_tested_in_the_same_expression_is_guarded() {
    let guard = |condition: &str| told(&format!("step s \"S\" {{ owner team; after a; when {condition} }}"));
    assert_eq!(guard("a.note is missing"), ["s Ready a.note guarded"]);
    assert_eq!(guard("a.note is missing or a.ok"), ["s Ready a.note guarded", "s Ready a.ok guarded behind"]);
    // Right of `and` and `or` the left side may be what excludes that nothing is there.
    assert_eq!(guard("b.ok is missing or a.ok"), ["s Ready a.ok behind", "s Ready b.ok guarded"]);
    assert_eq!(guard("b.ok and a.ok"), ["s Ready a.ok behind", "s Ready b.ok"]);
}

#[test]
fn a_when_that_asks_for_a_value_guards_what_comes_behind_it() {
    let guard = |condition: &str| {
        told(&format!(
            "step s \"S\" {{ owner team; after b; when {condition}; say \"{{a.note}}\"; on skip {{ note crm \"{{a.note}}\" }} }}"
        ))
    };
    let behind =
        ["s Ready a.ok guarded behind", "s Ready b.ok", "s Start a.note guarded text", "s Skip a.note text"];
    assert_eq!(sorted(&guard("b.ok and a.ok is not missing")), sorted(&behind));
    let either = ["s Ready a.ok guarded behind", "s Ready b.ok", "s Start a.note text", "s Skip a.note text"];
    assert_eq!(sorted(&guard("b.ok or a.ok is not missing")), sorted(&either));
}

#[test]
fn a_message_in_several_languages_reads_its_argument_once() {
    let found = told(r#"step s "S" { owner team; after a; say about(word = a.note) }"#);
    assert_eq!(sorted(&found), ["s Start a.note text"].map(str::to_owned));
}

#[test]
fn a_named_ladder_says_where_it_is_used() {
    let typed = typed(r#"step s "S" { owner team; after a; deadline 1 day; escalate late }"#);
    let found = readings(&typed);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].moment, Moment::Active);
    assert!(found[0].used_at.is_some_and(|used| used.decl == typed.decl && found[0].at.decl != typed.decl));
}
