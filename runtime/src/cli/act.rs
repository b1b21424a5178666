//! Acts of people on nodes and instances: `claim`, `complete`, `block`, `choose` and so on.
//!
//! Each names an instance and a node, becomes one event, and prints what followed. Invariant: a refused act is
//! recorded in the trail and told with what to do instead.

use super::context::{ActingPerson, Common, pair, unknown};
use super::screen::{BOLD, FAINT, json, say};
use crate::audit::fact;
use crate::engine::{Applied, Engine};
use crate::error::{Class, Problem, Result};
use crate::people::People;
use crate::plans::Ready;
use crate::store::row::InstanceRow;
use crate::values::Reader;
use clap::Args;
use std::sync::Arc;
use wf_plan::node::{FieldRef, NodeKind};
use wf_plan::plan::{FieldIndex, NodeId};
use wf_vm::effect::{Fact, Refusal};
use wf_vm::event::{Act, Place};
use wf_vm::view::{InstanceView, NodeView};
use wf_vm::{EventKind, view};

const COPIES: &str = "A copy of a `for each` is named by its number or its element: `review:2`, `review:Anna`.";

/// An instance and one of its nodes.
#[derive(Args, Debug)]
#[command(after_help = COPIES)]
pub struct NodeOnly {
    #[command(flatten)]
    target: Target,
}

/// Where an act goes, and who does it.
#[derive(Args, Debug)]
pub struct Target {
    /// The instance, by id or reference
    instance: String,
    /// The node: `billing`, or `review:2` for a copy
    node: String,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Finishes a step with the values of its form.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wfrun complete onboarding-1 contract --by legal --field signed_on=2026-03-04")]
pub struct Complete {
    #[command(flatten)]
    target: Target,
    /// A value of its form
    #[arg(long = "field", short = 'f', value_name = "NAME=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
}

/// Says something about a node; the trail keeps it.
#[derive(Args, Debug)]
pub struct Comment {
    #[command(flatten)]
    target: Target,
    /// What is said
    text: String,
}

/// Says that work cannot go on.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  wfrun block onboarding-1 environment \"the customer has to choose\" --waiting-on customer --by it_lead")]
pub struct Block {
    #[command(flatten)]
    target: Target,
    /// What it waits for
    why: String,
    /// Who is waited on: a role
    #[arg(long, value_name = "ROLE")]
    waiting_on: Option<String>,
}

/// Hands work to another role.
#[derive(Args, Debug)]
pub struct Reassign {
    #[command(flatten)]
    target: Target,
    /// The role that does it from now on
    to: String,
}

/// Chooses an option of a decision.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wfrun choose onboarding-1 go_live.yes --by csm\n  wfrun choose onboarding-1 go_live.no --by csm --reason \"they went with another vendor\"")]
pub struct Choose {
    /// The instance, by id or reference
    instance: String,
    /// The decision and the option: `go_live.yes`
    #[arg(value_name = "DECISION.OPTION")]
    choice: String,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Corrects a value; what was decided stays, later conditions see the new value.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  wfrun correct onboarding-1 seats=45 --by csm --reason \"typing error\"\n  wfrun correct onboarding-1 contract.signed_on=2026-03-05 --by legal --reason \"wrong date\"")]
pub struct Correct {
    /// The instance, by id or reference
    instance: String,
    /// `FIELD=VALUE` of an input, or `STEP.FIELD=VALUE` of a form
    #[arg(value_parser = pair)]
    field: (String, String),
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Ends an instance in an outcome that is possible `at any time`.
#[derive(Args, Debug)]
pub struct End {
    /// The instance, by id or reference
    instance: String,
    /// The outcome
    outcome: String,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Cancels an instance as an operator. It ends without an outcome, and so do its children.
#[derive(Args, Debug)]
pub struct Cancel {
    /// The instance, by id or reference
    instance: String,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// An instance opened for an act.
pub struct Opened {
    pub engine: Engine,
    pub instance: InstanceRow,
    pub ready: Arc<Ready>,
    pub view: InstanceView,
}

impl Opened {
    pub async fn new(common: &Common, name: &str) -> Result<Self> {
        let engine = common.engine().await?;
        let instance = engine.find(name).await?;
        let ready = engine.plan_of(&instance).await?;
        let view = view(&ready.prepared, &crate::transition::state_of(&instance)?);
        Ok(Self { engine, instance, ready, view })
    }

