//! Zone data that changes after a workflow was built: on the machine, and in the next version of the workflow.
//!
//! Rome puts its clocks forward in the night to Sunday, 29 March 2026: noon on Monday is 10:00 UTC, and 11:00 UTC were
//! summer time given up. Invariant: an instance keeps the time that its plan was built with.

use crate::programs::folder_of_programs;
use std::path::Path;
use std::process::Command;
use wf_plan::{Moment, Program, encode, load};
use wf_tests::siege::node;

const TEXT: &str = "\
role clerk \"Clerk\" { reach slack }
role chief \"Chief\" { reach slack; deputy clerk }

channel slack {}

calendar bank {
  time zone \"Europe/Rome\"
  working monday to friday 09:00 to 17:00
}

workflow loan \"Loan\" {
  version 1
  starts by clerk
  process owner chief
  calendar bank

  step check \"Check\" { owner clerk; deadline 1 business day }
  step pay \"Pay\" { owner clerk; deadline 1 business day; after check }

  outcome paid \"Paid\" after pay
}
";

/// Monday, 30 March 2026, 10:00 UTC and 11:00 UTC.
const NOON_IN_SUMMER: Moment = Moment(1_774_864_800_000);
const NOON_IN_WINTER: Moment = Moment(1_774_868_400_000);

/// The plan of [`TEXT`], built by `wfc`.
fn built(folder: &Path) -> Vec<u8> {
    std::fs::write(folder.join("main.wf"), TEXT).unwrap();
    let mut build = Command::new(folder_of_programs().join("wfc"));
    let done = build.args(["build", ".", "-o", "."]).current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(folder.join("loan@1.wfp")).unwrap()
}

/// The second version, built with zone data in which Rome has given up summer time.
fn without_summer_time(bytes: &[u8]) -> Vec<u8> {
    let plan = load(bytes).unwrap();
    let mut program = Program { version: 2, ..plan.program().clone() };
    for calendar in &mut program.calendars {
        let zone = &mut calendar.zone;
        zone.transitions.retain(|transition| transition.at < 1_767_225_600);
        zone.tail = zone.tail.map(|tail| wf_plan::calendar::TailRule { daylight: None, ..tail });
        zone.tzdb_version = "2026z".to_owned();
    }
    let plan = wf_plan::Plan { program, sources: plan.sources().clone(), docs: plan.docs().clone() };
    encode(&plan).unwrap()
}

/// A `wfrun` on a machine with this zone data, at a moment.
fn wfrun(folder: &Path, now: &str, machine: &[(&str, &str)], arguments: &[&str]) {
    let mut command = Command::new(folder_of_programs().join("wfrun"));
    command.args(["--now", now]).args(arguments).current_dir(folder);
    command.envs(machine.iter().copied()).env("WFRUN_STORE", "sqlite:store.sqlite");
    let done = command.output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn due(program: &node::Program, instance: &str) -> Vec<i64> {
    let rows = program.rows(&format!(
        "select due_ms from timer where instance = '{instance}' and kind = 'deadline' order by due_ms"
    ));
    rows.iter().map(|row| row["due_ms"].as_i64().unwrap()).collect()
}

#[test]
fn an_instance_keeps_the_time_that_its_plan_was_built_with() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let bytes = built(folder);
    let store = format!("sqlite:{}", folder.join("store.sqlite").display());
    let program = node::Program {
        path: folder_of_programs().join("wfrun"),
        folder: folder.to_owned(),
        store,
        server: None,
    };
    // A machine that believes Rome to be where New York is, with zone files that are none.
    std::fs::create_dir_all(folder.join("zones/Europe")).unwrap();
    std::fs::write(folder.join("zones/Europe/Rome"), "no zone").unwrap();
    let zones = folder.join("zones").display().to_string();
    let other = [("TZ", "America/New_York"), ("TZDIR", zones.as_str())];

    // Friday noon in Rome, before the change.
    wfrun(folder, "2026-03-27T11:00:00Z", &[], &["load", "loan@1.wfp"]);
    wfrun(folder, "2026-03-27T11:00:00Z", &[], &["start", "loan", "--by", "clerk"]);
    wfrun(folder, "2026-03-27T11:00:00Z", &other, &["start", "loan", "--by", "clerk"]);
    assert_eq!(
        (due(&program, "loan-1"), due(&program, "loan-2")),
        (vec![NOON_IN_SUMMER.0], vec![NOON_IN_SUMMER.0])
    );

    std::fs::write(folder.join("loan@2.wfp"), without_summer_time(&bytes)).unwrap();
    wfrun(folder, "2026-03-27T11:00:00Z", &other, &["load", "loan@2.wfp"]);
    wfrun(folder, "2026-03-27T11:00:00Z", &other, &["start", "loan", "--by", "clerk"]);
    assert_eq!(due(&program, "loan-3"), [NOON_IN_WINTER.0], "it began with the new data");
    // What begins later in an instance from before is worked out with the data from before.
    wfrun(folder, "2026-03-27T11:00:00Z", &other, &["complete", "loan-1", "check", "--by", "clerk"]);
    assert_eq!(due(&program, "loan-1"), [NOON_IN_SUMMER.0]);
    let overdue =
        || program.rows("select instance from trail where fact = 'overdue' order by instance").len();
    for (now, expected) in [
        ("2026-03-30T09:59:59Z", 0),
        ("2026-03-30T10:00:00Z", 2),
        ("2026-03-30T10:59:59Z", 2),
        ("2026-03-30T11:00:00Z", 3),
    ] {
        wfrun(folder, now, &other, &["worker", "--once"]);
        assert_eq!(overdue(), expected, "at {now}");
    }
    assert!(program.run(&["audit", "verify"]).fine);
}
