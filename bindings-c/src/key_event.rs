//! Uses of keys, as the host's audit log is told of them.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use crate::context::sealwax_context;
use crate::failure::sealwax_code;
use crate::ffi::{HostData, copied_text, sealwax_destroy_fn};
use crate::panic_boundary::{answer, entry};
use crate::provider::sealwax_provider;
use crate::watched::{Use, Watched, set_object_name};

/// What was asked of a key. Later versions may add operations.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum sealwax_key_operation {
    /// A DEK was made and wrapped in one call of the KMS.
    SEALWAX_KEY_GENERATE = 1,
    /// A DEK was wrapped.
    SEALWAX_KEY_WRAP = 2,
    /// A DEK was unwrapped.
    SEALWAX_KEY_UNWRAP = 3,
    /// A cache had the DEK, and no KMS was asked.
    SEALWAX_KEY_CACHE_HIT = 4,
}

/// What became of it. Later versions may add outcomes.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum sealwax_key_outcome {
    /// The key was used.
    SEALWAX_KEY_OK = 1,
    /// The wrapped key did not open: it was modified, or belongs to another key or context.
    SEALWAX_KEY_REJECTED = 2,
    /// The KMS refused the permission; see `sealwax_failure_set_denied`.
    SEALWAX_KEY_DENIED = 3,
    /// Anything else: the KMS was not reached, the key is disabled, a callback returned nonsense.
    SEALWAX_KEY_FAILED = 4,
}

/// One use of a key. It holds neither a key nor data nor a message of the host's, and is valid
/// during the call of `sealwax_key_event_fn` only. Text is UTF-8 without a zero byte at its end.
#[repr(C)]
pub struct sealwax_key_event {
    /// How much of this struct the library has filled in. Later versions append members; a program
    /// that may run with an older library looks here before it reads one of those.
    pub struct_size: usize,
    /// One of `sealwax_key_operation`.
    pub operation: u32,
    /// One of `sealwax_key_outcome`.
    pub outcome: u32,
    /// When it began, in nanoseconds since 1970-01-01 00:00 UTC.
    pub time_ns: u64,
    /// How long it took, in nanoseconds.
    pub duration_ns: u64,
    /// The kind of provider.
    pub provider_id: *const c_char,
    /// Length of `provider_id`, in bytes.
    pub provider_id_len: usize,
    /// The key, as headers name it. Empty where nobody has named one before it failed.
    pub key_id: *const c_char,
    /// Length of `key_id`, in bytes.
    pub key_id_len: usize,
    /// The encryption context, which the KMS was given too: both logs can be joined by it.
    pub context: *const sealwax_context,
    /// What `sealwax_object_name_set` said in this thread; null if nothing.
    pub object_name: *const c_char,
    /// Length of `object_name`, in bytes.
    pub object_name_len: usize,
    /// What `sealwax_failure_set_request_id` said; null if nothing.
    pub request_id: *const c_char,
    /// Length of `request_id`, in bytes.
    pub request_id_len: usize,
    /// The number that the callback gave for its failure, else 0.
    pub cause: i64,
}

/// Is told of a use of a key.
///
/// It is called in the thread that used the key, after the use and before the library goes on,
/// and from several threads at the same time. It cannot fail and must return, and may call the
/// library, as said of `sealwax_provider_callbacks`.
pub type sealwax_key_event_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, event: *const sealwax_key_event)>;

/// A provider that does what `provider` does, which can be freed, and tells each use of its key.
///
/// A cache in front of it tells its hits in the same way. `user_data` belongs to the new provider:
/// `destroy`, which can be null, is called once with it, when that provider and every cache of it
/// are freed. If this call fails, `destroy` is not called.
///
/// Free it with `sealwax_provider_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_provider_with_key_events(
    provider: *const sealwax_provider,
    on_event: sealwax_key_event_fn,
    user_data: *mut c_void,
    destroy: sealwax_destroy_fn,
    out_provider: *mut *mut sealwax_provider,
) -> sealwax_code {
    entry(|| {
        let (provider, out) = (object!(provider), out!(out_provider));
        let on_event = on_event.ok_or(crate::failure::Failure::NullPointer("on_event"))?;
        let listener = Listener { on_event, host: HostData::new(user_data, destroy) };
        out.give(provider.with_listener(Arc::new(listener)))
    })
}

