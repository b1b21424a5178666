//! From paths on the command line to projects in memory.
//!
//! A project is the nearest folder upwards that holds a `wf.toml`; where there is none, the folder named, or the
//! folder of the file named. Folders below that hold a `wf.toml` of their own are projects of their own. A whole
//! project is read, because names may come from any of its files; findings are shown for what was named. What its
//! `wf.toml` excludes is no part of it. Invariant: a file that cannot be read is reported with what to do, and nothing
//! else is lost.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use miette::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use thiserror::Error;
use wf_compiler::db::Database;
use wf_compiler::lock::Lock;
use wf_compiler::project;
use wf_compiler::render::Finding;
use wf_compiler::settings::Settings;

/// One project's files.
pub struct Project {
    /// Its root folder, as it is shown.
    pub root: PathBuf,
    /// Texts by path from the root, `/`-separated.
    pub files: BTreeMap<String, String>,
    /// Which of them were named on the command line, directly or by their folder.
    pub named: BTreeSet<String>,
    /// What its `wf.toml` decides.
    pub settings: Settings,
    /// What its `wf.lock` records.
    pub lock: Lock,
}

impl Project {
    /// The project in memory, as its settings and its lock say. It does not know the date: what is built from a text
    /// is the same tomorrow.
    pub fn open(&self) -> Database {
        let mut database = project::open(&self.files);
        database.set_settings(self.settings.clone());
        database.set_recorded(self.lock.entries().clone());
        database
    }
}

