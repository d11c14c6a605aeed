//! Answers sent as they are written: nothing of them is kept but a few pieces, however long they are.

use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::AppState;
use super::problem::Problem;
use crate::app::{App, AppError};

/// Bytes of a piece.
const PIECE: usize = 64 << 10;
/// Pieces written before the first of them is taken.
const AHEAD: usize = 4;
/// How long a client may take for a piece. Who writes holds a picture of the store, and the log grows meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the writing thread has to say.
enum Said {
    Piece(Bytes),
    Failed(AppError),
    /// The answer is whole. Without this it is not, whatever became of the thread.
    End,
}

/// A body that `work` writes on a thread of its own, which holds `turn` until it is done. What goes wrong before the
/// first piece is full is answered as a problem; after that the connection breaks off, so that nobody takes a part for the
/// whole.
pub(crate) async fn written(
    state: &AppState,
    turn: OwnedSemaphorePermit,
    work: impl FnOnce(&App, &mut dyn Write) -> Result<(), AppError> + Send + 'static,
) -> Result<Body, Problem> {
    let (sender, mut said) = channel(AHEAD);
    let (app, runtime) = (state.app.clone(), Handle::current());
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let pieces = Pieces { runtime, sender };
        let mut buffered = BufWriter::with_capacity(PIECE, pieces.clone());
        let done =
            work(&app, &mut buffered).and_then(|()| Ok(buffered.flush().map_err(anyhow::Error::from)?));
        // When nobody takes it, nobody is there to be told.
        let _ = pieces.say(done.map_or_else(Said::Failed, |()| Said::End));
    });
    match said.recv().await {
        Some(Said::Piece(first)) => Ok(Body::from_stream(Answer { first: Some(first), said, over: false })),
        Some(Said::End) => Ok(Body::empty()),
        Some(Said::Failed(error)) => Err(error.into()),
        None => Err(Problem::internal("the thread that wrote an answer ended before its end")),
    }
}

#[derive(Clone)]
struct Pieces {
    runtime: Handle,
    sender: Sender<Said>,
}

impl Pieces {
    fn say(&self, said: Said) -> io::Result<()> {
        let sent = self.runtime.block_on(tokio::time::timeout(PATIENCE, self.sender.send(said)));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.say(Said::Piece(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The pieces of an answer, in order.
struct Answer {
    first: Option<Bytes>,
    said: Receiver<Said>,
    over: bool,
}

impl Stream for Answer {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.over {
            return Poll::Ready(None);
        }
        let said = std::task::ready!(self.said.poll_recv(context));
        self.over = !matches!(said, Some(Said::Piece(_)));
        Poll::Ready(match said {
            Some(Said::Piece(piece)) => Some(Ok(piece)),
            Some(Said::End) => None,
            Some(Said::Failed(error)) => Some(Err(broken_off(&error))),
            None => Some(Err(broken_off(&"the thread ended before its end"))),
        })
    }
}

fn broken_off(cause: &dyn Display) -> io::Error {
    tracing::error!(cause = %format!("{cause:#}"), "an answer broke off");
    io::Error::other("the answer broke off")
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt;

    use super::*;

    /// What a client gets when this was said, and then the thread ended.
    async fn got(said: Vec<Said>) -> Vec<Result<Bytes, String>> {
        let (sender, receiver) = channel(AHEAD);
        for one in said {
            sender.send(one).await.expect("there is room");
        }
        drop(sender);
        let answer = Answer { first: Some(Bytes::from_static(b"first")), said: receiver, over: false };
        answer.map(|piece| piece.map_err(|error| error.to_string())).collect().await
    }

    #[tokio::test]
    async fn only_an_answer_that_was_ended_is_whole() {
        let (first, second) = (Bytes::from_static(b"first"), Bytes::from_static(b"second"));
        let broken = || Err("the answer broke off".to_owned());
        let piece = || Said::Piece(second.clone());
        assert_eq!(got(vec![piece(), Said::End]).await, [Ok(first.clone()), Ok(second.clone())]);
        assert_eq!(got(vec![piece()]).await, [Ok(first.clone()), Ok(second.clone()), broken()]);
        let failed = Said::Failed(AppError::NotFound("thing"));
        assert_eq!(got(vec![failed]).await, [Ok(first), broken()]);
    }
}
