//! The reason why a callback of the host failed.

use std::fmt;
use std::sync::Arc;

use sealwax::ProviderError;

use crate::ffi::HostData;

/// The reason that a callback gave for its failure.
#[derive(Debug)]
pub(crate) struct HostCause {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) attachment: Option<Attachment>,
}

/// An object that a failing callback attached to its failure.
#[derive(Clone)]
pub(crate) struct Attachment(Arc<HostData>);

impl Attachment {
    pub(crate) fn new(host: HostData) -> Self {
        Attachment(Arc::new(host))
    }

    pub(crate) fn host(&self) -> &HostData {
        &self.0
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attachment")
    }
}

impl HostCause {
    /// The host's reason for a provider's failure, if a callback failed.
    pub(crate) fn of(error: &ProviderError) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }
}

impl fmt::Display for HostCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (code {})", self.message, self.code)
    }
}

impl std::error::Error for HostCause {}
