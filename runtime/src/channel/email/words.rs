//! The few words a mail adds to the letter's own, in the languages the interpreter speaks.
//!
//! Invariant: a language has every text, or it does not compile.

use wf_plan::Date;

/// The texts of a language. `{}` stands for a day.
#[derive(Debug)]
pub(super) struct Words {
    pub lang: &'static str,
    pub reminder: &'static str,
    pub question: &'static str,
    pub escalation: &'static str,
    pub incident: &'static str,
    pub closed: &'static str,
    pub you_can_choose: &'static str,
    pub with_reason: &'static str,
    pub choose_here: &'static str,
    pub open_here: &'static str,
    pub reply: &'static str,
    pub command: &'static str,
    pub sent_to: &'static str,
    pub personal: &'static str,
    months: [&'static str; 12],
}

static ENGLISH: Words = Words {
    lang: "en",
    reminder: "A reminder",
    question: "A question for you",
    escalation: "This needs attention",
    incident: "Something went wrong and needs a look",
    closed: "This is settled",
    you_can_choose: "You can choose:",
    with_reason: "please say why",
    choose_here: "Choose here:",
    open_here: "Open it here:",
    reply: "Or simply reply to this message in your own words. They are recorded and passed on; they decide nothing by themselves.",
    command: "To answer, on the command line:",
    sent_to: "for",
    personal: "The link is personal: whoever has it acts in your name. It works once, until {}.",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

static ITALIAN: Words = Words {
    lang: "it",
    reminder: "Un promemoria",
    question: "Una domanda per lei",
    escalation: "Questo richiede attenzione",
    incident: "Qualcosa non ha funzionato e va controllato",
    closed: "La questione è chiusa",
    you_can_choose: "Può scegliere:",
    with_reason: "indicando il motivo",
    choose_here: "Scelga qui:",
    open_here: "Lo apra qui:",
    reply: "Oppure risponda a questo messaggio con parole sue. Vengono registrate e inoltrate; da sole non decidono nulla.",
    command: "Per rispondere, dalla riga di comando:",
    sent_to: "per",
    personal: "Il link è personale: chi lo possiede agisce a suo nome. Funziona una volta sola, fino al {}.",
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
};

static GERMAN: Words = Words {
    lang: "de",
    reminder: "Eine Erinnerung",
    question: "Eine Frage an Sie",
    escalation: "Das braucht Aufmerksamkeit",
    incident: "Etwas hat nicht geklappt und muss angesehen werden",
    closed: "Das ist erledigt",
    you_can_choose: "Sie können wählen:",
    with_reason: "bitte mit Begründung",
    choose_here: "Hier wählen Sie:",
    open_here: "Hier öffnen Sie es:",
    reply: "Oder antworten Sie einfach in eigenen Worten auf diese Nachricht. Ihre Worte werden festgehalten und weitergegeben; allein entscheiden sie nichts.",
    command: "So antworten Sie auf der Kommandozeile:",
    sent_to: "für",
    personal: "Der Link ist persönlich: Wer ihn hat, handelt in Ihrem Namen. Er gilt einmal, bis zum {}.",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
};

static FRENCH: Words = Words {
    lang: "fr",
    reminder: "Un rappel",
    question: "Une question pour vous",
    escalation: "Cela demande de l’attention",
    incident: "Quelque chose n’a pas fonctionné et doit être vérifié",
    closed: "C’est réglé",
    you_can_choose: "Vous pouvez choisir :",
    with_reason: "merci d’indiquer pourquoi",
    choose_here: "Choisissez ici :",
    open_here: "Ouvrez ici :",
    reply: "Ou répondez simplement à ce message avec vos mots. Ils sont enregistrés et transmis ; à eux seuls, ils ne décident de rien.",
    command: "Pour répondre, en ligne de commande :",
    sent_to: "pour",
    personal: "Le lien est personnel : quiconque le possède agit en votre nom. Il fonctionne une fois, jusqu’au {}.",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
};

static SPANISH: Words = Words {
    lang: "es",
    reminder: "Un recordatorio",
    question: "Una pregunta para usted",
    escalation: "Esto requiere atención",
    incident: "Algo ha fallado y hay que revisarlo",
    closed: "Ya está resuelto",
    you_can_choose: "Puede elegir:",
    with_reason: "indicando el motivo",
    choose_here: "Elija aquí:",
    open_here: "Ábralo aquí:",
    reply: "O responda a este mensaje con sus propias palabras. Se registran y se transmiten; por sí solas no deciden nada.",
    command: "Para responder, en la línea de comandos:",
    sent_to: "para",
    personal: "El enlace es personal: quien lo tiene actúa en su nombre. Funciona una sola vez, hasta el {}.",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
};

/// The words for a language tag such as `it-CH`; English where it is another or none.
pub(super) fn of_language(tag: Option<&str>) -> &'static Words {
    let primary = tag.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
    let spoken = [&ENGLISH, &ITALIAN, &GERMAN, &FRENCH, &SPANISH];
    spoken.into_iter().find(|words| primary.eq_ignore_ascii_case(words.lang)).unwrap_or(&ENGLISH)
}

impl Words {
    /// `1 April 2026`, as people of the language write it.
    pub fn day(&self, date: Date) -> String {
        let (year, month, day) = date.ymd();
        let month = self.months.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        match self.lang {
            "de" => format!("{day}. {month} {year}"),
            "es" => format!("{day} de {month} de {year}"),
            _ => format!("{day} {month} {year}"),
        }
    }
}
