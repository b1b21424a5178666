//! `wfrun outbox`.

use super::context::Common;
use super::screen::{json, remark, say};
use super::table::Table;
use crate::error::{Problem, Result};
use crate::moment;
use crate::outbox::decide::decide;
use crate::store::{LetterRow, Verdict};
use clap::{Args, Subcommand, ValueEnum};
use wf_plan::Moment;

/// Letters and updates on their way: what waits, what nobody took, what may have arrived, and what becomes of it
///
/// A letter that every channel of its receiver refused is *dead*. One that was handed over to a mail server which did
/// not confirm it is *unknown*: it may have arrived, so it is never sent again by itself. Both are kept until an operator
/// has them tried again or gives them up; that is written into the trail, with the name and the reason.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  wfrun outbox list\n  wfrun outbox list --status unknown\n  wfrun outbox retry onboarding-17/42 --by anna --reason 'the mailbox works again'\n  wfrun outbox drop onboarding-17/42 --by anna --reason 'told by phone'"
)]
pub struct Outbox {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Shows letters, oldest first
    List(List),
    /// Has a letter that is dead or unknown tried again, from its receiver's first channel
    Retry(Decision),
    /// Gives a letter up that is dead or unknown
    Drop(Decision),
}

#[derive(Args, Debug)]
struct List {
    /// Which: those not delivered, or of one status
    #[arg(long, value_enum, default_value = "open")]
    status: Status,
    /// Only this instance, by id or reference
    #[arg(long, value_name = "INSTANCE")]
    instance: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Status {
    /// Waiting, being sent, dead, or unknown
    Open,
    /// To be sent, now or later
    Waiting,
    /// With a worker at this moment
    Sending,
    /// Delivered
    Sent,
    /// Nobody took it
    Dead,
    /// Handed over and not confirmed: it may have arrived
    Unknown,
    /// Given up, or not needed any more
    Dropped,
}

#[derive(Args, Debug)]
struct Decision {
    /// Instance and number, as `wfrun outbox list` shows them
    #[arg(value_name = "INSTANCE/NUMBER")]
    letter: String,
    /// Who decides
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Outbox {
    pub async fn run(self, common: &Common) -> Result<()> {
        match self.what {
            What::List(list) => list.run(common).await,
            What::Retry(decision) => decision.run(common, Verdict::Retry).await,
            What::Drop(decision) => decision.run(common, Verdict::Drop).await,
        }
    }
}

impl List {
    async fn run(self, common: &Common) -> Result<()> {
        let engine = common.engine().await?;
        let instance = match &self.instance {
            Some(name) => Some(engine.find(name).await?.id),
            None => None,
        };
        let status = self.status.to_possible_value().map(|value| value.get_name().to_owned());
        let status = status.unwrap_or_default();
        let letters = engine.store.letters(&status, instance.as_deref(), self.limit).await?;
        engine.store.close().await;
        if self.json {
            json(&letters.iter().map(as_json).collect());
        } else if letters.is_empty() {
            remark(match (self.status, &self.instance) {
                (Status::Open, None) => "every letter has been delivered or is not needed any more",
                _ => "there is no such letter",
            });
        } else {
            let now = engine.clock.now().0;
            let mut table = Table::new(&["letter", "status", "not before", "to", "what", "attempts", "why"]);
            for letter in &letters {
                table.row(vec![
                    format!("{}/{}", letter.instance, letter.number),
                    letter.status.clone(),
                    later(letter, now),
                    letter.destination.clone(),
                    letter.kind.clone(),
                    letter.attempts.to_string(),
                    letter.note.clone().unwrap_or_default(),
                ]);
            }
            table.lines("").iter().for_each(|line| say(line));
            if i64::try_from(letters.len()) == Ok(self.limit) {
                remark("there may be more: `--limit NUMBER` shows them, `--instance` and `--status` choose");
            }
            let is = |status: &str| letters.iter().any(|letter| letter.status == status);
            if is("unknown") {
                remark(
                    "what is unknown may have arrived: ask the receiver, then `wfrun outbox retry` or `wfrun outbox drop`",
                );
            }
            if is("dead") {
                remark(
                    "what is dead is not tried again by itself: `wfrun outbox retry` or `wfrun outbox drop`",
                );
            }
        }
        Ok(())
    }
}

/// Until when a letter waits: for working hours, or for the break after an attempt.
fn later(letter: &LetterRow, now_ms: i64) -> String {
    let waits = letter.status == "waiting" && letter.next_at_ms > now_ms;
    if waits { moment::utc(Moment(letter.next_at_ms)) } else { String::new() }
}

fn as_json(letter: &LetterRow) -> serde_json::Value {
    serde_json::json!({
        "instance": letter.instance, "number": letter.number, "kind": letter.kind, "to": letter.destination,
        "status": letter.status, "attempts": letter.attempts, "next_at_ms": letter.next_at_ms,
        "created_at_ms": letter.created_at_ms, "why": letter.note,
    })
}

impl Decision {
    async fn run(self, common: &Common, verdict: Verdict) -> Result<()> {
        let named = self.letter.rsplit_once('/').and_then(|(id, number)| Some((id, number.parse().ok()?)));
        let Some((id, number)) = named else {
            return Err(Problem::input(format!("`{}` names no letter", self.letter)).help(
                "write INSTANCE/NUMBER, for example `onboarding-17/42`; `wfrun outbox list` shows them",
            ));
        };
        if self.reason.trim().is_empty() {
            return Err(Problem::input("a reason is required").help("add `--reason TEXT`"));
        }
        let engine = common.engine().await?;
        let letter = decide(&engine, id, number, verdict, &self.by, &self.reason).await?;
        engine.store.close().await;
        say(&match verdict {
            Verdict::Retry => {
                format!("letter {number} to {} is tried again by the next worker", letter.destination)
            }
            Verdict::Drop => format!("letter {number} to {} is given up", letter.destination),
        });
        Ok(())
    }
}
