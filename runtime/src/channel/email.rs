//! E-mail by SMTP: what a letter looks like is in [`message`], the words around it in [`words`].
//!
//! The dialogue with the server is led step by step, so that it is known how far a letter came: until the server has
//! said that it takes the text nothing has happened; once the text is on its way, only the server's answer says what
//! became of it. Mail servers do not tell repeats, so a letter without that answer is unknown and not sent again by
//! itself. One connection carries many letters, one after the other ([`kept`]). Invariant: no password and no letter goes
//! over a line that is not encrypted, except to this machine.

mod kept;
mod message;
mod words;

use super::{Channel, Delivered, Delivery, line_in_words};
use crate::config::{Connection, Encryption, host};
use crate::error::{Problem, Result};
use kept::Kept;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use lettre::{Address, Message};
use std::error::Error as _;
use std::time::Duration;

/// Sends through a mail server.
pub struct Email {
    host: String,
    port: u16,
    /// Host and port, for people.
    shown: String,
    encryption: Encryption,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    sender: message::Sender,
    timeout: Duration,
    kept: Kept,
}

impl Email {
    /// A channel that sends through the server the configuration names.
    ///
    /// # Errors
    /// When the password is not where the configuration says, or an address in it is none.
    pub fn new(name: &str, connection: &Connection) -> Result<Self> {
        let server = connection.server.clone().unwrap_or_default();
        let host = host(&server).to_owned();
        let usual = match connection.encryption {
            Encryption::Starttls => 587,
            Encryption::Tls => 465,
            Encryption::None => 25,
        };
        let port = server.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(usual);
        let from: Mailbox = address(name, "from", connection.from.as_deref().unwrap_or_default())?;
        let reply_to = match &connection.reply_to {
            Some(text) => Some(address::<Address>(name, "reply_to", text)?),
            None => None,
        };
        let password = connection.password(name)?.unwrap_or_default();
        let credentials = connection.user.clone().map(|user| Credentials::new(user, password));
        Ok(Self {
            tls: tls(name, &host, connection)?,
            shown: format!("{host}:{port}"),
            host,
            port,
            encryption: connection.encryption,
            credentials,
            sender: message::Sender { from, reply_to },
            timeout: Duration::from_secs(connection.timeout_seconds.clamp(1, 120)),
            kept: Kept::default(),
        })
    }

    /// A connection on which letters may be sent.
    fn open(&self) -> Result<SmtpConnection, Error> {
        let hello = ClientId::Domain(self.sender.from.email.domain().to_owned());
        let at_once = (self.encryption == Encryption::Tls).then_some(&self.tls);
        let place = (self.host.as_str(), self.port);
        let mut server = SmtpConnection::connect(place, Some(self.timeout), &hello, at_once, None)?;
        if self.encryption == Encryption::Starttls {
            // Refused by a server that does not offer it: nothing is said in the open.
            server.starttls(&self.tls, &hello)?;
        }
        if let Some(credentials) = &self.credentials {
            server.auth(DEFAULT_MECHANISMS, credentials)?;
        }
        Ok(server)
    }

    /// A connection on which the sender is taken: one that carried a letter before, else a new one. One that the server
    /// has closed meanwhile says so here, before anything of the letter is known to it.
    fn begun(&self, envelope: &Envelope) -> Result<SmtpConnection, Delivered> {
        if let Some(mut server) = self.kept.take() {
            if self.begin(&mut server, envelope).is_ok() {
                return Ok(server);
            }
            server.abort();
            self.kept.forget();
        }
        let mut server = self.open().map_err(|error| self.not_sent(&error))?;
        match self.begin(&mut server, envelope) {
            Ok(()) => Ok(server),
            Err(delivered) => {
                server.abort();
                Err(delivered)
            }
        }
    }

