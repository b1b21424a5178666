//! Keys of data subjects, the master key they may be kept under, and the marks by which sealed values are found again.
//!
//! Without a master key the store keeps keys as they are: erasing still destroys them, but whoever has the whole store
//! can read it. With one, neither the store nor a copy of it opens anything by itself. Invariant: no key is ever shown,
//! logged or part of a message.

use super::Held;
use super::seal::{open, shut};
use crate::audit::chain::{Netstrings, hex};
use crate::audit::checkpoint::key::{bytes_of, read_secret, write_secret};
use crate::error::{Problem, Result};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How a key without a master key is spelled.
const PLAIN: &str = "plain";
/// What stands before the digits in the file of a master key.
const SECRET: &str = "wf-master-key-1";

/// Random bytes.
///
/// # Errors
/// When the machine gives none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Problem::machine("the machine gives no random numbers").because(cause))?;
    Ok(bytes)
}

/// The key of a data subject.
#[derive(Clone, PartialEq, Eq)]
pub struct SubjectKey(Arc<[u8; 32]>);

impl SubjectKey {
    /// A new one.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn fresh() -> Result<Self> {
        Ok(Self(Arc::new(random()?)))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SubjectKey")
    }
}

/// A secret that stands above the keys of a store.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    name: String,
    bytes: [u8; 32],
}

impl MasterKey {
    /// Reads its file.
    ///
    /// # Errors
    /// When it cannot be read, is no master key, or others may read it.
    pub fn read(file: &Path) -> Result<Self> {
        read_secret(file, SECRET, "master key", "`wfrun subject new-master-key FILE` makes one").map(Self::of)
    }

    /// Makes one, in a new file that only its owner may read; tells its name.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn make(file: &Path) -> Result<String> {
        let bytes = random()?;
        write_secret(file, SECRET, &bytes)?;
        Ok(Self::of(bytes).name)
    }

    fn of(bytes: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update("wfrun master key 1\n").chain_update(bytes).finalize();
        Self { name: hex(digest.get(..8).unwrap_or_default()), bytes }
    }

    /// Its name: says which one it is, and nothing about it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MasterKey({})", self.name)
    }
}

/// `[privacy]` of the configuration.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The file of the master key under which new keys are kept.
    pub master_key: Option<PathBuf>,
    /// Files of master keys from before: what is kept under them is still read.
    pub older_master_keys: Vec<PathBuf>,
}

impl Settings {
    /// The master keys, the one for new keys first.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(&self) -> Result<Vec<MasterKey>> {
        if self.master_key.is_none() && !self.older_master_keys.is_empty() {
            return Err(Problem::input(
                "`older_master_keys` are named under `[privacy]`, and no `master_key`",
            )
            .help("name the one for new keys as `master_key`"));
        }
        self.master_key.iter().chain(&self.older_master_keys).map(|file| MasterKey::read(file)).collect()
    }
}

/// The master keys this program was given, and the secrets of tenants once they were read.
#[derive(Debug, Default)]
pub struct Keyring {
    masters: Vec<MasterKey>,
    secrets: Mutex<HashMap<String, Secret>>,
}

impl Keyring {
    /// With these master keys, the one for new keys first.
    #[must_use]
    pub fn new(masters: Vec<MasterKey>) -> Self {
        Self { masters, secrets: Mutex::default() }
    }

    /// The name of the master key new keys are kept under.
    #[must_use]
    pub fn master(&self) -> Option<&str> {
        self.masters.first().map(MasterKey::name)
    }

