//! The few words the interpreter says by itself, in five languages.
//!
//! Everything else a person reads is written in the workflow. A language the interpreter does not speak reads
//! English. Invariant: a phrase exists in every language, because the match over [`Language`] is whole.

/// A language the interpreter speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    English,
    Italian,
    German,
    French,
    Spanish,
}

impl Language {
    /// From a tag such as `it` or `it-CH`; English where it is another or none.
    pub(crate) fn of(tag: Option<&str>) -> Self {
        let Some(tag) = tag else { return Self::English };
        let primary = tag.split(['-', '_']).next().unwrap_or("");
        let spoken =
            [("it", Self::Italian), ("de", Self::German), ("fr", Self::French), ("es", Self::Spanish)];
        let found = spoken.into_iter().find(|(tag, _)| primary.eq_ignore_ascii_case(tag));
        found.map_or(Self::English, |(_, language)| language)
    }

    fn pick(self, words: [&'static str; 5]) -> &'static str {
        let [english, italian, german, french, spanish] = words;
        match self {
            Self::English => english,
            Self::Italian => italian,
            Self::German => german,
            Self::French => french,
            Self::Spanish => spanish,
        }
    }
}

pub(crate) fn missing(tongue: Language) -> &'static str {
    tongue.pick(["(missing)", "(manca)", "(fehlt)", "(manquant)", "(falta)"])
}

pub(crate) fn yes_no(tongue: Language, value: bool) -> &'static str {
    if value {
        tongue.pick(["yes", "sì", "ja", "oui", "sí"])
    } else {
        tongue.pick(["no", "no", "nein", "non", "no"])
    }
}

pub(crate) fn paused(language: Option<&str>) -> &'static str {
    Language::of(language).pick(["paused", "in pausa", "angehalten", "en pause", "en pausa"])
}

/// What stands before a day whose midnight is meant.
pub(crate) fn end_of(tongue: Language) -> &'static str {
    tongue.pick(["end of ", "fine del ", "Ende des ", "fin du ", "final del "])
}

/// A month, 1 to 12.
pub(crate) fn month(tongue: Language, month: u8) -> &'static str {
    tongue.pick(match month {
        1 => ["January", "gennaio", "Januar", "janvier", "enero"],
        2 => ["February", "febbraio", "Februar", "février", "febrero"],
        3 => ["March", "marzo", "März", "mars", "marzo"],
        4 => ["April", "aprile", "April", "avril", "abril"],
        5 => ["May", "maggio", "Mai", "mai", "mayo"],
        6 => ["June", "giugno", "Juni", "juin", "junio"],
        7 => ["July", "luglio", "Juli", "juillet", "julio"],
        8 => ["August", "agosto", "August", "août", "agosto"],
        9 => ["September", "settembre", "September", "septembre", "septiembre"],
        10 => ["October", "ottobre", "Oktober", "octobre", "octubre"],
        11 => ["November", "novembre", "November", "novembre", "noviembre"],
        _ => ["December", "dicembre", "Dezember", "décembre", "diciembre"],
    })
}

/// The button that completes a step.
pub(crate) fn done(tongue: Language) -> &'static str {
    tongue.pick(["Done", "Fatto", "Erledigt", "Fait", "Hecho"])
}

/// The button that blocks a step.
pub(crate) fn blocked(tongue: Language) -> &'static str {
    tongue.pick(["Blocked", "Bloccato", "Blockiert", "Bloqué", "Bloqueado"])
}

/// The button that acknowledges.
pub(crate) fn seen(tongue: Language) -> &'static str {
    tongue.pick(["I have seen it", "Ho visto", "Gesehen", "J’ai vu", "Lo he visto"])
}

/// The work message of a node without `say`, up to when it is due, with room for that.
pub(crate) fn work(tongue: Language, decision: bool, label: &str, title: &str) -> String {
    let lead = if decision {
        tongue.pick([
            "Please decide",
            "Serve una tua decisione",
            "Bitte entscheiden",
            "Merci de décider",
            "Por favor, decide",
        ])
    } else {
        tongue.pick(["Your turn", "Tocca a te", "Sie sind dran", "À vous", "Te toca"])
    };
    let mut text = String::with_capacity(lead.len() + label.len() + title.len() + 56);
    for part in [lead, ": ", label, " (", title, ")"] {
        text.push_str(part);
    }
    text
}

