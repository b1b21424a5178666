//! Acts of people on nodes and instances: `claim`, `complete`, `block`, `choose` and so on.
//!
//! Each names an instance and a node, becomes one event, and prints what followed. Invariant: a refused act is
//! recorded in the trail and told with what to do instead.

use super::context::{ActingPerson, Common, pair};
use super::opened::{act, open};
use crate::asked::{Asked, OnNode};
use crate::error::{Problem, Result};
use clap::Args;

const COPIES: &str =
    "A copy of a `for each` is named by its number or its element: `review:2`, `review:Anna`.";

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
#[command(
    after_help = "Example:\n  wfrun complete onboarding-1 contract --by legal --field signed_on=2026-03-04"
)]
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
#[command(
    after_help = "Example:\n  wfrun block onboarding-1 environment \"the customer has to choose\" --waiting-on customer --by it_lead"
)]
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
#[command(
    after_help = "Examples:\n  wfrun choose onboarding-1 go_live.yes --by csm\n  wfrun choose onboarding-1 go_live.no --by csm --reason \"they went with another vendor\""
)]
pub struct Choose {
    /// The instance, by id or reference
    instance: String,
    /// The decision and the option: `go_live.yes`
    #[arg(value_name = "DECISION.OPTION")]
    choice: String,
    /// What somebody wrote in two words
    #[arg(hide = true)]
    apart: Option<String>,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

/// Corrects a value; what was decided stays, later conditions see the new value.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun correct onboarding-1 seats=45 --by csm --reason \"typing error\"\n  wfrun correct onboarding-1 contract.signed_on=2026-03-05 --by legal --reason \"wrong date\""
)]
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

impl Target {
    async fn act(self, common: &Common, on_node: OnNode) -> Result<()> {
        let opened = open(common, &self.instance).await?;
        act(opened, Asked::OnNode { node: self.node, act: on_node }, &self.acting, self.json).await
    }
}

impl NodeOnly {
    pub async fn claim(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Claim).await
    }

    pub async fn release(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Release).await
    }

    pub async fn acknowledge(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Acknowledge).await
    }

    pub async fn unblock(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Unblock).await
    }

    pub async fn skip(self, common: &Common) -> Result<()> {
        let reason = self.target.acting.required_reason()?;
        self.target.act(common, OnNode::Skip { reason }).await
    }

    pub async fn reopen(self, common: &Common) -> Result<()> {
        let Target { instance, node, acting, json } = self.target;
        let reason = acting.required_reason()?;
        let opened = open(common, &instance).await?;
        act(opened, Asked::Reopen { node, reason }, &acting, json).await
    }
}

impl Complete {
    pub async fn run(self, common: &Common) -> Result<()> {
        let given = self.fields.into_iter().map(|(name, value)| (name, value.into())).collect();
        self.target.act(common, OnNode::Complete(given)).await
    }
}

impl Comment {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Comment(self.text)).await
    }
}

impl Block {
    pub async fn run(self, common: &Common) -> Result<()> {
        let Self { target, why, waiting_on } = self;
        target.act(common, OnNode::Block { reason: why, waiting_on }).await
    }
}

impl Reassign {
    pub async fn run(self, common: &Common) -> Result<()> {
        self.target.act(common, OnNode::Reassign(self.to)).await
    }
}

impl Choose {
    pub async fn run(self, common: &Common) -> Result<()> {
        if let Some(option) = &self.apart {
            let (instance, choice) = (&self.instance, &self.choice);
            return Err(Problem::input(format!(
                "`{choice} {option}` is two words, not a decision and its option"
            ))
            .help(format!("write them as one, with a point: `wfrun choose {instance} {choice}.{option}`")));
        }
        let opened = open(common, &self.instance).await?;
        let Some((decision, option)) = self.choice.rsplit_once('.') else {
            return Err(Problem::input(format!("`{}` names no option", self.choice)).help(format!(
                "write DECISION.OPTION: `wfrun choose {0} {1}.OPTION`; `wfrun status {0}` shows its decisions and options",
                self.instance, self.choice
            )));
        };
        let choose = OnNode::Choose { option: option.to_owned(), reason: self.acting.reason.clone() };
        let asked = Asked::OnNode { node: decision.to_owned(), act: choose };
        act(opened, asked, &self.acting, self.json).await
    }
}

impl Correct {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = open(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        let (field, text) = self.field;
        let asked = Asked::Correct { field, value: text.into(), reason };
        act(opened, asked, &self.acting, self.json).await
    }
}

impl End {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = open(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        act(opened, Asked::End { outcome: self.outcome, reason }, &self.acting, self.json).await
    }
}

impl Cancel {
    pub async fn run(self, common: &Common) -> Result<()> {
        let opened = open(common, &self.instance).await?;
        let reason = self.acting.required_reason()?;
        act(opened, Asked::Cancel { reason }, &self.acting, self.json).await
    }
}
