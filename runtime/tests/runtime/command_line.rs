//! The program itself, as a person at a terminal meets it.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

struct Terminal {
    folder: TempDir,
}

/// What a command said.
struct Said {
    code: i32,
    out: String,
    wrong: String,
}

impl Terminal {
    fn new() -> Self {
        let terminal = Self { folder: tempfile::tempdir().unwrap() };
        terminal.at("2026-03-02 09:00", &["load", &plan("shipping@1.wfp"), &plan("order@1.wfp")]).good();
        terminal
    }

    fn at(&self, now: &str, arguments: &[&str]) -> Said {
        let done = Command::new(env!("CARGO_BIN_EXE_wfrun"))
            .args(arguments)
            .args(["--now", now])
            .current_dir(self.folder.path())
            .env_remove("WFRUN_STORE")
            .env_remove("WFRUN_CONFIG")
            .env("WFRUN_PERSON", "clerk")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: done.status.code().unwrap(), out: text(done.stdout), wrong: text(done.stderr) }
    }

    fn started() -> Self {
        let terminal = Self::new();
        terminal.at("2026-03-02 09:00", &["start", "order", "-i", "id=A-1", "-i", "what=a lamp"]).good();
        terminal
    }

    fn status(&self, now: &str) -> serde_json::Value {
        serde_json::from_str(&self.at(now, &["status", "O-A-1", "--json"]).good()).unwrap()
    }
}

impl Said {
    fn good(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.wrong);
        self.out
    }

    #[track_caller]
    fn bad(self, code: i32, what: &str, help: &str) {
        // Lines are wrapped to the terminal.
        let words =
            |text: &str| text.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(self.code, code, "{}{}", self.out, self.wrong);
        let wrong = words(&self.wrong);
        assert!(wrong.contains(what) && wrong.contains(help), "{wrong}");
    }
}

fn plan(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(name).display().to_string()
}

#[test]
fn a_whole_story() {
    let terminal = Terminal::started();
    let status = terminal.status("2026-03-02 10:00");
    assert_eq!(status["nodes"][0]["state"], "active");
    assert_eq!(status["nodes"][0]["due"], "2026-03-04T09:00:00.000Z");
    assert_eq!(status["nodes"][1]["waits_for"][0], "pack");

    let printed = terminal.at("2026-03-02 10:00", &["worker", "--once"]).good();
    assert!(printed.contains("work to Clerk via slack"), "{printed}");
    assert!(printed.contains("state = Packing"), "{printed}");
    assert!(printed.contains("wfrun complete order-1 pack --field weight=… --by clerk"), "{printed}");

    terminal
        .at("2026-03-02 11:00", &["block", "O-A-1", "pack", "no box is big enough", "--waiting-on", "chief"])
        .good();
    assert_eq!(terminal.status("2026-03-02 11:00")["nodes"][0]["block_reason"], "no box is big enough");
    terminal.at("2026-03-02 12:00", &["unblock", "O-A-1", "pack"]).good();
    terminal.at("2026-03-02 12:00", &["complete", "order-1", "pack", "--field", "weight=2.5"]).good();
    let given =
        terminal.at("2026-03-02 13:00", &["event", "shop", "paid", "--key", "A-1", "-f", "by=card"]).good();
    assert!(given.contains("given to order-1"), "{given}");
    terminal.at("2026-03-02 13:00", &["worker", "--once"]).good();
    terminal.at("2026-03-03 09:00", &["choose", "shipping-1", "arrived.yes"]).good();
    terminal.at("2026-03-03 09:00", &["worker", "--once"]).good();
    assert_eq!(terminal.status("2026-03-03 10:00")["outcome"], "sent");

    let trail: serde_json::Value =
        serde_json::from_str(&terminal.at("2026-03-03 10:00", &["trail", "order-1", "--json"]).good())
            .unwrap();
    let completed = trail.as_array().unwrap().iter().find(|row| row["fact"] == "completed").unwrap();
    assert_eq!((completed["person"].as_str(), completed["role"].as_str()), (Some("clerk"), Some("clerk")));
    let written =
        include_str!("../plans/main.wf").lines().position(|line| line.contains("step pack")).unwrap() + 1;
    assert_eq!(completed["source"], format!("main.wf:{written}"));
    let verified = terminal.at("2026-03-03 10:00", &["audit", "verify"]).good();
    assert!(verified.starts_with("whole: 2 instances"), "{verified}");
    let list = terminal.at("2026-03-03 10:00", &["list", "--all", "--json"]).good();
    assert!(list.contains("\"outcome\": \"sent\""), "{list}");
}

