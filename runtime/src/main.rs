//! `wfrun`: the command line around the runtime. Everything is in the library; this only starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    wf_runtime::cli::main()
}