    /// A key as the store keeps it: `plain:HEX`, or `NAME:HEX` under the master key of that name.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn kept(&self, tenant: &str, id: &str, key: &SubjectKey) -> Result<String> {
        self.wrapped(tenant, id, key.bytes())
    }

    fn wrapped(&self, tenant: &str, id: &str, bytes: &[u8; 32]) -> Result<String> {
        match self.masters.first() {
            None => Ok(format!("{PLAIN}:{}", hex(bytes))),
            Some(master) => {
                let sealed = shut(&master.bytes, bytes, about(tenant, id).bytes())?;
                Ok(format!("{}:{}", master.name, hex(&sealed)))
            }
        }
    }

    /// The key out of what the store keeps.
    #[must_use]
    pub fn taken(&self, tenant: &str, id: &str, kept: &str) -> Held {
        match self.unwrapped(tenant, id, kept) {
            Ok(Some(bytes)) => Held::Key(SubjectKey(Arc::new(bytes))),
            Ok(None) => Held::Lost,
            Err(()) => Held::Locked,
        }
    }

    fn unwrapped(&self, tenant: &str, id: &str, kept: &str) -> Result<Option<[u8; 32]>, ()> {
        let Some((name, digits)) = kept.split_once(':') else { return Ok(None) };
        if name == PLAIN {
            return Ok(bytes_of(digits));
        }
        let master = self.masters.iter().find(|master| master.name == name).ok_or(())?;
        let sealed: Option<[u8; 72]> = bytes_of(digits);
        let opened = sealed.and_then(|sealed| open(&master.bytes, &sealed, about(tenant, id).bytes()));
        Ok(opened.and_then(|bytes| bytes.try_into().ok()))
    }

    /// The secret of a tenant, if it was read before.
    #[must_use]
    pub fn secret(&self, tenant: &str) -> Option<Secret> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    /// A new secret, as the store keeps it.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn new_secret(&self, tenant: &str) -> Result<String> {
        self.wrapped(tenant, "", &random()?)
    }

    /// Remembers a tenant's secret out of what the store keeps.
    ///
    /// # Errors
    /// When its master key is not here, or it is damaged.
    pub fn learn_secret(&self, tenant: &str, kept: &str) -> Result<Secret> {
        let bytes = match self.unwrapped(tenant, "", kept) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                return Err(Problem::damaged(format!("the secret of the tenant `{tenant}` is damaged")));
            }
            Err(()) => {
                return Err(Problem::machine("personal data is sealed under a master key that is not here").help(
                    "name it with `--master-key FILE`, or with `master_key` under `[privacy]` in the configuration",
                ));
            }
        };
        let secret = Secret(Arc::new(bytes));
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(secrets.entry(tenant.to_owned()).or_insert(secret).clone())
    }

    /// What is kept under another master key, or under none, kept under the first one; `None`: it is already.
    ///
    /// # Errors
    /// When its own master key is not here, or it is damaged.
    pub fn rewrapped(&self, tenant: &str, id: &str, kept: &str) -> Result<Option<String>> {
        let under = kept.split_once(':').map(|(name, _)| name);
        if under == Some(self.master().unwrap_or(PLAIN)) {
            return Ok(None);
        }
        match self.unwrapped(tenant, id, kept) {
            Ok(Some(bytes)) => self.wrapped(tenant, id, &bytes).map(Some),
            Ok(None) => {
                Err(Problem::damaged("a key of a data subject is damaged").help("restore it from a backup"))
            }
            Err(()) => Err(Problem::input(format!(
                "a key is kept under the master key `{}`, which is not here",
                under.unwrap_or_default()
            ))
            .help("name its file under `older_master_keys` in `[privacy]`")),
        }
    }
}

fn about(tenant: &str, id: &str) -> Netstrings {
    let mut about = Netstrings::default();
    about.text("key of a data subject").text(tenant).text(id);
    about
}

/// A tenant's secret: makes marks, by which a sealed value is found without being readable.
#[derive(Clone)]
pub struct Secret(Arc<[u8; 32]>);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}

impl Secret {
    fn digest(&self, kind: &str, value: &str) -> [u8; 32] {
        let mut about = Netstrings::default();
        about.text(kind).text(value);
        // A key of any length will do for an HMAC.
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice());
        mac.map_or([0; 32], |mac| mac.chain_update(about.bytes()).finalize().into_bytes().into())
    }

    /// The mark of a data subject: how people are written (capitals, spaces around) makes no difference.
    #[must_use]
    pub fn subject(&self, value: &str) -> String {
        hex(self.digest("subject", &value.trim().to_lowercase()).get(..16).unwrap_or_default())
    }

    /// The mark that stands for a value in a column that is looked up: `~` and 32 digits.
    #[must_use]
    pub fn mark(&self, kind: &str, value: &str) -> String {
        format!("~{}", hex(self.digest(kind, value).get(..16).unwrap_or_default()))
    }

    /// The key of what arrived and waits for an instance: no data subject is known yet.
    #[must_use]
    pub fn inbox_key(&self) -> SubjectKey {
        SubjectKey(Arc::new(self.digest("inbox", "")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_under_their_master_key_only() {
        let (old, new) = (MasterKey::of([1; 32]), MasterKey::of([2; 32]));
        let key = SubjectKey::fresh().unwrap();
        let (plain, under_old) = (Keyring::default(), Keyring::new(vec![old.clone()]));
        let kept = under_old.kept("acme", "k", &key).unwrap();
        assert_eq!(under_old.taken("acme", "k", &kept), Held::Key(key.clone()));
        assert_eq!(under_old.taken("acme", "other", &kept), Held::Lost, "a key that was swapped");
        assert_eq!(plain.taken("acme", "k", &kept), Held::Locked);
        let both = Keyring::new(vec![new.clone(), old]);
        let again = both.rewrapped("acme", "k", &kept).unwrap().unwrap();
        assert_eq!(Keyring::new(vec![new]).taken("acme", "k", &again), Held::Key(key.clone()));
        assert_eq!(both.rewrapped("acme", "k", &again).unwrap(), None);
        let open = plain.kept("acme", "k", &key).unwrap();
        assert_eq!(both.taken("acme", "k", &open), Held::Key(key));
        assert!(both.rewrapped("acme", "k", &open).unwrap().is_some());
    }

    #[test]
    fn marks_tell_values_kinds_and_tenants_apart() {
        let (one, two) = (Secret(Arc::new([1; 32])), Secret(Arc::new([2; 32])));
        assert_eq!(one.subject("Anna@Example.com "), one.subject("anna@example.com"));
        assert_ne!(one.subject("anna@example.com"), two.subject("anna@example.com"));
        assert_ne!(one.mark("reference", "A"), one.mark("one per", "A"));
    }
}
