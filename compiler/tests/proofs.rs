//! What the model says of small workflows whose verdicts are plain to a reader.
//!
//! Each line is a workflow's nodes and what must be said of them, worked out from *How* in the description of the
//! checks. Invariant: sound neighbours of every fault stand beside it and get no verdict at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use wf_compiler::db::{self, Queries};
use wf_compiler::model::{self, Found, Model};
use wf_compiler::place::DeclId;
use wf_compiler::typed::Typed;
use wf_plan::plan::NodeId;

/// The head of every workflow here.
const HEAD: &str = "role clerk \"Clerk\" { reach email }\nrole boss \"Boss\" { reach email }\n\
    enum Region { EU, UK, US }\nsystem crm = console { event \"signed\" { amount: number } }\n\
    workflow w \"W\" {\n  version 1\n  starts by clerk\n  process owner boss\n  input { region: Region, seats: number, urgent: bool, names: list of text, rate: number, deal: text key of crm }\n";

/// Expands `step a`, `step b after a …` to the clauses every step needs.
fn text(nodes: &str) -> String {
    let mut text = HEAD.to_owned();
    for line in nodes.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let keyword = words.next().unwrap();
        if keyword == "outcome" {
            text.push_str(&format!("  {line}\n"));
            continue;
        }
        let name = words.next().unwrap();
        let rest = line.splitn(3, ' ').nth(2).unwrap_or("");
        text.push_str(&format!("  {keyword} {name} \"{name}\" {{\n"));
        if keyword == "step" || keyword == "decision" {
            text.push_str("    owner clerk\n    deadline 2 days\n");
        }
        for clause in rest.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
            text.push_str(&format!("    {clause}\n"));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

fn with_model<T>(nodes: &str, ask: impl FnOnce(&Typed, &Model) -> T) -> T {
    let source = text(nodes);
    let files = BTreeMap::from([("main.wf".to_owned(), source.clone())]);
    let database = wf_compiler::project::open(&files);
    let file = database.file_at("main.wf").unwrap();
    let id = db::item_tree(&database, file)
        .items
        .iter()
        .find(|item| item.name == "w")
        .map(|item| item.id)
        .unwrap();
    let DeclId { file: number, key } = id;
    let file = database.file(number).unwrap();
    let (typed, problems) = db::workflow(&database, file, key);
    let typed = typed.as_ref().unwrap_or_else(|| panic!("{source}\n{problems:#?}"));
    let graph = db::graph(&database, file, key).as_ref().unwrap();
    let model = model::build(typed, graph, &BTreeMap::new()).unwrap_or_else(|no| panic!("{no:?}"));
    ask(typed, &model)
}

fn said(nodes: &str) -> Vec<String> {
    with_model(nodes, |typed, model| {
        let name = |id: &NodeId| typed.nodes[id.index()].name.clone();
        let how = |found: &Found| if found.sure().is_some() { "" } else { "?" };
        let verdicts = model.verdicts();
        let mut said = Vec::new();
        said.extend(verdicts.unreachable.iter().map(|id| format!("102 {}", name(id))));
        said.extend(verdicts.hanging.iter().map(|(id, found)| format!("103{} {}", how(found), name(id))));
        said.extend(verdicts.dead.iter().map(|id| format!("104 {}", name(id))));
        said.extend(verdicts.no_outcome.iter().map(|found| format!("105{}", how(found))));
        said.extend(verdicts.races.iter().map(|race| {
            let at_once = if race.at_once { "=" } else { "/" };
            format!("106{} {}{at_once}{}", how(&race.found), name(&race.comes), name(&race.instead))
        }));
        said.extend(
            verdicts
                .left_open
                .iter()
                .map(|(id, end, found)| format!("107{} {} by {}", how(found), name(id), name(end))),
        );
        said.extend(
            verdicts.not_exclusive.iter().map(|(id, _, _, found)| format!("108{} {}", how(found), name(id))),
        );
        said.extend(verdicts.redundant.iter().map(|(id, _, _)| format!("110 {}", name(id))));
        said.extend(
            verdicts
                .dropped
                .iter()
                .map(|(id, end, found)| format!("113{} {} by {}", how(found), name(id), name(end))),
        );
        said.extend(verdicts.gaps.iter().map(|(id, found)| format!("203{} {}", how(found), name(id))));
        said.extend(verdicts.constant.iter().map(|(id, option, answer)| {
            let option = option.map(|option| format!(".{option}")).unwrap_or_default();
            format!("204 {}{option} {answer}", name(id))
        }));
        said.extend(verdicts.never_open.iter().map(|(id, option)| format!("205 {}.{option}", name(id))));
        said
    })
}

#[track_caller]
fn says(nodes: &str, expected: &[&str]) {
    assert_eq!(said(nodes), expected, "{nodes}");
}

const DECIDE: &str = "option yes \"Yes\"; option no \"No\"";

#[test]
fn a_plain_sequence_is_sound() {
    says("step a\nstep b after a\noutcome done \"Done\" after b", &[]);
}

#[test]
fn branches_that_meet_are_sound() {
    says("step a\nstep b after a\nstep c after a\nconverge m after b, c\noutcome done \"Done\" after m", &[]);
}

#[test]
fn a_conditional_branch_is_waited_for_as_settled() {
    says(
        "step a\nstep b after a; when region is EU\nstep c after a, b\noutcome done \"Done\" after c",
        &["110 c"],
    );
    says("step a\nstep b when region is EU\nstep c after a, b\noutcome done \"Done\" after c", &[]);
}

#[test]
fn exclusive_options_cannot_all_be_waited_for() {
    let nodes = format!(
        "decision d {DECIDE}\nstep b after d.yes\nstep c after d.no\nconverge m after b, c\noutcome done \"Done\" after m"
    );
    says(&nodes, &["102 m"]);
    says(&nodes.replace("m after b, c", "m after all taken of b, c"), &[]);
    says(&nodes.replace("m after b, c", "m after any of b, c"), &[]);
}

#[test]
fn a_join_hangs_where_one_source_is_not_taken() {
    let nodes = format!(
        "step a\ndecision d {DECIDE}\nstep b after d.yes\nconverge m after a, b\noutcome done \"Done\" after m"
    );
    says(&nodes, &["103 m"]);
    says(&nodes.replace("after a, b", "after all taken of a, b"), &[]);
}

#[test]
fn an_option_that_leads_nowhere_ends_without_outcome() {
    let nodes = format!("decision d {DECIDE}\nstep b after d.yes\noutcome done \"Done\" after b");
    says(&nodes, &["105"]);
    says(&format!("{nodes}\noutcome lost \"Lost\" after d.no"), &[]);
}

#[test]
fn outcomes_race_where_nothing_decides_between_them() {
    says(
        "step a\nstep b\noutcome one \"One\" after a\noutcome two \"Two\" after b",
        &["106 one/two", "107 a by two", "107 b by one"],
    );
    says(
        "step a\noutcome one \"One\" after a\noutcome two \"Two\" after a.done",
        &["104 two", "106 one=two"],
    );
}

#[test]
fn an_early_outcome_leaves_work_open() {
    let nodes = format!(
        "decision d {DECIDE}\nstep slow\noutcome stop \"Stop\" after d.no\noutcome done \"Done\" after d.yes, slow"
    );
    says(&nodes, &["107 slow by stop"]);
}

#[test]
fn what_stands_behind_an_outcome_is_dead() {
    says(
        "step a\nstep b after a\nstep c after b\noutcome done \"Done\" after a\noutcome late \"Late\" after c",
        &["104 b"],
    );
}

#[test]
fn conditions_that_exclude_each_other_are_seen() {
    says(
        "step a when region is EU\nstep b when region is not EU\nconverge m after any of a, b\noutcome done \"Done\" after m",
        &[],
    );
    says(
        "step a when seats > 10\nstep b when seats < 5\nconverge m after any of a, b\noutcome done \"Done\" after m",
        &["105"],
    );
}

#[test]
fn a_when_that_is_always_true_is_seen() {
    says("step a when seats > 10 or seats <= 10\noutcome done \"Done\" after a", &["204 a true"]);
    says(
        "step a when seats > 10\nstep b after a.done; when seats > 5\noutcome done \"Done\" after a, b",
        &["103 done", "110 done", "204 b true"],
    );
}

#[test]
fn opaque_tests_are_never_certain() {
    says(
        "step a when seats * 2 > rate\nstep b after a.done\nstep c\noutcome done \"Done\" after b, c",
        &["103? done"],
    );
}

#[test]
fn a_redo_is_closed_and_ends() {
    let nodes = "step a\nstep b after a\ndecision d after b; option yes \"Yes\"; option again \"Again\" redo a at most 2 times\noutcome done \"Done\" after d.yes";
    says(nodes, &[]);
    says(
        "step a\ndecision d after a; option yes \"Yes\"; option bad \"Bad\"\nstep rework after d.bad; \
         redo a at most 2 times otherwise outcome given_up\noutcome done \"Done\" after d.yes\n\
         outcome given_up \"Given up\"",
        &[],
    );
    // Skipped by rule it goes back all the same, until its rounds are used up.
    says(
        "step a\nstep b after a; when region is EU; redo a at most 2 times otherwise outcome given_up\n\
         outcome given_up \"Given up\"",
        &[],
    );
}

#[test]
fn waits_may_be_late() {
    let wait = "wait signed for crm \"signed\"; deadline 5 days";
    says(
        &format!(
            "{wait}; if late go on\noutcome done \"Done\" after signed.arrived\noutcome gone \"Gone\" after signed.late"
        ),
        &[],
    );
    says(&format!("{wait}; if late go on\noutcome done \"Done\" after signed.arrived"), &["105"]);
    says(
        &format!("{wait}; if late outcome gone\noutcome done \"Done\" after signed\noutcome gone \"Gone\""),
        &[],
    );
    says(
        &format!(
            "{wait}; if late outcome gone\nstep a\noutcome done \"Done\" after signed, a\noutcome gone \"Gone\""
        ),
        &["107 a by gone"],
    );
    says(
        &format!(
            "{wait}; if late skip\nstep a after signed.skipped\noutcome done \"Done\" after signed.arrived, a"
        ),
        &["102 done"],
    );
}

#[test]
fn a_list_may_be_empty() {
    says("step a for each one in names\noutcome done \"Done\" after a.done", &["105"]);
    says("step a for each one in names\noutcome done \"Done\" after a", &[]);
}

#[test]
fn any_of_wants_sources_that_exclude_each_other() {
    says("step a\nstep b\nstep c after any of a, b\noutcome done \"Done\" after a, b, c", &["108 c"]);
}

#[test]
fn a_decision_may_have_nothing_to_choose() {
    says(
        "decision d option yes \"Yes\" when region is EU; option no \"No\" when region is UK\n\
         outcome done \"Done\" after d",
        &["203 d"],
    );
    says(
        "decision d option yes \"Yes\" when seats > 5; option no \"No\" when seats > 3 and seats < 2\n\
         outcome done \"Done\" after d",
        &["203 d", "205 d.1"],
    );
}

#[test]
fn a_join_that_nothing_explains_is_dropped() {
    let nodes = format!(
        "step a\ndecision d {DECIDE}\nstep b after a, d.yes\nstep z after a, d\noutcome done \"Done\" after z"
    );
    says(&nodes, &["107 b by done"]);
    let bare = format!(
        "step a\ndecision d {DECIDE}\nstep x after d.yes\nstep b after a, x\nstep z after a, d\n\
         outcome done \"Done\" after z"
    );
    says(&bare, &["107 x by done", "107 b by done", "113 b by done"]);
    let explained = format!(
        "step a\ndecision d {DECIDE}\nstep b after a, d.yes\noutcome done \"Done\" after b\n\
         outcome lost \"Lost\" after a, d.no"
    );
    says(&explained, &[]);
}

#[test]
fn outcomes_may_be_reached_by_alternatives() {
    says(
        "step a escalate { on overdue; level 1 { ask boss \"What now?\" { alternative \"Give up\" { outcome gone }; \
         alternative \"Go on\" { resume } } } }\noutcome done \"Done\" after a\noutcome gone \"Gone\"",
        &[],
    );
}

#[test]
fn what_the_second_engine_found() {
    // Its `after` holds only in the event that ends the instance.
    says("step a\nstep b after a; when urgent\noutcome done \"Done\" after a.done", &["104 b"]);
    // A group of two is one source of the group around it.
    says(
        "step a\ndecision d option x \"X\"; option y \"Y\"\ndecision e after all taken of (a.done, d.y); option x \"X\"; option y \"Y\"",
        &["103 e"],
    );
}

/// Two inputs for each of so many steps, asked for one after the other: what is true in the end depends on all of them
/// at once, however the variables are ordered.
fn entangled(count: usize) -> String {
    let list = |kinds: &[&str], joined: &str, of: &dyn Fn(&str, usize) -> String| {
        let all = kinds.iter().flat_map(|kind| (0..count).map(move |number| of(kind, number)));
        all.collect::<Vec<_>>().join(joined)
    };
    let step = |name: String, clauses: String| {
        format!("  step {name} \"S\" {{\n    owner clerk\n    deadline 2 days\n    {clauses}\n  }}\n")
    };
    format!(
        "role clerk \"Clerk\" {{ reach email }}\nworkflow w \"W\" {{\n  version 1\n  starts by clerk\n  process owner clerk\n  \
         input {{ {} }}\n{}{}  outcome done \"Done\" after {}\n}}\n",
        list(&["i", "j"], ", ", &|kind, number| format!("{kind}{number}: bool")),
        list(&["x", "y"], "", &|kind, number| {
            let input = if kind == "x" { "i" } else { "j" };
            step(format!("{kind}{number}"), format!("when {input}{number}"))
        }),
        list(&["z"], "", &|kind, number| {
            let clauses = format!("after x{number}, y{number}\n    when i{number} and j{number}");
            step(format!("{kind}{number}"), clauses)
        }),
        list(&["x", "y", "z"], ", ", &|kind, number| format!("{kind}{number}")),
    )
}

#[test]
fn what_depends_on_too_much_at_once_is_not_passed() {
    let codes = |count: usize| {
        let found = wf_compiler::project::check_text(&[("main.wf", &entangled(count))]);
        found.into_iter().map(|finding| (finding.rule.code, finding.message)).collect::<Vec<_>>()
    };
    assert!(codes(3).iter().all(|(code, _)| *code != "WF010"), "{:?}", codes(3));
    let found = codes(18);
    let told = "`w` depends on its choices in too many ways to be proven";
    assert!(found.iter().any(|(code, message)| *code == "WF010" && message == told), "{found:?}");
    // Half an answer of a proof would be none.
    assert!(found.iter().all(|(code, _)| !code.starts_with("WF1") && !code.starts_with("WF2")), "{found:?}");
}
