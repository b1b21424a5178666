//! Connections: accepted, encrypted where a certificate is given, served, and drained at the end.
//!
//! Each connection is a task of its own; a slow handshake or a slow client holds up nobody. Invariant: after the stop no
//! new connection is taken, requests under way are finished, and idle connections are closed.

use super::limits::Peer;
use crate::error::{Problem, Result};
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tower::Service;

/// Connections at a time; beyond them the machine's own queue waits.
const CONNECTIONS: usize = 10_000;
/// How long a handshake, or the head of a request, may take; idle connections are closed after it, too.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long requests under way may take to finish after the stop.
pub const GRACE: Duration = Duration::from_secs(25);

/// Listens at an address; `option` is what names it on the command line.
///
/// # Errors
/// When another program is there, or the address is not this machine's.
pub async fn bound(address: SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        let port = address.port();
        let help = match cause.kind() {
            ErrorKind::PermissionDenied => format!(
                "ports below 1024 are the administrator's: name one above with `{option} ADDRESS:PORT`, behind a proxy that \
                 has {port}"
            ),
            ErrorKind::AddrNotAvailable => format!(
                "this machine has no such address: `{option} 127.0.0.1:{port}` for itself alone, `{option} 0.0.0.0:{port}` \
                 for every address it has"
            ),
            _ => format!(
                "another program is there, perhaps another wfrun (`ss -ltnp | grep {port}`): end it, or name a free port \
                 with `{option} ADDRESS:PORT`"
            ),
        };
        Problem::machine(format!("`{address}` cannot be listened on"))
            .help(help)
            .because(cause)
    })
}

/// Serves until `stop`, then drains.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    app: Router,
    stop: impl Future<Output = ()>,
) {
    let drain = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let (tell, stopping) = watch::channel(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(seat) = Arc::clone(&room).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, most often: others will close.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (app, tls, watcher, stopping) = (app.clone(), tls.clone(), drain.watcher(), stopping.clone());
        tokio::spawn(async move {
            connection(stream, peer, tls, app, watcher, stopping).await;
            drop(seat);
        });
    }
    drop(listener);
    let _ = tell.send(true);
    let _ = tokio::time::timeout(GRACE, drain.shutdown()).await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    app: Router,
    watcher: Watcher,
    mut stopping: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return requests(stream, peer, app, watcher).await };
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(PATIENCE, tls.accept(stream)) => shaken,
        // Nothing was asked yet: a client that says nothing does not hold up the end.
        _ = stopping.wait_for(|stopping| *stopping) => return,
    };
    if let Ok(Ok(stream)) = shaken {
        requests(stream, peer, app, watcher).await;
    }
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    peer: SocketAddr,
    app: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        app.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the middle is no failure of ours.
    let _ = watcher.watch(connection).await;
}

/// Encryption with a certificate chain and its key, both PEM.
///
/// # Errors
/// When one cannot be read, or they do not belong together.
pub fn tls(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let unreadable = |path: &Path, what: &str| {
        Problem::input(format!("`{}` holds no {what} in PEM", path.display()))
            .help("name the files with `--tls-cert FILE --tls-key FILE`")
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|cause| unreadable(certificate, "certificate").because(cause))?;
    if chain.is_empty() {
        return Err(unreadable(certificate, "certificate"));
    }
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|cause| unreadable(key, "private key").because(cause))?;
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(|cause| {
            Problem::input("the certificate and the key do not belong together").because(cause)
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
