//! `wfrun`: the command line around the runtime. Everything is in the library; this only starts it.

use std::process::ExitCode;

/// What one thread makes, another frees: states, rows, letters.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wf_runtime::cli::main()
}
