//! `wfc`: check, format, build, show, test and run `.wf` files.
//!
//! One file per command; each turns paths into texts, calls the compiler's plain functions and prints. Exit codes
//! are the same for all: 0 fine (warnings too), 1 findings that are errors, 2 usage or input, 3 a fault of `wfc`.
//! What `wfc-lint` does too is in `shared/`.
//! Invariant: `bin/` is the only part of the compiler that touches files, the environment or the terminal.

mod arguments;
mod build;
mod check;
mod drill;
mod explain;
mod fmt;
#[path = "../shared/input.rs"]
mod input;
#[path = "../shared/lint.rs"]
mod lint;
mod lock;
mod new;
#[path = "../shared/output.rs"]
mod output;
mod run;
mod show;
mod test;
mod why;

use arguments::{Arguments, Command};
use clap::Parser;
use output::Exit;
use std::process::ExitCode;

/// Proofs make and drop small things all the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    output::ending("wfc", || dispatch(arguments.command))
}

fn dispatch(command: Command) -> miette::Result<Exit> {
    match command {
        Command::Check(arguments) => lint::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Why(arguments) => why::run(&arguments),
        Command::Drill(arguments) => drill::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
    }
}
