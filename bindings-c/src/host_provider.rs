//! A key provider made of the host's functions.

use std::borrow::Cow;
use std::ffi::{c_char, c_void};

use sealwax::limits::{MAX_KEY_ID_LEN, MAX_WRAPPED_DEK_LEN};
use sealwax::{
    ContextRef, Dek, Error, ErrorCode, KEY_LEN, KeyProvider, ProviderError, WrappedKey,
    WrappedKeyRef,
};
use zeroize::Zeroizing;

use crate::context::sealwax_context;
use crate::failure::{Attachment, Failure, HostCause, OK, Result, entry, number, sealwax_code};
use crate::ffi::{HostData, copied_text, sealwax_destroy_fn};
use crate::watched::note;

/// Most of a failure's text that is kept, in bytes.
const MAX_MESSAGE_LEN: usize = 65_536;

/// A buffer of the library that a callback fills: it writes at most `capacity` bytes to `data`
/// and says in `len` how many. Valid during the callback, wiped afterwards.
#[repr(C)]
pub struct sealwax_buffer {
    /// How much of this struct the library has filled in. Later versions may append members.
    pub struct_size: usize,
    /// Where to write.
    pub data: *mut u8,
    /// How many bytes there is room for.
    pub capacity: usize,
    /// How many bytes were written. More than `capacity` makes the call fail.
    pub len: usize,
}

/// Takes the reason why a callback fails; see `sealwax_failure_set`.
#[derive(Default)]
pub struct sealwax_failure {
    cause: Option<(i64, String)>,
    denied: bool,
    request_id: Option<String>,
    attachment: Option<Attachment>,
}

/// Says whether the provider was configured with the key of this id. See
/// `sealwax_provider_callbacks`.
pub type sealwax_accepts_fn = Option<
    unsafe extern "C-unwind" fn(
        user_data: *mut c_void,
        key_id: *const c_char,
        key_id_len: usize,
    ) -> bool,
>;

/// Wraps a DEK: writes the wrapped DEK, and the key id where it is not the provider's own.
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

/// Unwraps a DEK: writes `SEALWAX_KEY_LEN` bytes.
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

/// Makes a DEK and wraps it: writes both, and the key id where it is not the provider's own.
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

/// The functions of a provider that the host brings.
///
/// They return `SEALWAX_OK`, or any other code after `sealwax_failure_set`. They may be called
/// from every thread that uses the provider, and at the same time. They must return: an exception
/// of C++ that leaves one ends the program, and so does `pthread_exit`; a longjmp out of one is
/// undefined. All that they are given is the library's and valid during the call only; what they
/// allocate stays theirs. They may call the library, and free every object, also the provider that
/// they belong to: what the call still needs lives on until it returns, and so does `user_data`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sealwax_provider_callbacks {
    /// `sizeof(sealwax_provider_callbacks)`; later versions may append functions. A function that
    /// the library is too old to know is `SEALWAX_ERR_INVALID_ARGUMENT` where it is not null.
    pub struct_size: usize,
    /// Whether the provider was configured with the key of this id. Null: the provider's own key
    /// id and no other. A wrapped key that is not accepted is never passed to `unwrap`.
    pub accepts: sealwax_accepts_fn,
    /// Wraps a DEK of `SEALWAX_KEY_LEN` bytes and binds the context, if the KMS can. `key_id`
    /// holds the provider's key id and can stay as it is. Null: the provider only unwraps.
    pub wrap: sealwax_wrap_fn,
    /// Unwraps a DEK. Returns `SEALWAX_ERR_KEY_UNWRAP` if the wrapped key does not open: it was
    /// modified, or belongs to another key or context. Null: the provider only wraps.
    pub unwrap: sealwax_unwrap_fn,
    /// Makes a DEK and wraps it in one call, where the KMS offers that. Null: the library makes
    /// DEKs and has `wrap` wrap them.
    pub generate: sealwax_generate_fn,
    /// Lets go of `user_data`; called once. Null: there is nothing to let go of.
    pub destroy: sealwax_destroy_fn,
}

