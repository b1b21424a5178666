//! `wfc`: check, format, build, show, test and run `.wf` files.
//!
//! One file per command; each turns paths into texts, calls the compiler's plain functions and prints. Exit codes
//! are the same for all: 0 fine (warnings too), 1 findings that are errors, 2 usage or input, 3 a fault of `wfc`.
//! Invariant: this folder is the only part of the compiler that touches files, the environment or the terminal.

mod arguments;
mod build;
mod check;
mod explain;
mod fmt;
mod input;
mod lock;
mod new;
mod output;
mod run;
mod show;
mod test;

use arguments::{Arguments, Command};
use clap::Parser;
use output::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is a bug of wfc, never of the text it read: say so, and keep exit code 1 for findings.
    let done = std::panic::catch_unwind(|| dispatch(arguments.command));
    match done {
        Ok(Ok(exit)) => exit.code(),
        Ok(Err(report)) => {
            output::error(&format!("{report:?}"));
            Exit::Input.code()
        }
        Err(_) => {
            output::error("this is a fault of wfc, not of your files; please report it with the text above");
            Exit::Internal.code()
        }
    }
}

fn dispatch(command: Command) -> miette::Result<Exit> {
    match command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
    }
}
