//! The command line of `wfc check` and `wfc-lint`, and the words of its `--help`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use wf_compiler::render::{self, FORMATS, Format};
use wf_lang::diagnostic::Severity;

const REPORTS: &str = "Reports";
const VERDICT: &str = "Verdict";
const FIXES: &str = "Fixes";
const SETTINGS: &str = "Settings";

/// `wfc check`, `wfc-lint`.
#[derive(Args)]
pub struct Arguments {
    /// Files or folders; the current folder if none is named.
    ///
    /// A whole project is always read, because names may come from any of its files; findings are shown for what is
    /// named here.
    pub paths: Vec<PathBuf>,

    /// How to print findings.
    #[arg(long, value_name = "NAME", default_value = "full", value_parser = format(), help_heading = REPORTS)]
    pub format: &'static Format,

    /// Write a report into a file as well; may be given several times, such as `--output sarif=wf.sarif`.
    ///
    /// NAME is a name that `--format` knows. A folder that is missing is made; a file that is there is replaced.
    #[arg(long = "output", value_name = "NAME=FILE", value_parser = output, help_heading = REPORTS)]
    pub outputs: Vec<(&'static Format, PathBuf)>,

    /// The least weight of a finding that ends the check with exit code 1; `fail-on` of `wf.toml` if not given,
    /// `error` if that is not there either.
    #[arg(long, value_name = "WEIGHT", value_parser = weight(), help_heading = VERDICT)]
    pub fail_on: Option<Severity>,

    /// Let only new findings count: `write` records those there are, `check` leaves recorded ones out.
    ///
    /// A recorded finding is known again by its rule, file, step and message, wherever its line moves. What was recorded
    /// and no longer occurs is named, so that the record can be written anew.
    #[arg(long, value_name = "WHAT", value_enum, help_heading = VERDICT)]
    pub baseline: Option<BaselineUse>,

    /// Where the baseline is kept.
    #[arg(long, value_name = "FILE", default_value = "wf-baseline.json", help_heading = VERDICT)]
    pub baseline_file: PathBuf,

    /// Mend what can be mended, then report what is left.
    ///
    /// A fix is made only if the project, checked again in memory, has the finding no more and no new error. Nothing
    /// else in a file is touched.
    #[arg(long, conflicts_with = "diff", help_heading = FIXES)]
    pub fix: bool,

    /// Print what `--fix` would change, and change nothing.
    ///
    /// The exit code is that of the findings as they stand.
    #[arg(long, help_heading = FIXES)]
    pub diff: bool,

    /// Take the settings of this file instead of each project's own `wf.toml`.
    #[arg(long, value_name = "FILE", help_heading = SETTINGS)]
    pub config: Option<PathBuf>,

    /// Print the settings in force for what is named, rule by rule, and check nothing.
    #[arg(long, help_heading = SETTINGS)]
    pub show_config: bool,
}

/// What to do with a baseline.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BaselineUse {
    /// Record the findings there are; nothing is reported.
    Write,
    /// Report what is not recorded.
    Check,
}

fn format() -> impl TypedValueParser<Value = &'static Format> {
    let values = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(values).try_map(|name| render::format(&name).ok_or("no such form"))
}

fn weight() -> impl TypedValueParser<Value = Severity> {
    const WEIGHTS: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];
    let named = |name: String| WEIGHTS.into_iter().find(|weight| weight.as_str() == name);
    PossibleValuesParser::new(WEIGHTS.map(Severity::as_str))
        .try_map(move |name| named(name).ok_or("no such weight"))
}

fn output(said: &str) -> Result<(&'static Format, PathBuf), String> {
    let (name, file) = said.split_once('=').ok_or("write NAME=FILE, such as sarif=wf.sarif")?;
    let names = || FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
    let format =
        render::format(name).ok_or_else(|| format!("there is no form `{name}`; there is {}", names()))?;
    if file.is_empty() {
        return Err(format!("say into which file, such as {name}=report.{name}"));
    }
    Ok((format, PathBuf::from(file)))
}
