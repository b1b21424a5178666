//! The command line of `wfc`, and the words of its `--help`.

use crate::lint;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Check, format, build, test and run workflows written in `.wf` files.
#[derive(Parser)]
#[command(name = "wfc", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Start with `wfc new claims`, then `wfc run claims`. Every finding has a code: \
`wfc explain WF002` tells what it means.\n\nExit codes: 0 fine, 1 errors found, 2 usage or input, 3 a fault of wfc.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Look for mistakes and say where they are and what to do.
    Check(lint::Arguments),
    /// Write files in the one standard layout, keeping every comment.
    Fmt(Fmt),
    /// Tell what a code such as WF002 means, why it matters, and how to cure it.
    Explain(Explain),
    /// Write a small working project to start from.
    New(New),
    /// Explain a node: when it runs and when not, what it waits for, its earliest and latest day, who hears of it.
    Why(Why),
    /// Show what stalls when the people of a role are away, and where each escalation then lands.
    Drill(Drill),
    /// Turn checked workflows into plans that `wfrun` can load, and record them in wf.lock.
    Build(Build),
    /// Print a plan for people: nodes, what they wait for, and code beside its source lines.
    Show(Show),
    /// Play the `test` blocks and say which pass.
    Test(Test),
    /// Build a folder and play one of its tests before your eyes, from start to outcome.
    Run(Run),
}

/// `wfc fmt`.
#[derive(Args)]
pub struct Fmt {
    /// Files or folders; the current folder if none is named; `-` reads standard input and writes standard output.
    pub paths: Vec<PathBuf>,
    /// Change nothing; name the files that are not in the standard layout and exit with 1 if there are any.
    #[arg(long)]
    pub check: bool,
}

/// `wfc explain`.
#[derive(Args)]
pub struct Explain {
    /// A code (WF002) or a name (unknown-name); without one, all rules are listed.
    pub rule: Option<String>,
    /// With `--markdown`: the pages of all rules.
    #[arg(long, requires = "markdown", conflicts_with = "rule")]
    pub all: bool,
    /// Write the reference of all rules into this folder: one page for each, and an index.
    #[arg(long, value_name = "DIR", requires = "all")]
    pub markdown: Option<PathBuf>,
}

/// `wfc why`.
#[derive(Args)]
#[command(
    after_help = "The page is made from what the checks know: the dates are those of an instance started on Monday \
2 March 2026, with every deadline used to its end for the latest day."
)]
pub struct Why {
    /// The node: `dpa`, or `onboarding.dpa` where several workflows have a node of that name.
    pub node: String,
    /// A file or folder; the current folder if none is named.
    pub path: Option<PathBuf>,
}

/// `wfc drill`.
#[derive(Args)]
#[command(
    after_help = "Nobody acts in a drill: each ladder climbs from level 1 to its end, for work that starts on Monday \
2 March 2026. Deputies stand in, unless they are away too."
)]
pub struct Drill {
    /// The role whose people are away; write it again for another role that is away at the same time.
    #[arg(long, value_name = "ROLE", required = true)]
    pub away: Vec<String>,
    /// A file or folder; the current folder if none is named.
    pub path: Option<PathBuf>,
}

/// `wfc new`.
#[derive(Args)]
pub struct New {
    /// Name of the workflow and its folder, in snake_case.
    pub name: String,
}

/// `wfc build`.
#[derive(Args)]
pub struct Build {
    /// Files or folders; the current folder if none is named.
    pub paths: Vec<PathBuf>,
    /// Folder for the plans; made if it is not there.
    #[arg(short, long, value_name = "DIR", default_value = "plans")]
    pub out: PathBuf,
}

/// `wfc show`.
#[derive(Args)]
pub struct Show {
    /// A plan (`NAME@VERSION.wfp`).
    pub plan: PathBuf,
}

/// `wfc test`.
#[derive(Args)]
pub struct Test {
    /// Files or folders; the current folder if none is named.
    pub paths: Vec<PathBuf>,
    /// Only tests whose title contains this.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
}

/// `wfc run`.
#[derive(Args)]
pub struct Run {
    /// The project's folder.
    pub folder: PathBuf,
    /// The test to play, by a part of its title; the first one otherwise.
    #[arg(long, value_name = "TEXT")]
    pub test: Option<String>,
    /// Days of the story shown per second; 0 shows all at once.
    #[arg(long, value_name = "N")]
    pub speed: Option<f64>,
    /// Only the outcome and the auditor's table.
    #[arg(long)]
    pub quiet: bool,
    /// Type at the terminal what people do, instead of taking it from a test.
    #[arg(long)]
    pub interactive: bool,
}