    fn begin(&self, server: &mut SmtpConnection, envelope: &Envelope) -> Result<(), Delivered> {
        let mut parameters = Vec::new();
        let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
        if !envelope.to().iter().chain(envelope.from()).all(plain) {
            if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = format!("{} takes plain addresses only", self.shown);
                return Err(Delivered::Refused { why });
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        // What the server says to the sender tells of this connection, not of the receiver.
        let sender = server.command(Mail::new(envelope.from().cloned(), parameters));
        sender.map(drop).map_err(|error| self.not_sent(&error))
    }

    /// The rest up to the text; from here on the server will take it.
    fn announce(&self, server: &mut SmtpConnection, envelope: &Envelope) -> Result<(), Delivered> {
        for receiver in envelope.to() {
            let taken = server.command(Rcpt::new(receiver.clone(), Vec::new()));
            taken.map_err(|error| self.answered(&error).unwrap_or_else(|| self.not_sent(&error)))?;
        }
        let ready = server.command(Data);
        ready.map_err(|error| self.answered(&error).unwrap_or_else(|| self.not_sent(&error)))?;
        Ok(())
    }

    fn send(&self, message: &Message, id: &str) -> Delivered {
        let mut server = match self.begun(message.envelope()) {
            Ok(server) => server,
            Err(delivered) => return delivered,
        };
        if let Err(delivered) = self.announce(&mut server, message.envelope()) {
            server.abort();
            return delivered;
        }
        match server.message(&message.formatted()) {
            Ok(response) => {
                self.kept.keep(server);
                Delivered::Sent { external_id: Some(id.to_owned()), detail: said(&response) }
            }
            Err(error) => self.answered(&error).unwrap_or_else(|| Delivered::Unknown {
                why: format!(
                    "{} had the letter and did not confirm it: {}",
                    self.shown,
                    self.in_words(&error)
                ),
            }),
        }
    }

    /// Nothing was sent, and not because of this letter.
    fn not_sent(&self, error: &Error) -> Delivered {
        Delivered::down(format!("{}: {}", self.shown, self.in_words(error)))
    }

    /// What the server's own answer about this letter means, where it gave one.
    fn answered(&self, error: &Error) -> Option<Delivered> {
        let why = format!("{}: {}", self.shown, self.in_words(error));
        if error.is_permanent() {
            return Some(Delivered::Refused { why });
        }
        error.is_transient().then_some(Delivered::TryAgain { why, after: None, down: false })
    }
}

impl Email {
    fn in_words(&self, error: &Error) -> String {
        let line = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
        let text = match (error.status(), line, error.source()) {
            (Some(code), _, Some(said)) => format!("{code} {said}"),
            (Some(code), _, None) => code.to_string(),
            (None, Some(line), _) => line_in_words(line, self.timeout),
            (None, None, Some(cause)) if cause.to_string() == "incomplete response" => {
                "the connection was cut".to_owned()
            }
            (None, None, Some(cause)) => cause.to_string(),
            (None, None, None) => error.to_string(),
        };
        text.chars().filter(|letter| !letter.is_control()).take(200).collect()
    }
}

impl Channel for Email {
    fn adapter(&self) -> &'static str {
        "email"
    }

    fn destination(&self) -> &str {
        &self.shown
    }

    /// Two mails with one Message-ID are two mails, to most servers and readers.
    fn tells_repeats(&self) -> bool {
        false
    }

    fn deliver(&self, delivery: &Delivery) -> Delivered {
        let Some(to) = &delivery.route.address else {
            return Delivered::Refused {
                why: format!("no e-mail address of {} is known", delivery.letter.to),
            };
        };
        let Ok(to) = to.trim().parse::<Address>() else {
            return Delivered::Refused { why: format!("`{to}` is no e-mail address") };
        };
        match message::compose(&self.sender, to, delivery) {
            Ok((message, id)) => self.send(&message, &id),
            Err(why) => Delivered::Refused { why },
        }
    }
}

fn address<T: std::str::FromStr>(name: &str, key: &str, text: &str) -> Result<T> {
    text.parse().map_err(|_| {
        Problem::input(format!("the `{key}` of `{name}` is no e-mail address: `{text}`")).help(
            "write `workflows@acme.example` or, for the sender, `Acme workflows <workflows@acme.example>`",
        )
    })
}

fn tls(name: &str, host: &str, connection: &Connection) -> Result<TlsParameters> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(file) = &connection.trust {
        let told = |what: &str| {
            Problem::input(format!("the certificate of `{name}` {what}: `{}`", file.display()))
                .help("`trust` names a certificate in PEM that vouches for the mail server")
        };
        let pem = std::fs::read(file).map_err(|cause| told("cannot be read").because(cause))?;
        let certificate = Certificate::from_pem(&pem).map_err(|cause| told("is none").because(cause))?;
        tls = tls.add_root_certificate(certificate);
    }
    tls.build().map_err(|cause| Problem::machine("encryption cannot be set up").because(cause))
}

/// The server's last line, without what a terminal would obey.
fn said(response: &Response) -> String {
    let text = response.first_line().unwrap_or_default();
    let text: String = text.chars().filter(|letter| !letter.is_control()).take(200).collect();
    format!("{} {text}", response.code()).trim_end().to_owned()
}
