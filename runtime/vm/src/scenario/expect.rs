//! The lines that expect something.
//!
//! An expectation reads and changes nothing, but for those that speak of time: `expect no message for D` and
//! `expect outcome X within D` let the clock go on. Invariant: a failure says what was wanted and what is there
//! instead, so that nobody needs to play the test again to understand it.

use super::acts::shown;
use super::find::same;
use super::play::Player;
use super::report::Failure;
use super::stage::Instance;
use super::words;
use crate::event::Place;
use crate::state::{End, NodeState, Phase};
use crate::view::{Due, NodeView, view};
use wf_plan::calendar::Duration;
use wf_plan::node::NodeKind;
use wf_plan::scenario::{ExpectedState, Statement, StatementKind, Target};
use wf_plan::{Moment, Value};

/// What came of an expectation: `Err` says what is there instead.
type Checked = Result<(), String>;

impl Player<'_> {
    /// Plays a line that expects something.
    pub fn expect(&mut self, statement: &Statement) -> Result<(), Failure> {
        let (expected, checked) = match &statement.kind {
            StatementKind::ExpectState { target, state } => {
                let expected = format!("{} is {}", shown(target), state_words(*state));
                (expected, self.expect_state(target, *state))
            }
            StatementKind::ExpectAsks { node, role, alternatives } => {
                let with =
                    alternatives.map(|count| format!(" with {count} alternatives")).unwrap_or_default();
                (format!("`{node}` asks `{role}`{with}"), self.expect_asks(node, role, *alternatives))
            }
            StatementKind::ExpectDue { target, due } => (
                format!("{} is due {}", shown(target), self.due_words(*due)),
                self.expect_due(target, Due::At(*due)),
            ),
            StatementKind::ExpectDuePaused { target } => {
                (format!("the clock of {} stands", shown(target)), self.expect_due(target, Due::Paused))
            }
            StatementKind::ExpectSystem { system, field, value } => {
                let wanted = self.value_words(value);
                (format!("`{system}.{field}` is {wanted}"), self.expect_system(system, field, value))
            }
            StatementKind::ExpectOutcome { outcome, within } => {
                self.expect_outcome(outcome, within.as_ref())?
            }
            StatementKind::ExpectNoOutcome => ("no outcome is reached".to_owned(), self.expect_no_outcome()),
            _ => return self.expect_messages(statement),
        };
        checked.map_err(|happened| Failure { expected, happened })
    }

    fn due_words(&self, due: Moment) -> String {
        self.own().map(|own| words::due(own.prepared, due)).unwrap_or_default()
    }

    fn value_words(&self, value: &Value) -> String {
        self.own().map(|own| crate::eval::show::show(own.prepared, value, None)).unwrap_or_default()
    }

    /// A node or copy as the view has it.
    fn looked_up(&self, target: &Target) -> Result<(Instance<'_>, NodeView), String> {
        let found = self.place(target)?;
        let of = self.instance(found.instance).ok_or("the workflow has not started")?;
        let shown = view(of.prepared, of.state).nodes.into_iter().find(|node| node.place == found.place);
        shown.map(|node| (of, node)).ok_or_else(|| words::stands(of, found.place))
    }

    fn expect_state(&self, target: &Target, state: ExpectedState) -> Checked {
        let (of, node) = self.looked_up(target)?;
        let holds = match state {
            ExpectedState::Active => node.state == NodeState::Active,
            ExpectedState::Waiting => node.state == NodeState::Waiting && of.state.is_running(),
            ExpectedState::Blocked => node.state == NodeState::Blocked,
            ExpectedState::Done => node.state.is_done(),
            ExpectedState::Skipped => node.state.is_skipped(),
            // What an outcome came before is never started either.
            ExpectedState::NotTaken => {
                let left = node.state == NodeState::Waiting && !of.state.is_running();
                node.state == NodeState::NotTaken || left
            }
        };
        if holds { Ok(()) } else { Err(words::stands(of, node.place)) }
    }

    fn expect_asks(&self, name: &str, role: &str, count: Option<u16>) -> Checked {
        let (instance, node) = self.node(name)?;
        let of = self.instance(instance).ok_or("the workflow has not started")?;
        let wanted = super::cast::role_named(of.prepared.program(), role)?;
        let asked = asked_at(of, node);
        let fits = |(roles, offered): &(Vec<wf_plan::plan::RoleId>, Vec<String>)| {
            roles.contains(&wanted) && count.is_none_or(|count| usize::from(count) == offered.len())
        };
        if asked.iter().any(fits) {
            return Ok(());
        }
        let stands = words::stands(of, Place { node, copy: None });
        if asked.is_empty() {
            let next = view(of.prepared, of.state).next_due;
            let next = next.map(|due| format!("; time alone changes something next on {}", self.local(due)));
            return Err(format!("nothing is asked: {stands}{}", next.unwrap_or_default()));
        }
        let each: Vec<String> = asked
            .iter()
            .map(|(roles, offered)| {
                let roles =
                    roles.iter().filter_map(|role| of.prepared.role(*role)).map(|role| role.name.as_str());
                let offered: Vec<String> = offered.iter().map(|words| words::quoted(words)).collect();
                let (count, s) = (offered.len(), if offered.len() == 1 { "" } else { "s" });
                let to = words::names(roles, "nobody");
                format!("it asks {to} with {count} alternative{s}: {}", offered.join(", "))
            })
            .collect();
        Err(each.join("; "))
    }

    fn expect_due(&self, target: &Target, wanted: Due) -> Checked {
        let (of, node) = self.looked_up(target)?;
        if node.due == wanted {
            return Ok(());
        }
        let name = words::name(of, node.place);
        Err(match node.due {
            _ if !node.state.is_live() => format!("nothing is due: {}", words::stands(of, node.place)),
            Due::At(due) => format!("{name} is due {}", words::due(of.prepared, due)),
            Due::Paused => format!("the clock of {name} stands: {}", words::stands(of, node.place)),
            Due::Never => format!("{name} has no deadline"),
        })
    }

    fn expect_system(&self, system: &str, field: &str, wanted: &Value) -> Checked {
        let own = self.own().ok_or("the workflow has not started")?;
        let instances = self.stage.instances();
        let systems = || instances.iter().flat_map(|of| &of.prepared.program().systems);
        let Some(declared) = systems().find(|declared| declared.name == system) else {
            let there = words::names(systems().map(|declared| declared.name.as_str()), "no system");
            return Err(format!("there is no system `{system}`; there is {there}"));
        };
        if !declared.fields.iter().any(|declared| declared.name == field) {
            let there = words::names(declared.fields.iter().map(|field| field.name.as_str()), "no field");
            return Err(format!("`{system}` has no field `{field}`; it has {there}"));
        }
        let latest = self.sets.iter().rev().find(|set| set.system == system && set.field == field);
        let Some(set) = latest else { return Err(format!("nothing has set `{system}.{field}`")) };
        let setter = instances.get(set.instance).map_or(own.prepared, |of| of.prepared);
        if same(setter, &set.value, own.prepared, wanted) {
            return Ok(());
        }
        Err(format!("`{system}.{field}` was last set to {} on {}", set.shown, self.local(set.at)))
    }

    fn expect_outcome(
        &mut self,
        outcome: &str,
        within: Option<&Duration>,
    ) -> Result<(String, Checked), Failure> {
        let Some(within) = within else {
            return Ok((format!("it ends in `{outcome}`"), self.ended_in(outcome)));
        };
        let limit = self.later(self.scenario.start, within)?;
        let (length, at) = (within.to_string(), self.local(limit));
        let expected = format!("it ends in `{outcome}` within {length}, by {at}");
        self.pass_while(limit, |player| player.own().is_some_and(|own| own.state.is_running()))?;
        let checked = self.ended_in(outcome).and_then(|()| match self.own() {
            Some(own) if own.state.ended > limit => Err(words::instance_stands(own)),
            _ => Ok(()),
        });
        Ok((expected, checked))
    }

    fn ended_in(&self, outcome: &str) -> Checked {
        let own = self.own().ok_or("the workflow has not started")?;
        let outcomes: Vec<&str> = own
            .prepared
            .program()
            .nodes
            .iter()
            .filter(|node| matches!(node.kind, NodeKind::Outcome(_)))
            .map(|node| node.name.as_str())
            .collect();
        if !outcomes.contains(&outcome) {
            let there = words::names(outcomes.into_iter(), "no outcome");
            return Err(format!("there is no outcome `{outcome}`; there is {there}"));
        }
        let reached = match own.state.phase {
            Phase::Ended(End::Outcome(node)) => own.prepared.node(node).map(|node| node.name.as_str()),
            _ => None,
        };
        if reached == Some(outcome) { Ok(()) } else { Err(words::instance_stands(own)) }
    }

    fn expect_no_outcome(&self) -> Checked {
        let own = self.own().ok_or("the workflow has not started")?;
        match own.state.phase {
            Phase::Ended(End::Outcome(_)) => Err(words::instance_stands(own)),
            _ => Ok(()),
        }
    }
}