/// What stands in a work message before the deadline.
pub(crate) fn due(tongue: Language) -> &'static str {
    tongue.pick([", due ", ", entro ", ", fällig ", ", échéance ", ", vence "])
}

/// A heads-up: work is coming.
pub(crate) fn coming(tongue: Language, label: &str, title: &str) -> String {
    let lead =
        tongue.pick(["Coming up soon", "In arrivo", "Demnächst für Sie", "Bientôt à vous", "Próximamente"]);
    format!("{lead}: {label} ({title}).")
}

/// Someone answered a question in their own words: told to the work's owner.
pub(crate) fn answered(tongue: Language, person: &str, label: &str, words: &str) -> String {
    let lead = tongue.pick([
        "answered about",
        "ha risposto su",
        "hat geantwortet zu",
        "a répondu au sujet de",
        "ha respondido sobre",
    ]);
    format!("{person} {lead} {label}: {words}")
}

/// What a closed question shows instead of its buttons.
pub(crate) fn withdrawn(tongue: Language) -> &'static str {
    tongue.pick([
        "No answer is needed any more.",
        "Non serve più una risposta.",
        "Eine Antwort ist nicht mehr nötig.",
        "Une réponse n’est plus nécessaire.",
        "Ya no hace falta responder.",
    ])
}

/// What an answered question shows instead of its buttons.
pub(crate) fn decided(tongue: Language, person: Option<&str>, words: &str) -> String {
    match person {
        Some(person) => format!("{words} ({person})"),
        None => {
            let nobody = tongue.pick([
                "time is up",
                "tempo scaduto",
                "Zeit abgelaufen",
                "délai écoulé",
                "plazo vencido",
            ]);
            format!("{words} ({nobody})")
        }
    }
}

/// The workflow's own deadline has passed: told to the process owner.
pub(crate) fn overdue(tongue: Language, title: &str) -> String {
    let lead = tongue.pick([
        "The deadline has passed",
        "Il termine è scaduto",
        "Die Frist ist abgelaufen",
        "L’échéance est passée",
        "El plazo ha vencido",
    ]);
    format!("{lead}: {title}.")
}

/// Nothing is active any more and no outcome holds: told to the process owner.
pub(crate) fn ended_without_outcome(tongue: Language, title: &str) -> String {
    let lead = tongue.pick([
        "This has ended without an outcome and needs a look",
        "Si è concluso senza un esito: serve un controllo",
        "Ohne Ergebnis beendet, bitte prüfen",
        "Terminé sans issue, à vérifier",
        "Ha terminado sin resultado, revísalo",
    ]);
    format!("{lead}: {title}.")
}

/// A question's time is over and nothing follows: told to the process owner.
pub(crate) fn undecided(tongue: Language, label: &str, title: &str) -> String {
    let lead = tongue.pick([
        "Nobody has decided in time",
        "Nessuno ha deciso in tempo",
        "Niemand hat rechtzeitig entschieden",
        "Personne n’a décidé à temps",
        "Nadie ha decidido a tiempo",
    ]);
    format!("{lead}: {label} ({title}).")
}

/// Why a run is blocked whose child ended without an outcome.
pub(crate) fn child_without_outcome(workflow: &str) -> String {
    format!("`{workflow}` ended without an outcome")
}

/// A line of a summary: what is open, with whom, and when it is due.
pub(crate) fn summary_line(label: &str, owner: &str, due: Option<&str>) -> String {
    match (owner.is_empty(), due) {
        (true, None) => label.to_owned(),
        (true, Some(due)) => format!("{label} ({due})"),
        (false, None) => format!("{label}: {owner}"),
        (false, Some(due)) => format!("{label}: {owner} ({due})"),
    }
}

/// The summary's first line.
pub(crate) fn summary(tongue: Language, title: &str) -> String {
    let lead = tongue.pick(["Open now", "Aperto ora", "Derzeit offen", "En cours", "Abierto ahora"]);
    format!("{title}. {lead}:")
}
