//! Where an expression or text stands, and so which names it may use.
//!
//! Named ladders, reminders and messages are checked at each place of use: `decl` is whose words they are, `node`
//! the node they are used for. Invariant: copying an environment and narrowing it never changes the outer one.

use crate::hir::At;
use crate::place::{DeclId, Place};
use crate::typed::Expr;
use wf_plan::op::Context;
use wf_plan::plan::{NodeId, SystemId};
use wf_plan::value::Type;

/// When a text or condition is read, which decides what is known then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// A `let`: nothing of any instance.
    Constant,
    /// `starts on`, `starts every`: the instance does not exist yet.
    Starting,
    /// `title` and `reference`: inputs only; false for `reference`, which `title` may name.
    Naming(bool),
    /// About the instance as a whole: its deadline, addresses of roles, `unless`.
    Instance,
    /// A node becomes ready: `when`, lists, `with`.
    Ready,
    /// A node is worked on: texts, effects, deadlines.
    Working,
    /// A level of a ladder.
    Level,
    /// The effects of an outcome.
    Ending,
}

/// The variable of a `for each`.
#[derive(Clone, Copy)]
pub(super) struct Element<'e> {
    pub(super) name: &'e str,
    pub(super) ty: Type,
    pub(super) at: Place,
}

/// A value given to an argument of a message; `None` if it is wrong.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) value: Option<Expr>,
    /// Where the message asks for it.
    pub(super) declared: Place,
}

/// Where something stands.
#[derive(Clone, Copy)]
pub(super) struct Env<'e> {
    /// Whose words: decides what names mean.
    pub(super) decl: DeclId,
    /// The place that uses them, if that is another declaration.
    pub(super) used: Option<Place>,
    /// The node they are about.
    pub(super) node: Option<NodeId>,
    pub(super) stage: Stage,
    /// The variable of the node's `for each`, where it has a value.
    pub(super) element: Option<Element<'e>>,
    /// The event under test.
    pub(super) event: Option<(SystemId, u16)>,
    /// The node whose copies an aggregate looks at.
    pub(super) copy: Option<NodeId>,
    /// Arguments of the message that is being written out.
    pub(super) arguments: Option<&'e [Argument]>,
}

impl<'e> Env<'e> {
    /// Words of `decl` itself, about no node.
    pub(super) fn new(decl: DeclId, stage: Stage) -> Self {
        Env { decl, used: None, node: None, stage, element: None, event: None, copy: None, arguments: None }
    }

    /// A place in the words.
    pub(super) fn place(&self, at: At) -> Place {
        Place { decl: self.decl, at }
    }

    /// The same at another stage.
    pub(super) fn at_stage(self, stage: Stage) -> Self {
        Env { stage, ..self }
    }

    /// About one node.
    pub(super) fn about(self, node: NodeId) -> Self {
        Env { node: Some(node), ..self }
    }

    /// With an event whose fields are `event.field`.
    pub(super) fn with_event(self, system: SystemId, event: u16) -> Self {
        Env { event: Some((system, event)), ..self }
    }

    /// The words of another declaration, used at `used`; the outermost place of use is the one shown.
    pub(super) fn inside(self, decl: DeclId, used: Place) -> Self {
        Env { decl, used: Some(self.used.unwrap_or(used)), ..self }
    }

    /// Whether inputs have values here.
    pub(super) fn knows_inputs(&self) -> bool {
        !matches!(self.stage, Stage::Constant | Stage::Starting)
    }

    /// Whether fields of nodes may have values here.
    pub(super) fn knows_nodes(&self) -> bool {
        matches!(self.stage, Stage::Ready | Stage::Working | Stage::Level | Stage::Ending)
    }
}

/// The names that texts and conditions may use without declaring them.
pub(super) const CONTEXTS: [(&str, Context); 14] = [
    ("step", Context::Step),
    ("workflow", Context::Workflow),
    ("title", Context::Title),
    ("reference", Context::Reference),
    ("number", Context::Number),
    ("owner", Context::Owner),
    ("process_owner", Context::ProcessOwner),
    ("starter", Context::Starter),
    ("deadline", Context::Deadline),
    ("started", Context::Started),
    ("block_reason", Context::BlockReason),
    ("waiting_on", Context::WaitingOn),
    ("level", Context::Level),
    ("round", Context::Round),
];

/// Why a context name means nothing at a stage; `None` where it does.
pub(super) fn why_not(context: Context, stage: Stage) -> Option<&'static str> {
    use Stage::{Constant, Ending, Instance, Level, Naming, Ready, Starting, Working};
    let legal = match context {
        Context::Workflow => stage != Constant,
        Context::Number | Context::Starter | Context::ProcessOwner | Context::Started => {
            !matches!(stage, Constant | Starting)
        }
        Context::Reference => matches!(stage, Naming(true) | Instance | Ready | Working | Level | Ending),
        Context::Title => matches!(stage, Instance | Ready | Working | Level | Ending),
        Context::Step => matches!(stage, Ready | Working | Level | Ending),
        Context::Round => matches!(stage, Ready | Working | Level),
        Context::Owner | Context::Deadline | Context::BlockReason | Context::WaitingOn => {
            matches!(stage, Working | Level)
        }
        Context::Level => stage == Level,
    };
    (!legal).then_some(match stage {
        Constant => "a `let` has the same value in every workflow",
        Starting => "the instance does not exist yet",
        Naming(_) => "a title or reference is made from the inputs when the instance starts",
        Instance => "this is about the whole workflow and not about one of its nodes",
        Ready => "this is asked when the node becomes ready, before anybody works on it",
        Working => "only the levels of an escalation have a number",
        Level => "it has no value in an escalation",
        Ending => "an outcome is not worked on by anybody",
    })
}
