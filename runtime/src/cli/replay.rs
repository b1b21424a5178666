//! `wfrun replay`.

use super::context::{Common, pair};
use super::load::read_plan;
use super::screen::{BOLD, FAINT, WAITING, json, remark, say};
use super::table::{Numbers, heading};
use crate::clock::Clock;
use crate::error::{Problem, Result};
use crate::moment::{LocalTime, parse};
use crate::replay::log::{Columns, Log};
use crate::replay::map::Map;
use crate::replay::summary::{Step, Summary};
use crate::replay::written::Written;
use crate::replay::{Wanted, replay};
use clap::{Args, ValueEnum};
use flate2::read::MultiGzDecoder;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::IsTerminal;
use std::path::PathBuf;
use wf_plan::Moment;

/// The store of every other command, where none is named: never one to play the past into.
const EVERYDAY: &str = "sqlite:wfrun.sqlite";
/// Reasons told; the rest is in `--format json`.
const REASONS: usize = 12;

/// Plays the past through a plan: which reminders and escalations would have been sent, and when.
///
/// The log is XES, or CSV with one row for each thing that somebody did: its case, the activity, when, and who; either may
/// be packed (`.gz`). Each case starts an instance at its first row; each row does what its activity stands for, at its moment; in between, time passes on a
/// virtual clock, and reminders, deadlines and escalations come when they are due. Letters are recorded and never sent.
/// Everything is kept in a new store, which `sql`, `trail`, `export` and `audit verify` read as any other.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun replay helpdesk@1.wfp log.csv --suggest-map\n  wfrun replay helpdesk@1.wfp log.csv --store sqlite:replay.sqlite --map \"Take in charge ticket=take_charge\" --map \"Closed=close\"\n  wfrun sql --store sqlite:replay.sqlite \"select node, fact, count(*) from step_history group by node, fact\"\n\nAn activity stands for what its `--map` says, in the words of the other commands: NODE (it is completed),\n`claim NODE`, `comment NODE`, `block NODE`, `unblock NODE`, `choose DECISION.OPTION`, `answer WORDS`,\n`event SYSTEM NAME`, `end OUTCOME`, `start`, or `-` (it is left out). Without one, it is the node of its name or title."
)]
pub struct Replay {
    /// The plan, made by `wfc build`
    plan: PathBuf,
    /// The log, in CSV or XES
    log: PathBuf,
    /// The column of the case [default: `Case ID`, `case:concept:name`, `case`, …]
    #[arg(long, value_name = "COLUMN")]
    case: Option<String>,
    /// The column of the activity [default: `Activity`, `concept:name`, `event`, …]
    #[arg(long, value_name = "COLUMN")]
    activity: Option<String>,
    /// The column of the moment [default: `Complete Timestamp`, `time:timestamp`, `timestamp`, …]
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// The column of the person [default: `Resource`, `org:resource`, `user`, …]
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// What an activity stands for
    #[arg(long, value_name = "ACTIVITY=WHAT")]
    map: Vec<String>,
    /// Show what each activity would stand for, ready to be copied, and play nothing
    #[arg(long)]
    suggest_map: bool,
    /// Leave out activities that nothing says anything about; their rows are told as not fitting
    #[arg(long)]
    skip_unmapped: bool,
    /// The value of an input or form field in every case
    #[arg(long = "input", short = 'i', value_name = "NAME=VALUE", value_parser = pair)]
    inputs: Vec<(String, String)>,
    /// The column that an input or form field is in, where its name is another
    #[arg(long = "column", value_name = "FIELD=COLUMN", value_parser = pair)]
    columns: Vec<(String, String)>,
    /// The zone of times without an offset: `Europe/Rome`, `UTC` [default: the one of the workflow's calendar]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// How times are written, where they are not understood: `%d/%m/%Y %H:%M:%S`
    #[arg(long, value_name = "PATTERN")]
    time_format: Option<String>,
    /// Let time pass until this moment [default: the last row]
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
    /// Plans of workflows that this one runs
    #[arg(long = "runs", value_name = "PLAN")]
    runs: Vec<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
}

/// The form of the answer.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    /// Tables, for people
    Text,
    /// One JSON object
    Json,
}

