//! The siege: `cargo run -p wf-tests --bin siege -- --seconds 60 --seed 1 [--postgres | --store postgres://…]`.
//!
//! `--simulate 1000` plays generated programs on a simulated store instead.
//!
//! `--points` lets it die at every failpoint in turn.
//!
//! `--pace 2500` is the longest time between two faults in milliseconds, `--most N` ends it after so many faults.
//!
//! `--clients 16`, `--program PATH` (the `wfrun` to besiege, beside this program unless told), `--keep` leaves its
//! folder, `--without FAULT` leaves out a fault, `--only FAULT` strikes no other. Ends with 1 when anything was lost, doubled or broken.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for the terminal")]

use wf_tests::siege::run::{Settings, besiege, die_everywhere, points};
use wf_tests::siege::simulate::simulate;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--simulate") {
        let number = |at: usize| arguments.get(at).and_then(|number| number.parse().ok());
        let seed = arguments.iter().position(|argument| argument == "--seed").and_then(|at| number(at + 1));
        let done = simulate(seed.unwrap_or(1), number(at + 1).expect("--simulate N [--seed N]"), None);
        done.lines().iter().for_each(|line| println!("{line}"));
        std::process::exit(i32::from(!done.failing.is_empty()));
    }
    let settings = Settings::read(&arguments).expect(
        "--seconds N --seed N [--postgres] [--store URL] [--clients N] [--program PATH] [--without FAULT] [--only FAULT] [--pace MS] \
         [--most N] [--keep]",
    );
    let mut say = |line| println!("{line}");
    let report = match settings.is_everywhere {
        true => die_everywhere(&settings, &points(settings.is_postgres), &mut say),
        false => besiege(&settings, &mut say),
    };
    report.lines().iter().for_each(|line| println!("{line}"));
    std::process::exit(i32::from(report.violations() > 0));
}
