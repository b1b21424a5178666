//! What one slip made the compiler say, and whether that is good enough.
//!
//! Invariant: the laws are here and nowhere else.

use super::slip::{KINDS, Kind, Slip};
use std::collections::{BTreeMap, BTreeSet};
use wf_compiler::render::{self, Sources};
use wf_lang::diagnostic::{Diagnostic, Severity};
use wf_lang::span::{FileSpan, LineIndex};

/// What was said about one slip.
pub struct Verdict {
    panicked: bool,
    errors: Vec<Said>,
    others: Vec<Said>,
}

struct Said {
    message: String,
    help: Option<String>,
    file: String,
    line: u32,
    /// What stands at its place.
    written: String,
    /// Every place it shows, by file and line.
    shows: BTreeSet<(String, u32)>,
    drawn: String,
}

/// Judges what was found.
pub fn of(slip: &Slip, files: &BTreeMap<String, String>, findings: Vec<Diagnostic<FileSpan>>) -> Verdict {
    let mut files = files.clone();
    files.insert(slip.file.clone(), slip.text.clone());
    let sources = Sources::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    // What a slip does to the proofs is told where the process is wrong then, as often as it is; the slip itself is an
    // error of words, names or types.
    let is_slip = |finding: &&Diagnostic<FileSpan>| {
        finding.severity == Severity::Error && finding.rule.code.starts_with("WF0")
    };
    let (errors, others): (Vec<_>, Vec<_>) = findings.iter().partition(is_slip);
    let said = |found: Vec<&Diagnostic<FileSpan>>| {
        found.into_iter().map(|finding| said(finding, &files, &sources)).collect::<Vec<_>>()
    };
    Verdict { panicked: false, errors: said(errors), others: said(others) }
}

fn said(finding: &Diagnostic<FileSpan>, files: &BTreeMap<String, String>, sources: &Sources<'_>) -> Said {
    let line = |at: &FileSpan| {
        let text = files.get(&*at.file).map_or("", String::as_str);
        (at.file.to_string(), LineIndex::new(text).position(text, at.span.start).line)
    };
    let shows = finding.related.iter().map(|related| line(&related.at)).chain([line(&finding.at)]).collect();
    let (file, line) = line(&finding.at);
    let drawn = crate::stages::without_colour(&render::terminal::finding(finding, sources));
    let text = files.get(&*finding.at.file).map_or("", String::as_str);
    let written = finding.at.span.slice(text).to_owned();
    Said { message: finding.message.clone(), help: finding.help.clone(), file, line, written, shows, drawn }
}

impl Verdict {
    /// The compiler did not survive.
    pub fn panicked() -> Self {
        Self { panicked: true, errors: Vec::new(), others: Vec::new() }
    }

    /// The laws this slip breaks, each with what a person would see.
    pub fn broken(&self, example: &str, slip: &Slip) -> Vec<String> {
        let mut broken = Vec::new();
        if self.panicked {
            broken.push("the compiler panicked".to_owned());
        }
        if self.errors.len() > most_errors(slip) {
            broken.push(format!("{} errors", self.errors.len()));
        }
        if let Some(first) = self.errors.first()
            && !self.is_at(slip)
        {
            broken.push(format!("the first error is at {}:{}", first.file, first.line));
        }
        for said in self.errors.iter().chain(&self.others) {
            broken.extend(unclear(said));
        }
        if broken.is_empty() {
            return Vec::new();
        }
        let drawn: String = self.errors.iter().map(|said| said.drawn.as_str()).take(6).collect();
        vec![format!(
            "### {:?} {example}/{}:{}: {}\n    was: {}\n    is:  {}\n{drawn}",
            slip.kind,
            slip.file,
            slip.line,
            broken.join("; "),
            slip.before.trim(),
            slip.text.lines().nth(slip.line as usize - 1).unwrap_or("(end of file)").trim(),
        )]
    }

    /// How many errors were told.
    pub fn errors(&self) -> usize {
        self.errors.len()
    }

