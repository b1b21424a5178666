//! `wfrun check-config`.

use super::context::Common;
use super::screen::{BAD, BOLD, FAINT, GOOD, say};
use crate::audit::checkpoint::key;
use crate::channel::Output;
use crate::config::{Config, nearest};
use crate::error::{Class, Problem, Result};
use crate::outbox::Carriers;
use clap::Args;
use std::collections::BTreeSet;

const EXAMPLE: &str = "\
A complete wfrun.toml:
  tenant = \"acme\"                        # whose instances these are; one store may hold several
  public_url = \"https://wf.acme.example\" # where people reach `wfrun serve`: links in letters lead there

  [people.anna]                          # the name she signs with: `--by anna`
  name = \"Anna Bianchi\"
  roles = [\"csm\", \"head_of_customers\"]   # as the workflows name them
  language = \"it\"
  absent = [\"2026-08-10 to 2026-08-21\"]  # her deputy gets her work meanwhile
  reach = { slack = \"U0123\", email = \"anna@acme.example\" }

  [channels.slack]                       # a channel, as the workflows name it
  kind = \"webhook\"                       # console, file, webhook or email
  url = \"https://hooks.acme.example/slack\"
  secret_env = \"ACME_SLACK_SECRET\"       # or secret_file; signs requests as Standard Webhooks describe it
  timeout_seconds = 15
  attempts = 8                           # then the receiver's next channel is tried
  at_once = 4                            # letters under way at a time
  per_minute = 0                         # letters a minute at most; 0: no limit
  breaker_after = 5                      # failures in a row, then it is left alone for a while; 0: never

  [channels.email]
  kind = \"email\"
  server = \"smtp.acme.example\"           # or with its port, smtp.acme.example:2525
  encryption = \"starttls\"               # or tls; none only for a server on this machine
  user = \"workflows\"
  password_env = \"ACME_MAIL_PASSWORD\"    # or password_file
  from = \"Acme workflows <workflows@acme.example>\"
  reply_to = \"reply@acme.example\"        # each letter adds its token: reply+TOKEN@acme.example

  [channels.chat]
  kind = \"file\"
  path = \"chat.jsonl\"

  [systems.crm]
  kind = \"webhook\"
  url = \"https://crm.acme.example/hook\"

  [audit]                                # checkpoints of the trail: signed, and kept outside the store
  key = \"audit.key\"                      # made by `wfrun audit key new audit.key`
  anchor = \"/mnt/elsewhere/anchor.jsonl\" # or a URL that takes a POST
  every_minutes = 60

  [privacy]                              # personal data is sealed under keys; this one stands above them
  master_key = \"master.key\"            # made by `wfrun subject new-master-key master.key`

Without the file everything goes to the console, and each role is filled by a person named like it.";

/// Reads the configuration, connects what it names, and compares it with the loaded plans.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct CheckConfig {}

impl CheckConfig {
    pub async fn run(self, common: &Common) -> Result<()> {
        let config = common.configuration()?;
        Carriers::connect(&config, &Output::Silent)?;
        if let Some(file) = &config.audit.key {
            key::read(file)?;
        }
        config.privacy.read()?;
        for (name, person) in &config.people {
            let shown = person.name.as_deref().unwrap_or(name);
            say(&format!("{BOLD}{name}{BOLD:#}  {shown}: {}", person.roles.join(", ")));
        }
        for (name, connection) in config.channels.iter().chain(&config.systems) {
            say(&format!("{BOLD}{name}{BOLD:#}  {}", connection.kind.name()));
        }
        let problems = compare(common, &config).await?;
        if problems == 0 {
            say(&format!("{GOOD}the configuration is in order{GOOD:#}"));
            return Ok(());
        }
        Err(Problem::new(Class::Refused, format!("the configuration leaves {problems} open"))
            .help("what is listed above works, but perhaps not as you mean it"))
    }
}

/// What the loaded plans need and the configuration does not say, and the other way round.
async fn compare(common: &Common, config: &Config) -> Result<usize> {
    let engine = match common.engine().await {
        Err(problem) if problem.class() == Class::NotFound => {
            say(&format!("{FAINT}there is no store yet to compare it with{FAINT:#}"));
            return Ok(0);
        }
        opened => opened?,
    };
    let (mut roles, mut channels, mut systems) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for plan in engine.store.plans().await? {
        let ready = engine.plans.get(&engine.store, &plan.hash).await?;
        let program = ready.program();
        roles.extend(
            program
                .roles
                .iter()
                .filter(|role| role.people.is_empty() && !role.external)
                .map(|role| role.name.clone()),
        );
        channels.extend(program.channels.iter().map(|channel| channel.name.clone()));
        systems.extend(program.systems.iter().map(|system| system.name.clone()));
    }
    engine.store.close().await;
    if roles.is_empty() && channels.is_empty() {
        say(&format!("{FAINT}no plan is loaded to compare it with{FAINT:#}"));
        return Ok(0);
    }
    let filled: BTreeSet<String> =
        config.people.values().flat_map(|person| person.roles.iter().cloned()).collect();
    let mut open = Vec::new();
    for role in filled.difference(&roles) {
        let near = nearest(role, roles.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        open.push(format!("no workflow has a role `{role}`{near}"));
    }
    if !config.people.is_empty() {
        open.extend(
            roles
                .difference(&filled)
                .map(|role| format!("nobody fills `{role}`; only a person named `{role}` can act for it")),
        );
    }
    for channel in channels.iter().filter(|name| !config.channels.contains_key(*name)) {
        say(&format!("{FAINT}{channel} is not connected: its messages go to the console{FAINT:#}"));
    }
    for system in systems.iter().filter(|name| !config.systems.contains_key(*name)) {
        say(&format!("{FAINT}{system} is not connected: its updates go to the console{FAINT:#}"));
    }
    open.iter().for_each(|line| say(&format!("{BAD}{line}{BAD:#}")));
    Ok(open.len())
}
