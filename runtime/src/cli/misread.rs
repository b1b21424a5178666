//! A command line with a word too many, told in our words: what `clap` says of it is only that it did not expect the word.
//!
//! Flow: the refused arguments and the command they were for come in, a problem goes out, or `clap`'s own words where those
//! say enough. Invariant: the help shows a command that can be typed.

use crate::error::Problem;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};

/// The problem with a command line that `clap` refused, where more can be said than that it is refused.
pub fn explained(error: &Error, program: &Command, words: &[String]) -> Option<Problem> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(surplus)) = error.get(ContextKind::InvalidArg) else { return None };
    if surplus.starts_with('-') {
        return None;
    }
    let (command, path) = asked_for(program, words);
    let typed = format!("wfrun {path}");
    let wanted: Vec<String> = command.get_positionals().filter_map(name_of).collect();
    let values = command.get_arguments().find(|option| name_of(option).as_deref() == Some("NAME=VALUE"));
    let key = command.get_arguments().find(|option| option.get_id() == "key" && option.is_required_set());
    let what = Problem::input(format!("`{typed}` does not know what to do with `{surplus}`"));
    let help = match (values.and_then(Arg::get_short), key) {
        (Some(letter), _) if surplus.contains('=') => {
            format!("give values with `-{letter}`: `{}`", valued(program, command, words, letter))
        }
        (_, Some(_)) => {
            format!("the record's key goes with `--key`: `{typed} {} --key {surplus}`", wanted.join(" "))
        }
        (Some(letter), _) => format!(
            "it takes {}, and values with `-{letter} NAME=VALUE`; several words that belong together stand in quotes",
            listed(&wanted)
        ),
        _ => {
            format!("it takes {}; several words that belong together stand in quotes: `'…'`", listed(&wanted))
        }
    };
    Some(what.help(help))
}

/// The command that the words ask for, and how it is called.
fn asked_for<'a>(program: &'a Command, words: &[String]) -> (&'a Command, String) {
    let (mut command, mut path) = (program, String::new());
    for word in words {
        if let Some(found) = command.find_subcommand(word) {
            command = found;
            path.push_str(if path.is_empty() { "" } else { " " });
            path.push_str(found.get_name());
        } else if !path.is_empty() {
            break;
        }
    }
    (command, path)
}

/// The line as it was typed, with the option before each value that stands alone, and without the store: it may have a
/// password in it.
fn valued(program: &Command, command: &Command, words: &[String], letter: char) -> String {
    let mut line = "wfrun".to_owned();
    let mut before: Option<&str> = None;
    for word in words {
        let option =
            before.take().filter(|before| takes_value(program, before) || takes_value(command, before));
        if !(word == "--store" || option == Some("--store") || word.starts_with("--store=")) {
            line.push(' ');
            if option.is_none() && !word.starts_with('-') && word.contains('=') {
                line.push_str(&format!("-{letter} "));
            }
            line.push_str(&quoted(word));
        }
        before = Some(word.as_str());
    }
    line
}

/// Whether a word is an option that takes the next word as its value.
fn takes_value(command: &Command, word: &str) -> bool {
    command.get_arguments().any(|option| {
        let long = option.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long));
        let short = option
            .get_short()
            .is_some_and(|short| word.strip_prefix('-') == Some(short.to_string().as_str()));
        (long || short) && option.get_action().takes_values()
    })
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "=_-.,:/@".contains(letter);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "no more words".to_owned(),
        names => format!("`{}`", names.join(" ")),
    }
}

fn name_of(argument: &Arg) -> Option<String> {
    argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::{CommandFactory, Parser};

    fn told(line: &[&str]) -> Option<(String, String)> {
        let words: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let error =
            Cli::try_parse_from(std::iter::once("wfrun".to_owned()).chain(words.clone())).unwrap_err();
        let problem = explained(&error, &Cli::command(), &words)?;
        Some((problem.to_string(), problem.advice().unwrap().to_owned()))
    }

    #[test]
    fn values_without_their_option_are_shown_with_it() {
        let (what, help) = told(&["start", "patent", "number=EP1"]).unwrap();
        assert_eq!(what, "`wfrun start` does not know what to do with `number=EP1`");
        assert_eq!(help, "give values with `-i`: `wfrun start patent -i number=EP1`");
        let (_, help) =
            told(&["complete", "order-1", "pay", "--json", "paid=true", "note=two words", "--by", "a=b"])
                .unwrap();
        assert_eq!(
            help,
            "give values with `-f`: `wfrun complete order-1 pay --json -f paid=true -f 'note=two words' --by a=b`"
        );
        let (_, help) = told(&["--store", "sqlite:a=b", "start", "patent", "-i", "a=1", "b=2"]).unwrap();
        assert!(help.ends_with("`wfrun start patent -i a=1 -i b=2`"), "{help}");
    }

    #[test]
    fn a_word_too_many_is_told_with_what_is_taken() {
        let (_, help) = told(&["comment", "order-1", "pay", "two", "words"]).unwrap();
        assert!(help.contains("`INSTANCE NODE TEXT`") && help.contains("quotes"), "{help}");
        let (what, help) = told(&["outbox", "retry", "order-1/2", "again"]).unwrap();
        assert!(what.contains("`wfrun outbox retry`") && help.contains("`INSTANCE/NUMBER`"), "{what} {help}");
        let (_, help) = told(&["event", "crm", "stage", "D-1"]).unwrap();
        assert!(help.contains("--key D-1"), "{help}");
        let (_, help) = told(&["complete", "order-1", "pay", "paid", "true"]).unwrap();
        assert!(help.contains("-f NAME=VALUE"), "{help}");
    }

    #[test]
    fn what_the_parser_says_well_is_left_to_it() {
        assert_eq!(told(&["start", "patent", "--inputs", "a=b"]), None);
        assert_eq!(told(&["strat", "patent"]), None);
        assert_eq!(told(&["start"]), None);
    }
}
