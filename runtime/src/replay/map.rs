//! Which activity of a log stands for what: as told, else by its name.
//!
//! Invariant: each activity has a deed, or is among those that are not known; nothing is guessed silently.

use super::deed::Deed;
use super::log::{Log, plain};
use crate::config;
use crate::error::{Problem, Result};
use wf_plan::node::NodeKind;
use wf_plan::plan::Program;

/// Names less alike than this are not proposed: half of the letters differ.
const ALIKE: f64 = 0.5;

/// What activities stand for, in the order of the log's activities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Map {
    deeds: Vec<Option<Deed>>,
    /// Lines about activities that this log does not have: one map serves the logs of many months.
    pub unused: Vec<String>,
}

/// An activity, and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggestion {
    /// As the log names it.
    pub activity: String,
    /// How many rows it has.
    pub rows: usize,
    /// What it stands for, in words.
    pub known: Option<String>,
    /// Where nothing is known: what in the workflow is called most like it.
    pub nearest: Option<String>,
}

impl Map {
    /// Reads `ACTIVITY=WORDS` for each activity that is told; the others go by their names.
    ///
    /// # Errors
    /// When one names something that the workflow has not, or an activity that looks like one of the log misspelt.
    pub fn read(program: &Program, log: &Log, told: &[String]) -> Result<Self> {
        let by_name = log.activities.iter().map(|activity| Deed::of_name(program, activity));
        let mut deeds: Vec<Option<Deed>> = by_name.collect();
        let mut unused = Vec::new();
        for line in told {
            let Some((at, words)) = activity_of(log, line)? else {
                unused.push(line.clone());
                continue;
            };
            let deed = Deed::read(program, words).map_err(|problem| {
                let told = Problem::input(format!("`--map \"{line}\"`: {problem}"));
                match problem.advice() {
                    Some(help) => told.help(help),
                    None => told,
                }
            })?;
            if let Some(place) = deeds.get_mut(at) {
                *place = Some(deed);
            }
        }
        Ok(Self { deeds, unused })
    }

    /// What an activity stands for; `None`: nobody knows.
    #[must_use]
    pub fn deed(&self, activity: usize) -> Option<&Deed> {
        self.deeds.get(activity)?.as_ref()
    }

    /// Every activity of the log, with what it stands for or the nearest there is.
    #[must_use]
    pub fn suggestions(&self, program: &Program, log: &Log) -> Vec<Suggestion> {
        let rows = log.counts();
        let all = log.activities.iter().zip(rows).zip(&self.deeds);
        all.map(|((activity, rows), deed)| Suggestion {
            activity: activity.clone(),
            rows,
            known: deed.as_ref().map(|deed| deed.words(program)),
            nearest: if deed.is_none() { nearest(program, activity) } else { None },
        })
        .collect()
    }

    /// Refuses a log with activities nobody knows, with all that is needed to say what they are.
    ///
    /// # Errors
    /// When there is one.
    pub fn must_be_whole(&self, program: &Program, log: &Log) -> Result<()> {
        let unknown = self.suggestions(program, log);
        let unknown: Vec<_> = unknown.iter().filter(|suggestion| suggestion.known.is_none()).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let what = match unknown.as_slice() {
            [one] => format!("nothing says what the activity `{}` stands for", one.activity),
            several => format!("nothing says what {} activities of the log stand for", several.len()),
        };
        let lines: Vec<String> = unknown.iter().map(|suggestion| suggestion.option()).collect();
        let names: Vec<&str> = program
            .nodes
            .iter()
            .filter(|node| !matches!(node.kind, NodeKind::Converge | NodeKind::Outcome(_)))
            .map(|node| node.name.as_str())
            .collect();
        Err(Problem::input(what).help(format!(
            "say it for each (there are {}; `-` leaves an activity out), or play without them with `--skip-unmapped`:\n{}",
            names.join(", "),
            lines.join("\n")
        )))
    }
}

impl Suggestion {
    /// As it is written on the command line.
    #[must_use]
    pub fn option(&self) -> String {
        let words = self.known.as_deref().or(self.nearest.as_deref()).unwrap_or("?");
        format!("--map {}", quoted(&format!("{}={words}", self.activity)))
    }
}

/// As a shell takes it.
fn quoted(text: &str) -> String {
    if text.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", text.replace('\'', "'\\''"))
    } else {
        format!("\"{text}\"")
    }
}

/// The activity that a line is about, and its words; `None`: the log has no such activity. Activities may have a `=` in
/// them, too.
fn activity_of<'a>(log: &Log, line: &'a str) -> Result<Option<(usize, &'a str)>> {
    for (at, _) in line.match_indices('=') {
        let (named, words) = line.split_at_checked(at).unwrap_or((line, ""));
        let named = named.trim();
        let exactly = log.activities.iter().position(|activity| activity == named);
        let found =
            exactly.or_else(|| log.activities.iter().position(|activity| plain(activity) == plain(named)));
        if let Some(found) = found {
            return Ok(Some((found, words.strip_prefix('=').unwrap_or(words))));
        }
    }
    let Some((named, _)) = line.split_once('=') else {
        return Err(Problem::input(format!("`--map \"{line}\"` says nothing")).help(
            "write `--map \"ACTIVITY=NODE\"`, for example `--map \"Take in charge ticket=take_charge\"`",
        ));
    };
    match config::nearest(named, log.activities.iter().map(String::as_str)) {
        Some(near) => Err(Problem::input(format!("`--map \"{line}\"`: the log has no activity `{named}`"))
            .help(format!("did you mean `{near}`?"))),
        None => Ok(None),
    }
}

/// What in the workflow is called most like an activity.
fn nearest(program: &Program, activity: &str) -> Option<String> {
    let wanted = plain(activity);
    let likeness = |name: &str| strsim::normalized_damerau_levenshtein(&wanted, &plain(name));
    let mut best: Option<(f64, String)> = None;
    for node in &program.nodes {
        let mut better = |how: f64, words: String| {
            if best.as_ref().is_none_or(|(so_far, _)| how > *so_far) {
                best = Some((how, words));
            }
        };
        let own = likeness(&node.name).max(likeness(&node.label));
        match &node.kind {
            NodeKind::Step | NodeKind::Wait(_) => better(own, node.name.clone()),
            NodeKind::Outcome(outcome) if outcome.at_any_time.is_some() => {
                better(own, format!("end {}", node.name));
            }
            NodeKind::Decision(decision) => {
                for option in &decision.options {
                    let how = own.max(likeness(&option.name)).max(likeness(&option.label));
                    better(how, format!("choose {}.{}", node.name, option.name));
                }
            }
            _ => {}
        }
    }
    best.filter(|(how, _)| *how >= ALIKE).map(|(_, words)| words)
}
