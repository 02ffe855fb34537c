//! Encryption of what is written, into an inner `AsyncWrite`.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncWrite;

use super::encryptor;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::format::progress::Status;
use crate::keys::AsyncKeyProvider;
use crate::os::io::Writing;

/// Encrypts what is written to it and writes the envelope to the inner writer: the async
/// [`io::EncryptWriter`].
///
/// [`EncryptWriter::finish`], or closing the writer (tokio's `shutdown`), writes the last chunk.
/// Without it the envelope is truncated and does not decrypt. Dropping the writer does not write
/// it, so that an object whose writer failed never looks complete. Drop a writer to abandon it.
///
/// [`io::EncryptWriter`]: crate::io::EncryptWriter
#[must_use = "the envelope is complete only after `finish`"]
pub struct EncryptWriter<W> {
    inner: W,
    writing: Writing,
    progress: Progress,
}

/// The phase of a writer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// More plaintext may follow.
    Open,
    /// The last chunk is being written.
    Ending,
    /// All output was produced; some may be pending.
    Ended,
}

impl<W: AsyncWrite + Unpin> EncryptWriter<W> {
    /// Starts an envelope under a fresh DEK that every provider wraps.
    ///
    /// # Errors
    /// As `encrypt`.
    pub async fn new(
        inner: W,
        providers: &[&dyn AsyncKeyProvider],
        options: &EncryptOptions<'_>,
    ) -> Result<Self> {
        Ok(Self::from_encryptor(inner, encryptor(providers, options).await?))
    }

    /// An adapter for an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: W, encryptor: Encryptor) -> Self {
        EncryptWriter { inner, writing: Writing::new(encryptor), progress: Progress::Open }
    }

    /// The inner writer, which has received the output so far.
    pub const fn get_ref(&self) -> &W {
        &self.inner
    }

    /// The inner writer, mutably. Bytes that you write to it directly corrupt the envelope.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Writes the last chunk, flushes the inner writer and returns it, open.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of the inner writer;
    /// [`Error::InvalidState`](crate::Error::InvalidState) after a failed write, without a wrapped key,
    /// or in a process other than the writer's.
    pub async fn finish(mut self) -> Result<W> {
        poll_fn(|cx| self.poll_end(cx)).await?;
        poll_fn(|cx| Pin::new(&mut self.inner).poll_flush(cx)).await?;
        Ok(self.inner)
    }

    /// Writes the rest of the envelope.
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writing.check()?;
        if self.progress == Progress::Open {
            self.writing.end_input();
            self.progress = Progress::Ending;
        }
        loop {
            ready!(self.poll_hand_on(cx))?;
            if self.progress == Progress::Ended {
                return Poll::Ready(Ok(()));
            }
            if self.take(&[])?.1 == Status::Done {
                self.progress = Progress::Ended;
            }
        }
    }

    fn take(&mut self, plaintext: &[u8]) -> io::Result<(usize, Status)> {
        let taken = self.writing.take(plaintext);
        if taken.is_err() {
            self.writing.failed = true;
        }
        Ok(taken?)
    }

    /// Writes all pending output. A failure is final, because it is unknown how much the inner
    /// writer took.
    fn poll_hand_on(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.writing.pending().is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_write(cx, self.writing.pending())) {
                Ok(0) => {
                    self.writing.failed = true;
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                Ok(written) => self.writing.written(written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.writing.failed = true;
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for EncryptWriter<W> {
    /// The input is encrypted and stays pending here until the inner writer takes it.
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        plaintext: &[u8],
    ) -> Poll<io::Result<usize>> {
        let writer = self.get_mut();
        writer.writing.check()?;
        loop {
            ready!(writer.poll_hand_on(cx))?;
            let (read, _) = writer.take(plaintext)?;
            if read > 0 || plaintext.is_empty() {
                return Poll::Ready(Ok(read));
            }
        }
    }

    /// Writes all full chunks and flushes the inner writer. A partial chunk stays in the buffer,
    /// because chunks have a fixed size.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let writer = self.get_mut();
        writer.writing.check()?;
        ready!(writer.poll_hand_on(cx))?;
        writer.writing.release_chunks()?;
        ready!(writer.poll_hand_on(cx))?;
        Pin::new(&mut writer.inner).poll_flush(cx)
    }

    /// Completes the envelope and closes the inner writer.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let writer = self.get_mut();
        ready!(writer.poll_end(cx))?;
        Pin::new(&mut writer.inner).poll_close(cx)
    }
}

impl<W> std::fmt::Debug for EncryptWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptWriter").field("writing", &self.writing).finish_non_exhaustive()
    }
}
