//! `wfrun answer`.

use super::context::{ActingPerson, Common};
use super::opened::{act, open};
use crate::asked::{Asked, Said};
use crate::error::Result;
use clap::Args;

/// Answers a question of an escalation.
///
/// `wfrun status` lists the open questions with their numbers and alternatives. A written alternative does what the
/// workflow says it does; own words are recorded, told to the step's owner, and change nothing else.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun answer onboarding-1/q1 1 --by it_lead\n  wfrun answer onboarding-1/q1 \"Give it one more week\" --by csm\n  wfrun answer onboarding-1/q1 --words \"I shall call them today\" --by csm"
)]
pub struct Answer {
    /// The question: `onboarding-1/q1`, or the instance alone while it has only one
    question: String,
    /// The alternative: its number, or its words
    #[arg(required_unless_present = "words", conflicts_with = "words")]
    alternative: Option<String>,
    /// Own words instead of an alternative
    #[arg(long, value_name = "TEXT")]
    words: Option<String>,
    #[command(flatten)]
    acting: ActingPerson,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Answer {
    pub async fn run(self, common: &Common) -> Result<()> {
        let (name, question) = match self.question.rsplit_once("/q") {
            Some((name, number)) => (name, Some(format!("q{number}"))),
            None => (self.question.as_str(), None),
        };
        let opened = open(common, name).await?;
        let said = match self.words {
            Some(words) => Said::Words(words),
            None => Said::Alternative(self.alternative.unwrap_or_default()),
        };
        act(opened, Asked::Answer { question, said }, &self.acting, self.json).await
    }
}
