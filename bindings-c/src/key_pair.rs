//! Key pairs: public keys encrypt, and their secret keys decrypt.

use std::ffi::c_char;

use sealwax::{Error, HpkeIdentity, HpkeKem, HpkeRecipient, SysRng};

use crate::failure::{Failure, Result, sealwax_code};
use crate::ffi::copied_text;
use crate::output::{fill, room};
use crate::panic_boundary::entry;
use crate::provider::sealwax_provider;

/// A provider with a public key in text form, such as "sealwaxpub1.x-wing.AbC...". It encrypts
/// without a secret and without a call, and decrypts nothing. Its provider id is "hpke".
///
/// `key_id` is the name that headers carry; null is the fingerprint of the key. Free it with
/// `sealwax_provider_free`.
///
/// X-Wing resists quantum computers and is no weaker than X25519. The implementations of X-Wing and
/// ML-KEM underneath were not audited.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_recipient(
    text: *const c_char,
    text_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (text, key_id) = (text!(text, text_len), text!(key_id, key_id_len));
        let out = out!(out_provider);
        let key: HpkeRecipient = text.parse()?;
        out.give(sealwax_provider::of(match key_id {
            "" => key,
            key_id => key.with_key_id(copied_text(key_id)?)?,
        }))
    })
}

/// A provider with the secret key of a public one, which decrypts and encrypts.
///
/// `content` is the secret key in text form or the content of a file with it: one line, and comments
/// behind #. `key_id` is as for `sealwax_provider_recipient`, and must be the same. The key is
/// copied, and wiped with the provider. Free it with `sealwax_provider_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_identity(
    content: *const u8,
    content_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (content, key_id) = (bytes!(content, content_len), text!(key_id, key_id_len));
        let out = out!(out_provider);
        out.give(identity(HpkeIdentity::from_file_content(content)?, key_id)?)
    })
}

/// As `sealwax_provider_identity`, with the path of a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_identity_file(
    path: *const c_char,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (path, key_id) = (path!(path), text!(key_id, key_id_len));
        let out = out!(out_provider);
        let key = HpkeIdentity::from_file(path);
        let key = key.map_err(|error| Failure::with_files(error, path, None))?;
        out.give(identity(key, key_id)?)
    })
}

fn identity(key: HpkeIdentity, key_id: &str) -> Result<sealwax_provider> {
    Ok(sealwax_provider::of(match key_id {
        "" => key,
        key_id => key.with_key_id(copied_text(key_id)?)?,
    }))
}

/// Makes a fresh key pair of a KEM, "x25519" or "x-wing", and writes the secret key in text form and
/// a zero byte after it. `SEALWAX_KEY_TEXT_LEN` bytes are always enough; `out_len` does not count the
/// zero byte. The caller must wipe the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_identity_generate(
    kem: *const c_char,
    kem_len: usize,
    text: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let kem = text!(kem, kem_len);
        let output = output!(text, capacity);
        let out = out!(out_len);
        let unknown = Error::InvalidArgument("a KEM is x25519 or x-wing");
        let kem = HpkeKem::from_name(kem).ok_or(unknown)?;
        let key = HpkeIdentity::generate(kem, &mut SysRng)?;
        out.set(write_text(output, &key.to_text())?)
    })
}

/// Writes the public key of a secret one in text form, and a zero byte after it. `content` is that of
/// `sealwax_provider_identity`; `text` and `out_len` are those of `sealwax_identity_generate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_identity_recipient(
    content: *const u8,
    content_len: usize,
    text: *mut c_char,
    capacity: usize,
    out_len: *mut usize,
) -> sealwax_code {
    entry(|| {
        let content = bytes!(content, content_len);
        let output = output!(text, capacity, content);
        let out = out!(out_len);
        let key = HpkeIdentity::from_file_content(content)?;
        out.set(write_text(output, &key.recipient().to_string())?)
    })
}

/// Writes a text and a zero byte after it, or nothing; returns the length of the text.
fn write_text(output: &mut [u8], text: &str) -> Result<usize> {
    room(output, text.len().saturating_add(1))?;
    let written = fill(output, text.as_bytes())?;
    fill(output.get_mut(written..).unwrap_or_default(), &[0])?;
    Ok(written)
}
