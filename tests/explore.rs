//! Generated workflows, compiler and explorer compared, by the million: `--seed 1 --count 1000000`.
//!
//! `--codes WF103,WF105` compares these only; `--save DIR` keeps each difference; `--print` shows the workflows of the
//! seeds instead; `--file F` judges one file; `--without TEXT` leaves out workflows with such a clause. Invariant: the same seed makes the same workflows.
#![allow(clippy::print_stdout, clippy::expect_used, reason = "a program for the terminal")]

use wf_tests::explorer::run;

/// States are copied and dropped all the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let settings = run::Settings::read(&arguments).expect(
        "--seed N --count N [--codes A,B] [--bound N] [--save DIR] [--without TEXT] [--print] [--file F]",
    );
    std::process::exit(i32::from(!run::run(&settings, &mut |line| println!("{line}"))));
}
