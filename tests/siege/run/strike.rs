//! Faults, and how each is struck. Invariant: a fault is counted only after it struck.

use super::super::node::Node;
use super::super::{cluster, power};
use super::{Copied, PATIENCE, Siege};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A fault that can be struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Kill,
    PowerCut,
    Point,
    Backends,
    Server,
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

/// Places on the way of a transition and its letters: on PostgreSQL each is one statement, with nothing between its begin
/// and its commit.
pub fn points(is_postgres: bool) -> Vec<&'static str> {
    let within = |point: &&str| matches!(*point, "before-begin" | "after-begin" | "after-write");
    POINTS.into_iter().filter(|point| !is_postgres || !within(point)).collect()
}

impl Fault {
    const ALL: [Self; 6] =
        [Self::Kill, Self::PowerCut, Self::Point, Self::Backends, Self::Server, Self::Twins];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::PowerCut => "power cut",
            Self::Point => "dies at a failpoint",
            Self::Backends => "backends terminated",
            Self::Server => "database stopped at once",
            Self::Twins => "twins",
        }
    }
}

/// How long a node may take to pass the place where it is to die: on PostgreSQL a worker begins only when the lease of
/// the node before it has run out.
const DYING: Duration = Duration::from_secs(40);
/// A node is stopped for longer than its lease lasts (10 s).
const ASLEEP: Duration = Duration::from_millis(11_500);
/// A power cut copies the store, so that not every fault is one.
const POWER_CUT_PERCENT: u64 = 12;
const POINT_PERCENT: u64 = 20;
const BACKENDS_PERCENT: u64 = 25;
const SERVER_PERCENT: u64 = 12;
const TWINS_PERCENT: u64 = 6;

impl Siege<'_> {
    /// The next fault, by chance, where none is named.
    pub(super) fn next_fault(&mut self, left: Duration) -> Fault {
        let only = self.settings.only.as_deref();
        if let Some(fault) = Fault::ALL.into_iter().find(|fault| Some(fault.name()) == only) {
            return fault;
        }
        let is_file = self.program.store.starts_with("sqlite:");
        let may_sleep = left > ASLEEP * 2 && !self.did_twins;
        let fault = match self.dice.below(100) {
            percent if is_file && percent < POWER_CUT_PERCENT => Fault::PowerCut,
            percent if self.has_points && percent >= 100 - POINT_PERCENT => Fault::Point,
            percent if !is_file && percent < BACKENDS_PERCENT => Fault::Backends,
            percent if !is_file && percent < BACKENDS_PERCENT + SERVER_PERCENT => Fault::Server,
            percent
                if !is_file && may_sleep && percent < BACKENDS_PERCENT + SERVER_PERCENT + TWINS_PERCENT =>
            {
                Fault::Twins
            }
            // Once at least, where there is the time for it.
            _ if !is_file && may_sleep && left < ASLEEP * 3 => Fault::Twins,
            _ => Fault::Kill,
        };
        if self.settings.without.iter().any(|name| name == fault.name()) { Fault::Kill } else { fault }
    }

    pub(super) fn strike(&mut self, fault: Fault) {
        match fault {
            Fault::Kill => self.kill(),
            Fault::PowerCut => self.cut_power(),
            Fault::Point => {
                let points = points(!self.program.store.starts_with("sqlite:"));
                let point = points[usize::try_from(self.dice.below(points.len() as u64)).unwrap()];
                self.has_points = self.die_at(point);
            }
            Fault::Backends => {
                let terminated = cluster::terminate_backends(&self.program);
                let struck = self.report.strike(fault.name());
                if terminated == 0 {
                    struck.violations.push("there was no backend to terminate".to_owned());
                }
            }
            Fault::Server => self.stop_database(),
            Fault::Twins => self.twins(),
        }
    }

    fn kill(&mut self) {
        self.node.kill();
        self.start_again(Fault::Kill.name());
    }

    /// Lets the node die at a place, some times after it was passed first; `false`: it was never passed.
    pub(super) fn die_at(&mut self, point: &'static str) -> bool {
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

    /// The database is stopped without notice and started again; the node goes on by itself.
    fn stop_database(&mut self) {
        let Some(server) = self.program.server.clone() else { return };
        server.stop_at_once();
        let before = self.drive.acknowledged();
        std::thread::sleep(Duration::from_millis(100 + self.dice.below(2_000)));
        server.start_again();
        let began = Instant::now();
        while self.drive.acknowledged() == before && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        let goes_on = self.drive.acknowledged() > before;
        let ended = self.node.ended();
        let struck = self.report.strike(Fault::Server.name());
        if goes_on {
            struck.served_after.push(began.elapsed());
        } else {
            struck.violations.push("nothing was acknowledged after the database was back".to_owned());
        }
        if let Some(status) = ended {
            struck.violations.push(format!("the node ended with the database: {status}"));
            self.node.start();
        }
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