    fn node(&self, name: &str) -> Result<NodeId> {
        let program = self.ready.program();
        program.node_named(name).ok_or_else(|| unknown("node", name, program.nodes.iter().map(|node| node.name.as_str())))
    }

    /// `review`, `review:2` or `review:Anna`.
    fn place(&self, named: &str) -> Result<Place> {
        let (name, copy) = named.split_once(':').map_or((named, None), |(name, copy)| (name, Some(copy)));
        let node = self.node(name)?;
        let Some(copy) = copy else { return Ok(Place { node, copy: None }) };
        let copies: Vec<&NodeView> =
            self.view.nodes.iter().filter(|view| view.place.node == node && view.place.copy.is_some()).collect();
        let numbered = copy.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
        let named = |view: &&&NodeView| view.element.as_deref() == Some(copy);
        let found = copies.iter().find(named).or_else(|| copies.iter().find(|view| numbered.is_some() && view.place.copy == numbered));
        match found {
            Some(view) => Ok(view.place),
            None => Err(unknown(&format!("copy of `{name}`"), copy, copies.iter().filter_map(|view| view.element.as_deref()))),
        }
    }

    /// Lets the event happen and tells what followed.
    pub async fn finish(self, kind: EventKind, as_json: bool) -> Result<()> {
        let applied = self.engine.apply(&self.instance.id, kind, None).await?;
        let told = match applied.refused.first() {
            Some(refusal) => Err(self.refused(&applied, refusal)),
            None => {
                tell(&applied, as_json);
                Ok(())
            }
        };
        self.engine.store.close().await;
        told
    }

    fn refused(&self, applied: &Applied, refusal: &Refusal) -> Problem {
        let (why, help) = fact::refusal(refusal, self.ready.program());
        let help = match refusal {
            Refusal::NotYourRole => self.who_may(applied).unwrap_or_else(|| help.to_owned()),
            _ => help.to_owned(),
        };
        let problem = Problem::new(Class::Refused, format!("refused, and recorded: {why}"));
        if help.is_empty() { problem } else { problem.help(help) }
    }

