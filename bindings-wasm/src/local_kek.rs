//! Wrapping under a key that the host holds itself.

use js_sys::Uint8Array;
use sealwax::{Error, Kek, LocalExpansion, SysRng, WrappedKeyRef};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::context::from_canonical;
use crate::error::thrown;
use crate::js_bytes::{array, secret};
use crate::message_cipher::MessageCipher;

/// The provider id of local wrappings.
#[wasm_bindgen(js_name = localProviderId)]
pub fn local_provider_id() -> String {
    sealwax::LOCAL_PROVIDER_ID.to_owned()
}

/// A KEK whose bytes are in this module's memory.
#[wasm_bindgen]
pub struct LocalKek(Kek);

#[wasm_bindgen]
impl LocalKek {
    /// A KEK of 32 bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(kek: &Uint8Array) -> Result<LocalKek> {
        Kek::from_slice(&secret(kek)).map(LocalKek).map_err(thrown)
    }
}

/// One wrapping or unwrapping. The KEK is in this module, or in a key store; the host then lets the
/// store compute HMAC-SHA512 under it.
#[wasm_bindgen]
pub struct KekExpansion(LocalExpansion);

#[wasm_bindgen]
impl KekExpansion {
    /// Starts a wrapping.
    #[wasm_bindgen(js_name = forWrap)]
    pub fn for_wrap(key_id: &str, context: &Uint8Array) -> Result<KekExpansion> {
        let context = from_canonical(context)?;
        let expansion = LocalExpansion::for_wrap(key_id, context.view(), &mut SysRng);
        expansion.map(KekExpansion).map_err(thrown)
    }

    /// Starts an unwrapping.
    #[wasm_bindgen(js_name = forUnwrap)]
    pub fn for_unwrap(
        key_id: &str,
        wrapped_dek: &Uint8Array,
        context: &Uint8Array,
    ) -> Result<KekExpansion> {
        let (context, wrapped_dek) = (from_canonical(context)?, wrapped_dek.to_vec());
        let wrapped = local_key(key_id, &wrapped_dek);
        LocalExpansion::for_unwrap(wrapped, context.view()).map(KekExpansion).map_err(thrown)
    }

    /// The message of the next HMAC; undefined when all are done.
    pub fn message(&self) -> Option<Uint8Array> {
        self.0.message().map(|message| array(&message))
    }

    /// Takes the HMAC of the message.
    pub fn provide(&mut self, block: &Uint8Array) -> Result<()> {
        let block = secret(block);
        let block = block.as_slice().try_into();
        let block = block.map_err(|_| thrown(Error::InvalidArgument("an HMAC has 64 bytes")))?;
        self.0.provide(block);
        Ok(())
    }

    /// Computes all HMACs with a KEK in this module.
    pub fn expand(&mut self, kek: &LocalKek) -> Result<()> {
        self.0.expand(&kek.0).map_err(thrown)
    }

    /// The cipher that seals the DEK. The wrapped DEK is the prefix, then the DEK as sealed chunk
    /// 0.
    pub fn sealing(&self) -> Result<MessageCipher> {
        self.0.seal_schedule().map(MessageCipher::new).map_err(thrown)
    }

    /// The cipher that opens this wrapped DEK after its prefix.
    pub fn opening(&self, wrapped_dek: &Uint8Array) -> Result<MessageCipher> {
        self.0.open_schedule(&wrapped_dek.to_vec()).map(MessageCipher::new).map_err(thrown)
    }
}

fn local_key<'a>(key_id: &'a str, wrapped_dek: &'a [u8]) -> WrappedKeyRef<'a> {
    WrappedKeyRef { provider_id: sealwax::LOCAL_PROVIDER_ID, key_id, wrapped_dek }
}
