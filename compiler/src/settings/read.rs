//! From the text of a `wf.toml` to [`Settings`], with a place for everything that is not understood.
//!
//! Invariant: what is taken was named in the text; nothing is guessed.

use super::{KEYS, Key, LEVELS, LIMITS, Level, Limits, Settings, WEIGHTS, rule, stays_error};
use crate::resolve::nearest::nearest;
use crate::rules;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};
use wf_lang::diagnostic::Severity;
use wf_lang::span::{LineIndex, Position};

/// What is wrong with a `wf.toml`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where.
    pub at: Position,
    /// What, in the user's words.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}: {}", self.at.line, self.at.column, self.message)
    }
}

/// The name of a key with its place, and its value.
type Entry<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// A text and what is said about its places.
struct Reader<'t> {
    text: &'t str,
}

pub(super) fn read(text: &str) -> Result<Settings, Fault> {
    let reader = Reader { text };
    let table = DeTable::parse(text)
        .map_err(|fault| reader.fault(fault.span().unwrap_or_default(), fault.message().to_owned(), None))?;
    let mut settings = Settings::default();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "fail-on" => settings.fail_on = reader.weight((key, value))?,
            "exclude" => settings.exclude = reader.exclude(value)?,
            "limits" => {
                for entry in reader.table((key, value), "messages-per-day = 5")? {
                    reader.limit(entry, &mut settings.limits)?;
                }
            }
            "rules" => {
                for entry in reader.table((key, value), "no-deadline = \"error\"")? {
                    let (rule, level) = reader.rule(entry)?;
                    if settings.rules.insert(rule.to_owned(), level).is_some() {
                        let message = format!("`{rule}` is decided twice, by its name and by its code");
                        return Err(reader.fault(entry.0.span(), message, None));
                    }
                }
            }
            _ => return Err(reader.unknown_key(key, KEYS)),
        }
    }
    Ok(settings)
}

impl Reader<'_> {
    fn fault(&self, at: Range<usize>, message: String, help: Option<String>) -> Fault {
        let offset = u32::try_from(at.start).unwrap_or(u32::MAX);
        Fault { at: LineIndex::new(self.text).position(self.text, offset), message, help }
    }

    fn unknown_key(&self, key: &Spanned<DeString<'_>>, known: &[Key]) -> Fault {
        let said: &str = key.get_ref().as_ref();
        let names = known.iter().map(|key| key.name);
        let help = meant(said, names.clone()).unwrap_or_else(|| listed(names));
        self.fault(key.span(), format!("there is no setting `{said}`"), Some(help))
    }

    fn table<'a, 'i>(
        &self,
        (key, value): Entry<'a, 'i>,
        example: &str,
    ) -> Result<impl Iterator<Item = Entry<'a, 'i>>, Fault> {
        let name: &str = key.get_ref().as_ref();
        let help = || Some(format!("write `[{name}]` on a line of its own, and below it `{example}`"));
        let wrong = || self.fault(value.span(), format!("`{name}` is a table"), help());
        value.get_ref().as_table().map(|table| table.iter()).ok_or_else(wrong)
    }

    fn limit(&self, (key, value): Entry<'_, '_>, limits: &mut Limits) -> Result<(), Fault> {
        let name: &str = key.get_ref().as_ref();
        if name != "messages-per-day" {
            return Err(self.unknown_key(key, LIMITS));
        }
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        let number =
            number.and_then(|number| number.as_str().parse::<u32>().ok()).filter(|number| *number > 0);
        let wrong = || self.fault(value.span(), format!("`{name}` is a number from 1 on"), None);
        limits.messages_per_day = number.ok_or_else(wrong)?;
        Ok(())
    }

    fn weight(&self, (key, value): Entry<'_, '_>) -> Result<Severity, Fault> {
        let said = self.word((key, value), WEIGHTS)?;
        let severity = severity(&said);
        severity.ok_or_else(|| self.unknown_word(value.span(), &said, WEIGHTS))
    }

    fn rule(&self, (key, value): Entry<'_, '_>) -> Result<(&'static str, Level), Fault> {
        let name: &str = key.get_ref().as_ref();
        let Some(rule) = rule(name) else {
            let known = rules::ALL.iter().flat_map(|entry| [entry.rule.name, entry.rule.code]);
            let help = meant(name, known).unwrap_or_else(|| "`wfc explain` lists all rules".to_owned());
            return Err(self.fault(key.span(), format!("there is no rule `{name}`"), Some(help)));
        };
        let said = self.word((key, value), LEVELS)?;
        let level = match severity(&said) {
            Some(severity) => Level::At(severity),
            None if said == "off" => Level::Off,
            None => return Err(self.unknown_word(value.span(), &said, LEVELS)),
        };
        if stays_error(rule) && level != Level::At(Severity::Error) {
            let message = format!("`{name}` stays an error: a process that has it cannot run as written");
            let help = "errors of words, graph and decisions (WF0…, WF1…, WF2…) cannot be lowered".to_owned();
            return Err(self.fault(value.span(), message, Some(help)));
        }
        Ok((rule.name, level))
    }

    fn exclude(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Fault> {
        let wrong = |at: Range<usize>| {
            let help = "write a list of patterns: `exclude = [\"drafts/\"]`".to_owned();
            self.fault(at, "`exclude` is a list of texts".to_owned(), Some(help))
        };
        let list = value.get_ref().as_array().ok_or_else(|| wrong(value.span()))?;
        let pattern = |item: &Spanned<DeValue<'_>>| {
            item.get_ref().as_str().map(str::to_owned).ok_or_else(|| wrong(item.span()))
        };
        list.iter().map(pattern).collect()
    }

    fn word(&self, (key, value): Entry<'_, '_>, known: &[&str]) -> Result<String, Fault> {
        let said = value.get_ref().as_str().map(str::to_owned);
        said.ok_or_else(|| {
            let message = format!("`{}` is a text", key.get_ref());
            self.fault(value.span(), message, Some(listed(known.iter().copied())))
        })
    }

    fn unknown_word(&self, at: Range<usize>, said: &str, known: &[&str]) -> Fault {
        let message = format!("there is no weight `{said}`");
        let help = meant(said, known.iter().copied()).unwrap_or_else(|| listed(known.iter().copied()));
        self.fault(at, message, Some(help))
    }
}

