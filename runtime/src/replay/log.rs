//! A log of the past as rows: who did what, in which case, at which moment.
//!
//! Flow: the heading says which column is what ([`Columns`]), each line of CSV, or event of XES (`xes`), becomes a [`Row`], and
//! all of them are put into the order in which they happened. Invariant: a line that cannot be read is told with its number and loses no other line.

use super::written::Written;
use super::xes;
use crate::error::{Problem, Result};
use crate::opened::unknown;
use std::collections::HashMap;
use std::io::Read;
use wf_plan::Moment;

/// Longer logs are refused: they would not fit into memory.
const MOST_ROWS: usize = 20_000_000;
/// The same of a log that unpacks to more and more.
const MOST_BYTES: u64 = 4_000_000_000;

/// Which columns are what, as the command names them; `None`: looked for by their usual names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Columns {
    /// The case a row belongs to.
    pub case: Option<String>,
    /// What was done.
    pub activity: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Who did it.
    pub person: Option<String>,
}

/// Usual names, best first.
const CASE: &[&str] =
    &["case id", "case:concept:name", "caseid", "case", "case_id", "trace", "ticket id", "ticket"];
const ACTIVITY: &[&str] =
    &["activity", "concept:name", "activity name", "event", "event name", "task", "step"];
const TIME: &[&str] = &[
    "complete timestamp",
    "time:timestamp",
    "timestamp",
    "end timestamp",
    "complete time",
    "end time",
    "completed at",
    "time",
    "date",
    "start timestamp",
    "start time",
];
const PERSON: &[&str] =
    &["resource", "org:resource", "user", "person", "performer", "agent", "originator", "assignee"];

/// A log, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Log {
    /// Its cases, in the order in which they first appear.
    pub cases: Vec<String>,
    /// Its activities, the same.
    pub activities: Vec<String>,
    /// Its rows, in the order in which they happened; those of one moment in the order of the file.
    pub rows: Vec<Row>,
    /// Every column's name as values of fields are looked up by it: `Customer name` is `customer_name`.
    pub columns: Vec<String>,
    /// Lines that could not be read, with the reason.
    pub unread: Vec<(u64, String)>,
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its line in the file; the heading is line 1.
    pub line: u64,
    /// Position in the log's cases.
    pub case: usize,
    /// Position in its activities.
    pub activity: usize,
    /// Who did it, where it is said.
    pub person: Option<String>,
    /// When.
    pub at: Moment,
    /// All cells, in the order of the columns.
    pub cells: Vec<String>,
}

impl Log {
    /// Reads a log: XES, or CSV separated by commas, semicolons or tabs.
    ///
    /// # Errors
    /// When a column is missing, or nothing in it can be read.
    pub fn read(file: impl Read, columns: &Columns, written: &Written<'_>) -> Result<Self> {
        let mut text = Vec::new();
        let size = file
            .take(MOST_BYTES + 1)
            .read_to_end(&mut text)
            .map_err(|cause| Problem::input("the log cannot be read").because(cause))?;
        if size as u64 > MOST_BYTES {
            return Err(Problem::input(format!("the log is larger than {} GB", MOST_BYTES / 1_000_000_000))
                .help("replay it in parts, each with whole cases"));
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        if text.trim_ascii_start().starts_with(b"<") {
            let text = std::str::from_utf8(text).map_err(|_| {
                Problem::input("the log is XES, but not written in UTF-8").help("save it in UTF-8")
            })?;
            return xes::read(text, columns, written);
        }
        Self::read_csv(text, columns, written)
    }

    fn read_csv(text: &[u8], columns: &Columns, written: &Written<'_>) -> Result<Self> {
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator(text)).flexible(true).from_reader(text);
        let heading = reader
            .headers()
            .map_err(|cause| Problem::input("the heading of the log cannot be read").because(cause))?;
        let heading = heading.iter().map(|name| name.trim().to_owned()).collect();
        let mut reading = Reading::of(heading, columns, written)?;
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    reading.take(line, record.iter().map(|cell| cell.trim().to_owned()).collect())?;
                }
                Err(cause) => {
                    let line = cause.position().map_or(0, csv::Position::line);
                    reading.skip(line, format!("it is no line of CSV in UTF-8: {}", cause_words(&cause)));
                }
            }
        }
        reading.done()
    }

    /// The case of a row, as the log names it.
    #[must_use]
    pub fn case_of(&self, row: &Row) -> &str {
        self.cases.get(row.case).map_or("", String::as_str)
    }

    /// The activity of a row, as the log names it.
    #[must_use]
    pub fn activity_of(&self, row: &Row) -> &str {
        self.activities.get(row.activity).map_or("", String::as_str)
    }

    /// How many rows each activity has.
    #[must_use]
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.activities.len()];
        for row in &self.rows {
            if let Some(count) = counts.get_mut(row.activity) {
                *count += 1;
            }
        }
        counts
    }
}

