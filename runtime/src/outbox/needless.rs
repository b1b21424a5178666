//! Letters that call for something nobody can do any more: their step is closed, or their instance has ended.
//!
//! Looked at when a letter is taken up, so that no transition pays for it, and again where it has waited here for others of
//! its channel. What tells something goes all the same, and so does what was asked for by the very event that closed the
//! step. Invariant: a letter that may have arrived and has a
//! letter that takes it back is never dropped; a drop and its row of the trail are written together.

use super::attempt::Attempt;
use super::{Post, place};
use crate::audit::chain;
use crate::engine::Engine;
use crate::error::Result;
use crate::letter::Letter;
use crate::plans::Ready;
use crate::privacy::fact::sealed_outside;
use crate::store::row::{ClaimedRow, InstanceRow, Position, TrailRow};
use crate::store::{DroppedInstance, DroppedLetter, Tenant};
use crate::transition::state_of;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wf_vm::event::Place;
use wf_vm::state::NodeState;

/// The fact of a letter that was dropped.
pub const FACT: &str = "message not needed any more";
/// How long a letter waits here before it is looked at again.
const LOOK_AGAIN_MS: i64 = 2_000;

/// A letter that is not sent, and why.
pub(super) struct Needless {
    pub row: ClaimedRow,
    pub why: String,
    pub letter: Letter,
}

/// Why a letter need not go any more; `None`: it goes.
pub(super) fn why_not(
    ready: Option<&Ready>,
    instance: Option<&InstanceRow>,
    row: &ClaimedRow,
    letter: &Letter,
) -> Option<String> {
    let instance = instance?;
    // Nothing has happened since it was asked for, most often.
    if instance.last_event_ms <= row.created_at_ms || !calls_for_something(letter) {
        return None;
    }
    // The letter that takes a question back must know where the question went.
    if letter.question.is_some() && row.tried > 0 {
        return None;
    }
    if instance.ended_at_ms.is_some_and(|ended_at_ms| ended_at_ms > row.created_at_ms) {
        return Some("its instance has ended".to_owned());
    }
    let name = letter.node.as_ref()?;
    let node = ready?.program().node_named(name)?;
    let state = state_of(instance).ok()?;
    let work = state.work(Place { node, copy: letter.copy })?;
    let shown = match letter.copy {
        Some(copy) => format!("`{name}:{}`", u32::from(copy) + 1),
        None => format!("`{name}`"),
    };
    let closed = match work.state {
        NodeState::Active | NodeState::Blocked => false,
        // Work that is coming is announced while its node waits.
        NodeState::Waiting => letter.purpose != "heads up",
        _ => true,
    };
    if letter.round.is_some_and(|round| work.resets.saturating_add(1) > round) {
        return Some(format!("{shown} is in a later round"));
    }
    (closed && work.since.0 > row.created_at_ms).then(|| format!("{shown} is not open any more"))
}

/// Whether a letter wants its reader to do something; others tell what happened, and stay true.
fn calls_for_something(letter: &Letter) -> bool {
    match letter.purpose.as_str() {
        "work" | "heads up" | "reminder" | "question" => true,
        "escalation" => !letter.buttons.is_empty(),
        _ => false,
    }
}

impl Post {
    /// Looks again at what has waited here for a while and may go now: what it calls for may have been done meanwhile.
    /// All that wait for a channel are looked at together, so that no letter costs a question of its own.
    pub(super) async fn look_again(&mut self, engine: &Engine) -> Result<()> {
        let now = engine.clock.now().0;
        let before_ms = now.saturating_sub(LOOK_AGAIN_MS);
        let lanes = self.lanes.values().filter(|lane| lane.was_looked_at_before(before_ms));
        let ids: BTreeSet<String> = lanes
            .flat_map(|lane| lane.waiting().filter(|attempt| calls(attempt).is_some()))
            .map(|attempt| attempt.row.instance.clone())
            .collect();
        let about = if ids.is_empty() { HashMap::new() } else { self.instances_of(engine, ids).await? };
        let mut needless = Vec::new();
        for lane in self.lanes.values_mut().filter(|lane| lane.was_looked_at_before(before_ms)) {
            lane.look(now, |attempt| {
                let (ready, instance) = about.get(&attempt.row.instance).cloned().unzip();
                let letter = calls(attempt);
                let why =
                    letter.and_then(|it| why_not(ready.as_deref(), instance.as_deref(), &attempt.row, it));
                let Some((letter, why)) = letter.zip(why) else { return true };
                needless.push(Needless { row: attempt.row.clone(), why, letter: letter.clone() });
                false
            });
        }
        for one in &needless {
            self.at_hand.remove(&place(&one.row));
        }
        drop_all(engine, needless).await
    }
}

