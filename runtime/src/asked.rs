//! What people ask for, in names and texts, turned into what happens to an instance.
//!
//! The command line and the HTTP API both speak in these words; here they become events, with every name looked up
//! and every value read by its type. Invariant: there is no other way from a name to an event.

use crate::error::{Problem, Result};
use crate::opened::{Opened, unknown};
use crate::plans::Ready;
use crate::transition::{question_number, question_of};
use crate::values::Reader;
use serde_json::Value as Json;
use wf_plan::Value;
use wf_plan::node::NodeKind;
use wf_plan::value::Field;
use wf_vm::EventKind;
use wf_vm::event::{Act, Actor, Answer, Place, QuestionId};
use wf_vm::view::QuestionView;

/// Values by name; texts are read by the type of the field.
pub type Given = Vec<(String, Json)>;

/// What a person asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Asked {
    /// An act on a node: `review`, `review:2` or `review:Anna`.
    OnNode {
        /// Which.
        node: String,
        /// What.
        act: OnNode,
    },
    /// An answer to a question.
    Answer {
        /// Its number; `None`: the only open one.
        question: Option<String>,
        /// What is said.
        said: Said,
    },
    /// A correction of `FIELD` or `STEP.FIELD`.
    Correct {
        /// Which field.
        field: String,
        /// The right value.
        value: Json,
        /// Why.
        reason: String,
    },
    /// A finished step is done again.
    Reopen {
        /// Which.
        node: String,
        /// Why.
        reason: String,
    },
    /// The instance ends in an outcome that is possible at any time.
    End {
        /// Which.
        outcome: String,
        /// Why.
        reason: String,
    },
    /// An operator cancels the instance.
    Cancel {
        /// Why.
        reason: String,
    },
}

/// An act on a node.
#[derive(Clone, PartialEq, Debug)]
pub enum OnNode {
    /// Takes it on.
    Claim,
    /// Gives it back.
    Release,
    /// Finishes it with the values of its form.
    Complete(Given),
    /// Says something.
    Comment(String),
    /// Has seen it.
    Acknowledge,
    /// Cannot go on.
    Block {
        /// Why.
        reason: String,
        /// The role that is waited on.
        waiting_on: Option<String>,
    },
    /// Goes on.
    Unblock,
    /// Hands it to a role.
    Reassign(String),
    /// Chooses an option of a decision, by name or label.
    Choose {
        /// Which.
        option: String,
        /// Why, where a reason is needed.
        reason: Option<String>,
    },
    /// Skips it.
    Skip {
        /// Why.
        reason: String,
    },
}

/// What is said to a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// An alternative or suggestion, by number or words.
    Alternative(String),
    /// Own words.
    Words(String),
}

impl Asked {
    /// The node that is meant, where that and what is asked depend on the plan alone and not on where its instance stands:
    /// an act on a node that is no copy.
    #[must_use]
    pub fn by_plan(&self) -> Option<&str> {
        match self {
            Self::OnNode { node, .. } if !node.contains(':') => Some(node),
            _ => None,
        }
    }

    /// The event of [`Asked::by_plan`].
    ///
    /// # Errors
    /// When a name is not there or a value does not fit.
    pub fn event_by_plan(&self, ready: &Ready, by: Actor) -> Option<Result<EventKind>> {
        let Self::OnNode { node, act } = self else { return None };
        let place = ready.node(node).map(|node| Place { node, copy: None });
        Some(place.and_then(|place| on_node(ready, place, node, act.clone(), by)))
    }
}

impl Opened {
    /// The event that was asked for.
    ///
    /// # Errors
    /// When a name is not there or a value does not fit.
    pub fn event(&self, asked: Asked, by: Actor) -> Result<EventKind> {
        Ok(match asked {
            Asked::OnNode { node, act } => on_node(&self.ready, self.place(&node)?, &node, act, by)?,
            Asked::Answer { question, said } => {
                let question = self.question(question.as_deref())?;
                let asked = self.view().questions.iter().find(|asked| asked.id == question);
                let answer = match said {
                    Said::Words(words) => Answer::Words(words),
                    Said::Alternative(given) => chosen(asked, &given)?,
                };
                EventKind::Answer { question, answer, by }
            }
            Asked::Correct { field, value, reason } => {
                let (field, declared) = self.field(&field)?;
                let reader = Reader::new(self.ready.program(), &self.ready.local);
                let value = reader.json(declared, &value).map_err(Problem::input)?;
                EventKind::Correct { field, value, reason, by }
            }
            Asked::Reopen { node, reason } => EventKind::Reopen { node: self.node(&node)?, reason, by },
            Asked::End { outcome, reason } => {
                EventKind::EndAtAnyTime { outcome: self.outcome(&outcome)?, reason, by }
            }
            Asked::Cancel { reason } => EventKind::Cancel { reason, by: Some(by) },
        })
    }

