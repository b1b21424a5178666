//! A workflow as data: what the generator makes, the shrinker cuts down, and a text is written from.
//!
//! Nodes refer to each other by number, so that one can be taken out with all that speaks of it. Invariant: what is
//! written parses; whether its names and types are right, the compiler says.

mod text;

pub use text::write;

/// A workflow and its policies.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    pub inputs: Vec<Input>,
    pub nodes: Vec<Node>,
    pub policies: Vec<Policy>,
}

/// An input's type; its name is its number.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Input {
    Region,
    Flag,
    Number,
    Names,
}

#[derive(Clone, Debug, Default)]
pub struct Node {
    pub name: String,
    pub kind: Kind,
    pub after: Option<Join>,
    pub when: Option<Cond>,
    /// Fields of its form, by type.
    pub form: Vec<Input>,
    pub optional: bool,
    pub for_each: Option<usize>,
    pub ladder: Option<Ladder>,
    /// `redo X at most N times otherwise outcome Y`.
    pub redo: Option<(usize, u16, usize)>,
    /// Fields that `say` (of an outcome: its effect) reads.
    pub reads: Vec<Field>,
    /// Fields that `on done` reads.
    pub reads_done: Vec<Field>,
    pub deadline_after: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub enum Kind {
    #[default]
    Step,
    Decision {
        options: Vec<Choice>,
        if_late: Option<usize>,
    },
    Converge,
    Wait(Option<Late>),
    Pause,
    Run,
    Outcome {
        /// `at any time`, perhaps until a node.
        any_time: Option<Option<usize>>,
    },
}

/// `option`.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub when: Option<Cond>,
    pub redo: Option<(usize, u16)>,
    pub needs: u16,
}

#[derive(Clone, Copy, Debug)]
pub enum Late {
    Skip,
    GoOn,
    Outcome(usize),
}

/// A ladder: what sets it going, its alternatives, what is taken when nobody decides.
#[derive(Clone, Debug)]
pub struct Ladder {
    pub trigger: &'static str,
    pub alternatives: Vec<Alternative>,
    pub otherwise: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Alternative {
    Resume,
    Extend,
    Skip,
    Complete,
    Choose(usize),
    Outcome(usize),
    SkipAndOutcome(usize),
    CompleteAndOutcome(usize),
}

/// `after`.
#[derive(Clone, Debug)]
pub struct Join {
    pub kind: JoinKind,
    pub sources: Vec<Source>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum JoinKind {
    All,
    Any,
    AtLeast(usize),
    AllTaken,
}

#[derive(Clone, Debug)]
pub enum Source {
    Node(usize, Result),
    Join(Join),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Result {
    Bare,
    Done,
    Skipped,
    Arrived,
    Late,
    Option(usize),
    Ended(usize),
}

/// An input, or a field of a node's form (of a wait: of its event).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Field {
    Input(usize),
    Form(usize, usize),
}

#[derive(Clone, Debug)]
pub enum Cond {
    /// `region is EU`, `is not`, `is one of EU, UK` by position.
    Is(Field, usize),
    IsNot(Field, usize),
    OneOf(Field, usize, usize),
    Flag(Field),
    Less(Field, i32),
    More(Field, i32),
    Missing(Field),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

#[derive(Clone, Debug)]
pub enum Policy {
    Before(Source, Source, bool, bool),
    Never(Source, Source),
    LeadsTo(Source, Source),
    EndsIn(Vec<usize>),
}

/// Names of the outcomes of the child that `run` starts.
pub const CHILD: [&str; 3] = ["good", "evil", "never_so"];