#[test]
fn an_escalation_is_asked_and_answered() {
    let terminal = Terminal::started();
    let printed = terminal.at("2026-03-02 10:00", &["worker", "--until", "2026-03-05 09:00"]).good();
    assert!(printed.contains("question to Chief via email"), "{printed}");
    assert!(printed.contains("[1 Wait]  [2 Give it up]"), "{printed}");
    let status = terminal.at("2026-03-05 09:00", &["status", "order-1"]).good();
    assert!(status.contains("wfrun answer order-1/q"), "{status}");
    assert!(status.contains("What now with Order A-1?"), "{status}");
    terminal.at("2026-03-05 09:00", &["answer", "order-1", "1"]).bad(1, "it belongs to somebody else", "");
    terminal.at("2026-03-05 09:00", &["answer", "order-1", "Wiat", "--by", "chief"]).bad(
        2,
        "no alternative `Wiat`",
        "did you mean `Wait`?",
    );
    terminal.at("2026-03-05 09:00", &["answer", "order-1", "wait", "--by", "chief"]).good();
    assert_eq!(terminal.status("2026-03-05 09:00")["questions"], serde_json::json!([]));
}

#[test]
fn a_forced_act_needs_a_reason_and_is_marked() {
    let terminal = Terminal::started();
    terminal.at("2026-03-02 10:00", &["skip", "order-1", "pack", "--reason", "x"]).bad(
        1,
        "not optional",
        "--force --reason",
    );
    let missing = terminal.at("2026-03-02 10:00", &["skip", "order-1", "pack", "--force"]);
    assert_eq!(missing.code, 2);
    terminal
        .at(
            "2026-03-02 10:00",
            &["skip", "order-1", "pack", "--force", "--reason", "the shop burnt down", "--by", "root"],
        )
        .good();
    let forced = terminal
        .at(
            "2026-03-02 10:00",
            &[
                "sql",
                "--csv",
                "select who, forced_reason from step_history where fact = 'skipped by a person'",
            ],
        )
        .good();
    assert!(forced.contains("root,the shop burnt down"), "{forced}");
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let terminal = Terminal::started();
    let at = |arguments: &[&str]| terminal.at("2026-03-02 10:00", arguments);
    at(&["start", "ordr"]).bad(2, "there is no workflow `ordr`", "did you mean `order`?");
    at(&["start", "order@7", "-i", "id=1"]).bad(2, "`order@7` is not loaded", "order@1");
    at(&["start", "order", "-i", "idd=1", "-i", "what=x"]).bad(
        2,
        "there is no field `idd`; did you mean `id`?",
        "--input NAME=VALUE",
    );
    at(&["start", "order", "-i", "id=2", "-i", "what=x", "--by", "nobody"]).bad(
        1,
        "was not started",
        "started by clerk",
    );
    at(&["status", "order-9"]).bad(2, "there is no instance `order-9`", "wfrun list --all");
    at(&["complete", "order-1", "pak"]).bad(2, "there is no node `pak`", "did you mean `pack`?");
    at(&["complete", "order-1", "pack"]).bad(2, "`weight` is missing: a number", "--field NAME=VALUE");
    at(&["complete", "order-1", "pack", "-f", "weight=heavy"]).bad(2, "`heavy` is not a number", "");
    at(&["complete", "order-1", "pack", "-f", "weight=1", "--by", "chief"]).bad(
        1,
        "it belongs to somebody else",
        "`--by clerk`",
    );
    at(&["unblock", "order-1", "pack"]).bad(1, "it is not blocked", "");
    at(&["event", "shop", "payd", "--key", "A-1"]).bad(2, "there is no event `payd`", "did you mean `paid`?");
    at(&["sql", "delete from trail"]).bad(2, "readonly", "what happened is never changed");
    at(&["sql", "select * from trial"]).bad(2, "no such table", "--views");
    at(&["load", "nowhere.wfp"]).bad(2, "the plan `nowhere.wfp` cannot be read", "wfc build");
    at(&["list", "--store", "mysql://x"]).bad(2, "names no store", "sqlite:PATH");
}

