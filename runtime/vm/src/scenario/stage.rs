//! What a scenario is played on: instances, a clock, and people.
//!
//! The player decides what happens and when; a stage lets it happen and tells what was asked of the world. It starts
//! children and workflows by itself, carries their ends back to their parents, and adds them to its instances.
//! Invariant: the clock moves by [`Stage::start`] and [`Stage::advance`] only, and never back.

use crate::effect::Effect;
use crate::event::{Actor, EventKind};
use crate::prepared::Prepared;
use crate::state::State;
use wf_plan::plan::RoleId;
use wf_plan::{Moment, Program, Value};

/// What a scenario is played on. Instances are numbered in the order in which they start: 0 is the scenario's own.
pub trait Stage {
    /// The workflow of this name, ready to run; the newest version where there are several.
    fn program(&self, workflow: &str) -> Option<&Prepared>;

    /// Names of the workflows there are, for "there is no such workflow".
    fn workflows(&self) -> Vec<String>;

    /// What time it is.
    fn now(&self) -> Moment;

    /// Sets the clock and starts the scenario's own instance. Inputs are in the program's order. A start that the
    /// interpreter refuses is no error: the effects say so, and there is an instance that has not started.
    ///
    /// # Errors
    /// When the stage itself fails.
    fn start(
        &mut self,
        workflow: &str,
        at: Moment,
        inputs: Vec<Value>,
        starter: Option<Actor>,
    ) -> Result<Vec<Seen>, StageError>;

    /// Lets an event happen to an instance now, with all that follows at once in other instances.
    ///
    /// # Errors
    /// When the stage itself fails. An event that the interpreter refuses is no error: the effects say so.
    fn apply(&mut self, instance: usize, kind: EventKind) -> Result<Vec<Seen>, StageError>;

    /// When time alone will change something next, in any instance.
    fn next_due(&self) -> Option<Moment>;

    /// Sets the clock and lets everything due by then happen. The player stops at every [`Stage::next_due`] on its
    /// way, so that what is seen bears its own time. Afterwards nothing is due any more at that time.
    ///
    /// # Errors
    /// When the stage itself fails.
    fn advance(&mut self, to: Moment) -> Result<Vec<Seen>, StageError>;

    /// The instances so far, in the order in which they started.
    fn instances(&self) -> Vec<Instance<'_>>;

    /// Who fills a role.
    fn people(&self, program: &Program, role: RoleId) -> People {
        let Some(declared) = program.roles.get(role.index()) else { return People::default() };
        if declared.people.is_empty() {
            People { named: vec![declared.name.clone()], and_others: !declared.one_person }
        } else {
            People { named: declared.people.clone(), and_others: false }
        }
    }
}

/// Who fills a role on a stage.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct People {
    /// Known by name, in the order in which they act.
    pub named: Vec<String>,
    /// More may be made up (`legal-2`, `legal-3`) where one person is not enough.
    pub and_others: bool,
}

/// An instance on a stage.
#[derive(Clone, Copy, Debug)]
pub struct Instance<'a> {
    /// Its plan.
    pub prepared: &'a Prepared,
    /// Its state now.
    pub state: &'a State,
}

/// One thing that was asked of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seen {
    /// By which instance.
    pub instance: usize,
    /// When.
    pub at: Moment,
    /// What.
    pub effect: Effect,
}

/// The stage itself failed, in words: the store is gone, a child's plan is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageError(pub String);

impl std::fmt::Display for StageError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for StageError {}
