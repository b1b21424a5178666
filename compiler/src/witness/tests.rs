//! Cases written by hand for small workflows: each must replay, each wrong one must not.

mod endings;
mod ways;
mod words;

use super::{Replayed, facts, replay, show};
use crate::db;
use crate::model::case::{Case, Ending, FieldKey, How};
use crate::project;
use crate::typed::{NodeKind, Typed};
use std::collections::BTreeMap;
use wf_plan::Value;
use wf_plan::plan::{FieldIndex, NodeId};

const AROUND: &str = r#"
channel console {}
role maker "Maker" { reach console; people mia, max }
role checker "Checker" { reach console; people carl, cora, chris }
role boss "Boss" { reach console; one person }
role guest "Guest" { external; reach console }
system desk = console {
  event "came" { pages: number, text: text }
  event "left" { pages: number }
}
enum Size { small, large }
record Address { city: text, floor: number }
workflow child "Child" {
  version 1
  process owner boss
  step inside { owner maker; deadline 2 days }
  decision ask { owner maker; after inside; deadline 2 days; option fine "Fine"; option bad "Bad" }
  outcome good "Good" after ask.fine
  outcome poor "Poor" after ask.bad
}
"#;

/// The typed workflow of a text: clauses and nodes of `workflow w`.
fn typed(body: &str) -> Typed {
    let text = format!(
        "{AROUND}\nworkflow w \"W\" {{\n  version 1\n  process owner boss\n  escalate never\n  remind never\n{body}\n}}\n"
    );
    let db = project::open(&BTreeMap::from([("main.wf".to_owned(), text)]));
    let file = db.file_at("main.wf").unwrap();
    let items = &db::item_tree(&db, file).all;
    let found = items.iter().filter_map(|item| db::workflow(&db, file, item.key).0.clone());
    found.into_iter().find(|typed| typed.name == "w").unwrap_or_else(|| {
        let told = db.check_all();
        panic!("{:#?}", told.iter().map(|finding| &finding.message).collect::<Vec<_>>())
    })
}

fn id(typed: &Typed, name: &str) -> NodeId {
    let at = typed.nodes.iter().position(|node| node.name == name).unwrap_or_else(|| panic!("no {name}"));
    NodeId(u16::try_from(at).unwrap())
}

fn option(typed: &Typed, node: &str, name: &str) -> u16 {
    match &typed.nodes[id(typed, node).index()].kind {
        NodeKind::Decision { options, .. } => {
            u16::try_from(options.iter().position(|option| option.name == name).unwrap()).unwrap()
        }
        _ => panic!("{node} is no decision"),
    }
}

fn input(typed: &Typed, name: &str) -> FieldKey {
    let at = typed.inputs.iter().position(|field| field.data.name == name).unwrap();
    FieldKey { node: None, path: vec![FieldIndex(u16::try_from(at).unwrap())] }
}

fn case(typed: &Typed, finished: &[(&str, How)], ending: Ending) -> Case {
    Case {
        values: Vec::new(),
        values_needed: 0,
        needed: Vec::new(),
        finished: finished.iter().map(|(name, how)| (id(typed, name), *how)).collect(),
        used_up: Vec::new(),
        ending,
        assumed: Vec::new(),
    }
}

fn outcome(typed: &Typed, name: &str) -> Ending {
    Ending::Outcome(id(typed, name))
}

fn with(mut case: Case, values: &[(FieldKey, Value)]) -> Case {
    case.values = values.to_vec();
    case.values_needed = values.len();
    case
}

/// The run of a case that must replay, one event per line.
fn run(typed: &Typed, case: &Case) -> String {
    let Replayed { run, .. } = replay(typed, case).unwrap_or_else(|| panic!("does not replay: {case:#?}"));
    let line = |event: &wf_lang::diagnostic::RunEvent| {
        let parts = [&event.at, &event.node, &event.event, &event.detail];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    };
    run.iter().map(line).collect::<Vec<_>>().join("\n")
}
