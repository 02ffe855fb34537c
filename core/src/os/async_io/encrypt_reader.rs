//! Encryption of what an inner `AsyncRead` returns.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;

use super::encryptor;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::keys::AsyncKeyProvider;
use crate::os::io::Sealing;

/// Reads plaintext from the inner reader and returns the envelope: the async [`io::EncryptReader`].
///
/// [`io::EncryptReader`]: crate::io::EncryptReader
#[must_use = "readers do nothing unless they are read"]
pub struct EncryptReader<R> {
    inner: R,
    sealing: Sealing,
}

impl<R: AsyncRead + Unpin> EncryptReader<R> {
    /// Starts an envelope under a fresh DEK that every provider wraps.
    ///
    /// # Errors
    /// As `encrypt`.
    pub async fn new(
        inner: R,
        providers: &[&dyn AsyncKeyProvider],
        options: &EncryptOptions<'_>,
    ) -> Result<Self> {
        Ok(Self::from_encryptor(inner, encryptor(providers, options).await?))
    }

    /// An adapter for an encryptor that has its wrapped keys.
    pub fn from_encryptor(inner: R, encryptor: Encryptor) -> Self {
        EncryptReader { inner, sealing: Sealing::new(encryptor) }
    }

    /// The inner reader. More may have been read from it than was encrypted.
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader, mutably. Bytes that you read from it directly are missing from the
    /// message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Returns the inner reader.
    pub fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for EncryptReader<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let reader = self.get_mut();
        loop {
            if let Some(read) = reader.sealing.read(out)? {
                return Poll::Ready(Ok(read));
            }
            let room = reader.sealing.room();
            let len = ready!(Pin::new(&mut reader.inner).poll_read(cx, room))?;
            reader.sealing.filled(len);
        }
    }
}

impl<R> std::fmt::Debug for EncryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptReader").field("sealing", &self.sealing).finish_non_exhaustive()
    }
}
