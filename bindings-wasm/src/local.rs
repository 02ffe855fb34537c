//! Wrapping under a key that the host holds itself.

use js_sys::Uint8Array;
use sealwax::{Dek, Error, Kek, KeyProvider, LocalExpansion, SysRng, WrappedKeyRef};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::bytes::{array, secret};
use crate::context::from_canonical;
use crate::error::thrown;

/// The provider id of both.
#[wasm_bindgen(js_name = localProviderId)]
pub fn local_provider_id() -> String {
    sealwax::LOCAL_PROVIDER_ID.to_owned()
}

/// A KEK whose bytes are here.
#[wasm_bindgen]
pub struct LocalKek(sealwax::LocalKek);

#[wasm_bindgen]
impl LocalKek {
    /// A KEK of 32 bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(kek: &Uint8Array, key_id: String) -> Result<LocalKek> {
        let kek = Kek::from_slice(&secret(kek)).map_err(thrown)?;
        sealwax::LocalKek::new(kek, key_id).map(LocalKek).map_err(thrown)
    }

    /// Wraps a DEK.
    pub fn wrap(&self, dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
        let dek = Dek::from_slice(&secret(dek)).map_err(thrown)?;
        let context = from_canonical(context)?;
        let wrapped = self.0.wrap_with(&dek, context.view(), &mut SysRng).map_err(thrown)?;
        Ok(array(wrapped.view().wrapped_dek))
    }

    /// Unwraps a DEK.
    pub fn unwrap(&self, wrapped_dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
        let (context, wrapped_dek) = (from_canonical(context)?, wrapped_dek.to_vec());
        let wrapped = local_key(self.0.key_id(), &wrapped_dek);
        match self.0.unwrap(wrapped, context.view()) {
            Ok(dek) => Ok(array(dek.expose())),
            Err(_) => Err(thrown(Error::KeyUnwrap(sealwax::Attempts::default()))),
        }
    }
}

/// A KEK that a key store keeps: the host computes HMAC-SHA512 with it.
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

    /// What to compute the next HMAC of; undefined when it is done.
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

    /// Wraps the DEK.
    pub fn wrap(&self, dek: &Uint8Array) -> Result<Uint8Array> {
        let dek = Dek::from_slice(&secret(dek)).map_err(thrown)?;
        let wrapped = self.0.wrap(&dek).map_err(thrown)?;
        Ok(array(wrapped.view().wrapped_dek))
    }

    /// Unwraps the DEK.
    pub fn unwrap(&self, wrapped_dek: &Uint8Array) -> Result<Uint8Array> {
        self.0.unwrap(&wrapped_dek.to_vec()).map(|dek| array(dek.expose())).map_err(thrown)
    }
}

fn local_key<'a>(key_id: &'a str, wrapped_dek: &'a [u8]) -> WrappedKeyRef<'a> {
    WrappedKeyRef { provider_id: sealwax::LOCAL_PROVIDER_ID, key_id, wrapped_dek }
}
