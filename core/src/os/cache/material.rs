//! What is kept for the messages of one encryption context, and for what they are opened with.

use std::sync::{Arc, OnceLock};

use crate::crypto::rng::SysRng;
use crate::crypto::secret_key::Dek;
use crate::engine::decrypt::DecryptHandle;
use crate::engine::encrypt::{EncryptHandle, EncryptOptions, Padding};
use crate::error::Result;
use crate::format::header::Header;
use crate::keys::WrappedKey;

/// A data key with its wrapped keys, and the handle for what most messages are: without metadata,
/// without padding.
pub(super) struct Material {
    pub(super) dek: Dek,
    pub(super) wrapped_keys: Vec<WrappedKey>,
    plain: OnceLock<Arc<EncryptHandle>>,
}

impl Material {
    pub(super) const fn new(dek: Dek, wrapped_keys: Vec<WrappedKey>) -> Self {
        Material { dek, wrapped_keys, plain: OnceLock::new() }
    }

    /// The key that wraps the data key in the first place.
    pub(super) fn key_id(&self) -> &str {
        self.wrapped_keys.first().map_or("", |key| key.view().key_id)
    }

    /// A handle for a message of this length. Only messages with metadata, or with padding, need
    /// a header of their own.
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

/// A data key that was unwrapped, and the handle of the first header that it fitted: envelopes of
/// one data key mostly have one header.
pub(super) struct Unwrapped {
    pub(super) dek: Dek,
    first: OnceLock<Arc<DecryptHandle>>,
}

impl Unwrapped {
    pub(super) const fn new(dek: Dek) -> Self {
        Unwrapped { dek, first: OnceLock::new() }
    }

    /// The handle of a header; its MAC is verified unless this very header was there before.
    pub(super) fn handle(&self, header: &Header<'_>) -> Result<Arc<DecryptHandle>> {
        if let Some(first) = self.first.get()
            && first.header_bytes() == header.as_bytes()
        {
            return Ok(Arc::clone(first));
        }
        let handle = Arc::new(DecryptHandle::from_parsed(header, self.dek.duplicate())?);
        let _ = self.first.set(Arc::clone(&handle)); // the others make their own
        Ok(handle)
    }
}
