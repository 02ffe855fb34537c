//! Decryption: the handle of a verified header, and the state machine for one envelope.

mod decryptor;
mod handle;
mod options;

pub use decryptor::Decryptor;
pub use handle::DecryptHandle;
pub use options::DecryptOptions;
