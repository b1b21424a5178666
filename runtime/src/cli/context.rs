//! What every command needs: the store, the configuration, the clock, and who acts.

use super::screen::remark;
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::Engine;
use crate::error::{Problem, Result};
use crate::moment;
use crate::plans::Ready;
use crate::privacy::key::MasterKey;
use crate::store::{Address, Store, Tenant};
use clap::Args;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use wf_vm::event::Actor;

/// Options of every command.
#[derive(Args, Debug)]
pub struct Common {
    /// Where everything is kept: `sqlite:PATH` or `postgres://USER@HOST/DATABASE`
    #[arg(
        long,
        global = true,
        value_name = "STORE",
        default_value = "sqlite:wfrun.sqlite",
        env = "WFRUN_STORE",
        help_heading = "Everywhere"
    )]
    pub store: String,
    /// Configuration: people, channels, systems [default: wfrun.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE", env = "WFRUN_CONFIG", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// The master key that keys to personal data are kept under [default: the one of the configuration, if any]
    #[arg(long, global = true, value_name = "FILE", env = "WFRUN_MASTER_KEY", help_heading = "Everywhere")]
    pub master_key: Option<PathBuf>,
    /// A clock that stands at this moment, for tests
    #[arg(long, global = true, value_name = "MOMENT", hide = true)]
    pub now: Option<String>,
}

/// Who acts, and with what authority.
#[derive(Args, Debug, Clone)]
pub struct ActingPerson {
    /// Who does it, as the configuration names them; without a configuration, a role stands for its people
    #[arg(long, value_name = "PERSON", env = "WFRUN_PERSON")]
    pub by: Option<String>,
    /// Force it as an operator; the trail marks it. Needs a reason
    #[arg(long, requires = "reason")]
    pub force: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

impl Common {
    /// The configuration.
    pub fn configuration(&self) -> Result<Config> {
        Config::read(self.config.as_deref())
    }

    /// The master keys that keys to personal data are kept under, the one for new keys first.
    fn master_keys(&self, configs: &[Config]) -> Result<Vec<MasterKey>> {
        let named = self.master_key.iter().map(|file| MasterKey::read(file)).collect::<Result<Vec<_>>>()?;
        let first = configs.iter().map(|config| config.privacy.master_key.as_ref()).collect::<Vec<_>>();
        if first.windows(2).any(|pair| pair.first() != pair.last()) {
            return Err(Problem::input("the tenants of one store name different master keys")
                .help("name the same `master_key` under `[privacy]` in the configuration of each"));
        }
        let mut all = named;
        for config in configs {
            for key in config.privacy.read()? {
                if !all.contains(&key) {
                    all.push(key);
                }
            }
        }
        Ok(all)
    }

    /// The clock: the machine's, unless a test set another.
    pub fn clock(&self) -> Result<Clock> {
        match &self.now {
            None => Ok(Clock::of_machine()),
            Some(text) => moment::parse(text).map(Clock::standing_at).ok_or_else(|| {
                Problem::input(format!("`{text}` is no moment"))
                    .help("write `2026-03-02 09:00` or `2026-03-02T09:00:00Z`")
            }),
        }
    }

    /// Everything opened; a store that is not there is a mistake, not a wish.
    pub async fn engine(&self) -> Result<Engine> {
        self.check_there()?;
        self.engine_made().await
    }

    /// One engine per tenant, over one store.
    pub async fn engines(&self) -> Result<Vec<Engine>> {
        let configs = Config::read_tenants(self.config.as_deref())?;
        self.tell_of_a_new_store()?;
        let store = Store::open(&Address::parse(&self.store)?, Tenant::named("default")).await?;
        let store = store.with_master_keys(self.master_keys(&configs)?);
        // One writer for all of them: what waits together is written together.
        let first = Engine::new(store, Arc::default(), self.clock()?);
        let engines = configs.into_iter().map(|config| {
            let tenant = Tenant::named(config.tenant.as_deref().unwrap_or("default"));
            first.for_tenant(tenant, Arc::new(config))
        });
        Ok(engines.collect())
    }

