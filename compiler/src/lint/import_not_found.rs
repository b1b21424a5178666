//! WF008: a `use` line that names a file or declaration that is not there.

use crate::hir::Name;
use crate::place::{Place, Problem};
use crate::resolve::nearest::nearest;
use crate::resolve::{STANDARD_FOLDER, UseLine, module_path};
use wf_lang::diagnostic::{Rule, Severity};

/// The rule.
pub static RULE: Rule = Rule {
    code: "WF008",
    name: "import-not-found",
    severity: Severity::Error,
    summary: "what a `use` line names is there",
};

/// The file of a `use` line is not there. `paths` are all files that are.
pub fn no_such_file<'a>(
    line: &UseLine,
    own_path: &str,
    paths: impl Iterator<Item = &'a str>,
) -> Option<Problem> {
    let (first, last) = (line.module.first()?, line.module.last()?);
    let at = Place { decl: line.id, at: last.at };
    let written = module_path(&line.module);
    let problem = if first.text == STANDARD_FOLDER {
        let asked = line.module.get(1..).filter(|rest| !rest.is_empty());
        let asked = asked.map(dotted).or_else(|| line.names.first().map(|name| name.text.clone()));
        Problem::new(&RULE, at, format!("the standard library has no `{}`", asked.unwrap_or_default()))
    } else {
        Problem::new(&RULE, at, format!("there is no file `{written}` in this project"))
    };
    let problem = problem.with_label("no such file");
    let near = nearest(&written, paths.filter(|path| *path != own_path));
    Some(match near.and_then(|near| module_of(near).map(|module| (near, module))) {
        Some((near, module)) => {
            let problem = problem.with_help(format!("did you mean `{module}`, the file `{near}`?"));
            match replaced_last(&line.module, &module) {
                Some(word) => problem.with_fix(format!("write `{module}`"), at, word),
                None => problem,
            }
        }
        None if first.text == STANDARD_FOLDER => {
            problem.with_help("it has `std.calendars`, `std.reminders`, `std.escalations` and `std.messages`")
        }
        None => problem.with_help(
            "`use a.b.c` reads `c` from the file `a/b.wf`, counted from the project's root folder",
        ),
    })
}

/// The file is there and does not declare the name. `names` are those it declares.
pub fn no_such_name(at: Place, name: &Name, module: &[Name], names: &[&str], brought_in: bool) -> Problem {
    let file = dotted(module);
    let message = format!("`{file}` declares no `{}`", name.text);
    let problem = Problem::new(&RULE, at, message).with_label("not declared there");
    if brought_in {
        return problem.with_help(format!(
            "`{file}` only brings it in with a `use` of its own; name the file that declares it"
        ));
    }
    match nearest(&name.text, names.iter().copied()) {
        Some(near) => {
            problem.with_help(format!("did you mean `{near}`?")).with_fix(format!("write `{near}`"), at, near)
        }
        None if names.is_empty() => problem.with_help("the file declares nothing with a name"),
        None => problem,
    }
}

fn dotted(module: &[Name]) -> String {
    module.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
}

/// `a/b.wf` as it is written behind `use`.
fn module_of(path: &str) -> Option<String> {
    Some(path.strip_suffix(".wf")?.replace('/', "."))
}

/// The last word of `module`, if it differs from what was written in that word only.
fn replaced_last(written: &[Name], module: &str) -> Option<String> {
    let words: Vec<&str> = module.split('.').collect();
    let (last, before) = words.split_last()?;
    let (_, written_before) = written.split_last()?;
    let same = before.iter().copied().eq(written_before.iter().map(|name| name.text.as_str()));
    same.then(|| (*last).to_owned())
}
