//! Encryption and decryption as `Read` and `Write`, for pipes, sockets and other streams.
//!
//! An adapter belongs to the process that made it. After a `fork` the other process gets
//! [`Error::InvalidState`](crate::Error::InvalidState): two processes that continue one message
//! would seal different plaintexts under one key and nonce.

mod decrypt_reader;
mod encrypt_reader;
mod encrypt_writer;
mod held;
mod opening;
mod sealing;
mod writing;

pub use decrypt_reader::DecryptReader;
pub use encrypt_reader::EncryptReader;
pub use encrypt_writer::EncryptWriter;
#[cfg(feature = "async")]
pub(super) use {opening::Opening, sealing::Sealing, writing::Writing};

use crate::crypto::rng::SysRng;
use crate::engine::encrypt::{EncryptOptions, Encryptor};
use crate::error::Result;
use crate::format::chunked::CHUNK_LEN;
use crate::keys::KeyProvider;

/// Bytes of one read or write of the inner stream.
const BUFFER_LEN: usize = 16 * CHUNK_LEN;

/// An encryptor with a fresh DEK that every provider has wrapped.
fn encryptor(providers: &[&dyn KeyProvider], options: &EncryptOptions<'_>) -> Result<Encryptor> {
    let (dek, keys) = options.generate_dek(providers, None, &mut SysRng)?;
    let mut encryptor = Encryptor::new(&dek, options, &mut SysRng)?;
    keys.into_iter().try_for_each(|key| encryptor.add_wrapped_key(key))?;
    Ok(encryptor)
}

#[cfg(test)]
mod tests {
    use crate::{Kek, LocalKek, SysRng};

    pub(super) fn kek() -> LocalKek {
        LocalKek::new(Kek::generate(&mut SysRng).unwrap(), "test").unwrap()
    }
}
