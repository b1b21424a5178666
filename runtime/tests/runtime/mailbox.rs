//! A mail server for tests: loopback, on a thread of its own, with enough SMTP and with the faults it is told to have.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the server does with a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Does {
    /// Takes it, and hangs up.
    Takes,
    /// Takes it, and waits for the next one.
    TakesMore,
    /// Says at the receiver: this line.
    SaysAtReceiver(&'static str),
    /// Says after the text: this line.
    SaysAfterText(&'static str),
    /// Cuts the line after the text, without a word.
    CutsAfterText,
    /// Cuts the line before the text.
    CutsBeforeText,
    /// Says nothing any more after the text.
    HangsAfterText,
}

/// How the line is kept private.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    Plain,
    Starttls,
    Tls,
}

/// A letter as it came in.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    /// Name and password.
    pub login: Option<(String, String)>,
    /// The line was encrypted.
    pub encrypted: bool,
    /// Which connection it came on, from 1.
    pub connection: usize,
    /// Everything, as it came over the line.
    pub raw: String,
}

impl Mail {
    /// The values of a header, unfolded and decoded.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let head = self.raw.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
        let of = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        head.lines()
            .filter_map(of)
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| words(&value))
            .collect()
    }

    pub fn header(&self, name: &str) -> String {
        let mut all = self.headers(name);
        assert_eq!(all.len(), 1, "{name}: {all:?}\n{}", self.raw);
        all.remove(0)
    }

    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    pub fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let boundary = self.header("Content-Type");
        let boundary = boundary.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
        let between = format!("--{boundary}");
        let mut parts = self.raw.split(&between);
        let part = parts.find(|part| part.contains(&format!("Content-Type: {kind}"))).unwrap();
        let (head, body) = part.trim_start().split_once("\r\n\r\n").unwrap();
        let bytes = if head.contains("quoted-printable") {
            quoted(&body.replace("=\r\n", ""))
        } else if head.contains("base64") {
            base64(&body.replace("\r\n", ""))
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n").trim_end().to_owned()
    }
}

/// A server that does these things with letters, one after the other, the last one for ever. Its port, and what came.
pub fn server(does: &'static [Does], line: Line, folder: Option<&Path>) -> (u16, Receiver<Mail>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let tls = folder.map(certified);
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let (mut letters, mut connection) = (0, 0);
        while let Ok((stream, _)) = listener.accept() {
            connection += 1;
            let mut session = Session {
                connection,
                does: does[letters.min(does.len() - 1)],
                login: None,
                mails: &send,
                tls: tls.clone(),
            };
            letters += usize::from(session.talk(stream, line));
        }
    });
    (port, receive)
}

struct Session<'a> {
    connection: usize,
    does: Does,
    login: Option<(String, String)>,
    mails: &'a Sender<Mail>,
    tls: Option<Arc<ServerConfig>>,
}

