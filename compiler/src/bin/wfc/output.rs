//! What `wfc` prints and how it ends.

use std::io::Write;
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
    /// A fault of `wfc`.
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
