//! What an activity of a log stands for in a workflow, in the words of the command line.
//!
//! `complete take_charge`, `claim take_charge`, `choose verdict.yes`, `answer Wait two days`, `event crm deal.won`,
//! `end lost`; a node alone is completed, `verdict.yes` alone is chosen, `start` only starts and `-` is left out.
//! Invariant: a deed names things that the plan has.

use super::log::plain;
use crate::error::{Problem, Result};
use crate::opened::unknown;
use wf_plan::node::NodeKind;
use wf_plan::plan::{NodeId, Program, SystemId};

/// What is done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// It is not part of the workflow.
    LeftOut,
    /// It starts the instance and does nothing more.
    Start,
    /// An act on a node.
    Act(NodeId, Verb),
    /// An option of a decision.
    Choose(NodeId, u16),
    /// An answer to the open question: words or number of an alternative.
    Answer(String),
    /// An event of a system.
    Event(SystemId, u16),
    /// An outcome that is possible at any time.
    End(NodeId),
    /// A finished step is done again.
    Reopen(NodeId),
}

/// An act on a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Takes it on.
    Claim,
    /// Gives it back.
    Release,
    /// Finishes it.
    Complete,
    /// Says something.
    Comment,
    /// Has seen it.
    Acknowledge,
    /// Cannot go on.
    Block,
    /// Goes on.
    Unblock,
    /// Skips it.
    Skip,
}

const VERBS: &[(&str, Verb)] = &[
    ("claim", Verb::Claim),
    ("release", Verb::Release),
    ("complete", Verb::Complete),
    ("comment", Verb::Comment),
    ("acknowledge", Verb::Acknowledge),
    ("block", Verb::Block),
    ("unblock", Verb::Unblock),
    ("skip", Verb::Skip),
];

/// What can be written, for whoever wrote something else.
const WAYS: &str = "write what it stands for as on the command line: `NODE`, `claim NODE`, `comment NODE`, `block NODE`, \
                    `choose DECISION.OPTION`, `answer WORDS`, `event SYSTEM NAME`, `end OUTCOME`, `start`, or `-` to leave it out";

impl Deed {
    /// Reads a deed in words.
    ///
    /// # Errors
    /// When it names something the workflow has not.
    pub fn read(program: &Program, words: &str) -> Result<Self> {
        let words = words.trim();
        let (verb, rest) = words.split_once(' ').map_or((words, ""), |(verb, rest)| (verb, rest.trim()));
        if let Some((_, act)) = VERBS.iter().find(|(name, _)| *name == verb).filter(|_| !rest.is_empty()) {
            return Self::act(program, rest, *act);
        }
        match (verb, rest) {
            ("-", "") => Ok(Self::LeftOut),
            ("start", "") => Ok(Self::Start),
            ("", _) => Err(Problem::input("nothing is said after the `=`").help(WAYS)),
            ("choose", rest) if !rest.is_empty() => Self::choice(program, rest),
            ("answer", rest) if !rest.is_empty() => Ok(Self::Answer(rest.to_owned())),
            ("event", rest) if !rest.is_empty() => Self::event(program, rest),
            ("reopen", rest) if !rest.is_empty() => node(program, rest).map(Self::Reopen),
            ("end", rest) if !rest.is_empty() => Self::end(program, rest),
            (_, "") => match words.split_once('.') {
                Some(_) => Self::choice(program, words),
                None => Self::natural(program, node(program, words)?),
            },
            _ => Err(Problem::input(format!("`{words}` is nothing that is done in a workflow")).help(WAYS)),
        }
    }

    /// What an activity of this name stands for without being told: a node of the same name or title, or an option with
    /// this button.
    #[must_use]
    pub fn of_name(program: &Program, activity: &str) -> Option<Self> {
        let wanted = plain(activity);
        // A step may be called like an outcome, which nobody does.
        let by_name = nodes(program).filter(|(_, node)| node.name == wanted);
        let by_label = nodes(program).filter(|(_, node)| plain(&node.label) == wanted);
        if let Some(deed) = by_name.chain(by_label).find_map(|(id, _)| Self::natural(program, id).ok()) {
            return Some(deed);
        }
        let mut options = nodes(program).filter_map(|(id, node)| match &node.kind {
            NodeKind::Decision(decision) => {
                let at = decision.options.iter().position(|option| plain(&option.label) == wanted)?;
                Some(Self::Choose(id, u16::try_from(at).ok()?))
            }
            _ => None,
        });
        // An option that two decisions have is neither's.
        options.next().filter(|_| options.next().is_none())
    }