impl Session<'_> {
    /// Whether a letter came as far as this server was to do something with it.
    fn talk(&mut self, mut stream: TcpStream, line: Line) -> bool {
        if line == Line::Tls {
            return self.lead(self.encrypt(stream), true, true);
        }
        stream.write_all(b"220 mail.test ready\r\n").unwrap();
        if line == Line::Plain {
            return self.lead(stream, false, false);
        }
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut said = String::new();
            if reader.read_line(&mut said).unwrap_or(0) == 0 {
                return false;
            }
            let said = said.to_ascii_uppercase();
            if said.starts_with("EHLO") {
                stream.write_all(b"250-mail.test\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n").unwrap();
            } else if said.starts_with("STARTTLS") {
                stream.write_all(b"220 go on\r\n").unwrap();
                return self.lead(self.encrypt(stream), true, false);
            } else {
                // A client that says more in the open has failed the test.
                panic!("said in the open: {said}");
            }
        }
    }

    fn encrypt(&self, stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
        let connection = ServerConnection::new(self.tls.clone().unwrap()).unwrap();
        StreamOwned::new(connection, stream)
    }

    fn lead(&mut self, stream: impl Read + Write, encrypted: bool, greets: bool) -> bool {
        let mut line = BufReader::new(stream);
        if greets && line.get_mut().write_all(b"220 mail.test ready\r\n").is_err() {
            return false;
        }
        let mut to = String::new();
        loop {
            let mut said = String::new();
            if line.read_line(&mut said).unwrap_or(0) == 0 {
                return false;
            }
            let verb = said.to_ascii_uppercase();
            let answer = if verb.starts_with("EHLO") {
                "250-mail.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN".to_owned()
            } else if verb.starts_with("AUTH PLAIN ") {
                let given = String::from_utf8(base64(said[11..].trim())).unwrap();
                let mut parts = given.split('\0').skip(1).map(str::to_owned);
                self.login = Some((parts.next().unwrap(), parts.next().unwrap()));
                "235 welcome".to_owned()
            } else if verb.starts_with("RCPT TO:") {
                to = said[8..].trim().trim_matches(['<', '>']).to_owned();
                match self.does {
                    Does::SaysAtReceiver(says) => {
                        let _ = line.get_mut().write_all(format!("{says}\r\n").as_bytes());
                        return true;
                    }
                    _ => "250 ok".to_owned(),
                }
            } else if verb.starts_with("DATA") {
                if self.does == Does::CutsBeforeText {
                    return true;
                }
                line.get_mut().write_all(b"354 go on\r\n").unwrap();
                let raw = text_of(&mut line);
                let (login, connection) = (self.login.clone(), self.connection);
                let mail = Mail { to: to.clone(), login, encrypted, connection, raw };
                let _ = self.mails.send(mail);
                match self.does {
                    Does::TakesMore => "250 queued as 4711".to_owned(),
                    Does::CutsAfterText => return true,
                    Does::HangsAfterText => {
                        std::thread::sleep(Duration::from_millis(1_500));
                        return true;
                    }
                    Does::SaysAfterText(says) => {
                        let _ = line.get_mut().write_all(format!("{says}\r\n").as_bytes());
                        return true;
                    }
                    _ => {
                        let _ = line.get_mut().write_all(b"250 queued as 4711\r\n");
                        return true;
                    }
                }
            } else if verb.starts_with("QUIT") {
                "221 bye".to_owned()
            } else {
                "250 ok".to_owned()
            };
            if line.get_mut().write_all(format!("{answer}\r\n").as_bytes()).is_err() {
                return false;
            }
        }
    }
}

fn text_of(line: &mut impl BufRead) -> String {
    let mut text = String::new();
    loop {
        let mut next = String::new();
        line.read_line(&mut next).unwrap();
        if next == ".\r\n" || next.is_empty() {
            return text;
        }
        text.push_str(next.strip_prefix('.').unwrap_or(&next));
    }
}

/// A certificate for `localhost` under an authority of its own, made where the machine can; the authority is
/// `ca.pem` in the folder.
pub fn certificates(folder: &Path) -> bool {
    let run = |line: &str| {
        let done = Command::new("openssl").args(line.split(' ')).current_dir(folder).output();
        done.is_ok_and(|done| done.status.success())
    };
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
    ) && run(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout key.pem -out request.pem",
    ) && run(
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
    )
}

fn certified(folder: &Path) -> Arc<ServerConfig> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(folder.join("server.pem"))
        .unwrap()
        .map(|certificate| certificate.unwrap())
        .collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// A header's words, decoded (RFC 2047).
fn words(value: &str) -> String {
    let mut out = String::new();
    for (at, word) in value.split("=?utf-8?b?").enumerate() {
        match word.split_once("?=").filter(|_| at > 0) {
            Some((coded, rest)) => {
                out.push_str(&String::from_utf8(base64(coded)).unwrap());
                // A space between two coded words is none.
                out.push_str(if rest.trim().is_empty() { "" } else { rest });
            }
            None => out.push_str(word),
        }
    }
    out
}

fn quoted(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'=' && at + 2 < bytes.len() {
            let digits = std::str::from_utf8(&bytes[at + 1..at + 3]).unwrap();
            out.push(u8::from_str_radix(digits, 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap()
}
