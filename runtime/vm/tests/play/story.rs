//! Scenarios written shortly: a statement per call, in the words of the language.

use super::support::*;
use wf_plan::calendar::Duration;
use wf_plan::plan::MeaningHash;
use wf_plan::scenario::{ExpectedState, Scenario, Statement, StatementKind as Kind, Target};
use wf_plan::{Program, Value};
use wf_vm::scenario::{MemoryStage, Report, Verdict, play};

/// A test in the making; its first statement stands on line 11.
#[derive(Clone)]
pub struct Story {
    pub scenario: Scenario,
    programs: Vec<(MeaningHash, Program)>,
}

pub fn story(plan: &Plan) -> Story {
    let scenario = Scenario {
        title: "a story".into(),
        file: "w.wf".into(),
        line: 10,
        workflow: plan.program.workflow.clone(),
        start: monday(),
        inputs: vec![],
        by: None,
        statements: vec![],
    };
    Story { scenario, programs: vec![(MeaningHash([1; 32]), plan.program.clone())] }
}

/// `review`, or `review("Anna")`.
fn target(name: &str) -> Target {
    match name.split_once('(') {
        None => Target { node: name.into(), copy: None },
        Some((node, element)) => {
            Target { node: node.into(), copy: Some(text(element.trim_matches(['"', ')']))) }
        }
    }
}

impl Story {
    pub fn child(mut self, plan: &Plan, hash: u8) -> Self {
        self.programs.push((MeaningHash([hash; 32]), plan.program.clone()));
        self
    }

    pub fn input(mut self, name: &str, value: Value) -> Self {
        self.scenario.inputs.push((name.into(), value));
        self
    }

    pub fn by(mut self, role: &str) -> Self {
        self.scenario.by = Some(role.into());
        self
    }

    pub fn then(mut self, text: &str, kind: Kind) -> Self {
        let line = 11 + u32::try_from(self.scenario.statements.len()).unwrap();
        self.scenario.statements.push(Statement { line, text: text.into(), by: None, kind });
        self
    }

    /// The latest line is done by this role.
    pub fn done_by(mut self, role: &str) -> Self {
        self.scenario.statements.last_mut().unwrap().by = Some(role.into());
        self
    }

    pub fn complete(self, names: &str) -> Self {
        self.completing(names, None, vec![], None)
    }

    pub fn completing(
        self,
        names: &str,
        after: Option<Duration>,
        with: Vec<(&str, Value)>,
        by: Option<&str>,
    ) -> Self {
        let targets = names.split(", ").map(target).collect();
        let with = with.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.then(
            &format!("complete {names}"),
            Kind::Complete { targets, after, with, by: by.map(str::to_owned) },
        )
    }

    pub fn block(self, name: &str, reason: &str, waiting_on: Option<&str>) -> Self {
        let waiting = waiting_on.map(|role| format!(" waiting on {role}")).unwrap_or_default();
        let waiting_on = waiting_on.map(str::to_owned);
        self.then(
            &format!("block {name} \"{reason}\"{waiting}"),
            Kind::Block { target: target(name), reason: reason.into(), waiting_on },
        )
    }

    pub fn choose(self, choice: &str) -> Self {
        self.chooses(choice, None, None)
    }

    pub fn chooses(self, choice: &str, by: Option<&str>, because: Option<&str>) -> Self {
        let (decision, option) = choice.split_once('.').unwrap();
        let kind = Kind::Choose {
            decision: decision.into(),
            option: option.into(),
            by: by.map(str::to_owned),
            because: because.map(str::to_owned),
        };
        self.then(&format!("choose {choice}"), kind)
    }

    pub fn alternative(self, label: &str, by: Option<&str>) -> Self {
        let by_whom = by.map(|by| format!(" by {by}")).unwrap_or_default();
        self.then(
            &format!("choose \"{label}\"{by_whom}"),
            Kind::ChooseAlternative { label: label.into(), by: by.map(str::to_owned) },
        )
    }

    pub fn wait(self, length: Duration) -> Self {
        self.then(&format!("wait {} {:?}", length.amount, length.unit), Kind::Wait(length))
    }

    pub fn event(self, system: &str, event: &str, with: Vec<(&str, Value)>) -> Self {
        let with = with.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.then(
            &format!("event {system} \"{event}\""),
            Kind::Event { system: system.into(), event: event.into(), with },
        )
    }

    pub fn correct(self, node: Option<&str>, field: &str, value: Value) -> Self {
        self.then(
            &format!("correct {field}"),
            Kind::Correct { node: node.map(str::to_owned), field: field.into(), value },
        )
    }

    pub fn expect(self, name: &str, state: ExpectedState) -> Self {
        self.then(&format!("expect {name} {state:?}"), Kind::ExpectState { target: target(name), state })
    }

    pub fn asks(self, node: &str, role: &str, alternatives: Option<u16>) -> Self {
        let with = alternatives.map(|count| format!(" with {count} alternatives")).unwrap_or_default();
        self.then(
            &format!("expect {node} asks {role}{with}"),
            Kind::ExpectAsks { node: node.into(), role: role.into(), alternatives },
        )
    }

    pub fn message(self, role: &str) -> Self {
        self.message_with(role, None, None, None)
    }

    pub fn message_with(
        self,
        role: &str,
        channel: Option<&str>,
        containing: Option<&str>,
        times: Option<u16>,
    ) -> Self {
        let kind = Kind::ExpectMessage {
            role: role.into(),
            channel: channel.map(str::to_owned),
            containing: containing.map(str::to_owned),
            times,
        };
        self.then(&format!("expect message to {role}"), kind)
    }

    pub fn due(self, name: &str, due: &str) -> Self {
        self.then(&format!("expect {name} due {due}"), Kind::ExpectDue { target: target(name), due: at(due) })
    }

    pub fn outcome(self, outcome: &str, within: Option<Duration>) -> Self {
        self.then(
            &format!("expect outcome {outcome}"),
            Kind::ExpectOutcome { outcome: outcome.into(), within },
        )
    }

    pub fn acts(self, name: &str, kind: impl Fn(Target) -> Kind) -> Self {
        let kind = kind(target(name));
        self.then(&format!("… {name}"), kind)
    }

    pub fn play(&self) -> Report {
        play(&mut MemoryStage::new(self.programs.clone()), &self.scenario)
    }

    /// Plays, and holds that everything held.
    #[track_caller]
    pub fn passes(&self) -> Report {
        let report = self.play();
        let failures: Vec<_> = report.failures().collect();
        assert!(report.passed(), "{failures:#?}");
        report
    }

    /// Plays, and holds that the last line alone did not; says what happened instead.
    #[track_caller]
    pub fn fails(&self) -> String {
        let report = self.play();
        let (last, before) = report.statements.split_last().unwrap();
        assert!(report.start.verdict == Verdict::Held, "{:?}", report.start);
        for row in before {
            assert_eq!(row.verdict, Verdict::Held, "{}", row.text);
        }
        match &last.verdict {
            Verdict::Failed(failure) => failure.happened.clone(),
            other => panic!("{}: {other:?}", last.text),
        }
    }
}
