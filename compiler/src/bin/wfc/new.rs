//! `wfc new NAME`: a small working project.

use crate::arguments::New;
use crate::input;
use crate::output::{self, Exit};
use miette::miette;
use std::path::Path;

/// The files of a new project; `NAME` and `TITLE` are replaced.
const TEMPLATE: [(&str, &str); 4] = [
    ("main.wf", include_str!("template/main.wf")),
    ("teams.wf", include_str!("template/teams.wf")),
    ("tests.wf", include_str!("template/tests.wf")),
    ("wf.toml", include_str!("template/wf.toml")),
];

/// Writes the project into a folder of its name.
///
/// # Errors
/// When the name is none, the folder is there already, or it cannot be written.
pub fn run(arguments: &New) -> miette::Result<Exit> {
    let name = &arguments.name;
    if !is_name(name) {
        return Err(miette!(
            help = "use small letters, digits and `_`, beginning with a letter: `wfc new claim_handling`",
            "`{name}` cannot be the name of a workflow"
        ));
    }
    let folder = Path::new(name);
    if folder.exists() {
        return Err(miette!(
            help = "choose another name, or move the folder away",
            "`{name}` is there already"
        ));
    }
    let title = title(name);
    for (file, text) in TEMPLATE {
        input::write(&folder.join(file), text.replace("NAME", name).replace("TITLE", &title).as_bytes())?;
    }
    output::print(&format!(
        "wrote {name}/ with a workflow, its teams and two tests\n\n  wfc check {name}   look for mistakes\n  \
         wfc test {name}    play the tests\n  wfc run {name}     watch one\n"
    ));
    Ok(Exit::Fine)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
        && name.len() <= 64
}

/// `claim_handling` as people write it: `Claim handling`.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
