//! `wfc-lint` and `wfc check`: forms, verdicts, settings, permissions, baselines and fixes.

use super::Desk;
use serde_json::Value as Json;

const PEOPLE: &str = "role clerk \"Clerk\" {\n  reach email\n}\n";

/// A workflow whose step has this owner and these further lines.
fn workflow(owner: &str, deadline: &str) -> String {
    format!(
        "{PEOPLE}\nworkflow order \"Order\" {{\n  version 1\n  process owner clerk\n  starts by clerk\n\n  step ship \"Ship it\" {{\n    owner {owner}\n{deadline}  }}\n\n  outcome done \"Done\" after ship\n}}\n"
    )
}

const IN_TIME: &str = "    deadline 2 business days\n";

fn desk(text: &str) -> Desk {
    let desk = Desk::new();
    desk.write("wf.toml", "");
    desk.write("main.wf", text);
    desk
}

impl Desk {
    fn lint(&self, arguments: &[&str]) -> super::Said {
        self.run("wfc-lint", arguments, "")
    }
}

#[test]
fn the_verdict_follows_the_weight_that_fails() {
    let desk = desk(&workflow("clerk", IN_TIME));
    assert!(desk.lint(&[]).fine().contains("no findings in 1 file"));
    desk.write("main.wf", workflow("clerk", ""));
    let said = desk.lint(&[]).fine();
    assert!(said.contains("warning[WF306]"), "{said}");
    desk.lint(&["--fail-on", "error"]).ends(0);
    desk.lint(&["--fail-on", "warning"]).ends(1);
    desk.lint(&["--fail-on", "note"]).ends(1);
    desk.wfc(&["check", "--fail-on", "warning"]).ends(1);
    desk.write("wf.toml", "fail-on = \"warning\"\n");
    desk.lint(&[]).ends(1);
    desk.lint(&["--fail-on", "error"]).ends(0);
    desk.write("main.wf", workflow("clrk", ""));
    desk.lint(&[]).ends(1);
    let said = desk.lint(&["--fail-on", "never"]).ends(2);
    assert!(said.contains("possible values: error, warning, note"), "{said}");
    desk.lint(&["nowhere"]).ends(2);
}

#[test]
fn several_reports_come_of_one_run_and_files_hold_no_colour() {
    let desk = desk(&workflow("clrk", IN_TIME));
    let forms = [
        "full",
        "concise",
        "json",
        "json-lines",
        "sarif",
        "github",
        "gitlab",
        "junit",
        "checkstyle",
        "rdjson",
        "azure",
        "markdown",
    ];
    let outputs: Vec<String> = forms.iter().map(|form| format!("{form}=reports/{form}.out")).collect();
    let mut arguments = vec!["--format", "concise"];
    arguments.extend(outputs.iter().flat_map(|output| ["--output", output]));
    let said = desk.lint(&arguments).ends(1);
    assert!(said.starts_with("main.wf:11:11: error[WF002] there is no role `clrk`"), "{said}");
    for form in forms {
        let text = desk.read(&format!("reports/{form}.out"));
        assert!(text.contains("WF002") && text.contains("clrk"), "{form}: {text}");
        assert!(!text.contains('\u{1b}'), "{form}");
        assert_eq!(desk.lint(&["--format", form]).code, 1, "{form}: the form does not change the verdict");
    }
    let said = desk.lint(&["--output", "serif=x"]).ends(2);
    assert!(said.contains("there is no form `serif`"), "{said}");
    desk.lint(&["--output", "sarif"]).ends(2);
}

#[test]
fn settings_raise_lower_and_switch_off() {
    let desk = desk(&workflow("clerk", ""));
    desk.write("wf.toml", "[rules]\nno-deadline = \"error\"\n");
    assert!(desk.lint(&[]).ends(1).contains("error[WF306]"));
    assert!(desk.wfc(&["build"]).ends(1).contains("error[WF306]"), "what is an error stops a build");
    desk.write("wf.toml", "[rules]\nWF306 = \"note\"\n");
    assert!(desk.lint(&[]).ends(0).contains("note[WF306]"));
    desk.write("wf.toml", "[rules]\nno-deadline = \"off\"\n");
    assert!(desk.lint(&["--fail-on", "note"]).ends(0).contains("no findings"));
    desk.write("other.toml", "[rules]\nno-deadline = \"error\"\n");
    desk.lint(&["--config", "other.toml"]).ends(1);
    desk.lint(&["--config", "missing.toml"]).ends(2);
}