    /// Who may act at the place of the refusal, by name.
    fn who_may(&self, applied: &Applied) -> Option<String> {
        let place = applied.records.iter().rev().find_map(|record| record.place)?;
        let roles = view::owner_roles(&self.ready.prepared, &applied.state, place);
        let people = People::at(&self.engine.config, self.ready.program(), &self.ready.local, self.engine.clock.now());
        let mut may: Vec<String> = roles.into_iter().flat_map(|role| people.reached(role)).collect();
        may.dedup();
        let first = may.first()?;
        Some(format!("it belongs to {}: use `--by {first}`, or as an operator `--force --reason TEXT`", may.join(", ")))
    }
}

/// Prints what followed from an event.
pub fn tell(applied: &Applied, as_json: bool) {
    if as_json {
        return json(&serde_json::json!({
            "instance": applied.instance.id, "status": applied.instance.status, "outcome": applied.instance.outcome,
            "happened": applied.records.iter().map(|record| happened(applied, record)).collect::<Vec<_>>(),
        }));
    }
    for record in &applied.records {
        let quiet = matches!(record.fact, Fact::DeadlineSet { .. } | Fact::ClockStopped | Fact::ClockRestarted);
        if !quiet {
            let (what, place) = in_words(applied, record);
            let detail = if record.detail.is_empty() { String::new() } else { format!("  {FAINT}{}{FAINT:#}", record.detail) };
            say(&format!("{what} {BOLD}{place}{BOLD:#}{detail}"));
        }
    }
}

fn happened(applied: &Applied, record: &wf_vm::effect::Record) -> serde_json::Value {
    let (what, place) = in_words(applied, record);
    serde_json::json!({ "fact": what, "node": place, "by": record.by, "detail": record.detail })
}

fn in_words(applied: &Applied, record: &wf_vm::effect::Record) -> (&'static str, String) {
    let program = applied.ready.program();
    let name = |node: NodeId| program.nodes.get(node.index()).map(|node| node.name.clone()).unwrap_or_default();
    let place = match (record.fact.clone(), record.place) {
        (Fact::OutcomeReached { outcome }, _) => name(outcome),
        (_, Some(Place { node, copy: Some(copy) })) => format!("{}:{}", name(node), u32::from(copy) + 1),
        (_, Some(Place { node, copy: None })) => name(node),
        (_, None) => String::new(),
    };
    (fact::words(&record.fact), place)
}

impl Target {
    async fn act(self, common: &Common, act: impl FnOnce(&Opened, Place) -> Result<Act>) -> Result<()> {
        let opened = Opened::new(common, &self.instance).await?;
        let place = opened.place(&self.node)?;
        let act = act(&opened, place)?;
        let by = self.acting.actor(&opened.engine, &opened.ready)?;
        opened.finish(EventKind::Act { place, act, by }, self.json).await
    }
}

impl NodeOnly {
    pub async fn claim(self, common: &Common) -> Result<()> {
        self.target.act(common, |_, _| Ok(Act::Claim)).await
    }

    pub async fn release(self, common: &Common) -> Result<()> {
        self.target.act(common, |_, _| Ok(Act::Release)).await
    }

    pub async fn acknowledge(self, common: &Common) -> Result<()> {
        self.target.act(common, |_, _| Ok(Act::Acknowledge)).await
    }

    pub async fn unblock(self, common: &Common) -> Result<()> {
        self.target.act(common, |_, _| Ok(Act::Unblock)).await
    }

    pub async fn skip(self, common: &Common) -> Result<()> {
        let reason = self.target.acting.required_reason()?;
        self.target.act(common, |_, _| Ok(Act::Skip { reason })).await
    }

