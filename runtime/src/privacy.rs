//! Personal data at rest: sealed under a key per data subject, so that erasing a person is destroying a key.
//!
//! Flow: an instance of a workflow with `personal` fields gets a [`Subject`] when it starts; its personal values, and the
//! texts made with them, are sealed before any hash is taken ([`event`], [`fact`]) or as they go into the store; reading
//! opens them again while the key is there. Which those are is worked out once per plan ([`personal`]). Invariant: in
//! memory values are open, in the store and in what is hashed they are sealed; workflows without personal fields stay
//! as they are.

pub mod erase;
pub mod event;
pub mod fact;
pub mod find;
pub mod key;
pub mod personal;
pub mod seal;

use crate::error::{Class, Problem, Result};
use key::SubjectKey;
use seal::Seal;
use serde::{Serialize, Serializer};

/// What stands where a personal value is not shown.
pub const HIDDEN: &str = "[personal]";
/// What stands where a personal value was, once the person was erased.
pub const ERASED: &str = "[erased]";

/// Whose personal data an instance holds, and whether it can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Random name of the key.
    pub id: String,
    /// The key, or why there is none.
    pub held: Held,
    /// The instance's title is made with personal values.
    pub hides_title: bool,
    /// So is its reference.
    pub hides_reference: bool,
    /// The value of its `one per` field is personal.
    pub hides_one_per: bool,
    /// Something sealed does not open: it, or the key, was changed.
    pub broken: bool,
}

/// A data subject's key, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// Here it is.
    Key(SubjectKey),
    /// The person was erased, and the key with them.
    Erased,
    /// It is kept under a master key that this program was not given.
    Locked,
    /// It is gone, or damaged, without an erasure.
    Lost,
}

impl Subject {
    /// A subject whose key is this.
    #[must_use]
    pub fn new(id: String, held: Held) -> Self {
        let no = false;
        Self { id, held, hides_title: no, hides_reference: no, hides_one_per: no, broken: no }
    }

    /// What seals and opens values of an instance, where the key is here.
    #[must_use]
    pub fn seal<'a>(&'a self, tenant: &'a str, instance: &'a str) -> Option<Seal<'a>> {
        match &self.held {
            Held::Key(key) => Some(Seal { key, tenant, instance }),
            _ => None,
        }
    }

    /// What stands for a value that cannot be opened.
    #[must_use]
    pub fn instead(&self) -> &'static str {
        if self.held == Held::Erased { ERASED } else { HIDDEN }
    }

    /// That what is sealed can be read.
    ///
    /// # Errors
    /// Why it cannot, and what to do.
    pub fn readable(&self, instance: &str) -> Result<()> {
        match &self.held {
            Held::Key(_) if !self.broken => Ok(()),
            Held::Key(_) => {
                Err(Problem::damaged(format!("what is sealed of `{instance}` does not open: it was changed"))
                    .help("`wfrun audit verify` names what; restore it from a backup"))
            }
            Held::Erased => Err(Problem::new(
                Class::Refused,
                format!("the person `{instance}` is about was erased, so where it stood is not known any more"),
            )
            .help(format!("`wfrun trail {instance}` shows what remains"))),
            Held::Locked => Err(Problem::machine(format!(
                "the personal data of `{instance}` is sealed under a master key that is not here"
            ))
            .help("name it with `--master-key FILE`, or with `master_key` under `[privacy]` in the configuration")),
            Held::Lost => {
                Err(Problem::damaged(format!("the key to the personal data of `{instance}` is missing"))
                    .help("nobody was erased: restore the table `subject_key` from a backup"))
            }
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.id)
    }
}
