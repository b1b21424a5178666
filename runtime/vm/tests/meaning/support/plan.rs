//! The builder of programs.

use super::{Played, monday, scalar};
use wf_plan::calendar::{Calendar, Duration};
use wf_plan::ladder::{Action, Alternative, Ask, Ladder, Level, Reminder, Words};
use wf_plan::node::*;
use wf_plan::op::{Code, Op};
use wf_plan::people::{EventType, Role, System, Who};
use wf_plan::plan::*;
use wf_plan::value::{Constant, Field, Scalar, Type};
use wf_plan::{Program, Value};
use wf_vm::{EventKind, Prepared};

/// A program in the making.
pub struct Plan {
    pub program: Program,
}

impl Plan {
    /// Monday to Friday 09:00 to 17:00 in UTC, with `boss` as process owner.
    pub fn new() -> Self {
        let mut plan = Self {
            program: Program {
                workflow: "w".into(),
                version: 1,
                label: "The workflow".into(),
                versioning: Versioning::Keep,
                title: None,
                reference: None,
                one_per: None,
                starts_by: vec![],
                starts_on: vec![],
                starts_every: vec![],
                calendar: CalendarId(0),
                deadlines: vec![],
                process_owner: None,
                summaries: vec![],
                tags: vec![],
                seen_by: vec![],
                agent: None,
                inputs: vec![],
                enums: vec![],
                records: vec![],
                roles: vec![],
                channels: vec![],
                systems: vec![],
                calendars: vec![Calendar::utc_office_hours()],
                nodes: vec![],
                joins: vec![],
                reminders: vec![],
                ladders: vec![],
                constants: vec![],
                code: vec![],
                policies: vec![],
            },
        };
        let boss = plan.role("boss");
        plan.program.process_owner = Some(boss);
        plan
    }

    pub fn role(&mut self, name: &str) -> RoleId {
        if let Some(role) = self.program.role_named(name) {
            return role;
        }
        self.program.roles.push(Role {
            name: name.into(),
            label: name.into(),
            external: false,
            reach: vec![],
            deputy: None,
            quiet: None,
            calendar: None,
            speaks: None,
            one_person: false,
            people: vec![],
        });
        self.program.role_named(name).unwrap()
    }

    pub fn input(&mut self, name: &str, kind: Type) -> FieldIndex {
        self.program.inputs.push(field(name, kind, true));
        FieldIndex(u16::try_from(self.program.inputs.len() - 1).unwrap())
    }

    pub fn constant(&mut self, constant: Constant) -> Op {
        self.program.constants.push(constant);
        Op::Constant(ConstantId(u16::try_from(self.program.constants.len() - 1).unwrap()))
    }

    pub fn code(&mut self, ops: &[Op]) -> CodeId {
        self.program.code.push(Code { ops: ops.to_vec() });
        CodeId(u16::try_from(self.program.code.len() - 1).unwrap())
    }

    /// Words of one constant text.
    pub fn words(&mut self, text: &str) -> Words {
        let op = self.constant(Constant::Text(text.into()));
        Words { text: self.code(&[op]), languages: vec![], templates: vec![], draft: None }
    }

    pub fn tell(&mut self, who: Who, text: &str) -> Action {
        Action::Tell { who: vec![who], words: self.words(text), via: None, urgent: false }
    }

    pub fn id(&self, name: &str) -> NodeId {
        self.program.node_named(name).unwrap_or_else(|| panic!("no node {name}"))
    }

    pub fn node(&mut self, name: &str, kind: NodeKind) -> &mut Self {
        self.program.nodes.push(Node {
            name: name.into(),
            label: name.into(),
            was: None,
            kind,
            after: None,
            when: None,
            tags: vec![],
            owners: vec![],
            seen_by: vec![],
            form: vec![],
            deadlines: vec![],
            takes: None,
            say: None,
            heads_up: None,
            different_from: vec![],
            optional: false,
            for_each: None,
            redo: None,
            reminders: vec![],
            ladders: vec![],
            on: Handlers::default(),
        });
        self
    }

    pub fn step(&mut self, name: &str, owner: &str) -> &mut Self {
        let owner = self.role(owner);
        self.node(name, NodeKind::Step);
        self.last().owners.push(Owner::Role(owner));
        self
    }

