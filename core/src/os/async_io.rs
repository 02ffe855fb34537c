//! Encryption and decryption as `AsyncRead` and `AsyncWrite`, for hosts with an async runtime.
//!
//! The adapters mirror those of [`io`](crate::io) and drive the same state machines. They implement
//! the traits of the crate `futures-io`, which belongs to no runtime; `tokio_util::compat` converts
//! to and from tokio's traits:
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
//! [`AsyncKeyProvider`](crate::AsyncKeyProvider)s wrap and unwrap keys without blocking. A poll
//! encrypts or decrypts up to 256 KiB before it returns, which takes a fraction of a millisecond.
//!
//! Dropping a future loses no data and repeats none: the adapter keeps what it has taken.

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

/// An encryptor with a fresh DEK that every provider has wrapped.
async fn encryptor(
    providers: &[&dyn AsyncKeyProvider],
    options: &EncryptOptions<'_>,
) -> Result<Encryptor> {
    let (dek, keys) = options.generate_dek_async(providers, None, &mut SysRng).await?;
    let mut encryptor = Encryptor::new(&dek, options, &mut SysRng)?;
    keys.into_iter().try_for_each(|key| encryptor.add_wrapped_key(key))?;
    Ok(encryptor)
}
