//! The kinds of nodes. Each variant has the name of its view in `ast/`, or of its rule in `wf.pest`
//! where it has no view of its own.
//!
//! Invariant: a kind says what a node is, never whether it is right.

macro_rules! kinds {
    ($( $(#[$doc:meta])* $kind:ident ),* $(,)?) => {
        /// What a node is.
        #[allow(missing_docs, reason = "each variant is documented at its view in `ast/` or its rule in `wf.pest`")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum Kind { $( $(#[$doc])* $kind ),* }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &[Kind] = &[ $( Kind::$kind ),* ];
        }
    };
}

#[rustfmt::skip]
kinds! {
    // The whole, and what surrounds statements.
    File, Block, Comment, DocComment,
    /// Something that has no place here: a stray brace, a stray word.
    Error,
    /// A statement or a declaration that did not parse; its block, if it has one, is read all the same.
    Unparsed,

    // Leaves.
    Keyword, Symbol, Name, Number, Unit, Currency, Date, YearlyDate, Time, Weekday, Boolean, Operator,
    TextPiece, Escape, EventWord, StateWord, PeriodWord, NodeKindWord,
    OwnerWord, ProcessOwnerWord, StarterWord, WaitingOnWord, StartWord, BlockedWord, PausedWord,
    NeverWord, AllWord, AnyWord, NotWord, UrgentWord, WeekendsWord, HolidaysWord, KeepWords, MoveWords,
    DeadlineWord, EscalationWord, ReminderWord, PersonalMark, SecretMark, OptionalMark, ListWords,
    OrSkipped, OrLate, NeedsReason, IfLateSkip, IfLateGoOn, MovedClause,

    // Small parts that several statements share.
    Path, Duration, Money, Moment, Who, Assignment, Arguments, With, NameList, TaggedList, TaggedClause,
    Text, Interpolation, Draft, MessageUse, OtherwiseText, TypeRef, Field, KeyOf, FromField, Parameters,
    WhenClause, WhereClause, FromClause, AtTime, ToClause, ViaClause, InClause, ByClause, AfterDuration,
    ShortClause, UnlessClause, OtherwiseOutcome, UntilNode, NeedsCount, IfLateChoose, IfLateOutcome,
    AtMoment, WaitingOnClause, ToRole, BecauseClause, WithAlternatives, ContainingClause, TimesClause,
    WithinClause, CopyOf, HasOwner, HasForm, InLanguage, ReachField, UseList,

    // Expressions.
    Binary, Not, IsOneOf, IsMissing, Aggregate, Paren, List, RecordLiteral,

    // Joins and deadlines.
    JoinAll, JoinAny, JoinCount, JoinAllTaken, JoinGroup, Source,
    DeadlineFromStart, DeadlineAfter, DeadlineBy, DeadlineEndOf, DeadlineEarlier, PausedWhile,

    // Declarations.
    Use, Enum, Record, Let, Calendar, Role, Channel, System, Reminder, Escalation, Message, Workflow,
    Policy, Test,

    // Statements of calendars, roles, channels, systems, messages and reminders.
    EnumValue, TimeZone, Working, DayRange, TimeRange, Holiday, HolidaysOf, Closed, HalfDay,
    External, OnePerson, Reach, ReachItem, Deputy, Quiet, Speaks, People, Carries, SystemField, SystemEvent,
    Template, ReminderStart, ReminderRepeat, ReminderStop, ReminderTo, ReminderVia, ReminderSay,

    // Statements of workflows.
    Version, RunningInstances, TitleClause, Reference, OnePer, StartsBy, StartsOn, StartsEvery,
    CalendarClause, ProcessOwner, Summary, Agent, AgentTopics, AgentDrafts, AgentSuggests, AgentLimit, Input,

    // Nodes and their clauses.
    Step, Decision, Converge, Wait, Pause, Run, Outcome,
    Owner, After, When, Tags, Was, Deadline, HeadsUp, Remind, Escalate, OnEvent, SeenBy, Form, Takes, Say,
    DifferentPerson, Optional, ForEach, SettlesWhen, Redo, OptionClause, IfLate, WaitFor, PauseFor,
    PauseUntil, RunWorkflow, WithClause, AtAnyTime,

    // Effects, actions and escalations.
    Set, Note, Tell, Call, StartWorkflow, Resume, CompleteAction, SkipAction, ExtendDeadline, ReassignTo,
    ChooseAction, OutcomeAction, OnSilence, OnBlock, OnOverdue, Level, Ask, Alternative, Suggest, DecideWithin,

    // Policies and tests.
    AppliesTo, Target, AlwaysBefore, NeverWith, LeadsTo, EveryHas, FinishesWithin, EndsIn,
    EscalationReaches, DifferentPeople, NoPersonalData,
    TestStart, TestComplete, TestBlock, TestUnblock, TestSkip, TestComment, TestReassign, TestAcknowledge,
    TestClaim, TestRelease, TestChoose, TestAnswer, TestCorrect, TestReopen, TestEvent, TestWait,
    TestWaitUntil, ExpectState, ExpectAsks, ExpectMessage, ExpectNoMessage, ExpectDue, ExpectField,
    ExpectOutcome, ExpectNoOutcome,
}

impl Kind {
    /// Whether the node marks something that did not parse.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Unparsed)
    }

    /// Whether the node is a comment of either sort.
    pub fn is_comment(self) -> bool {
        matches!(self, Self::Comment | Self::DocComment)
    }

    /// Whether a node of this kind in a block is a statement: anything but symbols and comments.
    pub fn is_statement(self) -> bool {
        !matches!(self, Self::Comment | Self::DocComment | Self::Symbol)
    }

    /// Whether the node is a declaration of a file.
    pub fn is_declaration(self) -> bool {
        (Self::Use..=Self::Test).contains(&self)
    }

    /// Whether the node is a node of a workflow.
    pub fn is_flow_node(self) -> bool {
        (Self::Step..=Self::Outcome).contains(&self)
    }
}
