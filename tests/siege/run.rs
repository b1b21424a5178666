//! A siege: clients drive the program, faults strike at random moments, and in the end everything is checked.
//!
//! The seed decides which faults come and when; what the machine does meanwhile is its own. Invariant: a fault is
//! counted only after it struck.

use super::checks::{Checked, check};
use super::dice::Dice;
use super::drive::{Drive, Ledger};
use super::node::{Node, Program, beside};
use super::report::Report;
use super::stored::Stored;
use super::{cluster, power};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What to do.
#[derive(Clone, Debug)]
pub struct Settings {
    pub seconds: u64,
    pub seed: u64,
    pub clients: u32,
    /// A store to use instead of a file in a folder of its own.
    pub store: Option<String>,
    pub is_postgres: bool,
    /// The `wfrun` to besiege; otherwise the one beside this program.
    pub program: Option<PathBuf>,
    /// Faults left out.
    pub without: Vec<String>,
    /// After so many faults it ends early.
    pub most: u32,
    /// Milliseconds between two faults, at most.
    pub pace: u64,
    pub keep: bool,
    /// Instead of random faults: every failpoint in turn.
    pub is_everywhere: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seconds: 60,
            seed: 1,
            clients: 16,
            store: None,
            is_postgres: false,
            program: None,
            without: Vec::new(),
            most: u32::MAX,
            pace: 2_500,
            keep: false,
            is_everywhere: false,
        }
    }
}

impl Settings {
    /// From a command line.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let mut settings = Self::default();
        let mut arguments = arguments.iter();
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--postgres" => settings.is_postgres = true,
                "--keep" => settings.keep = true,
                "--points" => settings.is_everywhere = true,
                "--seconds" => settings.seconds = arguments.next()?.parse().ok()?,
                "--seed" => settings.seed = arguments.next()?.parse().ok()?,
                "--clients" => settings.clients = arguments.next()?.parse().ok()?,
                "--most" => settings.most = arguments.next()?.parse().ok()?,
                "--pace" => settings.pace = arguments.next()?.parse().ok()?,
                "--program" => settings.program = Some(arguments.next()?.into()),
                "--without" => settings.without.push(arguments.next()?.clone()),
                "--store" => settings.store = Some(arguments.next()?.clone()),
                _ => return None,
            }
        }
        Some(settings)
    }
}

/// A fault that can be struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Kill,
    PowerCut,
    Point,
    Backends,
    Twins,
}

/// Places where a `wfrun` with debug assertions dies on request; `failpoint` of the runtime names the same.
pub const POINTS: [&str; 11] = [
    "before-begin",
    "after-begin",
    "after-write",
    "before-commit",
    "after-commit",
    "before-acknowledge",
    "after-acknowledge",
    "before-send",
    "after-send",
    "before-record",
    "after-record",
];

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::PowerCut => "power cut",
            Self::Point => "dies at a failpoint",
            Self::Backends => "backends terminated",
            Self::Twins => "twins",
        }
    }
}

/// How long a node may take to serve before the siege gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a node may take to pass the place where it is to die: on PostgreSQL a worker begins only when the lease of
/// the node before it has run out.
const DYING: Duration = Duration::from_secs(40);
/// A node is stopped for longer than its lease lasts (10 s).
const ASLEEP: Duration = Duration::from_millis(11_500);
/// A power cut copies the store, so that not every fault is one.
const POWER_CUT_PERCENT: u64 = 12;
const POINT_PERCENT: u64 = 20;
const BACKENDS_PERCENT: u64 = 25;
const TWINS_PERCENT: u64 = 6;

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
    let store = match (&settings.store, settings.is_postgres) {
        (Some(store), _) => store.clone(),
        (None, false) => format!("sqlite:{}", folder.join("store.sqlite").display()),
        (None, true) => cluster::fresh()?,
    };
    let path = settings.program.clone().unwrap_or_else(beside);
    Some(Program { path, folder: folder.to_owned(), store })
}

/// Drives the program for a while and leaves it in peace: its store, and what was acknowledged.
pub fn in_peace(settings: &Settings, program: &Program) -> Ledger {
    let siege = Siege::begin(settings, program.clone(), &mut |_| {});
    std::thread::sleep(Duration::from_secs(settings.seconds));
    let Siege { mut node, drive, .. } = siege;
    let ledger = drive.end();
    node.stop();
    ledger
}

/// The workflow of the siege: that of the benchmarks.
pub fn plan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/benches/plans/durable@1.wfp")
}

