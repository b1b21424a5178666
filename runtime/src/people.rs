//! Who fills a role, who acts for it, and who gets its messages.
//!
//! The plan names roles, the configuration names people; this is where they meet. A role nobody is configured for is
//! filled by a person named like it. Invariant: the deputy steps in exactly while everyone in the role is absent.

use crate::config::Config;
use wf_plan::plan::{Program, RoleId};
use wf_plan::{Date, Moment};

use crate::moment::LocalTime;

/// People as the configuration knows them, on one day.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    config: &'a Config,
    program: &'a Program,
    today: Date,
}

impl<'a> People<'a> {
    /// The people around a program at a moment; absences are days of the workflow's own calendar.
    #[must_use]
    pub fn at(config: &'a Config, program: &'a Program, local: &LocalTime, moment: Moment) -> Self {
        Self { config, program, today: local.date(moment).0 }
    }

    /// Everyone who fills a role, present or not.
    #[must_use]
    pub fn filling(&self, role: RoleId) -> Vec<String> {
        let Some(declared) = self.program.roles.get(role.index()) else { return Vec::new() };
        let named = declared.people.iter().cloned();
        let configured =
            self.config.people.iter().filter(|(_, person)| person.roles.contains(&declared.name));
        let mut filling: Vec<String> = named.chain(configured.map(|(name, _)| name.clone())).collect();
        filling.sort();
        filling.dedup();
        if filling.is_empty() {
            filling.push(declared.name.clone());
        }
        filling
    }

    /// Who gets a role's work today: those present, else the deputy's, else everyone after all.
    #[must_use]
    pub fn reached(&self, role: RoleId) -> Vec<String> {
        let mut asked = role;
        // Deputies of deputies: no chain is longer than the roles there are.
        for _ in 0..=self.program.roles.len() {
            let filling = self.filling(asked);
            let present: Vec<String> = filling.into_iter().filter(|person| !self.is_absent(person)).collect();
            if !present.is_empty() {
                return present;
            }
            match self.program.roles.get(asked.index()).and_then(|declared| declared.deputy) {
                Some(deputy) => asked = deputy,
                None => break,
            }
        }
        self.filling(role)
    }

    /// The roles in which a person acts today: their own, and those they stand in for.
    #[must_use]
    pub fn roles_of(&self, person: &str) -> Vec<RoleId> {
        let roles = (0u16..).map(RoleId).take(self.program.roles.len());
        roles
            .filter(|role| {
                let has = |people: Vec<String>| people.iter().any(|name| name == person);
                has(self.filling(*role)) || has(self.reached(*role))
            })
            .collect()
    }

    /// A person's full name, or the name they sign with.
    #[must_use]
    pub fn full_name(&self, person: &str) -> String {
        let configured = self.config.people.get(person).and_then(|known| known.name.clone());
        configured.unwrap_or_else(|| person.to_owned())
    }

    /// A person's address on a channel.
    #[must_use]
    pub fn address(&self, person: &str, channel: &str) -> Option<String> {
        self.config.people.get(person).and_then(|known| known.reach.get(channel).cloned())
    }

    /// The channels a person is reached on, where the plan names none.
    #[must_use]
    pub fn channels(&self, person: &str) -> Vec<String> {
        self.config.people.get(person).map(|known| known.reach.keys().cloned().collect()).unwrap_or_default()
    }

    fn is_absent(&self, person: &str) -> bool {
        let absences =
            self.config.people.get(person).map(|known| known.absent.as_slice()).unwrap_or_default();
        absences.iter().any(|absence| (absence.from..=absence.to).contains(&self.today))
    }
}