impl Replay {
    pub async fn run(self, common: &Common) -> Result<()> {
        let plan = read_plan(&self.plan)?;
        let others = self.runs.iter().map(read_plan).collect::<Result<Vec<_>>>()?;
        let (program, local) = (plan.0.program(), plan.0.local.clone());
        let log = self.read_log(&local)?;
        let map = Map::read(program, &log, &self.map)?;
        for line in &map.unused {
            remark(&format!("{FAINT}the log has no activity for `--map \"{line}\"`{FAINT:#}"));
        }
        if self.suggest_map {
            suggest(&log, &map.suggestions(program, &log), &local);
            return Ok(());
        }
        if !self.skip_unmapped {
            map.must_be_whole(program, &log)?;
        }
        if common.store == EVERYDAY {
            return Err(Problem::input("a replay needs a store of its own")
                .help("name a new file with `--store sqlite:replay.sqlite`"));
        }
        let wanted = Wanted {
            log: &log,
            map: &map,
            constants: self.inputs.clone(),
            columns: self.columns.clone(),
            until: self.until(&local)?,
        };
        let mut engine = common.engine_made().await?;
        engine.clock = Clock::standing_at(log.rows.first().map_or(Moment(0), |row| row.at));
        let rows = log.rows.len();
        let watched = std::io::stderr().is_terminal();
        let mut told = |row: usize| {
            if watched {
                anstream::eprint!(
                    "\r{FAINT}row {} of {}{FAINT:#}",
                    grouped(row as u64),
                    grouped(rows as u64)
                );
            }
        };
        let store = engine.store.clone();
        let summary = replay(engine, plan, others, &wanted, &mut told).await;
        if watched {
            anstream::eprint!("\r                                        \r");
        }
        store.close().await;
        match self.format {
            Form::Text => tell(&summary?, &local, &common.store),
            Form::Json => json(&serde_json::to_value(summary?).unwrap_or_default()),
        }
        Ok(())
    }

    fn read_log(&self, local: &LocalTime) -> Result<Log> {
        let shown = self.log.display();
        let file = File::open(&self.log)
            .map_err(|cause| Problem::input(format!("the log `{shown}` cannot be read")).because(cause))?;
        let columns = Columns {
            case: self.case.clone(),
            activity: self.activity.clone(),
            time: self.time.clone(),
            person: self.person.clone(),
        };
        let written = match &self.zone {
            Some(zone) => Written::in_zone(zone)?,
            None => Written::as_the_workflow(local),
        };
        let written = written.with_format(self.time_format.clone());
        if self.log.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
            return Log::read(MultiGzDecoder::new(file), &columns, &written);
        }
        Log::read(file, &columns, &written)
    }

    fn until(&self, local: &LocalTime) -> Result<Option<Moment>> {
        let Some(text) = &self.until else { return Ok(None) };
        let moment = local.parse(text).or_else(|| parse(text));
        moment.map(Some).ok_or_else(|| {
            Problem::input(format!("`{text}` is no moment"))
                .help("write `2026-03-02 09:00` or `2026-03-02T09:00:00Z`")
        })
    }
}

/// What each activity stands for, as it is typed.
fn suggest(log: &Log, suggestions: &[crate::replay::map::Suggestion], local: &LocalTime) {
    let days = log.rows.first().zip(log.rows.last());
    let days = days.map_or_else(String::new, |(first, last)| {
        format!(", from {} to {}", local.day(first.at), local.day(last.at))
    });
    say(&format!(
        "{BOLD}{}{BOLD:#} in {}, {}{days}\n",
        counted(log.cases.len() as u64, "case", "cases"),
        counted(log.rows.len() as u64, "row", "rows"),
        counted(suggestions.len() as u64, "activity", "activities"),
    ));
    let widest = suggestions.iter().map(|one| one.option().chars().count()).max().unwrap_or_default();
    for one in suggestions {
        let why = match (&one.known, &one.nearest) {
            (Some(_), _) => "known",
            (None, Some(_)) => "the nearest name: look at it",
            (None, None) => "nothing is called like it; `-` leaves it out",
        };
        let mark = if one.known.is_some() { "" } else { " ?" };
        say(&format!(
            "  {:<widest$}  {FAINT}# {:>7}, {why}{FAINT:#}{WAITING}{mark}{WAITING:#}",
            one.option(),
            counted(one.rows as u64, "row", "rows")
        ));
    }
}

fn tell(summary: &Summary, local: &LocalTime, store: &str) {
    let day = |text: &str| parse(text).map_or_else(String::new, |moment| local.full(moment));
    say(&format!(
        "{BOLD}{}{BOLD:#}  {FAINT}{} to {}{FAINT:#}\n",
        summary.plan,
        day(&summary.from),
        day(&summary.until)
    ));
    say(&format!("cases    {}", cases(summary)));
    say(&format!("rows     {}", rows(summary)));
    say(&format!("letters  {}", letters(summary)));
    say(&heading("At each step"));
    steps(&summary.steps).lines("  ").iter().for_each(|line| say(line));
    reasons("Did not fit, and changed nothing", &summary.rows.did_not_fit);
    reasons(
        "Happened although the plan says otherwise (forced, and marked in the trail)",
        &summary.rows.forced,
    );
    if let Some((line, why)) = summary.rows.unread.first() {
        say(&heading(&format!(
            "{} could not be read",
            counted(summary.rows.unread.len() as u64, "line", "lines")
        )));
        say(&format!("  line {line}: {why}"));
    }
    say(&format!("\n{FAINT}chains   {}{FAINT:#}", summary.heads));
    remark(&format!(
        "{FAINT}everything is in {store}: `wfrun sql --store {store} \"select * from step_history where fact = 'escalation level'\"`{FAINT:#}"
    ));
}

