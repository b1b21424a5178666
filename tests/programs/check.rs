//! `wfc check`, `wfc explain`: exit codes, and JSON as the language page specifies it.

use super::Desk;
use serde_json::Value as Json;

const CLEAN: &str = "role clerk \"Clerk\" {\n  reach email\n}\n\nworkflow order \"Order\" {\n  version 1\n  starts by clerk\n\n  step ship \"Ship it\" {\n    owner clerk\n    deadline 2 business days\n  }\n\n  outcome done \"Done\" after ship\n}\n";

/// Beyond ASCII before the mistake: `ü` is two bytes, the face four; both are one column.
fn misspelt() -> String {
    CLEAN.replace("step ship \"Ship it\" {\n    owner clerk", "step ship \"ü 😀\" { owner clrk")
}

#[test]
fn exit_codes_tell_findings_from_a_wrong_command_line() {
    let desk = Desk::new();
    desk.write("main.wf", CLEAN);
    assert!(desk.wfc(&["check"]).fine().contains("no findings in 1 file"));
    desk.write("main.wf", misspelt());
    let said = desk.wfc(&["check", "main.wf"]).ends(1);
    assert!(said.contains("there is no role `clrk`") && said.contains("did you mean `clerk`?"), "{said}");
    assert!(said.contains("1 error in 1 file"), "{said}");
    let said = desk.wfc(&["check", "nowhere"]).ends(2);
    assert!(said.contains("nowhere"), "{said}");
    desk.write("main.wf", b"role clerk \"Cl\xe9rk\" {}\n");
    let said = desk.wfc(&["check", "main.wf"]).ends(2);
    assert!(said.contains("main.wf") && said.contains("UTF-8"), "{said}");
    desk.wfc(&["chekc"]).ends(2);
    desk.wfc(&[]).ends(2);
}

#[test]
fn warnings_alone_end_with_0() {
    let desk = Desk::new();
    desk.write("main.wf", format!("{CLEAN}\nrole boss \"Boss\" {{\n  reach email\n}}\n"));
    let said = desk.wfc(&["check"]).ends(0);
    assert!(said.contains("warning[WF007]") && said.contains("1 warning in 1 file"), "{said}");
}

#[test]
fn a_file_that_is_wrong_because_of_another_is_not_called_clean() {
    let desk = Desk::new();
    let (teams, main) = CLEAN.split_once("\n\n").unwrap();
    desk.write("wf.toml", "");
    desk.write("teams.wf", format!("{}\n", teams.replace("clerk", "clrek")));
    desk.write("main.wf", format!("use teams.clerk\n\n{main}"));
    let said = desk.wfc(&["check", "main.wf"]).ends(1);
    assert!(said.contains("`clrek`") && said.contains("`clerk`"), "{said}");
}

#[test]
fn json_has_every_field_of_the_language_page() {
    let desk = Desk::new();
    let text = misspelt();
    desk.write("main.wf", &text);
    let said = desk.wfc(&["check", "--format", "json", "main.wf"]);
    assert_eq!(said.code, 1);
    let report: Json = serde_json::from_str(&said.out).unwrap();
    assert_eq!(keys(&report), ["diagnostics", "summary", "version"]);
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"], serde_json::json!({"errors": 1, "warnings": 0, "notes": 0, "files": 1}));
    let [finding] = report["diagnostics"].as_array().unwrap().as_slice() else { panic!("{report}") };
    let named =
        ["code", "end", "file", "fixes", "help", "message", "name", "related", "run", "severity", "start"];
    assert_eq!(keys(finding), named);
    assert_eq!(finding["code"], "WF002");
    assert_eq!(finding["name"], "unknown-name");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["message"], "there is no role `clrk`");
    assert_eq!(finding["help"], "did you mean `clerk`?");
    assert_eq!(finding["file"], "main.wf");
    assert_eq!(finding["run"], Json::Null);
    // `  step ship "ü 😀" { owner clrk`: 26 characters stand before the word, in 30 bytes.
    let line = text.lines().position(|line| line.contains("clrk")).unwrap() + 1;
    let offset = text.find("clrk").unwrap();
    let place =
        |column: usize, offset: usize| serde_json::json!({"line": line, "column": column, "offset": offset});
    assert_eq!(finding["start"], place(27, offset));
    assert_eq!(finding["end"], place(31, offset + 4));
    let edit = &finding["fixes"][0]["edits"][0];
    assert_eq!(edit["replacement"], "clerk");
    assert_eq!((&edit["start"], &edit["end"]), (&finding["start"], &finding["end"]));
}

#[test]
fn json_shows_related_places_and_an_empty_list() {
    let desk = Desk::new();
    desk.write("main.wf", CLEAN.replace("  version 1\n", "  version 1\n  version 2\n"));
    let report: Json = serde_json::from_str(&desk.wfc(&["check", "--format", "json"]).out).unwrap();
    let related = &report["diagnostics"][0]["related"][0];
    assert_eq!(keys(related), ["end", "file", "message", "start"]);
    assert_eq!(related["start"]["line"], 6);
    desk.write("main.wf", CLEAN);
    let report: Json = serde_json::from_str(&desk.wfc(&["check", "--format", "json"]).fine()).unwrap();
    assert_eq!(report["diagnostics"], serde_json::json!([]));
}

fn keys(value: &Json) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn no_colour_goes_into_a_pipe() {
    let desk = Desk::new();
    desk.write("main.wf", misspelt());
    assert!(!desk.wfc(&["check"]).out.contains('\u{1b}'));
}

#[test]
fn explain_prints_a_page_by_code_or_name() {
    let desk = Desk::new();
    let page = desk.wfc(&["explain", "WF101"]).fine();
    assert!(page.contains("What it means") && page.contains("Right"), "{page}");
    assert_eq!(desk.wfc(&["explain", "dependency-cycle"]).fine(), page);
    assert!(desk.wfc(&["explain"]).fine().contains("WF002  unknown-name"));
    let said = desk.wfc(&["explain", "WF999999"]).ends(2);
    assert!(said.contains("there is no rule"), "{said}");
}
