//! The configuration: who fills which role, and how channels and systems are connected.
//!
//! One file, `wfrun.toml`; without it every message and update goes to the console and each role is filled by a
//! person named like the role. Invariant: a key this program does not know is refused, with the nearest one it does.

mod connection;

use crate::error::{Problem, Result};
use crate::moment;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use wf_plan::Date;

pub use connection::{Connection, Encryption, host};

/// The file looked for when none is named.
pub const DEFAULT_FILE: &str = "wfrun.toml";

/// Bytes a configuration may have: a thousand people with everything fit into a tenth of it.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// Everything configured.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Whose instances these are; one store may hold several tenants.
    pub tenant: Option<String>,
    /// People by the name they sign with.
    pub people: BTreeMap<String, Person>,
    /// Channels by their names in plans.
    pub channels: BTreeMap<String, Connection>,
    /// Systems by their names in plans.
    pub systems: BTreeMap<String, Connection>,
    /// For `wfrun serve`: one configuration file per tenant, beside this one. A file that lists tenants holds no more.
    pub tenants: Vec<PathBuf>,
    /// Checkpoints of the audit registry.
    pub audit: crate::audit::settings::Settings,
    /// Public address of the server, for links in letters: `https://workflows.acme.example`. Without it (and without
    /// `wfrun serve --url`) letters carry no links.
    pub public_url: Option<String>,
    /// The master key above the keys to personal data.
    pub privacy: crate::privacy::key::Settings,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// Full name, for messages.
    pub name: Option<String>,
    /// Roles they fill.
    pub roles: Vec<String>,
    /// Language tag, such as `it`.
    pub language: Option<String>,
    /// Absences, `2026-08-10 to 2026-08-21` or one day; both ends included.
    pub absent: Vec<Absence>,
    /// Addresses by channel: `slack = "U0123"`.
    pub reach: BTreeMap<String, String>,
}

/// Days on which a person is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Absence {
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
}

impl TryFrom<String> for Absence {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (from, to) = text.split_once(" to ").unwrap_or((&text, &text));
        match (moment::parse_date(from.trim()), moment::parse_date(to.trim())) {
            (Some(from), Some(to)) if from <= to => Ok(Self { from, to }),
            _ => Err(format!("`{text}` is no absence: write `2026-08-10 to 2026-08-21`")),
        }
    }
}

/// What carries a channel or system.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Adapter {
    /// Printed on the terminal.
    #[default]
    Console,
    /// One JSON line per message at the end of a file.
    File,
    /// An HTTP POST, signed.
    Webhook,
    /// An e-mail, by SMTP.
    Email,
}

impl Adapter {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::File => "file",
            Self::Webhook => "webhook",
            Self::Email => "email",
        }
    }
}

impl Config {
    /// Reads a file; without a name, `wfrun.toml` in the current folder if it is there.
    ///
    /// # Errors
    /// When the file named cannot be read, or anything in it is wrong.
    pub fn read(named: Option<&Path>) -> Result<Self> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        if named.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let shown = path.display();
        let size = std::fs::metadata(path).map(|about| about.len());
        if size.is_ok_and(|size| size > FILE_LIMIT) {
            return Err(Problem::input(format!(
                "the configuration `{shown}` has more than {FILE_LIMIT} bytes"
            )));
        }
        let text = std::fs::read_to_string(path).map_err(|cause| {
            Problem::input(format!("the configuration `{shown}` cannot be read"))
                .help("name it with `--config FILE`, or leave the option out")
                .because(cause)
        })?;
        Self::parse(&text, &shown.to_string())
    }

    /// The configurations of all tenants that a file names: its own, or one for each file it lists.
    ///
    /// # Errors
    /// When one of them is wrong, has no name, or has another's.
    pub fn read_tenants(named: Option<&Path>) -> Result<Vec<Self>> {
        let whole = Self::read(named)?;
        if whole.tenants.is_empty() {
            return Ok(vec![whole]);
        }
        let folder = named.unwrap_or(Path::new(DEFAULT_FILE)).parent().unwrap_or(Path::new(""));
        let mut all: Vec<Self> = Vec::new();
        for file in &whole.tenants {
            let path = folder.join(file);
            let (config, shown) = (Self::read(Some(&path))?, path.display());
            let Some(tenant) = &config.tenant else {
                return Err(Problem::input(format!("the configuration `{shown}` does not say whose it is"))
                    .help("write `tenant = \"NAME\"` at its top"));
            };
            if all.iter().any(|other| other.tenant.as_ref() == Some(tenant)) {
                return Err(Problem::input(format!("two configurations are of the tenant `{tenant}`"))
                    .help(format!("give the one in `{shown}` another name")));
            }
            if !config.tenants.is_empty() {
                return Err(Problem::input(format!("the configuration `{shown}` lists tenants itself"))
                    .help("list all of them in one file"));
            }
            all.push(config);
        }
        Ok(all)
    }

    /// Reads the text of a configuration; `name` is for messages.
    ///
    /// # Errors
    /// When anything in it is wrong.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let config: Self = toml::from_str(text).map_err(|cause| wrong(text, name, &cause))?;
        let lists = !config.tenants.is_empty();
        if lists && config != (Self { tenants: config.tenants.clone(), ..Self::default() }) {
            return Err(Problem::input(format!("the configuration `{name}` lists tenants and says more"))
                .help("people, channels and systems belong into the file of each tenant"));
        }
        if let Some(url) = config.public_url.as_ref().filter(|url| !connection::is_web_address(url)) {
            return Err(Problem::input(format!(
                "the configuration `{name}` is wrong: the `public_url` `{url}` must begin with `https://` or `http://`"
            ))
            .help("write the address under which people reach `wfrun serve`"));
        }
        for (kind, connections) in [("channels", &config.channels), ("systems", &config.systems)] {
            for (key, connection) in connections {
                connection.check(kind, key).map_err(|what| {
                    Problem::input(format!("the configuration `{name}` is wrong: {what}"))
                        .help("`wfrun check-config --help` shows a complete example")
                })?;
            }
        }
        Ok(config)
    }
}

