//! Answers that are computed: away from the threads of the server, and sent piece by piece, so that
//! an answer of any size takes the memory of what is being computed and of a few pieces.
//!
//! Invariant: at most [`ANSWERS_MAX`] are computed or sent at the same time. Others wait for a
//! moment, and are then refused.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use crate::app::App;
use crate::limits::ANSWERS_MAX;
use crate::query::Refused;
use crate::response::{fresh, refusal};

/// The size of a piece, and how many of them may wait to be sent.
const PIECE_BYTES: usize = 64 << 10;
const PIECES_MAX: usize = 4;

/// How long a question waits for others to be answered.
const WAIT: Duration = Duration::from_secs(2);

/// Computes a value on a thread for such work.
pub(crate) async fn answer<T: Serialize>(
    app: &Arc<App>,
    work: impl FnOnce(&App) -> Result<T, Refused> + Send + 'static,
) -> Response {
    write(app, "application/json", |app, out| {
        serde_json::to_writer(out, &work(app)?).map_err(|error| Refused::Failed(error.to_string()))
    })
    .await
}

/// Sends what `work` writes on a thread for such work.
pub(crate) async fn write(
    app: &Arc<App>,
    content_type: &'static str,
    work: impl FnOnce(&App, &mut dyn Write) -> Result<(), Refused> + Send + 'static,
) -> Response {
    let permit = match timeout(WAIT, Arc::clone(&app.answers).acquire_owned()).await {
        Ok(permit) => permit.expect("it is never closed"),
        Err(_) => return busy(),
    };
    let (sender, mut pieces) = mpsc::channel(PIECES_MAX);
    let patience = app.limits.send;
    let app = Arc::clone(app);
    let work = tokio::task::spawn_blocking(move || {
        let mut out = Pieces { piece: Vec::new(), sender, is_begun: false, patience };
        let done = work(&app, &mut out);
        out.end(done, permit)
    });
    let body = match pieces.recv().await {
        Some(first) => Body::new(Streamed { first: Some(first), pieces, is_whole: false }),
        None => match work.await {
            Ok(Ok(whole)) => Body::from(whole),
            Ok(Err(refused)) => return refused_response(refused),
            Err(_) => {
                let text = "the answer could not be computed";
                return refusal(StatusCode::INTERNAL_SERVER_ERROR, text);
            }
        },
    };
    fresh(([(CONTENT_TYPE, HeaderValue::from_static(content_type))], body))
}

/// The answer to one question too many.
fn busy() -> Response {
    let text = format!(
        "{ANSWERS_MAX} questions are being answered, which is the limit; hint: ask again in a moment"
    );
    later(StatusCode::SERVICE_UNAVAILABLE, text, WAIT)
}

/// A refusal of something that may be asked again after a time.
pub(crate) fn later(code: StatusCode, text: impl Into<String>, after: Duration) -> Response {
    let seconds = after.as_secs_f64().ceil().max(1.0) as u64;
    ([(RETRY_AFTER, HeaderValue::from(seconds))], refusal(code, text)).into_response()
}

fn refused_response(refused: Refused) -> Response {
    match refused {
        Refused::Unknown(text) => refusal(StatusCode::NOT_FOUND, text),
        Refused::Malformed(text) => refusal(StatusCode::BAD_REQUEST, text),
        Refused::Failed(text) => refusal(StatusCode::INTERNAL_SERVER_ERROR, text),
        Refused::Busy(text) => later(StatusCode::SERVICE_UNAVAILABLE, text, Duration::from_secs(1)),
        Refused::TooMuch(text) => refusal(StatusCode::UNPROCESSABLE_ENTITY, text),
    }
}

/// An answer on its way from the thread that computes it.
struct Pieces {
    piece: Vec<u8>,
    sender: mpsc::Sender<Piece>,
    /// True once the client has a part of the answer.
    is_begun: bool,
    /// How long a client may take for a piece.
    patience: Duration,
}

/// A part of an answer.
enum Piece {
    Bytes(Bytes),
    /// The answer is whole. Without it, a client must not take the answer for whole.
    End,
}

impl Pieces {
    fn send(&mut self, piece: Piece) -> io::Result<()> {
        self.is_begun = true;
        let sent = async { timeout(self.patience, self.sender.send(piece)).await };
        match Handle::current().block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client left")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")),
        }
    }

    /// What is left: the whole answer, if it is a small one.
    fn end(
        mut self,
        done: Result<(), Refused>,
        _permit: OwnedSemaphorePermit,
    ) -> Result<Vec<u8>, Refused> {
        let rest = std::mem::take(&mut self.piece);
        if !self.is_begun {
            return done.map(|()| rest);
        }
        if done.is_ok() {
            // A client that left misses nothing.
            let _ = self.send(Piece::Bytes(rest.into())).and_then(|()| self.send(Piece::End));
        }
        Ok(Vec::new())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE_BYTES - self.piece.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.piece.extend_from_slice(taken);
        if self.piece.len() == PIECE_BYTES {
            let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
            self.send(Piece::Bytes(piece.into()))?;
        }
        Ok(taken.len())
    }

    /// Sends what is there, for a client that reads the answer while it is made.
    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.piece);
        self.send(Piece::Bytes(piece.into()))
    }
}

/// The body of an answer that is still being computed.
struct Streamed {
    first: Option<Piece>,
    pieces: mpsc::Receiver<Piece>,
    is_whole: bool,
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let piece = match self.first.take() {
            Some(first) => Some(first),
            None if self.is_whole => None,
            None => ready!(self.pieces.poll_recv(context)),
        };
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::End) => {
                self.is_whole = true;
                None
            }
            None if self.is_whole => None,
            None => Some(Err(io::Error::other("the answer could not be computed to its end"))),
        })
    }
}
