//! The program `wfc-lint` itself, as a build server calls it: exit codes, several files, several reports in one run.
//!
//! The forms are held against their schemas in `formats`; here their files come from a real run.
//! Invariant: every case names the exit code that it expects.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

use super::formats::{faults_of_json, faults_of_xml};
use serde_json::Value as Json;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const TEAMS: &str = "\
role clerk \"Clerk\" { reach email }
role boss \"Boss\" { reach email }

escalation climb {
  on overdue
  level 1 {
    ask boss \"What now?\" {
      alternative \"Wait\" { extend deadline by 1 day }
      alternative \"Wait longer\" { extend deadline by 2 days }
    }
    decide within 5 business days
  }
  level 2 after 1 business day { tell clerk \"{step} is late.\" }
}
";

/// A workflow that uses what `teams.wf` declares, with these nodes.
fn workflow(name: &str, nodes: &str) -> String {
    format!(
        "use teams.{{boss, clerk, climb}}\n\nworkflow {name} \"W\" {{\n  version 1\n  process owner boss\n  starts by clerk\n  escalate climb\n{nodes}}}\n"
    )
}

const SHIP: &str = "  step ship \"Ship\" { owner clerk; deadline 2 business days }\n";
const DONE: &str = "  outcome done \"Done\" after ship\n";
const HANGS: &str = "  decision size \"Size?\" { owner clerk; deadline 2 business days; option small \"Small\"; option large \"Large\" }\n  step ship \"Ship\" { owner clerk; after size.large; deadline 2 business days }\n  outcome done \"Done\" after ship, size\n";

struct Desk(TempDir);

