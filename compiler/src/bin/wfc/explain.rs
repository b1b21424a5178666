//! `wfc explain CODE`: a rule's page; `wfc explain --all --markdown DIR`: the reference of all rules.

use crate::arguments::Explain;
use crate::input;
use crate::output::{self, Exit};
use miette::miette;
use std::path::Path;
use wf_compiler::reference;
use wf_compiler::render::terminal::plural;
use wf_compiler::rules::{self, Entry};

/// Prints the page of one rule, or the list of all.
///
/// # Errors
/// When there is no such rule (the nearest is named), or the reference cannot be written.
pub fn run(arguments: &Explain) -> miette::Result<Exit> {
    if let (true, Some(folder)) = (arguments.all, &arguments.markdown) {
        return write_reference(folder);
    }
    let Some(wanted) = &arguments.rule else {
        for Entry { rule, .. } in rules::ALL {
            output::print(&format!("{}  {:<28} {}\n", rule.code, rule.name, rule.summary));
        }
        return Ok(Exit::Fine);
    };
    let matches = |entry: &&Entry| entry.rule.code.eq_ignore_ascii_case(wanted) || entry.rule.name == wanted;
    match rules::ALL.iter().find(matches) {
        Some(entry) => {
            output::print(&styled(entry.page));
            Ok(Exit::Fine)
        }
        None => Err(miette!(help = help(wanted), "there is no rule `{wanted}`")),
    }
}

/// Writes the reference: an index, and one page for each rule.
fn write_reference(folder: &Path) -> miette::Result<Exit> {
    let pages = reference::pages();
    for (name, text) in &pages {
        input::write(&folder.join(name), text.as_bytes())?;
    }
    output::print(&format!("{}: {}\n", input::shown(folder), plural(pages.len(), "page")));
    Ok(Exit::Fine)
}

fn help(wanted: &str) -> String {
    let names = rules::ALL.iter().flat_map(|entry| [entry.rule.code, entry.rule.name]);
    let near = names
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &wanted.to_lowercase()), name))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    match near {
        Some((_, name)) => format!("did you mean `{name}`? `wfc explain` lists all rules"),
        None => "`wfc explain` lists all rules".to_owned(),
    }
}

/// A Markdown page for a terminal: headings bold, code indented as it stands, fences left out.
pub fn styled(page: &str) -> String {
    let heading = anstyle::Style::new().bold();
    let code = anstyle::AnsiColor::Cyan.on_default();
    let mut out = String::new();
    let mut in_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            out.push_str(&format!("    {code}{line}{code:#}\n"));
        } else if let Some(title) = line.strip_prefix('#') {
            out.push_str(&format!("{heading}{}{heading:#}\n", title.trim_start_matches('#').trim()));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
