//! Files, `use`, types, values, messages and reminders; the other declarations have their own files.
//!
//! Invariant: a declaration's doc comment belongs to its node, so that hover and plan see the same text.

use super::{
    Calendar, Channel, Duration, Escalation, Expr, Kind, Path, Policy, Role, System, Test, Text, TextValue,
    Token, Tree, View, Who, Workflow, choice, many, statements, views,
};

choice! {
    /// A declaration of a file.
    Declaration {
        /// `use a.b.c`
        Use,
        /// `enum`
        Enum,
        /// `record`
        Record,
        /// `let`
        Let,
        /// `calendar`
        Calendar,
        /// `role`
        Role,
        /// `channel`
        Channel,
        /// `system`
        System,
        /// `reminder`
        Reminder,
        /// `escalation`
        Escalation,
        /// `message`
        Message,
        /// `workflow`
        Workflow,
        /// `policy`
        Policy,
        /// `test`
        Test,
    }
}

views! {
    /// A whole file.
    File {
        /// Its declarations in order.
        declarations: many Declaration,
    }

    /// `use a.b.c` or `use a.b.{c, d}`.
    Use {
        /// The names in braces, if there are braces.
        list: tokens_inside UseList Name,
    }

    /// `enum Region { EU, UK, US }`.
    Enum {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// Its values.
        values: clauses EnumValue,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// One value of an enum.
    EnumValue {
        /// Its name.
        name: token Name,
    }

    /// `record Address { street: text, city: text }`.
    Record {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// Its fields.
        fields: clauses Field,
        /// What of it did not parse.
        unparsed: unparsed,
    }

    /// A field of a record, form, input, event or message: `email: email personal`.
    Field {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// Its type.
        type_ref: one TypeRef,
        /// Whether it is marked `personal`.
        is_personal: has PersonalMark,
        /// Whether it is marked `secret`.
        is_secret: has SecretMark,
        /// `key of SYSTEM`: the system.
        key_of: token_inside KeyOf Name,
        /// `from SYSTEM.field`
        from: inside FromField Path,
    }

    /// A type: `text`, `money EUR`, `list of text`, `Region?`.
    TypeRef {
        /// The name of the type, or of the list's elements.
        name: token Name,
        /// The currency of `money EUR`.
        currency: token Currency,
        /// Whether it is `list of …`.
        is_list: has ListWords,
        /// Whether it may be missing (`?`).
        is_optional: has OptionalMark,
    }

    /// `let large = 50_000 EUR`.
    Let {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// Its value.
        value: one Expr,
    }

    /// A named `reminder`.
    Reminder {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// What it does.
        body: one ReminderBody,
    }

    /// `message due_soon(days: number) """…"""`, or in one language `message due_soon in it """…"""`.
    Message {
        /// Its doc comment.
        doc: doc,
        /// Its name.
        name: token Name,
        /// The language after `in`.
        language: token_inside InLanguage Name,
        /// Its text.
        text: one Text,
        /// Approved templates.
        templates: clauses Template,
        /// What of its block did not parse.
        unparsed: unparsed,
    }

    /// `template whatsapp "due_soon_it"`.
    Template {
        /// The channel.
        channel: token Name,
        /// The template's name there.
        name: one Text,
    }

    /// `start D before deadline`.
    ReminderStart {
        /// How long before.
        duration: one Duration,
    }

    /// `repeat every D`.
    ReminderRepeat {
        /// How often.
        duration: one Duration,
    }

    /// `stop after N`.
    ReminderStop {
        /// After how many.
        count: token Number,
    }

    /// `to WHO`.
    ReminderTo {
        /// To whom.
        who: one Who,
    }

    /// `via CHANNEL`.
    ReminderVia {
        /// Through which channel.
        channel: token Name,
    }

    /// `say "…"` of a reminder.
    ReminderSay {
        /// The text.
        text: one TextValue,
    }
}

/// What a reminder does: the block of a named one, or of `remind { … }`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ReminderBody<'t>(super::Node<'t>);

impl<'t> View<'t> for ReminderBody<'t> {
    fn cast(node: super::Node<'t>) -> Option<Self> {
        (node.kind() == Kind::Block).then_some(Self(node))
    }

    fn node(self) -> super::Node<'t> {
        self.0
    }
}

impl<'t> ReminderBody<'t> {
    /// Every statement in it, in order.
    pub fn statements(self) -> impl Iterator<Item = super::Node<'t>> + 't {
        self.0.children().filter(|node| node.kind().is_statement())
    }

    /// `start D before deadline`
    pub fn start(self) -> Option<ReminderStart<'t>> {
        super::one(self.0)
    }

    /// `repeat every D`
    pub fn repeat(self) -> Option<ReminderRepeat<'t>> {
        super::one(self.0)
    }

    /// `stop after N`
    pub fn stop(self) -> Option<ReminderStop<'t>> {
        super::one(self.0)
    }

    /// `to WHO`
    pub fn to(self) -> Option<ReminderTo<'t>> {
        super::one(self.0)
    }

    /// `via CHANNEL`
    pub fn via(self) -> Option<ReminderVia<'t>> {
        super::one(self.0)
    }

    /// `say "…"`
    pub fn say(self) -> Option<ReminderSay<'t>> {
        super::one(self.0)
    }

    /// What of it did not parse.
    pub fn unparsed(self) -> impl Iterator<Item = super::Node<'t>> + 't {
        self.statements().filter(|node| node.kind().is_error())
    }
}

impl<'t> File<'t> {
    /// The view of a whole parsed file.
    pub fn of(tree: &'t Tree) -> Self {
        Self(tree.root())
    }

    /// What did not parse at the top of the file.
    pub fn unparsed(self) -> impl Iterator<Item = super::Node<'t>> + 't {
        self.0.children().filter(|node| node.kind().is_error())
    }
}

impl<'t> Use<'t> {
    /// The folders and the file: `a`, `b` of `use a.b.c` and of `use a.b.{c, d}`.
    pub fn module(self) -> Vec<Token<'t>> {
        let mut names: Vec<_> = self.segments();
        if self.0.child(Kind::UseList).is_none() {
            names.pop();
        }
        names
    }

    /// The declarations that come into scope: `c`, `d`.
    pub fn names(self) -> Vec<Token<'t>> {
        if self.0.child(Kind::UseList).is_some() {
            return self.list().collect();
        }
        self.segments().pop().into_iter().collect()
    }

    fn segments(self) -> Vec<Token<'t>> {
        many::<Path<'t>>(self.0).flat_map(Path::segments).collect()
    }
}

impl<'t> Message<'t> {
    /// The parameters in parentheses.
    pub fn parameters(self) -> impl Iterator<Item = Field<'t>> + 't {
        let list = self.0.child(Kind::Parameters).into_iter();
        list.flat_map(many)
    }

    /// The statements of its block.
    pub fn statements(self) -> impl Iterator<Item = super::Node<'t>> + 't {
        statements(self.0)
    }
}

impl<'t> Declaration<'t> {
    /// The declared name; nothing for `use` and `test`.
    pub fn name(self) -> Option<Token<'t>> {
        match self {
            Self::Use(_) | Self::Test(_) => None,
            _ => self.node().child(Kind::Name).map(Token),
        }
    }
}
