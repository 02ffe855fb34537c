//! The result of a call of `process`: what it consumed and produced, and what it needs next.

/// The result of one call of `process`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes consumed from the front of the input.
    pub read: usize,
    /// Bytes written to the front of the output.
    pub written: usize,
    /// What the host must do next.
    pub status: Status,
}

/// What a state machine needs to continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// More input, or a call of `end_input`.
    NeedInput,
    /// Room in the output buffer.
    NeedOutput,
    /// The key: a wrapped key for an encryptor, the unwrapped DEK for a decryptor.
    NeedKey,
    /// Nothing: the message is complete.
    Done,
}
