//! Lines at the end of a file that others read along: letters, records, the anchor.
//!
//! All lines of a call go out in one write, so that those of several programs do not mix and a program that is killed leaves
//! them whole. A disk that was full can still break a line off; what comes next then begins a line of its own. Invariant: a
//! line that was written whole stays readable, whatever happened before it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

/// Appends lines to a file, making it where it is not there, and waits until they are on disk.
///
/// # Errors
/// When they cannot be written.
pub fn append_lines(path: &Path, lines: &[String]) -> Result<()> {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum::<usize>() + 1);
    if breaks_off(path) {
        text.push('\n');
    }
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// Whether the last line of a file has no end. What cannot be read back, such as a pipe, is taken to be whole.
fn breaks_off(path: &Path) -> bool {
    let last = || -> Result<u8> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut byte = [b'\n'];
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    let is_file = std::fs::metadata(path).is_ok_and(|about| about.is_file());
    is_file && last().is_ok_and(|byte| byte != b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_broken_off_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lines");
        append_lines(&file, &["one".to_owned(), "two".to_owned()]).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\ntwo\n");
        std::fs::write(&file, "one\ntw").unwrap();
        append_lines(&file, &["two".to_owned()]).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "one\ntw\ntwo\n");
    }
}
