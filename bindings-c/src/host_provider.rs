//! A key provider made of the host's callbacks.

use std::borrow::Cow;
use std::ffi::{c_char, c_void};

use sealwax::limits::{MAX_KEY_ID_LEN, MAX_WRAPPED_DEK_LEN};
use sealwax::{
    Dek, Error, ErrorCode, KEY_LEN, KeyProvider, ProviderCall, ProviderError, WrappedKey,
    WrappedKeyRef,
};

use crate::callback_buffer::{CallbackBuffer, sealwax_buffer};
use crate::context::sealwax_context;
use crate::failure::{OK, Result, number, sealwax_code};
use crate::ffi::{HostData, copied_text, sealwax_destroy_fn};
use crate::host_failure::sealwax_failure;

/// Whether the provider was configured with this key; see `sealwax_provider_callbacks`.
pub type sealwax_accepts_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        key_id: *const c_char,
        key_id_len: usize,
    ) -> bool,
>;

/// Wraps a DEK. Writes the wrapped DEK, and the key id if it is not the provider's own.
pub type sealwax_wrap_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        dek: *const u8,
        dek_len: usize,
        context: *const sealwax_context,
        key_id: *mut sealwax_buffer,
        wrapped_dek: *mut sealwax_buffer,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// Unwraps a DEK. Writes `SEALWAX_KEY_LEN` bytes.
pub type sealwax_unwrap_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        key_id: *const c_char,
        key_id_len: usize,
        wrapped_dek: *const u8,
        wrapped_dek_len: usize,
        context: *const sealwax_context,
        dek: *mut sealwax_buffer,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// Makes a DEK and wraps it. Writes both, and the key id if it is not the provider's own.
pub type sealwax_generate_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        context: *const sealwax_context,
        dek: *mut sealwax_buffer,
        key_id: *mut sealwax_buffer,
        wrapped_dek: *mut sealwax_buffer,
        failure: *mut sealwax_failure,
    ) -> sealwax_code,
>;

/// The callbacks of a provider that the host brings.
///
/// They return `SEALWAX_OK`, or any other code after `sealwax_failure_set`. Every thread that uses
/// the provider calls them, also at the same time. They must return: a C++ exception or
/// `pthread_exit` that leaves one ends the program, and a longjmp out of one is undefined.
///
/// The library owns the arguments, which are valid during the call. The host owns what its
/// callbacks allocate. Callbacks can call the library and free any object, including their own
/// provider: the objects of a running call, and `user_data`, live until it returns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_provider_callbacks {
    /// `sizeof(sealwax_provider_callbacks)`. Later versions may append callbacks. One that an older
    /// library does not know is `SEALWAX_ERR_INVALID_ARGUMENT` unless it is null.
    pub struct_size: usize,
    /// Whether the provider was configured with this key. A wrapped key that is not accepted is
    /// never passed to `unwrap`. Null: only the provider's own key id is accepted.
    pub accepts: sealwax_accepts_fn,
    /// Wraps a DEK of `SEALWAX_KEY_LEN` bytes and binds the context, if the KMS can. `key_id`
    /// already holds the provider's key id. Null: the provider only unwraps.
    pub wrap: sealwax_wrap_fn,
    /// Unwraps a DEK. Returns `SEALWAX_ERR_KEY_UNWRAP` if the wrapped key does not open: it was
    /// modified, or belongs to another key or context. Null: the provider only wraps.
    pub unwrap: sealwax_unwrap_fn,
    /// Makes a DEK and wraps it in one call, if the KMS can. Null: the library makes the DEK and
    /// calls `wrap`.
    pub generate: sealwax_generate_fn,
    /// Releases `user_data`; called once. Null: nothing to release.
    pub destroy: sealwax_destroy_fn,
}

growing!(sealwax_provider_callbacks, destroy: sealwax_destroy_fn);

/// A provider that calls the host's callbacks.
pub(crate) struct HostProvider {
    callbacks: sealwax_provider_callbacks,
    provider_id: String,
    key_id: String,
    host: HostData,
}

impl HostProvider {
    pub(crate) fn new(
        callbacks: &sealwax_provider_callbacks,
        user_data: *mut c_void,
        provider_id: &str,
        key_id: &str,
    ) -> Result<Self> {
        WrappedKey::new(copied_text(provider_id)?, copied_text(key_id)?, [0])?;
        if callbacks.wrap.is_none() && callbacks.unwrap.is_none() {
            return Err(Error::InvalidArgument("a provider can wrap, unwrap or both").into());
        }
        Ok(HostProvider {
            callbacks: *callbacks,
            provider_id: provider_id.to_owned(),
            key_id: key_id.to_owned(),
            host: HostData::new(user_data, callbacks.destroy),
        })
    }

