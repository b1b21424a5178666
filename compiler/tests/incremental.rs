//! What an edit asks again: counted through salsa's own events, which no noise can change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use wf_compiler::db::{self, Database};

/// A database, and how often each query has run since it was last asked.
struct Counted {
    db: Database,
    runs: Arc<Mutex<Vec<String>>>,
}

impl Counted {
    fn new(files: &[(&str, String)]) -> Self {
        let runs = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&runs);
        let mut db = Database::new(Some(Box::new(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                heard.lock().unwrap().push(format!("{database_key:?}"));
            }
        })));
        db.set_files(files.iter().map(|(path, text)| (*path, text.as_str())));
        Self { db, runs }
    }

    fn check(&self) -> usize {
        let files = self.db.own_files();
        files.into_iter().map(|file| db::diagnostics(&self.db, file).len()).sum()
    }

    /// How often each query ran since the last call.
    fn taken(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for run in std::mem::take(&mut *self.runs.lock().unwrap()) {
            let name = run.split('(').next().unwrap().to_owned();
            *counts.entry(name).or_default() += 1;
        }
        counts
    }
}

fn workflow(name: &str, days: u32) -> String {
    format!(
        "workflow {name} \"A workflow\" {{\n  version 1\n  process owner clerk\n\n  step first \"First\" {{\n    \
         owner clerk\n    deadline {days} days\n  }}\n\n  step second \"Second\" {{\n    owner clerk\n    after first\n    \
         deadline 2 days\n  }}\n}}\n\n"
    )
}

/// Twenty files of five workflows each, and the roles they share.
fn project() -> Vec<(&'static str, String)> {
    let mut files = vec![("teams.wf", "role clerk { reach email }\nrole boss { reach email }\n".to_owned())];
    files.push(("boss.wf", "use teams.boss\n".to_owned() + &workflow("of_boss", 3).replace("clerk", "boss")));
    for number in 0..20 {
        let path: &'static str = Box::leak(format!("w{number}.wf").into_boxed_str());
        files.push((path, file(number, 3)));
    }
    files
}

fn file(number: usize, days: u32) -> String {
    let workflows: String = (0..5)
        .map(|index| workflow(&format!("w{number}_{index}"), if index == 0 { days } else { 3 }))
        .collect();
    format!("use teams.clerk\n\n{workflows}")
}

fn count(counts: &BTreeMap<String, usize>, query: &str) -> usize {
    counts.get(query).copied().unwrap_or_default()
}

#[test]
fn an_edit_in_one_step_checks_its_workflow_again_and_no_other() {
    let mut counted = Counted::new(&project());
    counted.db.open("w7.wf", &file(7, 3));
    assert_eq!(counted.check(), 0);
    let cold = counted.taken();
    assert_eq!(count(&cold, "workflow"), 101, "cold, every workflow is checked once");

    counted.db.set_text("w7.wf", &file(7, 4));
    assert_eq!(counted.check(), 0);
    let edit = counted.taken();
    assert_eq!(count(&edit, "parsed"), 1, "one declaration is read again: {edit:?}");
    assert_eq!(count(&edit, "workflow"), 1, "one workflow is checked again: {edit:?}");
    assert_eq!(count(&edit, "problems"), 1);
    assert_eq!(count(&edit, "judged"), 1, "one file is shown again");
    assert_eq!(count(&edit, "index"), 0, "names have not changed");
    assert_eq!(count(&edit, "resolve"), 0);
    assert!(edit.values().sum::<usize>() <= 20, "few queries run at all: {edit:?}");
}

#[test]
fn blanks_and_comments_check_nothing_again() {
    let mut counted = Counted::new(&project());
    counted.check();
    counted.taken();
    counted
        .db
        .set_text("w7.wf", &file(7, 3).replace("  deadline 2 days", "  # soon\n\n    deadline  2 days"));
    assert_eq!(counted.check(), 0);
    let edit = counted.taken();
    assert_eq!(count(&edit, "workflow"), 0, "what is written means the same: {edit:?}");
    assert_eq!(count(&edit, "problems"), 0);
    assert_eq!(count(&edit, "judged"), 1, "places have moved");
}

#[test]
fn a_new_declaration_elsewhere_checks_no_workflow_again() {
    let mut counted = Counted::new(&project());
    counted.check();
    counted.taken();
    let teams = "role newcomer { reach email }\nrole clerk { reach email }\nrole boss { reach email }\n";
    counted.db.set_text("teams.wf", teams);
    assert_eq!(counted.check(), 1, "nothing uses the newcomer yet");
    let edit = counted.taken();
    assert_eq!(count(&edit, "workflow"), 0, "{edit:?}");
    assert_eq!(count(&edit, "problems"), 1, "the newcomer itself");
}

#[test]
fn what_uses_a_changed_role_is_checked_again_and_nothing_else() {
    let mut counted = Counted::new(&project());
    counted.check();
    counted.taken();
    counted.db.set_text("teams.wf", "role clerk { reach email }\nrole boss \"The boss\" { reach slack }\n");
    counted.check();
    let edit = counted.taken();
    assert_eq!(count(&edit, "workflow"), 1, "only the workflow of the boss: {edit:?}");
}

#[test]
fn removed_files_and_reopened_files_are_seen() {
    let mut counted = Counted::new(&project());
    assert_eq!(counted.check(), 0);
    counted.db.remove("teams.wf");
    assert_eq!(counted.check(), 21, "each `use` line misses its file, and nothing else is said");
    counted.db.open("teams.wf", "role clerk { reach email }\nrole boss { reach email }\n");
    assert_eq!(counted.check(), 0);
    counted.db.close("teams.wf");
    assert_eq!(counted.check(), 0);
}
