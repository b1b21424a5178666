//! Why a store cannot be opened, and what to do about it: for an operator who is tired and has no time.
//!
//! What a database says of itself stays as the cause below. Invariant: each refusal that an operator can mend names the
//! mending; what nobody here has met is told in the database's own words.

use super::statement::{Failure, Refusal};
use super::{Address, room};
use crate::error::{Class, Problem};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Connections that one process may take: readers, the writer's, walks.
const CONNECTIONS: u32 = super::postgres::CONNECTIONS_IN_ALL;

/// A store that cannot be opened.
pub(super) fn cannot_open(address: &Address, cause: Failure) -> Problem {
    match address {
        Address::Server(_) => refused_by_server(address, cause),
        Address::File(path) => refused_file(path).unwrap_or_else(|| {
            Problem::machine(format!("the store `{address}` cannot be opened"))
                .help("is it a file of wfrun, and may you read and write it and its folder?")
                .because(cause)
        }),
        Address::Memory => Problem::machine("a store in memory cannot be made").because(cause),
    }
}

/// What bringing the tables up to date met; the file itself may be what is wrong.
pub(super) fn cannot_be_brought_up_to_date(address: &Address, problem: Problem) -> Problem {
    match address {
        Address::File(path) if problem.class() == Class::Machine => refused_file(path).unwrap_or(problem),
        _ => problem,
    }
}