#[test]
fn a_damaged_plan_is_refused() {
    let terminal = Terminal::new();
    let mut bytes = std::fs::read(plan("order@1.wfp")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(terminal.folder.path().join("bad.wfp"), bytes).unwrap();
    terminal.at("2026-03-02 10:00", &["load", "bad.wfp"]).bad(2, "damaged", "wfc build");
}

#[test]
fn a_plan_is_loaded_once() {
    let terminal = Terminal::new();
    let again = terminal.at("2026-03-02 10:00", &["load", &plan("order@1.wfp")]).good();
    assert!(again.contains("which was there already"), "{again}");
}

#[test]
fn a_wrong_configuration_stops_every_command() {
    let terminal = Terminal::started();
    std::fs::write(terminal.folder.path().join("wfrun.toml"), "[people.anna]\nrols = [\"clerk\"]\n").unwrap();
    terminal.at("2026-03-02 10:00", &["list"]).bad(2, "unknown field `rols`", "did you mean `roles`?");
    std::fs::write(terminal.folder.path().join("wfrun.toml"), "[people.anna]\nroles = [\"clark\"]\n")
        .unwrap();
    terminal.at("2026-03-02 10:00", &["check-config"]).bad(1, "leaves 3 open", "");
    std::fs::write(
        terminal.folder.path().join("wfrun.toml"),
        "[people.anna]\nroles = [\"clerk\", \"chief\"]\n",
    )
    .unwrap();
    let good = terminal.at("2026-03-02 10:00", &["check-config"]).good();
    assert!(good.contains("the configuration is in order"), "{good}");
    assert!(good.contains("shop is not connected: its updates go to the console"), "{good}");
}

#[test]
fn every_view_has_its_columns_listed() {
    let terminal = Terminal::new();
    let views = terminal.at("2026-03-02 10:00", &["sql", "--views"]).good();
    for name in ["audit_trail", "instance_status", "step_history", "decision_log", "alternatives_shown"] {
        assert!(views.contains(name), "{views}");
    }
}

#[test]
fn a_scenario_is_shown_as_a_time_line() {
    let folder = tempfile::tempdir().unwrap();
    let terminal = Terminal { folder };
    let (order, shipping, late) = (plan("order@1.wfp"), plan("shipping@1.wfp"), plan("late.json"));
    let shown = terminal.at("2026-03-02 09:00", &["play", &order, &shipping, "--scenario", &late]).good();
    for part in [
        "an order is late, then on its way",
        "Mon 2 Mar 2026\n  09:00  ▶ Order A-1, started by Clerk",
        "✉ work to Clerk via slack, else email",
        "⇄ shop state is now Packing",
        "2 days nothing happens",
        "▲ escalation, level 1: Pack it",
        "✉ question to Chief via email\n              What now with Order A-1?\n              [1 Wait]  [2 Give it up]",
        "✉ the question is closed: Wait",
        "[1] ▶ Shipping",
        "from decision_log",
        "pack  chief  chief  Wait    [\"Wait\",\"Give it up\"]",
        "whole: ",
        "as expected: no outcome yet, 7 lines of the test held\nwhere the test leaves it, it is still running",
    ] {
        assert!(shown.contains(part), "`{part}` is not in\n{shown}");
    }
    // Nothing is left behind, and no colour goes into a pipe.
    assert_eq!(std::fs::read_dir(terminal.folder.path()).unwrap().count(), 0);
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_scenario_that_does_not_hold_says_what_happened_instead() {
    let terminal = Terminal { folder: tempfile::tempdir().unwrap() };
    let (order, shipping, fails) = (plan("order@1.wfp"), plan("shipping@1.wfp"), plan("fails.json"));
    let said = terminal.at("2026-03-02 09:00", &["play", &order, &shipping, "--scenario", &fails, "--quiet"]);
    assert!(!said.out.contains('▶'), "{}", said.out);
    said.bad(1, "expected `pack` is done but `pack` is active", "one line of the test did not hold");
    let only = terminal.at("2026-03-02 09:00", &["play", &shipping, "--scenario", &fails]);
    only.bad(2, "no plan given is of `order`", "name its plan too");
}

#[test]
fn looking_for_a_store_does_not_make_one() {
    let terminal = Terminal { folder: tempfile::tempdir().unwrap() };
    for command in [
        &["list"][..],
        &["status", "order-1"],
        &["worker", "--once"],
        &["audit", "verify"],
        &["load", "no.wfp"],
    ] {
        assert_eq!(terminal.at("2026-03-02 09:00", command).code, 2, "{command:?}");
    }
    terminal.at("2026-03-02 09:00", &["list"]).bad(2, "there is no store `wfrun.sqlite`", "wfrun load PLAN");
    assert_eq!(std::fs::read_dir(terminal.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let terminal = Terminal::started();
    let file = terminal.folder.path().join("wfrun.sqlite");
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.execute("insert into migration values (9999, '9999_from_the_future', '')", []).unwrap();
    drop(connection);
    terminal.at("2026-03-02 10:00", &["list"]).bad(2, "written by a newer wfrun", "nothing was changed");
}

#[test]
fn a_killed_worker_leaves_a_whole_store_that_another_goes_on_with() {
    let terminal = Terminal::new();
    for number in 0..15 {
        let id = format!("id=K-{number}");
        terminal.at("2026-03-02 09:00", &["start", "order", "-i", &id, "-i", "what=x"]).good();
    }
    // Each is killed a little later in its work.
    for after_ms in [5, 20, 40, 80, 160] {
        let mut worker = Command::new(env!("CARGO_BIN_EXE_wfrun"))
            .args(["worker"])
            .current_dir(terminal.folder.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(after_ms));
        worker.kill().unwrap();
        worker.wait().unwrap();
        terminal.at("2026-03-02 09:00", &["audit", "verify"]).good();
    }
    // A claim of the dead is free after its time.
    terminal.at("2999-03-02 09:00", &["worker", "--once"]).good();
    let left = terminal
        .at("2999-03-02 09:00", &["sql", "--csv", "select count(*) from outbox where status <> 'sent'"])
        .good();
    assert_eq!(left, "count(*)\n0\n");
    terminal.at("2999-03-02 09:00", &["audit", "verify"]).good();
}

#[test]
fn a_choice_in_two_words_is_told_how_it_is_written() {
    let terminal = Terminal::started();
    let said = terminal.at("2026-03-02 10:00", &["choose", "O-A-1", "arrived", "yes"]);
    said.bad(2, "`arrived yes` is two words", "`wfrun choose O-A-1 arrived.yes`");
    let said = terminal.at("2026-03-02 10:00", &["choose", "O-A-1", "arrived"]);
    said.bad(2, "`arrived` names no option", "`wfrun choose O-A-1 arrived.OPTION`");
}

#[test]
fn an_end_that_is_not_possible_is_told_with_what_is() {
    let terminal = Terminal::started();
    let end = |outcome| terminal.at("2026-03-02 10:00", &["end", "O-A-1", outcome, "--reason", "enough"]);
    end("sent").bad(
        1,
        "`sent` is not possible `at any time`: only the process itself leads there",
        "`wfrun cancel` ends",
    );
    end("pack").bad(2, "there is no outcome `pack`", "there are sent, lost, returned");
}

#[test]
fn a_start_says_who_delivers() {
    let terminal = Terminal::started();
    let start =
        |id: &str| terminal.at("2026-03-02 09:00", &["start", "order", "-i", id, "-i", "what=a lamp"]).good();
    assert!(start("id=A-2").contains("nothing works on this store now: `wfrun serve` or `wfrun worker`"));
    let lock = std::fs::File::create(terminal.folder.path().join("wfrun.sqlite-worker")).unwrap();
    lock.lock_shared().unwrap();
    assert!(start("id=A-3").contains("its messages are on their way"));
}
