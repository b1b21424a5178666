//! Transitions per second of the interpreter on one core, in memory: a plain table of numbers.
//!
//! A transition is one accepted event (claim, complete, choose) with its effects produced and thrown away. Each
//! line plays whole instances of a program over and over, in place, and is the median of many short slices of time on
//! the processor, so that what else runs on the machine tells little; beside it the best slice. Run with
//! `cargo bench -p wf-vm --bench transitions`, and a part of a line's title after `--` for that line alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    missing_docs,
    dead_code
)]

use std::time::Duration as Time;
use wf_vm::event::Act;
use wf_vm::{Event, Prepared, State};

#[path = "../tests/meaning/onboarding.rs"]
#[allow(unused_imports)]
mod onboarding;
#[path = "../tests/meaning/support/mod.rs"]
mod support;

use support::*;

/// How often, and how long each time, a line is measured.
const SLICES: usize = 40;
const SLICE: Time = Time::from_millis(50);

fn main() {
    println!("{:<58}{:>14}{:>14}{:>10}{:>10}", "program", "transitions/s", "best", "ns each", "effects");
    let chain = chain(14);
    measure("14 steps in a row: claim and complete each", &chain, &chain_journal(&chain, true));
    measure("14 steps in a row: complete each", &chain, &chain_journal(&chain, false));
    let plan = onboarding::onboarding();
    measure(
        "onboarding: start to outcome, ladders and reminders armed",
        &plan,
        &onboarding_journal(&plan, false),
    );
    measure("onboarding: the same, every step claimed first", &plan, &onboarding_journal(&plan, true));
    let mut run = plan.start(vec![text("Gamma SpA"), text("it@gamma.example"), text("D-1")]);
    run.complete("contract");
    let bytes = postcard::to_allocvec(&run.state).unwrap().len();
    println!("\nstate of a live onboarding (14 nodes): {bytes} bytes stored");
}

fn chain(length: usize) -> Plan {
    let mut plan = Plan::new();
    for at in 0..length {
        plan.step(&format!("s{at}"), "legal").due(business_days(5));
        if at > 0 {
            plan.after(&format!("s{}", at - 1));
        }
    }
    plan
}

fn chain_journal(plan: &Plan, claim: bool) -> Vec<Event> {
    let mut run = plan.start(vec![]);
    for node in 0..plan.program.nodes.len() {
        let name = plan.program.nodes[node].name.clone();
        if claim {
            run.act(&name, Act::Claim);
        }
        run.complete(&name);
    }
    run.journal
}

fn onboarding_journal(plan: &Plan, claim: bool) -> Vec<Event> {
    let mut run = plan.start(vec![text("Gamma SpA"), text("it@gamma.example"), text("D-1")]);
    let complete = |run: &mut Played, names: &[&str]| {
        for name in names {
            if claim {
                run.act(name, Act::Claim);
            }
            run.complete(name);
        }
    };
    complete(&mut run, &["contract", "billing", "environment", "dpa"]);
    run.choose("go_live.yes");
    complete(&mut run, &["kickoff", "training", "data_import", "first_invoice", "health_check", "handover"]);
    assert!(run.ended_in().is_some());
    run.journal
}

fn measure(title: &str, plan: &Plan, journal: &[Event]) {
    if std::env::args().skip(1).find(|arg| !arg.starts_with('-')).is_some_and(|only| !title.contains(&only)) {
        return;
    }
    let prepared = plan.prepared();
    let mut effects = Vec::with_capacity(1_024);
    let produced = play(&prepared, journal, &mut effects);
    let mut rates: Vec<f64> = (0..SLICES)
        .map(|_| {
            let (begun, mut transitions) = (Watch::start(), 0usize);
            while begun.elapsed() < SLICE {
                for _ in 0..64 {
                    play(&prepared, journal, &mut effects);
                    transitions += journal.len();
                }
            }
            transitions as f64 / begun.elapsed().as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let median = rates[SLICES / 2];
    println!(
        "{title:<58}{median:>14.0}{:>14.0}{:>10.0}{:>10.1}",
        rates[SLICES - 1],
        1e9 / median,
        produced as f64 / journal.len() as f64
    );
}

/// Time on the processor where the system tells it (others may use the machine meanwhile), else time on the clock.
struct Watch {
    started: std::time::Instant,
    worked: Option<u64>,
}

impl Watch {
    fn start() -> Self {
        Self { started: std::time::Instant::now(), worked: worked_ns() }
    }

    fn elapsed(&self) -> Time {
        match (self.worked, worked_ns()) {
            (Some(before), Some(now)) => Time::from_nanos(now - before),
            _ => self.started.elapsed(),
        }
    }
}

/// Nanoseconds this thread has run (Linux).
fn worked_ns() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    line.split(' ').next()?.parse().ok()
}

fn play(prepared: &Prepared, journal: &[Event], effects: &mut Vec<wf_vm::Effect>) -> usize {
    let mut state = State::new();
    let mut produced = 0;
    for event in journal {
        effects.clear();
        wf_vm::apply(prepared, &mut state, event, effects);
        produced += effects.len();
    }
    produced
}