    /// Whether the first error shows the line of the slip or, where lines or braces are lost, the block around it.
    fn is_at(&self, slip: &Slip) -> bool {
        let Some(first) = self.errors.first() else { return true };
        let lines: BTreeSet<u32> = near_lines(slip);
        let is_near = first.shows.iter().any(|(file, line)| *file == slip.file && lines.contains(line));
        // What a line or a cut took away is missed where it is used.
        let takes = matches!(slip.kind, Kind::LostWord | Kind::MovedLine | Kind::CutOff);
        is_near || slip.kind == Kind::LostLine || (takes && slip.lost.contains(first.written.as_str()))
    }
}

/// How many errors may be told of one slip. A name that is gone may be missed in every file that brings it in, a line
/// at another place may be missed here and be too much there.
fn most_errors(slip: &Slip) -> usize {
    match slip.kind {
        Kind::CutOff => 4,
        Kind::MovedLine => 3,
        Kind::LostWord | Kind::SwappedWords | Kind::LostLine | Kind::DoubledLine => 2,
        Kind::StrayBrace => 3,
        _ => 1,
    }
}

/// The lines at which one would look for this slip.
fn near_lines(slip: &Slip) -> BTreeSet<u32> {
    let here = slip.line;
    match slip.kind {
        Kind::LostWord if slip.before.trim() == "}" => {
            open_blocks(&slip.text, &slip.before, here).into_iter().collect()
        }
        Kind::LostCharacter if slip.before.trim() == "}" => {
            open_blocks(&slip.text, &slip.before, here).into_iter().collect()
        }
        Kind::LostLine => {
            (here.saturating_sub(1)..=here).chain(open_blocks(&slip.text, &slip.before, here)).collect()
        }
        Kind::DoubledLine => (here..=here + 1).collect(),
        Kind::StrayBrace => (here..=here + 1).chain(open_blocks(&slip.text, &slip.before, here)).collect(),
        Kind::MovedLine => {
            (here.saturating_sub(1)..=here + 3).chain(open_blocks(&slip.text, &slip.before, here)).collect()
        }
        Kind::LostBrace | Kind::CutOff => {
            [here].into_iter().chain(open_blocks(&slip.text, &slip.before, here)).collect()
        }
        _ => BTreeSet::from([here]),
    }
}

/// The lines above that open a block around this line, by their indentation.
fn open_blocks(text: &str, before: &str, line: u32) -> Vec<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let last = (line as usize).min(lines.len());
    let mut found = Vec::new();
    let mut depth = indent(before) + 1;
    for number in (0..last).rev() {
        let line = lines[number];
        if line.trim().is_empty() {
            continue;
        }
        if indent(line) < depth {
            depth = indent(line);
            found.push(u32::try_from(number + 1).unwrap());
        }
    }
    found
}

fn unclear(said: &Said) -> Option<String> {
    let words = said.message.as_str();
    let first = words.chars().next();
    let starts_well = first.is_some_and(|first| !first.is_uppercase());
    let bare = |text: &str| text.split('`').step_by(2).collect::<String>();
    let debug = ["Some(", "None", "::", "Rule", "DeclId", "Span", "{:?}", "unwrap", "panicked"];
    let all = format!("{} {}", bare(words), bare(said.help.as_deref().unwrap_or_default()));
    if !starts_well || words.ends_with('.') || debug.iter().any(|word| all.contains(word)) {
        return Some(format!("unclear: {words}"));
    }
    None
}

/// How often each kind was told in how many errors.
pub fn print_table(example: &str, verdicts: &[(Slip, Verdict)]) {
    println!("{example:<16}  slips  0 errors  1 error  2  3  more  another line");
    for kind in KINDS {
        let of_kind: Vec<_> = verdicts.iter().filter(|(slip, _)| slip.kind == kind).collect();
        let with = |wanted: fn(usize) -> bool| {
            of_kind.iter().filter(|(_, verdict)| wanted(verdict.errors.len())).count()
        };
        let elsewhere = of_kind.iter().filter(|(slip, verdict)| !verdict.is_at(slip)).count();
        println!(
            "{:<16}  {:>5}  {:>8}  {:>7}  {}  {}  {:>4}  {elsewhere:>12}",
            format!("{kind:?}"),
            of_kind.len(),
            with(|count| count == 0),
            with(|count| count == 1),
            with(|count| count == 2),
            with(|count| count == 3),
            with(|count| count > 3),
        );
    }
}
