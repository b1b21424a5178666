//! The programs as a new user meets them: what they print, what they leave behind, how they end.
//!
//! `wfc` and `wfrun` are built by the test itself, into the folder it runs from. Invariant: every exit code, every field
//! of `--format json` and every file written is held here against what the language page says, not against the code.

mod check;
mod explaining;
mod files;
mod lint;
mod running;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// What a program said.
struct Said {
    code: i32,
    out: String,
    wrong: String,
}

impl Said {
    /// Its output, if it ended with 0.
    #[track_caller]
    fn fine(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.wrong);
        self.out
    }

    /// Both outputs on one line, as terminals may wrap them, if it ended with this code.
    #[track_caller]
    fn ends(self, code: i32) -> String {
        let all = format!("{}{}", self.out, self.wrong);
        assert_eq!(self.code, code, "{all}");
        all.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// An empty folder to work in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn wfc(&self, arguments: &[&str]) -> Said {
        self.run("wfc", arguments, "")
    }

    fn wfrun(&self, now: &str, arguments: &[&str]) -> Said {
        self.run("wfrun", &[arguments, &["--now", now]].concat(), "")
    }

    fn run(&self, program: &str, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(folder_of_programs().join(program));
        command.args(arguments).current_dir(self.0.path());
        for name in ["WFRUN_STORE", "WFRUN_CONFIG", "WFRUN_PERSON", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("{program} cannot be started: {fault}"));
        // A program that does not read its input may be gone already.
        let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
        let done = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { code: done.status.code().unwrap(), out: text(done.stdout), wrong: text(done.stderr) }
    }
}

/// Builds both programs once and says where they are.
pub(crate) fn folder_of_programs() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // This test is `target/debug/deps/all-…`.
        let own = std::env::current_exe().unwrap();
        let folder = own.ancestors().nth(2).unwrap().to_owned();
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "-p", "wf-compiler", "-p", "wf-runtime", "--bins", "--target-dir"]);
        build.arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        let done = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    })
}

fn example(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples").join(name).display().to_string()
}
