//! Reminders, ladders, words and actions.
//!
//! A ladder is shared by the nodes it fits: it is checked once, with what it needs of a node gathered, and each node
//! is then held against that. Invariant: what acts on a node stands only in alternatives of ladders whose every node
//! can take it.

use super::code::{Pieces, Setting, Wants};
use super::{Checked, at_most, ensure, nodes, not_there, row, text, workflow};
use crate::error::{Fault, Part};
use crate::ladder::{Action, Ask, Ladder, Level, Reminder, Words};
use crate::limits;
use crate::node::{Node, NodeKind};
use crate::people::Who;
use crate::plan::{LadderId, NodeId, Program, ReminderId};
use crate::value::Scalar;

/// What the alternatives of a ladder do to the node they belong to.
#[derive(Clone, Copy, Debug, Default)]
struct Needs {
    /// One more than the last option that is chosen; 0: none is.
    options: usize,
    completes: bool,
    skips: bool,
    reassigns: bool,
}

/// The first node that uses a reminder or ladder, and whether its code reads the element there.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    first: Option<Setting>,
    reads_element: bool,
}

/// Checks all reminders and ladders, and the nodes against them.
pub(super) fn check(program: &Program, code: &mut Pieces<'_>) -> Checked {
    let mut reminders = vec![Use::default(); program.reminders.len()];
    let mut ladders = vec![Use::default(); program.ladders.len()];
    for (id, node) in nodes_of(program) {
        let (part, inside) = (Part::Node(id), nodes::setting(program, node));
        for reminder in &node.reminders {
            first_use(&mut reminders, reminder.index(), inside, "reminder", part)?;
        }
        for ladder in &node.ladders {
            first_use(&mut ladders, ladder.index(), inside, "escalation", part)?;
        }
    }
    for (id, (reminder, used)) in (0..=u16::MAX).zip(program.reminders.iter().zip(&mut reminders)) {
        let part = Part::Reminder(ReminderId(id));
        let setting = used.first.ok_or_else(|| Fault::new(part, "is used by no node"))?;
        code.forget_element();
        self::reminder(program, code, part, reminder, setting)?;
        used.reads_element = code.has_read_element();
    }
    let mut needs = Vec::with_capacity(program.ladders.len());
    for (id, (ladder, used)) in (0..=u16::MAX).zip(program.ladders.iter().zip(&mut ladders)) {
        let id = LadderId(id);
        let setting = used.first.ok_or_else(|| Fault::new(Part::Ladder(id, None), "is used by no node"))?;
        code.forget_element();
        needs.push(self::ladder(program, code, id, ladder, setting)?);
        used.reads_element = code.has_read_element();
    }
    for (id, node) in nodes_of(program) {
        let (part, inside) = (Part::Node(id), nodes::setting(program, node));
        let used = node.reminders.iter().filter_map(|reminder| reminders.get(reminder.index()));
        let used = used.chain(node.ladders.iter().filter_map(|ladder| ladders.get(ladder.index())));
        let mut foreign = used.filter(|used| used.reads_element && used.first != Some(inside));
        ensure(
            foreign.next().is_none(),
            part,
            "shares a reminder or escalation with a node of other elements",
        )?;
        for ladder in &node.ladders {
            fits(part, node, needs.get(ladder.index()).copied().unwrap_or_default())?;
        }
    }
    Ok(())
}

fn nodes_of(program: &Program) -> impl Iterator<Item = (NodeId, &Node)> {
    (0..=u16::MAX).map(NodeId).zip(&program.nodes)
}

/// Notes where a reminder or ladder is used first: it is checked as it stands there.
fn first_use(uses: &mut [Use], index: usize, inside: Setting, what: &str, part: Part) -> Checked {
    let used = uses.get_mut(index).ok_or_else(|| not_there(part, what))?;
    used.first.get_or_insert(inside);
    Ok(())
}

