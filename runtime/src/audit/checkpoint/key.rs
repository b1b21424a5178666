//! The key that checkpoints are signed with: a file only its owner reads, and the public half for whoever verifies.
//!
//! Invariant: the secret never leaves its file and the memory of the program that signs.

use super::super::chain::hex;
use crate::error::{Problem, Result};
use ed25519_dalek::SigningKey;
use std::io::Write;
use std::path::Path;

/// What stands before the 64 digits in the secret file.
const SECRET: &str = "wf-audit-secret-1";

/// Makes a key, writes it into a new file that only its owner may read, and returns the public half.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn make(file: &Path) -> Result<String> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|cause| Problem::machine("the machine gives no random numbers").because(cause))?;
    let key = SigningKey::from_bytes(&seed);
    write_secret(file, SECRET, &seed)?;
    Ok(public(&key))
}

/// Writes a secret into a new file that only its owner may read, after the word that says what it is.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn write_secret(file: &Path, kind: &str, bytes: &[u8; 32]) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(|cause| {
        let help = if cause.kind() == std::io::ErrorKind::AlreadyExists {
            "a key that was used is needed for ever: name another file"
        } else {
            "does its folder exist, and may you write there?"
        };
        Problem::input(format!("the key `{}` cannot be written", file.display())).help(help).because(cause)
    })?;
    let written = writeln!(out, "{kind} {}", hex(bytes)).and_then(|()| out.sync_all());
    written.map_err(|cause| Problem::machine("the key cannot be written").because(cause))
}

/// Reads the secret file.
///
/// # Errors
/// When it cannot be read, is no key, or others may read it.
pub fn read(file: &Path) -> Result<SigningKey> {
    let seed = read_secret(file, SECRET, "key for checkpoints", "`wfrun audit key new FILE` makes one")?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Reads a secret file that begins with the word for its kind; `called` and `help` are for people.
///
/// # Errors
/// When it cannot be read, is of another kind, or others may read it.
pub fn read_secret(file: &Path, kind: &str, called: &str, help: &str) -> Result<[u8; 32]> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|cause| {
        Problem::input(format!("the key `{shown}` cannot be read")).help(help).because(cause)
    })?;
    refuse_open_file(file)?;
    let secret = text.trim().strip_prefix(kind).and_then(|digits| bytes_of(digits.trim()));
    secret.ok_or_else(|| Problem::input(format!("`{shown}` is no {called}")).help(help))
}

#[cfg(unix)]
fn refuse_open_file(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let open = std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    if open {
        return Err(Problem::input(format!("others may read the key `{}`", file.display())).help(format!(
            "`chmod 600 {}`, and make a new key if somebody may have seen it",
            file.display()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_open_file(_: &Path) -> Result<()> {
    Ok(())
}

/// The public half, in hexadecimal.
#[must_use]
pub fn public(key: &SigningKey) -> String {
    hex(key.verifying_key().as_bytes())
}

/// Bytes out of hexadecimal digits; `None` unless there are exactly as many as wanted.
#[must_use]
pub fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.key");
        let shown = make(&file).unwrap();
        assert_eq!(public(&read(&file).unwrap()), shown);
        assert!(make(&file).unwrap_err().advice().unwrap().contains("another file"));
        assert_eq!(public(&read(&file).unwrap()), shown);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.key");
        make(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&file).unwrap_err().to_string().contains("others may read"));
    }

    #[test]
    fn digits_are_read_strictly() {
        assert_eq!(bytes_of::<2>("00fF"), Some([0, 255]));
        for wrong in ["00f", "00fff", "+0f0", "00g0", "è0"] {
            assert_eq!(bytes_of::<2>(wrong), None, "{wrong}");
        }
    }
}