impl<'a> Siege<'a> {
    fn begin(settings: &'a Settings, program: Program, say: &mut dyn FnMut(String)) -> Self {
        say(program.must(&["load", &plan().display().to_string()]).trim().to_owned());
        let token = program.token();
        let mut node = Node::new(&program);
        node.start();
        assert!(node.serving(PATIENCE).is_some(), "it does not serve");
        let drive = Drive::start(node.port, &token, settings.clients, &settings.seed.to_string());
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
        report.ledger = drive.end();
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

    fn next_fault(&mut self, left: Duration) -> Fault {
        let is_file = self.program.store.starts_with("sqlite:");
        let may_sleep = left > ASLEEP * 2 && !self.did_twins;
        let fault = match self.dice.below(100) {
            percent if is_file && percent < POWER_CUT_PERCENT => Fault::PowerCut,
            percent if self.has_points && percent >= 100 - POINT_PERCENT => Fault::Point,
            percent if !is_file && percent < BACKENDS_PERCENT => Fault::Backends,
            percent if !is_file && may_sleep && percent < BACKENDS_PERCENT + TWINS_PERCENT => Fault::Twins,
            // Once at least, where there is the time for it.
            _ if !is_file && may_sleep && left < ASLEEP * 3 => Fault::Twins,
            _ => Fault::Kill,
        };
        if self.settings.without.iter().any(|name| name == fault.name()) { Fault::Kill } else { fault }
    }

    fn strike(&mut self, fault: Fault) {
        match fault {
            Fault::Kill => self.kill(),
            Fault::PowerCut => self.cut_power(),
            Fault::Point => {
                let point = POINTS[usize::try_from(self.dice.below(POINTS.len() as u64)).unwrap()];
                self.has_points = self.die_at(point);
            }
            Fault::Backends => {
                let terminated = cluster::terminate_backends(&self.program);
                let struck = self.report.strike(fault.name());
                if terminated == 0 {
                    struck.violations.push("there was no backend to terminate".to_owned());
                }
            }
            Fault::Twins => self.twins(),
        }
    }

    fn kill(&mut self) {
        self.node.kill();
        self.start_again(Fault::Kill.name());
    }

    /// Lets the node die at a place, some times after it was passed first; `false`: it was never passed.
    fn die_at(&mut self, point: &'static str) -> bool {
        self.node.kill();
        let many = match point {
            "after-write" | "after-begin" | "before-commit" if self.program.store.starts_with("sqlite:") => {
                60
            }
            "before-send" | "after-send" | "before-record" | "after-record" => 3,
            _ => 10,
        };
        let asked = format!("{point}:{}", 1 + self.dice.below(many));
        self.node.start_with(&[("WFRUN_FAILPOINT", &asked)]);
        let began = Instant::now();
        while self.node.ended().is_none() && began.elapsed() < DYING {
            std::thread::sleep(Duration::from_millis(5));
        }
        let died = self.node.ended().is_some();
        self.node.kill();
        self.start_again(if died { point } else { "failpoint not passed, killed" });
        died
    }

    fn start_again(&mut self, fault: &'static str) {
        let began = Instant::now();
        self.node.start();
        let served = self.node.serving(PATIENCE);
        let struck = self.report.strike(fault);
        match served {
            Some(_) => struck.served_after.push(began.elapsed()),
            None => struck.violations.push("it does not serve again".to_owned()),
        }
    }

    fn cut_power(&mut self) {
        let Some(database) = self.program.store.strip_prefix("sqlite:").map(PathBuf::from) else { return };
        for is_torn in [false, true] {
            let folder = self.program.folder.join(format!("copy-{}", self.copies.len()));
            std::fs::create_dir_all(&folder).unwrap();
            self.node.signal("STOP");
            let path = power::cut(&database, &folder, is_torn.then_some(&mut self.dice));
            let ledger = (!is_torn).then(|| self.drive.ledger());
            self.node.signal("CONT");
            self.copies.push(Copied { path, ledger });
        }
        self.report.strike(Fault::PowerCut.name());
    }

    /// The node sleeps past its lease, another one takes over, the first one wakes up and goes on beside it.
    fn twins(&mut self) {
        self.did_twins = true;
        let mut other = Node::new(&self.program);
        other.start();
        let served = other.serving(PATIENCE);
        self.node.signal("STOP");
        self.drive.serve_at(&[other.port, self.node.port]);
        std::thread::sleep(ASLEEP);
        self.node.signal("CONT");
        self.drive.serve_at(&[self.node.port, other.port]);
        std::thread::sleep(Duration::from_secs(3));
        self.drive.serve_at(&[self.node.port]);
        other.kill();
        let struck = self.report.strike(Fault::Twins.name());
        if served.is_none() {
            struck.violations.push("the second node does not serve".to_owned());
        }
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
