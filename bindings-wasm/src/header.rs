//! Headers without a key.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Uint8Array};
use sealwax::{Error, Header, WrappedKey, WrappedKeyRef};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::bytes::array;
use crate::error::thrown;
use crate::number::number;

/// Length of the header whose first bytes are `start`; undefined while they are too few.
#[wasm_bindgen(js_name = announcedLength)]
pub fn announced_length(start: &Uint8Array) -> Result<Option<f64>> {
    let len = Header::announced_len(&start.to_vec()).map_err(thrown)?;
    Ok(len.map(|len| number(len as u64)))
}

/// A header whose structure was checked; nothing in it is authenticated.
#[wasm_bindgen]
pub struct ParsedHeader(Vec<u8>);

#[wasm_bindgen]
impl ParsedHeader {
    /// Parses a header that stands alone.
    #[wasm_bindgen(constructor)]
    pub fn new(header: &Uint8Array) -> Result<ParsedHeader> {
        let bytes = header.to_vec();
        Header::parse(&bytes).map_err(thrown)?;
        Ok(ParsedHeader(bytes))
    }

    /// `[suite, padding length, sealed metadata length]`.
    pub fn numbers(&self) -> Result<Vec<f64>> {
        let header = self.header()?;
        Ok(alloc::vec![
            f64::from(header.suite()),
            number(header.padding_len() as u64),
            number(header.sealed_metadata().len() as u64),
        ])
    }

    /// The encryption context as `[key, value, ...]`, sorted by key.
    pub fn context(&self) -> Result<Array> {
        Ok(crate::context::strings(self.header()?.context()))
    }

    /// The encryption context's canonical bytes.
    #[wasm_bindgen(js_name = canonicalContext)]
    pub fn canonical_context(&self) -> Result<Uint8Array> {
        Ok(array(self.header()?.context().as_bytes()))
    }

    /// The wrapped keys as `[provider id, key id, wrapped DEK, ...]`.
    #[wasm_bindgen(js_name = wrappedKeys)]
    pub fn wrapped_keys(&self) -> Result<Array> {
        let list = Array::new();
        for WrappedKeyRef { provider_id, key_id, wrapped_dek } in self.header()?.wrapped_keys() {
            list.push(&provider_id.into());
            list.push(&key_id.into());
            list.push(&array(wrapped_dek));
        }
        Ok(list)
    }

    /// Fails unless the context has every pair of the required one.
    pub fn require(&self, required: &Uint8Array) -> Result<()> {
        let required = crate::context::from_canonical(required)?;
        self.header()?.context().require(required.view()).map_err(thrown)
    }

    fn header(&self) -> Result<Header<'_>> {
        Header::parse(&self.0).map_err(thrown)
    }
}

/// The wrapped keys that go into a header.
#[wasm_bindgen]
#[derive(Default)]
pub struct WrappedKeys(Vec<WrappedKey>);

#[wasm_bindgen]
impl WrappedKeys {
    /// An empty list.
    #[wasm_bindgen(constructor)]
    pub fn new() -> WrappedKeys {
        WrappedKeys::default()
    }

    /// Appends what a provider returned.
    pub fn push(
        &mut self,
        provider_id: String,
        key_id: String,
        wrapped: &Uint8Array,
    ) -> Result<()> {
        let key = WrappedKey::new(provider_id, key_id, wrapped.to_vec()).map_err(thrown)?;
        self.0.push(key);
        Ok(())
    }
}

impl WrappedKeys {
    pub(crate) fn as_slice(&self) -> &[WrappedKey] {
        &self.0
    }
}

/// Refuses what is neither of the paddings of the core.
pub(crate) const BAD_PADDING: Error =
    Error::InvalidArgument("padding is \"auto\", \"none\", \"page\" or a length");
