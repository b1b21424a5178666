//! A small blocking HTTP client: one connection kept alive, one request at a time.
//!
//! Invariant: a reply is handed out only when all of it came; after a fault the connection is never used again.

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// What a server said.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Json,
    /// Seconds after which to ask again, where the server says so.
    pub retry_after: Option<u64>,
}

/// A connection to a port of this machine, made when it is needed.
pub struct Client {
    port: u16,
    token: String,
    patience: Duration,
    connection: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(port: u16, token: &str, patience: Duration) -> Self {
        Self { port, token: token.to_owned(), patience, connection: None }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Goes to another port from now on.
    pub fn turn_to(&mut self, port: u16) {
        if port != self.port {
            self.port = port;
            self.connection = None;
        }
    }

    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Json>, key: Option<&str>) -> Result<Reply> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let body = body.map(Json::to_string).unwrap_or_default();
        let key = key.map(|key| format!("idempotency-key: {key}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n{key}\r\n{body}",
            self.token,
            body.len(),
        );
        connection.get_mut().write_all(head.as_bytes())?;
        let reply = read(&mut connection)?;
        self.connection = Some(connection);
        Ok(reply)
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let stream = TcpStream::connect_timeout(&address, self.patience)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.set_write_timeout(Some(self.patience))?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }
}

fn read(connection: &mut BufReader<TcpStream>) -> Result<Reply> {
    let first = line(connection)?;
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| Error::other(format!("no reply of HTTP: {first}")))?;
    let (mut length, mut retry_after) = (0, None);
    loop {
        let header = line(connection)?;
        if header.is_empty() {
            break;
        }
        let Some((name, value)) = header.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().map_err(Error::other)?,
            "retry-after" => retry_after = value.trim().parse().ok(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Json::String(String::from_utf8_lossy(&body).into_owned()));
    Ok(Reply { status, body, retry_after })
}

fn line(connection: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(Error::other("the connection was closed"));
    }
    Ok(line.trim_end().to_owned())
}
