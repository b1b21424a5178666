//! What an operator does with letters that nobody took, or may have: sees them, has them tried again, gives them up.
//!
//! Invariant: each of these acts is a row of the instance's trail, written with the change itself.

use super::commit::{insert_fact, keyed, moved_on};
use super::database::Group;
use super::delivery::APPEND_FACT;
use super::row::{Position, TrailRow};
use super::sealed::whose;
use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;
use crate::privacy::Subject;
use crate::privacy::seal::Spot;

/// A row of the outbox as operators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LetterRow {
    /// Which instance.
    pub instance: String,
    /// Which row of it.
    pub number: i64,
    /// What it is.
    pub kind: String,
    /// Receiver, system or workflow, in words.
    pub destination: String,
    /// `waiting`, `sending`, `sent`, `dead`, `unknown` or `dropped`.
    pub status: String,
    /// Attempts on its present channel.
    pub attempts: i64,
    /// Not before this moment, while it waits.
    pub next_at_ms: i64,
    /// Event time of the transition that asked for it.
    pub created_at_ms: i64,
    /// Why it waits again, is dead or unknown, or was dropped.
    pub note: Option<String>,
    /// Whose personal data it holds, if any; what is here is open.
    pub subject: Option<Subject>,
}

/// What an operator decides about a letter that is dead or unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Try it again from its first channel.
    Retry,
    /// Give it up.
    Drop,
}

/// A letter that was sent before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EarlierLetter {
    /// What became of it.
    pub status: String,
    /// The channel that carried it, once it was sent.
    pub channel: Option<String>,
    /// Which of its ways that was.
    pub route: i64,
    /// The receiver's own number for it.
    pub external_id: Option<String>,
    /// How often the store had been put back when it was written.
    pub restorations: i64,
}

const PAGE: &str = concat!(
    "select instance, number, kind, destination, status, attempts, next_at_ms, created_at_ms, note, ",
    whose!("outbox"),
    " from outbox
    where shard = $1 and tenant = $2 and (status = $3 or ($3 = 'open' and status in ('waiting', 'sending', 'dead', 'unknown')))
      and ($4 is null or instance = $4)
    order by created_at_ms, instance, number limit $5"
);

const ONE: &str = concat!(
    "select instance, number, kind, destination, status, attempts, next_at_ms, created_at_ms, note, ",
    whose!("outbox"),
    " from outbox where shard = $1 and tenant = $2 and instance = $3 and number = $4"
);

const RETRY: &str = "update outbox
    set status = 'waiting', route = 0, attempts = 0, next_at_ms = $5, settled_at_ms = null, note = $6,
        begun_at_ms = null
    where shard = $1 and tenant = $2 and instance = $3 and number = $4 and status in ('dead', 'unknown')";

const DROP: &str = "update outbox set status = 'dropped', settled_at_ms = $5, note = $6, claimed_until_ms = null,
        begun_at_ms = null
    where shard = $1 and tenant = $2 and instance = $3 and number = $4
      and (status in ('dead', 'unknown')
           or status in ('waiting', 'sending')
              and exists (select 1 from restoration r where r.shard = outbox.shard and r.tenant = outbox.tenant
                                                       and r.released_at_ms is null))";

