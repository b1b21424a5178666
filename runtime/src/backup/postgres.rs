//! Backups of PostgreSQL, by its own programs: `pg_dump` takes one consistent snapshot, `pg_restore` puts it back.
//!
//! Invariant: a password is never part of a command line, where every user of the machine could read it.

use crate::error::{Problem, Result};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Output};

/// How a dump in the custom format begins.
const DUMP: &[u8] = b"PGDMP";

/// Whether a file is a dump of PostgreSQL.
pub(super) fn is_dump(file: &Path) -> bool {
    let mut first = [0; DUMP.len()];
    File::open(file).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == DUMP
}

/// Dumps a database into a file, and reads the file's list of contents back.
pub(super) fn dump(url: &str, to: &Path) -> Result<()> {
    let to = to.display().to_string();
    run("pg_dump", url, &["--format=custom", "--no-owner", "--no-privileges", "--file", &to], "taken")?;
    // A dump that was cut off has no readable end.
    let listed = said("pg_restore", Command::new("pg_restore").args(["--list", &to]).output(), url)?;
    if listed.status.success() { Ok(()) } else { Err(refused("pg_restore", &listed, "read back")) }
}

/// Puts a dump into an empty database, all or nothing.
pub(super) fn restore(url: &str, from: &Path) -> Result<()> {
    if !is_dump(from) {
        return Err(Problem::input(format!("`{}` is no backup of PostgreSQL", from.display()))
            .help("a backup of SQLite is put back into a file: `wfrun --store sqlite:PATH restore FILE …`"));
    }
    let from = from.display().to_string();
    let options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", from.as_str()];
    run("pg_restore", url, &options, "put back")
}

fn run(program: &str, url: &str, options: &[&str], done: &str) -> Result<()> {
    let (shown, password) = without_password(url);
    let mut command = Command::new(program);
    command.args(["--dbname", &shown]).args(options);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = said(program, command.output(), url)?;
    if output.status.success() { Ok(()) } else { Err(refused(program, &output, done)) }
}

fn said(program: &str, output: std::io::Result<Output>, url: &str) -> Result<Output> {
    output.map_err(|cause| {
        let problem = Problem::machine(format!("`{program}` cannot be run on this machine"));
        let problem = match cause.kind() {
            ErrorKind::NotFound => problem.help(by_hand(program, url)),
            _ => problem,
        };
        problem.because(cause)
    })
}

/// What to type on a machine that has PostgreSQL's own programs.
#[must_use]
pub fn by_hand(program: &str, url: &str) -> String {
    let (shown, _) = without_password(url);
    let install = "install PostgreSQL's client programs here (Debian: `apt install postgresql-client`)";
    if program == "pg_dump" {
        format!(
            "{install}, or run where they are: `pg_dump --format=custom --no-owner --dbname {shown} --file FILE`"
        )
    } else {
        format!(
            "{install}, or run where they are: `pg_restore --exit-on-error --single-transaction --no-owner --dbname {shown} FILE`, and then `wfrun restore mark` before anything else"
        )
    }
}

fn refused(program: &str, output: &Output, done: &str) -> Problem {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why");
    let help = if said.contains("server version mismatch") {
        "use the client programs of the server's version, or newer ones"
    } else if said.contains("already exists") {
        "a backup is put into an empty database: make one with `createdb`, and name it with `--store`"
    } else {
        "does the server run, and may this user read the whole database?"
    };
    let what = format!("the backup was not {done}: {}", first.trim_start_matches(&format!("{program}: ")));
    Problem::machine(what).help(help)
}

/// The URL as it may be shown, and its password.
fn without_password(url: &str) -> (String, Option<String>) {
    let whole = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((place, path)) = rest.split_at_checked(end) else { return whole() };
    let Some((user, host)) = place.rsplit_once('@') else { return whole() };
    match user.split_once(':') {
        Some((user, password)) => (format!("{scheme}://{user}@{host}{path}"), Some(decoded(password))),
        None => whole(),
    }
}

/// Percent-encoded text as it is meant.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let code =
            rest.get(1..3).filter(|_| letter == '%').and_then(|code| u8::from_str_radix(code, 16).ok());
        let taken = match code {
            Some(byte) => {
                bytes.push(byte);
                3
            }
            None => {
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                letter.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_stays_out_of_the_command_line() {
        let of = |url| without_password(url);
        assert_eq!(
            of("postgres://wf:p%40ss%20w@db:5432/wf?sslmode=require"),
            ("postgres://wf@db:5432/wf?sslmode=require".to_owned(), Some("p@ss w".to_owned()))
        );
        assert_eq!(of("postgres://wf@db/wf"), ("postgres://wf@db/wf".to_owned(), None));
        assert_eq!(of("postgres:///wf?host=/run"), ("postgres:///wf?host=/run".to_owned(), None));
        assert!(!by_hand("pg_dump", "postgres://wf:secret@db/wf").contains("secret"));
    }
}