/// The weight with this name.
fn severity(word: &str) -> Option<Severity> {
    [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .find(|severity| severity.as_str() == word)
}

fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(written, known).map(|near| format!("did you mean `{near}`?"))
}

fn listed<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
    format!("there is {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        let fault = read(text).unwrap_err();
        (fault.to_string(), fault.help.unwrap_or_default())
    }

    #[test]
    fn a_key_that_is_none_is_refused_with_its_place_and_the_nearest() {
        assert_eq!(
            refused("\n  rulse = 1\n"),
            ("line 2, column 3: there is no setting `rulse`".to_owned(), "did you mean `rules`?".to_owned())
        );
        assert_eq!(
            refused("[rules]\nno-dedline = \"off\"\n"),
            (
                "line 2, column 1: there is no rule `no-dedline`".to_owned(),
                "did you mean `no-deadline`?".to_owned()
            )
        );
    }

    #[test]
    fn a_value_that_is_none_is_refused() {
        let (said, help) = refused("fail-on = \"warnings\"");
        assert_eq!(said, "line 1, column 11: there is no weight `warnings`");
        assert_eq!(help, "did you mean `warning`?");
        assert_eq!(refused("rules = 3").0, "line 1, column 9: `rules` is a table");
        assert_eq!(refused("exclude = \"a\"").0, "line 1, column 11: `exclude` is a list of texts");
        assert_eq!(refused("exclude = [1]").0, "line 1, column 12: `exclude` is a list of texts");
        assert_eq!(refused("[rules]\nnagging = 3").0, "line 2, column 11: `nagging` is a text");
        let (said, _) = refused("[limits]\nmessages-per-day = 0");
        assert_eq!(said, "line 2, column 20: `messages-per-day` is a number from 1 on");
        let (said, help) = refused("[limits]\nmessage-per-day = 5");
        assert_eq!(said, "line 2, column 1: there is no setting `message-per-day`");
        assert_eq!(help, "did you mean `messages-per-day`?");
        assert!(refused("fail-on = ").0.starts_with("line 1, column 1"));
    }

    #[test]
    fn errors_of_words_graph_and_decisions_cannot_be_lowered_and_others_can() {
        let (said, _) = refused("[rules]\nWF103 = \"warning\"");
        assert_eq!(
            said,
            "line 2, column 9: `WF103` stays an error: a process that has it cannot run as written"
        );
        refused("[rules]\nsyntax-error = \"off\"");
        refused("[rules]\noption-gap = \"note\"");
        assert!(
            read("[rules]\nself-approval = \"warning\"\noutcome-race = \"off\"\nWF103 = \"error\"").is_ok()
        );
    }

    #[test]
    fn one_rule_is_decided_once() {
        assert!(refused("[rules]\nnagging = \"off\"\nWF411 = \"off\"").0.contains("twice"));
    }
}