/// Names the object that this thread encrypts or decrypts from now on: `object_name` of the events
/// of its calls. It is copied, and stored nowhere else. A length of 0 ends it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_object_name_set(
    name: *const c_char,
    name_len: usize,
) -> sealwax_code {
    entry(|| {
        set_object_name(copied_text(text!(name, name_len))?);
        Ok(())
    })
}

/// Stable name of an operation for logs, such as `unwrap`; never null, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_key_operation_name(operation: u32) -> *const c_char {
    use sealwax_key_operation::{
        SEALWAX_KEY_CACHE_HIT, SEALWAX_KEY_GENERATE, SEALWAX_KEY_UNWRAP, SEALWAX_KEY_WRAP,
    };
    const NAMES: &[(u32, &std::ffi::CStr)] = &[
        (SEALWAX_KEY_GENERATE as u32, c"generate"),
        (SEALWAX_KEY_WRAP as u32, c"wrap"),
        (SEALWAX_KEY_UNWRAP as u32, c"unwrap"),
        (SEALWAX_KEY_CACHE_HIT as u32, c"cache_hit"),
    ];
    name_of(operation, NAMES)
}

/// Stable name of an outcome for logs, such as `denied`; never null, valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_key_outcome_name(outcome: u32) -> *const c_char {
    use sealwax_key_outcome::{
        SEALWAX_KEY_DENIED, SEALWAX_KEY_FAILED, SEALWAX_KEY_OK, SEALWAX_KEY_REJECTED,
    };
    const NAMES: &[(u32, &std::ffi::CStr)] = &[
        (SEALWAX_KEY_OK as u32, c"ok"),
        (SEALWAX_KEY_REJECTED as u32, c"rejected"),
        (SEALWAX_KEY_DENIED as u32, c"denied"),
        (SEALWAX_KEY_FAILED as u32, c"failed"),
    ];
    name_of(outcome, NAMES)
}

fn name_of(number: u32, names: &[(u32, &'static std::ffi::CStr)]) -> *const c_char {
    let unknown = c"unknown".as_ptr();
    answer(unknown, || {
        let found = names.iter().find(|(known, _)| *known == number);
        Ok(found.map_or(unknown, |(_, name)| name.as_ptr()))
    })
}

/// The host's function with its data.
pub(crate) struct Listener {
    on_event: unsafe extern "C-unwind" fn(*mut c_void, *const sealwax_key_event),
    host: HostData,
}

impl Listener {
    pub(crate) fn tell(&self, used: &Use<'_>) {
        let context = sealwax_context::copy_of(used.context);
        let (object_name, object_name_len) = text_or_null(used.object_name);
        let (request_id, request_id_len) = text_or_null(used.request_id);
        let event = sealwax_key_event {
            struct_size: size_of::<sealwax_key_event>(),
            operation: used.operation as u32,
            outcome: used.outcome as u32,
            time_ns: used.time_ns,
            duration_ns: used.duration_ns,
            provider_id: used.provider_id.as_ptr().cast(),
            provider_id_len: used.provider_id.len(),
            key_id: used.key_id.as_ptr().cast(),
            key_id_len: used.key_id.len(),
            context: &raw const context,
            object_name,
            object_name_len,
            request_id,
            request_id_len,
            cause: used.cause,
        };
        let (on_event, user_data, event) = (self.on_event, self.host.pointer(), &raw const event);
        call!(on_event(user_data, event));
    }
}

fn text_or_null(text: Option<&str>) -> (*const c_char, usize) {
    text.map_or((std::ptr::null(), 0), |text| (text.as_ptr().cast(), text.len()))
}

impl sealwax_provider {
    fn with_listener(&self, listener: Arc<Listener>) -> Self {
        let mut listeners = self.listeners.clone();
        listeners.push(Arc::clone(&listener));
        let watched = Watched::asking(Arc::clone(&self.inner), vec![listener], self.is_cache);
        sealwax_provider { inner: Arc::new(watched), listeners, is_cache: self.is_cache }
    }
}
