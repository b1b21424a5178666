//! Small things in the language's own words: durations, names, types, receivers, deadlines.
//!
//! Invariant: what is not there (in a draft that no one has verified) shows as `?`, never as a panic.

use super::Shown;
use crate::node::{CountFrom, Join, JoinKind, Limit, LimitKind, Needed, NodeKind, Source};
use crate::people::{Agent, Who};
use crate::plan::{
    CalendarId, ChannelId, ClockPause, CodeId, DeadlineRule, FieldIndex, JoinId, NodeId, RoleId, Summary,
    SystemId,
};
use crate::value::{Constant, Field, Scalar, Type};
use crate::{Date, Moment, time};

/// Stands for what is not there.
const UNKNOWN: &str = "?";

/// `a, b, c`, or nothing for an empty list.
pub(super) fn listed<T: AsRef<str>>(items: &[T]) -> Option<String> {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

/// `"text"`, with line ends and quotation marks written as the language does.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text as it stands between quotation marks.
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\\n"),
            '"' | '\\' | '{' | '}' => written.extend(['\\', letter]),
            other => written.push(other),
        }
    }
    written
}

/// What the agent may do.
pub(super) fn agent(agent: &Agent) -> String {
    let topics = listed(&agent.topics.iter().map(|topic| quoted(topic)).collect::<Vec<_>>());
    let may = [
        topics.map(|topics| format!("topics {topics}")),
        agent.drafts.then(|| "drafts messages".to_owned()),
        agent.suggests.then(|| "suggests alternatives".to_owned()),
        agent.carries_personal.then(|| "carries personal".to_owned()),
        agent.calls_per_day.map(|calls| format!("at most {calls} calls per day")),
    ];
    may.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// `09:00`.
pub(super) fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn moment(moment: Moment) -> String {
    let day = moment.0.div_euclid(time::DAY_MS);
    let minute = moment.0.rem_euclid(time::DAY_MS) / time::MINUTE_MS;
    let date = i32::try_from(day).map_or(UNKNOWN.to_owned(), |day| Date(day).to_string());
    format!("{date} {} UTC", clock(u16::try_from(minute).unwrap_or_default()))
}

impl Shown<'_> {
    pub(super) fn node(&self, node: NodeId) -> &str {
        self.program.nodes.get(node.index()).map_or(UNKNOWN, |node| &node.name)
    }

    pub(super) fn role(&self, role: RoleId) -> String {
        self.program.roles.get(role.index()).map_or(UNKNOWN, |role| &role.name).to_owned()
    }

    pub(super) fn roles(&self, roles: &[RoleId]) -> Option<String> {
        listed(&roles.iter().map(|role| self.role(*role)).collect::<Vec<_>>())
    }

    pub(super) fn channel(&self, channel: ChannelId) -> &str {
        self.program.channels.get(channel.index()).map_or(UNKNOWN, |channel| &channel.name)
    }

    pub(super) fn system(&self, system: SystemId) -> &str {
        self.program.systems.get(system.index()).map_or(UNKNOWN, |system| &system.name)
    }

    pub(super) fn calendar(&self, calendar: CalendarId) -> &str {
        self.program.calendars.get(calendar.index()).map_or(UNKNOWN, |calendar| &calendar.name)
    }

    pub(super) fn input(&self, field: FieldIndex) -> String {
        field_name(&self.program.inputs, field)
    }

    pub(super) fn form_field(&self, node: NodeId, field: FieldIndex) -> String {
        let form = self.program.nodes.get(node.index()).map_or(&[][..], |node| &node.form);
        field_name(form, field)
    }

    pub(super) fn system_field(&self, system: SystemId, field: FieldIndex) -> String {
        let fields = self.program.systems.get(system.index()).map_or(&[][..], |system| &system.fields);
        format!("{}.{}", self.system(system), field_name(fields, field))
    }

    /// `crm "deal.won"`.
    pub(super) fn event(&self, system: SystemId, event: u16) -> String {
        let found =
            self.program.systems.get(system.index()).and_then(|system| system.events.get(usize::from(event)));
        format!("{} {}", self.system(system), quoted(found.map_or(UNKNOWN, |event| &event.name)))
    }

    /// ` with { a = 1, b = 2 }`, or nothing.
    pub(super) fn with(&self, values: impl Iterator<Item = (String, CodeId)>) -> String {
        let values: Vec<String> =
            values.map(|(name, code)| format!("{name} = {}", self.expression(code))).collect();
        listed(&values).map(|values| format!(" with {{ {values} }}")).unwrap_or_default()
    }

    /// `contact: email personal`.
    pub(super) fn field(&self, field: &Field) -> String {
        let mut words = format!("{}: {}", field.name, self.type_name(field.kind));
        if field.optional {
            words.push('?');
        }
        for (marked, mark) in [(field.personal, " personal"), (field.secret, " secret")] {
            words.push_str(if marked { mark } else { "" });
        }
        if let Some(system) = field.key_of {
            words.push_str(&format!(" key of {}", self.system(system)));
        }
        if let Some((system, source)) = field.from {
            words.push_str(&format!(" from {}", self.system_field(system, FieldIndex(source))));
        }
        words
    }

    pub(super) fn type_name(&self, kind: Type) -> String {
        let of = match kind.of {
            Scalar::Text => "text".to_owned(),
            Scalar::Number => "number".to_owned(),
            Scalar::Bool => "bool".to_owned(),
            Scalar::Date => "date".to_owned(),
            Scalar::Moment => "moment".to_owned(),
            Scalar::Duration => "duration".to_owned(),
            Scalar::Money(currency) => format!("money {}", String::from_utf8_lossy(&currency.0)),
            Scalar::Email => "email".to_owned(),
            Scalar::Phone => "phone".to_owned(),
            Scalar::Url => "url".to_owned(),
            Scalar::File => "file".to_owned(),
            Scalar::Person => "person".to_owned(),
            Scalar::Enum(id) => {
                self.program.enums.get(id.index()).map_or(UNKNOWN.to_owned(), |of| of.name.clone())
            }
            Scalar::Record(id) => {
                self.program.records.get(id.index()).map_or(UNKNOWN.to_owned(), |of| of.name.clone())
            }
        };
        if kind.list { format!("list of {of}") } else { of }
    }

    pub(super) fn constant(&self, constant: &Constant) -> String {
        match constant {
            Constant::Bool(value) => value.to_string(),
            Constant::Number(number) => number.to_string(),
            Constant::Money(amount, currency) => format!("{amount} {}", String::from_utf8_lossy(&currency.0)),
            Constant::Text(text) => quoted(text),
            Constant::Date(date) => date.to_string(),
            Constant::Moment(at) => moment(*at),
            Constant::Duration(length) => length.to_string(),
            Constant::Enum(id, value) => {
                let of = self.program.enums.get(id.index());
                of.and_then(|of| of.values.get(usize::from(*value))).map_or(UNKNOWN, |value| value).to_owned()
            }
        }
    }

    pub(super) fn receiver(&self, who: Who) -> String {
        match who {
            Who::Role(role) => self.role(role),
            Who::Owner => "owner".to_owned(),
            Who::ProcessOwner => "process owner".to_owned(),
            Who::Starter => "starter".to_owned(),
            Who::WaitingOn => "waiting on".to_owned(),
            Who::Value(code, _) => self.expression(code),
        }
    }

    pub(super) fn receivers(&self, who: &[Who]) -> Option<String> {
        listed(&who.iter().map(|who| self.receiver(*who)).collect::<Vec<_>>())
    }

    pub(super) fn summary(&self, summary: &Summary) -> String {
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let days: Vec<&str> =
            names.into_iter().zip(summary.weekdays).filter(|(_, sent)| *sent).map(|(name, _)| name).collect();
        let to = self.receivers(&summary.to).map(|to| format!(" to {to}")).unwrap_or_default();
        let via = summary.via.map(|via| format!(" via {}", self.channel(via))).unwrap_or_default();
        format!("every {} at {}{to}{via}", days.join(", "), clock(summary.minute))
    }

    /// One line of a deadline.
    pub(super) fn deadline(&self, rule: &DeadlineRule) -> String {
        let limits: Vec<String> = rule.limits.iter().map(|limit| self.limit(limit)).collect();
        let mut words = limits.join(", ");
        if limits.len() > 1 {
            words = format!("earlier of {words}");
        }
        if let Some(condition) = rule.condition {
            words.push_str(&format!(" when {}", self.expression(condition)));
        }
        match rule.pause {
            ClockPause::Never => {}
            ClockPause::WhileBlocked => words.push_str(", paused while blocked"),
            ClockPause::WhileWaitingOn(role) => {
                words.push_str(&format!(", paused while waiting on {}", self.role(role)));
            }
        }
        words
    }

    fn limit(&self, limit: &Limit) -> String {
        let mut words = match limit.kind {
            LimitKind::Within(length, from) => format!("{length}{}", self.count_from(from)),
            LimitKind::EndOf(length, from) => format!("end of {length}{}", self.count_from(from)),
            LimitKind::By(code) => format!("by {}", self.expression(code)),
        };
        if limit.moved_to_working_day {
            words.push_str(", moved to the next working day");
        }
        words
    }

    fn count_from(&self, from: CountFrom) -> String {
        match from {
            CountFrom::OwnStart => String::new(),
            CountFrom::InstanceStart => " after start".to_owned(),
            CountFrom::Settled(node) => format!(" after {}", self.node(node)),
        }
    }

    /// A join in words; groups inside it in parentheses.
    pub(super) fn join(&self, id: JoinId) -> String {
        let Some(join) = self.program.joins.get(id.index()) else { return UNKNOWN.to_owned() };
        let sources: Vec<String> = join.sources.iter().map(|source| self.source(id, join, *source)).collect();
        let sources = sources.join(", ");
        match join.kind {
            JoinKind::All => sources,
            JoinKind::AtLeast(1) => format!("any of {sources}"),
            JoinKind::AtLeast(least) => format!("{least} of {sources}"),
            JoinKind::AllTaken => format!("all taken of {sources}"),
        }
    }

    fn source(&self, outer: JoinId, join: &Join, source: Source) -> String {
        match source {
            Source::Node(node, needed) => self.result(node, needed, join.kind),
            // Only a join before this one, so that this ends whatever it is given.
            Source::Join(inner) if inner < outer => format!("({})", self.join(inner)),
            Source::Join(_) => UNKNOWN.to_owned(),
        }
    }

    /// A node and which result of it counts, as `after` would say it.
    fn result(&self, node: NodeId, needed: Needed, group: JoinKind) -> String {
        let name = self.node(node);
        let kind = self.program.nodes.get(node.index()).map(|node| &node.kind);
        let plain_means_done = matches!(group, JoinKind::AtLeast(_));
        match (needed, kind) {
            (Needed::Settled, _) if plain_means_done => format!("{name} (settled in any way)"),
            (Needed::Settled, _) => name.to_owned(),
            (Needed::Done, _) if plain_means_done => name.to_owned(),
            (Needed::Done, _) => format!("{name}.done"),
            (Needed::Skipped, _) => format!("{name}.skipped"),
            (Needed::Arrived, _) => format!("{name}.arrived"),
            (Needed::Late, _) => format!("{name}.late"),
            (Needed::Option(at), Some(NodeKind::Decision(decision))) => {
                let option = decision.options.get(usize::from(at));
                format!("{name}.{}", option.map_or(UNKNOWN, |option| &option.name))
            }
            (Needed::Outcome(at), Some(NodeKind::Run(run))) => {
                format!("{name}.{}", run.outcomes.get(usize::from(at)).map_or(UNKNOWN, |outcome| outcome))
            }
            (Needed::Option(_) | Needed::Outcome(_), _) => format!("{name}.{UNKNOWN}"),
        }
    }
}

pub(super) fn field_name(fields: &[Field], field: FieldIndex) -> String {
    fields.get(field.index()).map_or(UNKNOWN, |field| &field.name).to_owned()
}
