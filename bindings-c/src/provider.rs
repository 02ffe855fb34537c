//! Key providers: who wraps and unwraps DEKs.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use sealwax::{Kek, KeyProvider, LocalKek};

use crate::host_provider::{HostProvider, sealwax_provider_callbacks};
use crate::failure::{Failure, entry, sealwax_code};
use crate::ffi::{copied_text, give};
use crate::key_event::Listener;

/// Wraps and unwraps DEKs: with a local key, through the host's callbacks, or through a cache.
///
/// Any number of threads can use a provider at the same time. Calls take several of them as an
/// array of pointers and a count: encryption wraps the DEK with each, decryption asks them in
/// their order, each at most once, and only for a wrapped key of its own provider id and of a key
/// id that it accepts.
pub struct sealwax_provider {
    pub(crate) inner: Arc<dyn KeyProvider>,
    /// Who is told the uses of its key; a cache in front of it tells them too.
    pub(crate) listeners: Vec<Arc<Listener>>,
    pub(crate) is_cache: bool,
}

impl sealwax_provider {
    fn of(provider: impl KeyProvider + 'static) -> *mut Self {
        let inner = Arc::new(provider);
        give(sealwax_provider { inner, listeners: Vec::new(), is_cache: false })
    }
}

/// The providers of a call. It holds them itself: a callback may free what the caller named.
pub(crate) struct Kept(Vec<Arc<dyn KeyProvider>>);

impl Kept {
    pub(crate) fn of(providers: Vec<&sealwax_provider>) -> Self {
        Kept(providers.into_iter().map(|provider| Arc::clone(&provider.inner)).collect())
    }

    /// As the core takes them.
    pub(crate) fn asked(&self) -> Vec<&dyn KeyProvider> {
        self.0.iter().map(AsRef::as_ref).collect()
    }
}

/// A provider that holds a key encryption key itself; its provider id is "local".
///
/// `kek_len` is `SEALWAX_KEY_LEN`; the key must be uniformly random, is copied, and is wiped with
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
        out.set(sealwax_provider::of(LocalKek::new(Kek::from_slice(kek)?, copied_text(key_id)?)?));
        Ok(())
    })
}

/// As `sealwax_provider_local`, with the key as a key file or a secret store holds it: 32 raw
/// bytes, 64 hexadecimal digits, or base64; white space around the text is ignored.
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
        out.set(sealwax_provider::of(LocalKek::from_file_content(content, copied_text(key_id)?)?));
        Ok(())
    })
}

/// As `sealwax_provider_local_text`, with the content of a file.
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
        out.set(sealwax_provider::of(kek));
        Ok(())
    })
}

/// A provider that asks the host: a KMS, an HSM, anything that can keep a key.
///
/// `provider_id` names the kind of provider in headers, such as "pkcs11"; `key_id` names the key
/// that it was configured with. The callbacks and the ids are copied. `user_data` belongs to the
/// provider from now on: `destroy` is called once with it, when the provider and every cache of
/// it are freed and no call uses them any more. If this call fails, `destroy` is not called.
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
        let provider_id = text!(provider_id, provider_id_len);
        let key_id = text!(key_id, key_id_len);
        let out = out!(out_provider);
        out.set(sealwax_provider::of(HostProvider::new(
            &callbacks,
            user_data,
            provider_id,
            key_id,
        )?));
        Ok(())
    })
}

/// Frees a provider, also in one of its callbacks. What was made with it keeps working. Null is
/// fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_free(provider: *mut sealwax_provider) {
    entry(|| {
        free!(provider);
        Ok(())
    });
}
