//! Decryption of what an inner `AsyncRead` returns.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncRead;
use zeroize::Zeroizing;

use crate::engine::decrypt::{DecryptOptions, Decryptor};
use crate::error::Result;
use crate::format::header::Header;
use crate::keys::AsyncKeyProvider;
use crate::os::io::Opening;

/// Reads an envelope from the inner reader and returns its plaintext: the async
/// [`io::DecryptReader`].
///
/// # Security
/// Every byte that it returns is authentic. Only the end of the data (`Ok(0)`) proves that the
/// message is complete; before that, the data may be a prefix of it.
///
/// [`io::DecryptReader`]: crate::io::DecryptReader
#[must_use = "readers do nothing unless they are read"]
pub struct DecryptReader<R> {
    inner: R,
    opening: Opening,
}

impl<R: AsyncRead + Unpin> DecryptReader<R> {
    /// Reads the header and unwraps the DEK with the providers, in their order, until a DEK fits.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) of the inner reader; any error of the classes format and
    /// key; [`Error::Truncated`](crate::Error::Truncated).
    pub async fn new(
        inner: R,
        providers: &[&dyn AsyncKeyProvider],
        options: &DecryptOptions<'_>,
    ) -> Result<Self> {
        let mut reader = Self::from_decryptor(inner, Decryptor::new(options));
        while reader.opening.lacks_header()? {
            poll_fn(|cx| reader.poll_refill(cx)).await?;
        }
        reader.opening.decryptor.unwrap_with_async(providers).await?;
        Ok(reader)
    }

    /// An adapter for a decryptor in any state, such as one for a detached header whose DEK was provided.
    pub fn from_decryptor(inner: R, decryptor: Decryptor) -> Self {
        DecryptReader { inner, opening: Opening::new(decryptor) }
    }

    /// The header; it is authentic after a DEK was accepted.
    pub fn header(&self) -> Option<Header<'_>> {
        self.opening.decryptor.header()
    }

    /// The metadata of the header; `None` if there is none.
    ///
    /// # Errors
    /// As [`Decryptor::metadata`].
    pub fn metadata(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        self.opening.decryptor.metadata()
    }

    /// The inner reader. More may have been read from it than was decrypted.
    pub const fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The inner reader, mutably. Bytes that you read from it directly are missing from the
    /// message.
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.inner
    }

    /// Returns the inner reader. More may have been read from it than was decrypted.
    pub fn into_inner(self) -> R {
        self.inner
    }

    fn poll_refill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let len = ready!(Pin::new(&mut self.inner).poll_read(cx, self.opening.room()))?;
        self.opening.filled(len);
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for DecryptReader<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let reader = self.get_mut();
        loop {
            match reader.opening.read(out)? {
                Some(read) => return Poll::Ready(Ok(read)),
                None => ready!(reader.poll_refill(cx))?,
            }
        }
    }
}

impl<R> std::fmt::Debug for DecryptReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptReader")
            .field("decryptor", &self.opening.decryptor)
            .finish_non_exhaustive()
    }
}
