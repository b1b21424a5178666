//! `wf.lock`: what each version of each workflow means, and since when.
//!
//! `wfc build` records the meaning hash and date of every `NAME@VERSION`, so that a version that was once built cannot
//! come to mean something else unnoticed (WF703), and dates in the past are told from dates that were ahead when the
//! version was written (WF307). Here are pure functions on its text; the programs read and write the file.
//! Invariant: an entry never changes; the same entries give the same text.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wf_plan::{Date, MeaningHash};

/// The format of the file that is written, and the newest that is read.
const FORMAT: u32 = 1;

/// What stands above the entries.
const HEADER: &str = "\
# Written by `wfc build`: what each version of each workflow means, and since when.
# Keep it with the sources. A version that is recorded here never changes its meaning; a change takes a new version.

";

/// The entries of a `wf.lock`, by name and version.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lock {
    entries: BTreeMap<(String, u32), Entry>,
}

/// What is recorded of one version of one workflow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The meaning hash of its plan.
    pub meaning: MeaningHash,
    /// The day on which it was first built.
    pub date: Date,
}

/// What came of recording a version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// It was not there and is now.
    New,
    /// It was there with the same meaning.
    Same,
    /// It is there with another meaning, which stays.
    Differs(Entry),
}

/// Why a `wf.lock` cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LockProblem {
    /// It is no TOML, or not of this shape.
    #[error("`wf.lock` cannot be read: {0}")]
    Unreadable(String),
    /// It was written by a newer `wfc`.
    #[error("`wf.lock` has format {0}, and this `wfc` reads formats up to {FORMAT}")]
    Newer(u32),
    /// An entry has no meaning hash or date that could be one.
    #[error("`wf.lock`: `{0}` has no readable {1}")]
    Entry(String, &'static str),
    /// Two entries for one version.
    #[error("`wf.lock` has `{0}` twice")]
    Twice(String),
}

/// The file as TOML.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    #[serde(default, rename = "workflow")]
    workflows: Vec<WrittenEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    name: String,
    version: u32,
    meaning: String,
    date: String,
}

impl Lock {
    /// Reads a `wf.lock`; an empty text is an empty lock.
    ///
    /// # Errors
    /// When the text is not what [`Lock::render`] writes.
    pub fn parse(text: &str) -> Result<Self, LockProblem> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let written: Written = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        if written.format > FORMAT {
            return Err(LockProblem::Newer(written.format));
        }
        let mut entries = BTreeMap::new();
        for entry in written.workflows {
            let name = format!("{}@{}", entry.name, entry.version);
            let wrong = |what| LockProblem::Entry(name.clone(), what);
            let meaning = MeaningHash::from_hex(&entry.meaning).ok_or_else(|| wrong("meaning"))?;
            let date = date(&entry.date).ok_or_else(|| wrong("date"))?;
            if entries.insert((entry.name, entry.version), Entry { meaning, date }).is_some() {
                return Err(LockProblem::Twice(name));
            }
        }
        Ok(Self { entries })
    }

    /// What is recorded of each version of each workflow.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<(String, u32), Entry> {
        &self.entries
    }

    /// The file's text: entries by name and version.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = format!("{HEADER}format = {FORMAT}\n");
        for ((name, version), entry) in &self.entries {
            let (name, meaning, date) = (toml::Value::from(name.as_str()), entry.meaning, entry.date);
            text.push_str(&format!(
                "\n[[workflow]]\nname = {name}\nversion = {version}\nmeaning = \"{meaning}\"\ndate = \"{date}\"\n"
            ));
        }
        text
    }

    /// What is recorded of a version.
    #[must_use]
    pub fn entry(&self, workflow: &str, version: u32) -> Option<Entry> {
        self.entries.get(&(workflow.to_owned(), version)).copied()
    }

    /// Records what a version means. What is recorded already stays, also where it differs.
    pub fn record(&mut self, workflow: &str, version: u32, meaning: MeaningHash, today: Date) -> Recorded {
        match self.entry(workflow, version) {
            Some(entry) if entry.meaning == meaning => Recorded::Same,
            Some(entry) => Recorded::Differs(entry),
            None => {
                self.entries.insert((workflow.to_owned(), version), Entry { meaning, date: today });
                Recorded::New
            }
        }
    }
}

/// What is wrong, and the line; without the picture that TOML's own message draws.
fn unreadable(text: &str, error: &toml::de::Error) -> LockProblem {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
    LockProblem::Unreadable(format!("line {line}: {}", error.message().lines().next().unwrap_or_default()))
}

/// A date as the language writes it.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    // Only the one spelling that is written.
    (date.to_string() == text).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANING: MeaningHash = MeaningHash([0xab; 32]);

    fn day(day: u8) -> Date {
        Date::from_ymd(2026, 3, day).unwrap()
    }

    #[test]
    fn what_is_recorded_is_written_in_order_and_read_again() {
        let mut lock = Lock::default();
        assert_eq!(lock.record("onboarding", 10, MEANING, day(3)), Recorded::New);
        assert_eq!(lock.record("onboarding", 9, MEANING, day(2)), Recorded::New);
        assert_eq!(lock.record("claims", 1, MEANING, day(4)), Recorded::New);
        let text = lock.render();
        let order: Vec<usize> =
            ["claims", "version = 9", "version = 10"].iter().map(|part| text.find(part).unwrap()).collect();
        assert!(order.is_sorted(), "{text}");
        assert!(text.contains("date = \"2026-03-02\""), "{text}");
        assert_eq!(Lock::parse(&text), Ok(lock));
    }

    #[test]
    fn a_recorded_version_keeps_its_meaning_and_date() {
        let mut lock = Lock::default();
        lock.record("claims", 1, MEANING, day(4));
        let first = Entry { meaning: MEANING, date: day(4) };
        assert_eq!(lock.record("claims", 1, MEANING, day(9)), Recorded::Same);
        assert_eq!(lock.record("claims", 1, MeaningHash([1; 32]), day(9)), Recorded::Differs(first));
        assert_eq!(lock.entry("claims", 1), Some(first));
        assert_eq!(lock.entry("claims", 2), None);
    }

    #[test]
    fn an_empty_lock_is_written_and_read() {
        assert_eq!(Lock::parse(""), Ok(Lock::default()));
        assert_eq!(Lock::parse(&Lock::default().render()), Ok(Lock::default()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let entry = |meaning: &str, date: &str| {
            format!(
                "format = 1\n[[workflow]]\nname = \"a\"\nversion = 1\nmeaning = \"{meaning}\"\ndate = \"{date}\"\n"
            )
        };
        let hash = MEANING.to_string();
        let why = |text: &str| Lock::parse(text).unwrap_err().to_string();
        assert_eq!(why("format = 2"), "`wf.lock` has format 2, and this `wfc` reads formats up to 1");
        assert_eq!(why(&entry("abc", "2026-03-01")), "`wf.lock`: `a@1` has no readable meaning");
        assert_eq!(why(&entry(&hash, "2026-02-30")), "`wf.lock`: `a@1` has no readable date");
        assert_eq!(why(&entry(&hash, "2026-3-1")), "`wf.lock`: `a@1` has no readable date");
        let twice =
            entry(&hash, "2026-03-01") + entry(&hash, "2026-03-01").trim_start_matches("format = 1\n");
        assert_eq!(why(&twice), "`wf.lock` has `a@1` twice");
        assert!(why("format = 1\n<<<<<<< ours\n").starts_with("`wf.lock` cannot be read: line 2: "));
    }
}