/// Says why a callback fails: a number of the host's own and a text, of which 64 KiB are kept; both
/// are copied. They become `sealwax_last_error_cause` and a part of `sealwax_last_error_message`
/// of the call that needed the provider. Put no secret into the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_failure_set(
    failure: *mut sealwax_failure,
    code: i64,
    message: *const c_char,
    message_len: usize,
) -> sealwax_code {
    entry(|| {
        let message = bytes!(message, message_len);
        let message = message.get(..MAX_MESSAGE_LEN).unwrap_or(message);
        let message = String::from_utf8_lossy(message).into_owned();
        object_mut!(failure).cause = Some((code, message));
        Ok(())
    })
}

/// Says that a callback of a provider fails because the KMS refuses the permission: the outcome of
/// the key event. The call that needed the provider fails as with any other failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_failure_set_denied(failure: *mut sealwax_failure) -> sealwax_code {
    entry(|| {
        object_mut!(failure).denied = true;
        Ok(())
    })
}

/// Gives an object of the host's along with the failure: an exception, an error of its own. The
/// call that needed the callback has it in `sealwax_last_error_attachment`, if it fails because
/// of it.
///
/// `object` belongs to the library from now on: `destroy`, which is not null, is called once with
/// it, when no error holds it any more, in any thread. If this call fails it stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_failure_attach(
    failure: *mut sealwax_failure,
    object: *mut c_void,
    destroy: sealwax_destroy_fn,
) -> sealwax_code {
    entry(|| {
        let failure = object_mut!(failure);
        if destroy.is_none() {
            return Err(Failure::NullPointer("destroy"));
        }
        failure.attachment = Some(Attachment::new(HostData::new(object, destroy)));
        Ok(())
    })
}

/// Says under which id the KMS has logged the request of a provider's callback, whether it fails
/// or not: `request_id` of the key event. It is copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_failure_set_request_id(
    failure: *mut sealwax_failure,
    request_id: *const c_char,
    request_id_len: usize,
) -> sealwax_code {
    entry(|| {
        let request_id = copied_text(text!(request_id, request_id_len))?;
        object_mut!(failure).request_id = Some(request_id);
        Ok(())
    })
}

