//! Key events for the host's audit log.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_void};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sealwax::audit::{AuditedProvider, KeyObserver, KeyOperation, KeyOutcome, KeyUse};

use crate::context::sealwax_context;
use crate::failure::{Failure, sealwax_code};
use crate::ffi::{HostData, copied_text, sealwax_destroy_fn};
use crate::host_cause::HostCause;
use crate::panic_boundary::{answer, entry};
use crate::provider::sealwax_provider;

/// The operation of a key event. Later versions may add operations.
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

/// The outcome of a key event. Later versions may add outcomes.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum sealwax_key_outcome {
    /// The key was used.
    SEALWAX_KEY_OK = 1,
    /// The wrapped key did not open: it was modified, or belongs to another key or context.
    SEALWAX_KEY_REJECTED = 2,
    /// The KMS refused the permission; see `sealwax_failure_set_denied`.
    SEALWAX_KEY_DENIED = 3,
    /// Any other failure: the KMS was not reached, the key is disabled, a callback returned
    /// nonsense.
    SEALWAX_KEY_FAILED = 4,
}

// The numbers of the header are the core's.
const _: () = {
    use sealwax_key_operation as operation;
    use sealwax_key_outcome as outcome;
    assert!(operation::SEALWAX_KEY_GENERATE as u16 == KeyOperation::Generate.as_u16());
    assert!(operation::SEALWAX_KEY_WRAP as u16 == KeyOperation::Wrap.as_u16());
    assert!(operation::SEALWAX_KEY_UNWRAP as u16 == KeyOperation::Unwrap.as_u16());
    assert!(operation::SEALWAX_KEY_CACHE_HIT as u16 == KeyOperation::CacheHit.as_u16());
    assert!(outcome::SEALWAX_KEY_OK as u16 == KeyOutcome::Ok.as_u16());
    assert!(outcome::SEALWAX_KEY_REJECTED as u16 == KeyOutcome::Rejected.as_u16());
    assert!(outcome::SEALWAX_KEY_DENIED as u16 == KeyOutcome::Denied.as_u16());
    assert!(outcome::SEALWAX_KEY_FAILED as u16 == KeyOutcome::Failed.as_u16());
};

/// One use of a key. It holds no key, no data and no message of the host. It is valid during the
/// call of `sealwax_key_event_fn`. Text is UTF-8 without a zero byte at its end.
#[repr(C)]
pub struct sealwax_key_event {
    /// Size of the struct as the library knows it. Later versions append members. A program that
    /// may run with an older library checks this before it reads a new member.
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
    /// The key, as headers name it. Empty if the operation failed before a key was named.
    pub key_id: *const c_char,
    /// Length of `key_id`, in bytes.
    pub key_id_len: usize,
    /// The encryption context. The KMS gets it too, so that both logs can be joined by it.
    pub context: *const sealwax_context,
    /// The name that `sealwax_object_name_set` has set in this thread; null if none.
    pub object_name: *const c_char,
    /// Length of `object_name`, in bytes.
    pub object_name_len: usize,
    /// The id that `sealwax_failure_set_request_id` has set; null if none.
    pub request_id: *const c_char,
    /// Length of `request_id`, in bytes.
    pub request_id_len: usize,
    /// The number that the callback gave for its failure, else 0.
    pub cause: i64,
}

/// Receives each use of a key.
///
/// It is called in the thread that used the key, before the call continues, and from several threads
/// at the same time. It cannot fail. The rules of `sealwax_provider_callbacks` hold for it: it must
/// return, and can call the library.
pub type sealwax_key_event_fn =
    Option<unsafe extern "C-unwind" fn(user_data: *mut c_void, event: *const sealwax_key_event)>;

/// A provider that does the same as `provider` and reports each use of its key. `provider` can be
/// freed. A cache in front of the new provider reports its hits.
///
/// The new provider owns `user_data` once this call has succeeded. It calls `destroy`, which can be
/// null, once, after it and every cache of it were freed.
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
        let on_event = on_event.ok_or(Failure::NullPointer("on_event"))?;
        let listener = Listener { on_event, host: HostData::new(user_data, destroy) };
        out.give(sealwax_provider::of(AuditedProvider::new(Arc::clone(&provider.inner), listener)))
    })
}

/// Sets the name of the object that this thread encrypts or decrypts: `object_name` of the events
/// of its calls. It is copied, and stored nowhere else. A length of 0 removes it.
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

thread_local! {
    static OBJECT_NAME: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Sets the name of the object of this thread; an empty name removes it.
fn set_object_name(name: String) {
    let name = (!name.is_empty()).then_some(name);
    let _ = OBJECT_NAME.try_with(|slot| slot.replace(name));
}

/// A thread that is ending has no object.
fn object_name() -> Option<String> {
    OBJECT_NAME.try_with(|slot| slot.borrow().clone()).ok().flatten()
}

/// The core's words as C strings.
struct Words {
    operations: Vec<(u32, CString)>,
    outcomes: Vec<(u32, CString)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let word = |number: u16, name| (number.into(), CString::new(name).unwrap_or_default());
    let operations = KeyOperation::ALL.iter().map(|it| word(it.as_u16(), it.as_str())).collect();
    let outcomes = KeyOutcome::ALL.iter().map(|it| word(it.as_u16(), it.as_str())).collect();
    Words { operations, outcomes }
});

fn name_of(
    number: u32,
    words: impl FnOnce(&'static Words) -> &'static [(u32, CString)],
) -> *const c_char {
    let unknown = c"unknown".as_ptr();
    answer(unknown, || {
        let found = words(&WORDS).iter().find(|(known, _)| *known == number);
        Ok(found.map_or(unknown, |(_, name)| name.as_ptr()))
    })
}

/// Stable name of an operation for logs, such as `unwrap`. Never null, valid forever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_key_operation_name(operation: u32) -> *const c_char {
    name_of(operation, |words| &words.operations)
}

/// Stable name of an outcome for logs, such as `denied`. Never null, valid forever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_key_outcome_name(outcome: u32) -> *const c_char {
    name_of(outcome, |words| &words.outcomes)
}

/// The host's function with its data.
struct Listener {
    on_event: unsafe extern "C-unwind" fn(*mut c_void, *const sealwax_key_event),
    host: HostData,
}

impl KeyObserver for Listener {
    fn key_used(&self, used: &KeyUse<'_>) {
        let context = sealwax_context::copy_of(used.context);
        let object_name = object_name();
        let (object_name, object_name_len) = text_or_null(object_name.as_deref());
        let (request_id, request_id_len) = text_or_null(used.request_id);
        let event = sealwax_key_event {
            struct_size: size_of::<sealwax_key_event>(),
            operation: used.operation.as_u16().into(),
            outcome: used.outcome.as_u16().into(),
            time_ns: nanoseconds(used.started),
            duration_ns: nanoseconds(used.duration),
            provider_id: used.provider_id.as_ptr().cast(),
            provider_id_len: used.provider_id.len(),
            key_id: used.key_id.as_ptr().cast(),
            key_id_len: used.key_id.len(),
            context: &raw const context,
            object_name,
            object_name_len,
            request_id,
            request_id_len,
            cause: used.error.and_then(HostCause::of).map_or(0, |host| host.code),
        };
        let (on_event, user_data, event) = (self.on_event, self.host.pointer(), &raw const event);
        call!(on_event(user_data, event));
    }
}

fn text_or_null(text: Option<&str>) -> (*const c_char, usize) {
    text.map_or((std::ptr::null(), 0), |text| (text.as_ptr().cast(), text.len()))
}

/// 584 years at most.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