/// A log that is being read.
pub(super) struct Reading<'w> {
    log: Log,
    found: Found,
    written: &'w Written<'w>,
    cases: Named,
    activities: Named,
}

impl<'w> Reading<'w> {
    /// Begins with the names of its columns.
    pub(super) fn of(heading: Vec<String>, columns: &Columns, written: &'w Written<'w>) -> Result<Self> {
        let found = Found::in_heading(&heading, columns)?;
        let log = Log { columns: heading.iter().map(|name| plain(name)).collect(), ..Log::default() };
        Ok(Self { log, found, written, cases: Named::default(), activities: Named::default() })
    }

    /// A row, from a line.
    pub(super) fn take(&mut self, line: u64, cells: Vec<String>) -> Result<()> {
        if self.log.rows.len() >= MOST_ROWS {
            return Err(Problem::input(format!("the log has more than {MOST_ROWS} rows"))
                .help("replay it in parts, each with whole cases"));
        }
        let found = &self.found;
        let cell = |at: usize| cells.get(at).map(String::as_str).filter(|cell| !cell.is_empty());
        let (Some(case), Some(activity), Some(time)) =
            (cell(found.case), cell(found.activity), cell(found.time))
        else {
            self.skip(line, "its case, activity or time is empty".to_owned());
            return Ok(());
        };
        match self.written.moment(time) {
            Ok(at) => {
                let (case, activity) = (self.cases.number(case), self.activities.number(activity));
                let person = found.person.and_then(cell).map(str::to_owned);
                self.log.rows.push(Row { line, case, activity, person, at, cells });
            }
            Err(why) => self.skip(line, why),
        }
        Ok(())
    }

    /// A line that cannot be read.
    pub(super) fn skip(&mut self, line: u64, why: String) {
        self.log.unread.push((line, why));
    }

    /// The log, its rows in order.
    pub(super) fn done(self) -> Result<Log> {
        let mut log = Log { cases: self.cases.names, activities: self.activities.names, ..self.log };
        log.unread.sort_by_key(|(line, _)| *line);
        if log.rows.is_empty() {
            let problem = Problem::input("no row of the log can be read");
            return Err(match log.unread.first() {
                Some((line, why)) => problem.help(format!("line {line}: {why}")),
                None => problem.help("it has a heading and nothing below it"),
            });
        }
        log.rows.sort_by_key(|row| (row.at, row.line));
        Ok(log)
    }
}

/// Names by number, in the order in which they first appear.
#[derive(Default)]
pub(super) struct Named {
    pub(super) names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Named {
    pub(super) fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }
}

/// Where what stands.
struct Found {
    case: usize,
    activity: usize,
    time: usize,
    person: Option<usize>,
}

impl Found {
    fn in_heading(heading: &[String], columns: &Columns) -> Result<Self> {
        let case = required(heading, columns.case.as_deref(), CASE, "--case", "names the case")?;
        // In logs that were XES before, `concept:name` of the case stands beside that of the event.
        let activity =
            required(heading, columns.activity.as_deref(), ACTIVITY, "--activity", "says what was done")?;
        let time = required(heading, columns.time.as_deref(), TIME, "--time", "says when")?;
        let person = match columns.person.as_deref() {
            Some(named) => Some(column(heading, named)?),
            None => usual(heading, PERSON),
        };
        Ok(Self { case, activity, time, person })
    }
}

