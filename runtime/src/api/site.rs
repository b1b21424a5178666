//! What every request works with: the tenants with their engines, the limits, the measurements.
//!
//! Invariant: a request reaches an engine only through a token (or a signed link) of that engine's tenant, and only
//! after the table of [`super::allowed`] was asked.

use super::allowed::{self, Role, What};
use super::fault::{Answer, FORBIDDEN, Fault, UNAUTHENTICATED};
use super::limits::{Limits, Peer};
use super::metrics::Metrics;
use super::token::{Holder, Tokens, tenant_of};
use crate::engine::Engine;
use crate::error::Result;
use crate::loading;
use crate::plans::Ready;
use axum::extract::FromRequestParts;
use axum::http::{header, request::Parts};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use wf_vm::event::Actor;

/// Where the log goes: one line per failure, without personal data.
pub type Log = Box<dyn Fn(&str) + Send + Sync>;

/// How long the newest plan of a workflow is believed to be that; another process may load a newer one.
const FRESH_PLAN: Duration = Duration::from_secs(1);

/// Everything the API serves.
pub struct Site {
    /// Tenants by name.
    pub tenants: HashMap<String, Arc<TenantSite>>,
    /// How much is let in.
    pub limits: Limits,
    /// What is measured.
    pub metrics: Metrics,
    /// Where links lead, without a slash at the end: `https://workflows.example.org`.
    pub public_url: String,
    /// The server is stopping.
    pub stopping: AtomicBool,
    /// Where failures are told.
    pub log: Log,
}

impl fmt::Debug for Site {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Site").field("tenants", &self.tenants.keys()).finish_non_exhaustive()
    }
}

/// One tenant.
#[derive(Debug)]
pub struct TenantSite {
    /// Its instances and plans.
    pub engine: Engine,
    /// The same for those who may see what happened, and not to whom.
    closed: Engine,
    /// Its tokens.
    pub tokens: Tokens,
    /// The key that signs its links.
    pub link_key: Vec<u8>,
    newest: RwLock<HashMap<String, (Arc<Ready>, Instant)>>,
}

impl TenantSite {
    /// A tenant with its engine and the key of its links.
    #[must_use]
    pub fn new(engine: Engine, link_key: Vec<u8>) -> Self {
        let closed = engine.closed();
        Self { engine, closed, tokens: Tokens::default(), link_key, newest: RwLock::default() }
    }

    /// The newest plan of `NAME` or `NAME@VERSION`, from memory where it was read just now.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn newest(&self, named: &str) -> Result<Arc<Ready>> {
        {
            let known = self.newest.read().unwrap_or_else(PoisonError::into_inner);
            if let Some((ready, read)) = known.get(named)
                && read.elapsed() < FRESH_PLAN
            {
                return Ok(Arc::clone(ready));
            }
        }
        let ready = loading::newest(&self.engine, named).await?;
        let mut known = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        // Versions are asked for by few; `x@1`, `x@v1`, `x@01` would fill the memory.
        if !named.contains('@') {
            known.insert(named.to_owned(), (Arc::clone(&ready), Instant::now()));
        }
        Ok(ready)
    }

    /// A plan was loaded: what was the newest may not be any more.
    pub fn forget_newest(&self) {
        self.newest.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Who asks: a token that is valid.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whom the token stands for.
    pub holder: Arc<Holder>,
    /// Everything.
    pub site: Arc<Site>,
    tenant: Arc<TenantSite>,
}

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Answer<Self> {
        let token = bearer(parts)?;
        let found = match tenant_of(token).and_then(|tenant| site.tenants.get(&tenant)) {
            None => None,
            Some(tenant) => {
                let engine = &tenant.engine;
                let holder = tenant.tokens.holder(&engine.store, &engine.clock, token).await?;
                holder.map(|holder| (Arc::clone(tenant), holder))
            }
        };
        let Some((tenant, holder)) = found else {
            // Whoever guesses is slowed down.
            site.limits.address(parts.extensions.get::<Peer>())?;
            return Err(Fault::new(UNAUTHENTICATED, "the token is not known, was revoked, or has expired")
                .help("an operator makes a new one with `wfrun token add`"));
        };
        site.limits.token(&tenant.engine.store.tenant().name, &holder.id)?;
        Ok(Self { holder, site: Arc::clone(site), tenant })
    }
}

fn bearer(parts: &Parts) -> Answer<&str> {
    let none = || {
        Fault::new(UNAUTHENTICATED, "the request carries no token").help(
            "send the header `Authorization: Bearer TOKEN`; an operator makes tokens with `wfrun token add`",
        )
    };
    let given = parts.headers.get(header::AUTHORIZATION).ok_or_else(none)?;
    let (scheme, token) = given.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(none)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(none()) }
}

impl Caller {
    /// The engine, for something that this token may do.
    ///
    /// # Errors
    /// When it may not.
    pub fn may(&self, what: What) -> Answer<&Engine> {
        if allowed::may(self.holder.role, what) {
            let open = self.holder.role != Role::Auditor;
            return Ok(if open { &self.tenant.engine } else { &self.tenant.closed });
        }
        Err(Fault::new(
            FORBIDDEN,
            format!("a token of the role `{}` may not {}", self.holder.role, allowed::in_words(what)),
        )
        .help(format!("a token of one of these roles may: {}", allowed::who_may(what).join(", "))))
    }

    /// The tenant, for something that this token may do.
    ///
    /// # Errors
    /// When it may not.
    pub fn tenant(&self, what: What) -> Answer<&Arc<TenantSite>> {
        self.may(what).map(|_| &self.tenant)
    }

    /// The person who acts: the token's own, or whom an operator names.
    ///
    /// # Errors
    /// When the token may not act for others, or not force.
    pub fn actor(&self, ready: &Ready, by: Option<String>, force: Option<String>) -> Answer<Actor> {
        let own = self.holder.person.as_deref();
        let person = match by.as_deref().or(own) {
            Some(person) if Some(person) == own => person,
            Some(person) => {
                self.may(What::ActForOthers)?;
                person
            }
            None => return Err(Fault::new(FORBIDDEN, "this token stands for no person")),
        };
        if force.is_some() {
            self.may(What::Force)?;
        }
        Ok(self.tenant.engine.actor(ready, person, force))
    }
}
