//! Exports over HTTP: what `wfrun export` writes into a file, streamed.
//!
//! The file is written first, under a name of its own among the machine's temporary files, so that what is sent is
//! complete and a slow reader holds up nothing. Invariant: the file is gone when the answer is.

use super::allowed::What;
use super::fault::{Answer, DOES_NOT_FIT, Fault, NOT_FOUND, UNAVAILABLE};
use super::read::{Named, Parameters};
use super::site::Caller;
use super::token::{hex, random};
use crate::audit::export::{Format, export};
use crate::error::Problem;
use crate::moment;
use crate::store::Wanted;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Bytes, Frame, SizeHint};
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use utoipa::IntoParams;

/// Bytes read and sent at a time.
const CHUNK: usize = 64 * 1024;

/// Name, format, media type and ending of each form.
const FORMS: [(&str, Format, &str, &str); 5] = [
    ("csv", Format::Csv, "text/csv; charset=utf-8", "csv"),
    ("jsonl", Format::Jsonl, "application/jsonl", "jsonl"),
    ("ocel-json", Format::OcelJson, "application/json", "json"),
    ("ocel-sqlite", Format::OcelSqlite, "application/vnd.sqlite3", "sqlite"),
    ("xes", Format::Xes, "application/xml", "xes"),
];

/// Which instances are exported; always whole.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Exporting {
    /// Only this instance, by id or reference.
    instance: Option<String>,
    /// Only instances of this workflow.
    workflow: Option<String>,
    /// Only instances that still ran at this moment or later.
    #[param(example = "2026-01-01")]
    from: Option<String>,
    /// Only instances that started before this moment.
    #[param(example = "2026-04-01T00:00:00Z")]
    to: Option<String>,
}

/// Take records out
///
/// `csv`: the trail as a table. `jsonl`: every stored row, for stand-alone verification. `ocel-json`, `ocel-sqlite`:
/// object-centric event log, OCEL 2.0. `xes`: event log, IEEE 1849.
#[utoipa::path(
    get, path = "/v1/exports/{format}", operation_id = "export", tag = "instances",
    params(("format" = String, Path, description = "`csv`, `jsonl`, `ocel-json`, `ocel-sqlite` or `xes`.", example = "csv"), Exporting),
    responses((status = 200, description = "The file.", content(
        (Vec<u8> = "text/csv"), (Vec<u8> = "application/jsonl"), (Vec<u8> = "application/json"),
        (Vec<u8> = "application/vnd.sqlite3"), (Vec<u8> = "application/xml")
    )))
)]
pub async fn take(
    caller: Caller,
    Named(form): Named<String>,
    Parameters(asked): Parameters<Exporting>,
) -> Answer<Response> {
    let engine = caller.may(What::Export)?;
    let Some((_, format, media, ending)) = FORMS.iter().find(|(name, ..)| *name == form) else {
        let names: Vec<&str> = FORMS.iter().map(|(name, ..)| *name).collect();
        return Err(Fault::new(NOT_FOUND, format!("there is no form `{form}`"))
            .help(format!("there are {}", names.join(", "))));
    };
    let mut wanted = Wanted {
        instance: None,
        workflow: asked.workflow,
        from_ms: asked.from.as_deref().map(read_moment).transpose()?,
        to_ms: asked.to.as_deref().map(read_moment).transpose()?,
    };
    if let Some(name) = &asked.instance {
        wanted.instance = Some(engine.find(name).await?.id);
    }
    let path = std::env::temp_dir().join(format!("wfrun-export-{}.{ending}", hex(&random::<12>()?)));
    let temporary = Temporary(path);
    export(engine, wanted, *format, &temporary.0).await?;
    let file = File::open(&temporary.0)
        .map_err(|cause| Fault::from(Problem::machine("an export cannot be read back").because(cause)))?;
    let length = file.metadata().map(|about| about.len()).unwrap_or_default();
    let (tell, told) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || send(file, temporary, &tell));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
        (header::CONTENT_DISPOSITION, named(&form, ending)?),
    ];
    Ok((headers, Body::new(Chunks(told))).into_response())
}

fn named(form: &str, ending: &str) -> Answer<HeaderValue> {
    HeaderValue::try_from(format!("attachment; filename=\"{form}.{ending}\""))
        .map_err(|_| Fault::new(UNAVAILABLE, "the export has no name"))
}

fn read_moment(text: &str) -> Answer<i64> {
    moment::parse(text).map(|moment| moment.0).ok_or_else(|| {
        Fault::new(DOES_NOT_FIT, format!("`{text}` is no moment"))
            .help("write `2026-03-02` or `2026-03-02T09:00:00Z`")
    })
}

/// A file that is removed when nobody needs it any more.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // A file that stays is the machine's to clear.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn send(mut file: File, temporary: Temporary, tell: &mpsc::Sender<std::io::Result<Bytes>>) {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => Ok(Bytes::copy_from_slice(chunk.get(..length).unwrap_or_default())),
            Err(cause) => Err(cause),
        };
        let failed = read.is_err();
        if tell.blocking_send(read).is_err() || failed {
            break;
        }
    }
    drop(temporary);
}

/// Chunks of a file as a body.
struct Chunks(mpsc::Receiver<std::io::Result<Bytes>>);

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