    /// The same deed in words.
    #[must_use]
    pub fn words(&self, program: &Program) -> String {
        let name = |node: NodeId| program.nodes.get(node.index()).map_or("", |node| node.name.as_str());
        match self {
            Self::LeftOut => "-".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Act(node, verb) => {
                let verb = VERBS.iter().find(|(_, known)| known == verb).map_or("", |(name, _)| *name);
                format!("{verb} {}", name(*node))
            }
            Self::Choose(node, option) => {
                let kind = program.nodes.get(node.index()).map(|node| &node.kind);
                let option = match kind {
                    Some(NodeKind::Decision(decision)) => decision.options.get(usize::from(*option)),
                    _ => None,
                };
                format!("choose {}.{}", name(*node), option.map_or("", |option| option.name.as_str()))
            }
            Self::Answer(words) => format!("answer {words}"),
            Self::Event(system, event) => {
                let system = program.systems.get(system.index());
                let event = system.and_then(|system| system.events.get(usize::from(*event)));
                let system = system.map_or("", |system| system.name.as_str());
                format!("event {system} {}", event.map_or("", |event| event.name.as_str()))
            }
            Self::End(node) => format!("end {}", name(*node)),
            Self::Reopen(node) => format!("reopen {}", name(*node)),
        }
    }

    fn act(program: &Program, named: &str, verb: Verb) -> Result<Self> {
        Ok(Self::Act(node(program, named)?, verb))
    }

    /// What is done to a node when nothing more is said.
    fn natural(program: &Program, id: NodeId) -> Result<Self> {
        let Some(node) = program.nodes.get(id.index()) else { return Ok(Self::LeftOut) };
        let name = &node.name;
        match &node.kind {
            NodeKind::Step => Ok(Self::Act(id, Verb::Complete)),
            NodeKind::Wait(wait) => Ok(Self::Event(wait.system, wait.event)),
            NodeKind::Outcome(outcome) if outcome.at_any_time.is_some() => Ok(Self::End(id)),
            NodeKind::Decision(decision) => {
                let options: Vec<String> =
                    decision.options.iter().map(|option| format!("choose {name}.{}", option.name)).collect();
                Err(Problem::input(format!(
                    "`{name}` is a decision, and nothing says which option was chosen"
                ))
                .help(format!("write one of {}", options.join(", "))))
            }
            NodeKind::Outcome(_) | NodeKind::Converge | NodeKind::Pause(_) | NodeKind::Run(_) => {
                Err(Problem::input(format!("nobody does `{name}`: it comes by itself"))
                    .help("leave the activity out with `-`, or name a step, decision or wait"))
            }
        }
    }

    fn choice(program: &Program, named: &str) -> Result<Self> {
        let (decision, option) = named.rsplit_once('.').ok_or_else(|| {
            Problem::input(format!("`{named}` names no option")).help("write DECISION.OPTION")
        })?;
        let id = node(program, decision)?;
        let Some(NodeKind::Decision(declared)) = program.nodes.get(id.index()).map(|node| &node.kind) else {
            return Err(Problem::input(format!("`{decision}` is no decision")).help(WAYS));
        };
        let at = declared.options.iter().position(|known| known.name == option || known.label == option);
        at.and_then(|at| u16::try_from(at).ok()).map(|at| Self::Choose(id, at)).ok_or_else(|| {
            wrong(unknown("option", option, declared.options.iter().map(|known| known.name.as_str())))
        })
    }

    fn event(program: &Program, named: &str) -> Result<Self> {
        let (system, event) = named.split_once([' ', '.']).ok_or_else(|| {
            Problem::input(format!("`{named}` names no event")).help("write `event SYSTEM NAME`")
        })?;
        let event = event.trim().trim_matches('"');
        let systems = || program.systems.iter().map(|system| system.name.as_str());
        let at = program.systems.iter().position(|known| known.name == system);
        let at = at.ok_or_else(|| wrong(unknown("system", system, systems())))?;
        let events = program.systems.get(at).map(|system| system.events.as_slice()).unwrap_or_default();
        let found = events.iter().position(|known| known.name == event);
        let found = found
            .ok_or_else(|| wrong(unknown("event", event, events.iter().map(|known| known.name.as_str()))))?;
        let both = u16::try_from(at).ok().zip(u16::try_from(found).ok());
        both.map(|(system, event)| Self::Event(SystemId(system), event))
            .ok_or_else(|| Problem::input("the workflow has too many systems"))
    }

    fn end(program: &Program, named: &str) -> Result<Self> {
        let id = node(program, named)?;
        match program.nodes.get(id.index()).map(|node| &node.kind) {
            Some(NodeKind::Outcome(outcome)) if outcome.at_any_time.is_some() => Ok(Self::End(id)),
            _ => Err(Problem::input(format!("`{named}` is no outcome that is possible at any time"))
                .help("other outcomes come by themselves, once what they wait for has happened")),
        }
    }
}

fn nodes(program: &Program) -> impl Iterator<Item = (NodeId, &wf_plan::node::Node)> {
    (0u16..).map(NodeId).zip(&program.nodes)
}

fn node(program: &Program, named: &str) -> Result<NodeId> {
    let names = || program.nodes.iter().map(|node| node.name.as_str());
    program.node_named(named).ok_or_else(|| wrong(unknown("node", named, names())))
}

/// A name in the command that is not in the plan is a mistake of the command.
fn wrong(problem: Problem) -> Problem {
    let again = Problem::input(problem.to_string());
    match problem.advice() {
        Some(help) => again.help(help),
        None => again,
    }
}