fn required(
    heading: &[String],
    named: Option<&str>,
    names: &[&str],
    option: &str,
    what: &str,
) -> Result<usize> {
    if let Some(named) = named {
        return column(heading, named);
    }
    usual(heading, names).ok_or_else(|| {
        Problem::input(format!("no column of the log is known as the one that {what}"))
            .help(format!("name it with `{option} COLUMN`; there are {}", heading.join(", ")))
    })
}

fn column(heading: &[String], named: &str) -> Result<usize> {
    let found = heading.iter().position(|name| name == named);
    let found = found.or_else(|| heading.iter().position(|name| plain(name) == plain(named)));
    found.ok_or_else(|| {
        let problem = unknown("column", named, heading.iter().map(String::as_str));
        Problem::input(problem.to_string()).help(problem.advice().unwrap_or_default())
    })
}

fn usual(heading: &[String], names: &[&str]) -> Option<usize> {
    names.iter().find_map(|usual| heading.iter().position(|name| name.eq_ignore_ascii_case(usual)))
}

/// A name as fields are written: small letters and digits, everything else one `_`.
#[must_use]
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            plain.extend(letter.to_lowercase());
        } else if !plain.is_empty() && !plain.ends_with('_') {
            plain.push('_');
        }
    }
    plain.trim_end_matches('_').to_owned()
}

/// What stands most often in the heading of what separates cells.
fn separator(text: &[u8]) -> u8 {
    let heading = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| heading.iter().filter(|byte| **byte == wanted).count();
    *b",;\t".iter().max_by_key(|byte| (count(**byte), **byte == b',')).unwrap_or(&b',')
}

fn cause_words(cause: &csv::Error) -> &'static str {
    match cause.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8",
        _ => "its quotes do not close",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Log> {
        Log::read(text.as_bytes(), &Columns::default(), &Written::utc())
    }

    #[test]
    fn rows_come_in_the_order_in_which_they_happened() {
        let log = read(
            "Case ID,Activity,Resource,Complete Timestamp,Customer name\n\
             b,Close,Value 2,2012/10/10 09:00:00.000,\"Rossi, Bruno\"\n\
             a,Open,,2012-10-09 14:50:17,Neri\n\
             b,Open,Value 1,2012-10-09T14:50:17Z,Rossi\n",
        )
        .unwrap();
        let told: Vec<_> =
            log.rows.iter().map(|row| (row.line, log.case_of(row), log.activity_of(row))).collect();
        assert_eq!(told, [(3, "a", "Open"), (4, "b", "Open"), (2, "b", "Close")]);
        assert_eq!(log.rows[0].person, None);
        assert_eq!(log.rows[2].cells[4], "Rossi, Bruno");
        assert_eq!(log.columns[4], "customer_name");
        assert_eq!(log.counts(), [1, 2]);
    }

    #[test]
    fn semicolons_marks_and_names_of_xes_are_known() {
        let log = read(
            "\u{feff}case:concept:name;concept:name;time:timestamp;org:resource\n1;A;2012-10-09T14:50+02:00;x\n",
        );
        let log = log.unwrap();
        assert_eq!((log.cases.len(), log.rows[0].person.as_deref()), (1, Some("x")));
    }

    #[test]
    fn a_line_that_cannot_be_read_loses_no_other() {
        let log = read("case,activity,timestamp\n1,A,yesterday\n,A,2012-10-09\n2,A,2012-10-09\n").unwrap();
        assert_eq!(log.rows.len(), 1);
        let lines: Vec<u64> = log.unread.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn a_missing_column_is_told_with_what_is_there() {
        let problem = read("number,activity,timestamp\n1,A,2012-10-09\n").unwrap_err();
        assert!(problem.to_string().contains("names the case"), "{problem}");
        assert!(problem.advice().unwrap().contains("number, activity"), "{problem:?}");
        let columns = Columns { case: Some("numbr".to_owned()), ..Columns::default() };
        let text = "number,activity,timestamp\n1,A,2012-10-09\n";
        let problem = Log::read(text.as_bytes(), &columns, &Written::utc()).unwrap_err();
        assert!(problem.advice().unwrap().contains("number"), "{problem:?}");
    }
}
