//! The anchor: checkpoints outside the store, as a file that is appended to or a URL they are posted to.
//!
//! One checkpoint is one line of JSON. Invariant: lines are only ever added; the same checkpoint may stand there twice
//! when a crash came between writing it outside and noting so, and one that was broken off stands there again whole.

use super::Checkpoint;
use crate::appended::append_lines;
use crate::error::{Problem, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

/// How long the receiver of a URL may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Puts checkpoints outside: appended to a file, or posted to a URL one by one.
///
/// # Errors
/// When the file cannot be written or the receiver does not take them.
pub fn append(anchor: &str, checkpoints: &[Checkpoint]) -> Result<()> {
    let lines: Result<Vec<String>> = checkpoints.iter().map(line).collect();
    if anchor.starts_with("https://") || anchor.starts_with("http://") {
        lines?.iter().try_for_each(|line| post(anchor, line))
    } else {
        into_file(Path::new(anchor), &lines?)
    }
}

fn line(checkpoint: &Checkpoint) -> Result<String> {
    serde_json::to_string(checkpoint)
        .map_err(|cause| Problem::machine("a checkpoint cannot be written as JSON").because(cause))
}

fn into_file(file: &Path, lines: &[String]) -> Result<()> {
    append_lines(file, lines).map_err(|cause| {
        Problem::machine(format!("the anchor `{}` cannot be written", file.display()))
            .help("the checkpoints are kept in the store and written there the next time")
            .because(cause)
    })
}

fn post(url: &str, line: &str) -> Result<()> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .user_agent(concat!("wfrun/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    let sent = agent.post(url).header("content-type", "application/json").send(line);
    sent.map(drop).map_err(|cause| {
        Problem::machine(format!("the anchor `{url}` does not take the checkpoint"))
            .help("the checkpoints are kept in the store and posted the next time")
            .because(cause)
    })
}

/// The checkpoints of an anchor's file, in order.
///
/// # Errors
/// When it cannot be read. A line that is no checkpoint is an error of that item.
pub fn read(file: &Path) -> Result<impl Iterator<Item = Result<Checkpoint>>> {
    let shown = file.display().to_string();
    let lines = File::open(file).map(BufReader::new).map_err(|cause| {
        Problem::input(format!("the anchor `{shown}` cannot be read"))
            .help("name the file that checkpoints were written to")
            .because(cause)
    })?;
    let mut lines = lines_of(lines).enumerate().peekable();
    Ok(std::iter::from_fn(move || {
        loop {
            let (at, line) = lines.next()?;
            let broken =
                || Problem::damaged(format!("line {} of the anchor `{shown}` is no checkpoint", at + 1));
            let line = match line {
                Ok(line) => line,
                Err(cause) => return Some(Err(broken().because(cause))),
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            let next = lines.peek().and_then(|(_, next)| next.as_ref().ok());
            match serde_json::from_slice(&line) {
                Err(_) if was_broken_off(&line, next) => {}
                read => return Some(read.map_err(|cause| broken().because(cause))),
            }
        }
    }))
}

/// Lines with their ends, as bytes: what was broken off may end within a letter.
fn lines_of(mut reader: impl BufRead) -> impl Iterator<Item = std::io::Result<Vec<u8>>> {
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => Some(Ok(line)),
            Err(cause) => Some(Err(cause)),
        }
    })
}

/// Whether a crash or a full disk broke the writing of a line off: it is the last one, or was then written again.
fn was_broken_off(line: &[u8], next: Option<&Vec<u8>>) -> bool {
    match (line.strip_suffix(b"\n"), next) {
        (Some(line), Some(next)) => next.starts_with(line),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers one request, and gives back what came.
    fn answering(status: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/anchor", listener.local_addr().unwrap());
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut came, mut piece) = (String::new(), [0; 4_096]);
            while !came.ends_with('}') {
                let length = stream.read(&mut piece).unwrap();
                came.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            came
        });
        (url, answering)
    }

    #[test]
    fn a_url_gets_what_a_file_would() {
        let made = Checkpoint::after(None, "acme", 1_000, Vec::new(), &SigningKey::from_bytes(&[7; 32]));
        let (url, came) = answering("204 No Content");
        append(&url, std::slice::from_ref(&made)).unwrap();
        let came = came.join().unwrap();
        assert!(came.starts_with("POST /anchor HTTP/1.1\r\n"), "{came}");
        let body = came.split("\r\n\r\n").nth(1).unwrap();
        assert_eq!(serde_json::from_str::<Checkpoint>(body).unwrap(), made);
        let (url, _) = answering("507 Insufficient Storage");
        let problem = append(&url, &[made]).unwrap_err();
        assert!(problem.to_string().contains("does not take the checkpoint"), "{problem}");
    }

    #[test]
    fn what_is_no_checkpoint_is_told_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("anchor.jsonl");
        std::fs::write(&file, "\n{\"number\":1}\n").unwrap();
        let problem = read(&file).unwrap().next().unwrap().unwrap_err();
        assert!(problem.to_string().starts_with("line 2 of the anchor"), "{problem}");
    }

    #[test]
    fn a_line_that_was_broken_off_and_written_again_is_no_fault() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("anchor.jsonl");
        let key = SigningKey::from_bytes(&[7; 32]);
        let first = Checkpoint::after(None, "acme", 1_000, Vec::new(), &key);
        let second = Checkpoint::after(Some((1, &first.hash)), "acme", 2_000, Vec::new(), &key);
        append(file.to_str().unwrap(), std::slice::from_ref(&first)).unwrap();
        let whole = std::fs::read(&file).unwrap();
        let half = &line(&second).unwrap().into_bytes()[..100];
        std::fs::write(&file, [&whole[..], half].concat()).unwrap();
        let all = || read(&file).unwrap().collect::<Result<Vec<_>>>();
        assert_eq!(all().unwrap(), std::slice::from_ref(&first), "the last one is on its way");
        append(file.to_str().unwrap(), std::slice::from_ref(&second)).unwrap();
        assert_eq!(all().unwrap(), [first.clone(), second], "written again");
        std::fs::write(&file, [&whole[..], half, b"\n{\"number\":2}\n"].concat()).unwrap();
        assert!(all().unwrap_err().to_string().starts_with("line 2"), "something else stands in its place");
    }
}
