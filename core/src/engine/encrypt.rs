//! Encryption: the handle for any number of messages, and the state machine for one.

mod encryptor;
mod handle;
mod metadata;
mod options;
mod padding;
mod pending;

pub use encryptor::Encryptor;
pub use handle::EncryptHandle;
pub use options::EncryptOptions;
#[cfg(feature = "std")]
pub(crate) use padding::PAD_FROM;
pub use padding::Padding;
#[cfg(feature = "std")]
pub(crate) use pending::LateHeader;
