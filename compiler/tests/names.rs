//! Names across files: what resolves, what is reported, and what stays silent.
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
use wf_compiler::project;

/// The `.wf` files below a folder of the repository.
fn folder(path: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&root).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "wf") {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            files.insert(name, std::fs::read_to_string(&file).unwrap());
        }
    }
    files
}

fn told(files: &BTreeMap<String, String>) -> Vec<String> {
    let found = project::check(files);
    found
        .iter()
        .map(|finding| {
            let text = &files[&*finding.at.file];
            let line = text[..finding.at.span.start as usize].matches('\n').count() + 1;
            format!("{} {}:{line} {}", finding.rule.code, finding.at.file, finding.message)
        })
        .collect()
}

#[test]
fn real_projects_have_no_finding() {
    for path in ["tests/cases/kitchen-sink", "examples/onboarding", "examples/claims", "examples/change"] {
        assert_eq!(told(&folder(path)), [""; 0], "{path}");
    }
}

#[test]
fn the_standard_library_has_no_finding_of_its_own() {
    let files =
        folder("stdlib").into_iter().map(|(name, text)| (name, text.replace("use std.", "use "))).collect();
    let found: Vec<_> = told(&files).into_iter().filter(|line| !line.starts_with("WF007")).collect();
    assert_eq!(found, [""; 0], "nothing in a library is used by itself, everything else holds");
}

const WORK: &str = "workflow w \"W\" {\n  version 1\n  process owner legal\n  step s \"S\" {\n    owner legal\n    \
                    deadline 2 days\n  }\n}\n";

fn project(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn with_work(top: &str) -> String {
    format!("{top}\n{WORK}")
}

#[test]
fn names_come_from_other_files_and_folders_and_files_may_use_each_other() {
    let main = with_work("use people.legal.legal\nlet limit = 3\n");
    let legal = "use main.limit\nrole legal { reach email }\nlet half = limit / 2\nlet quarter = half / 2\n";
    let told = told(&project(&[("main.wf", &main), ("people/legal.wf", legal)]));
    assert_eq!(told, ["WF007 people/legal.wf:4 the value `quarter` is never used"]);
}

#[test]
fn what_a_file_brings_in_is_not_passed_on() {
    let teams = "use staff.legal\nrole other { reach email; deputy legal }\n";
    let staff = "role legal { reach email }\n";
    let main = with_work("use teams.{legal, other}").replace("process owner legal", "process owner other");
    let told = told(&project(&[("main.wf", &main), ("teams.wf", teams), ("staff.wf", staff)]));
    assert_eq!(
        told,
        ["WF008 main.wf:1 `teams` declares no `legal`"],
        "and the missing owner is not told again"
    );
}

#[test]
fn a_mistyped_import_proposes_the_name_and_silences_what_follows() {
    let teams = "role legal { reach email }\n";
    let files = project(&[("main.wf", &with_work("use teams.leagl")), ("teams.wf", teams)]);
    let found = project::check(&files);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `legal`?"));
    assert_eq!(found[0].fixes[0].edits[0].replacement, "legal");
    let files = project(&[("main.wf", &with_work("use taems.legal")), ("teams.wf", teams)]);
    let found = project::check(&files);
    let about_main: Vec<_> = found.iter().filter(|finding| &*finding.at.file == "main.wf").collect();
    assert_eq!(about_main.len(), 1, "{found:#?}");
    assert_eq!(about_main[0].help.as_deref(), Some("did you mean `teams`, the file `teams.wf`?"));
}

#[test]
fn a_broken_declaration_is_told_once() {
    let told = told(&project(&[("main.wf", &with_work("rloe legal { reach email }"))]));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("WF001 main.wf:1"), "{told:#?}");
}

#[test]
fn channels_belong_to_the_whole_project() {
    let main = with_work("use teams.legal")
        .replace("    owner legal", "    owner legal\n    on start { tell legal \"x\" via email }");
    let teams = "channel email { carries personal }\nchannel slack {}\nrole legal { reach email }\n";
    let told = told(&project(&[("main.wf", &main), ("teams.wf", teams)]));
    assert_eq!(told, ["WF007 teams.wf:2 no role is reached and nothing is sent via `slack`"]);
}

#[test]
fn names_are_told_apart_and_policies_stand_for_themselves() {
    let top = "role legal { reach email }\nrole legal { reach slack }\npolicy legal { applies to all workflows; every step has deadline }";
    let told = told(&project(&[("main.wf", &with_work(top))]));
    assert_eq!(told, ["WF003 main.wf:2 there is already a role `legal`"]);
}

#[test]
fn a_way_of_values_back_to_itself_is_told_once() {
    let top = "role legal { reach email }\nlet a = b + 1\nlet b = c + 1\nlet c = a + 1\nlet used = a";
    let main = with_work(top).replace("    owner legal", "    owner legal\n    when used > 1");
    let told = told(&project(&[("main.wf", &main)]));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].starts_with("WF013"), "{told:#?}");
}

#[test]
fn permissions_silence_one_line() {
    let top = "role legal { reach email }\n# wf: allow unused-name because it comes next year\nrole later { reach email }\n\
               role never { reach email }";
    let told = told(&project(&[("main.wf", &with_work(top))]));
    assert_eq!(told, ["WF007 main.wf:4 the role `never` is never used"]);
}
