//! What `wfc` and `wfc-lint` print and how they end.
//!
//! Invariant: exit code 1 always means findings, never a fault of the program.

use std::io::Write;
use std::panic::UnwindSafe;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Nothing to complain about, or warnings and notes only.
    Fine,
    /// At least one error found, or a test failed.
    Findings,
    /// The command line or a file could not be used.
    Input,
    /// A fault of the program.
    Internal,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Input => 2,
            Self::Internal => 3,
        })
    }
}

/// Runs a program to its end. A panic is a bug of the program, never of the text it read: it is said so, and keeps exit
/// code 1 for findings.
pub fn ending(program: &str, run: impl FnOnce() -> miette::Result<Exit> + UnwindSafe) -> ExitCode {
    match std::panic::catch_unwind(run) {
        Ok(Ok(exit)) => exit.code(),
        Ok(Err(report)) => {
            error(&format!("{report:?}"));
            Exit::Input.code()
        }
        Err(_) => {
            error(&format!(
                "this is a fault of {program}, not of your files; please report it with the text above"
            ));
            Exit::Internal.code()
        }
    }
}

/// Writes to standard output; colours go where the terminal wants them. A closed pipe (`| head`) is no fault.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error.
pub fn error(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An exit code shows itself only in what it prints.
    fn ended(run: impl FnOnce() -> miette::Result<Exit> + UnwindSafe) -> String {
        format!("{:?}", ending("wfc-lint", run))
    }

    #[test]
    fn a_fault_of_the_program_is_never_taken_for_findings() {
        let code = |code: u8| format!("{:?}", ExitCode::from(code));
        assert_eq!(ended(|| Ok(Exit::Fine)), code(0));
        assert_eq!(ended(|| Ok(Exit::Findings)), code(1));
        assert_eq!(ended(|| Err(miette::miette!("there is no `nowhere`"))), code(2));
        assert_eq!(ended(|| panic!("a bug")), code(3));
    }
}
