//! The functions with which a callback reports why it fails.

use std::ffi::{c_char, c_void};

use crate::failure::{Failure, sealwax_code};
use crate::ffi::{HostData, copied_text, sealwax_destroy_fn};
use crate::host_cause::{Attachment, HostCause};
use crate::panic_boundary::entry;

/// Longest stored text of a failure, in bytes.
const MAX_MESSAGE_LEN: usize = 65_536;

/// The reason why a callback fails; see `sealwax_failure_set`.
#[derive(Default)]
pub struct sealwax_failure {
    cause: Option<(i64, String)>,
    denied: bool,
    request_id: Option<String>,
    attachment: Option<Attachment>,
}

/// Sets the reason why a callback fails: a number of the host and a text, of which 64 KiB are kept.
/// Both are copied. The call that made the callback reports them by `sealwax_last_error_cause` and
/// in `sealwax_last_error_message`. Put no secret into the text.
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

/// Marks the failure of a provider's callback as a denied permission: the outcome of the key event
/// is `SEALWAX_KEY_DENIED`. The call fails as with any other failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_failure_set_denied(failure: *mut sealwax_failure) -> sealwax_code {
    entry(|| {
        object_mut!(failure).denied = true;
        Ok(())
    })
}

/// Attaches an object of the host to the failure, such as an exception. If the call that made the
/// callback fails because of it, `sealwax_last_error_attachment` returns the object.
///
/// The library owns `object` once this call has succeeded. It calls `destroy`, which must not be
/// null, once, in any thread, when no error holds the object any more.
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

/// Sets the id under which the KMS has logged the request of a provider's callback: `request_id` of
/// the key event. It is copied. A callback that succeeds can set it too.
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
    /// The id under which the KMS has logged the request.
    pub(crate) fn take_request_id(&mut self) -> Option<String> {
        self.request_id.take()
    }

    /// Whether the KMS denied permission.
    pub(crate) const fn is_denial(&self) -> bool {
        self.denied
    }

    /// Whether the callback gave a reason.
    pub(crate) fn is_explained(&self) -> bool {
        self.cause.is_some() || self.attachment.is_some()
    }

    /// The host's reason, or a text that says that it gave none.
    pub(crate) fn into_cause(self, function: &str, code: sealwax_code) -> HostCause {
        let unexplained = || (code.into(), format!("{function} of the host failed"));
        let (code, message) = self.cause.unwrap_or_else(unexplained);
        HostCause { code, message, attachment: self.attachment }
    }
}