/// A node can take what a ladder's alternatives do.
fn fits(part: Part, node: &Node, needs: Needs) -> Checked {
    let options = match &node.kind {
        NodeKind::Decision(decision) => decision.options.len(),
        _ => 0,
    };
    let decision = options > 0;
    let possible = needs.options <= options
        && !(needs.completes && decision)
        && !(needs.skips && decision)
        && (!needs.reassigns || node.is_worked_on());
    ensure(possible, part, "has an escalation with an alternative that it cannot take")
}

fn reminder(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    reminder: &Reminder,
    inside: Setting,
) -> Checked {
    text::line(part, &reminder.name)?;
    text::positive_duration(part, reminder.start)?;
    text::positive_duration(part, reminder.repeat)?;
    let repeats = reminder.repeat.is_none_or(|repeat| repeat.amount > 0);
    ensure(repeats, part, "repeats after no time at all")?;
    receivers(program, code, part, &reminder.to, inside)?;
    if let Some(channel) = reminder.via {
        row(&program.channels, channel.index(), "channel", part)?;
    }
    words(code, part, &reminder.words, inside)
}

fn ladder(
    program: &Program,
    code: &mut Pieces<'_>,
    id: LadderId,
    ladder: &Ladder,
    inside: Setting,
) -> Checked<Needs> {
    let part = Part::Ladder(id, None);
    text::line(part, &ladder.name)?;
    text::positive_duration(part, ladder.on_silence)?;
    text::positive_duration(part, ladder.on_block)?;
    ensure(!ladder.levels.is_empty(), part, "has no levels")?;
    at_most(part, "levels", ladder.levels.len(), limits::LEVELS)?;
    let mut needs = Needs::default();
    let mut before: Option<&Level> = None;
    for (at, level) in ladder.levels.iter().enumerate() {
        let part = Part::Ladder(id, Some(at));
        let rises = before.is_none_or(|before| before.number < level.number);
        ensure(rises, part, "has levels that are out of order")?;
        let asked =
            before.and_then(|before| before.ask.as_ref()).is_some_and(|ask| ask.decide_within.is_some());
        let comes = before.is_none() || level.after.is_some() || asked;
        ensure(comes, part, "has a level that nothing leads to")?;
        text::positive_duration(part, level.after)?;
        effects(program, code, part, &level.actions, inside)?;
        if let Some(ask) = &level.ask {
            self::ask(program, code, part, ask, inside, &mut needs)?;
        }
        before = Some(level);
    }
    Ok(needs)
}

fn ask(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    ask: &Ask,
    inside: Setting,
    needs: &mut Needs,
) -> Checked {
    ensure(!ask.who.is_empty(), part, "asks nobody")?;
    receivers(program, code, part, &ask.who, inside)?;
    words(code, part, &ask.words, inside)?;
    at_most(part, "alternatives", ask.alternatives.len() + usize::from(ask.suggest), limits::CHOICES)?;
    text::positive_duration(part, ask.decide_within)?;
    if let Some(otherwise) = ask.otherwise {
        row(&ask.alternatives, usize::from(otherwise), "alternative", part)?;
    }
    for alternative in &ask.alternatives {
        text::line(part, &alternative.label)?;
        alternative.short.iter().try_for_each(|short| text::line(part, short))?;
        at_most(part, "actions in one place", alternative.actions.len(), limits::ACTIONS)?;
        let ends = alternative.actions.iter().position(|action| matches!(action, Action::Outcome(_)));
        let last = ends.is_none_or(|at| at + 1 == alternative.actions.len());
        ensure(last, part, "has an alternative that goes on after an outcome")?;
        for action in &alternative.actions {
            self::action(program, code, part, action, inside, Some(&mut *needs))?;
        }
    }
    Ok(())
}

/// Effects: actions outside alternatives.
pub(super) fn effects(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    actions: &[Action],
    inside: Setting,
) -> Checked {
    at_most(part, "actions in one place", actions.len(), limits::ACTIONS)?;
    actions.iter().try_for_each(|action| self::action(program, code, part, action, inside, None))
}