    /// The meaning of a callback's code. A rejection keeps the host's reason, if it gave one.
    fn check(
        function: &str,
        code: sealwax_code,
        mut failure: sealwax_failure,
        call: &mut ProviderCall<'_>,
    ) -> Result<(), ProviderError> {
        if let Some(request_id) = failure.take_request_id() {
            call.set_request_id(request_id);
        }
        if code == OK {
            return Ok(());
        }
        let is_rejected = function == "unwrap" && code == number(ErrorCode::KeyUnwrap);
        if is_rejected && !failure.is_explained() {
            return Err(ProviderError::Rejected);
        }
        let is_denied = failure.is_denial();
        let cause = failure.into_cause(function, code);
        Err(match (is_rejected, is_denied) {
            (true, _) => ProviderError::rejected(cause),
            (false, true) => ProviderError::denied(cause),
            (false, false) => ProviderError::failed(cause),
        })
    }

    fn wrapped(
        &self,
        key_id: &CallbackBuffer,
        wrapped: &CallbackBuffer,
    ) -> Result<WrappedKey, ProviderError> {
        let key_id = std::str::from_utf8(key_id.bytes()?)
            .map_err(|_| ProviderError::failed("the host's key id is not UTF-8"))?;
        WrappedKey::new(self.provider_id.as_str(), key_id, wrapped.bytes()?)
            .map_err(ProviderError::failed)
    }
}

impl KeyProvider for HostProvider {
    fn provider_id(&self) -> &str {
        &self.provider_id
    }

    fn accepts(&self, key_id: &str) -> bool {
        let Some(accepts) = self.callbacks.accepts else { return self.key_id == key_id };
        let (user_data, text, len) = (self.host.pointer(), key_id.as_ptr().cast(), key_id.len());
        call!(accepts(user_data, text, len))
    }

    fn wrap_key_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.key_id))
    }

    fn wrap(&self, dek: &Dek, call: &mut ProviderCall<'_>) -> Result<WrappedKey, ProviderError> {
        let wrap = self.callbacks.wrap.ok_or_else(|| cannot("wrap"))?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(call.context()));
        let mut key_id = CallbackBuffer::holding(MAX_KEY_ID_LEN, self.key_id.as_bytes());
        let mut wrapped = CallbackBuffer::new(MAX_WRAPPED_DEK_LEN);
        let mut failure = sealwax_failure::default();
        let code = {
            let (dek, dek_len) = (dek.expose().as_ptr(), KEY_LEN);
            let (context, failure) = (&raw const context, &raw mut failure);
            let (key_id, wrapped) = (key_id.lend(), wrapped.lend());
            call!(wrap(user_data, dek, dek_len, context, key_id, wrapped, failure))
        };
        Self::check("wrap", code, failure, call)?;
        self.wrapped(&key_id, &wrapped)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        call: &mut ProviderCall<'_>,
    ) -> Result<Dek, ProviderError> {
        let unwrap = self.callbacks.unwrap.ok_or_else(|| cannot("unwrap"))?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(call.context()));
        let (mut dek, mut failure) = (CallbackBuffer::new(KEY_LEN), sealwax_failure::default());
        let code = {
            let (key_id, key_id_len) = (wrapped.key_id.as_ptr().cast(), wrapped.key_id.len());
            let (key, key_len) = (wrapped.wrapped_dek.as_ptr(), wrapped.wrapped_dek.len());
            let (context, failure, dek) = (&raw const context, &raw mut failure, dek.lend());
            call!(unwrap(user_data, key_id, key_id_len, key, key_len, context, dek, failure))
        };
        Self::check("unwrap", code, failure, call)?;
        made_dek(&dek)
    }

    fn generate(
        &self,
        call: &mut ProviderCall<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let generate = self.callbacks.generate?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(call.context()));
        let mut key_id = CallbackBuffer::holding(MAX_KEY_ID_LEN, self.key_id.as_bytes());
        let (mut dek, mut wrapped) =
            (CallbackBuffer::new(KEY_LEN), CallbackBuffer::new(MAX_WRAPPED_DEK_LEN));
        let mut failure = sealwax_failure::default();
        let code = {
            let (context, failure) = (&raw const context, &raw mut failure);
            let (dek, key_id, wrapped) = (dek.lend(), key_id.lend(), wrapped.lend());
            call!(generate(user_data, context, dek, key_id, wrapped, failure))
        };
        let made = Self::check("generate", code, failure, call)
            .and_then(|()| Ok((made_dek(&dek)?, self.wrapped(&key_id, &wrapped)?)));
        Some(made)
    }
}

/// The DEK that a callback wrote. A wrong length is a failure of the callback and not a rejection:
/// it says nothing about the wrapped key.
fn made_dek(buffer: &CallbackBuffer) -> Result<Dek, ProviderError> {
    let bytes = buffer.bytes()?;
    Dek::from_slice(bytes).map_err(|_| {
        let len = bytes.len();
        ProviderError::failed(format!("the host's DEK has {len} bytes and not {KEY_LEN}"))
    })
}

fn cannot(what: &str) -> ProviderError {
    ProviderError::failed(format!("the host's provider cannot {what}"))
}