#[test]
fn a_setting_that_is_none_is_refused_with_its_place() {
    let desk = desk(&workflow("clerk", IN_TIME));
    desk.write("wf.toml", "# ours\n[rules]\nno-dedline = \"off\"\n");
    let said = desk.lint(&[]).ends(2);
    for part in
        ["wf.toml", "line 3, column 1", "there is no rule `no-dedline`", "did you mean `no-deadline`?"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    desk.write("wf.toml", "[rules]\nWF002 = \"off\"\n");
    assert!(desk.wfc(&["check"]).ends(2).contains("stays an error"));
}

#[test]
fn what_is_in_force_is_shown_as_settings() {
    let desk = desk(&workflow("clerk", IN_TIME));
    desk.write("wf.toml", "exclude = [\"drafts/\"]\n[rules]\nno-deadline = \"error\"\n");
    let shown = desk.lint(&["--show-config"]).fine();
    assert!(shown.contains("exclude = [\"drafts/\"]"), "{shown}");
    assert!(shown.contains("no-deadline = \"error\"  # decided here"), "{shown}");
    assert!(shown.contains("fail-on = \"error\""), "{shown}");
    desk.write("shown.toml", &shown);
    desk.lint(&["--config", "shown.toml"]).fine();
}

#[test]
fn what_is_excluded_is_no_part_of_the_project() {
    let desk = desk(&workflow("clerk", IN_TIME));
    desk.write("drafts/idea.wf", workflow("nobody_yet", ""));
    desk.lint(&[]).ends(1);
    desk.write("wf.toml", "exclude = [\"drafts/\"]\n");
    assert!(desk.lint(&[]).fine().contains("no findings in 1 file"));
    desk.lint(&["main.wf", "drafts/idea.wf"]).ends(0);
}

#[test]
fn a_permission_needs_a_reason_and_may_end() {
    let allowed = |comment: &str| workflow("clerk", "").replace("  step", &format!("  {comment}\n  step"));
    let desk = desk(&allowed("# wf: allow no-deadline because the customer sets the pace"));
    assert!(desk.lint(&["--fail-on", "note"]).fine().contains("no findings"));
    let log: Json = serde_json::from_str(&desk.lint(&["--format", "sarif"]).fine()).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "WF306");
    assert_eq!(result["suppressions"][0]["justification"], "the customer sets the pace");
    desk.write("wf.toml", "[rules]\nno-deadline = \"error\"\n");
    desk.wfc(&["build"]).fine();

    desk.write("wf.toml", "");
    desk.write("main.wf", allowed("# wf: allow no-deadline because of May until 2020-05-31"));
    let said = desk.lint(&["--fail-on", "warning"]).ends(1);
    assert!(said.contains("WF306") && said.contains("ended on 2020-05-31"), "{said}");
    desk.write("main.wf", allowed("# wf: allow no-deadline"));
    assert!(desk.lint(&[]).ends(1).contains("error[WF805]"));
}

#[test]
fn a_baseline_lets_only_what_is_new_count() {
    let desk = desk(&workflow("clrk", IN_TIME));
    assert!(desk.lint(&["--baseline", "check"]).ends(2).contains("--baseline write"));
    assert!(desk.lint(&["--baseline", "write"]).ends(0).contains("recorded 1 finding"));
    let known: Json = serde_json::from_str(&desk.read("wf-baseline.json")).unwrap();
    assert_eq!(known["findings"][0]["symbol"], "order/ship");
    assert_eq!(known["findings"][0]["code"], "WF002");

    desk.write("main.wf", format!("# moved\n\n{}", workflow("clrk", IN_TIME)));
    let said = desk.lint(&["--baseline", "check"]).ends(0);
    assert!(said.contains("1 finding known and left out") && said.contains("no findings"), "{said}");

    let with_new = workflow("clrk", IN_TIME).replace("after ship", "after shop");
    desk.write("main.wf", &with_new);
    let said = desk.lint(&["--baseline", "check", "--format", "concise"]).ends(1);
    assert!(said.contains("`shop`") && !said.contains("error[WF002] there is no role"), "{said}");

    desk.write("main.wf", workflow("clerk", IN_TIME));
    let said = desk.lint(&["--baseline", "check"]).ends(0);
    assert!(said.contains("1 finding recorded and no longer there"), "{said}");
    assert!(said.contains("main.wf order/ship: WF002 there is no role `clrk`"), "{said}");

    desk.write("wf-baseline.json", "{}");
    assert!(desk.lint(&["--baseline", "check"]).ends(2).contains("is no baseline"));
}