    pub fn decision(&mut self, name: &str, owner: &str, options: &[&str]) -> &mut Self {
        let owner = self.role(owner);
        let options = options
            .iter()
            .map(|name| DecisionOption {
                name: (*name).into(),
                label: (*name).into(),
                short: None,
                when: None,
                needs: 1,
                needs_reason: false,
                redo: None,
            })
            .collect();
        self.node(name, NodeKind::Decision(Decision { options, if_late: None }));
        self.last().owners.push(Owner::Role(owner));
        self
    }

    pub fn converge(&mut self, name: &str) -> &mut Self {
        self.node(name, NodeKind::Converge)
    }

    pub fn pause(&mut self, name: &str, duration: Duration) -> &mut Self {
        self.node(name, NodeKind::Pause(Pause::For(duration)))
    }

    /// A wait for event 0 of a system of one text field.
    pub fn wait(&mut self, name: &str, if_late: Option<IfLate>) -> &mut Self {
        if self.program.systems.is_empty() {
            let signer = field("by", scalar(Scalar::Text), false);
            self.program.systems.push(System {
                name: "crm".into(),
                kind: "console".into(),
                carries_personal: true,
                carries_secret: true,
                fields: vec![field("stage", scalar(Scalar::Text), true)],
                events: vec![EventType { name: "signed".into(), fields: vec![signer] }],
                key: None,
            });
        }
        self.node(name, NodeKind::Wait(Wait { system: SystemId(0), event: 0, condition: None, if_late }));
        let fields = self.program.systems[0].events[0].fields.clone();
        self.last().form = fields;
        self
    }

    pub fn run(&mut self, name: &str, outcomes: &[&str]) -> &mut Self {
        self.node(
            name,
            NodeKind::Run(Run {
                workflow: "child".into(),
                plan: MeaningHash([7; 32]),
                with: vec![],
                outcomes: outcomes.iter().map(|name| (*name).into()).collect(),
            }),
        )
    }

    pub fn outcome(&mut self, name: &str) -> &mut Self {
        self.node(name, NodeKind::Outcome(Outcome { effects: vec![], at_any_time: None }))
    }

    pub fn last(&mut self) -> &mut Node {
        self.program.nodes.last_mut().unwrap()
    }

    pub fn options(&mut self) -> &mut Decision {
        match &mut self.last().kind {
            NodeKind::Decision(decision) => decision,
            other => panic!("no decision: {other:?}"),
        }
    }

    /// `a, any(b, c.yes), 2(d, e, f), taken(g, h)`, as the language writes it with short group names.
    pub fn after(&mut self, sources: &str) -> &mut Self {
        let join = self.join(JoinKind::All, sources);
        self.last().after = Some(join);
        self
    }

    fn join(&mut self, kind: JoinKind, sources: &str) -> JoinId {
        let mut parsed = Vec::new();
        let mut rest = sources.trim();
        while !rest.is_empty() {
            let end = rest.find([',', '(']).unwrap_or(rest.len());
            if rest[end..].starts_with('(') {
                let mut depth = 0;
                let close = rest
                    .char_indices()
                    .find(|(_, letter)| {
                        depth += match letter {
                            '(' => 1,
                            ')' => -1,
                            _ => 0,
                        };
                        *letter == ')' && depth == 0
                    })
                    .unwrap()
                    .0;
                let kind = match rest[..end].trim() {
                    "any" => JoinKind::AtLeast(1),
                    "taken" => JoinKind::AllTaken,
                    "all" => JoinKind::All,
                    count => JoinKind::AtLeast(count.parse().unwrap()),
                };
                let inner = self.join(kind, &rest[end + 1..close]);
                parsed.push(Source::Join(inner));
                rest = rest[close + 1..].trim_start().trim_start_matches(',').trim_start();
            } else {
                parsed.push(self.source(kind, rest[..end].trim()));
                rest = rest[end..].trim_start_matches(',').trim_start();
            }
        }
        self.program.joins.push(Join { kind, sources: parsed });
        JoinId(u16::try_from(self.program.joins.len() - 1).unwrap())
    }

    fn source(&self, kind: JoinKind, name: &str) -> Source {
        let bare = if matches!(kind, JoinKind::AtLeast(_)) { Needed::Done } else { Needed::Settled };
        let (node, needed) = match name.split_once('.') {
            None => (name, bare),
            Some((node, result)) => {
                let options = match &self.program.nodes[self.id(node).index()].kind {
                    NodeKind::Decision(decision) => {
                        decision.options.iter().map(|option| option.name.clone()).collect()
                    }
                    NodeKind::Run(run) => run.outcomes.clone(),
                    _ => vec![],
                };
                let is_run = matches!(self.program.nodes[self.id(node).index()].kind, NodeKind::Run(_));
                let needed = match result {
                    "done" => Needed::Done,
                    "skipped" => Needed::Skipped,
                    "arrived" => Needed::Arrived,
                    "late" => Needed::Late,
                    option => {
                        let at = options.iter().position(|name| name == option).unwrap();
                        let at = u16::try_from(at).unwrap();
                        if is_run { Needed::Outcome(at) } else { Needed::Option(at) }
                    }
                };
                (node, needed)
            }
        };
        Source::Node(self.id(node), needed)
    }

