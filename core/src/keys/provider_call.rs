//! What a provider and its caller tell each other besides keys.

use alloc::boxed::Box;
use alloc::string::String;
use core::any::Any;
use core::fmt;

use crate::format::context::ContextRef;

/// A value of the provider's own type that it attaches to a call.
pub(super) type Attachment = Box<dyn Any + Send + Sync>;

/// One call of a [`KeyProvider`](crate::KeyProvider): what the provider learns about the message,
/// and what it reports for the audit log.
///
/// A host that calls a provider itself makes one from an encryption context:
///
/// ```
/// use sealwax::{Dek, EncryptionContext, Kek, KeyProvider, LocalKek, SysRng};
///
/// let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "backup-2026")?;
/// let context = EncryptionContext::from_pairs([("tenant", "blue")])?;
/// let wrapped = kek.wrap(&Dek::generate(&mut SysRng)?, &mut context.view().into()).unwrap();
/// assert_eq!(wrapped.view().key_id, "backup-2026");
/// # Ok::<(), sealwax::Error>(())
/// ```
pub struct ProviderCall<'a> {
    context: ContextRef<'a>,
    plaintext_len: Option<u64>,
    request_id: Option<String>,
    attachment: Option<Attachment>,
    is_cache_hit: bool,
}

impl<'a> ProviderCall<'a> {
    /// A call for a message with this encryption context.
    pub const fn new(context: ContextRef<'a>) -> Self {
        ProviderCall {
            context,
            plaintext_len: None,
            request_id: None,
            attachment: None,
            is_cache_hit: false,
        }
    }

    /// Sets the length of the plaintext in bytes; `None` if it is not known yet. A provider that
    /// reuses a DEK needs it for the limits of that DEK.
    #[must_use]
    pub const fn with_plaintext_len(mut self, plaintext_len: Option<u64>) -> Self {
        self.plaintext_len = plaintext_len;
        self
    }

    /// The encryption context, which a provider binds to the wrapped key if its KMS can.
    pub const fn context(&self) -> ContextRef<'a> {
        self.context
    }

    /// Length of the plaintext in bytes, if a DEK is generated and the length is known.
    pub const fn plaintext_len(&self) -> Option<u64> {
        self.plaintext_len
    }

    /// Reports the id under which the KMS logged the request, whether or not the call fails. It
    /// joins the two logs.
    pub fn set_request_id(&mut self, request_id: impl Into<String>) {
        self.request_id = Some(request_id.into());
    }

    /// The id that the KMS gave the request, if the provider reported it.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Attaches a value for the audit log of the host. It replaces an earlier one.
    pub fn attach(&mut self, attachment: impl Any + Send + Sync) {
        self.attachment = Some(Box::new(attachment));
    }

    /// The value that the provider attached.
    pub fn attachment(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.attachment.as_deref()
    }

    /// Reports that a cache had the DEK, so the key was not used.
    pub const fn set_cache_hit(&mut self) {
        self.is_cache_hit = true;
    }

    /// Whether a cache had the DEK.
    pub const fn is_cache_hit(&self) -> bool {
        self.is_cache_hit
    }
}

impl<'a> From<ContextRef<'a>> for ProviderCall<'a> {
    fn from(context: ContextRef<'a>) -> Self {
        ProviderCall::new(context)
    }
}

impl fmt::Debug for ProviderCall<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderCall")
            .field("context", &self.context)
            .field("plaintext_len", &self.plaintext_len)
            .field("request_id", &self.request_id)
            .field("is_cache_hit", &self.is_cache_hit)
            .finish_non_exhaustive()
    }
}
