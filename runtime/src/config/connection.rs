//! How a channel or system is connected: where it is, how to sign and log in, how fast and how patiently to send.
//!
//! Secrets are never written into the configuration: it names the environment variable or the file that holds one.
//! Invariant: what a kind of connection needs is there, or the file is refused.

use super::Adapter;
use crate::error::{Problem, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// How the connection to a mail server is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Begun in the open and encrypted before anything is said (port 587).
    #[default]
    Starttls,
    /// Encrypted from the first byte (port 465).
    Tls,
    /// Not at all: only to a server on this machine.
    None,
}

/// How a channel or system is connected.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// What carries it.
    pub kind: Adapter,
    /// `file`: where the lines go.
    pub path: Option<PathBuf>,
    /// `webhook`: where the requests go.
    pub url: Option<String>,
    /// `webhook`: environment variable that holds the signing secret (`whsec_…` or any text).
    pub secret_env: Option<String>,
    /// `webhook`: file that holds the signing secret.
    pub secret_file: Option<PathBuf>,
    /// `email`: the mail server, `smtp.acme.example` or with its port, `smtp.acme.example:2525`.
    pub server: Option<String>,
    /// `email`: how the connection is kept private.
    pub encryption: Encryption,
    /// `email`: a certificate in PEM that vouches for the server, beside the public ones.
    pub trust: Option<PathBuf>,
    /// `email`: the name to log in with; without it nobody logs in.
    pub user: Option<String>,
    /// `email`: environment variable that holds the password.
    pub password_env: Option<String>,
    /// `email`: file that holds the password.
    pub password_file: Option<PathBuf>,
    /// `email`: the sender, `Acme workflows <workflows@acme.example>`.
    pub from: Option<String>,
    /// `email`: where replies go, `reply@acme.example`; each letter adds its token: `reply+TOKEN@acme.example`.
    pub reply_to: Option<String>,
    /// `webhook`, `email`: seconds to wait for an answer.
    pub timeout_seconds: u64,
    /// Attempts before the next channel of the receiver is tried.
    pub attempts: u16,
    /// Letters under way at a time.
    pub at_once: Option<u16>,
    /// Letters a minute at most; 0: no limit.
    pub per_minute: u32,
    /// Failures in a row after which the destination is left alone for a while; 0: never.
    pub breaker_after: u32,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            kind: Adapter::Console,
            path: None,
            url: None,
            secret_env: None,
            secret_file: None,
            server: None,
            encryption: Encryption::default(),
            trust: None,
            user: None,
            password_env: None,
            password_file: None,
            from: None,
            reply_to: None,
            timeout_seconds: 15,
            attempts: 8,
            at_once: None,
            per_minute: 0,
            breaker_after: 5,
        }
    }
}

impl Connection {
    /// What is missing or wrong, in words.
    pub(super) fn check(&self, kind: &str, name: &str) -> Result<(), String> {
        let section = format!("[{kind}.{name}]");
        if self.attempts == 0 || self.at_once == Some(0) {
            return Err(format!("`attempts` and `at_once` of `{section}` must be at least 1"));
        }
        match self.kind {
            Adapter::Console => Ok(()),
            Adapter::File => match &self.path {
                None => Err(format!("`{section}` of kind `file` needs a `path`")),
                Some(_) => Ok(()),
            },
            Adapter::Webhook => match &self.url {
                None => Err(format!("`{section}` of kind `webhook` needs a `url`")),
                Some(url) if !is_web_address(url) => {
                    Err(format!("the `url` of `{section}` must begin with `https://` or `http://`"))
                }
                Some(_) => Ok(()),
            },
            Adapter::Email if kind == "systems" => {
                Err(format!("`{section}` is a system; `email` carries letters to people"))
            }
            Adapter::Email => self.check_email(&section),
        }
    }

    fn check_email(&self, section: &str) -> Result<(), String> {
        let Some(server) = &self.server else {
            return Err(format!("`{section}` of kind `email` needs a `server`"));
        };
        if self.from.is_none() {
            return Err(format!("`{section}` of kind `email` needs a `from`"));
        }
        if self.encryption == Encryption::None && !is_this_machine(host(server)) {
            return Err(format!(
                "`{section}` sends letters unencrypted to `{server}`: `encryption = \"none\"` is for a mail server on \
                 this machine only"
            ));
        }
        if self.user.is_some() && self.password_env.is_none() && self.password_file.is_none() {
            return Err(format!("`{section}` has a `user` and neither `password_env` nor `password_file`"));
        }
        Ok(())
    }

    /// The signing secret, where there is one.
    ///
    /// # Errors
    /// When it is not where the configuration says.
    pub fn secret(&self, name: &str) -> Result<Option<String>> {
        found("secret", name, self.secret_env.as_deref(), self.secret_file.as_deref())
    }

    /// The password, where there is one.
    ///
    /// # Errors
    /// When it is not where the configuration says.
    pub fn password(&self, name: &str) -> Result<Option<String>> {
        found("password", name, self.password_env.as_deref(), self.password_file.as_deref())
    }
}

/// The host of `host:port`.
#[must_use]
pub fn host(server: &str) -> &str {
    let bare = server.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    bare.map_or(server, |(host, _)| host).trim_matches(['[', ']'])
}

/// Whether it is `http://…` or `https://…`.
pub(super) fn is_web_address(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn found(what: &str, name: &str, variable: Option<&str>, file: Option<&Path>) -> Result<Option<String>> {
    if let Some(variable) = variable {
        return std::env::var(variable).map(Some).map_err(|_| {
            Problem::input(format!("the {what} of `{name}` is missing: the variable `{variable}` is not set"))
                .help(format!("set `{variable}` in the environment of wfrun"))
        });
    }
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Problem::input(format!("the {what} of `{name}` is missing: `{}` cannot be read", file.display()))
            .help("may the user that runs wfrun read it?")
            .because(cause)
    })?;
    Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_from_ports() {
        for (server, expected) in [
            ("smtp.acme.example", "smtp.acme.example"),
            ("smtp.acme.example:2525", "smtp.acme.example"),
            ("127.0.0.1:25", "127.0.0.1"),
            ("[::1]:25", "::1"),
        ] {
            assert_eq!(host(server), expected);
        }
        assert!(is_this_machine(host("[::1]:25")) && is_this_machine("localhost"));
        assert!(!is_this_machine("10.0.0.1") && !is_this_machine("localhost.acme.example"));
    }

    #[test]
    fn secrets_come_from_files_and_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "whsec_abc\n").unwrap();
        let connection = Connection { secret_file: Some(file.path().to_owned()), ..Connection::default() };
        assert_eq!(connection.secret("slack").unwrap().as_deref(), Some("whsec_abc"));
        let connection = Connection { password_env: Some("NOT_SET_ANYWHERE".to_owned()), ..connection };
        let problem = connection.password("email").unwrap_err();
        assert!(problem.to_string().contains("password of `email` is missing"), "{problem}");
    }
}