/// What can be wrong with paths.
#[derive(Debug, Error, Diagnostic)]
pub enum InputError {
    /// A path that is not there.
    #[error("there is no `{path}`")]
    #[diagnostic(help("name a `.wf` file or a folder that holds some"))]
    Missing {
        /// The path.
        path: String,
    },
    /// A folder without `.wf` files.
    #[error("`{path}` holds no `.wf` file")]
    #[diagnostic(help("`wfc new NAME` writes a small project to start from"))]
    Empty {
        /// The path.
        path: String,
    },
    /// Not UTF-8.
    #[error("`{path}` is not UTF-8 text (byte {at})")]
    #[diagnostic(help("save the file as UTF-8"))]
    NotText {
        /// The path.
        path: String,
        /// The first byte that is none.
        at: usize,
    },
    /// The system refused.
    #[error("`{path}` could not be read")]
    #[diagnostic(help("check that the file is there and that you may read it"))]
    Unreadable {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused.
    #[error("`{path}` could not be written")]
    #[diagnostic(help("check that the folder is there and that you may write to it"))]
    Unwritable {
        /// The path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// `wf.toml` that is none.
    #[error("`{path}`, {reason}")]
    #[diagnostic(help("{help}"))]
    Settings {
        /// The path.
        path: String,
        /// The place and what is wrong there.
        reason: String,
        /// What to do.
        help: String,
    },
    /// `wf.lock` that is none.
    #[error("`{path}`: {reason}")]
    #[diagnostic(help("take the file from version control again; `wfc build` writes it"))]
    Lock {
        /// The path.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads every project that the paths touch.
///
/// # Errors
/// When a path is missing, unreadable or no text, or when there is no `.wf` file at all.
pub fn projects(paths: &[PathBuf]) -> Result<Vec<Project>, InputError> {
    read_projects(paths, None)
}

/// The same with the settings of this file instead of each project's own `wf.toml`.
///
/// # Errors
/// Likewise.
pub fn projects_with(paths: &[PathBuf], config: &Path) -> Result<Vec<Project>, InputError> {
    read_projects(paths, Some(config))
}

fn read_projects(paths: &[PathBuf], config: Option<&Path>) -> Result<Vec<Project>, InputError> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let mut found: BTreeMap<PathBuf, Project> = BTreeMap::new();
    for path in paths {
        let named = wf_files(path)?;
        if named.is_empty() {
            return Err(InputError::Empty { path: shown(path) });
        }
        let top = if path.is_dir() { path.clone() } else { folder_of(path) };
        for file in named {
            let root = root_of(&file).unwrap_or_else(|| top.clone());
            let project = match found.entry(root.clone()) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(read_project(&root, config)?)
                }
            };
            let name = relative(&root, &file);
            // What is excluded is not read, and not looked at for being named.
            if project.files.contains_key(&name) {
                project.named.insert(name);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The `.wf` files a path names: itself, or all below a folder, in order; hidden and git-ignored ones left out.
///
/// # Errors
/// When the path is not there or a folder cannot be listed.
pub fn wf_files(path: &Path) -> Result<Vec<PathBuf>, InputError> {
    if !path.exists() {
        return Err(InputError::Missing { path: shown(path) });
    }
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in ignore::WalkBuilder::new(path).require_git(false).build() {
        let entry = entry.map_err(|fault| InputError::Unreadable {
            path: shown(path),
            source: fault
                .into_io_error()
                .unwrap_or_else(|| std::io::Error::other("the folder cannot be listed")),
        })?;
        if entry.path().extension().is_some_and(|extension| extension == "wf") && entry.path().is_file() {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files)
}

fn read_project(root: &Path, config: Option<&Path>) -> Result<Project, InputError> {
    let own = PathBuf::from(shown_in(root, "wf.toml"));
    let settings = settings(config.unwrap_or(&own), config.is_some())?;
    let excluded = excluded(root, &settings)?;
    let mut files = BTreeMap::new();
    for file in wf_files(root)? {
        let name = relative(root, &file);
        let is_excluded = excluded.matched_path_or_any_parents(&name, false).is_ignore();
        if !is_excluded && root_of(&file).is_none_or(|own| own == root) {
            files.insert(name, read(&file)?);
        }
    }
    Ok(Project { root: root.to_owned(), files, named: BTreeSet::new(), settings, lock: lock(root)? })
}

/// The patterns of `exclude`, from the root of the project.
fn excluded(root: &Path, settings: &Settings) -> Result<Gitignore, InputError> {
    let wrong = |pattern: &str| InputError::Settings {
        path: shown_in(root, "wf.toml"),
        reason: format!("`exclude`: `{pattern}` is no pattern"),
        help: "write it as in `.gitignore`: `drafts/`, `*_old.wf`".to_owned(),
    };
    // Names are held against it from the root, so the root itself plays no part in the patterns.
    let mut patterns = GitignoreBuilder::new("");
    for pattern in &settings.exclude {
        patterns.add_line(None, pattern).map_err(|_| wrong(pattern))?;
    }
    patterns.build().map_err(|_| wrong(&settings.exclude.join(", ")))
}

/// The nearest folder above a file that holds a `wf.toml`.
fn root_of(file: &Path) -> Option<PathBuf> {
    file.ancestors()
        .skip(1)
        .find(|folder| folder.join("wf.toml").is_file())
        .map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

/// Reads a `wf.toml`; where there need not be one and is none, nothing is decided.
fn settings(path: &Path, must_be_there: bool) -> Result<Settings, InputError> {
    if !path.is_file() && !must_be_there {
        return Ok(Settings::default());
    }
    Settings::parse(&read(path)?).map_err(|fault| InputError::Settings {
        path: shown(path),
        reason: fault.to_string(),
        help: fault
            .help
            .unwrap_or_else(|| "an empty `wf.toml` is enough: it marks the root of a project".to_owned()),
    })
}

/// Reads the lock beside a project's `wf.toml`; a project without one has an empty lock.
fn lock(root: &Path) -> Result<Lock, InputError> {
    let path = PathBuf::from(shown_in(root, "wf.lock"));
    let text = if path.is_file() { read(&path)? } else { String::new() };
    Lock::parse(&text).map_err(|fault| InputError::Lock { path: shown(&path), reason: fault.to_string() })
}

/// Reads a text file.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn read(path: &Path) -> Result<String, InputError> {
    let bytes = std::fs::read(path).map_err(|source| InputError::Unreadable { path: shown(path), source })?;
    String::from_utf8(bytes)
        .map_err(|fault| InputError::NotText { path: shown(path), at: fault.utf8_error().valid_up_to() })
}

/// Writes a file whole or not at all: beside it first, then in its place.
///
/// # Errors
/// When the folder or file cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), InputError> {
    let fault = |source| InputError::Unwritable { path: shown(path), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, bytes).map_err(fault)?;
    std::fs::rename(&beside, path).map_err(fault)
}

/// A path as people read it.
pub fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// A finding with every path as the user knows it.
pub fn shown_finding(project: &Project, finding: Finding) -> Finding {
    finding.map_places(|mut at| {
        at.file = shown_in(&project.root, &at.file).into();
        at
    })
}

/// A project's file as the user would name it from where they stand.
pub fn shown_in(root: &Path, file: &str) -> String {
    if root == Path::new(".") { file.to_owned() } else { shown(&root.join(file)) }
}

fn relative(root: &Path, file: &Path) -> String {
    shown(file.strip_prefix(root).unwrap_or(file))
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("."), Path::to_owned)
}
