//! The HIR: one declaration as plain data, without spans.
//!
//! `lower(ast)` makes it; names are still words, nothing is looked up. Where something stands in the text is only
//! an [`At`], a number that the lowering hands out in order and a table beside the HIR maps to a span. So typing
//! blanks or comments changes spans and not the HIR, and nothing behind it runs again.
//! Invariant: every `Option` that is `None` was not written or did not parse; `damaged` tells which of the two
//! may be the case, and whoever would report something missing stays silent where it is set.

pub mod expr;
pub mod lower;
pub mod node;

pub use expr::{Expr, ExprKind, Text, TextPart};
pub use node::{Node, NodeKind};

use expr::DurationLit;
use node::{ActionStmt, DeadlineLine, Escalate, Remind};

/// A place within one declaration: an index into its span table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct At(pub u32);

/// A word and its place.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Name {
    /// The word.
    pub text: String,
    /// Its place.
    pub at: At,
}

/// Something written, and the place of the whole clause.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Placed<T> {
    /// What was written.
    pub value: T,
    /// The clause.
    pub at: At,
}

/// A declaration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Declaration {
    /// Its name; `None` where it did not parse, or for a test (which has a title).
    pub name: Option<Name>,
    /// Doc comment, lines joined.
    pub doc: String,
    /// The title text after the name.
    pub title: Option<Placed<String>>,
    /// The whole header.
    pub at: At,
    /// Some statement inside did not parse.
    pub damaged: bool,
    /// Clauses that do not belong here or came twice: found by lowering, reported by check.
    pub misplaced: Vec<Misplaced>,
    /// What it declares.
    pub kind: DeclarationKind,
}

/// A clause that does not belong where it stands (WF006) or was repeated (WF012).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Misplaced {
    /// The clause's keyword as written.
    pub clause: String,
    /// Its place.
    pub at: At,
    /// Where the first one stands, if it is a repetition.
    pub first: Option<At>,
    /// Name of the node it stands in, or of the declaration.
    pub inside: String,
    /// What it stands in, in the user's words: `converge`, `workflow`.
    pub inside_kind: &'static str,
}

/// The kinds of declarations.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the variants are the language's own keywords
pub enum DeclarationKind {
    /// `use a.b.{c, d}`: one declaration per `use` line.
    Use(Use),
    Enum(Vec<Name>),
    Record(Vec<FieldDecl>),
    Let(Option<Expr>),
    Calendar(CalendarDecl),
    Channel(Carries),
    Role(RoleDecl),
    System(SystemDecl),
    Reminder(ReminderDecl),
    Escalation(EscalationDecl),
    Message(MessageDecl),
    Workflow(Box<WorkflowDecl>),
    Policy(PolicyDecl),
    Test(TestDecl),
}

/// `use a.b.c` or `use a.b.{c, d}`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Use {
    /// The module's path: `a.b`, or `std.calendars`.
    pub module: Vec<Name>,
    /// The names brought into scope.
    pub names: Vec<Name>,
}

/// A field of input, form, record, event or system.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldDecl {
    /// Its name.
    pub name: Name,
    /// Doc comment.
    pub doc: String,
    /// Its type; `None` where it did not parse.
    pub kind: Option<TypeRef>,
    /// `personal`.
    pub personal: bool,
    /// `secret`.
    pub secret: bool,
    /// `key of SYSTEM`.
    pub key_of: Option<Name>,
    /// `from SYSTEM.field`.
    pub from: Option<(Name, Name)>,
}

/// A type as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TypeRef {
    /// `text`, `money`, an enum's or a record's name.
    pub name: Name,
    /// The currency after `money`.
    pub currency: Option<Name>,
    /// `list of …`; how many times (more than once is refused by check).
    pub list: u8,
    /// `?`.
    pub optional: bool,
}

/// `carries personal, secret`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Carries {
    /// Personal data.
    pub personal: bool,
    /// Secrets.
    pub secret: bool,
}

