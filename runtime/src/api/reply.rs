//! Answers as JSON.

use super::fault::{DAMAGED, Fault};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A status and a JSON body.
#[derive(Debug)]
pub struct Told<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Told<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.1) {
            Ok(bytes) => {
                let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                (self.0, [kind], bytes).into_response()
            }
            Err(_) => Fault::new(DAMAGED, "the answer cannot be written as JSON").into_response(),
        }
    }
}
