//! `wfrun play`.

use super::load::read_plan;
use super::screen::{BAD, BOLD, FAINT, GOOD, count, remark, say};
use super::{interactive, sql, table};
use crate::audit::verify::verify;
use crate::error::{Class, Problem, Result};
use crate::moment::LocalTime;
use crate::play::StoreStage;
use crate::play::timeline::Timeline;
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;
use tokio::runtime::Runtime;
use wf_plan::scenario::Scenario;
use wf_vm::scenario::{Report, Verdict, play};

/// Days of the process that pass in a second of watching, on a terminal.
const DEFAULT_SPEED: f64 = 10.0;
/// No pause of the player is longer, whatever the silence.
const LONGEST_PAUSE: Duration = Duration::from_millis(1_500);
/// A scenario is a `test` block; a hundred thousand lines of one fit into this.
const SCENARIO_LIMIT: u64 = 64 * 1024 * 1024;

/// Plays a scenario in a throw-away store, on a fast clock, and shows it as a time line.
///
/// The scenario is a `test` block of the source, written as JSON by `wfc run`. Messages are shown with their buttons
/// and channels, then silence, escalations, decisions, updates of systems, the outcome, and at the end what an auditor
/// asks and gets. Nothing is sent and nothing is left behind.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfc run examples/onboarding               builds, then calls this\n  wfrun play build/*.wfp --scenario scenario.json --speed 0\n  wfrun play build/*.wfp --scenario scenario.json --interactive"
)]
pub struct Play {
    /// Plans made by `wfc build`: the workflow and those it runs
    #[arg(required = true, value_name = "PLAN")]
    plans: Vec<PathBuf>,
    /// The scenario, as `wfc run` writes it
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// Days of the story shown in a second; 0: all at once [default: 10 on a terminal, else 0]
    #[arg(long, value_name = "DAYS")]
    speed: Option<f64>,
    /// Only the auditor's tables and whether it went as expected
    #[arg(long, short)]
    quiet: bool,
    /// Type what people do, instead of taking it from the scenario
    #[arg(long, short, conflicts_with = "quiet")]
    interactive: bool,
}

impl Play {
    /// Plays it. Not async: the player decides when the store's work is waited for.
    pub fn run(self, runtime: &Runtime) -> Result<()> {
        let scenario = read_scenario(&self.scenario)?;
        let plans = self.plans.iter().map(read_plan).collect::<Result<Vec<_>>>()?;
        if self.interactive {
            return interactive::run(runtime, plans, &scenario);
        }
        let mut stage = StoreStage::new(runtime, plans, scenario.start)?;
        let Some(ready) = stage.newest(&scenario.workflow).cloned() else {
            return Err(Problem::input(format!(
                "no plan given is of `{}`, which the scenario starts",
                scenario.workflow
            ))
            .help("name its plan too"));
        };
        say(&format!("{BOLD}{}{BOLD:#}", scenario.title));
        say(&format!(
            "{FAINT}{}  {}  {}:{}{FAINT:#}",
            ready.program().label,
            ready.plan.name(),
            scenario.file,
            scenario.line
        ));
        let report = play(&mut stage, &scenario);
        if !self.quiet {
            self.show(&report, &ready.local);
        }
        auditor(runtime, &stage)?;
        verdict(&report)
    }

    fn show(&self, report: &Report, local: &LocalTime) {
        let default = if std::io::stdout().is_terminal() { DEFAULT_SPEED } else { 0.0 };
        let speed = self.speed.unwrap_or(default);
        let mut timeline = Timeline::new(local);
        let mut last = report.start.at;
        for scene in report.scenes() {
            pause(scene.at.0.saturating_sub(last.0), speed);
            last = scene.at;
            say(timeline.scene(scene).trim_end_matches('\n'));
        }
    }
}

