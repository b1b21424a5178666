//! A log in XES, the form in which tools of process mining hand logs on (IEEE 1849).
//!
//! Traces become cases and their events rows. An attribute of an event is a column by its key (`concept:name`), one of a
//! trace a column by its key behind `case:` (`case:concept:name`), which are the names those tools give them in CSV.
//! Attributes inside of attributes, lists, extensions and classifiers say nothing that a replay needs. Invariant: an
//! event that cannot be read is told with its line and loses no other event.

use super::log::{Columns, Log, Named, Reading};
use super::written::Written;
use crate::error::{Problem, Result};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// The elements that hold a value.
const ATTRIBUTES: [&str; 6] = ["string", "date", "int", "float", "boolean", "id"];

/// Kinds of attributes: each is a column, and takes room in every row.
const MOST_COLUMNS: usize = 200;

/// Reads a log in XES.
///
/// # Errors
/// When it is no XES, a column is missing, or nothing in it can be read.
pub(super) fn read(text: &str, columns: &Columns, written: &Written<'_>) -> Result<Log> {
    let mut found = Found::default();
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text, position: 0, line: 1 };
    loop {
        let line = lines.at(reader.buffer_position());
        let broken = |what: &str| {
            Problem::input(format!("the log is no XES: {what}, near line {line}"))
                .help("a log in CSV is read as well, with one row for each thing that was done")
        };
        match reader.read_event() {
            Ok(Event::Start(tag)) => found.open(&tag, line).map_err(|what| broken(&what))?,
            Ok(Event::Empty(tag)) => {
                found.open(&tag, line).map_err(|what| broken(&what))?;
                found.close();
            }
            Ok(Event::End(_)) => found.close(),
            Ok(Event::Eof) if found.open.is_empty() && found.begun => break,
            Ok(Event::Eof) => return Err(broken("it ends in the middle")),
            Ok(_) => {}
            Err(cause) => return Err(broken("its marks do not fit together").because(cause)),
        }
    }
    let mut reading = Reading::of(found.keys.names, columns, written)?;
    for (line, why) in found.unread {
        reading.skip(line, why);
    }
    for (line, cells) in found.rows {
        reading.take(line, cells)?;
    }
    reading.done()
}

/// What an element is to a replay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Log,
    Trace,
    Event,
    Other,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    begun: bool,
    /// The elements that are open, the innermost last.
    open: Vec<Element>,
    keys: Named,
    /// Of the trace that is open: its attributes, and where its rows begin.
    trace: Vec<(usize, String)>,
    first_row: usize,
    rows: Vec<(u64, Vec<String>)>,
    unread: Vec<(u64, String)>,
}

impl Found {
    /// An element begins, on a line.
    fn open(&mut self, tag: &BytesStart<'_>, line: u64) -> std::result::Result<(), String> {
        let name = tag.local_name();
        let element = match (self.open.last(), name.as_ref()) {
            (None, "log") if !self.begun => Element::Log,
            (None, other) => return Err(format!("`{other}` stands where `log` belongs")),
            (Some(Element::Log), "trace") => {
                self.trace.clear();
                self.first_row = self.rows.len();
                Element::Trace
            }
            (Some(Element::Trace), "event") => {
                self.rows.push((line, Vec::new()));
                Element::Event
            }
            (Some(Element::Log), "event") => {
                self.unread.push((line, "it stands in no trace, and so belongs to no case".to_owned()));
                Element::Other
            }
            (Some(inside @ (Element::Trace | Element::Event)), name) if ATTRIBUTES.contains(&name) => {
                let inside = *inside;
                match attribute(tag) {
                    Some((key, value)) => self.put(inside, &key, value)?,
                    None => self.unread.push((line, "an attribute has no key or no value".to_owned())),
                }
                Element::Other
            }
            _ => Element::Other,
        };
        self.begun = true;
        self.open.push(element);
        Ok(())
    }

    fn put(&mut self, inside: Element, key: &str, value: String) -> std::result::Result<(), String> {
        let of_trace = inside == Element::Trace;
        let column = if of_trace { self.keys.number(&format!("case:{key}")) } else { self.keys.number(key) };
        if column >= MOST_COLUMNS {
            return Err(format!("it has more than {MOST_COLUMNS} kinds of attributes"));
        }
        match self.rows.last_mut().filter(|_| !of_trace) {
            Some((_, cells)) => set(cells, column, value),
            None => self.trace.push((column, value)),
        }
        Ok(())
    }