fn cases(summary: &Summary) -> String {
    let cases = &summary.cases;
    let mut told =
        format!("{} started, {} ended", grouped(cases.started as u64), grouped(cases.ended as u64));
    let ends: Vec<String> =
        cases.ends.iter().map(|(end, count)| format!("{} {end}", grouped(*count))).collect();
    if !ends.is_empty() {
        told.push_str(&format!(" ({})", ends.join(", ")));
    }
    told.push_str(&format!(", {} open", grouped(cases.open as u64)));
    for (count, what) in [
        (cases.not_started as u64, "could not start"),
        (cases.set_aside as u64, "set aside"),
        (summary.case_deadlines_missed, "missed the deadline of the whole"),
        (summary.incidents, "incidents"),
    ] {
        if count > 0 {
            told.push_str(&format!(", {} {what}", grouped(count)));
        }
    }
    told
}

fn rows(summary: &Summary) -> String {
    let rows = &summary.rows;
    let mut told = format!("{}, {} happened", grouped(rows.total as u64), grouped(rows.applied));
    let forced: u64 = rows.forced.iter().map(|one| one.rows).sum();
    if forced > 0 {
        told.push_str(&format!(" ({} of them forced)", grouped(forced)));
    }
    for (count, what) in [
        (summary.misfits(), "did not fit"),
        (rows.left_out, "left out by the map"),
        (rows.after_end, "after the end"),
        (rows.unread.len() as u64, "could not be read"),
    ] {
        if count > 0 {
            told.push_str(&format!(", {} {what}", grouped(count)));
        }
    }
    told
}

fn letters(summary: &Summary) -> String {
    let total: u64 = summary.letters.values().sum();
    let each: Vec<String> =
        summary.letters.iter().map(|(what, count)| format!("{} {what}", grouped(*count))).collect();
    let each = if each.is_empty() { String::new() } else { format!(": {}", each.join(", ")) };
    format!("{} recorded, none sent{each}", grouped(total))
}

fn steps(steps: &[Step]) -> Numbers {
    let rungs: BTreeSet<u16> = steps.iter().flat_map(|step| step.escalations.keys().copied()).collect();
    let several =
        steps.windows(2).any(|pair| pair.first().map(|a| &a.workflow) != pair.last().map(|b| &b.workflow));
    let mut names = vec!["step".to_owned(), "done".to_owned(), "reminders".to_owned(), "late".to_owned()];
    names.extend(rungs.iter().map(|rung| format!("level {rung}")));
    names.extend(["asked", "longest silence"].map(str::to_owned));
    let mut table = Numbers::new(names, "in case");
    for step in steps {
        let name = if several { format!("{}.{}", step.workflow, step.step) } else { step.step.clone() };
        let mut cells = vec![name, grouped(step.done), number(step.reminders), number(step.deadlines_missed)];
        cells
            .extend(rungs.iter().map(|rung| number(step.escalations.get(rung).copied().unwrap_or_default())));
        cells.push(number(step.decisions_asked));
        cells.push(step.longest_silence_ms.map_or_else(|| "·".to_owned(), long));
        table.row(cells, step.longest_silence_in.clone().unwrap_or_default());
    }
    table
}

fn reasons(words: &str, misfits: &[crate::replay::Misfit]) {
    if misfits.is_empty() {
        return;
    }
    say(&heading(words));
    let mut table = Numbers::new(vec!["activity".to_owned(), "rows".to_owned()], "why");
    for misfit in misfits.iter().take(REASONS) {
        let lines: Vec<String> = misfit.lines.iter().map(u64::to_string).collect();
        let more = if misfit.rows > misfit.lines.len() as u64 { ", …" } else { "" };
        let line = if misfit.lines.len() == 1 { "line" } else { "lines" };
        let why = format!("{} ({line} {}{more})", misfit.reason, lines.join(", "));
        table.row(vec![misfit.activity.clone(), grouped(misfit.rows)], why);
    }
    table.lines("  ").iter().for_each(|line| say(line));
    if misfits.len() > REASONS {
        say(&format!(
            "  {FAINT}and {} more reasons: `--format json` tells all{FAINT:#}",
            misfits.len() - REASONS
        ));
    }
}

/// `3 d 4 h`, `4 h 12 min`, `12 min`.
fn long(ms: i64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (days, hours, _) => format!("{} d {hours:02} h", grouped(days.unsigned_abs())),
    }
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { several })
}

/// Nothing is a dot, so that what is something is seen.
fn number(count: u64) -> String {
    if count == 0 { "·".to_owned() } else { grouped(count) }
}

/// `21,348`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_told_as_people_read_them() {
        let told: Vec<String> = [0, 999, 1_000, 21_348, 1_234_567].map(grouped).to_vec();
        assert_eq!(told, ["0", "999", "1,000", "21,348", "1,234,567"]);
        let told: Vec<String> = [59_999, 3_600_000, 100 * 3_600_000].map(long).to_vec();
        assert_eq!(told, ["0 min", "1 h 00 min", "4 d 04 h"]);
    }
}
