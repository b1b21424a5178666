//! A siege: clients drive the program, faults strike at random moments, and in the end everything is checked.
//!
//! The seed decides which faults come and when ([`strike`]); what the machine does meanwhile is its own. Invariant: the
//! checks are made of a store that no program has open.

mod settings;
mod strike;

use super::checks::{Checked, check};
use super::dice::Dice;
use super::drive::{Drive, Ledger};
use super::node::{Node, Program, beside};
use super::report::Report;
use super::stored::Stored;
use super::{bells, cluster, neighbour};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use strike::Fault;

pub use settings::Settings;
pub use strike::{POINTS, points};

/// How long a node may take to serve before the siege gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Copies of the store that a power cut left: where, what was acknowledged by then, and whether the end may be missing.
struct Copied {
    path: PathBuf,
    ledger: Option<Ledger>,
}

struct Siege<'a> {
    settings: &'a Settings,
    dice: Dice,
    program: Program,
    node: Node,
    drive: Drive,
    report: Report,
    copies: Vec<Copied>,
    did_twins: bool,
    /// Whether it dies at failpoints: a release build does not.
    has_points: bool,
}

/// Runs a siege. Without a PostgreSQL on the machine, one that wants it is empty.
pub fn besiege(settings: &Settings, say: &mut dyn FnMut(String)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program(settings, folder.path()) else { return Report::default() };
    let report = Siege::begin(settings, program, say).run(say);
    if settings.keep {
        say(format!("kept: {}", folder.keep().display()));
    }
    report
}

/// Lets the program die at failpoints in turn while clients drive it.
pub fn die_everywhere(settings: &Settings, points: &[&'static str], say: &mut dyn FnMut(String)) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = program(settings, folder.path()) else { return Report::default() };
    let mut siege = Siege::begin(settings, program, say);
    let began = Instant::now();
    for point in points.iter().copied() {
        let died = siege.die_at(point);
        say(format!("{:5.1} s  {point}", began.elapsed().as_secs_f64()));
        if !died {
            let struck = siege.report.faults.entry(point).or_default();
            struck.violations.push(format!("`{point}` was never passed"));
        }
    }
    siege.finish(began)
}

/// The program to besiege and its store.
pub fn program(settings: &Settings, folder: &Path) -> Option<Program> {
    let (server, store) = match (&settings.store, settings.is_postgres) {
        (Some(store), _) => (None, store.clone()),
        (None, false) => (None, format!("sqlite:{}", folder.join("store.sqlite").display())),
        (None, true) => cluster::fresh().map(|(server, store)| (Some(server), store))?,
    };
    let path = settings.program.clone().unwrap_or_else(beside);
    Some(Program { path, folder: folder.to_owned(), store, server })
}

/// Drives the program for a while and leaves it in peace: its store, and what was acknowledged.
pub fn in_peace(settings: &Settings, program: &Program) -> Ledger {
    let siege = Siege::begin(settings, program.clone(), &mut |_| {});
    std::thread::sleep(Duration::from_secs(settings.seconds));
    let Siege { mut node, drive, .. } = siege;
    let ledger = end(drive, program);
    node.stop();
    ledger
}

/// Ends the clients, and lets the last bells ring.
fn end(drive: Drive, program: &Program) -> Ledger {
    let ledger = drive.end();
    bells::wait_for_all(program, &ledger);
    Ledger { ended_ms: Some(bells::now_ms()), ..ledger }
}

/// The workflow of the siege: that of the benchmarks.
pub fn plan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/benches/plans/durable@1.wfp")
}

impl<'a> Siege<'a> {
    fn begin(settings: &'a Settings, program: Program, say: &mut dyn FnMut(String)) -> Self {
        for plan in [plan(), bells::plan()] {
            say(program.must(&["load", &plan.display().to_string()]).trim().to_owned());
        }
        let neighbour = neighbour::move_in(&program);
        let token = program.token();
        let mut node = Node::new(&program);
        node.start();
        assert!(node.serving(PATIENCE).is_some(), "it does not serve");
        let drive = Drive::start(node.port, &token, settings.clients, &settings.seed.to_string(), neighbour);
        let dice = Dice::new(settings.seed);
        let report = Report::default();
        Self {
            settings,
            dice,
            program,
            node,
            drive,
            report,
            copies: Vec::new(),
            did_twins: false,
            has_points: true,
        }
    }

    fn run(mut self, say: &mut dyn FnMut(String)) -> Report {
        let began = Instant::now();
        let end = Duration::from_secs(self.settings.seconds);
        let mut struck = 0;
        while began.elapsed() < end && struck < self.settings.most {
            std::thread::sleep(self.a_while());
            let fault = self.next_fault(end.saturating_sub(began.elapsed()));
            self.strike(fault);
            struck += 1;
            say(format!(
                "{:5.1} s  {}  {} acknowledged",
                began.elapsed().as_secs_f64(),
                fault.name(),
                self.drive.acknowledged()
            ));
        }
        self.finish(began)
    }

    /// Between a fault and the next one, so that something is done meanwhile.
    fn a_while(&mut self) -> Duration {
        let least = self.settings.pace.min(300);
        Duration::from_millis(least + self.dice.below(self.settings.pace - least))
    }

    /// Ends the clients and the node, and checks everything.
    fn finish(self, began: Instant) -> Report {
        let Self { mut node, drive, program, mut report, copies, .. } = self;
        report.ledger = end(drive, &program);
        let ending = Instant::now();
        let stopped = node.stop();
        let struck = report.strike("SIGTERM, in the end");
        struck.served_after.push(ending.elapsed());
        if !stopped {
            struck.violations.push("it did not end in order".to_owned());
        }
        report.took = began.elapsed();
        let stored = Stored::read(&program);
        report.instances = stored.instances.len();
        report.checks = check(&report.ledger, &stored);
        for copied in copies {
            look_at_copy(&program, &copied, &mut report);
        }
        report
    }
}

/// Opens what a power cut left and checks it as the store itself.
fn look_at_copy(program: &Program, copied: &Copied, report: &mut Report) {
    let program = Program { store: format!("sqlite:{}", copied.path.display()), ..program.clone() };
    let stored = Stored::read(&program);
    let ledger = copied.ledger.clone().unwrap_or_default();
    let found: Vec<Checked> = check(&ledger, &stored);
    let struck = report.faults.entry(Fault::PowerCut.name()).or_default();
    if stored.instances.is_empty() {
        struck.violations.push(format!("{}: nothing is left", copied.path.display()));
    }
    for checked in found {
        struck
            .violations
            .extend(checked.violations.into_iter().map(|what| format!("{}: {what}", checked.name)));
    }
}
