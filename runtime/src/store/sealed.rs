//! Where personal values go in and out of the store: sealed on the way in, open on the way out.
//!
//! Journal and trail are sealed before, because they are hashed; everything else a transition writes is sealed here. What
//! must be found again (a reference, a `one per` value, a key of a system) is stored as its mark. Invariant: a transition
//! without a data subject passes through as it is.

use super::row::{InstanceRow, OutboxRow, QuestionRow, Transition};
use super::statement::{Failure, Row, Statement};
use super::{Store, Tenant, failed};
use crate::error::{Problem, Result};
use crate::privacy::key::Secret;
use crate::privacy::seal::{Seal, Spot, as_json, from_json, is_sealed};
use crate::privacy::{HIDDEN, Held, Subject};
use std::sync::Arc;

/// The columns `subject` and `subject_key` for a row of a table that belongs to an instance.
macro_rules! whose {
    ($table:literal) => {
        concat!(
            "(select i.subject from instance i where i.shard = ",
            $table,
            ".shard and i.tenant = ",
            $table,
            ".tenant and i.id = ",
            $table,
            ".instance) as subject,
             (select coalesce(k.key, 'erased') from instance i
              join subject_key k on k.shard = i.shard and k.tenant = i.tenant and k.id = i.subject
              where i.shard = ",
            $table,
            ".shard and i.tenant = ",
            $table,
            ".tenant and i.id = ",
            $table,
            ".instance) as subject_key"
        )
    };
}
pub(super) use whose;

impl Store {
    /// The same store for readers who may see what happened, and not to whom: personal values are not shown.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self { hides: true, ..self.clone() }
    }

    /// Whether personal values are not shown.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.hides
    }

    /// The secret of this store's tenant, made when it is first needed.
    ///
    /// # Errors
    /// When the store fails, or the secret's master key is not here.
    pub async fn secret(&self) -> Result<Secret> {
        self.secret_of(&self.tenant).await
    }

    async fn secret_of(&self, tenant: &Tenant) -> Result<Secret> {
        const READ: &str = "select secret from subject_secret where shard = $1 and tenant = $2";
        const KEEP: &str = "insert into subject_secret (shard, tenant, secret, created_at_ms)
            values ($1, $2, $3, 0) on conflict (shard, tenant) do nothing";
        if let Some(known) = self.keyring.secret(&tenant.name) {
            return Ok(known);
        }
        let doing = |cause: Failure| failed("the secret of a tenant was read", cause);
        loop {
            let read = Statement::new(READ).with(tenant.shard).with(&tenant.name);
            if let Some(row) = read.first(&self.database).await.map_err(doing)? {
                let kept: String = row.get("secret").map_err(doing)?;
                return self.keyring.learn_secret(&tenant.name, &kept);
            }
            let fresh = self.keyring.new_secret(&tenant.name)?;
            let keep = Statement::new(KEEP).with(tenant.shard).with(&tenant.name).with(fresh);
            keep.run(&self.database).await.map_err(doing)?;
        }
    }

    /// Transitions as they are written.
    pub(super) async fn sealed(&self, transitions: &Arc<Vec<Transition>>) -> Result<Arc<Vec<Transition>>> {
        if transitions.iter().all(|transition| transition.instance.subject.is_none()) {
            return Ok(Arc::clone(transitions));
        }
        let mut sealed = Vec::with_capacity(transitions.len());
        for transition in transitions.iter() {
            sealed.push(match &transition.instance.subject {
                None => transition.clone(),
                Some(subject) => {
                    let secret = self.secret_of(&transition.tenant).await?;
                    stored(transition, subject, &secret)?
                }
            });
        }
        Ok(Arc::new(sealed))
    }

    /// An instance out of its row, opened as far as its key allows.
    pub(super) fn opened(&self, mut row: InstanceRow, tenant: &str, key: Option<&str>) -> InstanceRow {
        let Some(mut subject) = row.subject.take() else { return row };
        subject.held = self.held(tenant, &subject.id, key);
        let (id, number) = (row.id.clone(), row.sequence);
        let (state, title) = match subject.seal(tenant, &id) {
            Some(seal) => {
                let state = seal.open_bytes(Spot { column: "instance.state", row: number }, &row.state);
                let title = seal.open_text(Spot { column: "instance.title", row: number }, &row.title);
                subject.broken = state.is_none() || title.is_none();
                (state, title)
            }
            None => (None, None),
        };
        row.state = state.unwrap_or_default();
        if is_sealed(&row.title) {
            let pair = title
                .as_deref()
                .filter(|_| !self.hides)
                .map(serde_json::from_str::<(String, Option<String>)>);
            let by_mark = row.reference.as_deref().is_some_and(is_mark);
            match pair {
                Some(Ok((title, reference))) => (row.title, row.reference) = (title, reference),
                _ => {
                    subject.instead().clone_into(&mut row.title);
                    if by_mark {
                        row.reference = None;
                    }
                }
            }
        }
        row.subject = Some(subject);
        row
    }

    /// The key of a data subject, out of what was read for it.
    pub(super) fn held(&self, tenant: &str, id: &str, key: Option<&str>) -> Held {
        match key {
            None => Held::Lost,
            Some("erased") => Held::Erased,
            Some(kept) => self.keyring.taken(tenant, id, kept),
        }
    }

    /// The data subject of an instance, out of the columns `subject` and `subject_key` of a row beside it.
    pub(super) fn subject_of(&self, row: &Row) -> Result<Option<Subject>, Failure> {
        let Some(id) = row.get::<Option<String>>("subject")? else { return Ok(None) };
        let held = self.held(&self.tenant.name, &id, row.get::<Option<String>>("subject_key")?.as_deref());
        Ok(Some(Subject::new(id, held)))
    }

    /// A sealed text, opened for this store's readers; one that is not sealed is itself.
    pub(super) fn shown(
        &self,
        text: String,
        subject: Option<&Subject>,
        instance: &str,
        spot: Spot<'_>,
    ) -> String {
        let Some(subject) = subject.filter(|_| is_sealed(&text)) else { return text };
        if self.hides {
            return HIDDEN.to_owned();
        }
        let seal = subject.seal(&self.tenant.name, instance);
        seal.and_then(|seal| seal.open_text(spot, &text)).unwrap_or_else(|| subject.instead().to_owned())
    }

    /// A column of JSON, opened; one that is not sealed is itself. What does not open is an empty object.
    pub(super) fn shown_json(
        &self,
        column: String,
        subject: Option<&Subject>,
        instance: &str,
        spot: Spot<'_>,
    ) -> String {
        let Some((subject, sealed)) = subject.zip(from_json(&column)) else { return column };
        let seal = subject.seal(&self.tenant.name, instance);
        seal.and_then(|seal| seal.open_text(spot, &sealed)).unwrap_or_else(|| "{}".to_owned())
    }
}

