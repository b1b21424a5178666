//! Who may ask through the HTTP API: tokens (only their hashes), links that are used up, and the key of links.
//!
//! Invariant: nothing in these tables lets anybody in; a token is known only to whoever was shown it, and the link key
//! never leaves the store.

use super::statement::{Failure, Row, Statement};
use super::{Store, failed};
use crate::error::Result;

/// A token, without the token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenRow {
    /// Name for people: the first digits of its hash.
    pub id: String,
    /// SHA-256 of the token, in hexadecimal.
    pub hash: String,
    /// What it may do: a role of the API.
    pub role: String,
    /// Who acts with it.
    pub person: Option<String>,
    /// Which system sends with it.
    pub system: Option<String>,
    /// What it is for.
    pub note: String,
    /// When it was made.
    pub created_at_ms: i64,
    /// Who made it.
    pub created_by: String,
    /// From when on it is worth nothing.
    pub expires_at_ms: Option<i64>,
    /// When it was revoked.
    pub revoked_at_ms: Option<i64>,
}

impl Store {
    /// Keeps a token's hash.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn add_token(&self, token: &TokenRow) -> Result<()> {
        Statement::new(
            "insert into access_token
                 (shard, tenant, id, hash, role, person, system, note, created_at_ms, created_by, expires_at_ms)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(&token.id)
        .with(&token.hash)
        .with(&token.role)
        .with(&token.person)
        .with(&token.system)
        .with(&token.note)
        .with(token.created_at_ms)
        .with(&token.created_by)
        .with(token.expires_at_ms)
        .run(&self.database)
        .await
        .map(drop)
        .map_err(|cause| failed("a token was added", cause))
    }

    /// The token of a hash, whatever became of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn token(&self, hash: &str) -> Result<Option<TokenRow>> {
        let row = Statement::new("select * from access_token where shard = $1 and tenant = $2 and hash = $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(hash)
            .first(&self.database)
            .await;
        row.and_then(|row| row.as_ref().map(token).transpose())
            .map_err(|cause| failed("a token was looked up", cause))
    }

    /// All tokens, newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>> {
        let rows = Statement::new(
            "select * from access_token where shard = $1 and tenant = $2 order by created_at_ms desc, id",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .all(&self.database)
        .await;
        rows.and_then(|rows| rows.iter().map(token).collect())
            .map_err(|cause| failed("the tokens were listed", cause))
    }

    /// Revokes a token. Tells whether it was there and not revoked already.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke_token(&self, id: &str, now_ms: i64) -> Result<bool> {
        let done = Statement::new(
            "update access_token set revoked_at_ms = $4
             where shard = $1 and tenant = $2 and id = $3 and revoked_at_ms is null",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(id)
        .with(now_ms)
        .run(&self.database)
        .await;
        done.map(|done| done == 1).map_err(|cause| failed("a token was revoked", cause))
    }

    /// Uses a link up. Tells whether it was unused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn use_link(
        &self,
        link: &str,
        instance: &str,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<bool> {
        let done = Statement::new(
            "insert into link_used (shard, tenant, link, instance, used_at_ms, expires_at_ms)
             values ($1, $2, $3, $4, $5, $6) on conflict (shard, tenant, link) do nothing",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(link)
        .with(instance)
        .with(now_ms)
        .with(expires_at_ms)
        .run(&self.database)
        .await;
        done.map(|done| done == 1).map_err(|cause| failed("a link was used", cause))
    }

    /// Makes a link usable again: what was tried with it did not happen.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn give_link_back(&self, link: &str) -> Result<()> {
        Statement::new("delete from link_used where shard = $1 and tenant = $2 and link = $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(link)
            .run(&self.database)
            .await
            .map(drop)
            .map_err(|cause| failed("a link was given back", cause))
    }

    /// Forgets used-up links that would not work any more by themselves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_links(&self, now_ms: i64) -> Result<u64> {
        Statement::new("delete from link_used where shard = $1 and tenant = $2 and expires_at_ms < $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(now_ms)
            .run(&self.database)
            .await
            .map_err(|cause| failed("used links were forgotten", cause))
    }

    /// Whether a link is used up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_link_used(&self, link: &str) -> Result<bool> {
        let row = Statement::new("select 1 from link_used where shard = $1 and tenant = $2 and link = $3")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .with(link)
            .first(&self.database)
            .await;
        row.map(|row| row.is_some()).map_err(|cause| failed("a link was looked up", cause))
    }

    /// The key that signs this tenant's links; `fresh` becomes it where there is none yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn link_key(&self, fresh: &[u8], now_ms: i64) -> Result<Vec<u8>> {
        Statement::new(
            "insert into link_key (shard, tenant, secret, created_at_ms) values ($1, $2, $3, $4)
             on conflict (shard, tenant) do nothing",
        )
        .with(self.tenant.shard)
        .with(&self.tenant.name)
        .with(fresh.to_vec())
        .with(now_ms)
        .run(&self.database)
        .await
        .map_err(|cause| failed("the key of links was made", cause))?;
        let row = Statement::new("select secret from link_key where shard = $1 and tenant = $2")
            .with(self.tenant.shard)
            .with(&self.tenant.name)
            .first(&self.database)
            .await;
        row.and_then(|row| row.map_or_else(|| Err(Failure::new("there is no key")), |row| row.get("secret")))
            .map_err(|cause| failed("the key of links was read", cause))
    }
}

fn token(row: &Row) -> Result<TokenRow, Failure> {
    Ok(TokenRow {
        id: row.get("id")?,
        hash: row.get("hash")?,
        role: row.get("role")?,
        person: row.get("person")?,
        system: row.get("system")?,
        note: row.get("note")?,
        created_at_ms: row.get("created_at_ms")?,
        created_by: row.get("created_by")?,
        expires_at_ms: row.get("expires_at_ms")?,
        revoked_at_ms: row.get("revoked_at_ms")?,
    })
}