impl sealwax_failure {
    /// The host's reason, or that it gave none.
    pub(crate) fn into_cause(self, function: &str, code: sealwax_code) -> HostCause {
        let unexplained = || (code.into(), format!("{function} of the host failed"));
        let (code, message) = self.cause.unwrap_or_else(unexplained);
        HostCause { code, message, denied: self.denied, attachment: self.attachment }
    }
}

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

    /// What a callback's code means. A rejection keeps the host's reason, if it gave one.
    fn check(
        &self,
        function: &str,
        code: sealwax_code,
        mut failure: sealwax_failure,
    ) -> Result<(), ProviderError> {
        note(&self.key_id, failure.request_id.take());
        match code {
            OK => Ok(()),
            code if function == "unwrap" && code == number(ErrorCode::KeyUnwrap) => {
                let is_explained = failure.cause.is_some() || failure.attachment.is_some();
                let because = || ProviderError::rejected(failure.into_cause(function, code));
                Err(if is_explained { because() } else { ProviderError::Rejected })
            }
            code => Err(ProviderError::failed(failure.into_cause(function, code))),
        }
    }

    fn wrapped(&self, key_id: &Room, wrapped: &Room) -> Result<WrappedKey, ProviderError> {
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

    fn wrap(&self, dek: &Dek, context: ContextRef<'_>) -> Result<WrappedKey, ProviderError> {
        let wrap = self.callbacks.wrap.ok_or_else(|| cannot("wrap"))?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(context));
        let mut key_id = Room::holding(MAX_KEY_ID_LEN, self.key_id.as_bytes());
        let mut wrapped = Room::new(MAX_WRAPPED_DEK_LEN);
        let mut failure = sealwax_failure::default();
        let code = {
            let (dek, dek_len) = (dek.expose().as_ptr(), KEY_LEN);
            let (context, failure) = (&raw const context, &raw mut failure);
            let (key_id, wrapped) = (key_id.lend(), wrapped.lend());
            call!(wrap(user_data, dek, dek_len, context, key_id, wrapped, failure))
        };
        self.check("wrap", code, failure)?;
        self.wrapped(&key_id, &wrapped)
    }

    fn unwrap(
        &self,
        wrapped: WrappedKeyRef<'_>,
        context: ContextRef<'_>,
    ) -> Result<Dek, ProviderError> {
        let unwrap = self.callbacks.unwrap.ok_or_else(|| cannot("unwrap"))?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(context));
        let (mut dek, mut failure) = (Room::new(KEY_LEN), sealwax_failure::default());
        let code = {
            let (key_id, key_id_len) = (wrapped.key_id.as_ptr().cast(), wrapped.key_id.len());
            let (key, key_len) = (wrapped.wrapped_dek.as_ptr(), wrapped.wrapped_dek.len());
            let (context, failure, dek) = (&raw const context, &raw mut failure, dek.lend());
            call!(unwrap(user_data, key_id, key_id_len, key, key_len, context, dek, failure))
        };
        self.check("unwrap", code, failure)?;
        made_dek(&dek)
    }

    fn generate(
        &self,
        context: ContextRef<'_>,
    ) -> Option<Result<(Dek, WrappedKey), ProviderError>> {
        let generate = self.callbacks.generate?;
        let (user_data, context) = (self.host.pointer(), sealwax_context::copy_of(context));
        let mut key_id = Room::holding(MAX_KEY_ID_LEN, self.key_id.as_bytes());
        let (mut dek, mut wrapped) = (Room::new(KEY_LEN), Room::new(MAX_WRAPPED_DEK_LEN));
        let mut failure = sealwax_failure::default();
        let code = {
            let (context, failure) = (&raw const context, &raw mut failure);
            let (dek, key_id, wrapped) = (dek.lend(), key_id.lend(), wrapped.lend());
            call!(generate(user_data, context, dek, key_id, wrapped, failure))
        };
        let made = self
            .check("generate", code, failure)
            .and_then(|()| Ok((made_dek(&dek)?, self.wrapped(&key_id, &wrapped)?)));
        Some(made)
    }
}

/// The DEK that a callback wrote. One of another length says nothing about the wrapped key: it is
/// the callback that failed.
fn made_dek(room: &Room) -> Result<Dek, ProviderError> {
    let bytes = room.bytes()?;
    Dek::from_slice(bytes).map_err(|_| {
        let len = bytes.len();
        ProviderError::failed(format!("the host's DEK has {len} bytes and not {KEY_LEN}"))
    })
}

fn cannot(what: &str) -> ProviderError {
    ProviderError::failed(format!("the host's provider cannot {what}"))
}

/// Memory that a callback writes to; wiped when dropped, as it may hold a DEK.
struct Room {
    memory: Zeroizing<Vec<u8>>,
    lent: sealwax_buffer,
}

impl Room {
    fn new(capacity: usize) -> Self {
        Self::holding(capacity, &[])
    }

    fn holding(capacity: usize, bytes: &[u8]) -> Self {
        let mut memory = Zeroizing::new(vec![0; capacity]);
        memory.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        let lent = sealwax_buffer {
            struct_size: size_of::<sealwax_buffer>(),
            data: std::ptr::null_mut(),
            capacity,
            len: bytes.len(),
        };
        Room { memory, lent }
    }

    fn lend(&mut self) -> *mut sealwax_buffer {
        self.lent.data = self.memory.as_mut_ptr();
        &raw mut self.lent
    }

    /// What the callback says that it wrote, if that can be.
    fn bytes(&self) -> Result<&[u8], ProviderError> {
        let (len, capacity) = (self.lent.len, self.memory.len());
        self.memory.get(..len).ok_or_else(|| {
            ProviderError::failed(format!("the host says that {len} bytes fit {capacity}"))
        })
    }
}
