//! What goes wrong with a request, told as `application/problem+json` (RFC 9457).
//!
//! Every fault has a kind (one row of [`KINDS`]), a detail in words and, where something can be done, `help` that says
//! what. Invariant: nothing of the machine inside (paths, statements, types) goes out; that is for the log.

use super::words;
use crate::error::{Class, Problem};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The result of every handler.
pub type Answer<T> = Result<T, Fault>;

/// A kind of fault: its name, status and title.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// Last part of `type`.
    pub name: &'static str,
    /// Status of the response.
    pub status: StatusCode,
    /// Title, the same for all of its kind.
    pub title: &'static str,
    /// What whoever meets it should know.
    pub about: &'static str,
}

macro_rules! kinds {
    ($($constant:ident = $status:ident $name:literal $title:literal $about:literal;)*) => {
        $(#[doc = $title] pub const $constant: &Kind =
            &Kind { name: $name, status: StatusCode::$status, title: $title, about: $about };)*
        /// All kinds, as `/problems/NAME` explains them.
        pub const KINDS: &[&Kind] = &[$($constant),*];
    };
}

kinds! {
    MALFORMED = BAD_REQUEST "malformed" "The request cannot be read"
        "The body is no JSON of the described shape, or a parameter is wrong. The detail says where.";
    UNAUTHENTICATED = UNAUTHORIZED "unauthenticated" "A token is needed"
        "Send `Authorization: Bearer TOKEN`. An operator makes tokens on the machine with `wfrun token add`.";
    FORBIDDEN = FORBIDDEN "forbidden" "This token may not do that"
        "What each role may do is listed in the description at /openapi.json. Use another token, or ask an operator.";
    NOT_FOUND = NOT_FOUND "not-found" "It is not there"
        "What the address names does not exist for this tenant.";
    METHOD = METHOD_NOT_ALLOWED "method-not-allowed" "This cannot be done to this address"
        "The response's `Allow` header lists the methods that exist.";
    REFUSED = CONFLICT "refused" "The process refused the act"
        "The workflow does not allow this act now, or not to this person. The refusal is recorded in the trail. Sending it again changes nothing.";
    CONFLICT = CONFLICT "conflict" "Somebody else was faster"
        "Many requests changed the same instance at the same time. Nothing of this one was written; send it again.";
    GONE = GONE "gone" "It was there once"
        "It was used up, or has expired.";
    TOO_LARGE = PAYLOAD_TOO_LARGE "too-large" "The body is too large"
        "The detail says how many bytes are read.";
    MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body is of another type"
        "Send JSON as `application/json`, and plans as `application/octet-stream`.";
    DOES_NOT_FIT = UNPROCESSABLE_ENTITY "does-not-fit" "A value does not fit"
        "The request can be read, but a name in it is unknown or a value is not of the type that the workflow declares.";
    TOO_MANY = TOO_MANY_REQUESTS "too-many-requests" "Too many requests"
        "Wait for the seconds in `Retry-After`, then go on more slowly.";
    DAMAGED = INTERNAL_SERVER_ERROR "damaged" "Stored data is damaged"
        "What is stored is not what was written. An operator runs `wfrun audit verify`, which names the first bad row.";
    NO_ROOM = INSUFFICIENT_STORAGE "no-room" "The store has no room left"
        "Nothing is written until an operator makes room on the store's disk; reading goes on, and so does the server by itself then. What was acknowledged is kept; this request was not carried out.";
    UNAVAILABLE = SERVICE_UNAVAILABLE "unavailable" "The server cannot answer now"
        "The store or the machine failed, or the server is stopping. Nothing is known to be written; asking again is safe with an idempotency key.";
}

/// Something that went wrong with a request.
#[derive(Debug)]
pub struct Fault {
    /// Its kind.
    pub kind: &'static Kind,
    /// What is wrong with this request.
    pub detail: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Seconds to wait.
    pub retry_after: Option<u64>,
    /// For the log, not for the caller.
    pub cause: Option<String>,
}

/// A problem as RFC 9457 describes it, with `help`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The kind of problem; the address explains it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/does-not-fit")]
    pub kind: String,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Fault {
    /// A fault of a kind.
    pub fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), help: None, retry_after: None, cause: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the seconds to wait.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same, where it was a name in the body and not in the address that is not there.
    #[must_use]
    pub fn in_body(mut self) -> Self {
        if self.kind == NOT_FOUND {
            self.kind = DOES_NOT_FIT;
        }
        self
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let kind = match problem.class() {
            Class::Input => DOES_NOT_FIT,
            Class::NotFound => NOT_FOUND,
            Class::Refused => REFUSED,
            Class::Conflict => CONFLICT,
            Class::Damaged => DAMAGED,
            Class::Machine => UNAVAILABLE,
            Class::NoRoom => NO_ROOM,
        };
        let retry_after = match problem.class() {
            Class::Conflict => Some(1),
            Class::Machine | Class::NoRoom => Some(5),
            _ => None,
        };
        let detail = match problem.class() {
            Class::Machine => "the store or the machine failed".to_owned(),
            Class::NoRoom => "the store has no room left; reading goes on, nothing is written".to_owned(),
            _ => words::for_callers(&problem.to_string()),
        };
        let help = match problem.class() {
            Class::Machine => Some("try again; the operator's log says what failed".to_owned()),
            Class::NoRoom => {
                Some("try again once an operator has made room; nothing of this was written".to_owned())
            }
            _ => problem.advice().map(words::for_callers).filter(|help| !help.is_empty()),
        };
        let inside = matches!(problem.class(), Class::Machine | Class::NoRoom | Class::Damaged);
        let cause = inside.then(|| with_causes(&problem));
        Self { kind, detail, help, retry_after, cause }
    }
}

/// A problem with everything below it, in one line.
fn with_causes(problem: &Problem) -> String {
    let mut line = problem.to_string();
    let mut below = std::error::Error::source(problem);
    while let Some(cause) = below {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        below = cause.source();
    }
    line
}

/// What the log is told of a fault; the middleware takes it out of the response.
#[derive(Clone, Debug)]
pub struct ForTheLog(pub String);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: format!("/problems/{}", self.kind.name),
            title: self.kind.title,
            status: self.kind.status.as_u16(),
            detail: self.detail,
            help: self.help,
        };
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (self.kind.status, bytes).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.kind == UNAUTHENTICATED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"wfrun\""));
        }
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(ForTheLog(cause));
        }
        response
    }
}
