//! The words of the pages, in every language they speak, and times as people of that language write them.
//!
//! What the workflow says (titles, options, questions) stays in the workflow's own language. Invariant: a language has
//! every text, or it does not compile.

use crate::moment::LocalTime;
use wf_plan::Moment;
use wf_plan::value::Scalar;
use wf_vm::effect::Refusal;

/// The texts of a language. `{}` stands for what is filled in.
#[derive(Debug)]
pub struct Texts {
    pub lang: &'static str,
    pub due: &'static str,
    pub overdue: &'static str,
    pub you_are: &'static str,
    pub asked_since: &'static str,
    pub about: &'static str,
    pub optional: &'static str,
    pub done: &'static str,
    pub more_people: &'static str,
    pub reason: &'static str,
    pub reason_for: &'static str,
    pub reason_missing: &'static str,
    pub own_words: &'static str,
    pub own_words_hint: &'static str,
    pub own_words_send: &'static str,
    pub cannot_go_on: &'static str,
    pub block_why: &'static str,
    pub block_send: &'static str,
    pub is_blocked: &'static str,
    pub unblock: &'static str,
    pub details: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub missing: &'static str,
    pub check_fields: &'static str,
    pub thanks: &'static str,
    pub thanks_done: &'static str,
    pub thanks_chosen: &'static str,
    pub thanks_words: &'static str,
    pub thanks_block: &'static str,
    pub close_page: &'static str,
    pub used: &'static str,
    pub used_why: &'static str,
    pub expired: &'static str,
    pub expired_why: &'static str,
    pub overtaken: &'static str,
    pub ended: &'static str,
    pub done_by: &'static str,
    pub settled: &'static str,
    pub new_round: &'static str,
    pub question_closed: &'static str,
    pub answered_by: &'static str,
    pub invalid: &'static str,
    pub invalid_why: &'static str,
    pub failed: &'static str,
    pub failed_why: &'static str,
    pub busy: &'static str,
    pub personal: &'static str,
    months: [&'static str; 12],
    weekdays: [&'static str; 7],
}

/// English.
pub static ENGLISH: Texts = Texts {
    lang: "en",
    due: "Due",
    overdue: "overdue",
    you_are: "You are",
    asked_since: "Asked",
    about: "About",
    optional: "optional",
    done: "Done",
    more_people: "{} people must choose it",
    reason: "Your reason",
    reason_for: "Needed for: {}",
    reason_missing: "Please give a reason for this choice.",
    own_words: "Something else",
    own_words_hint: "Your words are recorded and passed on. They do not decide anything by themselves.",
    own_words_send: "Send my words",
    cannot_go_on: "I cannot go on",
    block_why: "What are you waiting for?",
    block_send: "Say that it cannot go on",
    is_blocked: "It cannot go on at the moment: {}",
    unblock: "It goes on",
    details: "Details",
    yes: "Yes",
    no: "No",
    missing: "Please fill this in.",
    check_fields: "Nothing was sent yet. Please look at the marked fields.",
    thanks: "Thank you, it is recorded",
    thanks_done: "“{}” is done.",
    thanks_chosen: "You chose “{}”.",
    thanks_words: "Your words were passed on.",
    thanks_block: "It is noted that it cannot go on. This link keeps working.",
    close_page: "You can close this page.",
    used: "This link has been used already",
    used_why: "Each link works once. What you sent was recorded.",
    expired: "This link has expired",
    expired_why: "It worked until {}. If there is still something to do, you will get a newer message, or ask whoever sent it.",
    overtaken: "There is nothing left to do here",
    ended: "“{}” has ended.",
    done_by: "It was done by {}, {}.",
    settled: "It was settled {}.",
    new_round: "It has come back in a new round. Please use the link in the newer message.",
    question_closed: "The question is closed.",
    answered_by: "{} answered: “{}”.",
    invalid: "This link does not work",
    invalid_why: "It may have been cut off or changed on its way. Please open it again from the message, or ask for a new one.",
    failed: "This did not work",
    failed_why: "Nothing was recorded. Please try again in a few minutes.",
    busy: "Too many tries at once. Please wait a minute and open the link again.",
    personal: "This link is personal: whoever has it acts in your name.",
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
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

/// Italian.
pub static ITALIAN: Texts = Texts {
    lang: "it",
    due: "Scadenza",
    overdue: "in ritardo",
    you_are: "Agisce come",
    asked_since: "Chiesto",
    about: "Riguarda",
    optional: "facoltativo",
    done: "Fatto",
    more_people: "servono {} persone",
    reason: "La sua motivazione",
    reason_for: "Necessaria per: {}",
    reason_missing: "Per questa scelta serve una motivazione.",
    own_words: "Qualcos’altro",
    own_words_hint: "Le sue parole vengono registrate e inoltrate. Da sole non decidono nulla.",
    own_words_send: "Invia le mie parole",
    cannot_go_on: "Non posso proseguire",
    block_why: "Che cosa sta aspettando?",
    block_send: "Segnala che non si può proseguire",
    is_blocked: "Al momento non si può proseguire: {}",
    unblock: "Si può proseguire",
    details: "Dettagli",
    yes: "Sì",
    no: "No",
    missing: "Questo campo va compilato.",
    check_fields: "Non è stato ancora inviato nulla. Controlli i campi evidenziati.",
    thanks: "Grazie, è stato registrato",
    thanks_done: "«{}» è fatto.",
    thanks_chosen: "Ha scelto «{}».",
    thanks_words: "Le sue parole sono state inoltrate.",
    thanks_block: "È stato annotato che non si può proseguire. Questo link resta valido.",
    close_page: "Può chiudere questa pagina.",
    used: "Questo link è già stato usato",
    used_why: "Ogni link funziona una volta sola. Ciò che ha inviato è stato registrato.",
    expired: "Questo link è scaduto",
    expired_why: "Era valido fino a {}. Se c’è ancora qualcosa da fare riceverà un messaggio più recente, oppure chieda a chi gliel’ha inviato.",
    overtaken: "Qui non c’è più nulla da fare",
    ended: "«{}» si è concluso.",
    done_by: "È stato fatto da {}, {}.",
    settled: "È stato concluso {}.",
    new_round: "È tornato in un nuovo giro. Usi il link nel messaggio più recente.",
    question_closed: "La domanda è chiusa.",
    answered_by: "{} ha risposto: «{}».",
    invalid: "Questo link non funziona",
    invalid_why: "Forse è stato tagliato o modificato lungo il percorso. Lo apra di nuovo dal messaggio, oppure ne chieda uno nuovo.",
    failed: "Non ha funzionato",
    failed_why: "Non è stato registrato nulla. Riprovi tra qualche minuto.",
    busy: "Troppi tentativi insieme. Attenda un minuto e apra di nuovo il link.",
    personal: "Questo link è personale: chi lo possiede agisce a suo nome.",
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
    weekdays: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
};

/// The texts for a person's language tag, else for what a browser accepts, else English.
#[must_use]
pub fn for_reader(language: Option<&str>, accepts: Option<&str>) -> &'static Texts {
    let of_tag = |tag: &str| {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        [&ENGLISH, &ITALIAN].into_iter().find(|texts| primary.eq_ignore_ascii_case(texts.lang))
    };
    if let Some(known) = language.and_then(of_tag) {
        return known;
    }
    let mut best: Option<(u16, &'static Texts)> = None;
    for part in accepts.unwrap_or_default().split(',').take(20) {
        let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
        let weight = weight.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
        let Some(texts) = of_tag(tag) else { continue };
        // Thousandths, so that equal weights keep the order in which they came.
        let thousandths = (0..=1_000).find(|step| f32::from(*step) >= weight * 1_000.0).unwrap_or(0);
        if thousandths > best.map_or(0, |(most, _)| most) {
            best = Some((thousandths, texts));
        }
    }
    best.map_or(&ENGLISH, |(_, texts)| texts)
}

/// Fills the places of a text, in order.
#[must_use]
pub fn filled(text: &str, with: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for (part, word) in parts.zip(with) {
        all.push_str(word);
        all.push_str(part);
    }
    all
}

impl Texts {
    /// `Monday 2 March 2026, 09:00`.
    #[must_use]
    pub fn when(&self, local: &LocalTime, moment: Moment) -> String {
        let (date, _) = local.date(moment);
        let (year, month, day) = date.ymd();
        let weekday = self.weekdays.get(date.weekday()).copied().unwrap_or_default();
        let month = self.months.get(usize::from(month).saturating_sub(1)).copied().unwrap_or_default();
        format!("{weekday} {day} {month} {year}, {}", local.time(moment))
    }

    /// What a field wants, where its kind of input does not say it.
    #[must_use]
    pub fn hint(&self, of: Scalar, list: bool) -> Option<&'static str> {
        let italian = self.lang == "it";
        let (english, other) = match of {
            _ if list => ("Several values, separated by commas.", "Più valori, separati da virgole."),
            Scalar::Duration => ("For example: 5 business days", "Per esempio: 5 business days"),
            Scalar::File => ("The name of the file.", "Il nome del file."),
            Scalar::Record(_) => ("As a JSON object.", "Come oggetto JSON."),
            Scalar::Url => {
                ("A web address, such as https://example.org", "Un indirizzo web, come https://example.org")
            }
            _ => return None,
        };
        Some(if italian { other } else { english })
    }

    /// What would have fitted.
    #[must_use]
    pub fn misfit(&self, of: Scalar) -> &'static str {
        let italian = self.lang == "it";
        let (english, other) = match of {
            Scalar::Number => {
                ("Please write a number, such as 40 or 0.5.", "Scriva un numero, come 40 o 0,5.")
            }
            Scalar::Money(_) => {
                ("Please write an amount, such as 1200.50.", "Scriva un importo, come 1200,50.")
            }
            Scalar::Date => ("Please write a date, such as 2026-03-04.", "Scriva una data, come 2026-03-04."),
            Scalar::Moment => (
                "Please write a date and time, such as 2026-03-04 09:00.",
                "Scriva data e ora, come 2026-03-04 09:00.",
            ),
            Scalar::Email => ("Please write an email address.", "Scriva un indirizzo email."),
            Scalar::Duration => (
                "Please write a duration, such as 5 business days.",
                "Scriva una durata, come 5 business days.",
            ),
            _ => ("This value does not fit.", "Questo valore non va bene."),
        };
        if italian { other } else { english }
    }

    /// Why an act was refused, for whoever tried it.
    #[must_use]
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let italian = self.lang == "it";
        let of = |english: &str, other: &str| if italian { other.to_owned() } else { english.to_owned() };
        match refusal {
            Refusal::AlreadyEnded => of("It has ended meanwhile.", "Nel frattempo si è concluso."),
            Refusal::NotActive | Refusal::OptionClosed | Refusal::QuestionClosed | Refusal::TooLate => of(
                "That is not possible any more: somebody else was faster, or it was settled meanwhile.",
                "Non è più possibile: qualcun altro è stato più veloce, o nel frattempo è stato concluso.",
            ),
            Refusal::NotYourRole => {
                of("It belongs to somebody else by now.", "Nel frattempo è passato a qualcun altro.")
            }
            Refusal::ClaimedByAnother { owner } if italian => format!("Se ne occupa già {owner}."),
            Refusal::ClaimedByAnother { owner } => format!("{owner} is working on it already."),
            Refusal::SamePerson { .. } => of(
                "A different person must do this one: you have done the part it is kept apart from.",
                "Deve farlo un’altra persona: lei ha già svolto la parte da cui va tenuto separato.",
            ),
            Refusal::ReasonMissing => of("A reason is needed.", "Serve una motivazione."),
            Refusal::AlreadyVoted => of("You have voted already.", "Ha già votato."),
            Refusal::ActionImpossible => of(
                "What this would bring about is not possible now. Please choose another answer.",
                "Ciò che questo comporterebbe ora non è possibile. Scelga un’altra risposta.",
            ),
            _ => of("The workflow does not allow this now.", "Il processo ora non lo consente."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_their_language() {
        for (language, accepts, wanted) in [
            (Some("it"), Some("en"), "it"),
            (Some("it-IT"), None, "it"),
            (Some("de"), Some("de, it;q=0.5, en;q=0.4"), "it"),
            (None, Some("en-GB,en;q=0.9,it;q=0.8"), "en"),
            (None, Some("it;q=0"), "en"),
            (None, Some("fr"), "en"),
            (None, None, "en"),
        ] {
            assert_eq!(for_reader(language, accepts).lang, wanted, "{language:?} {accepts:?}");
        }
    }

    #[test]
    fn places_are_filled_in_order() {
        assert_eq!(filled("{} answered: “{}”.", &["anna", "yes {}"]), "anna answered: “yes {}”.");
    }

    #[test]
    fn moments_are_written_as_people_do() {
        let local = LocalTime::of(None);
        let nine = crate::moment::parse("2026-03-02 09:00").unwrap();
        assert_eq!(ENGLISH.when(&local, nine), "Monday 2 March 2026, 09:00");
        assert_eq!(ITALIAN.when(&local, nine), "lunedì 2 marzo 2026, 09:00");
    }
}