fn action(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    action: &Action,
    inside: Setting,
    needs: Option<&mut Needs>,
) -> Checked {
    match action {
        Action::Set { system, field, value } => {
            let system = row(&program.systems, system.index(), "system", part)?;
            let field = row(&system.fields, field.index(), "field of a system", part)?;
            code.used(part, *value, inside, Wants::Type(field.kind))
        }
        Action::Note { system, words } => {
            row(&program.systems, system.index(), "system", part)?;
            self::words(code, part, words, inside)
        }
        Action::Tell { who, words, via, urgent: _ } => {
            receivers(program, code, part, who, inside)?;
            if let Some(channel) = via {
                row(&program.channels, channel.index(), "channel", part)?;
            }
            self::words(code, part, words, inside)
        }
        Action::Call { system, operation, arguments } => {
            row(&program.systems, system.index(), "system", part)?;
            text::line(part, operation)?;
            nodes::arguments(code, part, arguments, inside)
        }
        Action::Start { workflow, plan: _, with, delay } => {
            text::name(part, workflow)?;
            text::positive_duration(part, *delay)?;
            nodes::arguments(code, part, with, inside)
        }
        on_node => match needs {
            Some(needs) => act_on_node(program, part, on_node, needs),
            None => Err(Fault::new(part, "acts on its node outside an alternative")),
        },
    }
}

/// An action that only an alternative may take, on its own node.
fn act_on_node(program: &Program, part: Part, action: &Action, needs: &mut Needs) -> Checked {
    match action {
        Action::Complete => needs.completes = true,
        Action::Skip => needs.skips = true,
        Action::Choose(option) => needs.options = needs.options.max(usize::from(*option) + 1),
        Action::Reassign(role) => {
            needs.reassigns = true;
            workflow::roles(program, part, &[*role])?;
        }
        Action::Extend(length) => text::positive_duration(part, Some(*length))?,
        Action::Outcome(outcome) => nodes::is_outcome(program, part, *outcome)?,
        _ => {}
    }
    Ok(())
}

/// Words in every language, their templates and draft.
pub(super) fn words(code: &mut Pieces<'_>, part: Part, words: &Words, inside: Setting) -> Checked {
    code.used(part, words.text, inside, Wants::Text)?;
    code.maybe_used(part, words.draft, inside, Wants::Text)?;
    at_most(part, "languages", words.languages.len(), limits::ENTRIES)?;
    let sorted = words.languages.is_sorted_by(|(before, _), (after, _)| before < after);
    ensure(sorted, part, "has languages that are out of order or there twice")?;
    for (language, text) in &words.languages {
        text::line(part, language)?;
        code.used(part, *text, inside, Wants::Text)?;
    }
    at_most(part, "templates", words.templates.len(), limits::ENTRIES)?;
    for template in &words.templates {
        template.language.iter().try_for_each(|language| text::line(part, language))?;
        text::line(part, &template.channel)?;
        text::line(part, &template.name)?;
        at_most(part, "arguments of one template", template.arguments.len(), limits::FIELDS)?;
        for argument in &template.arguments {
            code.used(part, *argument, inside, Wants::Text)?;
        }
    }
    Ok(())
}

/// Receivers of a message or question.
pub(super) fn receivers(
    program: &Program,
    code: &mut Pieces<'_>,
    part: Part,
    who: &[Who],
    inside: Setting,
) -> Checked {
    at_most(part, "receivers", who.len(), limits::ENTRIES)?;
    for who in who {
        match who {
            Who::Role(role) => workflow::roles(program, part, &[*role])?,
            Who::Value(value, kind) => {
                let address = matches!(kind.of, Scalar::Person | Scalar::Email | Scalar::Phone);
                ensure(address, part, "sends to something that is no person, email or phone")?;
                code.used(part, *value, inside, Wants::Type(*kind))?;
            }
            Who::Owner | Who::ProcessOwner | Who::Starter | Who::WaitingOn => {}
        }
    }
    Ok(())
}