    /// A question by its number, `1` or `q1`; the only open one without.
    fn question(&self, number: Option<&str>) -> Result<QuestionId> {
        let id = &self.instance.id;
        if let Some(number) = number {
            let digits = number.strip_prefix('q').unwrap_or(number);
            return digits.parse().ok().and_then(question_of).ok_or_else(|| {
                Problem::input(format!("`{id}/{number}` names no question"))
                    .help("write INSTANCE/qNUMBER, as `wfrun status` shows it")
            });
        }
        match self.view().questions.as_slice() {
            [only] => Ok(only.id),
            [] => Err(Problem::not_found(format!("`{id}` has no open question"))),
            several => {
                let names: Vec<String> =
                    several.iter().map(|asked| format!("{id}/q{}", question_number(asked.id))).collect();
                Err(Problem::input(format!("`{id}` has more than one open question"))
                    .help(format!("name one of {}", names.join(", "))))
            }
        }
    }
}

fn on_node(ready: &Ready, place: Place, named: &str, act: OnNode, by: Actor) -> Result<EventKind> {
    let act = match act {
        OnNode::Claim => Act::Claim,
        OnNode::Release => Act::Release,
        OnNode::Complete(given) => Act::Complete(form(ready, place, named, &given, by.forced.is_some())?),
        OnNode::Comment(text) => Act::Comment(text),
        OnNode::Acknowledge => Act::Acknowledge,
        OnNode::Block { reason, waiting_on } => {
            Act::Block { reason, waiting_on: waiting_on.map(|role| ready.role(&role)).transpose()? }
        }
        OnNode::Unblock => Act::Unblock,
        OnNode::Reassign(to) => Act::Reassign(ready.role(&to)?),
        OnNode::Choose { option: chosen, reason } => {
            Act::Choose { option: option(ready, place, named, &chosen)?, reason }
        }
        OnNode::Skip { reason } => Act::Skip { reason },
    };
    Ok(EventKind::Act { place, act, by })
}

/// Values of a node's form; what was entered before a redo is not taken over silently.
fn form(ready: &Ready, place: Place, named: &str, given: &Given, forced: bool) -> Result<Vec<Value>> {
    let program = ready.program();
    let form = program.nodes.get(place.node.index()).map(|node| node.form.clone()).unwrap_or_default();
    // Whoever forces an act may leave values out; they are missing then.
    let form: Vec<_> =
        form.into_iter().map(|field| Field { optional: field.optional || forced, ..field }).collect();
    Reader::new(program, &ready.local).fields_from_json(&form, given).map_err(|misfits| {
        Problem::input(format!("`{named}` cannot be completed: {}", misfits.join("\n  ")))
            .help("give each value of its form with `--field NAME=VALUE`")
    })
}

fn option(ready: &Ready, place: Place, decision: &str, option: &str) -> Result<u16> {
    let node = ready.program().nodes.get(place.node.index());
    let Some(NodeKind::Decision(declared)) = node.map(|node| &node.kind) else {
        return Err(Problem::input(format!("`{decision}` is no decision"))
            .help("`wfrun status` shows the open decisions"));
    };
    let at = declared.options.iter().position(|known| known.name == option || known.label == option);
    let names = || declared.options.iter().map(|known| known.name.as_str());
    at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| unknown("option", option, names()))
}

/// The alternative or suggestion that a number or words name. Numbers go on from the alternatives to the suggestions.
fn chosen(asked: Option<&QuestionView>, given: &str) -> Result<Answer> {
    let given = given.trim();
    let number = given.parse::<u16>().ok().and_then(|number| number.checked_sub(1));
    let Some(asked) = asked else {
        // The interpreter says that the question is closed, and records who tried.
        return Ok(Answer::Alternative(number.unwrap_or_default()));
    };
    let written = u16::try_from(asked.alternatives.len()).unwrap_or(u16::MAX);
    let same = |label: &String| label.eq_ignore_ascii_case(given);
    let by_words = |labels: &[String]| labels.iter().position(same).and_then(|at| u16::try_from(at).ok());
    if let Some(at) = by_words(&asked.alternatives).or(number.filter(|at| *at < written)) {
        return Ok(Answer::Alternative(at));
    }
    let suggested = number.and_then(|at| at.checked_sub(written));
    let suggested = suggested.filter(|at| usize::from(*at) < asked.suggestions.len());
    by_words(&asked.suggestions).or(suggested).map(Answer::Suggestion).ok_or_else(|| {
        unknown("alternative", given, asked.alternatives.iter().chain(&asked.suggestions).map(String::as_str))
    })
}

/// Values of a workflow's inputs, in their order.
///
/// # Errors
/// When one is wrong, missing or unknown; all are told at once.
pub fn inputs(ready: &Ready, given: &Given) -> Result<Vec<Value>> {
    let reader = Reader::new(ready.program(), &ready.local);
    reader.fields_from_json(&ready.program().inputs, given).map_err(|misfits| {
        Problem::input(format!("`{}` cannot start: {}", ready.program().workflow, misfits.join("\n  ")))
            .help("give each input with `--input NAME=VALUE`, or all in a file with `--input-file FILE`")
    })
}
