//! Findings over the user's own lines, with carets, related places, the run and the cure.
//!
//! codespan-reporting draws the excerpt; colours are always written and the program's output stream strips them
//! where nobody wants any. Invariant: control characters of a source never reach the terminal.

use super::sources::Source;
use super::{Finding, Report, Sources, Summary, words};
use anstyle::{AnsiColor, Style};
use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity};
use codespan_reporting::files::{Error, Files};
use codespan_reporting::term::{self, Config, WriteStyle};
use std::io::{Result as IoResult, Write};
use std::ops::Range;
use wf_lang::diagnostic::Severity as Weight;
use wf_lang::span::FileSpan;

/// Every finding, then a last line that counts.
///
/// # Errors
/// Never.
pub fn render(report: &Report<'_>) -> IoResult<String> {
    let shown = report.findings.iter().map(|found| finding(found, report.sources));
    Ok(shown.collect::<String>() + &summary(report.summary()))
}

/// One finding as it is shown to a person, with ANSI colours and an empty line behind it.
#[must_use]
pub fn finding(finding: &Finding, sources: &Sources<'_>) -> String {
    let mut out = Painted(Vec::new());
    let drawn = diagnostic(finding, sources);
    if term::emit_to_write_style(&mut out, &Config::default(), &Shown(sources), &drawn).is_err() {
        // Only a place outside its text comes here; the words are shown all the same.
        return format!(
            "{}[{}]: {}\n\n",
            finding.severity.as_str(),
            finding.rule.code,
            words::message(finding)
        );
    }
    String::from_utf8_lossy(&out.0).into_owned()
}

/// The last line: how much was found in how many files.
#[must_use]
pub fn summary(counted: Summary) -> String {
    let files = plural(counted.files, "file");
    if counted.errors + counted.warnings + counted.notes == 0 {
        let green = AnsiColor::Green.on_default().bold();
        return format!("{green}no findings{green:#} in {files}\n");
    }
    let parts = [
        (counted.errors, "error", ERROR),
        (counted.warnings, "warning", WARNING),
        (counted.notes, "note", NOTE),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, word, style)| format!("{style}{}{style:#}", plural(*count, word)))
        .collect();
    format!("{} in {files}\n", words.join(", "))
}

/// `1 file`, `2 files`.
#[must_use]
pub fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn diagnostic(finding: &Finding, sources: &Sources<'_>) -> Diagnostic<usize> {
    let severity = match finding.severity {
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
        Weight::Note => Severity::Note,
    };
    let label = |at: &FileSpan, style, words: &str| {
        let file = *sources.by_path.get(&*at.file)?;
        Some(Label::new(style, file, at.span.range()).with_message(words))
    };
    let primary = label(&finding.at, LabelStyle::Primary, finding.label.as_deref().unwrap_or_default());
    let related =
        finding.related.iter().map(|related| label(&related.at, LabelStyle::Secondary, &related.message));
    Diagnostic::new(severity)
        .with_code(finding.rule.code)
        .with_message(words::message(finding))
        .with_labels(primary.into_iter().chain(related.flatten()).collect())
        .with_notes(words::notes(finding))
}

/// The sources as codespan-reporting wants them.
struct Shown<'a, 'text>(&'a Sources<'text>);

impl<'text> Shown<'_, 'text> {
    fn source_of(&self, id: usize) -> Result<&Source<'text>, Error> {
        self.0.files.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Shown<'_, '_> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(self.source_of(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.source_of(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let line = self.source_of(id)?.lines.line(u32::try_from(byte).unwrap_or(u32::MAX));
        Ok(line.saturating_sub(1) as usize)
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        let source = self.source_of(id)?;
        let number = u32::try_from(line + 1).unwrap_or(u32::MAX);
        let found = source.lines.line_span(&source.text, number).map(wf_lang::span::Span::range);
        found.ok_or(Error::LineTooLarge { given: line, max: source.lines.line_count() as usize })
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();
const BORDER: Style = AnsiColor::Blue.on_default();

fn weight_style(severity: Severity) -> Style {
    match severity {
        Severity::Bug | Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note | Severity::Help => NOTE,
    }
}

/// A buffer that writes ANSI styles.
struct Painted(Vec<u8>);

impl Write for Painted {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> IoResult<()> {
        Ok(())
    }
}

impl WriteStyle for Painted {
    fn set_header(&mut self, severity: Severity) -> IoResult<()> {
        write!(self, "{}", weight_style(severity))
    }

    fn set_header_message(&mut self) -> IoResult<()> {
        write!(self, "{}", Style::new().bold())
    }

    fn set_line_number(&mut self) -> IoResult<()> {
        write!(self, "{BORDER}")
    }

    fn set_note_bullet(&mut self) -> IoResult<()> {
        write!(self, "{BORDER}")
    }

    fn set_source_border(&mut self) -> IoResult<()> {
        write!(self, "{BORDER}")
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> IoResult<()> {
        match style {
            LabelStyle::Primary => write!(self, "{}", weight_style(severity)),
            LabelStyle::Secondary => write!(self, "{BORDER}"),
        }
    }

    fn reset(&mut self) -> IoResult<()> {
        write!(self, "{}", anstyle::Reset)
    }
}