/// What is asked about a node: by open questions, or by the decision itself.
fn asked_at(of: Instance<'_>, node: wf_plan::plan::NodeId) -> Vec<(Vec<wf_plan::plan::RoleId>, Vec<String>)> {
    let shown = view(of.prepared, of.state);
    let questions = shown.questions.into_iter().filter(|question| question.place.node == node);
    let mut asked: Vec<_> = questions
        .map(|question| (question.asked, [question.alternatives, question.suggestions].concat()))
        .collect();
    if let Some(NodeKind::Decision(decision)) = of.prepared.node(node).map(|node| &node.kind) {
        let live = shown.nodes.into_iter().filter(|shown| shown.place.node == node && shown.state.is_live());
        asked.extend(live.map(|shown| {
            let label = |at: &u16| decision.options.get(usize::from(*at)).map(|option| option.label.clone());
            (shown.owner_roles, shown.options.iter().filter_map(label).collect())
        }));
    }
    asked
}

fn state_words(state: ExpectedState) -> &'static str {
    match state {
        ExpectedState::Active => "active",
        ExpectedState::Waiting => "waiting",
        ExpectedState::Blocked => "blocked",
        ExpectedState::Done => "done",
        ExpectedState::Skipped => "skipped",
        ExpectedState::NotTaken => "not taken",
    }
}