    /// `when INPUT`: an input of type bool.
    pub fn when_input(&mut self, name: &str) -> &mut Self {
        let code = self.reads_input(name);
        self.last().when = Some(code);
        self
    }

    pub fn reads_input(&mut self, name: &str) -> CodeId {
        let at = self.program.inputs.iter().position(|field| field.name == name);
        let at = at.map(|at| FieldIndex(u16::try_from(at).unwrap()));
        let at = at.unwrap_or_else(|| self.input(name, scalar(Scalar::Bool)));
        self.code(&[Op::Input(at)])
    }

    /// `deadline D` from the node's start.
    pub fn due(&mut self, duration: Duration) -> &mut Self {
        self.deadline(duration, CountFrom::OwnStart, ClockPause::Never)
    }

    pub fn deadline(&mut self, duration: Duration, from: CountFrom, pause: ClockPause) -> &mut Self {
        let limit = Limit { kind: LimitKind::Within(duration, from), moved_to_working_day: false };
        self.last().deadlines.push(DeadlineRule { condition: None, limits: vec![limit], pause });
        self
    }

    pub fn form(&mut self, name: &str, kind: Type, optional: bool) -> &mut Self {
        self.last().form.push(field(name, kind, optional));
        self
    }

    pub fn optional(&mut self) -> &mut Self {
        self.last().optional = true;
        self
    }

    /// `for each x in INPUT`, a list of texts.
    pub fn for_each(&mut self, input: &str, settles: Settles) -> &mut Self {
        let at = self.input(input, Type { of: Scalar::Text, list: true });
        let list = self.code(&[Op::Input(at)]);
        self.last().for_each = Some(ForEach { variable: "x".into(), list, settles });
        self
    }

    /// A redo with its region written out.
    pub fn redo(&mut self, to: &str, region: &[&str], at_most: u16, otherwise: Option<&str>) -> Redo {
        let mut region: Vec<NodeId> = region.iter().map(|name| self.id(name)).collect();
        region.sort_unstable();
        Redo { to: self.id(to), region, at_most, otherwise: otherwise.map(|name| self.id(name)) }
    }

    pub fn ladder(&mut self, ladder: Ladder) -> &mut Self {
        self.program.ladders.push(ladder);
        let id = LadderId(u16::try_from(self.program.ladders.len() - 1).unwrap());
        self.last().ladders.push(id);
        self
    }

    pub fn reminder(
        &mut self,
        start: Option<Duration>,
        repeat: Option<Duration>,
        stop: Option<u16>,
    ) -> &mut Self {
        let words = self.words("reminder");
        self.program.reminders.push(Reminder {
            name: String::new(),
            start,
            repeat,
            stop_after: stop,
            to: vec![],
            via: None,
            words,
        });
        let id = ReminderId(u16::try_from(self.program.reminders.len() - 1).unwrap());
        self.last().reminders.push(id);
        self
    }

    pub fn prepared(&self) -> Prepared {
        Prepared::new(&self.program)
    }

    /// Starts an instance on the Monday, by `starter`, with these inputs.
    pub fn start(&self, inputs: Vec<Value>) -> Played {
        let mut run = Played::new(self.prepared());
        let starter = Some(run.actor("starter", ""));
        run.now = monday();
        run.event(EventKind::Start { inputs, starter, number: 7 });
        run
    }
}

pub fn field(name: &str, kind: Type, optional: bool) -> Field {
    Field { name: name.into(), kind, optional, personal: false, secret: false, key_of: None, from: None }
}

pub fn level(number: u16, after: Option<Duration>, actions: Vec<Action>, ask: Option<Ask>) -> Level {
    Level { number, after, actions, ask }
}

pub fn ask(who: Who, words: Words, alternatives: Vec<(&str, Vec<Action>)>) -> Ask {
    let alternatives = alternatives
        .into_iter()
        .map(|(label, actions)| Alternative { label: label.into(), short: None, actions })
        .collect();
    Ask { who: vec![who], words, alternatives, suggest: 0, decide_within: None, otherwise: None }
}
