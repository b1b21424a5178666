//! From paths on the command line to projects in memory.
//!
//! A project is the nearest folder upwards that holds a `wf.toml`; where there is none, the folder named, or the
//! folder of the file named. Folders below that hold a `wf.toml` of their own are projects of their own. A whole
//! project is read, because names may come from any of its files; findings are shown for what was named.
//! Invariant: a file that cannot be read is reported with what to do, and nothing else is lost.

use miette::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// One project's files.
pub struct Project {
    /// Its root folder, as it is shown.
    pub root: PathBuf,
    /// Texts by path from the root, `/`-separated.
    pub files: BTreeMap<String, String>,
    /// Which of them were named on the command line, directly or by their folder.
    pub named: BTreeSet<String>,
}

impl Project {
    /// Paths as the user knows them, and texts.
    pub fn shown_files(&self) -> Vec<(String, &str)> {
        self.files.iter().map(|(file, text)| (shown_in(&self.root, file), text.as_str())).collect()
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
    #[error("`{path}` is not right: {reason}")]
    #[diagnostic(help("an empty `wf.toml` is enough: it marks the root of a project"))]
    Settings {
        /// The path.
        path: String,
        /// What the TOML reader says.
        reason: String,
    },
}

/// Reads every project that the paths touch.
///
/// # Errors
/// When a path is missing, unreadable or no text, or when there is no `.wf` file at all.
pub fn projects(paths: &[PathBuf]) -> Result<Vec<Project>, InputError> {
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
                std::collections::btree_map::Entry::Vacant(entry) => entry.insert(read_project(&root)?),
            };
            let name = relative(&root, &file);
            project.named.insert(name);
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

fn read_project(root: &Path) -> Result<Project, InputError> {
    check_settings(root)?;
    let mut files = BTreeMap::new();
    for file in wf_files(root)? {
        if root_of(&file).is_none_or(|own| own == root) {
            files.insert(relative(root, &file), read(&file)?);
        }
    }
    Ok(Project { root: root.to_owned(), files, named: BTreeSet::new() })
}

/// The nearest folder above a file that holds a `wf.toml`.
fn root_of(file: &Path) -> Option<PathBuf> {
    file.ancestors()
        .skip(1)
        .find(|folder| folder.join("wf.toml").is_file())
        .map(|folder| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() })
}

fn check_settings(root: &Path) -> Result<(), InputError> {
    let path = root.join("wf.toml");
    if !path.is_file() {
        return Ok(());
    }
    let settings: toml::Table = read(&path)?.parse().map_err(|fault: toml::de::Error| {
        InputError::Settings { path: shown(&path), reason: fault.to_string() }
    })?;
    match settings.keys().next() {
        Some(key) => {
            let reason = format!("`{key}` is not a setting");
            Err(InputError::Settings { path: shown(&path), reason })
        }
        None => Ok(()),
    }
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