    pub async fn reopen(self, common: &Common) -> Result<()> {
        let reason = self.target.acting.required_reason()?;
        let opened = Opened::new(common, &self.target.instance).await?;
        let node = opened.node(&self.target.node)?;
        let by = self.target.acting.actor(&opened.engine, &opened.ready)?;
        opened.finish(EventKind::Reopen { node, reason, by }, self.target.json).await
    }
}

impl Complete {
    pub async fn run(self, common: &Common) -> Result<()> {
        let Self { target, fields } = self;
        let forced = target.acting.force;
        let node = target.node.clone();
        target.act(common, |opened, place| opened.form(place, &node, &fields, forced).map(Act::Complete)).await
    }
}

impl Opened {
    /// Values of a node's form; what was entered before a redo is not taken over silently.
    fn form(&self, place: Place, named: &str, fields: &[(String, String)], forced: bool) -> Result<Vec<wf_plan::Value>> {
        let program = self.ready.program();
        let form = program.nodes.get(place.node.index()).map(|node| node.form.clone()).unwrap_or_default();
        // Whoever forces an act may leave values out; they are missing then.
        let form: Vec<_> = form.into_iter().map(|field| wf_plan::value::Field { optional: field.optional || forced, ..field }).collect();
        Reader::new(program, &self.ready.local).fields_from_text(&form, fields).map_err(|misfits| {
            Problem::input(format!("`{named}` cannot be completed: {}", misfits.join("\n  ")))
                .help("give each value of its form with `--field NAME=VALUE`")
        })
    }
}

impl Comment {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.target.act(common, |_, _| Ok(Act::Comment(self.text))).await
    }
}

impl Block {
    pub async fn run(self, common: &Common) -> Result<()> {
        let Self { target, why, waiting_on } = self;
        let act = |opened: &Opened, _| {
            let waiting_on = waiting_on.map(|role| opened.role(&role)).transpose()?;
            Ok(Act::Block { reason: why, waiting_on })
        };
        target.act(common, act).await
    }
}

impl Opened {
    fn role(&self, name: &str) -> Result<wf_plan::plan::RoleId> {
        let program = self.ready.program();
        program.role_named(name).ok_or_else(|| unknown("role", name, program.roles.iter().map(|role| role.name.as_str())))
    }
}

impl Reassign {
    pub async fn run(self, common: &Common) -> Result<()> {
        let Self { target, to } = self;
        target.act(common, |opened, _| opened.role(&to).map(Act::Reassign)).await
    }
}

impl Choose {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = Opened::new(common, &self.instance).await?;
        let Some((decision, option)) = self.choice.rsplit_once('.') else {
            return Err(Problem::input(format!("`{}` names no option", self.choice)).help("write DECISION.OPTION, such as `go_live.yes`"));
        };
        let place = opened.place(decision)?;
        let node = opened.ready.program().nodes.get(place.node.index());
        let Some(NodeKind::Decision(declared)) = node.map(|node| &node.kind) else {
            return Err(Problem::input(format!("`{decision}` is no decision")).help("`wfrun status` shows the open decisions"));
        };
        let at = declared.options.iter().position(|known| known.name == option || known.label == option);
        let names = || declared.options.iter().map(|known| known.name.as_str());
        let at = at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| unknown("option", option, names()))?;
        let by = self.acting.actor(&opened.engine, &opened.ready)?;
        let act = Act::Choose { option: at, reason: self.acting.reason.clone() };
        opened.finish(EventKind::Act { place, act, by }, self.json).await
    }
}

impl Correct {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = Opened::new(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        let (name, text) = &self.field;
        let (field, declared) = opened.field(name)?;
        let value = Reader::new(opened.ready.program(), &opened.ready.local).text(declared, text).map_err(Problem::input)?;
        let by = self.acting.actor(&opened.engine, &opened.ready)?;
        opened.finish(EventKind::Correct { field, value, reason, by }, self.json).await
    }
}

impl Opened {
    fn field(&self, name: &str) -> Result<(FieldRef, wf_plan::value::Type)> {
        let program = self.ready.program();
        let found = |fields: &[wf_plan::value::Field], wanted: &str| {
            let at = fields.iter().position(|field| field.name == wanted);
            let index = at.and_then(|at| u16::try_from(at).ok()).map(FieldIndex);
            let kind = at.and_then(|at| fields.get(at)).map(|field| field.kind);
            index.zip(kind).ok_or_else(|| unknown("field", wanted, fields.iter().map(|field| field.name.as_str())))
        };
        match name.split_once('.') {
            None => found(&program.inputs, name).map(|(at, kind)| (FieldRef::Input(at), kind)),
            Some((node, field)) => {
                let node = self.node(node)?;
                let form = program.nodes.get(node.index()).map(|node| node.form.as_slice()).unwrap_or_default();
                found(form, field).map(|(at, kind)| (FieldRef::Form(node, at), kind))
            }
        }
    }
}

impl End {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = Opened::new(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        let outcome = opened.node(&self.outcome)?;
        let by = self.acting.actor(&opened.engine, &opened.ready)?;
        opened.finish(EventKind::EndAtAnyTime { outcome, reason, by }, self.json).await
    }
}

impl Cancel {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = Opened::new(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        let by = Some(self.acting.actor(&opened.engine, &opened.ready)?);
        opened.finish(EventKind::Cancel { reason, by }, self.json).await
    }
}
