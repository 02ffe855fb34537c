//! Key providers, which wrap and unwrap DEKs.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use sealwax::{Kek, KeyProvider, LocalKek};

use crate::failure::{Failure, sealwax_code};
use crate::ffi::copied_text;
use crate::host_provider::{HostProvider, sealwax_provider_callbacks};
use crate::panic_boundary::entry;

/// Wraps and unwraps DEKs: with a local key, through the host's callbacks, or through a cache.
///
/// Any number of threads can use a provider at the same time. Calls take several of them as an
/// array of pointers and a count. Encryption wraps the DEK with each of them. Decryption asks them
/// in their order, each at most once, and only for a wrapped key with its provider id and a key id
/// that it accepts.
pub struct sealwax_provider {
    pub(crate) inner: Arc<dyn KeyProvider>,
}

impl sealwax_provider {
    pub(crate) fn of(provider: impl KeyProvider + 'static) -> Self {
        sealwax_provider { inner: Arc::new(provider) }
    }
}

/// The providers of a call. They live until it ends, also if a callback frees one.
pub(crate) struct Providers(Vec<Arc<dyn KeyProvider>>);

impl Providers {
    pub(crate) fn of(providers: Vec<&sealwax_provider>) -> Self {
        Providers(providers.into_iter().map(|provider| Arc::clone(&provider.inner)).collect())
    }

    /// The providers for the core.
    pub(crate) fn all(&self) -> Vec<&dyn KeyProvider> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

/// A provider that holds a key encryption key itself. Its provider id is "local".
///
/// `kek_len` is `SEALWAX_KEY_LEN`. The key must be uniformly random. It is copied, and wiped with
/// the provider. `key_id` is the public name that headers carry. Free it with
/// `sealwax_provider_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_local(
    kek: *const u8,
    kek_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (kek, key_id) = (bytes!(kek, kek_len), text!(key_id, key_id_len));
        let out = out!(out_provider);
        out.give(sealwax_provider::of(LocalKek::new(Kek::from_slice(kek)?, copied_text(key_id)?)?))
    })
}

/// As `sealwax_provider_local`, with the content of a key file or a secret: 32 raw bytes, 64
/// hexadecimal digits, or base64. White space around the text is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_local_text(
    content: *const u8,
    content_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (content, key_id) = (bytes!(content, content_len), text!(key_id, key_id_len));
        let out = out!(out_provider);
        out.give(sealwax_provider::of(LocalKek::from_file_content(content, copied_text(key_id)?)?))
    })
}

/// As `sealwax_provider_local_text`, with the path of a key file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_local_file(
    path: *const c_char,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (path, key_id) = (path!(path), text!(key_id, key_id_len));
        let out = out!(out_provider);
        let kek = LocalKek::from_file(path, copied_text(key_id)?);
        let kek = kek.map_err(|error| Failure::with_files(error, path, None))?;
        out.give(sealwax_provider::of(kek))
    })
}

/// A provider made of the host's callbacks, for a KMS or an HSM.
///
/// `provider_id` names the kind of provider in headers, such as "pkcs11". `key_id` names the key
/// that it was configured with. The callbacks and the ids are copied. The provider owns `user_data`
/// once this call has succeeded. It calls `destroy` once, after the provider and every cache of it
/// were freed and no call uses them any more.
///
/// Free it with `sealwax_provider_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_new(
    callbacks: *const sealwax_provider_callbacks,
    user_data: *mut c_void,
    provider_id: *const c_char,
    provider_id_len: usize,
    key_id: *const c_char,
    key_id_len: usize,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let callbacks = sized!(callbacks);
        let (provider_id, key_id) =
            (text!(provider_id, provider_id_len), text!(key_id, key_id_len));
        let out = out!(out_provider);
        let host = HostProvider::new(&callbacks, user_data, provider_id, key_id)?;
        out.give(sealwax_provider::of(host))
    })
}

/// Frees a provider. Objects made with it keep working. Its callbacks can call this. Null is
/// allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_free(provider: *mut sealwax_provider) {
    entry(|| free!(provider));
}
