//! The siege: `cargo run -p wf-tests --bin siege -- --seconds 60 --seed 1 [--postgres | --store postgres://…]`.
//!
//! `--clients 16`, `--program PATH` (the `wfrun` to besiege, beside this program unless told), `--keep` leaves its
//! folder, `--without FAULT` leaves out a fault. Ends with 1 when anything was lost, doubled or broken.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for the terminal")]

use wf_tests::siege::run::{Settings, besiege};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = Settings::read(&arguments).expect(
        "--seconds N --seed N [--postgres] [--store URL] [--clients N] [--program PATH] [--without FAULT] [--keep]",
    );
    let report = besiege(&settings, &mut |line| println!("{line}"));
    report.lines().iter().for_each(|line| println!("{line}"));
    std::process::exit(i32::from(report.violations() > 0));
}
