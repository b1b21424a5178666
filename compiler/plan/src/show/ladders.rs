//! Escalations and reminders as they were fitted to their nodes.
//!
//! Invariant: each says which nodes it serves, so that a reader need not go back and look.

use super::page::Page;
use super::{Shown, words};
use crate::ladder::{Action, Alternative, Ask, Ladder, Level, Reminder};
use crate::node::{DecisionOption, Node, NodeKind};
use crate::plan::{LadderId, ReminderId};

impl Shown<'_> {
    /// The name of a ladder; where several were fitted from one, with its number among them.
    pub(super) fn ladder_name(&self, id: LadderId) -> String {
        named(self.program.ladders.iter().map(|ladder| ladder.name.as_str()), id.index())
    }

    /// The name of a reminder, likewise.
    pub(super) fn reminder_name(&self, id: ReminderId) -> String {
        named(self.program.reminders.iter().map(|reminder| reminder.name.as_str()), id.index())
    }

    fn serves(&self, uses: impl Fn(&Node) -> bool) -> Option<String> {
        let nodes: Vec<&str> =
            self.program.nodes.iter().filter(|node| uses(node)).map(|node| node.name.as_str()).collect();
        words::listed(&nodes)
    }
}

fn named<'a>(names: impl Iterator<Item = &'a str> + Clone, at: usize) -> String {
    let Some(name) = names.clone().nth(at) else { return "?".to_owned() };
    let same = |row: &(usize, &str)| row.1 == name;
    let before = names.clone().enumerate().filter(same).take_while(|(row, _)| *row < at).count();
    let shown = if name.is_empty() { "(written in place)" } else { name };
    match names.enumerate().filter(same).count() {
        0 | 1 => shown.to_owned(),
        _ => format!("{shown} [{}]", before + 1),
    }
}

/// All ladders.
pub(super) fn ladders(shown: &Shown<'_>, page: &mut Page) {
    page.heading("escalations", shown.program.ladders.len());
    for (id, ladder) in (0..=u16::MAX).map(LadderId).zip(&shown.program.ladders) {
        let places = shown.sources.ladders.get(id.index());
        let place = places.and_then(|places| places.first()).and_then(|place| shown.sources.line(*place));
        page.item(&format!("escalation {}", shown.ladder_name(id)), place);
        page.entry_some("serves", shown.serves(|node| node.ladders.contains(&id)));
        triggers(page, ladder);
        let options = options(shown, id);
        for (at, level) in ladder.levels.iter().enumerate() {
            self::level(shown, page, at, level, options);
        }
    }
}

fn triggers(page: &mut Page, ladder: &Ladder) {
    page.entry_some("on silence", ladder.on_silence.map(|length| format!("of {}", length)));
    page.entry_some("on block", ladder.on_block.map(|length| format!("of {}", length)));
    if ladder.on_overdue {
        page.entry("on overdue", "at once");
    }
}

/// The options of the decisions a ladder serves; they are the same for all of them wherever it chooses one.
fn options<'a>(shown: &Shown<'a>, id: LadderId) -> &'a [DecisionOption] {
    let serves = shown.program.nodes.iter().find(|node| node.ladders.contains(&id));
    match serves.map(|node| &node.kind) {
        Some(NodeKind::Decision(decision)) => &decision.options,
        _ => &[],
    }
}

fn level(shown: &Shown<'_>, page: &mut Page, at: usize, level: &Level, options: &[DecisionOption]) {
    let name = format!("level {}", level.number);
    let after = match level.after {
        Some(after) => format!("after {}", after),
        None if at == 0 => "at once".to_owned(),
        None => "when the time to decide has passed".to_owned(),
    };
    page.entry(&name, &after);
    page.entry_list("", level.actions.iter().map(|action| shown.action(action)));
    if let Some(ask) = &level.ask {
        self::ask(shown, page, ask, options);
    }
}

fn ask(shown: &Shown<'_>, page: &mut Page, ask: &Ask, options: &[DecisionOption]) {
    let who = shown.receivers(&ask.who).unwrap_or_default();
    page.entry("", &format!("ask {who} {}", shown.spoken(&ask.words)));
    page.entry_list(
        "",
        ask.alternatives.iter().map(|alternative| self::alternative(shown, alternative, options)),
    );
    if ask.suggest > 0 {
        page.entry("", &format!("  suggest up to {} more", ask.suggest));
    }
    if let Some(within) = ask.decide_within {
        let otherwise = ask.otherwise.and_then(|at| ask.alternatives.get(usize::from(at)));
        let otherwise = otherwise.map(|other| format!(" otherwise {}", words::quoted(&other.label)));
        page.entry("", &format!("decide within {}{}", within, otherwise.unwrap_or_default()));
    }
}

fn alternative(shown: &Shown<'_>, alternative: &Alternative, options: &[DecisionOption]) -> String {
    let short = alternative.short.as_ref().map(|short| format!(" short {}", words::quoted(short)));
    let actions: Vec<String> = alternative.actions.iter().map(|action| act(shown, action, options)).collect();
    let actions = actions.join("; ");
    format!(
        "  alternative {}{} {{ {actions} }}",
        words::quoted(&alternative.label),
        short.unwrap_or_default()
    )
}

fn act(shown: &Shown<'_>, action: &Action, options: &[DecisionOption]) -> String {
    match action {
        Action::Choose(at) => {
            format!("choose {}", options.get(usize::from(*at)).map_or("?", |option| option.name.as_str()))
        }
        other => shown.action(other),
    }
}

/// All reminders.
pub(super) fn reminders(shown: &Shown<'_>, page: &mut Page) {
    page.heading("reminders", shown.program.reminders.len());
    for (id, reminder) in (0..=u16::MAX).map(ReminderId).zip(&shown.program.reminders) {
        let place = shown.sources.reminders.get(id.index()).and_then(|place| shown.sources.line(*place));
        page.item(&format!("reminder {}", shown.reminder_name(id)), place);
        page.entry_some("serves", shown.serves(|node| node.reminders.contains(&id)));
        self::reminder(shown, page, reminder);
    }
}

fn reminder(shown: &Shown<'_>, page: &mut Page, reminder: &Reminder) {
    page.entry_some("start", reminder.start.map(|before| format!("{} before deadline", before)));
    page.entry_some("repeat", reminder.repeat.map(|every| format!("every {}", every)));
    page.entry_some("stop after", reminder.stop_after.map(|count| count.to_string()));
    page.entry("to", &shown.receivers(&reminder.to).unwrap_or_else(|| "owner".to_owned()));
    page.entry_some("via", reminder.via.map(|via| shown.channel(via).to_owned()));
    page.entry("say", &shown.spoken(&reminder.words));
}