    /// The innermost element ends.
    fn close(&mut self) {
        if self.open.pop() == Some(Element::Trace) {
            for (_, cells) in self.rows.iter_mut().skip(self.first_row) {
                for (column, value) in &self.trace {
                    set(cells, *column, value.clone());
                }
            }
        }
    }
}

/// Key and value of an attribute.
fn attribute(tag: &BytesStart<'_>) -> Option<(String, String)> {
    let of = |name: &str| {
        let found = tag.try_get_attribute(name).ok().flatten()?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
    };
    Some((of("key")?, of("value")?))
}

fn set(cells: &mut Vec<String>, column: usize, value: String) {
    if cells.len() <= column {
        cells.resize(column + 1, String::new());
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = value;
    }
}

/// Line numbers of places that only go forward.
struct Lines<'t> {
    text: &'t str,
    position: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> u64 {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let passed = self.text.as_bytes().get(self.position..position).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.position = self.position.max(position);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Result<Log> {
        Log::read(text.as_bytes(), &Columns::default(), &Written::utc())
    }

    #[test]
    fn traces_are_cases_and_attributes_columns() {
        let read = log(r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- exported -->
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="source" value="desk"/>
  <trace>
    <string key="concept:name" value="Case 1"/>
    <string key="customer name" value="Rossi &amp; Neri">
      <int key="age" value="4"/>
    </string>
    <event>
      <date key="time:timestamp" value="2012-10-09T14:50:17.000+02:00"/>
      <string key="concept:name" value="Open"/>
      <string key="org:resource" value="Value 1"/>
    </event>
    <event><string key="concept:name" value="Close"/><date key="time:timestamp" value="2012-10-08T09:00:00Z"/></event>
  </trace>
</log>"#)
        .unwrap();
        let told: Vec<_> =
            read.rows.iter().map(|row| (row.line, read.case_of(row), read.activity_of(row))).collect();
        assert_eq!(told, [(18, "Case 1", "Close"), (13, "Case 1", "Open")]);
        let customer = read.columns.iter().position(|name| name == "case_customer_name").unwrap();
        assert!(read.rows.iter().all(|row| row.cells[customer] == "Rossi & Neri"));
        assert_eq!(read.rows[1].person.as_deref(), Some("Value 1"));
        assert_eq!(read.rows[1].at.0, 1_349_787_017_000);
        assert_eq!(read.columns.len(), 5, "neither what is nested nor what is said of the whole: {read:?}");
    }

    #[test]
    fn an_event_that_cannot_be_read_loses_no_other() {
        let read = log("<log><event/>\n<trace><string key='concept:name' value='1'/>\n\
             <event><string key='concept:name' value='A'/></event>\n\
             <event><string key='concept:name' value='&who;'/><date key='time:timestamp' value='2012-10-09'/></event>\n\
             <event><string key='concept:name' value='B'/><date key='time:timestamp' value='2012-10-09'/></event>\n\
             </trace></log>")
        .unwrap();
        assert_eq!(read.rows.len(), 1);
        let lines: Vec<u64> = read.unread.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 4, 4], "the unknown letter, and the activity that so is empty");
    }

    #[test]
    fn what_is_no_xes_says_so() {
        for (text, told) in [
            ("<html></html>", "`html` stands where `log` belongs, near line 1"),
            ("<log>\n<trace>", "it ends in the middle, near line 2"),
            ("<log>\n</trace>", "near line 2"),
            ("<log/><log/>", "`log` stands where `log` belongs"),
        ] {
            let problem = log(text).unwrap_err().to_string();
            assert!(problem.contains(told), "{problem}");
        }
        let many: String = (0..300).map(|key| format!("<int key='k{key}' value='1'/>")).collect();
        let problem = log(&format!("<log><trace><event>{many}</event></trace></log>")).unwrap_err();
        assert!(problem.to_string().contains("more than 200 kinds of attributes"), "{problem}");
        let deep = format!("<log>{}", "<list>".repeat(200_000));
        assert!(log(&deep).unwrap_err().to_string().contains("ends in the middle"));
    }
}
