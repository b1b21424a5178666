//! What cannot be read, and what is only missing because of it.
//!
//! A line that did not parse may have declared each of its words, and so may the block below it; where a brace or a
//! line that opens a block is lost, the rest of the file is judged when that is cured. Invariant: syntax errors
//! explain others and are never explained.

use super::{Finding, Sources, is_not_found, is_unused, words};
use crate::lint::{clause_misplaced, clause_missing};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use wf_lang::diagnostic::Severity;
use wf_lang::parse::SYNTAX_ERROR;
use wf_lang::span::FileSpan;

/// Where the project is damaged.
pub(super) struct Damage<'a> {
    /// Files in which nothing else can be trusted.
    unsettled: BTreeSet<&'a str>,
    /// Lines that could not be read, by file, with the blocks they open.
    unread: BTreeMap<&'a str, Vec<RangeInclusive<u32>>>,
    /// The blocks around those lines: a clause that is missing there may be the line that could not be read.
    around: BTreeMap<&'a str, Vec<RangeInclusive<u32>>>,
    /// Every word of those lines: each may have been declared there.
    doubtful: BTreeSet<&'a str>,
    /// Statements in which a name is not found, by file.
    unresolved: BTreeMap<&'a str, Vec<RangeInclusive<u32>>>,
}

impl<'a> Damage<'a> {
    pub(super) fn of(found: &[Finding], sources: &Sources<'a>) -> Self {
        let mut damage = Self {
            unsettled: BTreeSet::new(),
            unread: BTreeMap::new(),
            around: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            unresolved: BTreeMap::new(),
        };
        for finding in found {
            let Some((file, text)) = sources.texts.get_key_value(&*finding.at.file) else { continue };
            let line = sources.line(&finding.at);
            if finding.rule == &SYNTAX_ERROR {
                let lines = with_block(text, line);
                damage.doubtful.extend(words_of(text, &lines));
                damage.around.entry(file).or_default().push(block_around(text, *lines.start()));
                damage.unread.entry(file).or_default().push(lines);
                if finding.unsettles {
                    damage.unsettled.insert(file);
                }
            } else if is_not_found(finding) {
                damage.unresolved.entry(file).or_default().push(with_block(text, line));
            }
        }
        damage
    }

    /// Whether the finding only follows from damage.
    pub(super) fn explains(&self, finding: &Finding, sources: &Sources<'_>) -> bool {
        if finding.rule == &SYNTAX_ERROR {
            return false;
        }
        let places = finding.related.iter().map(|related| &related.at).chain([&finding.at]);
        let mut lines = places.map(|at| (at, sources.line(at)));
        lines.any(|(at, line)| within(&self.unread, at, line))
            || self.unsettled.contains(&*finding.at.file)
            || self.is_about_the_unread(finding, sources)
            || self.lacks_the_unresolved(finding, sources)
    }

    /// Something is not there, or not used, that damaged lines or files may declare or use.
    fn is_about_the_unread(&self, finding: &Finding, sources: &Sources<'_>) -> bool {
        if !is_not_found(finding) && !is_unused(finding) {
            return false;
        }
        let name = sources.written(&finding.at);
        let text = sources.texts.get(&*finding.at.file).copied().unwrap_or_default();
        words(name).any(|word| self.doubtful.contains(word))
            || self.unsettled.iter().any(|file| is_unused(finding) || reads(text, file))
    }

    /// A value is missing in a statement where another one is written under a name that nothing has, or a clause in
    /// a block where a line could not be read.
    fn lacks_the_unresolved(&self, finding: &Finding, sources: &Sources<'_>) -> bool {
        let is_about_clauses =
            finding.rule == &clause_missing::RULE || finding.rule == &clause_misplaced::RULE;
        let at = &finding.at;
        is_about_clauses
            && finding.severity == Severity::Error
            && [&self.unresolved, &self.around].iter().any(|ranges| within(ranges, at, sources.line(at)))
    }
}

fn within(ranges: &BTreeMap<&str, Vec<RangeInclusive<u32>>>, at: &FileSpan, line: u32) -> bool {
    ranges.get(&*at.file).is_some_and(|ranges| ranges.iter().any(|range| range.contains(&line)))
}

/// Whether a text brings something in from a file.
fn reads(text: &str, file: &str) -> bool {
    let module = file.trim_end_matches(".wf").replace('/', ".");
    let imports = text.lines().filter_map(|line| line.trim_start().strip_prefix("use "));
    imports.into_iter().any(|path| path.trim_start().starts_with(&module))
}

/// A line with those above that it goes on from and the deeper ones below: its statement, and the block it opens.
fn with_block(text: &str, line: u32) -> RangeInclusive<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let mut first = (line as usize).saturating_sub(1);
    while first > 0 && lines.get(first - 1).is_some_and(|above| above.trim_end().ends_with(',')) {
        first -= 1;
    }
    let depth = lines.get(first).map_or(0, |line| indentation(line));
    let below =
        lines.iter().skip(first + 1).take_while(|line| line.trim().is_empty() || indentation(line) > depth);
    let last = (first + below.count()).max((line as usize).saturating_sub(1));
    number(first)..=number(last)
}

/// The block that a line stands in, with the line that opens it.
fn block_around(text: &str, line: u32) -> RangeInclusive<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let index = (line as usize).saturating_sub(1);
    let depth = lines.get(index).map_or(0, |line| indentation(line));
    let above = lines.iter().take(index).enumerate().rev();
    let opener =
        above.filter(|(_, line)| !line.trim().is_empty()).find(|(_, line)| indentation(line) < depth);
    match opener {
        Some((opener, _)) => with_block(text, number(opener)),
        None => line..=line,
    }
}

/// The number of a line, from 1, by its index.
fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn words_of<'a>(text: &'a str, lines: &RangeInclusive<u32>) -> Vec<&'a str> {
    let (first, last) = (*lines.start() as usize, *lines.end() as usize);
    let within = text.lines().skip(first.saturating_sub(1)).take((last + 1).saturating_sub(first));
    within.flat_map(words).collect()
}
