//! Who may do what: owners, process owner, claims, separation.
//!
//! Rules 7 and 12. Owners act on their work; the first who claims it or acts on it owns it until released (a comment
//! is only words and claims nothing; a vote does not claim, since several must vote). Colleagues of whoever claimed it
//! may unblock it, and nothing else. Process owners may block, unblock, release and reassign any work, whoever is
//! waited on may unblock it, and anyone the runtime lets in may comment. Separation compares persons both ways: whichever of two separated nodes comes second is refused.
//! Invariant: an operator with a reason passes all of these; the trail says so.

use super::turn::Turn;
use crate::effect::Refusal;
use crate::eval;
use crate::event::{Actor, Place};
use wf_plan::Value;
use wf_plan::node::{Node, NodeKind, Owner, Separation};
use wf_plan::people::Who;
use wf_plan::plan::RoleId;
use wf_plan::value::Scalar;

impl Turn<'_> {
    /// The first of some roles that an actor acts in.
    pub(super) fn first_role(&self, actor: &Actor, roles: &[RoleId]) -> Option<RoleId> {
        roles.iter().copied().find(|role| actor.roles.contains(role))
    }

    /// An operator must say why.
    pub(super) fn is_forced_without_reason(&self) -> bool {
        self.by.and_then(|actor| actor.forced.as_ref()).is_some_and(|reason| reason.trim().is_empty())
    }

    /// `Some` if the actor is among the work's owners, with the role they act in.
    pub(super) fn as_owner(&self, place: Place, actor: &Actor) -> Option<Option<RoleId>> {
        let owners = eval::owners(self.prepared, self.state, place);
        if owners.is_empty() {
            return Some(actor.roles.first().copied());
        }
        owners.iter().find_map(|owner| match owner {
            Owner::Role(role) => actor.roles.contains(role).then_some(Some(*role)),
            Owner::Person(code) => match self.value(*code, Some(place)) {
                Value::Text(person) if person == actor.person => Some(None),
                // Nobody is named: the process owner stands in.
                Value::Missing => self.as_process_owner(actor),
                _ => None,
            },
        })
    }

    /// `Some` if the actor acts as process owner.
    pub(super) fn as_process_owner(&self, actor: &Actor) -> Option<Option<RoleId>> {
        let role = self.program.process_owner?;
        actor.roles.contains(&role).then_some(Some(role))
    }

    /// Whether an owner may act, and (where `claims`) that nobody else owns the work and separation holds.
    pub(super) fn owner_may(&mut self, place: Place, node: &Node, claims: bool) -> Result<(), Refusal> {
        let Some(actor) = self.by else { return Err(Refusal::NotYourRole) };
        let as_owner = self.as_owner(place, actor);
        self.role = as_owner.flatten();
        if self.is_forced() {
            return Ok(());
        }
        let claimed = self.state.active(place).and_then(|active| active.owner.as_ref());
        if as_owner.is_none() && claimed != Some(&actor.person) {
            return Err(Refusal::NotYourRole);
        }
        if let Some(owner) = claimed.filter(|owner| claims && **owner != actor.person) {
            return Err(Refusal::ClaimedByAnother { owner: owner.clone() });
        }
        if claims { self.apart_from_others(place, node) } else { Ok(()) }
    }

    /// Rule 12 for the actor at a node.
    pub(super) fn apart_from_others(&self, place: Place, node: &Node) -> Result<(), Refusal> {
        let Some(actor) = self.by.filter(|actor| actor.forced.is_none()) else { return Ok(()) };
        let same = || Err(Refusal::SamePerson { person: actor.person.clone() });
        if node.different_from.contains(&Separation::Starter)
            && self.state.starter.as_ref().is_some_and(|starter| starter.person == actor.person)
        {
            return same();
        }
        for other in self.prepared.apart(place.node) {
            let Some(record) = self.state.nodes.get(other.index()) else { continue };
            let mut works = std::iter::once(&record.own).chain(&record.copies);
            let did = works.any(|work| {
                let voted = work
                    .active
                    .as_ref()
                    .is_some_and(|active| active.votes.iter().any(|(person, _)| *person == actor.person));
                voted || work.did.contains(&actor.person)
            });
            if did {
                return same();
            }
        }
        Ok(())
    }

    /// Makes the actor the owner, if nobody is.
    pub(super) fn claim_silently(&mut self, place: Place) {
        let (Some(actor), Some(active)) = (self.by, self.state.active_mut(place)) else { return };
        if active.owner.is_none() && actor.forced.is_none() {
            active.owner = Some(actor.person.clone());
        }
    }

    /// `Some` if a receiver stands for the actor, with the role they act in.
    pub(super) fn is_asked(&self, place: Place, who: Who, actor: &Actor) -> Option<Option<RoleId>> {
        match who {
            Who::Role(role) => actor.roles.contains(&role).then_some(Some(role)),
            Who::Owner => match self.state.active(place).and_then(|active| active.owner.as_ref()) {
                Some(owner) if *owner == actor.person => Some(self.owner_role(place)),
                _ => self.as_owner(place, actor),
            },
            Who::ProcessOwner => self.as_process_owner(actor),
            Who::Starter => {
                let starter = self.state.starter.as_ref()?;
                (starter.person == actor.person).then_some(starter.role)
            }
            Who::WaitingOn => {
                let waiting_on = self.state.active(place)?.blocked.as_ref()?.waiting_on?;
                actor.roles.contains(&waiting_on).then_some(Some(waiting_on))
            }
            Who::Value(code, kind) if kind.of == Scalar::Person => {
                let named = self.value(code, Some(place));
                (named == Value::Text(actor.person.clone())).then_some(None)
            }
            Who::Value(..) => None,
        }
    }

    /// How many people can still vote, where the roles say who fills them; `None`: the runtime alone knows.
    pub(super) fn voters_left(&self, place: Place, node: &Node) -> Option<usize> {
        let mut people: Vec<&str> = Vec::new();
        let mut unnamed = 0usize;
        for owner in eval::owners(self.prepared, self.state, place).iter() {
            let Owner::Role(role) = owner else { return None };
            let role = self.prepared.role(*role)?;
            match (role.people.is_empty(), role.one_person) {
                (false, _) => people.extend(role.people.iter().map(String::as_str)),
                (true, true) => unnamed += 1,
                (true, false) => return None,
            }
        }
        people.sort_unstable();
        people.dedup();
        let active = self.state.active(place)?;
        let voted = |person: &str| active.votes.iter().any(|(voter, _)| voter == person);
        let left =
            people.iter().filter(|person| !voted(person) && !self.is_kept_apart(place, node, person)).count();
        let strangers = active.votes.iter().filter(|(voter, _)| !people.contains(&voter.as_str())).count();
        Some(left + unnamed.saturating_sub(strangers))
    }

    fn is_kept_apart(&self, place: Place, node: &Node, person: &str) -> bool {
        let starter = node.different_from.contains(&Separation::Starter)
            && self.state.starter.as_ref().is_some_and(|starter| starter.person == person);
        let did = |record: &crate::state::NodeRecord| {
            std::iter::once(&record.own)
                .chain(&record.copies)
                .any(|work| work.did.iter().any(|doer| doer == person))
        };
        starter
            || self
                .prepared
                .apart(place.node)
                .iter()
                .any(|other| self.state.nodes.get(other.index()).is_some_and(did))
    }

    /// Whether a decision is voted on: some option needs more than one person.
    pub(super) fn is_vote(node: &Node) -> bool {
        matches!(&node.kind, NodeKind::Decision(decision) if decision.options.iter().any(|option| option.needs > 1))
    }
}
