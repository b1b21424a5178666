//! A plan as a text to be read: what `wfc show` prints and an auditor files.
//!
//! First the workflow, then its nodes in file order with all they wait for and do, then escalations, reminders,
//! people, systems, calendars, types, and last the code itself, each instruction beside the source line it came from.
//! Invariant: everything that carries meaning is shown; numbers of table rows appear only for code.

use crate::codec::Plan;
use crate::load::LoadedPlan;
use crate::plan::{MeaningHash, Program, StartEvery, StartOn, Versioning};
use crate::source::{Docs, SourceMap};
use page::Page;

mod actions;
mod code;
mod expression;
mod ladders;
mod nodes;
mod page;
mod people;
mod words;

/// What is shown, as every part of the page needs it.
struct Shown<'a> {
    program: &'a Program,
    sources: &'a SourceMap,
    docs: &'a Docs,
    /// What each piece of code that reads its surroundings is about.
    settings: expression::Settings,
}

/// A loaded plan as a text.
#[must_use]
pub fn loaded(plan: &LoadedPlan) -> String {
    page(plan.program(), plan.sources(), plan.docs(), Some(plan.meaning()))
}

/// A plan that was just sealed, or a draft, as a text.
#[must_use]
pub fn sealed(plan: &Plan) -> String {
    page(&plan.program, &plan.sources, &plan.docs, None)
}

/// The parts of a plan as a text; with its name, where the meaning hash is known.
#[must_use]
pub fn page(program: &Program, sources: &SourceMap, docs: &Docs, meaning: Option<MeaningHash>) -> String {
    let shown = Shown { program, sources, docs, settings: expression::settings(program) };
    let mut page = Page::default();
    workflow(&shown, &mut page, meaning);
    nodes::nodes(&shown, &mut page);
    ladders::ladders(&shown, &mut page);
    ladders::reminders(&shown, &mut page);
    people::roles(&shown, &mut page);
    people::channels_and_systems(&shown, &mut page);
    people::calendars(&shown, &mut page);
    people::types(&shown, &mut page);
    policies(&shown, &mut page);
    code::code(&shown, &mut page);
    page.finish()
}

fn workflow(shown: &Shown<'_>, page: &mut Page, meaning: Option<MeaningHash>) {
    let program = shown.program;
    page.title(&format!("workflow {} · {}", program.workflow, program.label));
    page.prose(&shown.docs.workflow);
    page.entry("version", &program.version.to_string());
    if let Some(meaning) = meaning {
        page.entry("meaning", &meaning.to_string());
    }
    if let Some((place, _)) = shown.sources.line(shown.sources.workflow) {
        page.entry("written in", &place);
    }
    let versioning = match program.versioning {
        Versioning::Keep => "running instances keep their version",
        Versioning::MoveWhenCompatible => "running instances move to this version when compatible",
    };
    page.entry("new versions", versioning);
    page.entry_some("title", program.title.map(|code| shown.expression(code)));
    page.entry_some("reference", program.reference.map(|code| shown.expression(code)));
    page.entry_list("input", program.inputs.iter().map(|field| shown.field(field)));
    page.entry_some("one per", program.one_per.map(|field| shown.input(field)));
    page.entry_some("started by", shown.roles(&program.starts_by));
    page.entry_list("starts on", program.starts_on.iter().map(|start| starts_on(shown, start)));
    page.entry_list("starts every", program.starts_every.iter().map(|start| starts_every(shown, start)));
    page.entry("calendar", shown.calendar(program.calendar));
    page.entry_list("deadline", program.deadlines.iter().map(|rule| shown.deadline(rule)));
    page.entry_some("process owner", program.process_owner.map(|role| shown.role(role)));
    page.entry_list("summary", program.summaries.iter().map(|summary| shown.summary(summary)));
    page.entry_some("tags", words::listed(&program.tags));
    page.entry_some("seen by", shown.roles(&program.seen_by));
    page.entry_some("agent", program.agent.as_ref().map(words::agent));
}

fn starts_on(shown: &Shown<'_>, start: &StartOn) -> String {
    let condition = start.condition.map(|code| format!(" where {}", shown.expression(code)));
    let with = start.with.iter().map(|(field, code)| (shown.input(*field), *code));
    format!("{}{}{}", shown.event(start.system, start.event), condition.unwrap_or_default(), shown.with(with))
}

fn starts_every(shown: &Shown<'_>, start: &StartEvery) -> String {
    let with = start.with.iter().map(|(field, code)| (shown.input(*field), *code));
    format!("{} from {}{}", start.every, start.from, shown.with(with))
}

fn policies(shown: &Shown<'_>, page: &mut Page) {
    page.heading("policies", shown.program.policies.len());
    for policy in &shown.program.policies {
        page.item(&format!("{} · {}", policy.name, policy.title), None);
        page.entry_list("rule", policy.rules.iter().cloned());
    }
}
