//! Reading requests: bodies, query parameters and parts of the address, each refused with where it is wrong.
//!
//! Invariant: nothing is read beyond its limit, a field or parameter that is not known is refused with the nearest one
//! that is, and no text with a NUL in it (which no database keeps) gets past here.

use super::fault::{Answer, DOES_NOT_FIT, Fault, MALFORMED, MEDIA_TYPE, NOT_FOUND, TOO_LARGE};
use crate::config::nearest_known;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{HeaderMap, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

/// Bytes of a JSON body: a form with a long list fits many times over.
pub const JSON_LIMIT: usize = 1024 * 1024;
/// Bytes of a plan: the largest that `wfc` writes is a tenth of it.
pub const PLAN_LIMIT: usize = 16 * 1024 * 1024;

/// A JSON body; an empty one stands for `{}`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let is_json = says_json(request.headers());
        let bytes = read(request, JSON_LIMIT).await?;
        if bytes.trim_ascii().is_empty() {
            return json(b"{}").map(Self);
        }
        if !is_json {
            return Err(Fault::new(MEDIA_TYPE, "the body is not said to be JSON")
                .help("send the header `Content-Type: application/json`"));
        }
        json(&bytes).map(Self)
    }
}

/// A body of bytes: a plan.
#[derive(Debug)]
pub struct PlanBytes(pub Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for PlanBytes {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        if says_json(request.headers()) {
            return Err(Fault::new(MEDIA_TYPE, "a plan is sent as its bytes, not as JSON").help(
                "send the file that `wfc build` wrote, with `Content-Type: application/octet-stream`",
            ));
        }
        read(request, PLAN_LIMIT).await.map(|bytes| Self(bytes.to_vec()))
    }
}

/// Query parameters.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(nul());
        }
        Query::<T>::try_from_uri(&parts.uri).map(|Query(asked)| Self(asked)).map_err(|rejection| {
            let said = rejection.body_text();
            let said = said.strip_prefix("Failed to deserialize query string: ").unwrap_or(&said);
            // `lmit: unknown field `lmit`, …` says the name twice.
            let said = said
                .split_once(": ")
                .map_or(said, |(_, rest)| if rest.starts_with("unknown ") { rest } else { said });
            advised(Fault::new(MALFORMED, format!("the query parameters are wrong: {said}")), said)
        })
    }
}

/// Names in the address.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        if parts.uri.path().contains("%00") {
            return Err(Fault::new(NOT_FOUND, "a name in the address holds a NUL"));
        }
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(named)| Self(named)).map_err(|_| Fault::new(MALFORMED, "the address is no UTF-8 text"))
    }
}

fn says_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
}

/// Reads a body up to a limit.
pub async fn read(request: Request, limit: usize) -> Answer<Bytes> {
    let collected = Limited::new(request.into_body(), limit).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|cause| {
        if cause.downcast_ref::<LengthLimitError>().is_some() {
            Fault::new(TOO_LARGE, format!("the body has more than {limit} bytes"))
        } else {
            Fault::new(MALFORMED, "the body did not arrive whole")
        }
    })
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    if holds_nul(bytes) {
        return Err(nul());
    }
    serde_json::from_slice(bytes).map_err(|wrong| {
        let said = wrong.to_string();
        let what =
            if wrong.is_data() { "the JSON does not have the right shape" } else { "the body is no JSON" };
        advised(Fault::new(MALFORMED, format!("{what}: {said}")), &said)
    })
}

fn advised(fault: Fault, said: &str) -> Fault {
    match nearest_known(said) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("the description at /openapi.json shows what is expected"),
    }
}

fn nul() -> Fault {
    Fault::new(DOES_NOT_FIT, "a text holds the character NUL, which cannot be kept")
        .help("send the text without it")
}

/// Whether JSON holds `\u0000` (with its backslash not itself escaped).
fn holds_nul(bytes: &[u8]) -> bool {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\\' if !escaped => escaped = true,
            b'u' if escaped && bytes.get(at + 1..at + 5) == Some(b"0000") => return true,
            _ => escaped = false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[allow(dead_code)]
        reason: String,
    }

    #[test]
    fn wrong_json_is_told_with_line_and_column() {
        let fault = json::<Wanted>(b"{\n  \"reason\": oops }").unwrap_err();
        assert!(fault.detail.contains("line 2 column 13"), "{}", fault.detail);
    }

    #[test]
    fn an_unknown_field_is_told_with_the_one_that_was_meant() {
        let fault = json::<Wanted>(br#"{"raeson": "x"}"#).unwrap_err();
        assert!(fault.detail.contains("unknown field `raeson`"), "{}", fault.detail);
        assert_eq!(fault.help.as_deref(), Some("did you mean `reason`?"));
    }

    #[test]
    fn a_nul_is_seen_however_it_is_written() {
        assert!(holds_nul(br#"{"a":"\u0000"}"#));
        assert!(holds_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"\u0001"}"#));
    }
}