impl Desk {
    fn new(files: &[(&str, &str)]) -> Self {
        let desk = Self(TempDir::new().unwrap());
        desk.write("wf.toml", "");
        files.iter().for_each(|(name, text)| desk.write(name, text));
        desk
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// What the program says, both streams, and its exit code.
    fn lint(&self, arguments: &[&str]) -> (i32, String) {
        let said = Command::new(env!("CARGO_BIN_EXE_wfc-lint"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = String::from_utf8(said.stdout).unwrap() + &String::from_utf8(said.stderr).unwrap();
        (said.status.code().unwrap(), text)
    }

    #[track_caller]
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let (ended, said) = self.lint(arguments);
        assert_eq!(ended, code, "{said}");
        said
    }
}

#[test]
fn what_cannot_be_used_ends_with_2_and_says_why() {
    let desk = Desk::new(&[("teams.wf", TEAMS), ("one.wf", &workflow("one", &(SHIP.to_owned() + DONE)))]);
    for (arguments, part) in [
        (&["--format", "xml"][..], "xml"),
        (&["--output", "sarif"], "NAME=FILE"),
        (&["--output", "xml=a.xml"], "there is no form `xml`"),
        (&["--output", "sarif=wf.toml/a.sarif"], "could not be written"),
        (&["--config", "other.toml"], "other.toml"),
        (&["nowhere.wf"], "there is no `nowhere.wf`"),
    ] {
        let said = desk.ends(2, arguments);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    std::fs::write(desk.0.path().join("latin.wf"), b"# caf\xe9\n").unwrap();
    let said = desk.ends(2, &[]);
    assert!(said.contains("latin.wf` is not UTF-8 text"), "{said}");
}

#[test]
fn settings_that_nobody_knows_are_refused_with_the_nearest() {
    let desk = Desk::new(&[("teams.wf", TEAMS)]);
    for (text, parts) in [
        ("fail_on = \"warning\"\n", ["line 1", "`fail-on`"]),
        ("[limit]\nmessages-per-day = 3\n", ["line 1", "`limits`"]),
        ("[limits]\nmessages-per-dya = 3\n", ["line 2", "`messages-per-day`"]),
        ("\n[rules]\nWF1O3 = \"off\"\n", ["line 3", "`WF103`"]),
        ("[rules]\nno-deadline = \"of\"\n", ["line 2", "off"]),
    ] {
        desk.write("wf.toml", text);
        let said = desk.ends(2, &[]);
        for part in parts {
            assert!(said.contains(part), "{text}: `{part}` is not in {said}");
        }
    }
}

#[test]
fn a_ladder_that_two_files_use_is_told_once_and_allowed_where_it_stands() {
    let body = SHIP.to_owned() + DONE;
    let desk = Desk::new(&[
        ("teams.wf", TEAMS),
        ("one.wf", &workflow("one", &body)),
        ("two.wf", &workflow("two", &body)),
    ]);
    let said = desk.ends(1, &["--format", "concise"]);
    assert_eq!(said.matches("WF404").count(), 1, "{said}");
    assert!(said.contains("1 error in 3 files"), "{said}");
    let allowed = TEAMS.replace(
        "  level 2",
        "  # wf: allow ladder-not-increasing because the clerk asks again in between\n  level 2",
    );
    desk.write("teams.wf", &allowed);
    let said = desk.ends(0, &["--fail-on", "note"]);
    assert!(said.contains("no findings"), "a permission used by other files is used: {said}");
    // Named by itself, the file that uses it still knows the permission of the other.
    desk.ends(0, &["one.wf", "--fail-on", "note"]);
    // Nothing uses the ladder in a wrong way any more: the permission is one too many.
    desk.write("teams.wf", &allowed.replace("level 2 after 1 business day", "level 2 after 9 business days"));
    let said = desk.ends(1, &["--fail-on", "warning"]);
    assert!(said.contains("warning[WF804]"), "{said}");
}

#[test]
fn findings_come_file_by_file_and_line_by_line_every_time() {
    let loose = "  step ship \"Ship\" { owner clerk }\n  step bill \"Bill\" { owner clerk; after ship }\n  outcome done \"Done\" after bill\n";
    let desk =
        Desk::new(&[("teams.wf", TEAMS), ("b.wf", &workflow("b", loose)), ("a.wf", &workflow("a", loose))]);
    let said = desk.ends(1, &["--format", "concise"]);
    let places: Vec<(&str, u32)> = said
        .lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            Some((parts.next()?, parts.next()?.parse().ok()?))
        })
        .collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    assert_eq!(places, sorted);
    assert!(places.len() >= 5, "{said}");
    for _ in 0..5 {
        assert_eq!(desk.ends(1, &["--format", "concise"]), said);
    }
}

#[test]
fn several_reports_of_one_run_are_what_their_schemas_say() {
    let desk = Desk::new(&[("teams.wf", TEAMS), ("main.wf", &workflow("order", HANGS))]);
    let outputs = [
        "sarif=out/a.sarif",
        "gitlab=out/a.gitlab",
        "rdjson=out/a.rdjson",
        "junit=out/a.junit",
        "checkstyle=out/a.checkstyle",
    ];
    let mut arguments = vec!["--format", "github"];
    outputs.iter().for_each(|output| arguments.extend(["--output", output]));
    let said = desk.ends(1, &arguments);
    assert!(said.contains("::error file=main.wf,line="), "{said}");
    for (file, schema) in
        [("sarif", "sarif-2.1.0.json"), ("gitlab", "gitlab-code-quality.json"), ("rdjson", "rdjson.json")]
    {
        let report: Json = serde_json::from_str(&desk.read(&format!("out/a.{file}"))).unwrap();
        assert_eq!(faults_of_json(schema, &report), [""; 0], "{file}");
    }
    for (file, schema) in [("junit", "junit-10.xsd"), ("checkstyle", "checkstyle.xsd")] {
        assert_eq!(faults_of_xml(schema, &desk.read(&format!("out/a.{file}"))), [""; 0], "{file}");
    }
    let log: Json = serde_json::from_str(&desk.read("out/a.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let hang = results.iter().find(|result| result["ruleId"] == "WF103").expect("it hangs");
    let steps = hang["codeFlows"][0]["threadFlows"][0]["locations"].as_array().unwrap();
    let words: Vec<&str> =
        steps.iter().filter_map(|step| step["location"]["message"]["text"].as_str()).collect();
    assert!(words.iter().any(|words| words.contains("small")), "{words:?}");
    assert!(words.last().is_some_and(|words| words.contains("nothing moves")), "{words:?}");
}

#[test]
fn a_difference_of_absolute_paths_is_one_that_patch_takes() {
    let loose = "  step ship \"Ship\" { owner clerk }\n  outcome done \"Done\" after ship\n";
    let teams = TEAMS.replace("after 1 business day", "after 9 business days");
    let desk = Desk::new(&[("teams.wf", &teams), ("main.wf", &workflow("order", loose))]);
    let root = desk.0.path().to_str().unwrap().replace('\\', "/");
    let (_, said) = desk.lint(&["--diff", &root]);
    assert!(said.contains(&format!("--- a/{}/main.wf", root.trim_start_matches('/'))), "{said}");
    assert!(!said.contains("a//") && Path::new(&root).is_absolute(), "{said}");
}