/// Whether a looked-up column holds a mark.
pub(super) fn is_mark(text: &str) -> bool {
    let digits = text.strip_prefix('~').unwrap_or_default();
    digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn stored(transition: &Transition, subject: &Subject, secret: &Secret) -> Result<Transition> {
    let mut sealed = transition.clone();
    let instance = &mut sealed.instance;
    let Some(seal) = subject.seal(&transition.tenant.name, &transition.instance.id) else {
        return Err(Problem::machine(format!("`{}` cannot be sealed: its key is not here", instance.id)));
    };
    let spot = |column, row| Spot { column, row };
    let number = instance.sequence;
    instance.state = seal.bytes(spot("instance.state", number), &instance.state)?;
    if subject.hides_title || subject.hides_reference || is_sealed(&instance.title) {
        let pair = serde_json::json!([instance.title, instance.reference]).to_string();
        instance.title = seal.text(spot("instance.title", number), &pair)?;
    }
    if subject.hides_reference {
        instance.reference =
            instance.reference.as_deref().map(|reference| secret.mark("reference", reference));
    }
    if subject.hides_one_per {
        instance.one_per = instance.one_per.as_deref().map(|value| secret.mark("one per", value));
    }
    sealed.asked.iter_mut().try_for_each(|question| seal_question(&seal, question))?;
    for closed in &mut sealed.closed {
        seal_some(&seal, spot("question.answer", closed.number), &mut closed.answer)?;
        seal_some(&seal, spot("question.answered_by", closed.number), &mut closed.answered_by)?;
    }
    sealed.outbox.iter_mut().try_for_each(|order| seal_order(&seal, order))?;
    for key in sealed.keys.iter_mut().filter(|key| key.personal) {
        key.key = secret.mark(&format!("key of {}", key.system), &key.key);
    }
    Ok(sealed)
}

fn seal_some(seal: &Seal<'_>, spot: Spot<'_>, text: &mut Option<String>) -> Result<()> {
    if let Some(text) = text {
        *text = seal.text(spot, text)?;
    }
    Ok(())
}

fn seal_question(seal: &Seal<'_>, question: &mut QuestionRow) -> Result<()> {
    let spot = |column| Spot { column, row: question.number };
    question.words = seal.text(spot("question.words"), &question.words)?;
    question.asked_of = as_json(&seal.text(spot("question.asked_of"), &question.asked_of)?);
    seal_some(seal, spot("question.answer"), &mut question.answer)?;
    seal_some(seal, spot("question.answered_by"), &mut question.answered_by)
}

fn seal_order(seal: &Seal<'_>, order: &mut OutboxRow) -> Result<()> {
    let spot = |column| Spot { column, row: order.number };
    // Between parent and child only places and outcomes of the plan are passed; that goes on after an erasure.
    if matches!(order.kind.as_str(), "child cancel" | "child end") {
        return Ok(());
    }
    order.body = as_json(&seal.text(spot("outbox.body"), &order.body)?);
    // Systems and workflows are named by the plan; letters by their receivers.
    if matches!(order.kind.as_str(), "message" | "withdraw") {
        order.destination = seal.text(spot("outbox.destination"), &order.destination)?;
    }
    Ok(())
}
