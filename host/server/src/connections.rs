//! Connections: how many there are, and how long each may take.
//!
//! A connection that sends no whole head in time is closed, also one that sends a byte now and then,
//! and so is a connection whose client takes nothing. Beyond the most connections only the health of
//! the process is told, on connections that are kept for that and end soon, so that an orchestrator
//! does not take a crowded server for a dead one. One file is held open for nothing, so that this
//! works also where the process may open no other.

use std::fs::File;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Sleep, sleep, timeout};

use crate::app::{App, stopped};
use crate::limits::{Limits, RESERVED};

/// The time of a connection for questions about health, from its start to its end.
const RESERVED_TIME: Duration = Duration::from_secs(2);

/// The time of a connection where no file can be opened: the next one waits for it.
const SPARE_TIME: Duration = Duration::from_millis(200);

/// The most bytes of a head, and of what waits to be written.
const BUFFER_BYTES: usize = 64 << 10;

/// The pause after the system gave no connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves `router` until the host stops; connections beyond the limit get `crowded`. Returns once all
/// have ended.
pub(crate) async fn serve(listener: TcpListener, app: &App, router: Router, crowded: Router) {
    let limits = app.limits;
    let all = Arc::new(Semaphore::new(limits.connections));
    let reserved = Arc::new(Semaphore::new(RESERVED));
    let mut spare = Spare::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(app.shutdown.clone()) => break,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) if is_out_of_files(&error) => {
                if let Some(socket) = spare.accept(&listener).await {
                    let shutdown = app.shutdown.clone();
                    let connection = connection(socket, crowded.clone(), limits, true, shutdown);
                    let _ = timeout(SPARE_TIME, connection).await;
                }
                spare.renew();
                continue;
            }
            // The client went away meanwhile.
            Err(_) => {
                sleep(PAUSE).await;
                continue;
            }
        };
        // An update is one small write; waiting for more would only delay the update.
        let _ = socket.set_nodelay(true);
        let (is_crowded, permit) = if let Ok(permit) = Arc::clone(&all).try_acquire_owned() {
            (false, permit)
        } else {
            let permit = Arc::clone(&reserved).acquire_owned().await;
            (true, permit.expect("it is never closed"))
        };
        let router = if is_crowded { crowded.clone() } else { router.clone() };
        let shutdown = app.shutdown.clone();
        tokio::spawn(async move {
            let connection = connection(socket, router, limits, is_crowded, shutdown);
            if is_crowded {
                let _ = timeout(RESERVED_TIME, connection).await;
            } else {
                connection.await;
            }
            drop(permit);
        });
    }
    drop(listener);
    let _ = all.acquire_many(limits.connections as u32).await;
}

/// An open file for nothing: closed, it leaves room for one connection where the process may open
/// nothing more.
struct Spare(Option<File>);

impl Spare {
    fn new() -> Self {
        Self(File::open("/dev/null").ok())
    }

    /// The connection that waits, in the room of the file. Others may take the room first.
    async fn accept(&mut self, listener: &TcpListener) -> Option<TcpStream> {
        if self.0.take().is_none() {
            sleep(PAUSE).await;
        }
        let accepted = timeout(PAUSE, listener.accept()).await;
        Some(accepted.ok()?.ok()?.0)
    }

    /// Takes the room back.
    fn renew(&mut self) {
        if self.0.is_none() {
            *self = Self::new();
        }
    }
}

/// True if the process, or the system, may open no other file.
fn is_out_of_files(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}

/// One connection to its end. A failure is a client that left or broke the rules: nothing to repair.
async fn connection(
    socket: TcpStream,
    router: Router,
    limits: Limits,
    is_last_request: bool,
    shutdown: watch::Receiver<bool>,
) {
    let socket = Patient { socket, patience: limits.send, waiting: None };
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .keep_alive(!is_last_request)
        .max_buf_size(BUFFER_BYTES)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router))
        .with_upgrades();
    let mut served = pin!(served);
    tokio::select! {
        _ = served.as_mut() => return,
        () = stopped(shutdown) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

/// A socket that fails where its client takes nothing for a time.
struct Patient {
    socket: TcpStream,
    patience: Duration,
    /// Until when the client may take what is to be written.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, parts);
        self.written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