/// `calendar NAME { … }`. Dates and times are checked by check (WF009), so they are words here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct CalendarDecl {
    /// `time zone "…"`.
    pub zone: Option<Placed<String>>,
    /// `working DAYS TIMES`: weekdays (0 Monday) and intervals as written (`09:00`, `13:00`).
    pub working: Vec<Placed<(Vec<u8>, Vec<(String, String)>)>>,
    /// `holiday …`.
    pub holidays: Vec<Placed<(DayPattern, Option<String>)>>,
    /// `holidays of CALENDAR` (a path with dots is allowed).
    pub holidays_of: Vec<Placed<Vec<Name>>>,
    /// `closed A to B "…"`.
    pub closures: Vec<Placed<(String, String, Option<String>)>>,
    /// `half day PATTERN until TIME`.
    pub half_days: Vec<Placed<(DayPattern, String)>>,
}

/// A day: `2026-12-25` or `every 12-25`, as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum DayPattern {
    /// A date.
    On(String),
    /// Month and day of every year.
    Every(String),
}

/// `role NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct RoleDecl {
    /// `external`.
    pub external: bool,
    /// `reach CHANNEL [field], …`.
    pub reach: Vec<(Name, Option<Name>)>,
    /// `deputy ROLE`.
    pub deputy: Option<Name>,
    /// `quiet 19:00 to 08:00, weekends, holidays`.
    pub quiet: Option<Placed<Quiet>>,
    /// `calendar NAME`.
    pub calendar: Option<Vec<Name>>,
    /// `speaks it`.
    pub speaks: Option<Name>,
    /// `one person`.
    pub one_person: Option<At>,
    /// `people a, b`.
    pub people: Vec<Name>,
}

/// Quiet hours as written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Quiet {
    /// `A to B`, each `HH:MM`.
    pub spans: Vec<(String, String)>,
    /// `weekends`.
    pub weekends: bool,
    /// `holidays`.
    pub holidays: bool,
}

/// `system NAME = KIND { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct SystemDecl {
    /// `hubspot.deal`, joined with dots.
    pub kind: Option<Name>,
    /// `carries …`.
    pub carries: Carries,
    /// `field NAME: TYPE`.
    pub fields: Vec<FieldDecl>,
    /// `event "NAME" { fields }`.
    pub events: Vec<EventDecl>,
}

/// An event a system sends.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct EventDecl {
    /// Its name (a text).
    pub name: Name,
    /// What it carries.
    pub fields: Vec<FieldDecl>,
}

/// `reminder NAME { … }`, or inline.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ReminderDecl {
    /// `start D before deadline`.
    pub start: Option<Placed<DurationLit>>,
    /// `repeat every D`.
    pub repeat: Option<Placed<DurationLit>>,
    /// `stop after N`.
    pub stop_after: Option<Placed<u64>>,
    /// `to WHO, …`.
    pub to: Vec<WhoRef>,
    /// `via CHANNEL`.
    pub via: Option<Name>,
    /// `say "…"`.
    pub say: Option<Text>,
}

/// `escalation NAME { … }`, or inline.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct EscalationDecl {
    /// `on silence of D`.
    pub on_silence: Option<Placed<DurationLit>>,
    /// `on block of D`.
    pub on_block: Option<Placed<DurationLit>>,
    /// `on overdue`.
    pub on_overdue: Option<At>,
    /// Levels in file order.
    pub levels: Vec<LevelDecl>,
}

/// `level N [after D] { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LevelDecl {
    /// The number.
    pub number: Placed<u64>,
    /// `after D`.
    pub after: Option<Placed<DurationLit>>,
    /// Effects in order.
    pub actions: Vec<ActionStmt>,
    /// `ask …` (a second one is misplaced).
    pub ask: Option<AskDecl>,
    /// `decide within D [otherwise "…"]`.
    pub decide_within: Option<Placed<(DurationLit, Option<Name>)>>,
}

/// `ask WHO, … "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AskDecl {
    /// Whom.
    pub who: Vec<WhoRef>,
    /// The question.
    pub text: Option<Text>,
    /// Alternatives in order.
    pub alternatives: Vec<AlternativeDecl>,
    /// `suggest up to N more`.
    pub suggest: Option<Placed<u64>>,
    /// Its place.
    pub at: At,
}

