//! Public keys and their secret keys in a separate module, which only pages that use them load.
//!
//! Secrets are copied directly into memory that is wiped. A failure is thrown as `[code,
//! message, undefined]`, as the core's module does.
#![allow(clippy::missing_errors_doc)] // each names the core's call, which documents them
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands values over

use js_sys::{Array, Uint8Array};
use sealwax::{
    ContextRef, Dek, Error, HpkeIdentity, HpkeKem, HpkeRecipient, KeyProvider, SysRng,
    WrappedKeyRef,
};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The result of every fallible export. The error is thrown.
type Result<T> = core::result::Result<T, JsValue>;

/// A public key.
#[wasm_bindgen]
pub struct Recipient(HpkeRecipient);

#[wasm_bindgen]
impl Recipient {
    /// Reads the text form. Without `key_id` the key's name is its fingerprint.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str, key_id: Option<String>) -> Result<Recipient> {
        let key: HpkeRecipient = text.parse().map_err(thrown)?;
        Ok(Recipient(match key_id {
            Some(key_id) => key.with_key_id(key_id).map_err(thrown)?,
            None => key,
        }))
    }

    /// The name that headers carry.
    #[wasm_bindgen(js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.0.key_id().to_owned()
    }

    /// Wraps a DEK.
    pub fn wrap(&self, dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
        wrap(&self.0, dek, context)
    }
}

/// A secret key.
#[wasm_bindgen]
pub struct Identity(HpkeIdentity);

#[wasm_bindgen]
impl Identity {
    /// Reads the text form, or the content of a file with it.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &Uint8Array, key_id: Option<String>) -> Result<Identity> {
        let text = Zeroizing::new(text.to_vec());
        named(HpkeIdentity::from_file_content(&text), key_id)
    }

    /// A fresh key pair of a KEM.
    pub fn generate(kem: &str, key_id: Option<String>) -> Result<Identity> {
        let unknown = Error::InvalidArgument("kem is \"x25519\" or \"x-wing\"");
        let kem = HpkeKem::from_name(kem).ok_or(unknown).map_err(thrown)?;
        named(HpkeIdentity::generate(kem, &mut SysRng), key_id)
    }

    /// The name that headers carry.
    #[wasm_bindgen(js_name = keyId)]
    pub fn key_id(&self) -> String {
        self.0.recipient().key_id().to_owned()
    }

    /// The text form of the secret key.
    pub fn text(&self) -> Uint8Array {
        Uint8Array::from(self.0.to_text().as_bytes())
    }

    /// The text form of the public key.
    pub fn recipient(&self) -> String {
        self.0.recipient().to_string()
    }

    /// Wraps a DEK.
    pub fn wrap(&self, dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
        wrap(self.0.recipient(), dek, context)
    }

    /// Unwraps a DEK.
    pub fn unwrap(&self, wrapped_dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
        let (wrapped_dek, context) = (wrapped_dek.to_vec(), context.to_vec());
        let context = ContextRef::from_canonical(&context).map_err(thrown)?;
        let wrapped = WrappedKeyRef {
            provider_id: self.0.provider_id(),
            key_id: self.0.recipient().key_id(),
            wrapped_dek: &wrapped_dek,
        };
        match self.0.unwrap(wrapped, &mut context.into()) {
            Ok(dek) => Ok(Uint8Array::from(dek.expose().as_slice())),
            Err(error) => {
                let text = core::error::Error::source(&error).map(ToString::to_string);
                let code = sealwax::ErrorCode::KeyUnwrap.as_u16();
                Err(Array::of3(&code.into(), &text.unwrap_or_default().into(), &JsValue::UNDEFINED)
                    .into())
            }
        }
    }
}

/// The provider id of both.
#[wasm_bindgen(js_name = hpkeProviderId)]
pub fn hpke_provider_id() -> String {
    sealwax::HPKE_PROVIDER_ID.to_owned()
}

fn named(key: sealwax::Result<HpkeIdentity>, key_id: Option<String>) -> Result<Identity> {
    let named = key.and_then(|key| match key_id {
        Some(key_id) => key.with_key_id(key_id),
        None => Ok(key),
    });
    named.map(Identity).map_err(thrown)
}

fn wrap(key: &HpkeRecipient, dek: &Uint8Array, context: &Uint8Array) -> Result<Uint8Array> {
    let (dek, context) = (Zeroizing::new(dek.to_vec()), context.to_vec());
    let dek = Dek::from_slice(&dek).map_err(thrown)?;
    let context = ContextRef::from_canonical(&context).map_err(thrown)?;
    let wrapped = key.wrap_with(&dek, context, &mut SysRng).map_err(thrown)?;
    Ok(Uint8Array::from(wrapped.view().wrapped_dek))
}

fn thrown(error: Error) -> JsValue {
    let text = match &error {
        Error::InvalidArgument(text) | Error::Malformed(text) | Error::LimitExceeded(text) => text,
        _ => "",
    };
    Array::of3(&error.code().as_u16().into(), &text.into(), &JsValue::UNDEFINED).into()
}
