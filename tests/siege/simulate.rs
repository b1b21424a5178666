//! The simulator: generated programs under a simulated store, clocks and nodes, with faults, from a seed.
//!
//! The interpreter is the real one; everything around it is simulated: `store` keeps journal, state, timers and lease,
//! `events` thinks of what people and systems may do, `world` lets nodes run and fail, this file plays seed after
//! seed and counts. Invariant: the same seed goes the same way.

mod events;
mod store;
mod world;

use super::dice::Dice;
use crate::explorer::generate::generate;
use crate::explorer::sketch::write;
use crate::explorer::subject::check;
use crate::explorer::values::cells;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wf_compiler::emit::{Surroundings, emit};
use wf_plan::plan::MeaningHash;
use wf_vm::Prepared;
use world::World;

/// Something broken on purpose, to show that it is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Planted {
    /// A commit does not compare the instance's position.
    NoPosition,
    /// A commit does not compare the lease's epoch.
    NoEpoch,
    /// What is acknowledged has not reached the disk when a node dies.
    EarlyAnswer,
    /// Timers that are cancelled stay.
    TimersStay,
    /// An event is kept in the journal with another time than it was computed with.
    OtherTime,
    /// A tick is taken to be a day later than it is.
    EarlyTimers,
}

/// What came of many seeds.
#[derive(Default, Debug)]
pub struct Simulated {
    pub programs: u64,
    pub unfit: u64,
    pub instances: u64,
    pub events: u64,
    pub simulated_ms: u64,
    pub took: Duration,
    /// How often each fault struck.
    pub faults: BTreeMap<&'static str, u64>,
    /// Seed, and what did not hold.
    pub failing: Vec<(u64, String)>,
}

const YEAR_MS: f64 = 365.25 * 86_400_000.0;
/// Instances of each program, one after the other.
const INSTANCES: u64 = 40;

/// Simulates the programs of `count` seeds from `seed` on.
pub fn simulate(seed: u64, count: u64, planted: Option<Planted>) -> Simulated {
    let (all, next, began) = (Mutex::new(Simulated::default()), AtomicU64::new(seed), Instant::now());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= seed + count {
                        return;
                    }
                    let one = simulate_one(at, planted);
                    all.lock().unwrap().add(one);
                }
            });
        }
    });
    let mut all = all.into_inner().unwrap();
    all.failing.sort();
    all.took = began.elapsed();
    all
}

impl Simulated {
    fn add(&mut self, other: Self) {
        self.programs += other.programs;
        self.unfit += other.unfit;
        self.instances += other.instances;
        self.events += other.events;
        self.simulated_ms += other.simulated_ms;
        self.failing.extend(other.failing);
        for (fault, times) in other.faults {
            *self.faults.entry(fault).or_default() += times;
        }
    }

    pub fn lines(&self) -> Vec<String> {
        let years = self.simulated_ms as f64 / YEAR_MS;
        let mut lines: Vec<String> =
            self.faults.iter().map(|(fault, times)| format!("{fault:<46} {times:>9}")).collect();
        lines.extend(self.failing.iter().map(|(seed, what)| format!("VIOLATION seed {seed}: {what}")));
        lines.push(format!(
            "{} programs ({} unfit), {} instances, {} events, {years:.0} years of process time in {:.1} s: {:.0} years \
             a second; {} violations",
            self.programs,
            self.unfit,
            self.instances,
            self.events,
            self.took.as_secs_f64(),
            years / self.took.as_secs_f64().max(0.001),
            self.failing.len(),
        ));
        lines
    }
}

/// The same workflow with the business hours of a place whose clocks change.
fn in_a_zone(text: &str) -> String {
    const HOURS: &str =
        "calendar bank {\n  time zone \"Europe/Rome\"\n  working monday to friday 09:00 to 17:00\n}\n";
    const OWNER: &str = "workflow main \"Main\" {\n  version 1\n  process owner clerk\n";
    HOURS.to_owned() + &text.replace(OWNER, &format!("{OWNER}  calendar bank\n"))
}

/// One program, instance after instance.
fn simulate_one(seed: u64, planted: Option<Planted>) -> Simulated {
    let mut done = Simulated { programs: 1, ..Simulated::default() };
    let text = in_a_zone(&write(&generate(seed)));
    let Some(subject) = check(&text).subject else {
        done.unfit = 1;
        return done;
    };
    let plan_of = |_| Some(MeaningHash([7; 32]));
    let around = Surroundings { locate: &|_| None, plan_of: &plan_of, policies: &[] };
    let Ok(draft) = emit(&subject.typed, &around) else {
        done.unfit = 1;
        return done;
    };
    let prepared = Prepared::new(&draft.program);
    let cells = cells(&subject.typed);
    let mut dice = Dice::new(seed);
    for _ in 0..INSTANCES {
        let mut world = World::new(&subject, &prepared, &cells, &mut dice, planted);
        let held = world.live();
        done.instances += 1;
        done.events += world.store.journal.len() as u64;
        done.simulated_ms += u64::try_from(world.now - world.began).unwrap_or(0);
        for (fault, times) in std::mem::take(&mut world.faults) {
            *done.faults.entry(fault).or_default() += times;
        }
        if let Err(what) = held {
            done.failing.push((seed, what));
            break;
        }
    }
    done
}
