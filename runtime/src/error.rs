//! What can go wrong in the program's run, told to the person who started it.
//!
//! One type for everything: what is wrong, what to do, and the class that decides the exit code. The binary shows
//! it through miette (`cli/screen.rs`). Invariant: the words name files, instances and people, never types of the program.

use std::fmt;

/// The result of everything in the runtime that can fail.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// Classes of problems; the exit code and a caller's reaction depend on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// The command, a file or a value given is wrong.
    Input,
    /// What was named is not in the store.
    NotFound,
    /// The process refused the act, and recorded that.
    Refused,
    /// Somebody else wrote to the same instance meanwhile; trying again is right.
    Conflict,
    /// Stored data is not what was written.
    Damaged,
    /// The store, the network or the machine failed.
    Machine,
    /// There is no room to write; reading goes on.
    NoRoom,
}

/// Something that went wrong.
#[derive(Debug)]
pub struct Problem {
    class: Class,
    what: String,
    help: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Problem {
    /// A problem of a class, in words: lower case, no full stop.
    pub fn new(class: Class, what: impl Into<String>) -> Self {
        Self { class, what: what.into(), help: None, cause: None }
    }

    /// A command, file or value that is wrong.
    pub fn input(what: impl Into<String>) -> Self {
        Self::new(Class::Input, what)
    }

    /// Something that is not in the store.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::new(Class::NotFound, what)
    }

    /// Stored data that is not what was written.
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::new(Class::Damaged, what)
    }

    /// A failure of the machine around us.
    pub fn machine(what: impl Into<String>) -> Self {
        Self::new(Class::Machine, what)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the failure below this one.
    #[must_use]
    pub fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The same problem for somebody else who meets it; the cause stays with the first, in words.
    #[must_use]
    pub fn again(&self) -> Self {
        let what = match &self.cause {
            Some(cause) => format!("{}: {cause}", self.what),
            None => self.what.clone(),
        };
        Self { class: self.class, what, help: self.help.clone(), cause: None }
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// What to do about it, where something can be said.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The exit code of the program: 1 refused or not proven, 2 wrong input, 3 a failure.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.class {
            Class::Refused | Class::Damaged => 1,
            Class::Input | Class::NotFound => 2,
            Class::Conflict | Class::Machine | Class::NoRoom => 3,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