fn wrong(text: &str, name: &str, cause: &toml::de::Error) -> Problem {
    let line =
        cause.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
    let at = line.map_or_else(String::new, |line| format!(", line {line}"));
    let said = cause.message();
    let problem = Problem::input(format!(
        "the configuration `{name}`{at} is wrong: {}",
        said.lines().next().unwrap_or(said)
    ));
    match nearest_known(said) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("`wfrun check-config --help` shows a complete example"),
    }
}

/// Of "unknown field `x`, expected one of `a`, `b`", the known one that `x` was meant to be.
pub(crate) fn nearest_known(said: &str) -> Option<String> {
    if !said.starts_with("unknown ") {
        return None;
    }
    let mut quoted = said.split('`').skip(1).step_by(2);
    let wrong = quoted.next()?;
    nearest(wrong, quoted)
}

/// The candidate a person most likely meant.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let close =
        |candidate: &&str| strsim::damerau_levenshtein(wrong, candidate) <= 1 + wrong.chars().count() / 3;
    let best =
        candidates.into_iter().filter(close).min_by_key(|known| strsim::damerau_levenshtein(wrong, known));
    best.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        tenant = "acme"
        [people.anna]
        name = "Anna Bianchi"
        roles = ["csm"]
        language = "it"
        absent = ["2026-08-10 to 2026-08-21", "2026-12-24"]
        reach = { slack = "U0123" }
        [channels.slack]
        kind = "webhook"
        url = "https://example.org/slack"
        secret_env = "SLACK_SECRET"
        [systems.crm]
        kind = "file"
        path = "crm.jsonl"
    "#;

    #[test]
    fn a_whole_file() {
        let config = Config::parse(WHOLE, "wfrun.toml").unwrap();
        let anna = &config.people["anna"];
        assert_eq!(anna.roles, ["csm"]);
        assert_eq!(anna.absent[1].from, anna.absent[1].to);
        assert_eq!(config.channels["slack"].kind, Adapter::Webhook);
        assert_eq!(config.systems["crm"].attempts, 8);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
        let problem = Config::parse("[people.anna]\nrols = [\"csm\"]\n", "wfrun.toml").unwrap_err();
        assert!(problem.to_string().contains("line 2"), "{problem}");
        assert!(problem.to_string().contains("unknown field `rols`"), "{problem}");
        assert_eq!(problem.advice(), Some("did you mean `roles`?"));
    }

    #[test]
    fn an_unknown_kind_is_refused_with_the_one_that_was_meant() {
        let problem = Config::parse("[channels.slack]\nkind = \"consol\"\n", "wfrun.toml").unwrap_err();
        assert_eq!(problem.advice(), Some("did you mean `console`?"));
    }

    #[test]
    fn what_a_kind_needs_must_be_there() {
        for (text, missing) in [
            ("[channels.a]\nkind = \"file\"", "needs a `path`"),
            ("[channels.a]\nkind = \"webhook\"", "needs a `url`"),
            ("[channels.a]\nkind = \"webhook\"\nurl = \"example.org\"", "must begin with"),
            ("[systems.a]\nattempts = 0", "at least 1"),
            ("[people.a]\nabsent = [\"next week\"]", "is no absence"),
        ] {
            let problem = Config::parse(text, "wfrun.toml").unwrap_err();
            assert!(problem.to_string().contains(missing), "{text}: {problem}");
        }
    }
}