#[test]
fn a_fix_is_shown_then_made_and_nothing_else_changes() {
    let before = workflow("clrk", "    deadline   2 business days   # loosely written\n");
    let desk = desk(&before);
    let shown = desk.lint(&["--diff"]);
    assert_eq!(shown.code, 1, "the findings stand as they are");
    assert!(shown.out.contains("--- a/main.wf\n+++ b/main.wf\n"), "{}", shown.out);
    assert!(shown.out.contains("-    owner clrk\n+    owner clerk\n"), "{}", shown.out);
    assert_eq!(desk.read("main.wf"), before);
    let said = desk.lint(&["--fix"]).ends(0);
    assert!(said.contains("main.wf:11: WF002: write `clerk`") && said.contains("made 1 change"), "{said}");
    assert_eq!(desk.read("main.wf"), before.replace("clrk", "clerk"));
    assert_eq!(desk.wfc(&["check", "--diff"]).fine(), "");
    desk.lint(&["--fix", "--diff"]).ends(2);
}

#[test]
fn a_circle_is_opened_where_it_goes_back() {
    let step = |name: &str, after: &str| {
        format!("\n  step {name} \"{name}\" {{\n    owner clerk\n    after {after}\n{IN_TIME}  }}\n")
    };
    let (offer, order) = (step("offer", "order"), step("order", "offer"));
    let outcome = format!("{offer}{order}\n  outcome done \"Done\" after ship, order");
    let before = workflow("clerk", IN_TIME).replace("\n  outcome done \"Done\" after ship", &outcome);
    let desk = desk(&before);
    let shown = desk.lint(&["--diff"]);
    assert_eq!(shown.code, 1, "{}", shown.out);
    assert!(shown.out.contains("-    after order\n"), "{}", shown.out);
    let said = desk.lint(&["--fix"]).ends(0);
    assert!(said.contains("WF101: let `offer` no longer wait for `order`"), "{said}");
    assert_eq!(desk.read("main.wf"), before.replace("    after order\n", ""));
}

#[test]
fn only_files_that_were_named_are_mended() {
    let desk = desk(&workflow("clrk", IN_TIME));
    desk.write("other.wf", workflow("clrk", IN_TIME).replace("workflow order", "workflow return_goods"));
    desk.lint(&["--fix", "main.wf"]).ends(0);
    assert!(desk.read("main.wf").contains("owner clerk"));
    assert!(desk.read("other.wf").contains("owner clrk"));
}

#[test]
fn fixes_in_a_report_were_tried() {
    let desk = desk(&workflow("clrk", IN_TIME));
    let report: Json = serde_json::from_str(&desk.lint(&["--format", "json"]).out).unwrap();
    assert_eq!(report["diagnostics"][0]["fixes"][0]["title"], "write `clerk`");
}

#[test]
fn the_reference_is_one_page_for_each_rule_and_an_index() {
    let desk = Desk::new();
    desk.wfc(&["explain", "--all", "--markdown", "docs/rules"]).fine();
    let index = desk.read("docs/rules/README.md");
    assert!(index.contains("[WF103](WF103.md) | `convergence-may-hang` | error |"), "{index}");
    let page = desk.read("docs/rules/WF103.md");
    assert!(page.contains("# WF103 convergence-may-hang") && page.contains("## Why it matters"), "{page}");
    desk.wfc(&["explain", "--all"]).ends(2);
    desk.wfc(&["explain", "WF103", "--all", "--markdown", "x"]).ends(2);
}

#[test]
fn the_commit_hook_calls_what_there_is() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let hooks = std::fs::read_to_string(root.join(".pre-commit-hooks.yaml")).unwrap();
    let desk = desk(&workflow("clerk", IN_TIME));
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let words: Vec<&str> = entry.split(' ').collect();
        desk.run(words[0], &words[1..], "").fine();
    }
}