impl Store {
    /// Letters of a status (`open`: those not settled, and the dead), oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letters(&self, status: &str, instance: Option<&str>, limit: i64) -> Result<Vec<LetterRow>> {
        let rows = Statement::new(PAGE)
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(status)
            .with(instance)
            .with(limit)
            .all(&self.database)
            .await;
        rows.and_then(|rows| rows.iter().map(|row| self.read_letter(row)).collect())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// One letter.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letter(&self, instance: &str, number: i64) -> Result<Option<LetterRow>> {
        let row = keyed(ONE, &self.tenant, instance).with(number).first(&self.database).await;
        row.and_then(|row| row.as_ref().map(|row| self.read_letter(row)).transpose())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// What became of a letter that is to be changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn earlier_letter(&self, instance: &str, number: i64) -> Result<Option<EarlierLetter>> {
        const TEXT: &str = "select o.status, o.route, d.channel, d.external_id,
                (select count(*) from restoration r where r.shard = o.shard and r.tenant = o.tenant
                                                      and r.restored_at_ms < o.created_at_ms) as restorations
            from outbox o left join delivery d on d.shard = o.shard and d.tenant = o.tenant and d.instance = o.instance
                                and d.number = o.number and d.result = 'sent'
            where o.shard = $1 and o.tenant = $2 and o.instance = $3 and o.number = $4
            order by d.attempt desc limit 1";
        let row = keyed(TEXT, &self.tenant, instance).with(number).first(&self.database).await;
        row.and_then(|row| {
            row.map(|row| {
                Ok(EarlierLetter {
                    status: row.get("status")?,
                    route: row.get("route")?,
                    channel: row.get("channel")?,
                    external_id: row.get("external_id")?,
                    restorations: row.get("restorations")?,
                })
            })
            .transpose()
        })
        .map_err(|cause| failed("the outbox was read", cause))
    }

    /// A letter that was asked for, as stored.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letter_body(&self, instance: &str, number: i64) -> Result<Option<String>> {
        const TEXT: &str = concat!(
            "select number, body, ",
            whose!("outbox"),
            " from outbox where shard = $1 and tenant = $2 and instance = $3 and number = $4 and kind = 'message'"
        );
        let row = keyed(TEXT, &self.tenant, instance).with(number).first(&self.database).await;
        row.and_then(|row| row.map(|row| self.body(&row, instance)).transpose())
            .map_err(|cause| failed("the outbox was read", cause))
    }

    /// The letters that asked a question, by their numbers, as stored: those to withdraw when it is closed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn letters_of_question(&self, instance: &str, question: i64) -> Result<Vec<(i64, String)>> {
        const TEXT: &str = concat!(
            "select number, body, ",
            whose!("outbox"),
            " from outbox
            where shard = $1 and tenant = $2 and instance = $3 and question = $4 and kind = 'message'
              and status not in ('dead', 'dropped')
            order by number"
        );
        let rows = keyed(TEXT, &self.tenant, instance).with(question).all(&self.database).await;
        rows.and_then(|rows| {
            rows.iter().map(|row| Ok((row.get("number")?, self.body(row, instance)?))).collect()
        })
        .map_err(|cause| failed("the outbox was read", cause))
    }

    /// Decides about a letter, with the row of the trail that says so.
    ///
    /// # Errors
    /// [`crate::error::Class::Conflict`] when the letter or its instance has moved on meanwhile.
    pub async fn decide_letter(
        &self,
        letter: &LetterRow,
        verdict: Verdict,
        before: Position,
        fact: &TrailRow,
        note: &str,
    ) -> Result<()> {
        let text = match verdict {
            Verdict::Retry => RETRY,
            Verdict::Drop => DROP,
        };
        let instance = &letter.instance;
        let mut group = Group::default();
        let seal = letter.subject.as_ref().and_then(|subject| subject.seal(&self.tenant.name, instance));
        let note = match seal {
            Some(seal) => seal.text(Spot { column: "outbox.note", row: letter.number }, note)?,
            None => note.to_owned(),
        };
        group.must(keyed(text, &self.tenant, instance).with(letter.number).with(fact.at_ms).with(note));
        group.must(
            keyed(APPEND_FACT, &self.tenant, instance)
                .with(fact.sequence)
                .with(&fact.hash)
                .with(before.sequence)
                .with(before.trail_count),
        );
        group.then(insert_fact(&self.tenant, instance, fact));
        let written = self.database.write_groups(vec![group]).await;
        match written.map_err(|cause| failed("a letter was decided about", cause))?.as_slice() {
            [true] => Ok(()),
            _ => Err(moved_on(instance)),
        }
    }
}

impl Store {
    fn read_letter(&self, row: &Row) -> Result<LetterRow, Failure> {
        let instance: String = row.get("instance")?;
        Ok(LetterRow {
            destination: self.destination(row, &instance)?,
            note: self.note(row, &instance)?,
            subject: self.subject_of(row)?,
            instance,
            number: row.get("number")?,
            kind: row.get("kind")?,
            status: row.get("status")?,
            attempts: row.get("attempts")?,
            next_at_ms: row.get("next_at_ms")?,
            created_at_ms: row.get("created_at_ms")?,
        })
    }
}
