//! What a siege is to do, from a command line or a test. Invariant: what is not understood is refused.

use std::path::PathBuf;

/// What to do.
#[derive(Clone, Debug)]
pub struct Settings {
    pub seconds: u64,
    pub seed: u64,
    pub clients: u32,
    /// A store to use instead of a file in a folder of its own.
    pub store: Option<String>,
    pub is_postgres: bool,
    /// The `wfrun` to besiege; otherwise the one beside this program.
    pub program: Option<PathBuf>,
    /// Faults left out.
    pub without: Vec<String>,
    /// The one fault that is struck, where one is named.
    pub only: Option<String>,
    /// After so many faults it ends early.
    pub most: u32,
    /// Milliseconds between two faults, at most.
    pub pace: u64,
    pub keep: bool,
    /// Instead of random faults: every failpoint in turn.
    pub is_everywhere: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seconds: 60,
            seed: 1,
            clients: 16,
            store: None,
            is_postgres: false,
            program: None,
            without: Vec::new(),
            only: None,
            most: u32::MAX,
            pace: 2_500,
            keep: false,
            is_everywhere: false,
        }
    }
}

impl Settings {
    /// From a command line.
    pub fn read(arguments: &[String]) -> Option<Self> {
        let mut settings = Self::default();
        let mut arguments = arguments.iter();
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--postgres" => settings.is_postgres = true,
                "--keep" => settings.keep = true,
                "--points" => settings.is_everywhere = true,
                "--seconds" => settings.seconds = arguments.next()?.parse().ok()?,
                "--seed" => settings.seed = arguments.next()?.parse().ok()?,
                "--clients" => settings.clients = arguments.next()?.parse().ok()?,
                "--most" => settings.most = arguments.next()?.parse().ok()?,
                "--pace" => settings.pace = arguments.next()?.parse().ok()?,
                "--program" => settings.program = Some(arguments.next()?.into()),
                "--without" => settings.without.push(arguments.next()?.clone()),
                "--only" => settings.only = Some(arguments.next()?.clone()),
                "--store" => settings.store = Some(arguments.next()?.clone()),
                _ => return None,
            }
        }
        Some(settings)
    }
}