    /// The configurations of all tenants that the file names.
    pub fn configurations(&self) -> Result<Vec<Config>> {
        Config::read_tenants(self.config.as_deref())
    }

    /// One engine for each tenant that has rows in the store, whether the configuration names it or not.
    pub async fn engines_of_store(&self) -> Result<Vec<Engine>> {
        self.check_there()?;
        let mut engines = self.engines().await?;
        let Some(first) = engines.first().cloned() else { return Ok(engines) };
        for tenant in first.store.tenants().await? {
            if !engines.iter().any(|engine| *engine.store.tenant() == tenant) {
                engines.push(first.for_tenant(tenant, Arc::default()));
            }
        }
        Ok(engines)
    }

    fn check_there(&self) -> Result<()> {
        if let Address::File(path) = Address::parse(&self.store)?
            && !path.exists()
        {
            return Err(Problem::not_found(format!("there is no store `{}`", path.display()))
                .help("`wfrun load PLAN` makes one; or name the one you mean with `--store sqlite:PATH`"));
        }
        Ok(())
    }

    /// Whoever is in another folder than they think begins an empty store there: that should not go unsaid.
    fn tell_of_a_new_store(&self) -> Result<()> {
        if let Address::File(path) = Address::parse(&self.store)?
            && !path.exists()
        {
            remark(&format!("`{}` is not there yet: a new store is made", path.display()));
        }
        Ok(())
    }

    /// Everything opened, the store made where it is not there yet.
    pub async fn engine_made(&self) -> Result<Engine> {
        let config = self.configuration()?;
        if let Some(first) = config.tenants.first() {
            return Err(Problem::input("the configuration lists several tenants")
                .help(format!("name the one you mean, for example with `--config {}`", first.display())));
        }
        let tenant = Tenant::named(config.tenant.as_deref().unwrap_or("default"));
        let masters = self.master_keys(std::slice::from_ref(&config))?;
        self.tell_of_a_new_store()?;
        let store = Store::open(&Address::parse(&self.store)?, tenant).await?.with_master_keys(masters);
        Ok(Engine::new(store, Arc::new(config), self.clock()?))
    }
}

impl ActingPerson {
    /// The person with the roles they act in today.
    pub fn actor(&self, engine: &Engine, ready: &Ready) -> Result<Actor> {
        let person = match &self.by {
            Some(person) => person.clone(),
            None => std::env::var("USER")
                .map_err(|_| Problem::input("nobody is named who does it").help("add `--by PERSON`"))?,
        };
        let forced = self.force.then(|| self.reason.clone()).flatten();
        Ok(engine.actor(ready, &person, forced))
    }

    /// The reason, for acts that always need one.
    pub fn required_reason(&self) -> Result<String> {
        self.reason.clone().ok_or_else(|| Problem::input("a reason is required").help("add `--reason TEXT`"))
    }
}

/// Reads where to listen; `localhost` is this machine.
pub fn listening_address(text: &str) -> Result<SocketAddr, String> {
    let digits = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    digits.as_deref().unwrap_or(text).parse().map_err(|_| {
        "write ADDRESS:PORT, such as 127.0.0.1:8080, or 0.0.0.0:8080 for every address of this machine; a port is at most \
         65535"
            .to_owned()
    })
}

/// Reads `NAME=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_to_listen_is_read_as_people_write_it() {
        assert_eq!(listening_address("localhost:8080"), Ok(SocketAddr::from(([127, 0, 0, 1], 8080))));
        assert_eq!(listening_address("0.0.0.0:0"), Ok(SocketAddr::from(([0, 0, 0, 0], 0))));
        assert!(listening_address("[::1]:8080").is_ok());
        for wrong in ["8080", ":8080", "127.0.0.1", "127.0.0.1:99999", "example.org:80", ""] {
            assert!(listening_address(wrong).unwrap_err().contains("ADDRESS:PORT"), "{wrong}");
        }
    }
}