/// Waits as long as the time that passes, at this speed.
fn pause(passed_ms: i64, days_per_second: f64) {
    if days_per_second.is_finite() && days_per_second > 0.0 && passed_ms > 0 {
        // Precision does not matter for a pause.
        #[allow(clippy::cast_precision_loss)]
        let seconds = passed_ms as f64 / 86_400_000.0 / days_per_second;
        std::thread::sleep(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE));
    }
}

pub fn read_scenario(path: &PathBuf) -> Result<Scenario> {
    let shown = path.display();
    let size = std::fs::metadata(path).map(|about| about.len()).unwrap_or_default();
    if size > SCENARIO_LIMIT {
        return Err(Problem::input(format!("the scenario `{shown}` has more than {SCENARIO_LIMIT} bytes")));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Problem::input(format!("the scenario `{shown}` cannot be read")).because(cause))?;
    serde_json::from_str(&text).map_err(|cause| {
        Problem::input(format!("`{shown}` is no scenario: {cause}"))
            .help("`wfc run` writes scenarios from `test` blocks")
    })
}

/// What an auditor asks at the end, and the answer.
fn auditor(runtime: &Runtime, stage: &StoreStage<'_>) -> Result<()> {
    let Some(instance) = stage.instance().filter(|id| !id.is_empty()) else { return Ok(()) };
    let store = &stage.engine().store;
    say(&table::heading("The auditor asks: who decided what, when (in UTC), and among which choices?"));
    let decisions = format!(
        "select happened_at, node, who, role, chosen, offered\nfrom decision_log\nwhere instance = '{instance}' and chosen is not null"
    );
    ask(runtime, store, &decisions)?;
    say(&table::heading("And: how long did each step take, and who finished it?"));
    let steps = format!(
        "select node, min(happened_at) as first, max(happened_at) as last, count(*) as facts,\n       group_concat(distinct case when fact in ('completed', 'option chosen', 'skipped by a person') then who end) as finished_by\nfrom step_history\nwhere instance = '{instance}'\ngroup by node\norder by min(row_number)"
    );
    ask(runtime, store, &steps)?;
    let verified = runtime.block_on(verify(stage.engine(), None))?;
    match verified.findings.first() {
        None => say(&format!(
            "\n{GOOD}whole{GOOD:#}: {} and {}, every chain unbroken, every state the replay of its journal",
            count(verified.events, "event"),
            count(verified.facts, "fact")
        )),
        Some(finding) => say(&format!("\n{BAD}{finding}{BAD:#}")),
    }
    Ok(())
}

fn ask(runtime: &Runtime, store: &crate::store::Store, query: &str) -> Result<()> {
    say(&format!("{FAINT}{query}{FAINT:#}\n"));
    let answer = runtime.block_on(store.ask(query))?;
    sql::lines(&answer).iter().for_each(|line| say(line));
    Ok(())
}

/// Whether it went as the test expects.
fn verdict(report: &Report) -> Result<()> {
    let mut failed = 0;
    for row in report.rows() {
        if let Verdict::Failed(failure) = &row.verdict {
            failed += 1;
            remark(&format!("\n{BAD}{}:{}{BAD:#}  {}", report.file, row.line, row.text));
            remark(&format!(
                "  expected {}\n  but {}  {FAINT}({}){FAINT:#}",
                failure.expected, failure.happened, row.when
            ));
        }
    }
    let outcome = report
        .outcome
        .as_ref()
        .map_or_else(|| "no outcome yet".to_owned(), |outcome| format!("outcome {outcome}"));
    if failed == 0 {
        let lines = count(report.statements.len(), "line");
        say(&format!("\n{GOOD}as expected{GOOD:#}: {outcome}, {lines} of the test held"));
        // A story may break off in the middle, and a workflow without outcomes ends when everything is done.
        if report.outcome.is_none() {
            say(&format!("where the test leaves it, {}", report.stands));
        }
        return Ok(());
    }
    let lines = if failed == 1 { "one line".to_owned() } else { format!("{failed} lines") };
    Err(Problem::new(Class::Refused, format!("{lines} of the test did not hold ({outcome})"))
        .help("the lines stand above, with what was expected and what happened"))
}
