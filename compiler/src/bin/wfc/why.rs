//! `wfc why NODE`: the page of one node.

use crate::arguments::Why;
use crate::explain::styled;
use crate::input::{self, Project};
use crate::output::{self, Exit};
use miette::miette;
use std::path::PathBuf;
use wf_compiler::db::{self, Database, Queries, SourceFile};
use wf_compiler::place::{DeclId, Place};
use wf_compiler::resolve::nearest::nearest;
use wf_compiler::why;
use wf_plan::plan::NodeId;

/// A node that bears the name that was asked for.
struct Match {
    workflow: DeclId,
    id: NodeId,
    /// `workflow.node`.
    full: String,
}

/// Prints the page of a node.
///
/// # Errors
/// When paths cannot be read, or no node or more than one has the name.
pub fn run(arguments: &Why) -> miette::Result<Exit> {
    let paths: Vec<PathBuf> = arguments.path.iter().cloned().collect();
    let projects = input::projects(&paths)?;
    let mut pages = Vec::new();
    let mut known = Vec::new();
    let mut unsound = Vec::new();
    for project in &projects {
        let database = project.open();
        for workflow in sound_workflows(&database, project, &mut unsound) {
            let (found, names) = matches(&database, workflow, &arguments.node);
            known.extend(names);
            for node in found {
                let page = page(&database, node.workflow, node.id);
                pages.extend(page.map(|page| (node.full.clone(), page)));
            }
        }
        wf_compiler::project::close(database);
    }
    match pages.as_slice() {
        [(_, page)] => {
            output::print(&styled(page));
            Ok(Exit::Fine)
        }
        [] => Err(unknown(&arguments.node, &known, &unsound)),
        several => {
            let names: Vec<String> = several.iter().map(|(name, _)| format!("`wfc why {name}`")).collect();
            let help = format!("say which: {}", names.join(", "));
            Err(miette!(help = help, "`{}` is a node of more than one workflow", arguments.node))
        }
    }
}

fn unknown(wanted: &str, known: &[String], unsound: &[String]) -> miette::Report {
    let bare = known.iter().filter_map(|name| name.split_once('.').map(|(_, node)| node));
    let near = nearest(wanted, bare.chain(known.iter().map(String::as_str)));
    let help = match (near, unsound) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) if known.len() <= 12 => format!("there are {}", known.join(", ")),
        (None, []) => "`wfc why WORKFLOW.NODE` names a node of one workflow".to_owned(),
        (None, names) => format!("`wfc check` first: names or types are wrong in {}", names.join(", ")),
    };
    miette!(help = help, "there is no node `{wanted}`")
}

/// The workflows of the files that were named, those with wrong names or types apart.
pub fn sound_workflows(database: &Database, project: &Project, unsound: &mut Vec<String>) -> Vec<DeclId> {
    let mut found = Vec::new();
    for file in database.own_files() {
        if !project.named.contains(&**file.path(database)) {
            continue;
        }
        for workflow in workflows_of(database, file) {
            match db::with_subject(database, workflow, |_| ()) {
                Some(()) => found.push(workflow),
                None => unsound.push(input::shown_in(&project.root, file.path(database))),
            }
        }
    }
    unsound.dedup();
    found
}

fn workflows_of(database: &Database, file: SourceFile) -> Vec<DeclId> {
    use wf_compiler::hir::DeclarationKind;
    let is_workflow = |id: &DeclId| {
        let scope = db::ProjectScope::new(database);
        use wf_compiler::scope::Scope;
        matches!(scope.declaration(*id).kind, DeclarationKind::Workflow(_))
    };
    db::item_tree(database, file).all.iter().copied().filter(is_workflow).collect()
}

/// The nodes of a workflow with the name asked for, and the names of all.
fn matches(database: &Database, workflow: DeclId, wanted: &str) -> (Vec<Match>, Vec<String>) {
    db::with_subject(database, workflow, |subject| {
        let typed = subject.typed;
        let nodes = (0u16..).map(NodeId).zip(&typed.nodes);
        let all: Vec<(NodeId, String, bool)> = nodes
            .map(|(id, node)| {
                let full = format!("{}.{}", typed.name, node.name);
                let is_meant = node.name == wanted || full == wanted;
                (id, full, is_meant)
            })
            .collect();
        let meant = all.iter().filter(|(.., is_meant)| *is_meant);
        let found = meant.map(|(id, full, _)| Match { workflow, id: *id, full: full.clone() }).collect();
        (found, all.into_iter().map(|(_, full, _)| full).collect())
    })
    .unwrap_or_default()
}

fn page(database: &Database, workflow: DeclId, node: NodeId) -> Option<String> {
    let source = |place: Place| source(database, place);
    db::with_subject(database, workflow, |subject| why::page(*subject, node, &source)).flatten()
}

/// The text at a place, on one line.
pub fn source(database: &dyn Queries, place: Place) -> String {
    let Some(file) = database.file(place.decl.file) else { return String::new() };
    let words = db::span_of(database, place).span.slice(file.text(database));
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
