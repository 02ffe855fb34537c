//! The entries of the caches: data keys for encryption and for decryption.

use std::sync::{Arc, OnceLock};

use crate::crypto::rng::SysRng;
use crate::crypto::secret_key::Dek;
use crate::engine::decrypt::DecryptHandle;
use crate::engine::encrypt::{EncryptHandle, EncryptOptions, Padding};
use crate::error::Result;
use crate::format::header::Header;
use crate::keys::WrappedKey;

/// A data key with its wrapped keys, and the handle for messages without metadata and padding,
/// which most are.
pub(super) struct Material {
    pub(super) dek: Dek,
    pub(super) wrapped_keys: Vec<WrappedKey>,
    plain: OnceLock<Arc<EncryptHandle>>,
}

impl Material {
    pub(super) const fn new(dek: Dek, wrapped_keys: Vec<WrappedKey>) -> Self {
        Material { dek, wrapped_keys, plain: OnceLock::new() }
    }

    /// The first wrapped key of the data key.
    pub(super) fn key_id(&self) -> &str {
        self.wrapped_keys.first().map_or("", |key| key.view().key_id)
    }

    /// A handle for a message of this length. Only messages with metadata or padding need their own
    /// header.
    pub(super) fn handle(
        &self,
        plaintext_len: u64,
        options: &EncryptOptions<'_>,
    ) -> Result<Arc<EncryptHandle>> {
        let padding = options.padding.resolve(Some(plaintext_len));
        if options.metadata.is_some() || padding != Padding::None {
            return self.finish(&options.clone().padding(padding));
        }
        if let Some(plain) = self.plain.get() {
            return Ok(Arc::clone(plain));
        }
        let plain = self.finish(&options.clone().padding(Padding::None))?;
        Ok(Arc::clone(self.plain.get_or_init(|| plain)))
    }

    fn finish(&self, options: &EncryptOptions<'_>) -> Result<Arc<EncryptHandle>> {
        let handle = EncryptHandle::new(&self.dek, &self.wrapped_keys, options, &mut SysRng);
        handle.map(Arc::new)
    }
}

/// An unwrapped data key, and the handle of the first header that it fitted. Most envelopes of one
/// data key have the same header.
pub(super) struct Unwrapped {
    pub(super) dek: Dek,
    first: OnceLock<Arc<DecryptHandle>>,
}

impl Unwrapped {
    pub(super) const fn new(dek: Dek) -> Self {
        Unwrapped { dek, first: OnceLock::new() }
    }

    /// The handle of a header. Its MAC is verified unless it is identical to the one that was
    /// verified before.
    pub(super) fn handle(&self, header: &Header<'_>) -> Result<Arc<DecryptHandle>> {
        if let Some(first) = self.first.get()
            && first.header_bytes() == header.as_bytes()
        {
            return Ok(Arc::clone(first));
        }
        let handle = Arc::new(DecryptHandle::from_parsed(header, self.dek.duplicate())?);
        let _ = self.first.set(Arc::clone(&handle)); // later headers make their own handle
        Ok(handle)
    }
}
