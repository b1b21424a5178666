//! `wfrun answer`.

use super::context::{ActingPerson, Common, unknown};
use super::opened::Opened;
use crate::error::{Problem, Result};
use crate::transition::{question_number, question_of};
use clap::Args;
use wf_vm::EventKind;
use wf_vm::event::Answer as Given;
use wf_vm::view::QuestionView;

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
        let (name, number) = match self.question.rsplit_once("/q") {
            Some((name, number)) => (name, Some(number)),
            None => (self.question.as_str(), None),
        };
        let opened = Opened::new(common, name).await?;
        let question = match number {
            None => only_question(&opened)?.id,
            Some(number) => number.parse().ok().and_then(question_of).ok_or_else(|| {
                Problem::input(format!("`{}` names no question", self.question))
                    .help("write INSTANCE/qNUMBER, as `wfrun status` shows it")
            })?,
        };
        let asked = opened.view.questions.iter().find(|asked| asked.id == question);
        let answer = match (&self.words, &self.alternative) {
            (Some(words), _) => Given::Words(words.clone()),
            (None, given) => chosen(asked, given.as_deref().unwrap_or_default())?,
        };
        let by = self.acting.actor(&opened.engine, &opened.ready)?;
        opened.finish(EventKind::Answer { question, answer, by }, self.json).await
    }
}

fn only_question(opened: &Opened) -> Result<&QuestionView> {
    match opened.view.questions.as_slice() {
        [only] => Ok(only),
        [] => Err(Problem::not_found(format!("`{}` has no open question", opened.instance.id))),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|asked| format!("{}/q{}", opened.instance.id, question_number(asked.id)))
                .collect();
            Err(Problem::input(format!("`{}` has more than one open question", opened.instance.id))
                .help(format!("name one of {}", names.join(", "))))
        }
    }
}

/// The alternative or suggestion that a number or words name. Numbers go on from the alternatives to the suggestions.
fn chosen(asked: Option<&QuestionView>, given: &str) -> Result<Given> {
    let given = given.trim();
    let number = given.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
    let Some(asked) = asked else {
        // The interpreter says that the question is closed, and records who tried.
        return Ok(Given::Alternative(number.unwrap_or_default()));
    };
    let written = u16::try_from(asked.alternatives.len()).unwrap_or(u16::MAX);
    let same = |label: &String| label.eq_ignore_ascii_case(given);
    let by_words = |labels: &[String]| labels.iter().position(same).and_then(|at| u16::try_from(at).ok());
    if let Some(at) = by_words(&asked.alternatives).or(number.filter(|at| *at < written)) {
        return Ok(Given::Alternative(at));
    }
    let suggested = number.and_then(|at| at.checked_sub(written));
    let suggested = suggested.filter(|at| usize::from(*at) < asked.suggestions.len());
    by_words(&asked.suggestions).or(suggested).map(Given::Suggestion).ok_or_else(|| {
        unknown("alternative", given, asked.alternatives.iter().chain(&asked.suggestions).map(String::as_str))
    })
}