/// What is wrong with a file that SQLite did not take. Only asked when the store is given up: on some systems a file that
/// is opened and closed here loses its locks.
fn refused_file(path: &Path) -> Option<Problem> {
    let shown = path.display();
    if path.is_dir() {
        return Some(
            Problem::input(format!("`{shown}` is a folder, and the store is a file"))
                .help(format!("name a file in it: `--store sqlite:{}`", path.join("wfrun.sqlite").display())),
        );
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match OpenOptions::new().read(true).write(true).open(path).map_err(|cause| cause.kind()) {
        Err(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            return Some(not_yours(format!("the store `{shown}` may not be written by you"), "it"));
        }
        Ok(_) if !begins_like_a_store(path) => {
            return Some(Problem::input(format!("`{shown}` is not a store of wfrun")).help(
                "name the store's own file after `sqlite:`; if it was that, something has written over it: keep it, and put \
                 a backup back with `wfrun restore`",
            ));
        }
        _ => {}
    }
    may_not_be_written(folder).then(|| {
        not_yours(
            format!("the folder `{}` of the store may not be written by you", folder.display()),
            "the folder",
        )
    })
}

fn not_yours(what: String, place: &str) -> Problem {
    Problem::machine(what).help(format!(
        "every command opens the store for writing, and SQLite keeps two files beside it: act as the user whose service it is \
         (`sudo -u wfrun wfrun …`), or let yourself write to {place}"
    ))
}

/// An empty file is one, too: SQLite begins it.
fn begins_like_a_store(path: &Path) -> bool {
    const MARK: &[u8] = b"SQLite format 3\0";
    let mut begin = Vec::with_capacity(MARK.len());
    let read = File::open(path).and_then(|file| file.take(MARK.len() as u64).read_to_end(&mut begin));
    read.is_ok() && (begin.is_empty() || begin == MARK)
}

fn may_not_be_written(folder: &Path) -> bool {
    let tried = tempfile_in(folder);
    tried.is_err_and(|kind| matches!(kind, ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem))
}

/// Makes a file in a folder and takes it away again.
fn tempfile_in(folder: &Path) -> Result<(), ErrorKind> {
    let path = folder.join(format!(".wfrun-tried-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&path).map(drop);
    if made.is_ok() {
        let _ = std::fs::remove_file(&path);
    }
    made.map_err(|cause| cause.kind())
}

fn refused_by_server(address: &Address, cause: Failure) -> Problem {
    let (class, what, help) = why(address, &cause);
    if class == Class::NoRoom {
        room::is_full();
    }
    let problem = Problem::new(class, what).because(cause);
    match help {
        Some(help) => problem.help(help),
        None => problem.help("does the server run, and may you use this database? it says why not"),
    }
}

/// What a server's refusal means, and what to do.
fn why(address: &Address, cause: &Failure) -> (Class, String, Option<String>) {
    let machine = |what: String, help: &str| (Class::Machine, what, Some(help.to_owned()));
    match &cause.refusal {
        Refusal::Address => (
            Class::Input,
            format!("the address of the store `{address}` cannot be read"),
            Some("write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `%40` for `@`, `%2F` for `/` and `%25` for `%` \
                  in a password".to_owned()),
        ),
        Refusal::Unreachable => machine(
            format!("no PostgreSQL answers at `{address}`"),
            "does the server run, does it listen on that host and port, and does no firewall stand between? \
             `pg_isready -h HOST -p PORT` asks it",
        ),
        Refusal::Tls => machine(
            format!("no encrypted line to `{address}` comes about"),
            "the server must speak TLS where the address asks for it with `sslmode`; for a certificate of your own house \
             add `sslrootcert=FILE` there; within one machine `sslmode` can be left out",
        ),
        Refusal::Code(code) => by_code(code, address, &cause.said),
        Refusal::Other => (Class::Machine, format!("the store `{address}` cannot be opened"), None),
    }
}

/// By PostgreSQL's codes for errors.
fn by_code(code: &str, address: &Address, said: &str) -> (Class, String, Option<String>) {
    let machine = |what: String, help: String| (Class::Machine, what, Some(help));
    match code {
        // A server without room lets nobody new in, and says so in several ways.
        _ if room::no_room_on_postgres(Some(code))
            || said.contains("could not write init file")
            || said.contains("No space left") =>
        {
            (
                Class::NoRoom,
                format!("the PostgreSQL of `{address}` has no room left on its disk, and lets nobody new in"),
                Some("free space on the server's disk, then start this again; nothing that was acknowledged is lost, and \
                      programs that are connected go on by themselves".to_owned()),
            )
        }
        "28P01" | "28000" => machine(
            format!("the PostgreSQL of `{address}` does not let you in"),
            "are user and password those of `createuser`? in the address: `postgres://USER:PASSWORD@HOST/DATABASE`, with \
             `%40` for `@`, `%2F` for `/` and `%25` for `%` in a password; if it names pg_hba.conf, the server lets this user \
             in from elsewhere only, or only with `sslmode=require` at the end of the address"
                .to_owned(),
        ),
        "3D000" => machine(
            format!("there is no such database: `{address}`"),
            "`createdb --owner USER DATABASE` makes one; or is the name after the last `/` another?".to_owned(),
        ),
        "42501" => machine(
            format!("the user of `{address}` may not use that database"),
            "wfrun makes and changes its tables by itself, so its user must own the database: as an administrator, `alter database DATABASE owner to USER`"
                .to_owned(),
        ),
        "53300" => machine(
            format!("the PostgreSQL of `{address}` has no connection left"),
            format!(
                "each wfrun that runs takes {CONNECTIONS} at most: raise `max_connections` of the server, or end what else \
                 holds them"
            ),
        ),
        "57P03" => machine(
            format!("the PostgreSQL of `{address}` is starting or stopping"),
            "try again in a moment; its log says what it waits for".to_owned(),
        ),
        _ => (Class::Machine, format!("the store `{address}` cannot be opened"), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(refusal: Refusal, said: &str) -> Problem {
        let address = Address::Server("postgres://wf:secret@db.example/wf".to_owned());
        cannot_open(&address, Failure::new(said).refused_as(refusal))
    }

    #[test]
    fn every_refusal_says_what_to_do_and_no_password() {
        let code = |code: &str| Refusal::Code(code.to_owned());
        let cases = [
            (code("28P01"), "password authentication failed", "USER:PASSWORD"),
            (code("3D000"), "database \"wf\" does not exist", "createdb"),
            (code("42501"), "permission denied for schema public", "owner to"),
            (code("53300"), "sorry, too many clients already", "max_connections"),
            (code("57P03"), "the database system is starting up", "in a moment"),
            (Refusal::Unreachable, "connection refused", "pg_isready"),
            (Refusal::Tls, "server does not support TLS", "sslmode"),
            (Refusal::Address, "invalid port number", "postgres://USER"),
            (Refusal::Other, "something new", "it says why"),
        ];
        for (refusal, said, wanted) in cases {
            let problem = told(refusal, said);
            assert!(problem.advice().unwrap().contains(wanted), "{problem}: {:?}", problem.advice());
            assert!(!format!("{problem}{:?}", problem.advice()).contains("secret"), "{problem}");
        }
    }

    #[test]
    fn a_server_without_room_is_known_however_it_says_so() {
        for (code, said) in [
            ("53100", "could not extend file"),
            ("XX000", "could not write init file: No space left on device"),
            ("58030", "could not open file: No space left on device"),
        ] {
            let problem = told(Refusal::Code(code.to_owned()), said);
            assert_eq!(problem.class(), Class::NoRoom, "{said}");
        }
        assert_eq!(told(Refusal::Code("XX000".to_owned()), "cache lookup failed").class(), Class::Machine);
        room::forget();
    }

    #[test]
    fn a_folder_and_a_foreign_file_are_no_stores() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notes.txt");
        std::fs::write(&file, "milk, bread").unwrap();
        let told = |path: &Path| cannot_open(&Address::File(path.to_owned()), Failure::new("no"));
        assert!(told(folder.path()).to_string().contains("is a folder"));
        assert!(told(&file).to_string().contains("is not a store of wfrun"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }
}
