//! `wfc-lint`: `wfc check` as a program of its own, for build servers and commit hooks.
//!
//! It takes what `wfc check` takes and says what `wfc check` says; everything is in `shared/`. Exit codes: 0 fine,
//! 1 findings, 2 usage or input, 3 a fault of `wfc-lint`. Invariant: nothing is written but the reports, baselines and
//! fixes that were asked for.

#[path = "../shared/input.rs"]
mod input;
#[path = "../shared/lint.rs"]
mod lint;
#[path = "../shared/output.rs"]
mod output;

use clap::Parser;
use std::process::ExitCode;

/// Check workflows written in `.wf` files, in CI and before commits.
///
/// Says what is wrong in words a process owner understands, with a run that shows it, and in the form that your build
/// server reads.
#[derive(Parser)]
#[command(name = "wfc-lint", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 fine, 1 findings, 2 usage or input, 3 a fault of wfc-lint.")]
#[command(after_long_help = "Examples:

  wfc-lint processes/
      All findings, for people; exit code 1 if there is an error.

  wfc-lint --format github --output sarif=wf.sarif --output markdown=\"$GITHUB_STEP_SUMMARY\"
      Annotations in the pull request, a file for code scanning, a report on the page of the run.

  wfc-lint --baseline write, then in CI: wfc-lint --baseline check --fail-on warning
      Begin today: what is there is known, what is new fails.

  wfc-lint --diff, then: wfc-lint --fix
      See what can be mended, then mend it.

One finding is allowed by a comment on the line above it, with a reason and, if you like, a last day:

  # wf: allow no-deadline because the customer sets the pace until 2027-01-31

A rule is raised, lowered or switched off in `wf.toml`:

  [rules]
  no-deadline = \"error\"
  long-workflow = \"off\"

`wfc explain` lists all rules, `wfc explain WF103` tells what one means.

Exit codes: 0 fine, 1 findings, 2 usage or input, 3 a fault of wfc-lint.")]
struct Program {
    #[command(flatten)]
    arguments: lint::Arguments,
}

/// Proofs make and drop small things all the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let program = Program::parse();
    output::ending("wfc-lint", || lint::run(&program.arguments))
}