/// `alternative "…" [short "…"] { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AlternativeDecl {
    /// The words.
    pub label: Name,
    /// `short "…"`.
    pub short: Option<Name>,
    /// Actions in order.
    pub actions: Vec<ActionStmt>,
}

/// `message NAME(args) """…"""`, or one language of it: `message NAME in it """…"""`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct MessageDecl {
    /// `in LANGUAGE`.
    pub language: Option<Name>,
    /// Arguments with their types.
    pub arguments: Vec<FieldDecl>,
    /// The text.
    pub text: Option<Text>,
    /// `{ template CHANNEL "NAME" }`.
    pub templates: Vec<(Name, Name)>,
}

/// Whom a message goes to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct WhoRef {
    /// Its place.
    pub at: At,
    /// Which.
    pub kind: WhoKind,
}

/// The forms of WHO.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum WhoKind {
    Owner,
    ProcessOwner,
    Starter,
    WaitingOn,
    /// A role, or a field (one word: an input; `step.field`).
    Path(Vec<Name>),
}

/// `workflow NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct WorkflowDecl {
    /// `version N`.
    pub version: Option<Placed<u64>>,
    /// `running instances …`: true for `move … when compatible`.
    pub moves: Option<Placed<bool>>,
    /// `title "…"`.
    pub title: Option<Text>,
    /// `reference "…"`.
    pub reference: Option<Text>,
    /// `one per FIELD`.
    pub one_per: Option<Name>,
    /// `starts by ROLE, …`.
    pub starts_by: Vec<Name>,
    /// `starts on …`.
    pub starts_on: Vec<Placed<StartsOn>>,
    /// `starts every …`.
    pub starts_every: Vec<Placed<StartsEvery>>,
    /// `calendar NAME`.
    pub calendar: Option<Vec<Name>>,
    /// `deadline …` lines.
    pub deadlines: Vec<DeadlineLine>,
    /// `process owner ROLE`.
    pub process_owner: Option<Name>,
    /// `summary …`.
    pub summaries: Vec<Placed<SummaryDecl>>,
    /// `tags …`.
    pub tags: Vec<Name>,
    /// `seen by …`.
    pub seen_by: Vec<Name>,
    /// `remind …`.
    pub remind: Vec<Remind>,
    /// `escalate …`.
    pub escalate: Vec<Escalate>,
    /// `agent { … }`.
    pub agent: Option<Placed<AgentDecl>>,
    /// `input { … }`.
    pub inputs: Vec<FieldDecl>,
    /// Nodes in file order.
    pub nodes: Vec<Node>,
}

/// `starts on SYSTEM "event" [where E] with { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StartsOn {
    /// The system.
    pub system: Name,
    /// The event.
    pub event: Name,
    /// `where E`.
    pub condition: Option<Expr>,
    /// `with { field = E, … }`.
    pub with: Vec<(Name, Expr)>,
}

/// `starts every D from DATE with { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct StartsEvery {
    /// How often.
    pub every: DurationLit,
    /// The first date, as written.
    pub from: Name,
    /// `with { … }`.
    pub with: Vec<(Name, Expr)>,
}

/// `summary every monday, friday at 09:00 to WHO via CHANNEL`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SummaryDecl {
    /// Weekdays (0 Monday); `every day` is all seven.
    pub weekdays: Vec<u8>,
    /// `HH:MM` as written.
    pub time: Name,
    /// `to WHO`.
    pub to: Vec<WhoRef>,
    /// `via CHANNEL`.
    pub via: Option<Name>,
}

/// `agent { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct AgentDecl {
    /// `topics "…", …`.
    pub topics: Vec<String>,
    /// `drafts messages`.
    pub drafts: bool,
    /// `suggests alternatives`.
    pub suggests: bool,
    /// `carries personal`.
    pub carries: Carries,
    /// `at most N calls per day`.
    pub calls_per_day: Option<Placed<u64>>,
}

