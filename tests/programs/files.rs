//! `wfc new`, `fmt`, `build`, `show`: what they write and what they leave alone.

use super::{Desk, example};

#[test]
fn a_new_project_is_clean_formatted_and_its_tests_pass() {
    let desk = Desk::new();
    let said = desk.wfc(&["new", "claim_handling"]).fine();
    assert!(said.contains("wfc check claim_handling"), "{said}");
    assert!(desk.read("claim_handling/main.wf").contains("workflow claim_handling \"Claim handling\""));
    assert!(desk.wfc(&["check", "claim_handling"]).fine().contains("no findings"));
    desk.wfc(&["fmt", "--check", "claim_handling"]).fine();
    desk.wfc(&["test", "claim_handling"]).fine();
    desk.wfc(&["new", "claim_handling"]).ends(2);
    let said = desk.wfc(&["new", "Claim Handling"]).ends(2);
    assert!(said.contains("wfc new claim_handling"), "{said}");
}

const LOOSE: &str = "role   clerk \"Clerk\" {\n      reach email # by post, too\n}\n";
const STANDARD: &str = "role clerk \"Clerk\" {\n  reach email  # by post, too\n}\n";

#[test]
fn fmt_writes_the_standard_layout_and_check_only_tells() {
    let desk = Desk::new();
    desk.write("main.wf", LOOSE);
    let said = desk.wfc(&["fmt", "--check"]).ends(1);
    assert!(said.contains("main.wf"), "{said}");
    assert_eq!(desk.read("main.wf"), LOOSE);
    desk.wfc(&["fmt"]).fine();
    assert_eq!(desk.read("main.wf"), STANDARD);
    desk.wfc(&["fmt", "--check"]).fine();
}

#[test]
fn fmt_reads_standard_input() {
    let desk = Desk::new();
    assert_eq!(desk.run("wfc", &["fmt", "-"], LOOSE).fine(), STANDARD);
    assert_eq!(desk.run("wfc", &["fmt", "-", "--check"], LOOSE).code, 1);
    assert_eq!(desk.run("wfc", &["fmt", "-", "--check"], STANDARD).code, 0);
}

#[test]
fn fmt_leaves_a_broken_file_as_it_is_and_says_where() {
    let desk = Desk::new();
    let broken = "role   clerk \"Clerk {\n      reach email\n}\n";
    desk.write("main.wf", broken);
    let said = desk.wfc(&["fmt"]).ends(1);
    assert!(said.contains("main.wf:1: left untouched"), "{said}");
    assert_eq!(desk.read("main.wf"), broken);
    assert_eq!(desk.run("wfc", &["fmt", "-"], broken).out, broken);
}

#[test]
fn build_gives_the_same_bytes_again_and_show_reads_them() {
    let desk = Desk::new();
    let folder = example("onboarding");
    desk.write("copy/wf.toml", "");
    for file in ["main.wf", "teams.wf", "tests.wf"] {
        desk.write(&format!("copy/{file}"), std::fs::read(format!("{folder}/{file}")).unwrap());
    }
    desk.wfc(&["build", "copy", "-o", "first"]).fine();
    desk.wfc(&["build", "copy", "-o", "second"]).fine();
    let plan = |folder: &str| std::fs::read(desk.path(folder).join("onboarding@1.wfp")).unwrap();
    assert_eq!(plan("first"), plan("second"));
    assert!(desk.read("copy/wf.lock").contains("onboarding"));
    let shown = desk.wfc(&["show", "first/onboarding@1.wfp"]).fine();
    for part in [
        "step environment · Environment",
        "after           contract",
        "escalation it_block",
        "converge ready",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    desk.write("bad.wfp", "this is no plan");
    desk.wfc(&["show", "bad.wfp"]).ends(2);
}

#[test]
fn build_writes_nothing_for_a_project_with_errors() {
    let desk = Desk::new();
    desk.write("main.wf", LOOSE.replace("email", "emial"));
    desk.wfc(&["build", "-o", "plans"]).ends(1);
    assert!(!desk.path("plans").exists());
}

#[test]
fn a_version_that_was_built_keeps_its_meaning() {
    let desk = Desk::new();
    desk.wfc(&["new", "leave"]).fine();
    desk.wfc(&["build", "leave", "-o", "plans"]).fine();
    let built = desk.read("leave/main.wf");
    desk.write("leave/main.wf", built.replace("## What", "## All that"));
    desk.wfc(&["check", "leave", "--fail-on", "note"]).fine();
    let longer = built.replacen("deadline 3 business days", "deadline 4 business days", 1);
    desk.write("leave/main.wf", &longer);
    let said = desk.wfc(&["check", "leave"]).ends(1);
    assert!(said.contains("error[WF703]: `leave` version 1 has changed since 20"), "{said}");
    assert!(said.contains("`version 2`"), "{said}");
    let said = desk.wfc(&["build", "leave", "-o", "again"]).ends(1);
    assert!(said.contains("WF703"), "{said}");
    assert!(!desk.path("again").exists(), "nothing is built under a name that means something else");
    // Trying a change out is what a test is for: no version is needed yet.
    desk.wfc(&["test", "leave"]).fine();
    desk.wfc(&["check", "leave", "--fix"]).fine();
    assert_eq!(desk.read("leave/main.wf"), longer.replace("version 1\n", "version 2\n"));
    desk.wfc(&["build", "leave", "-o", "again"]).fine();
    assert_eq!(desk.read("leave/wf.lock").matches("name = \"leave\"").count(), 2);
}

#[test]
fn what_a_check_compares_is_what_a_build_recorded() {
    let desk = Desk::new();
    for name in ["claims", "change", "onboarding"] {
        for file in ["main.wf", "teams.wf", "tests.wf", "wf.toml"] {
            let text = std::fs::read(format!("{}/{file}", example(name))).unwrap();
            desk.write(&format!("{name}/{file}"), text);
        }
        desk.wfc(&["build", name, "-o", "plans"]).fine();
        desk.wfc(&["check", name, "--fail-on", "note"]).fine();
    }
}
