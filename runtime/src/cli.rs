//! The command line: one file per group of commands under `cli/`.
//!
//! Flow: arguments are read, the store and configuration opened, the command run, its problem shown. Invariant: a
//! command prints its answer on standard output and everything else on standard error; exit codes are 0 done,
//! 1 refused or not proven, 2 wrong input, 3 a failure.

mod act;
mod answer;
mod audit;
mod audit_archive;
mod backup;
mod check_config;
mod context;
#[cfg(test)]
mod documented;
mod event;
mod export;
mod interactive;
mod lease;
mod list;
mod load;
mod misread;
mod opened;
mod outbox;
mod play;
mod quarantine;
mod replay;
mod restore;
mod retention;
mod screen;
mod serve;
mod sql;
mod start;
mod status;
mod subject;
mod table;
mod token;
mod top;
mod trail;
mod worker;

use crate::error::{Problem, Result};
use crate::trace::Traces;
use clap::{CommandFactory, Parser, Subcommand};
use context::Common;
use std::process::ExitCode;

/// Runs compiled workflows: durable, on time, with a trail an auditor can read.
///
/// A plan (`NAME@VERSION.wfp`, made by `wfc build`) is loaded once; instances are started from it; people and systems
/// act on them; the worker lets time pass and delivers messages. Everything is kept in one SQLite
/// file, or in PostgreSQL.
#[derive(Parser, Debug)]
#[command(name = "wfrun", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
A first hour:
  wfrun load build/onboarding@1.wfp
  wfrun start onboarding --by sales --input customer_name='Gamma SpA' --input region=EU \\
        --input seats=40 --input contact=it@gamma.example --input deal=D-1
  wfrun worker --once                      deliver what is due, then stop
  wfrun status onboarding-1                where it stands, who owes what
  wfrun complete onboarding-1 contract --by legal --field signed_on=2026-03-04
  wfrun trail onboarding-1                 everything that happened
  wfrun audit verify                       prove that nobody changed it

An instance is named by its id (`onboarding-1`) or its reference (`ONB-1`).";

/// What each does is written beside its arguments; acts that share their arguments are told apart here.
#[derive(Subcommand, Debug)]
enum Command {
    Load(load::Load),
    Start(start::Start),
    List(list::List),
    Status(status::Status),
    /// Takes work on oneself
    Claim(act::NodeOnly),
    /// Gives work back to its role
    Release(act::NodeOnly),
    Complete(act::Complete),
    Comment(act::Comment),
    /// Says "I have seen it": the escalation waits once more
    Acknowledge(act::NodeOnly),
    Block(act::Block),
    /// Says that blocked work goes on
    Unblock(act::NodeOnly),
    Reassign(act::Reassign),
    Choose(act::Choose),
    /// Skips an optional node
    Skip(act::NodeOnly),
    Correct(act::Correct),
    /// Has a finished step done again, while nothing after it has settled
    Reopen(act::NodeOnly),
    End(act::End),
    Cancel(act::Cancel),
    Answer(answer::Answer),
    Event(event::Event),
    Worker(worker::Worker),
    Lease(lease::Lease),
    Top(top::Top),
    Outbox(outbox::Outbox),
    Quarantine(quarantine::Quarantine),
    Serve(serve::Serve),
    Api(serve::Api),
    Token(token::Token),
    Trail(trail::Trail),
    Subject(subject::Subject),
    Audit(audit::Audit),
    Export(export::Export),
    Sql(sql::Sql),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Retention(retention::Retention),
    CheckConfig(check_config::CheckConfig),
    Play(play::Play),
    Replay(replay::Replay),
}

/// Reads the arguments, runs the command, shows its problem.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    // Requests are answered on all cores; a single command needs one.
    let runtime = match cli.command {
        Command::Serve(_) | Command::Api(_) => {
            tokio::runtime::Builder::new_multi_thread().enable_all().build()
        }
        _ => tokio::runtime::Builder::new_current_thread().enable_all().build(),
    };
    let done = match runtime {
        Ok(runtime) => {
            let done = match cli.command {
                Command::Play(command) => command.run(&runtime),
                Command::Serve(_) | Command::Api(_) | Command::Worker(_) => {
                    Traces::begin().and_then(|traces| {
                        let done = runtime.block_on(run(cli));
                        traces.end();
                        done
                    })
                }
                _ => runtime.block_on(run(cli)),
            };
            // A letter that hangs in a channel's code was given its time; the end does not wait for its thread.
            runtime.shutdown_background();
            done
        }
        Err(cause) => Err(Problem::machine("the program cannot start its threads").because(cause)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let code = problem.exit_code();
            screen::problem(problem);
            ExitCode::from(code)
        }
    }
}

/// Shows what is wrong with the command line, in our words where more can be said than it is refused.
fn misread(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match misread::explained(error, &Cli::command(), &words) {
        Some(problem) => {
            let code = problem.exit_code();
            screen::problem(problem);
            ExitCode::from(code)
        }
        None => error.exit(),
    }
}

/// The signal of a limit on the size of files, which would end the program.
const FILE_TOO_LARGE: i32 = 25;

async fn run(cli: Cli) -> Result<()> {
    // Listened for, it is an error of that one write instead, like a disk that is full.
    let _ignored = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(FILE_TOO_LARGE));
    let common = &cli.common;
    match cli.command {
        Command::Load(command) => command.run(common).await,
        Command::Start(command) => command.run(common).await,
        Command::List(command) => command.run(common).await,
        Command::Status(command) => command.run(common).await,
        Command::Claim(command) => command.claim(common).await,
        Command::Release(command) => command.release(common).await,
        Command::Complete(command) => command.run(common).await,
        Command::Comment(command) => command.run(common).await,
        Command::Acknowledge(command) => command.acknowledge(common).await,
        Command::Block(command) => command.run(common).await,
        Command::Unblock(command) => command.unblock(common).await,
        Command::Reassign(command) => command.run(common).await,
        Command::Choose(command) => command.run(common).await,
        Command::Skip(command) => command.skip(common).await,
        Command::Correct(command) => command.run(common).await,
        Command::Reopen(command) => command.reopen(common).await,
        Command::End(command) => command.run(common).await,
        Command::Cancel(command) => command.run(common).await,
        Command::Answer(command) => command.run(common).await,
        Command::Event(command) => command.run(common).await,
        Command::Worker(command) => command.run(common).await,
        Command::Lease(command) => command.run(common).await,
        Command::Top(command) => command.run(common).await,
        Command::Outbox(command) => command.run(common).await,
        Command::Quarantine(command) => command.run(common).await,
        Command::Serve(command) => command.run(common).await,
        Command::Api(command) => command.run(common).await,
        Command::Token(command) => command.run(common).await,
        Command::Trail(command) => command.run(common).await,
        Command::Subject(command) => command.run(common).await,
        Command::Audit(command) => command.run(common).await,
        Command::Export(command) => command.run(common).await,
        Command::Sql(command) => command.run(common).await,
        Command::Backup(command) => command.run(common).await,
        Command::Restore(command) => command.run(common).await,
        Command::Retention(command) => command.run(common).await,
        Command::CheckConfig(command) => command.run(common).await,
        Command::Replay(command) => command.run(common).await,
        Command::Play(_) => Err(Problem::input("a play within a play cannot be played")),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