/// `policy NAME "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct PolicyDecl {
    /// `applies to …`.
    pub applies: Option<Placed<AppliesTo>>,
    /// `unless E`.
    pub unless: Option<Expr>,
    /// The rules.
    pub rules: Vec<Placed<PolicyRule>>,
}

/// What a policy applies to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum AppliesTo {
    /// `workflows a, b`.
    Workflows(Vec<Name>),
    /// `workflows tagged t, u`.
    Tagged(Vec<Name>),
    /// `all workflows`.
    All,
}

/// A node, `decision.option`, or `step tagged t`, in a policy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum PolicyNode {
    /// `a` or `d.option`.
    Path(Vec<Name>),
    /// `step tagged t`, `decision tagged t`.
    Tagged(Name),
}

/// A rule of a policy.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each variant is a line of the language's policy block
pub enum PolicyRule {
    AlwaysBefore { first: PolicyNode, then: PolicyNode, or_skipped: bool, or_late: bool },
    Never { a: PolicyNode, b: PolicyNode },
    LeadsTo { a: PolicyNode, b: PolicyNode },
    /// `every step|decision [tagged t] has deadline|escalation|reminder|owner r|form f`.
    EveryHas { decisions: bool, tagged: Option<Name>, what: Name, argument: Option<Name> },
    FinishesWithin(DurationLit),
    EndsIn(Vec<Name>),
    EscalationReaches { role: Name, within: DurationLit },
    DifferentPeople { a: PolicyNode, b: PolicyNode },
    NoPersonalData { via: Name },
}

/// `test "…" { … }`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct TestDecl {
    /// `start WORKFLOW …`.
    pub start: Option<Placed<TestStart>>,
    /// The statements behind it.
    pub statements: Vec<TestStatement>,
}

/// `start WORKFLOW at DATE TIME with { … } [by ROLE]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestStart {
    /// The workflow.
    pub workflow: Name,
    /// Date and time as written.
    pub date: Option<Name>,
    /// Time as written.
    pub time: Option<Name>,
    /// `with { … }`.
    pub with: Vec<(Name, Expr)>,
    /// `by ROLE`.
    pub by: Option<Name>,
}

/// One statement of a test, with its text for reports.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestStatement {
    /// Its place.
    pub at: At,
    /// As written, blanks folded.
    pub text: String,
    /// What it is.
    pub kind: TestStatementKind,
}

/// A node or a copy: `review`, `review("Anna")`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TestTarget {
    /// The node.
    pub node: Name,
    /// The copy's element.
    pub copy: Option<Expr>,
}

/// The statements of a test.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each variant is a statement of the language's test block
pub enum TestStatementKind {
    Complete { targets: Vec<TestTarget>, after: Option<DurationLit>, with: Vec<(Name, Expr)>, by: Option<Name> },
    Block { target: TestTarget, reason: String, waiting_on: Option<Name> },
    Unblock(TestTarget),
    Skip { target: TestTarget, reason: String },
    Comment { target: TestTarget, text: String },
    Reassign { target: TestTarget, to: Name },
    Acknowledge(TestTarget),
    Choose { decision: Name, option: Name, by: Option<Name>, because: Option<String> },
    ChooseAlternative { label: Name, by: Option<Name> },
    Answer { text: String, by: Option<Name> },
    Correct { field: Vec<Name>, value: Expr },
    Reopen(Name),
    Event { system: Name, event: Name, with: Vec<(Name, Expr)> },
    Wait(DurationLit),
    WaitUntil { date: Name, time: Option<Name> },
    ExpectState { target: TestTarget, state: Name },
    ExpectAsks { node: Name, role: Name, alternatives: Option<u64> },
    ExpectMessage { role: Name, channel: Option<Name>, containing: Option<String>, times: Option<u64> },
    ExpectNoMessage(DurationLit),
    ExpectDue { target: TestTarget, date: Name, time: Option<Name> },
    ExpectDuePaused(TestTarget),
    ExpectSystem { system: Name, field: Name, value: Expr },
    ExpectOutcome { outcome: Name, within: Option<DurationLit> },
    ExpectNoOutcome,
}
