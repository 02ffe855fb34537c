//! What is kept for the messages of one encryption context.

use std::sync::{Arc, OnceLock};

use crate::encrypt::{EncryptHandle, EncryptOptions, Padding};
use crate::error::Result;
use crate::key::Dek;
use crate::rng::SysRng;
use crate::wrap::WrappedKey;

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