/// The letter of an attempt, where it calls for something.
fn calls(attempt: &Attempt) -> Option<&Letter> {
    attempt.job.letter().filter(|letter| attempt.row.kind == "message" && calls_for_something(letter))
}

/// Drops letters, again those of instances that have moved on meanwhile.
pub(super) async fn drop_all(engine: &Engine, mut needless: Vec<Needless>) -> Result<()> {
    while !needless.is_empty() {
        let dropped = placed(engine, &needless).await?;
        let written = engine.store.drop_letters(&dropped, engine.clock.now().0).await?;
        let overtaken: Vec<&DroppedInstance> =
            dropped.iter().zip(written).filter(|(_, written)| !written).map(|(one, _)| one).collect();
        let mut again = Vec::new();
        for one in needless {
            let is_overtaken = overtaken.iter().any(|instance| instance.id == one.row.instance);
            // Another worker has the row otherwise: what it finds is what counts.
            if is_overtaken && engine.store.claim_stands(&one.row).await?.as_deref() == Some("sending") {
                again.push(one);
            }
        }
        needless = again;
    }
    Ok(())
}

/// The letters of each instance, with what its trail says of them.
async fn placed(engine: &Engine, needless: &[Needless]) -> Result<Vec<DroppedInstance>> {
    let tenant = engine.store.tenant();
    let mut by_instance: BTreeMap<&str, Vec<&Needless>> = BTreeMap::new();
    for one in needless {
        by_instance.entry(&one.row.instance).or_default().push(one);
    }
    let ids: Vec<(Tenant, String)> =
        by_instance.keys().map(|id| (tenant.clone(), (*id).to_owned())).collect();
    let mut placed = Vec::with_capacity(ids.len());
    for (_, instance) in engine.store.load(&ids).await? {
        let Some(letters) = by_instance.remove(instance.id.as_str()) else { continue };
        placed.push(of_instance(engine, &instance, &letters)?);
    }
    Ok(placed)
}

fn of_instance(engine: &Engine, instance: &InstanceRow, needless: &[&Needless]) -> Result<DroppedInstance> {
    let (mut count, mut head) = (instance.trail_count, instance.trail_head.clone());
    let tenant = &engine.store.tenant().name;
    let mut letters = Vec::with_capacity(needless.len());
    for Needless { row, why, letter } in needless {
        let at = InstanceRow { trail_count: count, ..instance.clone() };
        let fact = sealed_outside(fact(engine, instance, row, why, letter), &at, tenant)?;
        let fact = chain::append_fact(tenant, &instance.id, &mut count, &mut head, fact);
        letters.push(DroppedLetter { row: row.clone(), why: why.clone(), fact });
    }
    let before = Position { sequence: instance.sequence, trail_count: instance.trail_count };
    Ok(DroppedInstance { id: instance.id.clone(), before, letters })
}

fn fact(engine: &Engine, instance: &InstanceRow, row: &ClaimedRow, why: &str, letter: &Letter) -> TrailRow {
    let now = engine.clock.now().0;
    let tried = match row.tried {
        0 => "never sent".to_owned(),
        1 => "tried once, not tried again".to_owned(),
        times => format!("tried {times} times, not tried again"),
    };
    TrailRow {
        fact: FACT.to_owned(),
        node: row.node.clone(),
        role: letter.role.clone(),
        plan_hash: instance.plan_hash.clone(),
        source: letter.rule.clone(),
        at_ms: now,
        recorded_at_ms: now,
        detail: format!("{why}: {tried}; to {}: {}", letter.to, letter.text),
        ..TrailRow::default()
    }
}
