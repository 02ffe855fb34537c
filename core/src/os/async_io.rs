//! Encryption and decryption as `AsyncRead` and `AsyncWrite`, for hosts with an async runtime.
//!
//! The adapters are those of [`io`](crate::io), on the same state machines: they make and take the same
//! envelopes. The traits are those of the crate `futures-io`, of no runtime; tokio's are a call of
//! `tokio_util::compat` away:
//!
//! ```
//! use sealwax::async_io::{DecryptReader, EncryptWriter};
//! use sealwax::{DecryptOptions, EncryptOptions};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio_util::compat::{FuturesAsyncReadCompatExt, FuturesAsyncWriteCompatExt};
//! use tokio_util::compat::{TokioAsyncReadCompatExt, TokioAsyncWriteCompatExt};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! # let kms = sealwax::LocalKek::new(sealwax::Kek::generate(&mut sealwax::SysRng)?, "example")?;
//! let (socket, other_end) = tokio::io::duplex(64);
//! let sender = async {
//!     let writer = EncryptWriter::new(socket.compat_write(), &[&kms], &EncryptOptions::new()).await?;
//!     let mut writer = writer.compat_write();
//!     writer.write_all(b"tide table").await?;
//!     writer.shutdown().await?; // completes the envelope
//!     Ok::<_, Box<dyn std::error::Error>>(())
//! };
//! let receiver = async {
//!     let reader = DecryptReader::new(other_end.compat(), &[&kms], &DecryptOptions::new()).await?;
//!     let mut plaintext = String::new();
//!     reader.compat().read_to_string(&mut plaintext).await?;
//!     Ok::<_, Box<dyn std::error::Error>>(plaintext)
//! };
//! let (sent, received) = tokio::join!(sender, receiver);
//! sent?;
//! assert_eq!(received?, "tide table");
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(example())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Keys are wrapped and unwrapped by [`AsyncKeyProvider`](crate::AsyncKeyProvider)s, without blocking.
//! A poll encrypts or decrypts up to 256 KiB before it returns, which takes a fraction of a
//! millisecond.
//!
//! A future that is dropped loses nothing and repeats nothing: what was taken is kept in the adapter.

mod decrypt_reader;
mod encrypt_reader;
mod encrypt_writer;

pub use decrypt_reader::DecryptReader;
pub use encrypt_reader::EncryptReader;
pub use encrypt_writer::EncryptWriter;
pub use futures_io;

use crate::crypto::rng::SysRng;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::keys::AsyncKeyProvider;

/// An encryptor under a fresh DEK that every provider has wrapped.
async fn encryptor(
    providers: &[&dyn AsyncKeyProvider],
    options: &EncryptOptions<'_>,
) -> Result<Encryptor> {
    let (dek, keys) = options.generate_dek_async(providers, None, &mut SysRng).await?;
    let mut encryptor = Encryptor::new(&dek, options, &mut SysRng)?;
    keys.into_iter().try_for_each(|key| encryptor.add_wrapped_key(key))?;
    Ok(encryptor)
}
