//! A thread that owns a connection, and the way to it.
//!
//! Work is sent there and answered from there. Invariant: what a thread with a disk behind it wrote is answered after the
//! disk has it ([`super::disk`]).

use super::super::statement::Failure;
use super::disk::{Answer, Refused};
use super::places::Places;
use rusqlite::Connection;
use std::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;

/// Does something and gives the answer for whoever asked.
type Job = Box<dyn FnOnce(&mut Connection) -> Answer + Send>;

enum Message {
    Run(Job),
    Close(oneshot::Sender<()>),
}

/// A connection, and where its answers wait for the disk, if they do.
pub(super) struct Opened {
    pub connection: Connection,
    pub disk: Option<Sender<Answer>>,
    pub places: Option<Places>,
}

/// The way to a thread. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    messages: Sender<Message>,
    refused: Refused,
}

impl Thread {
    /// Starts a thread that owns a connection.
    pub async fn start(
        name: &str,
        refused: Refused,
        open: impl FnOnce() -> Result<Opened, Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let (messages, receiver) = channel::<Message>();
        let (opened, ready) = oneshot::channel();
        let run = move || {
            let Opened { mut connection, disk, mut places } = match open() {
                Ok(opened) => opened,
                Err(failure) => return drop(opened.send(Err(failure))),
            };
            if opened.send(Ok(())).is_err() {
                return;
            }
            while let Ok(message) = receiver.recv() {
                match message {
                    Message::Run(job) => {
                        give(job(&mut connection), disk.as_ref());
                        if let Some(places) = &mut places {
                            places.after_writing(&connection);
                        }
                    }
                    Message::Close(done) => {
                        drop(places);
                        drop(connection);
                        let closed = move || {
                            let _ = done.send(());
                        };
                        return give(Box::new(closed), disk.as_ref());
                    }
                }
            }
        };
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|cause| Failure::of("no thread can be started".to_owned(), false, cause))?;
        ready.await.map_err(|_| gone())??;
        Ok(Self { messages, refused })
    }

    /// Runs work there and waits for its result.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.refused.check()?;
        let (answer, answered) = oneshot::channel();
        // Whoever asked may be gone; what was asked is done all the same.
        let job: Job = Box::new(move |connection| {
            let done = work(connection);
            Box::new(move || drop(answer.send(done)))
        });
        self.messages.send(Message::Run(job)).map_err(|_| gone())?;
        let done = answered.await.map_err(|_| gone())?;
        self.refused.check()?;
        done
    }

    /// Closes the connection, when everything sent before is done.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.messages.send(Message::Close(done)).is_ok() {
            // An error only says that it was closed before.
            let _ = closed.await;
        }
    }
}

fn give(answer: Answer, disk: Option<&Sender<Answer>>) {
    match disk {
        // The thread of the disk lives as long as this one sends to it.
        Some(disk) => drop(disk.send(answer)),
        None => answer(),
    }
}

fn gone() -> Failure {
    Failure::new("the store is closed")
}
