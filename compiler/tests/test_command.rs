//! `wfc test` from the outside: what it prints and how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::path::Path;
use std::process::{Command, Output};

const LEAVE: &str = r#"role staff "Staff" { reach email }
role boss "Boss" { reach email }

workflow leave "Leave" {
  version 1
  starts by staff
  process owner boss
  input {
    days: number
  }

  decision approval "May they go?" {
    owner boss
    deadline 2 business days
    option yes "Yes"
    option no "No" needs reason; if late choose no
  }

  step book "Book it" {
    owner staff
    after approval.yes
    deadline 1 business day
  }

  outcome granted "Granted" after book
  outcome refused "Refused" after approval.no
}
"#;

const GRANTED: &str = r#"use leave.{boss, leave, staff}

test "leave is granted" {
  start leave at 2026-03-02 09:00 with { days = 3 }
  expect approval due 2026-03-04 09:00
  choose approval.yes by boss
  complete book
  expect outcome granted within 1 week
}
"#;

const WRONG: &str = r#"use leave.{boss, leave, staff}

test "leave is refused" {
  start leave at 2026-03-02 09:00 with { days = 30 }
  expect approval due 2026-03-05 09:00
  choose approval.no by boss
  expect outcome refused
}
"#;

fn wfc_test(folder: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wfc"))
        .arg("test")
        .args(more)
        .env("NO_COLOR", "1")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn told(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_examples_hold() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let output = wfc_test(&examples, &[]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    for project in ["claims", "change", "onboarding"] {
        assert!(told.contains(&format!("{project}/tests.wf")), "no test of {project} was played: {told}");
    }
}

#[test]
fn what_holds_is_one_line() {
    let folder = project(&[("leave.wf", LEAVE), ("granted.wf", GRANTED)]);
    let output = wfc_test(folder.path(), &[]);
    assert_eq!(told(&output), "ok      leave is granted  granted.wf:3\n\n1 passed\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn what_does_not_hold_is_explained() {
    let folder = project(&[("leave.wf", LEAVE), ("granted.wf", GRANTED), ("wrong.wf", WRONG)]);
    let output = wfc_test(folder.path(), &[]);
    let expected = "\
ok      leave is granted  granted.wf:3
FAILED  leave is refused  wrong.wf:3

FAILED  leave is refused
  wrong.wf:5  expect approval due 2026-03-05 09:00
    expected  `approval` is due Thu 5 Mar 2026 09:00
    happened  `approval` is due Wed 4 Mar 2026 09:00
    the clock showed Mon 2 Mar 2026 09:00; before it:
    Mon 2 Mar 2026 09:00  Leave starts, by Staff
    Mon 2 Mar 2026 09:00  May they go? started, due Wed 4 Mar 2026 09:00
    Mon 2 Mar 2026 09:00  work message to Boss via email: \
\"Please decide: May they go? (Leave), due 4 March 2026, 09:00.\" [Yes] [No]
  wrong.wf:6  choose approval.no by boss
    expected  `no` is chosen at `approval`
    happened  a reason is missing: add `because \"…\"`
    the clock showed Mon 2 Mar 2026 09:00
  1 line after it not played

1 passed, 1 failed
";
    assert_eq!(told(&output), expected);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn tests_are_picked_by_title_and_by_file() {
    let folder = project(&[("leave.wf", LEAVE), ("granted.wf", GRANTED), ("wrong.wf", WRONG)]);
    for more in [&["--only", "granted"][..], &["granted.wf"]] {
        let output = wfc_test(folder.path(), more);
        assert_eq!(told(&output), "ok      leave is granted  granted.wf:3\n\n1 passed\n");
        assert_eq!(output.status.code(), Some(0));
    }
    let none = wfc_test(folder.path(), &["--only", "grnated"]);
    assert_eq!(told(&none), "no test has `grnated` in its title\n");
    assert_eq!(none.status.code(), Some(2), "a title mistyped must not pass");
    let without = wfc_test(folder.path(), &["leave.wf"]);
    assert!(told(&without).starts_with("no tests"));
    assert_eq!(without.status.code(), Some(0));
}

#[test]
fn a_broken_project_is_an_error_and_what_can_be_played_is() {
    let broken = "workflow other \"Other\" { version 1; step a \"A\" { owner nobody } }\n";
    let folder = project(&[("leave.wf", LEAVE), ("granted.wf", GRANTED), ("other.wf", broken)]);
    let output = wfc_test(folder.path(), &[]);
    let told = told(&output);
    assert!(told.contains("other.wf") && told.contains("nobody"), "{told}");
    assert!(told.ends_with("ok      leave is granted  granted.wf:3\n\n1 passed\n"), "{told}");
    assert_eq!(output.status.code(), Some(1));
}
